# SPDX-License-Identifier: Apache-2.0
"""A program of the corpus with what is true of it, and what bpfleak said of it."""
import shlex
import statistics

from .watched import BUILD, CORPUS, leaks_in, names, stack_of, standing_in


class Case:
    """A program, and one way that bpfleak comes to it."""

    def __init__(self, row, how):
        self.name, self.how, self.needs = row["name"], how, row["needs"]
        self.leaks = row["class"] == "leaking"
        self.kinds, self.culprits = row["kind"].split("/"), row["culprit"].split("/")
        self.seconds = int(row["seconds"])
        self.every = int(row["every_ms"]) / 1000 if self.leaks else None
        self.words = shlex.split(row["command"].format(build=BUILD, corpus=CORPUS))

    @property
    def label(self):
        return f"{self.name}.{self.how}"


class Result:
    """What was said of a case, and what is wrong with it."""

    def __init__(self, case, lines=(), began_ns=0, failure=None, skipped=None):
        self.case, self.failure, self.skipped, self.lines = case, failure, skipped, lines
        self.standing = standing_in(lines)
        self.leaking = [leak for leak in self.standing if leak["verdict"] == "leaking"]
        self.ever = [leak for leak in leaks_in(lines) if leak["verdict"] == "leaking"]
        self.growth = [event for event in lines if event["type"] == "growth"]
        self.lost = sum(event["count"] for event in lines if event["type"] == "lost")
        self.seconds = (self.ever[0]["ts_ns"] - began_ns) / 1e9 if self.ever else None

    @property
    def is_found(self):
        return bool(self.leaking)

    @property
    def taken_back(self):
        return bool(self.ever) and not self.leaking

    @property
    def has_right_kind(self):
        return all(leak["kind"] in self.case.kinds for leak in self.leaking)

    @property
    def has_right_culprit(self):
        if self.case.culprits == ["*"]:
            return True
        return all(any(names(leak.get("function"), culprit) for culprit in self.case.culprits)
                   for leak in self.leaking)

    @property
    def is_late(self):
        return self.seconds is not None and self.seconds > max(15, 20 * self.case.every)

    @property
    def wrongs(self):
        if self.failure:
            return [self.failure]
        if self.skipped:
            return []
        if not self.case.leaks:
            return ["false alarm"] if self.is_found else []
        if not self.is_found:
            return ["withdrawn" if self.ever else "missed"]
        return ([] if self.has_right_kind else ["kind"]) + ([] if self.has_right_culprit else ["culprit"]) \
            + (["late"] if self.is_late else [])

    def said(self):
        """Verdict, kind and function, of what stands at the end."""
        told = {}
        for leak in sorted(self.standing, key=lambda leak: (leak["verdict"] != "leaking", -(leak["bytes"] or 0))):
            told.setdefault((leak["verdict"], leak["kind"], leak.get("function")), leak)
        if told:
            return ", ".join(f"{verdict} {kind} {function or '-'}" for verdict, kind, function in told)
        if self.taken_back:
            return f"withdrawn {self.ever[-1]['kind']} {self.ever[-1].get('function') or '-'}"
        if self.growth:
            return "growth " + "/".join(dict.fromkeys(event["kind"] for event in self.growth))
        return "nothing"

    def row(self):
        expected = f"{'/'.join(self.case.kinds)} {'/'.join(self.case.culprits)}" if self.case.leaks else "innocent"
        when = f"{self.seconds:6.1f} s" if self.seconds is not None else "        "
        if self.skipped:
            end = f"skipped: {self.skipped}"
        else:
            end = ("WRONG: " + ", ".join(self.wrongs) if self.wrongs else "ok") \
                + (f" ({self.lost} records lost)" if self.lost else "")
        said = "" if self.skipped or self.failure else self.said()
        return f"{self.case.name:24}{self.case.how:9}{expected:42.42}{said:50} {when}  {end}".rstrip()

    def details(self):
        """What a wrong verdict rests on."""
        for leak in self.standing or self.ever[-1:]:
            yield leak.get("message") or ""
            yield from (f"  {number}. {fact}" for number, fact in enumerate(leak.get("evidence") or [], 1))
            yield from ("  " + frame for frame in stack_of(leak, self.lines))
        yield from (f"growth {event['kind']} of {event['bytes']} bytes: {event['because']}" for event in self.growth)

    def facts(self):
        return dict(program=self.case.name, how=self.case.how, leaks=self.case.leaks, said=self.said(),
                    seconds_to_verdict=self.seconds, taken_back=self.taken_back, lost=self.lost,
                    skipped=self.skipped, wrong=self.wrongs, details=list(self.details()),
                    standing=self.standing, growth=self.growth)


def summarize(results, spent):
    judged = [result for result in results if not result.skipped and not result.failure]
    leaks = [result for result in judged if result.case.leaks]
    found = [result for result in leaks if result.is_found]
    innocents = [result for result in judged if not result.case.leaks]
    alarms = [result for result in innocents if result.is_found]
    times = [result.seconds for result in found]

    def share(part, whole):
        return f"{part}/{whole}" + (f" = {part / whole:.2f}" if whole else "")

    print()
    print(f"{len(leaks)} leaks and {len(innocents)} innocents in {spent:.0f} s; "
          f"{sum(bool(result.skipped) for result in results)} skipped, "
          f"{sum(bool(result.failure) for result in results)} failed to run, "
          f"{sum(result.lost for result in judged)} records lost")
    print(f"precision      {share(len(found), len(found) + len(alarms))}")
    print(f"recall         {share(len(found), len(leaks))}")
    print(f"right kind     {share(sum(result.has_right_kind for result in found), len(found))}")
    print(f"right culprit  {share(sum(result.has_right_culprit for result in found), len(found))}")
    if times:
        worst = max(found, key=lambda result: result.seconds)
        print(f"time to verdict: median {statistics.median(times):.1f} s, "
              f"worst {worst.seconds:.1f} s ({worst.case.name}); late {sum(result.is_late for result in found)}")
    print(f"alarms on innocents taken back before the end: {sum(result.taken_back for result in innocents)}")
    wrong = [result for result in results if result.wrongs]
    print(f"wrong: {len(wrong)}")
    for result in wrong:
        print(f"  {result.case.label}: {', '.join(result.wrongs)}")
    return wrong

# SPDX-License-Identifier: Apache-2.0
"""Watches the programs of the corpus without bpfleak: does each do what the manifest says?"""
import os
import time

from .run import Failed
from .watched import Started, each_at_once, session_of, why_missing


def sample(pid):
    """Returns virtual, resident and writable KiB and the number of mappings of the whole session of `pid`."""
    total = [0, 0, 0, 0]
    session = session_of(pid)
    for name in os.listdir("/proc"):
        if not name.isdigit() or session_of(name) != session:
            continue
        try:
            with open(f"/proc/{name}/status") as status:
                fields = dict(line.split(":", 1) for line in status)
            with open(f"/proc/{name}/maps") as maps:
                areas = [line.split() for line in maps]
        except (OSError, ValueError):
            continue
        if "VmSize" not in fields:
            continue
        total[0] += int(fields["VmSize"].split()[0])
        total[1] += int(fields["VmRSS"].split()[0])
        for area in areas:
            start, end = area[0].split("-")
            total[2] += (int(end, 16) - int(start, 16)) // 1024 if "w" in area[1] else 0
        total[3] += len(areas)
    return total


def watch_alone(case, seconds, work):
    """Whether a program does what the manifest says. Returns a row to print, and the answer."""
    program = None
    try:
        program = Started(case.words, work, case.label)
        program.wait_until_ready()
        samples = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            samples.append(sample(program.pid))
            time.sleep(0.25)
        if program.process.poll() is not None:
            return f"{case.name:24}WRONG: it ended by itself", False
    except Failed as failure:
        return f"{case.name:24}WRONG: {failure}", False
    finally:
        if program:
            program.stop()
    third = len(samples) // 3
    # The highest size in each third of the time. A leak's rises twice, in virtual size or, within a
    # reservation, in writable size. An innocent's does not rise from the second third to the last.
    highs = [[max(s[what] for s in samples[from_:from_ + third]) for from_ in (0, third, 2 * third)]
             for what in range(4)]
    rises = [high[0] * 1.0 < high[1] and high[1] < high[2] for high in highs]
    if case.leaks:
        is_right = rises[0] or rises[2]
    else:
        is_right = highs[0][2] <= highs[0][1] * 1.03 + 2048 and highs[2][2] <= highs[2][1] * 1.1 + 2048
    columns = "  ".join(f"{'/'.join(str(high // scale) for high in highs[what]):>19}"
                        for what, scale in ((0, 1024), (2, 1024), (1, 1024), (3, 1)))
    return f"{case.name:24}{'leaking' if case.leaks else 'innocent':10}{columns}  {'ok' if is_right else 'WRONG'}", is_right


def watch_programs(cases, options, work):
    print(f"{'program':24}{'class':10}{'virtual MiB':>19}  {'writable MiB':>19}  {'resident MiB':>19}  "
          f"{'mappings':>19}   (highest of each third of {options.programs} s)", flush=True)
    alone = {case.name: case for case in cases if not why_missing(case.needs)}
    answers = []

    def tell(answer):
        answers.append(answer[1])
        print(answer[0], flush=True)

    each_at_once([(watch_alone, case, options.programs, work) for case in alone.values()], options.jobs, tell)
    return all(answers)

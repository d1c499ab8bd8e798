# SPDX-License-Identifier: Apache-2.0
"""Time added to a pair of calls, and what draining costs."""
import os
import re
import shutil
import statistics
import subprocess
import time

from .bench_tools import Missing, WORK, bpfleak, on_one_processor, rows, settings


KINDS = ("getppid", "untouched", "touched", "mebibyte")


def pair_cost(wrap, batches):
    # A tracer that wraps the program would also trace the thread that keeps the other processor quiet.
    quiet = ["--hush", str(settings.sibling)] if settings.sibling is not None and not wrap else []
    words = subprocess.run([*wrap, f"{WORK}/pair_cost", *quiet, "--batches", str(batches)],
                           capture_output=True, text=True, preexec_fn=on_one_processor)
    if words.returncode:
        raise Missing((words.stderr.strip().splitlines() or ["failed"])[0][:90])
    words = words.stdout.split()
    return dict(zip(words[::2], map(float, words[1::2])))


def tracers_about():
    """Process ids of programs that trace system calls on this machine, and so slow down every call."""
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if open(f"/proc/{pid}/comm").read().startswith(("bpfleak", "bpftrace", "perf")):
                found.add(int(pid))
        except OSError:
            pass
    return found


def wait_for_no_tracers():
    for _ in range(5):
        if not tracers_about():
            return
        time.sleep(0.1)


def measure_pairs(rounds, batches, budget):
    seen, reasons = {}, {}
    begin = time.monotonic()
    for _ in range(rounds):
        if time.monotonic() - begin > budget:
            break
        for name, how in rows():
            if settings.rows and not re.search(f"^nothing|{settings.rows}", name):
                continue
            if name in reasons:
                continue
            attached, wrap, cost = None, [], None
            wait_for_no_tracers()
            try:
                if isinstance(how, tuple):
                    wrap = how[1]
                    if not shutil.which(wrap[0]):
                        raise Missing(f"{wrap[0]} is not installed")
                elif how:
                    attached = how()
                ours = {attached.process.pid} if attached else set()
                strangers = tracers_about() - ours
                cost = pair_cost(wrap, batches)
                strangers |= tracers_about() - ours
            except Missing as missing:
                reasons[name] = str(missing)
            finally:
                if attached:
                    attached.stop()
            if cost is not None and not strangers:
                seen.setdefault(name, []).append(cost)
    result = []
    for name, _ in rows():
        row = {"name": name}
        if name in reasons or not seen.get(name) or not seen.get("nothing"):
            left_out = settings.rows and not re.search(f"^nothing|{settings.rows}", name)
            row["missing"] = "left out by --rows" if left_out else reasons.get(
                name, "somebody else traced this machine all the time")
        else:
            row["runs"] = len(seen[name])
            for kind in KINDS:
                took = [run[kind] for run in seen[name]]
                base = min(run[kind] for run in seen["nothing"])
                row[kind] = {"ns": min(took), "median_ns": statistics.median(took),
                             "added_ns": min(took) - base, "ratio": min(took) / base}
        result.append(row)
    print("\nNanoseconds a call or mmap+munmap pair takes at best (what that is more than with nothing attached)")
    print(f"{'attached':28}" + "".join(f"{title:>26}" for title in
          ("getppid", "16 KiB", "16 KiB touched", "1 MiB")))
    for row in result:
        if "missing" in row:
            print(f"{row['name']:28}  not measured: {row['missing']}")
            continue
        cells = [f"{row[k]['ns']:,.0f} ({row[k]['added_ns']:+,.0f})"
                 for k in KINDS]
        print(f"{row['name']:28}" + "".join(f"{cell:>26}" for cell in cells))
    return result


def measure_drain(rounds, seconds):
    result = []
    offers = [(1, 10_000, "auto"), (1, 100_000, "auto"), (1, 0, "auto"), (1, 0, "none"), (2, 0, "auto"), (2, 0, "none")]
    samples = {}
    for _ in range(rounds):
        for threads, events, stacks in offers:
            attached = bpfleak("--stacks", stacks, settle=1)
            before = attached.cpu_seconds()
            rate = events / 2 / threads
            made = subprocess.run([f"{WORK}/pair_cost", "--threads", str(threads), "--rate", str(rate),
                                   "--seconds", str(seconds)], capture_output=True, text=True).stdout
            time.sleep(0.3)
            cpu, resident = attached.cpu_seconds() - before, attached.status("VmRSS")
            summary = attached.stop()
            pairs = int(made.split()[1])
            samples.setdefault((threads, events, stacks), []).append(
                {"events_per_s": 2 * pairs / seconds, "lost": summary.get("lost"),
                 "lost_share": (summary.get("lost") or 0) / (2 * pairs), "cpu_share": cpu / seconds,
                 "cpu_ns_per_event": cpu * 1e9 / max(summary.get("events", 0), 2 * pairs), "resident_kib": resident})
    print("\nDrain: offered events, what was lost with the default ring, what bpfleak took")
    print(f"{'threads':>8}{'stacks':>7}{'events/s':>12}{'lost':>8}{'lost share':>12}{'CPU %':>8}{'ns/event':>10}{'RSS MiB':>9}")
    for (threads, _, stacks), runs in samples.items():
        row = {key: statistics.median(run[key] for run in runs) for key in runs[0] if key != "lost"}
        row["lost"] = max(run["lost"] or 0 for run in runs)
        row["threads"], row["stacks"] = threads, stacks
        result.append(row)
        print(f"{threads:>8}{stacks:>7}{row['events_per_s']:>12,.0f}{row['lost']:>8}{row['lost_share']:>12.4%}"
              f"{row['cpu_share'] * 100:>8.1f}{row['cpu_ns_per_event']:>10.0f}{row['resident_kib'] / 1024:>9.1f}")
    return result

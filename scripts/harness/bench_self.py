# SPDX-License-Identifier: Apache-2.0
"""What bpfleak itself takes: memory, processor time, time to start."""
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import termios
import time

from .bench_tools import Missing, WORK, bpfleak, settings, spread
from .run import end


def measure_self(quick):
    result = {}
    print("\nbpfleak itself")
    for many in (100,) if quick else (10, 100, 200, 500):
        sleepers = [subprocess.Popen(["sleep", "1000"]) for _ in range(many)]
        attached = bpfleak(settle=2)
        result[f"resident_mib_{many}_processes"] = attached.status("VmRSS") / 1024
        result[f"anonymous_mib_{many}_processes"] = attached.status("RssAnon") / 1024
        attached.stop()
        if many in (100, 500):
            screens = [live_view(seconds) for seconds in ((4,) if quick else (0, 0, 0, 0, 20))]
            result[f"first_screen_ms_{many}_processes"] = spread([first for first, _ in screens])
            result[f"cpu_share_live_{many}_processes"] = screens[-1][1]
        for sleeper in sleepers:
            end(sleeper)
    makers = map_many(2)
    resident = {}
    for listing, environment in (("iterators", []), ("text", ["BPFLEAK_LISTING=text"])):
        took = []
        for _ in range(1 if quick else 3):
            try:
                attached = bpfleak("--no-audit", settle=1.2, environment=environment)
            except Missing as missing:
                print(f"  reading 100,000 mappings, {listing}: {missing}")
                continue
            took.append(attached.cpu_seconds())
            resident[listing] = attached.status("VmRSS") / 1024
            attached.stop()
        if took:
            result[f"start_cpu_s_100000_mappings_{listing}"] = statistics.median(took)
    result["resident_mib_100000_mappings"] = resident.get("iterators", 0)
    if not quick:
        makers += map_many(18)
        attached = bpfleak("--no-audit", settle=4)
        result["resident_mib_1000000_mappings"] = attached.status("VmRSS") / 1024
        attached.stop()
        result["bytes_a_mapping"] = (
            result["resident_mib_1000000_mappings"] - result["resident_mib_100000_mappings"]) * 1048576 / 900_000
    for maker in makers:
        end(maker)
    attached = bpfleak("--no-audit", settle=1.2)
    result["start_cpu_s_without_them"] = attached.cpu_seconds()
    attached.stop()
    attached = bpfleak(settle=2)
    begin, spent = time.monotonic(), attached.cpu_seconds()
    time.sleep(4 if quick else 20)
    result["cpu_share_idle"] = (attached.cpu_seconds() - spent) / (time.monotonic() - begin)
    summary = attached.stop()
    result["events_per_s_while_idle"] = summary.get("events", 0) / (time.monotonic() - attached.begin)
    first, mapped = [], []
    for _ in range(5 if quick else 15):
        one, other = start_up()
        first.append(one)
        mapped.append(other)
    result["start_line_ms"], result["first_mmap_ms"] = spread(first), spread(mapped)
    stripped = f"{WORK}/stripped"
    subprocess.run(["strip", "-o", stripped, settings.binary], check=True)
    result["binary_mib"] = os.path.getsize(settings.binary) / 1048576
    result["binary_stripped_mib"] = os.path.getsize(stripped) / 1048576
    for key, value in result.items():
        shown = f"{value['median']:.1f} ±{value['spread']:.1f}" if isinstance(value, dict) else f"{value:.4g}"
        print(f"  {key:44}{shown:>16}")
    return result


def map_many(processes):
    """Starts processes that hold 50,000 mappings each."""
    makers = [subprocess.Popen(["Tests/TestPrograms/build/many_maps", "--count", "50000", "--hold"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(processes)]
    for maker in makers:
        while maker.stdout.readline() not in (b"done\n", b""):
            pass
    return makers


def live_view(seconds):
    """Returns the milliseconds from exec to the first screen with the process table, and the share of a
    processor that the live view takes afterwards."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    begin = time.monotonic()
    process = subprocess.Popen([settings.binary], stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL,
                               env={**os.environ, "TERM": "xterm-256color"}, start_new_session=True)
    os.close(theirs)

    def cpu_seconds():
        return sum(int(open(f"/proc/{process.pid}/task/{tid}/schedstat").read().split()[0])
                   for tid in os.listdir(f"/proc/{process.pid}/task")) / 1e9

    def read_until(deadline, wanted=None):
        seen = b""
        while time.monotonic() < deadline:
            if select.select([ours], [], [], max(0, deadline - time.monotonic()))[0]:
                seen += os.read(ours, 65536)
                if wanted and wanted in seen:
                    break

    read_until(begin + 10, b"TREND")
    first = (time.monotonic() - begin) * 1000
    read_until(time.monotonic() + min(seconds, 2))
    began, spent = time.monotonic(), cpu_seconds()
    read_until(time.monotonic() + seconds)
    share = (cpu_seconds() - spent) / max(time.monotonic() - began, 1e-9)
    os.write(ours, b"q")
    read_until(time.monotonic() + 0.2)
    process.terminate()
    process.wait()
    os.close(ours)
    return first, share


def start_up():
    """Returns the milliseconds from exec to the first line, and to the first mmap line of a busy program."""
    ticker = subprocess.Popen([f"{WORK}/ticker"])
    begin = time.monotonic()
    process = subprocess.Popen([settings.binary, "--ndjson", "--events", "start,mmap", "--pid", str(ticker.pid)],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    seen = b""
    first = mapped = None
    while mapped is None and time.monotonic() < begin + 10:
        select.select([process.stdout], [], [], 1)
        seen += os.read(process.stdout.fileno(), 65536)
        now = (time.monotonic() - begin) * 1000
        if first is None and b"\n" in seen:
            first = now
        if b'"type":"mmap"' in seen:
            mapped = now
    process.send_signal(signal.SIGINT)
    process.stdout.close()
    process.wait()
    end(ticker)
    return first, mapped

# SPDX-License-Identifier: Apache-2.0
"""What is attached to the machine while scripts/bench measures: bpfleak, its floor, and other tools."""
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import tempfile
import time

from .run import end


WORK = ".build/bench"
NICE = -10
BPFTRACE = """
interval:ms:200 { printf("up\\n"); }
tracepoint:syscalls:sys_enter_mmap { @bytes[tid] = args->len; }
tracepoint:syscalls:sys_exit_mmap /@bytes[tid]/ {
  @live[pid, args->ret] = @bytes[tid]; @stack[pid, args->ret] = ustack; delete(@bytes[tid]); }
tracepoint:syscalls:sys_enter_munmap {
  delete(@live[pid, args->addr]); delete(@stack[pid, args->addr]); }
END { clear(@live); clear(@stack); clear(@bytes); }
"""
CALLS = "syscalls:sys_enter_mmap,syscalls:sys_exit_mmap,syscalls:sys_enter_munmap"


class Settings:
    """What the command line says, for all parts of the benchmark."""

    binary = sibling = rows = None


settings = Settings()


class Missing(Exception):
    """A tool that does not run here, and why."""


def spread(values):
    values = sorted(values)
    quarter = len(values) // 4
    # The true median is between these two ranks with 95% confidence.
    off = max(0, int(len(values) / 2 - 0.98 * len(values) ** 0.5))
    return {"median": statistics.median(values), "spread": (values[-1 - quarter] - values[quarter]) / 2,
            "low": values[off], "high": values[-1 - off]}


def before_all_others():
    os.setpriority(os.PRIO_PROCESS, 0, NICE - 5)
    # A shell starts background jobs with SIGINT ignored, and children inherit that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def on_one_processor():
    os.sched_setaffinity(0, {0})
    os.setpriority(os.PRIO_PROCESS, 0, NICE)


class Attached:
    """A tool that runs until it is stopped. `ready` is a pattern that its output has once the tool is in
    place. A tool without one gets `settle` seconds."""

    def __init__(self, command, ready=None, settle=0.0):
        self.settle = settle
        self.log = tempfile.TemporaryFile(dir=WORK)
        self.begin = time.monotonic()
        # With a higher priority than all others: a crowded machine must not starve the reader.
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, preexec_fn=before_all_others)
        deadline = time.monotonic() + 20
        while ready and not re.search(ready, self.text()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                reason = self.complaint()
                self.stop()
                raise Missing(reason)
            time.sleep(0.02)
        time.sleep(settle)
        if self.process.poll() is not None:
            raise Missing(self.complaint())

    def text(self):
        # Seeking would move the offset at which the tool writes, because both share it.
        return os.pread(self.log.fileno(), 1 << 20, 0).decode(errors="replace")

    def complaint(self):
        lines = [line.strip() for line in self.text().splitlines() if line.strip()]
        told = [line for line in lines if re.search("nable|ailed|rror|annot|not found", line)]
        code = self.process.poll()
        return f"{(told or lines or ['it said nothing'])[0][:90]} ({'was stopped' if code is None else code})"

    def cpu_seconds(self):
        # /proc/PID/stat counts clock ticks, which are too coarse for an idle tool.
        tasks = f"/proc/{self.process.pid}/task"
        return sum(int(open(f"{tasks}/{tid}/schedstat").read().split()[0]) for tid in os.listdir(tasks)) / 1e9

    def status(self, key):
        found = re.search(rf"^{key}:\s*(\d+)", open(f"/proc/{self.process.pid}/status").read(), re.M)
        return int(found.group(1))

    def stop(self):
        """Its last `summary` line, when it writes one."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(3)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        found = [line for line in self.text().splitlines() if '"type":"summary"' in line]
        return json.loads(found[-1]) if found else {}


def floor(hooks):
    return lambda: Attached([f"{WORK}/floor", f"{WORK}/floor.bpf.o", str(hooks)], "attached")


def bpfleak(*more, settle=0.3, environment=None):
    """bpfleak with nothing to print but its first and last line, once it is in place."""
    command = [settings.binary, "--ndjson", "--events", "start,summary", *more]
    if environment:
        command = ["env", *environment, *command]
    return Attached(command, '"type":"start"', settle)


def watching_another():
    other = subprocess.Popen(["sleep", "1000"])
    try:
        attached = bpfleak("--pid", str(other.pid))
    except Missing:
        end(other)
        raise
    stop = attached.stop
    attached.stop = lambda: (stop(), end(other))[0]
    return attached


def tool(needs, command, ready=None, settle=0.0):
    def start():
        if not shutil.which(needs):
            raise Missing(f"{needs} is not installed")
        return Attached(command, ready, settle)
    return start


def memleak():
    """memleak compiles its program at each start, and many kernels lack the headers for that."""
    name = shutil.which("memleak-bpfcc") or shutil.which("memleak")
    if not name:
        raise Missing("memleak is not installed (bpfcc-tools)")
    Attached([name, "-p", str(os.getpid()), "1000"], "Attaching to pid").stop()
    raise Missing("memleak starts here, but watches one process by uprobes in its C library: not comparable")


def rows():
    def wrap(*command):
        return "wrap", list(command)

    return [
        ("nothing", None),
        ("floor: 2 empty programs", floor(2)),
        ("floor: as many as bpfleak", floor(99)),
        ("bpfleak --stacks none", lambda: bpfleak("--stacks", "none")),
        ("bpfleak --stacks fp", lambda: bpfleak("--stacks", "fp")),
        ("bpfleak --stacks auto", lambda: bpfleak("--stacks", "auto")),
        ("bpfleak --pid of another", watching_another),
        ("bpftrace, live map, ustack", tool("bpftrace", ["bpftrace", "-e", BPFTRACE], r"\bup\b", 0.3)),
        ("perf record", tool("perf", ["perf", "record", "-qao", "/dev/null", "-e", CALLS], None, 1)),
        ("perf record, dwarf stacks", tool("perf", [
            "perf", "record", "-qao", "/dev/null", "-m", "64M", "--call-graph", "dwarf,8192",
            "-e", "syscalls:sys_exit_mmap"], None, 1.2)),
        ("perf trace", tool("perf", ["perf", "trace", "-a", "-e", "mmap,munmap", "-o", "/dev/null"], None, 1.5)),
        ("memleak (bcc)", memleak),
        ("strace -f --seccomp-bpf", wrap("strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=mmap,munmap")),
        ("strace -f", wrap("strace", "-f", "-o", "/dev/null", "-e", "trace=mmap,munmap")),
    ]

# SPDX-License-Identifier: Apache-2.0
"""Programs that are started in sessions of their own, and bpfleak run on them."""
import concurrent.futures
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import time

from .lines import Lines
from .run import Failed, last_line

CORPUS = "Tests/TestPrograms/corpus"
BUILD = CORPUS + "/build"


# A script that gets SIGTERM ends what it started, as on Ctrl-C.
signal.signal(signal.SIGTERM, signal.default_int_handler)


def why_missing(needs):
    """None when everything in the comma list is installed, else the reason to skip."""
    for need in needs.split(",") if needs != "-" else []:
        if need.startswith("lib"):
            found = glob.glob(f"/usr/lib/*/{need}") or glob.glob(f"/usr/lib/{need}")
        elif need == "postgres":
            found = glob.glob("/usr/lib/postgresql/*/bin/postgres")
        else:
            found = shutil.which(need)
        if not found:
            return f"{need} is not installed"
    return None


def children_of(pid):
    """Direct children of all its threads; none when it is gone."""
    children = []
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        try:
            with open(path) as file:
                children += [int(word) for word in file.read().split()]
        except OSError:
            pass
    return children


def session_of(pid):
    """The session id, which a program shares with all that it starts; None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return int(file.read().rsplit(")", 1)[1].split()[3])
    except OSError:
        return None


class Started:
    """A process in a session of its own. It ends with all that it started."""

    running = set()

    def __init__(self, words, work, name, **streams):
        self.out = os.path.join(work, name + ".out")
        self.errors = os.path.join(work, name + ".err")
        with open(self.out, "wb") as out, open(self.errors, "wb") as errors:
            try:
                self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=errors, start_new_session=True,
                                                **{"stdout": out, **streams})
            except OSError as error:
                raise Failed(f"cannot start {words[0]}: {error.strerror}")
        self.pid = self.process.pid
        Started.running.add(self)

    @staticmethod
    def stop_all():
        """After an interrupt, no process that was started stays behind."""
        for started in list(Started.running):
            started.stop()

    def said(self, path):
        with open(path, errors="replace") as file:
            return file.read()

    def wait_until_ready(self, path=None, seconds=60):
        """Returns the process id that the program prints, once it prints that it is ready."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            text = self.said(path or self.out)
            told = re.search(r"^pid (\d+)$", text, re.M)
            if told and re.search(r"^ready$", text, re.M):
                return int(told.group(1))
            if self.process.poll() is not None:
                raise Failed(f"ended before it was ready, with status {self.process.returncode}: "
                             + last_line(self.said(self.errors)))
            time.sleep(0.02)
        raise Failed(f"not ready after {seconds} s")

    def stop(self):
        """Sends TERM, then KILL, to its process group, which has all that it started."""
        Started.running.discard(self)
        for number, patience in ((signal.SIGTERM, 4), (signal.SIGKILL, 4)):
            try:
                os.killpg(self.pid, number)
            except ProcessLookupError:
                break
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline:
                self.process.poll()
                try:
                    os.killpg(self.pid, 0)
                except ProcessLookupError:
                    return
                time.sleep(0.05)
        self.process.poll()


class Trace(Started):
    """A running bpfleak, whose NDJSON lines are read until it ends."""

    # The `stack` lines show, when a culprit is wrong, which frames there were.
    EVENTS = "start,leak,growth,lost,stack,summary"

    def __init__(self, bpfleak, arguments, seconds, work, name, command=(), record_to=None):
        words = [bpfleak, *(["record", "--output", record_to] if record_to else []),
                 "--ndjson", "--events", self.EVENTS, "--duration", f"{seconds}s", *arguments]
        super().__init__(words + (["--", *command] if command else []), work, name, stdout=subprocess.PIPE)
        self.seconds, self.words = seconds, words
        self.lines = []

    def follow(self, on_leak=None):
        """Reads to the end. Returns every line, decoded."""
        deadline = time.monotonic() + self.seconds + 60
        pipe = Lines(self.process.stdout)
        while True:
            try:
                event = json.loads(pipe.next(deadline - time.monotonic()))
            except EOFError:
                break
            except TimeoutError:
                raise Failed(f"bpfleak did not end {self.seconds} s and a minute after its start")
            self.lines.append(event)
            if on_leak and event["type"] == "leak":
                on_leak(event)
        status = self.process.wait(20)
        if status != 0:
            raise Failed(f"bpfleak ended with status {status}: {last_line(self.said(self.errors))}")
        if not any(event["type"] == "summary" for event in self.lines):
            raise Failed("bpfleak gave no summary line")
        return self.lines


def leaks_in(lines):
    return [event for event in lines if event["type"] == "leak"]


def standing_in(lines):
    """The verdicts that stand at the end."""
    return [leak for leak in leaks_in(lines) if leak.get("final")]


def names(function, culprit):
    """Whether the culprit's name in the source is a word of the demangled function name."""
    return function is not None and re.search(rf"(?<!\w){re.escape(culprit)}(?!\w)", function) is not None


def stack_of(leak, lines):
    """The frames behind a verdict, a line each."""
    for event in lines:
        if event["type"] == "stack" and event["id"] == leak.get("stack"):
            for frame in event["frames"]:
                where = f" {os.path.basename(frame['file'])}:{frame['line']}" if frame.get("file") else ""
                module = os.path.basename(frame["module"]) if frame.get("module") else "-"
                yield f"{frame.get('function') or frame['addr']}{where} in {module}"
            if not event["complete"]:
                yield f"incomplete: {event.get('why')}"


def each_at_once(tasks, jobs, on_done):
    """Runs the calls, `jobs` at a time. An interrupt ends what they started and drops the rest."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        runs = [pool.submit(*task) for task in tasks]
        try:
            for run in concurrent.futures.as_completed(runs):
                on_done(run.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            Started.stop_all()
            raise

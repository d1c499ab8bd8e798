# SPDX-License-Identifier: Apache-2.0
"""Where a script runs: from the repository's root, as root, with a bpfleak that is there."""
import os
import subprocess
import sys


class Failed(Exception):
    """A run that proves nothing: what went wrong, in one line."""


def go_to_repository():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))


def become_root(*wrapper):
    """Starts the same script again with sudo, unless this is root; then as a command of `wrapper`, if any."""
    if os.geteuid() != 0:
        os.execvp("sudo", ["sudo", *sys.orig_argv])
    if wrapper and os.environ.get("BPFLEAK_WRAPPED") != "1":
        os.environ["BPFLEAK_WRAPPED"] = "1"
        os.execvp(wrapper[0], [*wrapper, *sys.orig_argv])


def add_bpfleak(parser):
    parser.add_argument("bpfleak", nargs="?", default=".build/release/bpfleak")


def parse(parser):
    """The options, once it is sure that there is a bpfleak to run, and that it may trace."""
    options = parser.parse_args()
    if not os.access(options.bpfleak, os.X_OK):
        parser.error(f"no {options.bpfleak}: `make build` makes it")
    become_root()
    return options


def main_or_interrupted(main):
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)


def last_line(text, otherwise="nothing said"):
    return (text.strip().splitlines() or [otherwise])[-1]


def output(*command):
    """What a command prints; empty when it fails."""
    return subprocess.run(command, capture_output=True, text=True).stdout


def checked_output(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"{command[0]}: {last_line(done.stderr, 'failed')}")
    return done.stdout


def end(process):
    process.terminate()
    process.wait()

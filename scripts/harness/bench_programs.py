# SPDX-License-Identifier: Apache-2.0
"""What tracing adds to the time of whole programs."""
import os
import shutil
import subprocess
import time

from .bench_tools import NICE, WORK, bpfleak, spread
from .run import end


def write_project(directory):
    """Writes twelve C files and a Makefile. Their build makes thousands of small mappings and many forks."""
    os.makedirs(directory, exist_ok=True)
    for number in range(12):
        with open(f"{directory}/part{number}.c", "w") as file:
            file.write("#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <math.h>\n")
            for function in range(30):
                file.write(f"int part{number}_{function}(int n) {{ int s = n; for (int i = 0; i < n; i++)"
                           f" s = s * {function + 3} + (int)strlen(\"{number}\") % (i + 1); return s; }}\n")
    with open(f"{directory}/Makefile", "w") as file:
        file.write("all: $(patsubst %.c,%.o,$(wildcard *.c))\n%.o: %.c\n\t@gcc -O2 -c $< -o $@\n"
                   "clean:\n\t@rm -f *.o\n")


def programs():
    project = f"{WORK}/project"
    write_project(project)
    build = f"make -s -C {project} clean && make -s -j2 -C {project}"
    found = [("build of 12 C files with make", ["sh", "-c", build]),
             ("2,000 threads, one after another", ["Tests/TestPrograms/build/threads_joined", "--count", "2000",
                                                   "--every", "0", "--run", "0"]),
             ("400 processes from a shell loop", ["sh", "-c", "i=0; while [ $i -lt 400 ]; do /bin/true; i=$((i+1)); done"])]
    if shutil.which("redis-benchmark") and shutil.which("redis-server"):
        found.append(("redis-benchmark", ["redis-benchmark", "-s", os.path.abspath(f"{WORK}/redis.sock"), "-q", "-n", "40000",
                                          "-c", "10", "-t", "set,get"]))
    return found


def wall_seconds(command):
    begin = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
                   preexec_fn=lambda: os.setpriority(os.PRIO_PROCESS, 0, NICE))
    return time.monotonic() - begin


def measure_programs(rounds, runs):
    redis = None
    if shutil.which("redis-server"):
        redis = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket",
                                  os.path.abspath(f"{WORK}/redis.sock"), "--save", "", "--dir", WORK], stdout=subprocess.DEVNULL)
        time.sleep(0.5)
    times = {}
    try:
        for number in range(rounds):
            for name, command in programs():
                # The order changes with each round, so that neither always runs first.
                for traced in ((False, True) if number % 2 else (True, False)):
                    attached = bpfleak(settle=1) if traced else None
                    for _ in range(runs):
                        times.setdefault(name, {True: [], False: []})[traced].append(wall_seconds(command))
                    if attached:
                        attached.stop()
    finally:
        if redis:
            end(redis)
    result = []
    print("\nWhole programs: seconds of wall time, without and with bpfleak (default options); what that adds, the"
          " median of\npairs (between what it lies with 95%)")
    for name, taken in times.items():
        without, with_it = spread(taken[False]), spread(taken[True])
        ratios = spread([b / a for a, b in zip(taken[False], taken[True])])
        quick = min(taken[True]) / min(taken[False])
        result.append({"name": name, "without": without, "with": with_it, "ratio": ratios, "ratio_of_fastest": quick})
        print(f"{name:36}{without['median']:>8.3f}{with_it['median']:>8.3f}  {ratios['median'] - 1:+.1%} "
              f"({ratios['low'] - 1:+.1%} to {ratios['high'] - 1:+.1%}); fastest {quick - 1:+.1%}")
    return result

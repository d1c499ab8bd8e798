# SPDX-License-Identifier: Apache-2.0
"""Innocent: threads come and go, caches of a bounded size fill, large objects are built and dropped."""
import collections
import functools
import mmap
import os
import signal
import tempfile
import threading
import time

signal.alarm(600)
print(f"pid {os.getpid()}", flush=True)
print("ready", flush=True)


@functools.lru_cache(maxsize=64)
def render(page):
    return bytes(200_000 + page)


def build(size):
    return {number: [number] * 20 for number in range(size)}


recent = collections.deque(maxlen=40)
with tempfile.TemporaryFile() as file:
    file.truncate(8 << 20)
    number = 0
    while True:
        number += 1
        recent.append(bytearray(150_000 + number % 7 * 10_000))
        render(number * 7 % 200)
        if number % 10 == 0:
            build(8_000)
            threads = [threading.Thread(target=build, args=(500,)) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            with mmap.mmap(file.fileno(), 8 << 20) as view:
                view[number] = 1
        time.sleep(0.02)

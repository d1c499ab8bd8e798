# SPDX-License-Identifier: Apache-2.0
"""Leaks 300 KiB every 200 ms: answers kept in a list of a module. The interpreter's frames are native."""
import os
import signal
import time

signal.alarm(600)
print(f"pid {os.getpid()}", flush=True)
print("ready", flush=True)
answers = []
while True:
    answers.append(bytearray(300 << 10))
    time.sleep(0.2)

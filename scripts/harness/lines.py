# SPDX-License-Identifier: Apache-2.0
"""Lines from a pipe, with a time limit."""
import os
import select
import time


class Lines:
    """Lines from a pipe as bytes, with a time limit: TimeoutError, and EOFError at the end."""

    def __init__(self, pipe, copy=None):
        self.fd, self.rest, self.ready, self.copy = pipe.fileno(), b"", [], copy

    def next(self, seconds):
        deadline = time.monotonic() + seconds
        while not self.ready:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                raise TimeoutError
            chunk = os.read(self.fd, 1 << 18)
            if not chunk:
                raise EOFError
            *whole, self.rest = (self.rest + chunk).split(b"\n")
            self.ready = whole[::-1]
        line = self.ready.pop()
        if self.copy:
            self.copy.write(line + b"\n")
        return line

# SPDX-License-Identifier: Apache-2.0
"""Areas of an address space, as bpfleak and as the kernel list them, and where they differ."""
import re


class Area:
    """One range of a space; `file` is None for private anonymous memory."""

    __slots__ = ("start", "end", "prot", "share", "file", "offset")

    def __init__(self, start, end, prot, share, file, offset):
        self.start, self.end, self.prot, self.share = start, end, prot, share
        self.file, self.offset = file, offset if file else None

    def says(self):
        return (self.prot, self.share, self.file, None if self.offset is None else self.offset - self.start)

    def __str__(self):
        place = f" {self.file} at {self.offset:#x}" if self.file else ""
        return f"{self.start:x}-{self.end:x} {self.prot} {self.share}{place}"


def joined(areas):
    """The same areas, with equal neighbors joined."""
    result = []
    for area in sorted(areas, key=lambda a: a.start):
        last = result[-1] if result else None
        if last and last.end == area.start and last.says() == area.says():
            last.end = area.end
        else:
            result.append(Area(area.start, area.end, area.prot, area.share, area.file, area.offset))
    return result


LINE = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (...)(.) ([0-9a-f]+) (\S+) (\d+)\s*(.*)")


HUGE = "/anon_hugepage (deleted)"


def kernel_areas(pid):
    """The areas in /proc/PID/maps, and the main stack apart."""
    areas, stack = [], None
    with open(f"/proc/{pid}/maps", errors="replace") as maps:
        for line in maps:
            start, end, prot, share, offset, _, inode, name = LINE.match(line).groups()
            if name == "[vsyscall]":
                continue
            # The kernel backs anonymous huge pages with a file that nobody can see.
            if name == HUGE:
                name = "/dev/zero (deleted)" if share == "s" else ""
            area = Area(int(start, 16), int(end, 16), prot, "shared" if share == "s" else "private",
                        name if name.startswith("/") else None, int(offset, 16))
            if name == "[stack]":
                stack = area
            else:
                areas.append(area)
    return areas, stack


def own_areas(rows):
    areas, stack = [], []
    for row in rows:
        file = row["path"]
        if file == HUGE:
            file = None
        if file is None and row["share"] == "shared":
            file = "/dev/zero (deleted)"
        area = Area(int(row["addr"], 16), int(row["end"], 16), row["prot"], row["share"], file, row["offset"])
        (stack if row["kind"] == "main-stack" else areas).append(area)
    return areas, stack


def compare(ours, kernels):
    """Yields (start, end, ours or None, the kernel's or None) for each range that differs."""
    ours, kernels = joined(ours), joined(kernels)
    edges = sorted({edge for area in ours + kernels for edge in (area.start, area.end)})
    i = j = 0
    for start, end in zip(edges, edges[1:]):
        while i < len(ours) and ours[i].end <= start:
            i += 1
        while j < len(kernels) and kernels[j].end <= start:
            j += 1
        mine = ours[i] if i < len(ours) and ours[i].start <= start else None
        theirs = kernels[j] if j < len(kernels) and kernels[j].start <= start else None
        if (mine is None) != (theirs is None) or mine and mine.says() != theirs.says():
            yield start, end, mine, theirs

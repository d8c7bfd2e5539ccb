"""What the figures depend on besides the programs: processor, kernel, file system, and what its syncs cost."""
import os
import pathlib
import re
import statistics
import time

SYNCS = 200
BLOCK = 4096


def _processor():
    text = pathlib.Path("/proc/cpuinfo").read_text()
    found = re.search(r"^model name\s*: (.+)$", text, re.M)
    return found[1].strip() if found else os.uname().machine


def _filesystem(folder):
    """Of the longest mount point above the folder; later mounts hide earlier ones."""
    best = ("", "unknown")
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        fields, kind = line.split(" - ")
        point = fields.split()[4]
        if folder.is_relative_to(point) and len(point) >= len(best[0]):
            best = (point, kind.split()[0])
    return best[1]


def sync_cost(folder):
    """Median milliseconds of an fdatasync behind 4 KiB written over what is there."""
    path = folder / "sync"
    costs = []
    with open(path, "w+b", buffering=0) as file:
        file.write(b"x" * BLOCK * SYNCS)
        os.fsync(file.fileno())
        for n in range(SYNCS):
            begin = time.perf_counter()
            os.pwrite(file.fileno(), b"y" * BLOCK, n * BLOCK)
            os.fdatasync(file.fileno())
            costs.append(time.perf_counter() - begin)
    path.unlink()
    return statistics.median(costs) * 1e3


def describe(folder):
    kernel = re.match(r"[\d.]*\d", os.uname().release)
    return {"processor": _processor(), "cores": os.cpu_count(), "kernel": kernel[0] if kernel else os.uname().release,
            "filesystem": _filesystem(folder), "sync_ms": round(sync_cost(folder), 3)}


def in_words(machine):
    return (f"{machine['processor']}, {machine['cores']} cores, Linux {machine['kernel']}, {machine['filesystem']}, "
            f"fdatasync of 4 KiB {machine['sync_ms']:.2f} ms")

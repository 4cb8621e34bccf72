"""The JSON coders beside Foundation's: time, and instructions where valgrind can count them."""

import re
import shutil
import subprocess

from .measure import LOAD_CORE, Table

CASES = (
    ("encode a page of 20 rows", "encode-own", "encode-foundation", 0.15),
    ("decode an order of 2 kB", "order-own", "order-foundation", 0.35),
    ("decode 100 rows", "rows-own", "rows-foundation", 0.35),
)


def instructions(program, case, folder):
    """What one run of the case costs: the difference of two counts leaves out the start."""
    counts = []
    for times in (5, 25):
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", str(program), case, str(times)], cwd=folder,
            capture_output=True, text=True, check=True, timeout=300)
        counts.append(int(re.search(r"Collected : (\d+)", done.stderr)[1]))
    return (counts[1] - counts[0]) / 20


def run(binaries):
    """Encoding and decoding of plain Codable types."""
    program = binaries / "BenchJSON"
    timed = subprocess.run(["taskset", "-c", str(LOAD_CORE), program], capture_output=True, text=True, check=True, timeout=300).stdout
    times = {line.split()[0]: float(line.split()[1]) for line in timed.splitlines() if " us, " in line}
    for what, own, other, target in CASES:
        spent = f"{times[own]:.1f} µs, Foundation {times[other]:.1f} µs: {times[own] / times[other]:.2f} of the time"
        if shutil.which("valgrind"):
            counts = [instructions(program, case, binaries) for case in (own, other)]
            Table.add(f"{what} / Foundation, instructions", counts[0] / counts[1], target, at_most=True,
                detail=f"{counts[0]:,.0f} and {counts[1]:,.0f}; {spent}")
        else:
            Table.add(f"{what} / Foundation, time", times[own] / times[other], target, at_most=True, detail=spent)
    if shutil.which("valgrind"):
        counts = [instructions(program, case, binaries) for case in ("encode-own", "encode-hand")]
        Table.add("encode / a writer by hand, instructions", counts[0] / counts[1], detail=f"{counts[1]:,.0f} by hand")

"""The long run: many files through the product in two processes, and a table of the faults.

python -m tests.reading_truth.run [FILES] [--seed FIRST] [--damage NAME] [--processes N]
python -m tests.reading_truth.run --again SEED [--damage NAME] [--copy P]  one file again, in full
"""

# ruff: noqa: T201  a command that prints

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections import Counter, defaultdict
from pathlib import Path

PROCESSES = 2
CHUNK = 100
FILES = 50_000

Line = tuple[int, str, str, str, dict[str, list[str]]]
"""Seed, damage, case in words, outcome, faults."""


def judge(work: tuple[int, int, str | None]) -> list[Line]:
    """The cases of a range of seeds."""
    from tests.reading_truth.damages import case  # noqa: PLC0415  Polars must see the threads first
    from tests.reading_truth.judge import rule  # noqa: PLC0415

    first, end, damage = work
    lines = []
    for seed in range(first, end):
        given = case(seed, damage)
        ruling = rule(given)
        lines.append((seed, given.damage, given.stated, ruling.outcome, ruling.faults))
    return lines


def run(files: int, first: int, damage: str | None, processes: int) -> int:
    """Judge the files; the number of those with faults."""
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    work = [
        (at, min(at + CHUNK, first + files), damage) for at in range(first, first + files, CHUNK)
    ]
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    examples: dict[tuple[str, str], Line] = {}
    start, failed = time.monotonic(), 0
    with multiprocessing.get_context("spawn").Pool(processes, maxtasksperchild=20) as pool:
        for lines in pool.imap(judge, work):
            for line in lines:
                _, name, _, outcome, faults = line
                outcomes[name][outcome] += 1
                failed += bool(faults)
                for sort, stated in faults.items():
                    outcomes[name][f"files {sort}"] += 1
                    outcomes[name][sort] += len(stated)
                    examples.setdefault((name, sort), line)
    print(
        f"{files} files from seed {first}, {time.monotonic() - start:.0f} s, {failed} with faults"
    )
    for name, counts in outcomes.items():
        print(f"{name:24}", ", ".join(f"{count} {what}" for what, count in counts.most_common()))
    for (name, sort), (seed, _, case, _, shown) in sorted(examples.items()):
        print(f"{name}, {sort}: seed {seed}: {case}\n    {shown[sort][0][:400]}")
    return failed


def again(seed: int, damage: str | None, copy: Path | None) -> int:
    """One case, in full."""
    from tests.reading_truth.damages import case  # noqa: PLC0415
    from tests.reading_truth.judge import rule  # noqa: PLC0415

    given = case(seed, damage)
    ruling = rule(given)
    print(f"{given.stated}: {given.paper.name}, {len(given.data)} bytes, {ruling.outcome}")
    for sort, lines in ruling.faults.items():
        for line in lines:
            print(f"  {sort}: {line}")
    if copy is not None:
        copy.write_bytes(given.data)
    return len(ruling.faults)


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="?", type=int, default=FILES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--damage")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--again", type=int)
    parser.add_argument("--copy", type=Path)
    stated = parser.parse_args()
    if stated.again is not None:
        return bool(again(stated.again, stated.damage, stated.copy))
    return bool(run(stated.files, stated.seed, stated.damage, stated.processes))


if __name__ == "__main__":
    raise SystemExit(main())

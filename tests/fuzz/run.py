"""The long run: many files through the product in two processes, a summary, the failing seeds.

python -m tests.fuzz.run [FILES] [FIRST_SEED] [PROCESSES]   judge at least FILES files
python -m tests.fuzz.run --seed SEED [COPY]   one case again; COPY gets the damaged file
"""

# ruff: noqa: T201  a command that prints

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

PROCESSES = 2
CHUNK = 50
FILES = 50_000
STUCK = 120
"""Seconds after which a chunk's process tells where it hangs and dies."""

Line = tuple[int, int, str, list[str], list[str]]
"""Seed, files, outcome, faults, notes."""


def judge(first: int) -> list[Line]:
    """The cases of one chunk of seeds."""
    from tests.fuzz.cases import rule  # noqa: PLC0415  Polars must see the number of threads

    lines = []
    for seed in range(first, first + CHUNK):
        faulthandler.dump_traceback_later(STUCK, exit=True)
        try:
            ruling = rule(seed)
            lines.append((seed, ruling.files, ruling.outcome, ruling.faults, ruling.notes))
        except Exception as error:  # noqa: BLE001  the judge's own faults are shown, not hidden
            lines.append((seed, 1, "judge", [f"JUDGE {type(error).__name__}: {error}"], []))
    faulthandler.cancel_dump_traceback_later()
    return lines


def chunks(first: int) -> Iterator[int]:
    while True:
        yield first
        first += CHUNK


def run(files: int, first: int, processes: int) -> int:
    """Judge `files` files; the number of cases that failed."""
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    outcomes: Counter[str] = Counter()
    failed: list[Line] = []
    done, last, start = 0, first, time.monotonic()
    with multiprocessing.get_context("spawn").Pool(processes, maxtasksperchild=40) as pool:
        numbers = chunks(first)
        waiting = [pool.apply_async(judge, (next(numbers),)) for _ in range(processes * 2)]
        while done < files:
            for line in waiting.pop(0).get(timeout=STUCK * 3):
                last = max(last, line[0])
                done += line[1]
                progress(done, files)
                outcomes[line[2]] += 1
                if line[3]:
                    failed.append(line)
                    show(line)
            waiting.append(pool.apply_async(judge, (next(numbers),)))
        pool.terminate()
    print(f"{done} files, seeds {first}-{last}, {time.monotonic() - start:.0f} s")
    for outcome, count in outcomes.most_common():
        print(f"{count:8} {outcome}")
    print(f"{len(failed)} failed: {sorted(line[0] for line in failed)[:100]}")
    return len(failed)


def progress(done: int, files: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} of {files}", end="", file=sys.stderr)


def show(line: Line) -> None:
    seed, _, outcome, faults, notes = line
    print(f"seed {seed} [{outcome}] {notes}")
    for fault in faults[:4]:
        print(f"    {fault[:700]}")
    sys.stdout.flush()


def again(seed: int, copy: Path | None) -> int:
    """One case, in full."""
    from tests.fuzz.cases import SHOPS, case_file, rule  # noqa: PLC0415

    ruling = rule(seed)
    show((seed, ruling.files, ruling.outcome, ruling.faults, ruling.notes))
    if seed % SHOPS:
        file, _ = case_file(seed)
        print(f"{file.name}, {len(file.data)} bytes, {file.encoding}, done: {file.done}")
        if copy is not None:
            copy.write_bytes(file.data)
    return len(ruling.faults)


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--seed"]:
        copy = Path(arguments[2]) if len(arguments) > 2 else None
        return bool(again(int(arguments[1]), copy))
    files = int(arguments[0]) if arguments else FILES
    first = int(arguments[1]) if len(arguments) > 1 else 1
    processes = int(arguments[2]) if len(arguments) > 2 else PROCESSES
    return bool(run(files, first, processes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

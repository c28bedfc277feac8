"""The long run: many degraded shops through the product, and a table of what contradicts the truth.

python -m tests.degradation.run N [--seed S] [--only LOSS] [--minutes M] [--tight] [--processes P]
python -m tests.degradation.run --again SEED [--only LOSS] [--tight] [--keep FOLDER]

LOSS is the name of a degradation, or `each` for each of them in turn.
"""

# ruff: noqa: T201  a command that prints

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.degradation.attack import EACH, NAMES, attack_of, outcome_of
from tests.degradation.exports import write

CHUNK = 20
SHOWN = 3
Line = tuple[int, str, str, str, list[tuple[str, str, str]]]
"""Seed, names of the losses, the shop in words, exit code or "", faults."""


def attacked(first: int, only: str | None, count: int, tight: bool) -> list[Line]:
    lines: list[Line] = []
    for seed in range(first, first + count):
        attack = attack_of(seed, only)
        report, found = outcome_of(attack, tight=tight)
        faults = [(fault.rule, fault.kind, fault.detail) for fault in found]
        lines.append((seed, attack.names, attack.stated(), str(report.code), faults))
    return lines


def all_lines(chosen: argparse.Namespace) -> Iterator[Line]:
    starts = range(chosen.seed, chosen.seed + chosen.shops, CHUNK)
    job = partial(attacked, only=chosen.only, count=CHUNK, tight=chosen.tight)
    os.environ["POLARS_MAX_THREADS"] = "1"  # of each worker: frames this small gain by no second
    with multiprocessing.get_context("spawn").Pool(chosen.processes, maxtasksperchild=50) as pool:
        for lines in pool.imap_unordered(job, starts):
            yield from lines


def summary(lines: list[Line]) -> None:
    """Failing seeds by degradation and rule; combinations stand under their joined names."""
    table: dict[tuple[str, str, str], list[tuple[int, str]]] = defaultdict(list)
    runs: dict[str, int] = defaultdict(int)
    failing: dict[str, int] = defaultdict(int)
    codes: dict[str, int] = defaultdict(int)
    for seed, names, stated, code, faults in lines:
        single = names if "+" not in names else "(combined)"
        runs[single] += 1
        failing[single] += bool(faults)
        codes[code] += 1
        for rule, kind, detail in faults:
            table[single, rule, kind].append((seed, f"{stated} -> {detail}"))
    print(f"\n{len(lines)} shops, exit codes {dict(sorted(codes.items()))}\n")
    for name in sorted(runs):
        print(f"{name or '(nothing taken)'}: {failing[name]} of {runs[name]} shops fail")
        for (degradation, rule, kind), seeds in sorted(table.items()):
            if degradation != name:
                continue
            shown = " ".join(str(seed) for seed, _ in sorted(seeds)[:SHOWN])
            print(f"    {rule:22} {kind:15} {len(seeds):5}  seeds {shown}")
            print(f"        {min(seeds)[1]}")


def again(chosen: argparse.Namespace) -> int:
    seed, keep = chosen.again, chosen.keep
    attack = attack_of(seed, chosen.only)
    print(f"seed {seed}: {attack.stated()}")
    if keep is not None:
        write(attack.exports, keep)
        print(f"files in {keep}, --as-of {attack.exports.as_of:%Y-%m-%dT%H:%M:%S}")
    report, found = outcome_of(attack, tight=chosen.tight)
    print(f"exit {report.code}: {report.said}" if report.body is None else f"exit {report.code}")
    for fault in found:
        print(f"    {fault.rule} {fault.kind}: {fault.detail}")
    return 1 if found else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.degradation.run")
    parser.add_argument("shops", type=int, nargs="?", default=1000)
    parser.add_argument("--seed", type=int, default=0, help="first seed")
    parser.add_argument("--only", choices=[*NAMES, EACH])
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--minutes", type=float, help="stop after so long, whatever is left")
    parser.add_argument("--tight", action="store_true", help="needless doubt is a fault as well")
    parser.add_argument("--again", type=int, metavar="SEED", help="one shop again")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep its files there")
    chosen = parser.parse_args()
    if chosen.again is not None:
        return again(chosen)
    begun = time.monotonic()
    lines = []
    for line in all_lines(chosen):
        lines.append(line)
        if len(lines) % 500 == 0:
            print(f"{len(lines)} shops, {time.monotonic() - begun:.0f} s", flush=True)
        if chosen.minutes and time.monotonic() - begun > chosen.minutes * 60:
            break
    summary(lines)
    return 1 if any(faults for *_, faults in lines) else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""The long run: random whole shops through the product and the oracle, and who differs.

python -m tests.oracle.run N [--seed S] [--only CHECK] [--minutes M] [--processes P]

A seed names its shop and its check: the main pack over canonical files or those of a back office,
closing, or the rules of another platform. A line is printed for each shop on which the two differ,
with its seed; `--only CHECK --seed S` and N = 1 run one again.
"""

# ruff: noqa: T201  a command that prints

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from tests.oracle import (
    test_oracle,
    test_oracle_dated,
    test_oracle_douyin,
    test_oracle_elsewhere,
    test_oracle_taobao,
)

CHUNK = 20
SHOWN = 600
Check = Callable[[int, Path], str]
Line = tuple[int, str, str]
"""Seed, check, what differs or "" where nothing does."""


def canonical(seed: int, _: Path) -> str:
    return "; ".join(test_oracle.disagreements(seed, kuaishou=False))


def back_office(seed: int, _: Path) -> str:
    return "; ".join(test_oracle.disagreements(seed, kuaishou=True))


def asserting(test: Callable[[int, Path], None]) -> Check:
    """The check of a test that asserts that both agree on the shop of a seed."""

    def check(seed: int, folder: Path) -> str:
        try:
            test(seed, folder)
        except AssertionError as difference:
            return f"{difference}" or "they differ"
        return ""

    return check


CHECKS: Mapping[str, Check] = {
    "canonical": canonical,
    "back_office": back_office,
    "closing": asserting(test_oracle.test_what_stands_in_the_way_of_closing_and_until_when),
    "elsewhere": asserting(test_oracle_elsewhere.test_figures),
    "consumers": asserting(test_oracle_elsewhere.test_consumers),
    "advances": asserting(test_oracle_elsewhere.test_advances),
    "taobao": asserting(test_oracle_taobao.test_rounds_and_fees),
    "listings": asserting(test_oracle_taobao.test_listings),
    "douyin": asserting(test_oracle_douyin.test_days),
    "dated": asserting(test_oracle_dated.test_one_version),
    "by_date": asserting(test_oracle_dated.test_each_event_by_the_rules_of_its_day),
}
TURNS = ("canonical", "back_office") * 4 + tuple(CHECKS)[2:]
"""Which check a seed has; the main pack has the most."""


def check_of(seed: int, only: str | None) -> str:
    return only or TURNS[seed % len(TURNS)]


def compared(first: int, count: int, only: str | None) -> list[Line]:
    lines = []
    for seed in range(first, first + count):
        name = check_of(seed, only)
        with tempfile.TemporaryDirectory() as folder:
            try:
                found = CHECKS[name](seed, Path(folder))
            except Exception as error:  # noqa: BLE001  a crash is a difference
                found = f"{type(error).__name__}: {error}"
        lines.append((seed, name, found))
    return lines


def all_lines(chosen: argparse.Namespace) -> Iterator[Line]:
    end = chosen.seed + chosen.shops
    chunks = [(first, min(CHUNK, end - first)) for first in range(chosen.seed, end, CHUNK)]
    job = partial(_chunk, only=chosen.only)
    os.environ["POLARS_MAX_THREADS"] = "1"  # of each worker: frames this small gain by no second
    with multiprocessing.get_context("spawn").Pool(chosen.processes, maxtasksperchild=50) as pool:
        for lines in pool.imap_unordered(job, chunks):
            yield from lines


def _chunk(chunk: tuple[int, int], only: str | None) -> list[Line]:
    return compared(*chunk, only)


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.oracle.run")
    parser.add_argument("shops", type=int, nargs="?", default=1000)
    parser.add_argument("--seed", type=int, default=0, help="first seed")
    parser.add_argument("--only", choices=list(CHECKS))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--minutes", type=float, help="stop after so long, whatever is left")
    chosen = parser.parse_args()
    begun = time.monotonic()
    runs: Counter[str] = Counter()
    differing: list[int] = []
    for seed, name, found in all_lines(chosen):
        runs[name] += 1
        if found:
            differing.append(seed)
            print(f"seed {seed} {name}: {found[:SHOWN]}", flush=True)
        if chosen.minutes and time.monotonic() - begun > chosen.minutes * 60:
            break
    shops = ", ".join(f"{count} {name}" for name, count in sorted(runs.items()))
    print(f"{runs.total()} shops ({shops}) in {time.monotonic() - begun:.0f} s")
    print(f"{len(differing)} differ: {sorted(differing)[:100]}")
    return 1 if differing else 0


if __name__ == "__main__":
    raise SystemExit(main())

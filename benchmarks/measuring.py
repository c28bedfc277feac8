"""Whole processes, measured in interleaved rounds.

Only ratios mean something: every round runs all programs one after the other, so that a slow
machine or a noisy neighbour slows all of them. A round before the first warms the file cache, and
what the programs print in it is compared: see `benchmarks.figures`.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import IO

from benchmarks.figures import Figures, require_equal

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Program:
    """A process to be measured.

    `codes` are the exit codes that mean it did its work, `reads` finds the figures in what it
    prints (None: it prints none, or may find others), `environment` is added to this process's
    (None removes a variable).
    """

    name: str
    command: tuple[str, ...]
    codes: tuple[int, ...] = (0,)
    reads: Callable[[bytes], Figures] | None = None
    environment: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One finished process: seconds by the clock and on the processors, peak memory in MB."""

    seconds: float
    processor: float
    peak: float


@dataclass(frozen=True)
class Line:
    """The medians of one program, and the median of its ratios to the first program's time."""

    name: str
    seconds: float
    processor: float
    peak_mb: int
    ratio: float
    lowest: float
    highest: float


Rounds = dict[str, list[Run]]
"""Program → its runs, one a round."""


def run(program: Program, output: IO[bytes]) -> Run:
    """Run one process to its end; RuntimeError if it did not do its work."""
    wanted = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **program.environment}
    environment = {name: value for name, value in wanted.items() if value is not None}
    files = [(os.POSIX_SPAWN_DUP2, output.fileno(), 1)]
    begun = perf_counter()
    child = os.posix_spawn(program.command[0], program.command, environment, file_actions=files)
    # The usage of this child alone, where getrusage(RUSAGE_CHILDREN) has the largest of all.
    _, status, usage = os.wait4(child, 0)
    seconds = perf_counter() - begun
    code = os.waitstatus_to_exitcode(status)
    if code not in program.codes:
        raise RuntimeError(f"{program.name} ended with exit code {code}")
    unit = 1024 if sys.platform == "linux" else 1024 * 1024
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def printed(program: Program) -> bytes:
    """What an unmeasured run of the program prints."""
    with tempfile.TemporaryFile() as output:
        run(program, output)
        output.seek(0)
        return output.read()


def measure(programs: Sequence[Program], rounds: int) -> Rounds:
    """Interleaved rounds; UnequalError before the first one if two programs find other figures."""
    outputs = {program.name: printed(program) for program in programs}
    require_equal({p.name: p.reads(outputs[p.name]) for p in programs if p.reads})
    runs: Rounds = {program.name: [] for program in programs}
    with Path(os.devnull).open("wb") as sink:
        for _ in range(rounds):
            for program in programs:
                runs[program.name].append(run(program, sink))
    return runs


def ratios(own: Sequence[Run], base: Sequence[Run]) -> list[float]:
    """Time by time of the same round."""
    return [a.seconds / b.seconds for a, b in zip(own, base, strict=True)]


def lines(runs: Rounds) -> list[Line]:
    """Medians of every program, with ratios to the first one."""
    base = next(iter(runs.values()))
    return [
        Line(
            name,
            round(statistics.median(r.seconds for r in own), 3),
            round(statistics.median(r.processor for r in own), 3),
            round(max(r.peak for r in own)),
            round(statistics.median(ratios(own, base)), 2),
            round(min(ratios(own, base)), 2),
            round(max(ratios(own, base)), 2),
        )
        for name, own in runs.items()
    ]

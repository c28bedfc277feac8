"""Measure everything and write `RESULTS.md` and `growth.svg`: what `make bench` runs.

    python -m benchmarks.results [--sizes 0.1,0.3,1,3] [--dressed 1] [--runs 3]

Sizes are millions of messages. Exports that are not there yet are generated under
`benchmarks/data/`. Where figures differ, nothing is written: exit code 1, the figure is named.
DuckDB and pandas are run by the interpreter that the variable PEERS_PYTHON names.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.dresses import DRESSES
from benchmarks.figures import RULES, UnequalError
from benchmarks.measuring import ROOT, Rounds, Run, measure, ratios
from benchmarks.picture import growth, millions
from benchmarks.programs import AUDIT, PEERS, audits, check, floor, peers, startups, version

DATA = ROOT / "benchmarks" / "data"
RESULTS = ROOT / "benchmarks" / "RESULTS.md"
PICTURE = ROOT / "benchmarks" / "growth.svg"
SHOP = ROOT / "sample_data" / "healthy"
STARTS = 5
"""Rounds of starting up for each round of the others: they are short, so that noise is large."""
INTRODUCTION = """\
Written by `make bench`; do not edit. What is compared, and how, is in the [README](README.md).
Seconds are this machine's; only ratios carry over to another."""
SMALL = "**Small sizes only: starting up is a large part of every time, so no ratio is final.**"
LARGE = 1_000_000
"""Messages from which on ratios say little about starting up."""
BUSY = 0.25
"""A machine is called busy if so many of its processors have work before anything is measured."""


@dataclass(frozen=True)
class Measured:
    """Exports of one size, and the runs of every program over them."""

    messages: int
    megabytes: int
    runs: Rounds


def exports(messages: int) -> Path:
    """The folder of generated exports: an order to five messages, a ticket to ten orders."""
    folder = DATA / f"{messages}"
    if not folder.exists():
        unfinished = folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        sizes = {"chats": messages, "orders": messages // 5, "tickets": messages // 50}
        arguments = [text for name, size in sizes.items() for text in (f"--{name}", str(size))]
        _module("benchmarks.generate", *arguments, "--out", str(unfinished))
        unfinished.rename(folder)
    return folder


def dressed(messages: int) -> Path:
    """The folder of the same exports in every dress."""
    folder = DATA / f"{messages}-dressed"
    if not folder.exists():
        unfinished = folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        _module("benchmarks.dresses", str(exports(messages)), str(unfinished))
        unfinished.rename(folder)
    return folder


def _module(name: str, *arguments: str) -> None:
    # In a process of its own: what generating needs must not stay in this one's memory.
    subprocess.run([sys.executable, "-m", name, *arguments], check=True, cwd=ROOT)


def grown(sizes: Iterable[int], rounds: int) -> list[Measured]:
    """Floor, audit and peers over every size."""
    cache = DATA / "cache"
    found = []
    for messages in sizes:
        folder = exports(messages)
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir(parents=True)
        size = sum(path.stat().st_size for path in folder.glob("*.csv"))
        runs = measure([*audits(folder, cache=cache), *peers(folder)], rounds)
        found.append(Measured(messages, round(size / 1e6), runs))
    shutil.rmtree(cache, ignore_errors=True)
    return found


def worn(messages: int, rounds: int) -> Rounds:
    """Every dress of one shop, audit and floor of the same files; see `shape_table`."""
    folder = dressed(messages)
    programs = []
    for name in DRESSES:
        # Polars reads UTF-8 alone and gives a stray quote a meaning: the floor is a twin's.
        twin = "usual" if name in {"gb18030", "strays"} else name
        programs.append(floor(f"floor {name}", folder / twin))
        programs.append(check(name, folder / name, same=name != "strays"))
    return measure(programs, rounds)


def seconds(runs: Sequence[Run]) -> float:
    """Median by the clock."""
    return statistics.median(run.seconds for run in runs)


def peak(runs: Sequence[Run]) -> int:
    """MB, the largest of the rounds."""
    return round(max(run.peak for run in runs))


def ratio(own: Sequence[Run], base: Sequence[Run]) -> str:
    """Median, lowest and highest of the rounds."""
    all_of_them = ratios(own, base)
    middle = f"{statistics.median(all_of_them):.2f}"
    if len(all_of_them) == 1:
        return middle
    return f"{middle} ({min(all_of_them):.2f}–{max(all_of_them):.2f})"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown; the first column to the left, figures to the right."""
    marks = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, marks, *rows))


def size_table(measured: Measured) -> str:
    """All programs over the exports of one size."""
    base = next(iter(measured.runs.values()))
    audit = measured.runs[AUDIT]
    head = ("", "seconds", "processor s", "× floor", f"{AUDIT} takes × this", "peak MB")
    return table(
        head,
        (
            (
                name,
                f"{seconds(own):.2f}",
                f"{statistics.median(run.processor for run in own):.2f}",
                ratio(own, base),
                ratio(audit, own),
                f"{peak(own):,}",
            )
            for name, own in measured.runs.items()
        ),
    )


def growth_table(found: Sequence[Measured]) -> str:
    """Seconds per million messages and peak memory of every program at every size."""
    head = ("", *(f"{millions(each.messages)}" for each in found))
    rows: list[tuple[str, ...]] = []
    for name in found[0].runs:
        per_million = (seconds(each.runs[name]) * 1e6 / each.messages for each in found)
        rows.append((f"{name}: s per million", *(f"{cost:.2f}" for cost in per_million)))
        rows.append((f"{name}: peak MB", *(f"{peak(each.runs[name]):,}" for each in found)))
    return table(head, rows)


def shape_table(runs: Rounds) -> str:
    """The dresses, the cheapest one first, and how far the dearest lies above it."""
    costs = {name: seconds(runs[name]) for name in DRESSES}
    ordered = sorted(DRESSES, key=costs.__getitem__)
    rows = (
        (
            name,
            f"{costs[name]:.2f}",
            f"{statistics.median(run.processor for run in runs[name]):.2f}",
            ratio(runs[name], runs[f"floor {name}"]),
            ratio(runs[name], runs[ordered[0]]),
            f"{peak(runs[name]):,}",
        )
        for name in ordered
    )
    utf8 = [name for name in ordered if name != "gb18030"]
    head = ("dress", "seconds", "processor s", "× floor", "× cheapest", "peak MB")
    return (
        table(head, rows) + f"\n\nDearest of the dresses in UTF-8 against the cheapest, {utf8[-1]} "
        f"against {utf8[0]}: {ratio(runs[utf8[-1]], runs[utf8[0]])}. The floor of gb18030 and "
        "strays is that of the usual dress."
    )


def start_table(runs: Rounds) -> str:
    """What starting up costs against `import polars`."""
    base = next(iter(runs.values()))
    head = ("", "seconds", "× import polars", "peak MB")
    return table(
        head,
        (
            (name, f"{seconds(own):.3f}", ratio(own, base), f"{peak(own):,}")
            for name, own in runs.items()
        ),
    )


def machine() -> str:
    """Processors, memory and system."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        named = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = named[0].split(":")[1].strip() if named else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} processors ({model}), {memory:.0f} GB, {platform.system()}"


def versions() -> str:
    """The interpreter and the libraries that are compared."""
    named = [f"Python {platform.python_version()}"]
    named += [f"{library} {version(library)}" for library in PEERS if version(library)]
    return ", ".join(named)


def load() -> float:
    """Processes that had work in the last minute, to a processor."""
    return os.getloadavg()[0] / (os.cpu_count() or 1)


def page(
    found: Sequence[Measured],
    dresses: tuple[int, Rounds],
    starts: Rounds,
    stated: Mapping[str, str],
) -> str:
    """The whole of RESULTS.md."""
    absent = [name for library, (name, _) in PEERS.items() if not version(library)]
    parts = [
        "# Results",
        INTRODUCTION,
        table(("", ""), stated.items()).replace("---:", "---"),
        f"Before anything was timed, all programs found the same in {', '.join(RULES)}.",
    ]
    if max(each.messages for each in found) < LARGE:
        parts.append(SMALL)
    if absent:
        parts.append(f"**Left out, because not installed: {'; '.join(absent)}.**")
    parts += ["## Growth", "![growth](growth.svg)", growth_table(found)]
    for each in found:
        title = f"## {millions(each.messages)} messages, {each.megabytes:,} MB"
        parts += [title, size_table(each)]
    parts += [
        f"## One shop in {len(DRESSES)} dresses, {millions(dresses[0])} messages",
        shape_table(dresses[1]),
        "## Starting up",
        start_table(starts),
    ]
    return "\n\n".join(parts) + "\n"


def facts(rounds: int, before: float) -> dict[str, str]:
    """Where, when and with what was measured; `before` is the load before anything was."""
    state = "busy with other work, so that times are too long and ratios uncertain"
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "machine": machine(),
        "before the start": f"{before:.1f} processes to a processor: "
        + (state if before > BUSY else "quiet"),
        "versions": versions(),
        "rounds": f"{rounds} after an unmeasured one; {rounds * STARTS} of starting up",
    }


def write(
    found: Sequence[Measured],
    dresses: tuple[int, Rounds],
    starts: Rounds,
    stated: Mapping[str, str],
) -> None:
    """RESULTS.md and the picture beside it."""
    RESULTS.write_text(page(found, dresses, starts, stated), encoding="utf-8")
    costs = {
        name: [(each.messages, seconds(each.runs[name]) * 1e6 / each.messages) for each in found]
        for name in found[0].runs
    }
    PICTURE.write_text(growth(costs), encoding="utf-8")


def _sizes(text: str) -> list[int]:
    return sorted({round(float(part) * 1e6) for part in text.split(",")})


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=_sizes, default="0.1,0.3,1,3", help="millions of messages")
    parser.add_argument("--dressed", type=_sizes, default="1", help="the same, of the dresses")
    parser.add_argument("--runs", type=int, default=3, help="measured rounds")
    options = parser.parse_args()
    before = load()
    try:
        found = grown(options.sizes, options.runs)
        dresses = worn(options.dressed[0], options.runs)
        starts = measure(startups(SHOP), options.runs * STARTS)
    except UnequalError as error:
        print(error, file=sys.stderr)
        return 1
    write(found, (options.dressed[0], dresses), starts, facts(options.runs, before))
    print(f"{RESULTS.relative_to(ROOT)}, {PICTURE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

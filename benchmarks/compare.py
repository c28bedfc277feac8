"""Compare whole processes, interleaved: the audit, and what reading the same files costs at least.

    python -m benchmarks.compare DATA_DIR [--runs 5] [--peers] [--json FILE]
    python -m benchmarks.compare DATA_DIR --against OTHER_DIR [--runs 3]
    python -m benchmarks.compare --shapes DRESSED_DIR [--runs 3]
    python -m benchmarks.compare --startup SHOP_DIR [--runs 15]

Only ratios mean something: every round runs all programs one after the other, so that a slow
machine or a noisy neighbour slows all of them. The floor is Polars reading every column of every
file as text, because an audit that loses no row silently has to read them all.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent

FLOOR = """
import sys, polars as pl
for name in sys.argv[1:]:
    pl.scan_csv(name, infer_schema=False).collect()
"""
PANDAS = """
import sys, pandas as pd
for name in sys.argv[1:]:
    pd.read_csv(name, dtype=str, keep_default_na=False)
"""
DUCKDB = """
import sys, duckdb
for name in sys.argv[1:]:
    duckdb.sql(f"create or replace table t as from read_csv('{name}', all_varchar=true)")
"""
# The use case without the command line: what is left is the interpreter and the audit itself.
DRIVER = """
import sys, tempfile
from pathlib import Path
from kshop_audit.auditing.audit import audit
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.ingest import Request
from kshop_audit.model.settings import Settings
request = Request(tuple(map(Path, sys.argv[1:])), {}, {}, None, None)
with tempfile.TemporaryDirectory() as scratch:
    audit(AuditRequest(request, Settings()), Path(scratch))
"""
NOTHING = "pass"
IMPORT = "import polars"


@dataclass(frozen=True)
class Program:
    """A process to be measured; `codes` are the exit codes that mean it did its work."""

    name: str
    command: tuple[str, ...]
    codes: tuple[int, ...] = (0,)


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


def python(name: str, code: str, *arguments: str) -> Program:
    """A program of one script."""
    return Program(name, (sys.executable, "-c", code, *arguments))


def command(*arguments: str) -> tuple[str, ...]:
    """The product's command as it is installed beside this interpreter."""
    script = Path(sysconfig.get_path("scripts")) / "kshop-audit"
    start = (str(script),) if script.exists() else (sys.executable, "-m", "kshop_audit")
    return (*start, *arguments)


def check(name: str, folder: Path) -> Program:
    """The audit of a folder; its verdict may be pass, fail or incomplete."""
    options = ["--format", "json", "--isolated"]
    stated = subprocess.run(command("check", "--help"), capture_output=True, check=True)
    if b"--history" in stated.stdout:
        options += ["--history", "off"]
    return Program(name, command("check", str(folder), *options), (0, 1, 3))


def run(program: Program) -> Run:
    """Run one process to its end; RuntimeError if it did not do its work."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    with Path(os.devnull).open("wb") as sink:
        files = [(os.POSIX_SPAWN_DUP2, sink.fileno(), 1)]
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


def compare(programs: Sequence[Program], rounds: int) -> list[Line]:
    """Interleaved rounds after one unmeasured round that warms the file cache."""
    for program in programs:
        run(program)
    runs: dict[str, list[Run]] = {program.name: [] for program in programs}
    for _ in range(rounds):
        for program in programs:
            runs[program.name].append(run(program))
    base = runs[programs[0].name]
    lines = []
    for name, own in runs.items():
        ratios = [a.seconds / b.seconds for a, b in zip(own, base, strict=True)]
        lines.append(
            Line(
                name,
                round(statistics.median(r.seconds for r in own), 3),
                round(statistics.median(r.processor for r in own), 3),
                round(max(r.peak for r in own)),
                round(statistics.median(ratios), 2),
                round(min(ratios), 2),
                round(max(ratios), 2),
            )
        )
    return lines


def audits(folder: Path, *, peers: bool, driver: bool) -> list[Program]:
    """The floor, the audit and, where wanted and installed, other readers of the same files."""
    files = [str(path) for path in sorted(folder.glob("*.csv"))]
    if not files:
        raise SystemExit(f"{folder}: no .csv file; see benchmarks/generate.py")
    programs = [python("floor: polars, every column", FLOOR, *files)]
    if driver:
        programs.append(python("the audit without the command line", DRIVER, str(folder)))
    else:
        programs.append(check("kshop-audit check", folder))
    if peers and find_spec("duckdb"):
        programs.append(python("duckdb, every column", DUCKDB, *files))
    if peers and find_spec("pandas"):
        programs.append(python("pandas, every column", PANDAS, *files))
    return programs


def dresses(folder: Path, other: Path) -> list[Program]:
    """The audit of the same exports twice, as in another encoding."""
    return [check(f"kshop-audit check {path.name}", path) for path in (folder, other)]


def shapes(folder: Path) -> list[Program]:
    """The audits of one shop in every dress (see `dresses`), after the floor of the usual one."""
    usual = [str(path) for path in sorted((folder / "usual").glob("*.csv"))]
    worn = sorted(path for path in folder.iterdir() if path.is_dir())
    return [
        python("floor: polars, every column, usual dress", FLOOR, *usual),
        *(check(f"kshop-audit check {path.name}", path) for path in worn),
    ]


def startups(folder: Path) -> list[Program]:
    """What a command costs before it reads anything."""
    return [
        python("import polars", IMPORT),
        python("python alone", NOTHING),
        Program("kshop-audit --help", command("--help")),
        check(f"kshop-audit check {folder.name}", folder),
    ]


def programs_of(options: argparse.Namespace) -> list[Program]:
    """What the command line asks to be compared."""
    if options.startup:
        return startups(options.folder)
    if options.shapes:
        return shapes(options.folder)
    if options.against:
        return dresses(options.folder, options.against)
    return audits(options.folder, peers=options.peers, driver=options.driver)


def table(lines: Sequence[Line]) -> str:
    """The lines as text for a terminal."""
    rows = [("", "seconds", "cpu s", "peak MB", "ratio", "lowest-highest")]
    rows += [
        (
            line.name,
            f"{line.seconds:.3f}",
            f"{line.processor:.3f}",
            f"{line.peak_mb}",
            f"{line.ratio:.2f}",
            f"{line.lowest:.2f}-{line.highest:.2f}",
        )
        for line in lines
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        row[0].ljust(widths[0])
        + "".join("  " + cell.rjust(wide) for cell, wide in zip(row[1:], widths[1:], strict=True))
        for row in rows
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="generated exports, or a small sample shop")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--startup", action="store_true", help="compare with import polars")
    parser.add_argument("--shapes", action="store_true", help="folders of benchmarks.dresses")
    parser.add_argument(
        "--against", type=Path, metavar="DIR", help="the same exports, written otherwise"
    )
    parser.add_argument("--peers", action="store_true", help="pandas and DuckDB, where installed")
    parser.add_argument("--driver", action="store_true", help="call the use case, not the command")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    lines = compare(programs_of(options), options.runs)
    print(table(lines))
    stated = json.dumps(
        {
            "folder": options.folder.name,
            "bytes": sum(path.stat().st_size for path in options.folder.glob("*.csv")),
            "rounds": options.runs,
            "processors": os.cpu_count(),
            "programs": [asdict(line) for line in lines],
        },
        ensure_ascii=False,
        indent=2,
    )
    if options.json is None:
        print(stated)
    else:
        options.json.write_text(stated + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

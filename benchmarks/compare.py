"""Compare whole processes, interleaved: the audit, and what reading the same files costs at least.

    python -m benchmarks.compare DATA_DIR [--runs 5] [--peers] [--json FILE]
    python -m benchmarks.compare DATA_DIR --against OTHER_DIR [--runs 3]
    python -m benchmarks.compare --shapes DRESSED_DIR [--runs 3]
    python -m benchmarks.compare --startup SHOP_DIR [--runs 15]

Where two programs find another figure in the same files, no ratio is printed: exit code 1, and the
figure is named. The floor is Polars reading every column of every file as text, because an audit
that loses no row silently has to read them all.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.figures import UnequalError
from benchmarks.measuring import Line, Program, lines, measure
from benchmarks.programs import against, audits, peers, shapes, startups


def programs_of(options: argparse.Namespace) -> list[Program]:
    """What the command line asks to be compared."""
    if options.startup:
        return startups(options.folder)
    if options.shapes:
        return shapes(options.folder)
    if options.against:
        return against(options.folder, options.against)
    programs = audits(options.folder, driver=options.driver)
    return [*programs, *peers(options.folder)] if options.peers else programs


def table(found: Sequence[Line]) -> str:
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
        for line in found
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        row[0].ljust(widths[0])
        + "".join("  " + cell.rjust(wide) for cell, wide in zip(row[1:], widths[1:], strict=True))
        for row in rows
    )


def main(arguments: Sequence[str] | None = None) -> int:
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
    parser.add_argument("--peers", action="store_true", help="Polars, DuckDB, pandas if installed")
    parser.add_argument("--driver", action="store_true", help="call the use case, not the command")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args(arguments)
    try:
        found = lines(measure(programs_of(options), options.runs))
    except UnequalError as error:
        print(error, file=sys.stderr)
        return 1
    print(table(found))
    stated = json.dumps(
        {
            "folder": options.folder.name,
            "bytes": sum(path.stat().st_size for path in options.folder.glob("*.csv")),
            "rounds": options.runs,
            "processors": os.cpu_count(),
            "programs": [asdict(line) for line in found],
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

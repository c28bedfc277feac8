"""Damage at every place of the rows of the sample shops' files, held against the strict reader.

python -m tests.reading_truth.strictly [--every N]   judge every N-th place; all in some minutes

`places` reads whole files and audits whole shops, which costs seconds a place. The strict reader is
the reference of all reading, so what it makes of the damaged row and those around it is judged
here at every place; that the quick reader does the same is for the tests of the readers.
"""

# ruff: noqa: T201  a command that prints

from __future__ import annotations

import argparse
import functools
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from kshop_audit.ingest import Request, open_inputs
from kshop_audit.ingest.decode.grammar import lines_of, records
from kshop_audit.ingest.decode.strict import RecordTable
from kshop_audit.ingest.decode.torn import WholeRow, rows
from kshop_audit.ingest.decode.widths import WidthForm
from kshop_audit.ingest.headers.catalogue import mostly_known
from kshop_audit.model.schema import Type
from tests.reading_truth.places import ROWS, SAMPLES, Cells, Place, places, raw_lines, written

ABOVE, BELOW = 2, 12
"""Rows around the damaged one that are read with it: an open quote may take some along."""


@functools.cache
def form_of(shop: str, file: str) -> WidthForm:
    """What the rows of a file look like."""
    path = SAMPLES / shop / file
    with tempfile.TemporaryDirectory() as scratch:
        (source,) = open_inputs(Request((path,)), Path(scratch))
        found = source.records
        assert found is not None
        table = RecordTable(
            path, file, len("\ufeff".encode()) + found.header.end, found.header,
            next((part.places[0] for part in found.parts if part.key), None),
            tuple(p.places[0] for p in found.parts if p.column.type in (Type.TIME, Type.DATE)),
            tuple(place for part in found.parts for place in part.places),
        )  # fmt: skip
        return table.form()


def read(lines: Cells, form: WidthForm) -> list[WholeRow]:
    """The rows of these lines, header excluded."""
    data = written(lines).removeprefix("\ufeff".encode())
    return list(rows(records(lines_of(data, 0, len(data)), form.separator), form, mostly_known))


@functools.lru_cache(maxsize=64)
def _clean(shop: str, file: str, first: int, last: int) -> Counter[tuple[str, ...]]:
    found = read([list(line) for line in raw_lines(shop, file)[first:last]], form_of(shop, file))
    assert not any(row.fault for row in found)
    return Counter(tuple(row.cells) for row in found)


def faults(place: Place) -> Iterator[str]:
    """What is wrong with the reading of a damaged row and those around it."""
    every, form = raw_lines(place.shop, place.file), form_of(place.shop, place.file)
    first, last = max(1, place.line - ABOVE), place.line + BELOW
    clean = _clean(place.shop, place.file, first, last)
    lines = [list(line) for line in every[first:last]]
    ROWS[place.damage](lines[place.line - first], place.cell)
    found = read(lines, form)
    kept = [tuple(row.cells) for row in found if not row.fault]
    wrong = Counter(kept) - clean
    if wrong:
        yield f"{place.stated}: {sum(wrong.values())} rows read that are none"
    away = sum(clean.values()) - len(found)
    if away > 0:
        yield f"{place.stated}: {away} rows neither read nor rejected"


def judge(chosen: Sequence[Place]) -> tuple[Counter[str], list[str]]:
    """How many places of each damage were judged, and the faults."""
    counts: Counter[str] = Counter()
    found: list[str] = []
    for place in chosen:
        counts[place.damage] += 1
        found += faults(place)
    return counts, found


def main() -> int:
    """Judge the places, print what was found; 1 if there were faults."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    every = list(places(rows=True))[:: parser.parse_args().every]
    counts, found = judge(every)
    for damage, count in counts.items():
        print(f"{damage:24} {count} places")
    print(f"{len(every)} places, {len(found)} faults")
    for line in found[:40]:
        print(line)
    return bool(found)


if __name__ == "__main__":
    raise SystemExit(main())

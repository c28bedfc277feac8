"""The records of a file as text, before anything is understood: the two readers meet here."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from kshop_audit.ingest.cells import reasons
from kshop_audit.ingest.cells.protection import trim
from kshop_audit.model.frozen import frozen
from kshop_audit.tables import ROW

FAULT = "_fault"
"""Reason code of a record that is no row: wrong number of cells, open quote … else null."""
FAULT_VALUE = "_fault_value"


def cell(place: int) -> str:
    """Name of the raw column of the header's cell number `place` (first = 0)."""
    return f"c{place}"


@frozen
class Raw:
    """All records of a file: String columns `cell(i)`, never null, ROW, FAULT and FAULT_VALUE.

    `slow`: it had to be read record by record.
    `faulty`: FAULT may be something else than null. `size`: bytes of the file that is scanned, 0
    where the rows are in memory already.
    """

    frame: pl.LazyFrame
    slow: bool
    faulty: bool = True
    size: int = 0


@frozen
class Place:
    """Where records stand: behind so many physical lines and so many records of a file.

    `cells`: of every row; `names`: of them, those that have a header. `stated`: a faulty row has 2
    cells more, that say why.
    """

    path: Path
    separator: str
    names: int
    cells: int
    lines: int = 0
    row: int = 0
    stated: bool = False


def scan(place: Place) -> Raw:
    """Scan records that are known to be regular."""
    width = place.cells + 2 * place.stated
    frame = pl.scan_csv(
        place.path,
        has_header=False,
        separator=place.separator,
        quote_char='"',
        skip_lines=place.lines,
        schema={cell(number): pl.String() for number in range(width)},
        infer_schema=False,
        missing_columns="insert",
        empty_string_is_null=False,
        row_index_name=ROW,
        row_index_offset=place.row + 1,
        glob=False,
    )
    faulty = place.stated or place.cells > place.names
    size = place.path.stat().st_size
    return Raw(frame.with_columns(*_faults(place)), slow=place.stated, faulty=faulty, size=size)


def _faults(place: Place) -> Iterable[pl.Expr]:
    """FAULT and FAULT_VALUE: filled cells beyond the header, and what was found in a row."""
    code = found = pl.lit(None, pl.String())
    if place.cells > place.names:
        extra = [_filled(number) for number in range(place.names, place.cells)]
        count = pl.max_horizontal(
            pl.when(filled).then(pl.lit(place.names + number + 1, pl.UInt32()))
            for number, filled in enumerate(extra)
        )
        long = pl.any_horizontal(extra)
        code = pl.when(long).then(pl.lit(reasons.TOO_MANY))
        found = pl.when(long).then(pl.format("{}/{}", count, pl.lit(place.names)))
    if place.stated:
        reason, value = (pl.col(cell(place.cells + number)) for number in range(2))
        stated = reason != ""
        code = pl.when(stated).then(reason).otherwise(code)
        found = pl.when(stated).then(pl.when(value != "").then(value)).otherwise(found)
    return code.alias(FAULT), found.alias(FAULT_VALUE)


def _filled(number: int) -> pl.Expr:
    return trim(pl.col(cell(number))) != ""


def empty(width: int) -> Raw:
    """A file with a header and nothing below it."""
    columns = {cell(place): pl.String() for place in range(width)}
    frame = pl.DataFrame(
        schema={**columns, ROW: pl.UInt32(), FAULT: pl.String(), FAULT_VALUE: pl.String()}
    )
    return Raw(frame.lazy(), slow=False, faulty=False)

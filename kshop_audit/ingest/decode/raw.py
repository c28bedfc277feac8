"""The records of a file as text, before anything is understood: the two readers meet here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from kshop_audit.ingest.cells import reasons
from kshop_audit.ingest.cells.protection import trim
from kshop_audit.ingest.decode.csv_check import Shape
from kshop_audit.tables import ROW

FAULT = "_fault"
"""Reason code of a record that is no row: wrong number of cells, open quote … else null."""
FAULT_VALUE = "_fault_value"


def cell(place: int) -> str:
    """Name of the raw column of the header's cell number `place` (first = 0)."""
    return f"c{place}"


@dataclass(frozen=True, slots=True)
class Raw:
    """All records of a file: String columns `cell(i)`, never null, ROW, FAULT and FAULT_VALUE.

    `slow`: it had to be read record by record.
    `faulty`: FAULT may be something else than null.
    """

    frame: pl.LazyFrame
    slow: bool
    faulty: bool = True


def scan(path: Path, separator: str, shape: Shape, *, lines: int, row: int) -> Raw:
    """Scan a file whose shape is known. `lines`: physical lines to skip, `row`: last row above."""
    frame = pl.scan_csv(
        path,
        has_header=False,
        separator=separator,
        quote_char='"',
        skip_lines=lines,
        schema={cell(place): pl.String() for place in range(shape.cells)},
        infer_schema=False,
        missing_columns="insert",
        empty_string_is_null=False,
        row_index_name=ROW,
        row_index_offset=row + 1,
        glob=False,
    )
    faulty = bool(shape.short) or shape.cells > shape.width
    return Raw(frame.with_columns(*_faults(shape, row + 1)), slow=False, faulty=faulty)


def _faults(shape: Shape, first: int) -> Iterable[pl.Expr]:
    width = shape.width
    code = pl.lit(None, pl.String())
    found = pl.lit(None, pl.String())
    if shape.cells > width:
        extra = [_filled(place) for place in range(width, shape.cells)]
        count = pl.max_horizontal(
            pl.when(filled).then(pl.lit(width + place + 1, pl.UInt32()))
            for place, filled in enumerate(extra)
        )
        long = pl.any_horizontal(extra)
        code = pl.when(long).then(pl.lit(reasons.TOO_MANY))
        found = pl.when(long).then(pl.format("{}/{}", count, pl.lit(width)))
    if shape.short:
        rows = {first + record: f"{cells}/{width}" for record, cells in shape.short.items()}
        short = pl.col(ROW).replace_strict(rows, default=None, return_dtype=pl.String())
        # Cells that a row lacks read as empty, so a row of nothing but empty cells is blank.
        places = width if max(shape.short.values()) > 1 else 1
        short = pl.when(pl.any_horizontal(_filled(place) for place in range(places))).then(short)
        code = pl.when(short.is_not_null()).then(pl.lit(reasons.TOO_FEW)).otherwise(code)
        found = pl.coalesce(short, found)
    return code.alias(FAULT), found.alias(FAULT_VALUE)


def _filled(place: int) -> pl.Expr:
    return trim(pl.col(cell(place))) != ""


def empty(width: int) -> Raw:
    """A file with a header and nothing below it."""
    columns = {cell(place): pl.String() for place in range(width)}
    frame = pl.DataFrame(
        schema={**columns, ROW: pl.UInt32(), FAULT: pl.String(), FAULT_VALUE: pl.String()}
    )
    return Raw(frame.lazy(), slow=False, faulty=False)

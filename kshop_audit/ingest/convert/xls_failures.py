"""Formulas that failed in a workbook of the old format .xls, which the reading library drops."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from contextlib import suppress
from io import StringIO
from pathlib import Path

import polars as pl

FailedCells = Mapping[tuple[int, int], str]
"""(row, column) of a sheet, from 0 → the failure that stands there, such as #N/A."""


def failures(path: Path) -> dict[str, FailedCells]:
    """Sheet → cells of failed formulas of an .xls, which the reading library gives as empty.

    As there, the columns are counted from the first one that has a cell.
    """
    import xlrd  # noqa: PLC0415  an extra

    found: dict[str, FailedCells] = {}
    # What xlrd cannot read has no failures to show; the other library decides on the file.
    faults = (xlrd.XLRDError, AssertionError, IndexError, struct.error, UnicodeDecodeError)
    with suppress(*faults), xlrd.open_workbook(path, on_demand=True, logfile=StringIO()) as book:
        for name in book.sheet_names():
            sheet = book.sheet_by_name(name)
            types = [sheet.row_types(row) for row in range(sheet.nrows)]
            used = [next((n for n, kind in enumerate(row) if kind), None) for row in types]
            first = min((place for place in used if place is not None), default=0)
            found[name] = {
                (row, place - first): xlrd.error_text_from_code[sheet.cell_value(row, place)]
                for row, kinds in enumerate(types)
                for place, kind in enumerate(kinds)
                if kind == xlrd.XL_CELL_ERROR
            }
            book.unload_sheet(name)
    return found


def with_failures(frame: pl.DataFrame, failed: FailedCells) -> pl.DataFrame:
    """The texts, with the failures of formulas where nothing stands."""
    columns: dict[int, dict[int, str]] = {}
    for (row, place), failure in failed.items():
        if row < frame.height and place < frame.width:
            columns.setdefault(place, {})[row] = failure
    for place, rows in columns.items():
        name = frame.columns[place]
        here = pl.Series(name, [rows.get(row) for row in range(frame.height)], dtype=pl.String)
        frame = frame.with_columns(pl.coalesce(pl.col(name), here).alias(name))
    return frame

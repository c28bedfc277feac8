"""Merged cells of workbooks in the binary formats .xls and .xlsb, found in their own records."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from kshop_audit.ingest.convert.merged import Area, from_first, targets_of
from kshop_audit.ingest.files.archive import FAULTS, opened
from kshop_audit.model.patterns import regex

if TYPE_CHECKING:
    from xlrd.sheet import Sheet

_SHEETS = "xl/worksheets/"
_MERGES, _MERGE = 177, 176
"""Numbers of the records of .xlsb that open a list of merged cells, and of one area."""
_SHEET = 156
"""Number of the record of a sheet in the workbook: state and number, then the id of its part."""
_BEGUN = b"\xb1\x01\x04"
_CELLS = range(2, 12)
"""Numbers of the records of cells in which something stands."""

# What the library, which is Python, makes of formats that it does not know.
_UNKNOWN_FORMATS = (
    LookupError, ValueError, ArithmeticError, AttributeError, TypeError, NotImplementedError,
    struct.error,
)  # fmt: skip
# A record of merged cells in an .xls: number, length, count, areas of eight bytes each.
_OLD = regex(rb"\xe5\x00(..)(..)", re.DOTALL)


class UnplacedError(Exception):
    """There are merged cells, and it cannot be told where."""


def of_xlsb(path: Path) -> Mapping[int, tuple[Area, ...]]:
    """The areas of several rows, by the place of the sheet. UnplacedError if a part is damaged."""
    found = {}
    with opened(path, path.name) as archive:
        merging = [
            part
            for part in archive.namelist()
            if part.startswith(_SHEETS) and _BEGUN in archive.read(part)
        ]
        if not merging:
            return {}
        try:
            places = _places(archive)
            for part in merging:
                found[places[part]] = tuple(_areas(archive.read(part)))
        except (*FAULTS, KeyError, struct.error, IndexError) as error:
            raise UnplacedError from error
    return found


def _places(archive: ZipFile) -> dict[str, int]:
    """Part of the archive → place of the sheet in the workbook."""
    targets = targets_of(archive, "xl/_rels/workbook.bin.rels")
    data, ids = archive.read("xl/workbook.bin"), list[str]()
    for number, at in _records(data):
        if number == _SHEET:
            (length,) = struct.unpack_from("<I", data, at + 8)
            ids.append(data[at + 12 : at + 12 + 2 * length].decode("utf-16-le"))
    return {targets[own]: place for place, own in enumerate(ids) if own in targets}


def _areas(data: bytes) -> Iterator[Area]:
    areas, first = [], None
    for number, at in _records(data):
        if number in _CELLS:
            (column,) = struct.unpack_from("<I", data, at)
            first = column if first is None else min(first, column)
        elif number == _MERGE:
            top, bottom, left, right = struct.unpack_from("<4I", data, at)
            if left == right and top < bottom:
                areas.append(Area(left, top, bottom))
    return from_first(areas, first or 0)


def _records(data: bytes) -> Iterator[tuple[int, int]]:
    """Number and place of the content of every record of an .xlsb."""
    at = 0
    while at < len(data):
        number, at = _counted(data, at, 2)
        size, at = _counted(data, at, 4)
        yield number, at
        at += size


def _counted(data: bytes, at: int, most: int) -> tuple[int, int]:
    """A number in bytes of seven bits, low ones first, and the place behind it."""
    number = 0
    for place in range(most):
        byte = data[at + place]
        number |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            return number, at + place + 1
    return number, at + most


def _may_merge(data: bytes) -> bool:
    """Whether a record of merged cells of several rows may be in an .xls."""
    for found in _OLD.finditer(data):
        length, count = (int.from_bytes(part, "little") for part in found.groups())
        if count and length == 2 + 8 * count:
            return True
    return False


def _first(sheet: Sheet) -> int:
    """The first column in which something stands."""
    rows = (sheet.row_types(row) for row in range(sheet.nrows))
    used = (next((n for n, kind in enumerate(row) if kind not in (0, 6)), None) for row in rows)
    return min((place for place in used if place is not None), default=0)


def of_xls(path: Path) -> Mapping[str, tuple[Area, ...]]:
    """The same by the name of the sheet, for .xls. UnplacedError if its formats cannot be read."""
    import xlrd  # noqa: PLC0415  an extra

    if not _may_merge(path.read_bytes()):
        return {}
    found = {}
    try:
        with xlrd.open_workbook(
            path, on_demand=True, formatting_info=True, logfile=StringIO()
        ) as book:
            for name in book.sheet_names():
                sheet = book.sheet_by_name(name)
                areas = [
                    Area(left, top, bottom - 1)
                    for top, bottom, left, right in sheet.merged_cells
                    if right - left == 1 and bottom - top > 1
                ]
                if areas:
                    found[name] = tuple(from_first(areas, _first(sheet)))
                book.unload_sheet(name)
    except (xlrd.XLRDError, AssertionError, *_UNKNOWN_FORMATS) as error:
        raise UnplacedError from error
    return found

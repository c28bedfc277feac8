"""Merged cells of workbooks: what stands in the first of them holds for each of their rows.

The library that reads the cells says nothing of merged ones, so their areas are read from the parts
of the workbook itself. It counts columns from the first one that is used, and so do areas here.
Only columns are filled: a cell that is merged over several columns is a title, not the value of
each.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import polars as pl

from kshop_audit.ingest.files.archive import FAULTS, opened
from kshop_audit.ingest.files.container import BLOCK
from kshop_audit.model.patterns import regex

MARK = b"mergeCell"
"""What stands in the part of a sheet that has merged cells."""

MOST_AREAS = 1_000_000
"""Areas of one sheet that are looked at: more than any export has groups."""

_AREA = regex(
    rb"""<(?:\w+:)?mergeCell\s[^<>]*?ref=["']([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})["']"""
)
_CELL = regex(rb"""<(?:\w+:)?c\s[^<>]*?\br=["']([A-Z]{1,3})[0-9]{1,7}["'][^<>]*(?<!/)>""")
"""A cell in which something stands."""
_TAG = 512
LARGEST_PART = 1 << 24
"""Bytes of the list of sheets."""


class Area(NamedTuple):
    """Rows `first` to `last` of a column, all counted from 0, columns from the first used one."""

    column: int
    first: int
    last: int


def areas(path: Path, name: str, parts: Collection[str]) -> dict[int, tuple[Area, ...]]:
    """The areas of several rows, by the place of the sheet in the workbook.

    `parts`: the sheets that have any, by their names in the archive. A part that cannot be read
    has none: the library says what is wrong with it.
    """
    try:
        with opened(path, name) as archive:
            places = _places(archive)
            found = {}
            for part in parts:
                if part not in places:
                    continue
                with archive.open(part) as file:
                    found[places[part]] = tuple(_areas(iter(lambda: file.read(BLOCK), b"")))
            return found
    except (*FAULTS, ET.ParseError, KeyError):
        return {}


def _areas(blocks: Iterator[bytes]) -> Iterator[Area]:
    end, used, found = b"", frozenset[bytes](), list[Area]()
    for block in blocks:
        text = end + block
        last = 0
        used |= frozenset(_CELL.findall(text))
        for match in _AREA.finditer(text):
            last = match.end()
            left, top, right, bottom = match.groups()
            if left == right and top != bottom:
                found.append(Area(_number(left) - 1, int(top) - 1, int(bottom) - 1))
        if len(found) > MOST_AREAS:
            break
        end = text[max(last, len(text) - _TAG) :]
    return from_first(found, min(map(_number, used), default=1) - 1)


def from_first(found: Iterable[Area], first: int) -> Iterator[Area]:
    """The areas with columns counted from the first one that is used."""
    return (area._replace(column=area.column - first) for area in found if area.column >= first)


def _number(column: bytes) -> int:
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number


def _places(archive: ZipFile) -> dict[str, int]:
    """Part of the archive → place of the sheet in the workbook."""
    targets = targets_of(archive, "xl/_rels/workbook.xml.rels")
    book = _parsed(archive, "xl/workbook.xml")
    sheets = [node for node in book.iter() if node.tag.rpartition("}")[2] == "sheet"]
    ids = [
        next((v for key, v in sheet.items() if key.rpartition("}")[2] == "id"), None)
        for sheet in sheets
    ]
    return {targets[own]: place for place, own in enumerate(ids) if own in targets}


def targets_of(archive: ZipFile, part: str) -> dict[str | None, str]:
    """The id of each part that the workbook refers to, and its name in the archive."""
    targets = {}
    for relation in _parsed(archive, part):
        target = relation.get("Target", "")
        absolute = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        targets[relation.get("Id")] = posixpath.normpath(absolute)
    return targets


def _parsed(archive: ZipFile, part: str) -> ET.Element:
    """A small part of the workbook; KeyError for one that no workbook has."""
    if archive.getinfo(part).file_size > LARGEST_PART:
        raise KeyError(part)
    text = archive.read(part)
    if b"<!DOCTYPE" in text:  # which could define entities of any size
        raise KeyError(part)
    return ET.fromstring(text)  # noqa: S314  small, and without entities of its own


def spread(frame: pl.DataFrame, found: Sequence[Area]) -> pl.DataFrame:
    """The texts of a sheet with those of merged cells in each of their rows."""
    by_column: dict[int, list[Area]] = {}
    for area in found:
        if area.column < frame.width and area.first < frame.height:
            by_column.setdefault(area.column, []).append(area)
    filled = []
    for column, own in by_column.items():
        values = frame.to_series(column)
        # From the row of each area its text is carried on to the last row of the area.
        starts = (
            pl.DataFrame(
                {"row": [a.first for a in own], "last": [a.last for a in own]},
                schema={"row": pl.Int64, "last": pl.Int64},
            )
            .unique("row", keep="first")
            .sort("row")
        )
        rows = pl.DataFrame({"row": pl.int_range(frame.height, eager=True), "text": values})
        texts = starts.join(rows, on="row", how="left")
        joined = rows.sort("row").join_asof(texts, on="row", suffix="_above")
        inside = (pl.col("row") <= pl.col("last")) & pl.col("text").is_null()
        text = pl.when(inside).then("text_above").otherwise("text")
        filled.append(joined.select(text.alias(values.name)).to_series())
    return frame.with_columns(filled)

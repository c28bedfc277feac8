"""From which day a workbook counts: 1900, or 1904 as older ones of the Macintosh do.

The library that reads the cells places those that are formatted as dates; bare numbers stay what
they are, and only the workbook tells what they count from.
"""

from __future__ import annotations

import struct
import zipfile
from contextlib import suppress
from io import StringIO
from pathlib import Path

from kshop_audit.model.patterns import regex

MOST = 1 << 20
"""Bytes of the part in which the date system stands at the beginning."""

_XML = regex(rb"""<(?:\w+:)?workbookPr\s[^<>]*?date1904=["'](?:1|true)["']""")
_PROPERTIES = b"\x99\x01"
"""The number of the record with the workbook's properties in its binary form."""


def counts_from_1904(path: Path) -> bool:
    """Whether days count from 1904; False for a workbook that does not tell."""
    if path.suffix == ".xls":
        return _of_xls(path)
    with suppress(OSError, KeyError, zipfile.BadZipFile), zipfile.ZipFile(path) as parts:
        binary = path.suffix == ".xlsb"
        with parts.open("xl/workbook.bin" if binary else "xl/workbook.xml") as file:
            text = file.read(MOST)
        return _of_binary(text) if binary else _XML.search(text) is not None
    return False


def _of_binary(text: bytes) -> bool:
    """The first bit of the properties: identifier, length of the record, flags."""
    at = text.find(_PROPERTIES)
    return 0 <= at < len(text) - 3 and bool(text[at + 3] & 1)


def _of_xls(path: Path) -> bool:
    import xlrd  # noqa: PLC0415  an extra

    faults = (xlrd.XLRDError, AssertionError, IndexError, struct.error, UnicodeDecodeError)
    with suppress(*faults), xlrd.open_workbook(path, on_demand=True, logfile=StringIO()) as book:
        return bool(book.datemode == 1)
    return False

"""Sheets of a workbook that a spreadsheet does not show: they are read, and said to be hidden."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from pathlib import Path

from kshop_audit.model.patterns import regex

MOST = 1 << 20
"""Bytes of the part that lists the sheets, near its beginning."""

_SHEET = regex(rb"<(?:\w+:)?sheet\s[^<>]*>")
_HIDDEN = regex(rb"""\sstate=["'](?:hidden|veryHidden)["']""")


def hidden_sheets(path: Path) -> frozenset[int]:
    """The places of the hidden ones among all sheets; none of a workbook in a binary format."""
    if path.suffix != ".xlsx":
        return frozenset()
    with (
        suppress(OSError, KeyError, zipfile.BadZipFile),
        zipfile.ZipFile(path) as parts,
        parts.open("xl/workbook.xml") as file,
    ):
        listed = _SHEET.findall(file.read(MOST))
        return frozenset(n for n, sheet in enumerate(listed) if _HIDDEN.search(sheet))
    return frozenset()

"""A copy of a damaged file in which the quick reader finds what the strict reader sees.

What is regular is copied as it stands. In the spans that are not, every record is written anew:
its cells, and where it is no row two cells more, with the reason and what shows it.
"""

from __future__ import annotations

import csv
import mmap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from kshop_audit.ingest.decode.csv_check import Frame, Span
from kshop_audit.ingest.decode.grammar import lines_of, records
from kshop_audit.ingest.decode.torn import Heads, WholeRow, rows
from kshop_audit.ingest.files.container import BLOCK
from kshop_audit.model.patterns import regex

_NO_TEXT = regex("[\udc80-\udcff]")
_BATCH = 1_000


def repaired(frame: Frame, spans: Sequence[Span], heads: Heads, target: Path) -> None:
    """Write the records of a file to `target`, those of the spans as strictly read."""
    separator = frame.form.byte
    with (
        frame.path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        target.open("wb") as out,
    ):
        done = frame.start
        for start, end in spans:
            _copy(data, done, start, out)
            found = records(
                lines_of(data, start, end, frame.form.ending),
                frame.form.separator,
                frame.form.ending,
            )
            _write(_cells(rows(found, frame.form, heads), frame), separator, out)
            done = end
        _copy(data, done, len(data), out)


def _copy(data: mmap.mmap, start: int, end: int, out: BinaryIO) -> None:
    out.writelines(data[at : min(at + BLOCK, end)] for at in range(start, end, BLOCK))


def _cells(found: Iterable[WholeRow], frame: Frame) -> Iterator[list[str]]:
    """The cells of every record as they are written; a faulty one has two more."""
    width = frame.form.cells
    for row in found:
        cells = [*row.cells[:width], *[""] * (width - len(row.cells))]
        if row.fault is not None:
            cells += [row.fault, row.shown(frame.form.names)]
        yield [_NO_TEXT.sub("\ufffd", text).replace("\0", "") for text in cells]


class _RowText:
    """Collects what the writer of the csv module writes."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, text: str) -> int:
        self.parts.append(text)
        return len(text)


def _write(found: Iterable[list[str]], separator: str, out: BinaryIO) -> None:
    text = _RowText()
    # Every cell in quotes: what is written cannot be mistaken for anything else.
    writer = csv.writer(text, delimiter=separator, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for cells in found:
        writer.writerow(cells)
        if len(text.parts) >= _BATCH:
            out.write("".join(text.parts).encode())
            text.parts.clear()
    out.write("".join(text.parts).encode())

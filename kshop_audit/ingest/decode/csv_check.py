"""Prove that a CSV file is canonical, so that Polars reads exactly what the csv module would.

Polars is some thirty times faster than the csv module but loses rows silently on stray quotes and
pads short rows. So the whole file is checked first, at about 0.5 GB/s: every quote opens or
closes a cell, and every record has as many separators as the header. What fails is read by
`records`; rows with too few or too many cells alone do not fail, they are remembered.
"""

from __future__ import annotations

import codecs
import functools
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from kshop_audit.ingest.decode.decoding import are_utf8
from kshop_audit.ingest.files.container import BLOCK

MOST_FAULTS = 100_000
"""Short rows that are remembered by number; more than that and the file is read row by row."""

MOST_EXTRA_CELLS = 64

FEW_QUOTES = 4_000
"""Per block: cutting out so few cells one by one is quicker than comparing all lines (measured)."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the check found.

    `short`: record (first = 0) → its number of cells, where it has too few. `width`: cells of the
    header; `cells`: the most cells any record has, at least as many.
    """

    width: int
    cells: int
    short: dict[int, int]


@dataclass(frozen=True, slots=True)
class Frame:
    """What is checked: the records begin at byte `start`; `key` is the header of the key.

    `needed`: cells up to the last column that something looks at; a row that has them lacks
    nothing that counts.
    `sound`: the file is known to be UTF-8.
    """

    path: Path
    start: int
    separator: str
    width: int
    needed: int
    key: str
    header: bytes
    sound: bool


class _NotCanonicalError(Exception):
    """The file has to be read record by record."""


@functools.cache
def _quoting(separator: str) -> re.Pattern[bytes]:
    """Text in which a quote stands only around a whole cell, doubled inside it."""
    comma = re.escape(separator.encode())
    return re.compile(
        rb'[^"]*+(?:(?<![^'
        + comma
        + rb'\n])"[^"]*+(?:""[^"]*+)*+"(?![^'
        + comma
        + rb'\r\n])[^"]*+)*+'
    )


_QUOTED = re.compile(rb'"[^"]*+(?:""[^"]*+)*+"')


@dataclass(slots=True)
class _Counter:
    """Counts the cells of every record in text reduced to separators, quotes and line ends.

    A row keeps only its shape in such text, and most rows of a file share a few shapes, so each
    shape is looked at once. `rest` is the beginning of the record that is not complete yet.
    `open_line`: separators so far in a line that began inside a quoted cell and has not ended yet.
    """

    separator: bytes
    width: int
    needed: int
    cells: int
    record: int = 0
    short: dict[int, int] = field(default_factory=dict)
    rest: bytes = b""
    open_line: int | None = None
    shapes: dict[bytes, int] = field(default_factory=dict)

    def feed(self, reduced: bytes) -> None:
        """Take the next piece; raises _NotCanonicalError if only `records` can read it."""
        if self.open_line is not None:
            self._end_line(self.open_line, reduced, 0)
        text, open_cell = self.rest + reduced, b""
        quotes = text.count(b'"')
        if 0 < quotes < FEW_QUOTES:
            text, open_cell = self._without_quoted(text)
        end = text.rfind(b"\n") + 1
        self._keep(text[end:] + open_cell)
        if not end:
            return
        common = self.separator * (self.cells - 1) + b"\n"
        count, odd = divmod(end, len(common))
        if not odd and text[:end] == common * count:
            self.record += count
        else:
            self._count(text[: end - 1].split(b"\n"))

    def _keep(self, rest: bytes) -> None:
        """Remember the record that is not complete yet."""
        if len(rest) > BLOCK:  # no record is that long: an open quote has swallowed rows
            raise _NotCanonicalError
        self.rest = rest

    def close(self) -> None:
        """Take the last record if no line end follows it."""
        if b"\n" in self.rest:
            self._look_inside(self.rest)
        self._look_at(self.open_line)
        # The last cell of a row without a line end may have been cut off anywhere.
        self.needed = self.width
        self._count([self.rest])

    def _count(self, lines: list[bytes]) -> None:
        shapes = set(lines)
        broken = {shape for shape in shapes if shape.count(b'"') % 2}
        if broken:
            lines = self._joined(lines, broken)
            shapes = set(lines)
        counts = {shape: self._cells(shape) for shape in shapes}
        if any(cells != self.cells for cells in counts.values()):
            for place, line in enumerate(lines):
                cells = counts[line]
                if cells < self.needed:
                    self.short[self.record + place] = cells
            self.cells = max(self.cells, *counts.values())
            if len(self.short) > MOST_FAULTS or self.cells > self.width + MOST_EXTRA_CELLS:
                raise _NotCanonicalError
        self.record += len(lines)

    def _joined(self, lines: list[bytes], broken: set[bytes]) -> list[bytes]:
        """The records that these lines are: a line with an odd quote opens or closes a cell."""
        result: list[bytes] = []
        done, start = 0, -1
        for place, line in enumerate(lines):
            if line not in broken:
                continue
            if start < 0:
                start = place
                continue
            result += lines[done:start]
            result.append(b"\n".join(lines[start : place + 1]))
            self._look_inside(result[-1])
            done, start = place + 1, -1
        if start < 0:
            return result + lines[done:]
        self._keep(b"\n".join((*lines[start:], self.rest)))
        return result + lines[done:start]

    def _without_quoted(self, text: bytes) -> tuple[bytes, bytes]:
        """The text without its quoted cells, and the one that is still open at its end."""
        for found in _QUOTED.finditer(text):
            inside, line_end, last = found[0].rpartition(b"\n")
            if line_end:
                self._look_inside(inside)
                # Its last line goes on behind the cell, and may be a row that was swallowed too.
                self._end_line(last.count(self.separator), text, found.end())
        closed, quote, rest = _QUOTED.sub(b"", text).partition(b'"')
        return closed, quote + rest

    def _look_inside(self, record: bytes) -> None:
        """Two stray quotes can swallow the rows between them and look like one long cell.

        A line inside a cell with as many separators as a row is therefore looked at closely.
        """
        for line in record.split(b"\n")[1:]:
            self._look_at(line.count(self.separator))

    def _end_line(self, before: int, text: bytes, place: int) -> None:
        """Look at a line of which the part up to this place has so many separators."""
        end = text.find(b"\n", place)
        if end < 0:
            self.open_line = before + text.count(self.separator, place)
            return
        self.open_line = None
        self._look_at(before + text.count(self.separator, place, end))

    def _look_at(self, separators: int | None) -> None:
        if separators == self.width - 1:
            raise _NotCanonicalError

    def _cells(self, shape: bytes) -> int:
        cells = self.shapes.get(shape)
        if cells is None:
            cells = len(_QUOTED.sub(b"", shape)) + 1
            if len(self.shapes) < MOST_FAULTS:
                self.shapes[shape] = cells
        return cells


def _bytes(name: str) -> bytes:
    """A header as it stands in the file, whatever its bytes are."""
    return name.encode("utf-8", "surrogateescape")


def _other_header(frame: Frame, data: mmap.mmap) -> bool:
    """Whether a row further down is a header that differs from the first: joined exports."""
    name = _bytes(frame.key)
    edges = b'\r\n"' + frame.separator.encode()
    for found in re.compile(re.escape(name)).finditer(data, frame.start):
        before, after = found.start() - 1, found.end()
        if data[before] in edges and (after == len(data) or data[after] in edges):
            first = data.rfind(b"\n", 0, found.start()) + 1
            last = data.find(b"\n", after)
            line = data[first : len(data) if last < 0 else last]
            if line.rstrip(b"\r") != frame.header:
                return True
    return False


def _blocks(data: mmap.mmap, start: int) -> Iterator[bytes]:
    """The file in pieces that end with a line, or within one that is longer with a character."""
    while start < len(data):
        end = min(start + BLOCK, len(data))
        line_end = data.rfind(b"\n", start, end) + 1
        if not line_end:
            while end < len(data) and end > start + 1 and data[end] & 0xC0 == 0x80:
                end -= 1
        block = data[start : line_end or end]
        start += len(block)
        yield block


def _reduced(frame: Frame, data: mmap.mmap) -> Iterator[bytes]:
    """The blocks of a file, without everything that is no separator, quote or line end."""
    noise = bytes(set(range(256)) - set(b'"\n\r\0' + frame.separator.encode()))
    name, before, named, cr = _bytes(frame.key), b"", False, False
    for block in _blocks(data, frame.start):
        reduced = block.translate(None, noise)
        # A CR alone ends a line for the csv module, not for Polars.
        if (cr and not block.startswith(b"\n")) or b"\0" in reduced:
            raise _NotCanonicalError
        cr = block.endswith(b"\r")
        if b"\r" in reduced:
            if block.count(b"\r") != block.count(b"\r\n") + cr:
                raise _NotCanonicalError
            reduced = reduced.replace(b"\r", b"")
        # The engine looks faster than the interpreter, at the same copy of the block.
        seen = pl.Series([block])
        if not frame.sound and not are_utf8(seen):
            raise _NotCanonicalError
        if not named and (seen.bin.contains(name).item() or name in before + block[: len(name)]):
            named = True
            if _other_header(frame, data):
                raise _NotCanonicalError
        before = block[-len(name) :]
        yield reduced
    if cr:
        raise _NotCanonicalError


def _begins_well(frame: Frame, data: mmap.mmap) -> bool:
    """Whether Polars skips what stands above the records, and nothing of the records."""
    if data[frame.start - 1] != 0x0A:  # it counts lines by \n
        return False
    if data[frame.start : frame.start + 3] == codecs.BOM_UTF8:  # it would drop this silently
        return False
    return frame.sound or are_utf8(pl.Series([data[: frame.start]]))


def check(frame: Frame) -> Shape | None:
    """The shape of a canonical file, or None if it has to be read record by record."""
    size = frame.path.stat().st_size
    if size <= frame.start:
        return Shape(frame.width, frame.width, {})
    with (
        frame.path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        if not _begins_well(frame, data):
            return None
        counter = _Counter(frame.separator.encode(), frame.width, frame.needed, frame.width)
        try:
            for piece in _reduced(frame, data):
                counter.feed(piece)
            if data[size - 1] != 0x0A:
                counter.close()
        except _NotCanonicalError:
            return None
        # One search of the whole file keeps the interpreter to itself. It comes last, when the
        # thread that reads in the background has begun with this file and is in the engine.
        quoting = _quoting(frame.separator).match(data, frame.start)
        if quoting is None or quoting.end() != size:
            return None
    return Shape(frame.width, counter.cells, counter.short)

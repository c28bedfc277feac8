"""Find what in a CSV file the quick reader would misread; nearly always nothing.

Polars is some thirty times faster than the strict reader of `grammar` and `torn`, but loses rows
silently on stray quotes and pads short rows. So the file is looked at first, block by block, each
from one record boundary to another: every quote opens or closes a cell, every record has the width
of the file, and no cell of several lines looks like rows that a stray quote swallowed. What is not
so is a span for the strict reader, as small as the damage and the records beside it.
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

from kshop_audit.ingest.decode import dense
from kshop_audit.ingest.decode.decoding import are_utf8
from kshop_audit.ingest.decode.grammar import LF, lines_of, records
from kshop_audit.ingest.decode.torn import begins, swallowed
from kshop_audit.ingest.decode.widths import WidthForm, is_blank
from kshop_audit.ingest.files.container import BLOCK

SMALLEST = 1 << 13
"""Bytes of a span that is not divided any more to see where in it the damage is."""

MOST_SHAPES = 100_000

KEPT = 1 << 25
"""Bytes of a mapped file that may stay in memory; without a limit all of it counts as ours."""

Span = tuple[int, int]
"""Bytes of a file from one record boundary to another."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What is looked at: the records of this form begin at byte `start`.

    `sound`: the file is known to be UTF-8.
    """

    path: Path
    start: int
    form: WidthForm
    sound: bool


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


@functools.cache
def _keyed_first(separator: str, key: int) -> re.Pattern[bytes]:
    """A line that holds the cell of the key and all before it."""
    comma = re.escape(separator.encode())
    cell = rb'(?:"[^"]*+(?:""[^"]*+)*+"|[^"' + comma + rb"]*+)"
    return re.compile(rb"(?:" + cell + comma + rb"){" + str(key + 1).encode() + rb"}")


_QUOTED = re.compile(rb'"[^"]*+(?:""[^"]*+)*+"')


@dataclass(slots=True)
class _Checker:
    """Looks at blocks that hold whole records."""

    form: WidthForm
    sound: bool
    separator: bytes = b""
    whole: bytes = b""
    noise: bytes = b""
    shapes: dict[bytes, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.separator = self.form.separator.encode()
        self.whole = self.separator * (self.form.cells - 1)
        self.noise = bytes(set(range(256)) - set(b'"\n' + self.separator))

    def records(self, block: bytes) -> tuple[int, bool]:
        """Bytes of the records, from the beginning of a block, whose quotes are in order, and
        whether these are known to have the width of the file.
        """
        if dense.is_dense(block):
            regular = dense.regular_bytes(block, self.form)
            if regular is not None:
                return regular, True
        found = _quoting(self.form.separator).match(block)
        end = found.end() if found else 0
        return end if end == len(block) else boundary(block, 0, end), False

    def regular(self, block: bytes, *, matched: bool = False) -> bool:
        """Whether the quick reader reads these records as the strict one does; `matched`: see
        `records`.
        """
        if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
            return False
        if matched or dense.is_dense(block):
            known = matched or dense.regular_bytes(block, self.form) == len(block)
            return known and not dense.holds_swallowed(block, self.form)
        if b"\0" in block or not (self.sound or are_utf8(pl.Series([block]))):
            return False
        if not block.endswith(b"\n"):
            block += b"\n"
        reduced = block.translate(None, self.noise)
        common = self.whole + b"\n"
        count, odd = divmod(len(reduced), len(common))
        if not odd and reduced == common * count:
            return True
        return self._alike(block, reduced.split(b"\n")[:-1])

    def _alike(self, block: bytes, lines: list[bytes]) -> bool:
        """Whether all records have the width of the file or are empty lines."""
        shapes, texts = set(lines), None
        broken = {shape for shape in shapes if shape.count(b'"') % 2}
        if broken:
            texts = block.split(b"\n")
            joined = self._joined(lines, texts, broken)
            if joined is None:
                return False
            lines, texts = joined
            shapes = set(lines)
        if b"" in shapes:
            # Text without a separator leaves no more of a line than nothing does.
            texts = texts or block.split(b"\n")
            found = {text for line, text in zip(lines, texts, strict=False) if not line}
            if not found <= {b"", b"\r"}:
                return False
            shapes.discard(b"")
        return all(self._cells(shape) == self.form.cells for shape in shapes)

    def _joined(
        self, lines: list[bytes], texts: list[bytes], broken: set[bytes]
    ) -> tuple[list[bytes], list[bytes]] | None:
        """The records that these lines are, each with the first line of its text.

        A line with an odd quote opens or closes a cell. None if one of several lines may be several
        rows.
        """
        records: list[bytes] = []
        firsts: list[bytes] = []
        done, start = 0, -1
        for place, line in enumerate(lines):
            if line not in broken:
                continue
            if start < 0:
                start = place
                continue
            if self._swallowed(texts[start : place + 1]):
                return None
            records += lines[done:start]
            firsts += texts[done : start + 1]
            records.append(b"\n".join(lines[start : place + 1]))
            done, start = place + 1, -1
        if start >= 0:
            return None
        return records + lines[done:], firsts + texts[done:]

    def _swallowed(self, lines: list[bytes]) -> bool:
        """Whether the lines of a record may be several rows: see `torn.swallowed`, which is asked
        where it might say so.
        """
        full, key = self.form.cells - 1, self.form.key
        first, last = lines[0].count(self.separator), lines[-1].count(self.separator)
        maybe = min(first, last) >= full or (key is not None and not self._keyed(lines))
        for line in () if maybe else lines[1:-1]:
            separators = line.count(self.separator)
            text = line.decode("utf-8", "surrogateescape")
            maybe |= separators >= full or (
                key is not None and separators > key and begins(text, self.form)
            )
        if not maybe:
            return False
        data = b"\n".join(lines) + b"\n"
        found = records(lines_of(data, 0, len(data)), self.form.separator)
        return any(record.fault or swallowed(record, self.form) for record in found)

    def _keyed(self, lines: list[bytes]) -> bool:
        """Whether the cell of the key certainly has one line, the first or the last."""
        key = self.form.key or 0
        if _keyed_first(self.form.separator, key).match(lines[0]):
            return True
        end = lines[-1].rsplit(self.separator, self.form.cells - key)[1:]
        return len(end) == self.form.cells - key and not any(b'"' in cell for cell in end)

    def _cells(self, shape: bytes) -> int:
        cells = self.shapes.get(shape)
        if cells is None:
            cells = _QUOTED.sub(b"", shape).count(self.separator) + 1
            if len(self.shapes) < MOST_SHAPES:
                self.shapes[shape] = cells
        return cells


def boundary(data: bytes | mmap.mmap, start: int, end: int) -> int:
    """The last record boundary up to `end` in bytes whose quotes are in order from `start` on."""
    place = data.rfind(b"\n", start, end) + 1
    while place and data[start:place].count(b'"') % 2:
        place = data.rfind(b"\n", start, place - 1) + 1
    return place or start


def _damage(frame: Frame, data: mmap.mmap) -> Iterator[tuple[int, Span]]:
    """Spans that are not regular, each with a record boundary before it that is not far away."""
    checker = _Checker(frame.form, frame.sound)
    before = start = seen = frame.start
    size = len(data)
    while start < size:
        if start - seen > KEPT:
            seen = _let_go(data, seen, start)
        end = min(start + BLOCK, size)
        if end < size:
            end = data.rfind(b"\n", start, end) + 1 or data.find(b"\n", end) + 1 or size
        block = data[start:end]
        good, matched = checker.records(block)
        if not good:
            after = _next_record(frame, data, start)
            yield before, (start, after)
            start = after
            continue
        block = block[:good]
        if not checker.regular(block, matched=matched):
            for first, last in _within(checker, block):
                yield start if first else before, (start + first, start + last)
        before, start = start, start + good


def _let_go(data: mmap.mmap, seen: int, start: int) -> int:
    """Give back the memory of bytes that were looked at; how far they reach."""
    first, end = (place // mmap.PAGESIZE * mmap.PAGESIZE for place in (seen, start))
    if hasattr(data, "madvise"):  # not on Windows
        data.madvise(mmap.MADV_DONTNEED, first, end - first)
    return end


def _within(checker: _Checker, block: bytes) -> Iterator[Span]:
    """The parts of a block, known not to be regular, in which the damage is."""
    pending = [(0, len(block), True)]
    while pending:
        start, end, known = pending.pop()
        if not known and checker.regular(block[start:end]):
            continue
        middle = boundary(block, start, (start + end) // 2)
        if end - start <= SMALLEST or middle == start:
            yield start, end
            continue
        pending += [(middle, end, False), (start, middle, False)]


def _next_record(frame: Frame, data: mmap.mmap, start: int) -> int:
    """Where the record that begins at a boundary ends."""
    lines = lines_of(data, start, len(data), frame.form.ending)
    return next(records(lines, frame.form.separator, frame.form.ending)).end


def _widened(frame: Frame, data: mmap.mmap) -> list[Span]:
    """The spans with the record before and the one behind each, those that touch made one."""
    result: list[Span] = []
    for before, (first, last) in _damage(frame, data):
        known = result[-1][1] if result else frame.start
        start = min(first, known)
        if first > known:
            start = _record_before(frame, data, max(before, known), first)
        end = max(_record_behind(frame, data, last), known)
        if result and start <= known:
            start, _ = result.pop()
        result.append((start, end))
    return result


def _record_before(frame: Frame, data: mmap.mmap, base: int, start: int) -> int:
    """Where the last record before a boundary begins that is not blank, `base` at the earliest."""
    while start > base:
        place = boundary(data, base, start - 1)
        text = data[place:start].decode("utf-8", "surrogateescape").replace('"', "")
        start = place
        if not is_blank(text.split(frame.form.separator)):
            break
    return start


def _record_behind(frame: Frame, data: mmap.mmap, start: int) -> int:
    """Where the first record behind a boundary ends that is not blank."""
    lines = lines_of(data, start, len(data), frame.form.ending)
    end = start
    for record in records(lines, frame.form.separator, frame.form.ending):
        end = record.end
        if not is_blank(record.cells):
            break
    return end


def check(frame: Frame) -> tuple[Span, ...] | None:
    """The spans that must be read record by record; None if all of the file must be."""
    size = frame.path.stat().st_size
    if size <= frame.start:
        return ()
    if frame.form.ending != LF or len(frame.form.separator) > 1:
        return None
    with (
        frame.path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        # Polars counts lines by \n, and would drop a second byte order mark silently.
        if data[frame.start - 1] != 0x0A or data[frame.start : frame.start + 3] == codecs.BOM_UTF8:
            return None
        return tuple(_widened(frame, data))

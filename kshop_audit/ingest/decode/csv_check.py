"""Find what in a CSV file the quick reader would misread; nearly always nothing.

Polars is some thirty times faster than the strict reader of `grammar` and `torn`, but loses rows
silently on stray quotes and pads short rows. So the file is looked at first, block by block, each
from one record boundary to another: every quote opens or closes a cell, every record has the width
of the file, and no cell of several lines looks like rows that a stray quote swallowed. What is not
so is a span for the strict reader, as small as the damage and the records beside it.
"""

from __future__ import annotations

import codecs
import mmap
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from kshop_audit.ingest.decode.decoding import are_utf8
from kshop_audit.ingest.decode.grammar import LF, lines_of, records
from kshop_audit.ingest.decode.marks import Marks
from kshop_audit.ingest.decode.torn import swallowed
from kshop_audit.ingest.decode.widths import WidthForm, is_blank
from kshop_audit.model.frozen import frozen

BLOCK = 1 << 22
"""Bytes looked at together: measured, with smaller blocks the calls cost more than the work."""

SMALLEST = 1 << 13
"""Bytes of a span that is not divided any more to see where in it the damage is."""

KEPT = 1 << 25
"""Bytes of a mapped file that may stay in memory; without a limit all of it counts as ours."""

Span = tuple[int, int]
"""Bytes of a file from one record boundary to another."""


@frozen
class Frame:
    """What is looked at: the records of this form begin at byte `start`.

    `sound`: the file is known to be UTF-8.
    """

    path: Path
    start: int
    form: WidthForm
    sound: bool


@frozen
class _Checker:
    """Looks at blocks of whole lines, each with the line end before it, behind a record."""

    form: WidthForm
    sound: bool

    def records(self, block: bytes) -> tuple[int, Marks]:
        """Bytes from the beginning of a block up to the last record whose quotes are in order, with
        the line end before them, and their marks.
        """
        whole = block if block.endswith(b"\n") else block + b"\n"
        marks = Marks.of(whole, self.form.separator)
        odd = marks.disorder()
        if odd is None and marks.count % 2 == 0:
            return len(block), marks
        end = boundary(block, 1, len(block) if odd is None else odd)
        return end, marks.up_to(end)

    def are_regular(self, block: bytes, marks: Marks) -> bool:
        """Whether the quick reader reads records whose quotes are in order as the strict one does.

        `block`: with the line end before them.
        """
        returns = b"\r" in block and (block.endswith(b"\r") or marks.odd_returns)
        if returns or b"\0" in block:
            return False
        if not (self.sound or are_utf8(pl.Series([block]))):
            return False
        if not marks.are_alike(self.form.cells):
            return False
        return not self._swallowed(block, marks)

    def regular(self, block: bytes) -> bool:
        """Whether these records, with the line end before them, are regular."""
        end, marks = self.records(block)
        return end == len(block) and self.are_regular(block, marks)

    def _swallowed(self, block: bytes, marks: Marks) -> bool:
        """Whether a record of several lines may be several rows."""
        long = [block[start:end] for start, end in marks.long_records()]
        if not long:
            return False
        if not long[-1].endswith(b"\n"):
            long.append(b"\n")
        data = b"".join((b"\n", *long))
        marks = Marks.of(data, self.form.separator)
        for start in marks.suspects(self.form.cells, self.form.key):
            lines = lines_of(data, start, len(data))
            if swallowed(next(records(lines, self.form.separator)), self.form):
                return True
        return False


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
        block = data[start - 1 : end]
        good, marks = checker.records(block)
        if good == 1:
            after = _next_record(frame, data, start)
            yield before, (start, after)
            start = after
            continue
        block = block[:good]
        if not checker.are_regular(block, marks):
            for first, last in _within(checker, block):
                yield (
                    start - 1 + first if first > 1 else before,
                    (start - 1 + first, start - 1 + last),
                )
        before, start = start, start - 1 + good


def _let_go(data: mmap.mmap, seen: int, start: int) -> int:
    """Give back the memory of bytes that were looked at; how far they reach."""
    first, end = (place // mmap.PAGESIZE * mmap.PAGESIZE for place in (seen, start))
    if hasattr(data, "madvise"):  # not on Windows
        data.madvise(mmap.MADV_DONTNEED, first, end - first)
    return end


def _within(checker: _Checker, block: bytes) -> Iterator[Span]:
    """The parts of a block, known not to be regular, in which the damage is.

    A block begins with the line end before it, which is in none of the parts.
    """
    pending = [(1, len(block), True)]
    while pending:
        start, end, known = pending.pop()
        if not known and checker.regular(block[start - 1 : end]):
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
    if frame.form.ending != LF or len(frame.form.separator.encode()) > 1:
        return None
    with (
        frame.path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        # Polars counts lines by \n, and would drop a second byte order mark silently.
        if data[frame.start - 1] != 0x0A or data[frame.start : frame.start + 3] == codecs.BOM_UTF8:
            return None
        return tuple(_widened(frame, data))

"""The grammar of delimited text, read strictly: the one account of where records and cells end.

A cell is quoted as a whole, every quote inside it doubled, or it holds no quote at all; only the
protection of spreadsheets, `="…"`, may stand bare. Every record ends as the first line of the file
does. A record that breaks these rules costs its first physical line and nothing more: reading goes
on with the next one, so that an open quote cannot take rows along without being named.
"""

from __future__ import annotations

import mmap
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from kshop_audit.ingest.cells import reasons
from kshop_audit.model.patterns import regex

LONGEST = 1 << 20
"""Characters that a record may have; a quote that is open for so long is a stray one."""

LF, CR = "\n", "\r"
MARK = "\ufeff"

_ODD_ENDS = {LF: re.compile(r"(?<=\r)(?![\r\n]|$)"), CR: re.compile(r"(?<=\n)(?![\r\n]|$)")}
"""Behind a line end other than the file's, within a line of it."""

_FIRST_END = regex(r'(?:[^"\r\n]++|"(?:[^"]++|"")*+")*+(\r\n|\r|\n)')
_PROTECTED = regex(r'="[^"\r\n]*"')


class RawLine(NamedTuple):
    """A physical line with its end, read from the bytes from `start` up to `end`."""

    start: int
    end: int
    text: str


class Cut(NamedTuple):
    """The cells of a record. `fault`: reason code, None if it keeps to the grammar.

    `bare`: its last cell is not quoted, so that a line end may have been put into it.
    """

    cells: list[str]
    fault: str | None
    bare: bool


@dataclass(frozen=True, slots=True)
class Record:
    """A record, or the first line of one that breaks the grammar.

    `start`, `end`: its bytes. `lines`: the physical lines, ends included.
    """

    start: int
    end: int
    lines: tuple[str, ...]
    cells: list[str]
    fault: str | None = None
    bare: bool = True


def line_end(text: str) -> str:
    """How the lines of a text end: LF, a CR before it or not, or CR alone."""
    found = _FIRST_END.match(text)
    return CR if found is not None and found[1] == CR else LF


def lines_of(data: bytes | mmap.mmap, start: int, end: int, ending: str = LF) -> Iterator[RawLine]:
    """The physical lines between two bytes of UTF-8; bytes that are no text become surrogates."""
    mark = ending.encode()
    while start < end:
        place = data.find(mark, start, end) + 1
        stop = place or end
        yield RawLine(start, stop, data[start:stop].decode("utf-8", "surrogateescape"))
        start = stop


def without_end(text: str, ending: str = LF) -> str:
    """A line without its end."""
    if ending == CR:
        return text.removesuffix(CR)
    body = text.removesuffix(LF)
    return body if body == text else body.removesuffix(CR)


def split(body: str, separator: str) -> Cut | None:
    """The cells of a record; None if a quote is still open at its end."""
    if '"' not in body:
        odd = CR in body or LF in body
        return Cut(body.split(separator), reasons.LINE_END if odd else None, True)
    cells: list[str] = []
    at, size, bare = 0, len(body), True
    while True:
        if body.startswith('"', at):
            close = _closing(body, at + 1)
            if close < 0:
                return None
            cells.append(body[at + 1 : close].replace('""', '"'))
            at, bare = close + 1, False
            if at < size and not body.startswith(separator, at):
                ended = body.startswith((CR, LF), at)
                fault = reasons.LINE_END if ended else reasons.AFTER_QUOTE
                return _broken(body, separator, fault)
        else:
            end = body.find(separator, at)
            end = size if end < 0 else end
            cell = body[at:end]
            if CR in cell or LF in cell:
                return _broken(body, separator, reasons.LINE_END)
            if '"' in cell and not _PROTECTED.fullmatch(cell):
                return _broken(body, separator, reasons.STRAY_QUOTE)
            cells.append(cell)
            at, bare = end, True
        if at >= size:
            return Cut(cells, None, bare)
        at += len(separator)


def _closing(body: str, at: int) -> int:
    """Where the quote is that closes a cell, -1 if there is none."""
    while True:
        found = body.find('"', at)
        if found < 0 or not body.startswith('"', found + 1):
            return found
        at = found + 2


def _broken(body: str, separator: str, fault: str) -> Cut:
    return Cut(body.split(separator), fault, True)


class _Lines:
    """Physical lines that can be put back."""

    def __init__(self, lines: Iterable[RawLine]) -> None:
        self._lines = iter(lines)
        self._back: deque[RawLine] = deque()

    def take(self) -> RawLine | None:
        return self._back.popleft() if self._back else next(self._lines, None)

    def put_back(self, lines: list[RawLine]) -> None:
        self._back.extendleft(reversed(lines))


def records(lines: Iterable[RawLine], separator: str, ending: str = LF) -> Iterator[Record]:
    """Every record of these lines, the faulty ones with the cells that a bare line would have."""
    source = _Lines(lines)
    while (first := source.take()) is not None:
        # Joined exports keep the mark of each of them in front of its first quote.
        taken, cut = [first], split(without_end(first.text, ending).removeprefix(MARK), separator)
        if cut is None:
            taken, cut = _completed(first, source, separator, ending)
        if cut.fault is not None:
            source.put_back(taken[1:])
            # What goes wrong only in a line below was begun by a quote that nothing closes here.
            fault = reasons.OPEN_QUOTE if len(taken) > 1 else cut.fault
            yield from _faulty(first, fault, separator, ending)
            continue
        texts = tuple(line.text for line in taken)
        yield Record(first.start, taken[-1].end, texts, cut.cells, None, cut.bare)


def _faulty(line: RawLine, fault: str, separator: str, ending: str) -> Iterator[Record]:
    """A line that breaks the grammar; parted by its odd line ends, each may end a record."""
    at = line.start
    for text in filter(None, _ODD_ENDS[ending].split(line.text)):
        end = at + len(text.encode("utf-8", "surrogateescape"))
        cells = without_end(text, ending).strip("\r\n").split(separator)
        yield Record(at, end, (text,), cells, fault)
        at = end


def _completed(
    first: RawLine, source: _Lines, separator: str, ending: str
) -> tuple[list[RawLine], Cut]:
    """A record whose first line leaves a quote open, with the lines that it takes along."""
    taken, size = [first], len(first.text)
    while size < LONGEST and (line := source.take()) is not None:
        taken.append(line)
        size += len(line.text)
        if '"' in line.text:
            whole = without_end("".join(own.text for own in taken), ending)
            cut = split(whole, separator)
            if cut is not None:
                return taken, cut
    return taken, Cut([], reasons.OPEN_QUOTE, True)

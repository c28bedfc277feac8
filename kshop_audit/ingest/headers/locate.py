"""Find the header: its row, its delimiter, and the byte at which the records begin."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kshop_audit.ingest.cells.protection import BLANKS
from kshop_audit.ingest.headers.catalogue import cell_text, every_header, normal, prefix
from kshop_audit.ingest.headers.recognise import HeaderMatch, recognise, trimmed
from kshop_audit.model.schema import TABLES, Kind, Type
from kshop_audit.model.settings import InputMapping

SEARCH_ROWS = 20
"""How many rows may stand above the data, header included."""

SHOWN = 60
"""Characters of a cell that a message quotes."""

DELIMITERS = (",", "\t", ";")
UNLIMITED = 2**31 - 1  # the csv module's own limit of 128 KiB a cell would be a silent failure

_DIGIT = re.compile(r"\d")
IDENTITY = re.compile(r"(?!\d{4}-\d{1,2}(?:-\d|$))(?=.*\d)['\"=]*[0-9A-Za-z_-]{4,}['\"]*$")
AMOUNT = re.compile(r"[¥￥]?-?\d[\d,]*(?:\.\d*)?元?$")
DATED = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}|20\d\d[01]\d[0-3]\d[0-2]\d[0-5]\d[0-5]\d$")
DAY = re.compile(r"['\"=]*\d{4}[-/.年]?\d{1,2}[-/.月]?\d{1,2}")
_NUMERIC = (Type.TIME, Type.DATE, Type.MONEY, Type.INT)
NOTHING = frozenset({"", "-", "--", "—", "/", "无", "(无)", "nan", "null", "none"})


@dataclass(frozen=True, slots=True)
class Sample:
    """A row that is or may be the header (its number, first row = 1), and the rows below it."""

    row: int
    header: tuple[str, ...]
    below: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands. `row`: its number (first row = 1).

    `end`: offset of the first record, in bytes of the UTF-8 text without its BOM.
    `described`: the row below the header explains the columns; it is a record to be skipped.
    `misplaced`: the first row above the header that is one of data, 0 if there is none.
    `below`: the first records, as text.
    """

    match: HeaderMatch
    delimiter: str
    row: int
    end: int
    described: bool
    misplaced: int = 0
    below: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """The first records of a file under one delimiter, each with the byte at which it ends."""

    delimiter: str
    records: tuple[list[str], ...]
    ends: tuple[int, ...]


def read_head(text: str, delimiter: str, rows: int = SEARCH_ROWS) -> Head:
    """Read the first rows; one more than searched, since a description may follow the header."""
    csv.field_size_limit(UNLIMITED)
    consumed = 0

    def lines() -> Iterator[str]:
        nonlocal consumed
        for line in io.StringIO(text, newline=""):
            consumed += len(line.encode("utf-8", "surrogateescape"))
            yield line

    records, ends = [], []
    for record in csv.reader(lines(), delimiter=delimiter):
        records.append(record)
        ends.append(consumed)
        if len(records) > rows:
            break
    return Head(delimiter, tuple(records), tuple(ends))


def _looks_like_header(record: Sequence[str], extra: frozenset[str]) -> bool:
    known = every_header()
    hits = 0
    for cell in record:
        name = normal(cell)
        hits += name in known or name in extra or prefix(name) in known
    return hits >= 2


def _describes(record: Sequence[str], match: HeaderMatch) -> bool:
    """Whether a row explains the columns instead of holding data (times without any digit)."""
    table = TABLES[match.kind]
    explains = False
    for name, places in match.columns.items():
        cell = record[places[0]].strip() if places[0] < len(record) else ""
        known = match.layout.values.get(name, {})
        if _DIGIT.search(cell) or cell_text(cell) in known or cell in table.column(name).codes:
            return False
        explains = explains or (table.column(name).type in _NUMERIC and cell.lower() not in NOTHING)
    return explains


def _is_data(record: Sequence[str], match: HeaderMatch) -> bool:
    """Whether a row above the header is one of the table: it has a key and one more good cell.

    Sorting a table with its header, or joining exports, leaves such rows behind. A preamble that
    looks like one is refused as well: the message says how to pass over it.
    """
    table = TABLES[match.kind]
    cells = {
        name: record[places[0]].strip(BLANKS) if places[0] < len(record) else ""
        for name, places in match.columns.items()
    }
    filled = sum(map(bool, cells.values()))
    key = cells.get(table.row)
    texts = [text.strip(BLANKS) for text in record]
    named = any(map(IDENTITY.match, (*texts[:1], key or "")))
    filled_cells = sum(map(bool, texts))
    enough = filled_cells * 3 >= len(match.headers) or any(map(DATED.match, texts))
    if named and filled_cells > 2 and enough:
        return True  # in whatever columns: those that no rule reads, or those of another layout
    if filled * 3 < len(cells) or (key is not None and not IDENTITY.match(key)):
        return False
    for name, text in cells.items():
        column = table.column(name)
        known = {*match.layout.values.get(name, ()), *column.codes}
        form = {Type.TIME: DAY, Type.MONEY: AMOUNT}.get(column.type)
        if cell_text(text) in known or (form is not None and form.match(text)):
            return True
    return False


def find_header(
    text: str,
    delimiters: Sequence[str],
    mappings: Mapping[Kind, InputMapping],
    pin: Kind | None,
) -> Header | None:
    """The header among the first rows under any of the delimiters, None if there is none.

    The first one counts: what stands between it and a better one are rows of joined exports, which
    must not pass for a preamble. Only right below may a better one stand, under titles of groups.
    """
    extra = frozenset(normal(h) for m in mappings.values() for h in m.columns.values())
    found: list[tuple[int, Head, HeaderMatch]] = []
    rows = SEARCH_ROWS + max((mapping.skip_rows or 0 for mapping in mappings.values()), default=0)
    for delimiter in delimiters:
        head = read_head(text, delimiter, rows)
        for place, record in enumerate(head.records[:rows]):
            if not _looks_like_header(record, extra):
                continue
            match = recognise(record, mappings, pin)
            if match is None:
                continue
            mapping = mappings.get(match.kind)
            if mapping is not None and (mapping.skip_rows or 0) > place:
                continue
            found.append((place, head, match))
    if not found:
        return None
    first = min(place for place, _, _ in found)
    near = [candidate for candidate in found if candidate[0] <= first + 1]
    place, head, match = max(near, key=lambda candidate: candidate[2].rank)
    below = _below(head, place)
    described = any(_describes(record, match) for record in below[:1])
    mapping = mappings.get(match.kind)
    skip = (mapping.skip_rows or 0) if mapping else 0
    above = enumerate(head.records[skip:place], skip + 1)
    misplaced = next((row for row, record in above if _is_data(record, match)), 0)
    return Header(match, head.delimiter, place + 1, head.ends[place], described, misplaced, below)


def _below(head: Head, place: int) -> tuple[tuple[str, ...], ...]:
    return tuple(map(tuple, head.records[place + 1 :]))


def likely_header(text: str, delimiters: Sequence[str] = DELIMITERS) -> Sample | None:
    """The row that looks most like a header, though its names are unknown: the widest one."""
    heads = [read_head(text, delimiter) for delimiter in delimiters]
    rows = [(head, place) for head in heads for place in range(len(head.records))]
    if not rows:
        return None
    head, place = max(rows, key=lambda row: sum(map(bool, map(str.strip, row[0].records[row[1]]))))
    return Sample(place + 1, trimmed(head.records[place]), _below(head, place))


def seen_headers(text: str, delimiters: Sequence[str]) -> str:
    """The row that looks most like a header, for a message."""
    sample = likely_header(text, delimiters)
    return "" if sample is None else " · ".join(_shown(cell) for cell in sample.header[:12])


def _shown(cell: str) -> str:
    """The beginning of a cell on one line; a damaged file may hold anything, half of itself too."""
    text = "".join(char if char.isprintable() else " " for char in cell[:SHOWN])
    return " ".join(text.split())

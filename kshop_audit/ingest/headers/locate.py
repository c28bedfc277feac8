"""Find the header: its row, its delimiter, and the byte at which the records begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from kshop_audit.ingest.cells.protection import BLANKS
from kshop_audit.ingest.decode.grammar import LF, Record, line_end, lines_of, records
from kshop_audit.ingest.headers.catalogue import (
    cell_text,
    every_header,
    is_known,
    mostly_known,
    normal,
    prefix,
)
from kshop_audit.ingest.headers.garbled import is_garbled
from kshop_audit.ingest.headers.recognise import HeaderMatch, recognise, trimmed
from kshop_audit.model.frozen import frozen
from kshop_audit.model.patterns import regex
from kshop_audit.model.schema import TABLES, Kind, Type
from kshop_audit.model.settings import InputMapping

SEARCH_ROWS = 20
"""How many rows may stand above the data, header included."""

DELIMITERS = (",", "\t", ";")
FEW_NAMES = 3
"""Names of a header of which damage to one leaves no more than half."""

BLANK = " "
"""Behind every delimiter of a file, it is a part of the separator."""

_NO_NAME = regex("[\x00-\x08\x0b\x0c\x0e-\x1f\x85\u2028\u2029\ud800-\udfff\ufffd]")
_MARKS = frozenset(",;|")
_SIGNS = {"'": "'", "`": "`", "|": "|", "“": "”", '"': '"'}
"""Signs that some programs put around cells instead of quotes."""

_DIGIT = regex(r"\d")
IDENTITY = regex(r"(?!\d{4}-\d{1,2}(?:-\d|$))(?=.*\d)['\"=]*[0-9A-Za-z_-]{4,}['\"]*$")
_LONG_NUMBER = regex(r"\d{6}")
AMOUNT = regex(r"[¥￥]?-?\d[\d,]*(?:\.\d*)?元?$")
DATED = regex(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}|20\d\d[01]\d[0-3]\d[0-2]\d[0-5]\d[0-5]\d$")
DAY = regex(r"['\"=]*\d{4}[-/.年]?\d{1,2}[-/.月]?\d{1,2}")
_NUMERIC = (Type.TIME, Type.DATE, Type.MONEY, Type.INT)
NOTHING = frozenset({"", "-", "--", "—", "/", "无", "(无)", "nan", "null", "none"})


@frozen
class Sample:
    """A row that is or may be the header (its number, first row = 1), and the rows below it."""

    row: int
    header: tuple[str, ...]
    below: tuple[tuple[str, ...], ...]


@frozen
class Header:
    """Where the header stands. `row`: its number (first row = 1).

    `end`: offset of the first record, in bytes of the UTF-8 text without its BOM.
    `described`: the row below the header explains the columns; it is a record to be skipped.
    `misplaced`: the first row above the header that is one of data, 0 if there is none.
    `below`: the first records, as text. `width`: its cells, blank ones at the end included.
    `ending`: how lines end.
    """

    match: HeaderMatch
    delimiter: str
    row: int
    end: int
    described: bool
    misplaced: int = 0
    below: tuple[tuple[str, ...], ...] = ()
    width: int = 0
    ending: str = LF


class HeaderFaultError(Exception):
    """A row that is a header, and is damaged. `zh`, `en`: what is wrong with it; `kind`: of what it
    is the header, as far as that shows.
    """

    def __init__(self, row: int, zh: str, en: str, kind: Kind | None = None) -> None:
        """`row`: its number, first row = 1."""
        super().__init__(en)
        self.row = row
        self.zh = zh
        self.en = en
        self.kind = kind


@frozen
class Head:
    """The first records of a file under one delimiter."""

    delimiter: str
    records: tuple[Record, ...]
    ending: str


def read_head(text: str, delimiter: str, rows: int = SEARCH_ROWS) -> Head:
    """Read the first rows; one more than searched, since a description may follow the header."""
    data, ending = text.encode("utf-8", "surrogateescape"), line_end(text)
    found = records(lines_of(data, 0, len(data), ending), delimiter, ending)
    return Head(delimiter, tuple(islice(found, rows + 1)), ending)


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
    dated = any(map(DATED.match, texts))
    enough = dated or filled_cells * 3 >= len(match.headers)
    whole = dated and filled_cells > 3 and filled_cells * 2 >= len(match.headers)
    if whole or (named and filled_cells > 2 and enough):
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
    HeaderFaultError for a header that is damaged.
    """
    rows = SEARCH_ROWS + max((mapping.skip_rows or 0 for mapping in mappings.values()), default=0)
    heads = [_head(text, delimiter, rows) for delimiter in delimiters]
    found, broken = _candidates(heads, rows, mappings, pin)
    first = min((place for place, _, _ in found), default=None)
    for place, head in broken:
        if first is None or place <= first:
            raise _misquoted(place, head.records[place])
    if first is None:
        return None
    near = [candidate for candidate in found if candidate[0] <= first + 1]
    place, head, match = max(near, key=lambda candidate: candidate[2].rank)
    below = _below(head, place)
    described = any(_describes(record, match) for record in below[:1])
    mapping = mappings.get(match.kind)
    skip = (mapping.skip_rows or 0) if mapping else 0
    above = enumerate(head.records[skip:place], skip + 1)
    misplaced = next((row for row, record in above if _is_data(record.cells, match)), 0)
    record = head.records[place]
    try:
        _check_names(place, head)
    except HeaderFaultError as fault:
        fault.kind = match.kind
        raise
    return Header(
        match, head.delimiter, place + 1, record.end, described, misplaced, below,
        len(record.cells), head.ending,
    )  # fmt: skip


def _candidates(
    heads: Sequence[Head], rows: int, mappings: Mapping[Kind, InputMapping], pin: Kind | None
) -> tuple[list[tuple[int, Head, HeaderMatch]], list[tuple[int, Head]]]:
    """Rows that are headers, and rows that would be, were their quotes in order."""
    extra = frozenset(normal(h) for m in mappings.values() for h in m.columns.values())
    found: list[tuple[int, Head, HeaderMatch]] = []
    broken: list[tuple[int, Head]] = []
    for head in heads:
        for place, record in enumerate(head.records[:rows]):
            if record.fault is not None:
                if _were_names(record.cells):
                    broken.append((place, head))
                continue
            if not _looks_like_header(record.cells, extra):
                continue
            match = recognise(record.cells, mappings, pin)
            mapping = mappings.get(match.kind) if match else None
            skip = (mapping.skip_rows or 0) if mapping else 0
            if match is not None and place >= skip:
                found.append((place, head, match))
    return found, broken


def _were_names(cells: Sequence[str]) -> bool:
    """Whether a record whose quotes are not in order was a header: of a short one half will do."""
    bare = [cell.replace('"', "").strip() for cell in cells]
    filled = [cell for cell in bare if cell]
    few = 1 < len(filled) <= FEW_NAMES
    return mostly_known(bare) or (few and 2 * sum(map(is_known, filled)) >= len(filled))


def _head(text: str, delimiter: str, rows: int) -> Head:
    """The first rows; under the delimiter with a blank behind it where all of them have that."""
    head = read_head(text, delimiter, rows)
    if len(delimiter) > 1 or delimiter + BLANK not in text:
        return head
    spaced = read_head(text, delimiter + BLANK, rows)
    widths = [len(record.cells) for record in spaced.records if any(map(str.strip, record.cells))]
    alike = len(set(widths)) == 1 and widths[0] > 1 and len(widths) > 1
    orderly = all(record.fault is None for record in spaced.records[:-1])
    return spaced if alike and orderly else head


def _misquoted(place: int, record: Record) -> HeaderFaultError:
    known = sum(map(is_known, record.cells))
    likely = recognise([cell.replace('"', "") for cell in record.cells], {})
    return HeaderFaultError(
        place + 1,
        f"认得其中 {known} 个列名，但引号不成对、引号后还有文字或行内有异常的换行，列与内容对不上",
        f"{known} of its names are known, but it has a stray or open quote, text after a quote or "
        "an odd line end, so columns and cells do not match",
        likely.kind if likely is not None else None,
    )


def _check_names(place: int, head: Head) -> None:
    """HeaderFaultError for names that some damage has made what they are."""
    cells, row = head.records[place].cells, place + 1
    names = trimmed(cells)
    if any(map(_NO_NAME.search, names)):
        raise HeaderFaultError(
            row, "列名里有控制字符或损坏的字节", "a name holds a control character or a bad byte"
        )
    if any(is_garbled(name) for name in names if not is_known(name)):
        raise HeaderFaultError(
            row,
            "有的列名是乱码（文件里混有两种编码）",
            "some of its names are garbled (two encodings in one file)",
        )
    bare = [cell.strip() for cell in names]
    if any(len(c) > 1 and c[-1] == _SIGNS.get(c[0]) for c in bare):
        raise HeaderFaultError(
            row,
            "列名用的引号不是英文双引号",
            "names stand in other signs than double quotes",
        )
    if any(name.strip()[:1] in _MARKS or name.strip()[-1:] in _MARKS for name in names if name):
        raise HeaderFaultError(
            row,
            "有的列名以分隔符开头或结尾，列与内容对不上",
            "a name begins or ends with a separator, so columns and cells do not match",
        )
    first = place == 0 or not any(map(str.strip, head.records[place - 1].cells))
    empty = next((n for n, name in enumerate(names) if not normal(name) and (n or not first)), None)
    if empty is not None:
        raise HeaderFaultError(row, f"第 {empty + 1} 列没有列名", f"column {empty + 1} has no name")
    if _in_two_lines(place, head, names):
        raise HeaderFaultError(
            row, "表头被换行拆成了两行", "a line end within it has made two rows of it"
        )


def _in_two_lines(place: int, head: Head, names: Sequence[str]) -> bool:
    """Whether the first or last name goes on in the row above or below."""
    if place:
        before = head.records[place - 1].cells[-1].strip()
        if before and not is_known(names[0]) and is_known(before + names[0]):
            return True
    if place + 1 < len(head.records):
        behind = head.records[place + 1].cells[0].strip()
        return bool(behind) and not is_known(names[-1]) and is_known(names[-1] + behind)
    return False


def _below(head: Head, place: int) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(record.cells) for record in head.records[place + 1 :])


def likely_header(text: str, delimiters: Sequence[str] = DELIMITERS) -> Sample | None:
    """The row that looks most like a header, though its names are unknown: the widest one.

    None if it is one of data.
    """
    heads = [read_head(text, delimiter) for delimiter in delimiters]
    rows = [(head, place) for head in heads for place in range(len(head.records))]
    if not rows:
        return None

    def filled(row: tuple[Head, int]) -> int:
        return sum(map(bool, map(str.strip, row[0].records[row[1]].cells)))

    head, place = max(rows, key=filled)
    record = head.records[place]
    if record.fault is not None or is_row(record.cells):
        return None
    return Sample(place + 1, trimmed(record.cells), _below(head, place))


def is_row(cells: Sequence[str]) -> bool:
    """Whether the cells of a record are data: long numbers or times, which are no names."""
    texts = [cell.strip(BLANKS) for cell in cells]
    return any(DATED.match(text) or _LONG_NUMBER.search(text) for text in texts)


def first_row(text: str, delimiters: Sequence[str]) -> tuple[str, ...]:
    """The cells of the first row that is not blank, under the delimiter that parts it most."""
    found: tuple[str, ...] = ()
    for delimiter in delimiters:
        rows = (record.cells for record in read_head(text, delimiter).records)
        cells = next((cells for cells in rows if any(map(str.strip, cells))), [])
        found = max(found, tuple(cells), key=len)
    return found

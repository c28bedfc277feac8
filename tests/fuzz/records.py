"""The judge's word on single records: what the product kept, refused and passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from kshop_audit.ingest import REASONS
from kshop_audit.model.schema import TABLES, Kind, Type
from kshop_audit.tables import (
    BAD_COLUMN,
    BAD_REASON,
    GOOD,
    RAW_SUFFIX,
    REJECTED,
    ROW,
    SKIPPED,
    STATE,
)
from tests.fuzz.exports import titles
from tests.fuzz.reading import (
    FAILED,
    NEVER,
    UNKNOWN,
    Record,
    Value,
    bare,
    is_blank,
    is_footer,
    is_nothing,
    meaning,
    title,
    well_quoted,
)
from tests.reading_truth.layouts import LAYOUTS


@dataclass(frozen=True)
class Frame:
    """A file as the product says it is: kind, separator, header and where it stands.

    `places`: canonical column → positions in the row.
    """

    kind: str
    delimiter: str
    header: Sequence[str]
    row: int
    places: Mapping[str, Sequence[int]]
    encoding: str = ""
    exact: frozenset[int] = field(default_factory=frozenset)
    usual: int = 0

    @property
    def cells(self) -> int:
        """Cells of most rows."""
        return self.usual or self.width

    @property
    def width(self) -> int:
        return len(self.header)

    @property
    def key(self) -> str | None:
        table = TABLES[Kind(self.kind)]
        return next((n for n in (table.row, *table.event_times) if n in self.places), None)

    @property
    def needed(self) -> int:
        table = TABLES[Kind(self.kind)]
        counted = [
            spots for name, spots in self.places.items()
            if table.column(name).read or name == self.key
        ]  # fmt: skip
        return 1 + max((place for spots in counted for place in spots), default=0)


def text_of(frame: Frame, record: Record, name: str) -> str:
    """The cell of a column; of twin columns the first that is filled."""
    cells = [record.cells[p] if p < len(record.cells) else "" for p in frame.places[name]]
    return next((cell for cell in cells if bare(cell)), cells[0])


def faults(
    frame: Frame, records: Sequence[Record], table: Sequence[Mapping[str, Value]]
) -> Iterator[str]:
    """Everything that is wrong with the product's table of the records below the header."""
    rows = [row[ROW] for row in table]
    if rows != list(range(frame.row + 1, frame.row + 1 + len(rows))):
        yield f"rows {rows[:3]}…{rows[-3:]} ({len(rows)})"
        return
    paired = list(pairs(records, frame.delimiter, table))
    if len(paired) != len(records) or sum(len(own) for _, own in paired) != len(rows):
        yield f"{len(rows)} rows, {len(records)} records"
        return
    below = False
    for place, (record, own) in enumerate(paired):
        below = below or other_header(frame, record)
        if len(own) > 1:
            kept_parts = [row[ROW] for row in own if row[STATE] == GOOD]
            if kept_parts:
                yield f"rows {kept_parts}, parts of one record, are kept: {record.raw[:300]!r}"
            continue
        beside = [paired[n] for n in around(records, place)]
        torn = any(len(parts) > 1 or len(one.cells) < frame.cells for one, parts in beside)
        for row in own:
            if row[STATE] == REJECTED:
                lines = refused(frame, record, row, below, torn)
            else:
                rule = kept if row[STATE] == GOOD else passed_over
                lines = rule(frame, record, row, below)
            for line in lines:
                yield f"row {row[ROW]} {line}: {record.raw[:300]!r}"


ODD_ENDS = {"\n": re.compile("\r(?![\r\n]|$)"), "\r": re.compile("\n(?![\r\n]|$)")}
"""Where a line holds two: a line end other than the file's, with text behind it."""


def parts(record: Record, delimiter: str) -> int:
    """How many rows a record is: with its quotes out of order, what odd line ends part it into."""
    if well_quoted(record.raw, delimiter, record.end):
        return 1
    return len(ODD_ENDS[record.end].findall(record.raw)) + 1


def up_to(records: Sequence[Record], delimiter: str, row: int) -> int:
    """How many records stand in a file up to a row, this one included."""
    last = 0
    for place, record in enumerate(records, 1):
        last += parts(record, delimiter)
        if last >= row:
            return place
    return len(records)


def pairs(
    records: Sequence[Record], delimiter: str, table: Sequence[Mapping[str, Value]]
) -> Iterator[tuple[Record, Sequence[Mapping[str, Value]]]]:
    """Every record with its row, or with as many rejected ones as it has lines.

    A record of several lines in good order is one row, or is taken for several that a pair of
    quotes joined.
    """
    at = 0
    for record in records:
        count = parts(record, delimiter)
        if count == 1 and record.lines > 1:
            each = table[at : at + record.lines]
            # A repeated header among the lines is skipped as one.
            parted = [row[BAD_REASON] for row in each if row[STATE] != SKIPPED]
            first = [row[BAD_REASON] for row in each[:1] if row[STATE] != SKIPPED]
            begins = first == ["open_quote"] or (not first and not is_blank(record.cells))
            joined = begins and set(parted) == {"open_quote"}
            count = record.lines if joined else 1
        own = table[at : at + count]
        if len(own) < count:
            return
        at += count
        yield record, own


def around(records: Sequence[Record], place: int) -> Iterator[int]:
    """The nearest records above and below that are not blank."""
    filled = [n for n, own in enumerate(records) if n == place or not is_blank(own.cells)]
    at = filled.index(place)
    yield from filled[max(0, at - 1) : at]
    yield from filled[at + 1 : at + 2]


EVERY_TITLE = frozenset(
    title(name)
    for names in (
        *(TABLES[kind].names for kind in Kind),
        *(titles(kind, kuaishou=True) for kind in Kind),
        *(layout.header for layout in LAYOUTS),
    )
    for name in names
)
"""Names of columns of all exports that the tests know."""


def other_header(frame: Frame, record: Record) -> bool:
    """Whether the record may be a header that differs from the first."""
    titles = {title(name) for name in frame.header}
    filled = [title(cell) for cell in record.cells if cell.strip(' \t"')]
    if sum(name in titles for name in filled) > 1:
        return True
    if filled and 2 * sum(name in EVERY_TITLE for name in filled) >= len(filled):
        return True
    if frame.key is None:
        return False
    cells = [title(record.cells[p]) for p in frame.places[frame.key] if p < len(record.cells)]
    return title(frame.header[frame.places[frame.key][0]]) in cells or not EVERY_TITLE.isdisjoint(
        cells[:1]
    )


def kept(frame: Frame, record: Record, row: Mapping[str, Value], below: bool) -> Iterator[str]:
    """A good row holds everything that its cells say."""
    cells = record.cells
    if len(cells) != frame.cells:
        yield f"kept with {len(cells)} cells of {frame.width}"
    if not is_blank(cells[frame.width :]):
        yield "kept with cells beyond the header"
    if any("\ud800" <= char <= "\udfff" for char in record.raw):
        yield "kept with bytes that are no text"
    for name, spots in frame.places.items():
        if name == "content" and row.get("sender_role", "") is None:
            continue  # of a message whose sender is not known the text is not kept
        cell = text_of(frame, record, name)
        column = TABLES[Kind(frame.kind)].column(name)
        exact = column.read and column.type not in (Type.TEXT, Type.CODE)
        if exact and any("\0" in cells[p] for p in spots if p < len(cells)):
            yield f"kept with a NUL in {name}"
        wanted = meaning(frame.kind, name, cell.replace("\0", ""))
        if wanted is UNKNOWN and row[name] is None and not column.read:
            continue  # of a column that nothing looks at, such a cell says nothing of its row
        if not agrees(frame.kind, name, wanted, row, cell):
            stated = {key: row.get(key) for key in (name, name + RAW_SUFFIX) if key in row}
            yield f"{name} is {stated}, the cell says {cell!r}"


def agrees(kind: str, name: str, wanted: Value, row: Mapping[str, Value], cell: str) -> bool:
    """Whether the product's value is that of the judge, where the judge has one."""
    got = row.get(name)
    column = TABLES[Kind(kind)].column(name)
    if column.type is Type.CODE:
        if isinstance(wanted, str) and wanted in column.codes:
            return got == wanted
        return wanted is None or got is not None or bool(row.get(name + RAW_SUFFIX))
    if wanted is UNKNOWN:
        return name == "message_seq" or got is not None or says_nothing(column.type, bare(cell))
    if isinstance(wanted, Decimal):
        wanted *= 100
    if column.type is Type.BOOL and wanted is None:
        wanted = False if got is False else None  # "无" says no as well as nothing
    if column.type is Type.TEXT and isinstance(wanted, str):
        return isinstance(got, str) and got.replace("\0", "") == wanted
    return got == wanted


ZEROS = frozenset({"0", "0.0", "0.00", "无退款申请"})


def says_nothing(kind: Type, text: str) -> bool:
    """Whether a cell that the judge does not understand may stand for no value."""
    if (kind is Type.TIME and NEVER.match(text)) or (kind is Type.TEXT and FAILED.fullmatch(text)):
        return True
    return (kind in (Type.ID, Type.MONEY) and text in ZEROS) or not text.strip('"=¥元\0')


def refused(
    frame: Frame,
    record: Record,
    row: Mapping[str, Value],
    below: bool,
    torn: bool,
) -> Iterator[str]:
    """A rejected row has a place and a reason, and something is really wrong with it.

    `torn`: a record beside it lacks cells, or was parted into its lines.
    """
    if row[BAD_REASON] not in REASONS:
        yield f"rejected for {row[BAD_REASON]!r}"
    titles = {text.strip() for text in frame.header}
    if row[BAD_COLUMN] is not None and row[BAD_COLUMN] not in titles:
        yield f"rejected in {row[BAD_COLUMN]!r}, no column of the file"
    if row[BAD_REASON] == "other_header":
        if not below:
            yield "rejected below a header that is not there"
    elif row[BAD_REASON] == "torn_row":
        if not torn:
            yield "rejected as torn beside whole rows"
    elif clean(frame, record):
        yield f"rejected for {row[BAD_REASON]} though nothing is wrong"


def clean(frame: Frame, record: Record) -> bool:
    """Whether nothing is wrong with a record: the judge understands every cell that counts."""
    cells = record.cells
    if record.damaged or not well_quoted(record.raw, frame.delimiter, record.end):
        return False
    if len(cells) != frame.cells or not is_blank(cells[frame.width :]):
        return False
    if frame.key is None or is_nothing(text_of(frame, record, frame.key)):
        return False
    values = [meaning(frame.kind, name, text_of(frame, record, name)) for name in frame.places]
    return not any(value is UNKNOWN for value in values)


def passed_over(
    frame: Frame, record: Record, row: Mapping[str, Value], below: bool
) -> Iterator[str]:
    """A skipped row is blank, a total, a remark, a repeated header, or without a key."""
    cells = record.cells
    if is_blank([cell.replace("\0", "") for cell in cells]):
        return
    if is_footer(cells[0].replace("\0", "")):
        return
    if below and other_header(frame, record):
        return
    if frame.key is not None:
        key = text_of(frame, record, frame.key)
        nothing = is_nothing(key.replace("\0", "").strip('"')) or not bare(key).strip("\"='\0")
        if nothing or is_footer(key) or NEVER.match(bare(key)):
            return
    elif all(is_nothing(text_of(frame, record, name)) for name in frame.places):
        return
    digits = any(char.isdigit() for name in frame.places for char in text_of(frame, record, name))
    if row[ROW] == frame.row + 1 and not digits:  # a row that explains the columns
        return
    yield "skipped though it holds a key"

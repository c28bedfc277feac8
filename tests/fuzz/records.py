"""The judge's word on single records: what the product kept, refused and passed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from kshop_audit.ingest import REASONS
from kshop_audit.model.schema import TABLES, Kind, Type
from kshop_audit.tables import BAD_COLUMN, BAD_REASON, GOOD, RAW_SUFFIX, REJECTED, ROW, STATE
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
    wanted = list(range(frame.row + 1, frame.row + 1 + len(records)))
    if rows != wanted:
        yield f"rows {rows[:3]}…{rows[-3:]} ({len(rows)}), csv sees {len(wanted)} from {wanted[:1]}"
        return
    below = False
    for row, record in zip(table, records, strict=True):
        below = below or other_header(frame, record)
        found = {GOOD: kept, REJECTED: refused}.get(row[STATE], passed_over)  # type: ignore[call-overload]
        for line in found(frame, record, row, below):
            yield f"row {row[ROW]} {line}: {record.raw[:300]!r}"


def other_header(frame: Frame, record: Record) -> bool:
    """Whether the record may be a header that differs from the first."""
    if frame.key is None:
        return False
    cells = [title(record.cells[p]) for p in frame.places[frame.key] if p < len(record.cells)]
    return title(frame.header[frame.places[frame.key][0]]) in cells


def kept(frame: Frame, record: Record, row: Mapping[str, Value], below: bool) -> Iterator[str]:
    """A good row holds everything that its cells say."""
    cells = record.cells
    if len(cells) < (frame.needed if record.ended else frame.width):
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
            told = {key: row.get(key) for key in (name, name + RAW_SUFFIX) if key in row}
            yield f"{name} is {told}, the cell says {cell!r}"


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


def refused(frame: Frame, record: Record, row: Mapping[str, Value], below: bool) -> Iterator[str]:
    """A rejected row has a place and a reason, and something is really wrong with it."""
    if row[BAD_REASON] not in REASONS:
        yield f"rejected for {row[BAD_REASON]!r}"
    titles = {text.strip() for text in frame.header}
    if row[BAD_COLUMN] is not None and row[BAD_COLUMN] not in titles:
        yield f"rejected in {row[BAD_COLUMN]!r}, no column of the file"
    if row[BAD_REASON] == "other_header":
        if not below:
            yield "rejected below a header that is not there"
    elif clean(frame, record):
        yield f"rejected for {row[BAD_REASON]} though nothing is wrong"


def clean(frame: Frame, record: Record) -> bool:
    """Whether nothing is wrong with a record: the judge understands every cell that counts."""
    cells = record.cells
    if record.damaged or not well_quoted(record.raw, frame.delimiter):
        return False
    if len(cells) < frame.width or not is_blank(cells[frame.width :]):
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

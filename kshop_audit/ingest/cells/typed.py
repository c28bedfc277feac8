"""Typed lazy tables: raw text → canonical columns, and the state of every record.

Steps of expressions, each using the columns of the step before, so that nothing is computed
twice (Polars does not share expressions inside conditions: measured 5.7 s instead of 0.3 s for a
million unusual times), and a plan that selects few columns computes few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from kshop_audit.ingest.cells import (
    cells,
    faults,
    plain_columns,
    second_headers,
    states,
    times,
)
from kshop_audit.ingest.cells.columns import WRITTEN_BY_PEOPLE, Cells
from kshop_audit.ingest.cells.plain_columns import Plain
from kshop_audit.ingest.cells.protection import EMPTY
from kshop_audit.ingest.decode.raw import FAULT, FAULT_VALUE, Raw, cell
from kshop_audit.ingest.headers.locate import Header
from kshop_audit.model.schema import TABLES, Kind, Type
from kshop_audit.tables import (
    BOOKKEEPING,
    FILE,
    NUMBER,
    RAW_SUFFIX,
    ROW,
    SAID,
    SPAN_SUFFIX,
    STATE,
    schema,
)

_TIMES = (Type.TIME, Type.DATE)
_NODE = "node_name"
_NODE_CELL = r"^\s*(\p{Han}{2,4})[\s:：]*"
"""The name of a node before its time."""


def _reader(part: Cells) -> Type:
    """The type whose steps read a column; an amount in fen is a whole number."""
    return Type.INT if part.type is Type.MONEY and part.fen else part.type


_ODD: Mapping[Type, Callable[[pl.Expr], pl.Expr]] = {
    Type.ID: cells.odd_identifier,
    Type.MONEY: cells.odd_money,
    Type.INT: cells.odd_whole,
}
"""Per type, the text of the cells that need a closer look; times have a step before it."""


def _odd(part: Cells) -> pl.Expr:
    odd = times.odd(part.raw, part.usual) if part.type in _TIMES else _ODD[_reader(part)](part.raw)
    return odd.alias(part.step("odd"))


def _value(part: Cells) -> pl.Expr:
    raw, odd = part.raw, part.odd
    match _reader(part):
        case Type.ID:
            value = cells.identifier(raw, odd, part.key)
        case Type.CODE:
            value = cells.code(raw, part.column.codes, part.words)
        case Type.BOOL:
            value = cells.flag(raw, part.words)
        case Type.MONEY:
            value = cells.money(raw, odd)
        case Type.INT:
            value = cells.whole(raw, odd)
        case Type.TIME | Type.DATE:
            value = times.parse(part.usual, odd, pl.col(part.step("parts")), part.zone)
        case Type.TEXT:
            spoken = part.name in WRITTEN_BY_PEOPLE
            value = cells.verbatim(raw) if spoken else cells.text(raw)
    return value.alias(part.step("read"))


def _settled(part: Cells) -> pl.Expr:
    """The value under its canonical name, once nothing needs to know what the cell said."""
    read = part.read
    if part.type in _TIMES:
        read = times.without_placeholders(read)
    if part.type is Type.DATE:
        read = read.dt.date()
    return read.alias(part.name)


def _span(part: Cells) -> pl.Expr:
    """By how many seconds the instant may be later than the cell says."""
    span = times.span(part.raw, part.usual, part.odd, pl.col(part.step("parts")))
    known = times.without_placeholders(part.read).is_not_null()
    return pl.when(known).then(span).alias(part.name + SPAN_SUFFIX)


def _bad(part: Cells) -> pl.Expr:
    """Whether the cell rejects its row; never null."""
    odd = part.odd
    if part.type is Type.ID:
        bad = cells.is_damaged_identifier(odd)
    elif part.type is Type.BOOL:
        bad = cells.left_over(part.raw, part.read).is_not_null()
    else:
        bad = part.read.is_null() & ~odd.is_in(EMPTY)
        if part.type in _TIMES:
            bad &= ~times.is_unset(odd)
        elif part.type is Type.MONEY:
            bad &= odd != cells.NO_REFUND
    return bad.fill_null(False).alias(part.step("bad"))


def _values(frame: pl.LazyFrame, parts: Sequence[Cells], known: Plain) -> pl.LazyFrame:
    """Add the value of every cell, and for some types whether it rejects the row."""
    rest = [part for part in parts if part.name not in known.columns]
    timed = [part for part in rest if part.type in _TIMES]
    checked = [part for part in rest if part.type in _ODD]
    frame = frame.with_columns(times.usual(p.raw, p.zone).alias(p.step("usual")) for p in timed)
    frame = frame.with_columns(_odd(part) for part in (*timed, *checked))
    frame = frame.with_columns(times.calendar(p.odd).alias(p.step("parts")) for p in timed)
    frame = frame.with_columns(
        plain_columns.value(part, known).alias(part.step("read"))
        if part.name in known.columns
        else _value(part)
        for part in parts
    )
    return frame.with_columns(
        *(part.read.alias(part.name) for part in parts if part.name in known.columns),
        *(_settled(part) for part in rest),
        *(_bad(part) for part in rest if part.rejects),
        *(_span(part) for part in rest if part.type is Type.TIME),
        *(
            cells.left_over(part.raw, part.read).alias(part.name + RAW_SUFFIX)
            for part in rest
            if part.type is Type.CODE
        ),
    )


def _named_nodes(frame: pl.LazyFrame, parts: tuple[Cells, ...]) -> pl.LazyFrame:
    """Part the node's name from its time where one cell holds both: 揽收 2026-03-11 12:00:00."""
    part = next((part for part in parts if part.name == "node_at"), None)
    if part is None:
        return frame
    name = pl.col(cell(part.places[0])).str.extract(_NODE_CELL, 1)
    time = pl.col(cell(part.places[0])).str.replace(_NODE_CELL, "")
    return frame.with_columns(name.alias(_NODE), time.alias(cell(part.places[0])))


@dataclass(frozen=True, slots=True)
class TextNeeds:
    """Of which chat rows the text is needed: those of these roles, where `keep`, a Boolean over
    `content`, is true. Most rows are of other roles, and their text is most of the memory.
    """

    roles: tuple[str, ...]
    keep: pl.Expr

    def of(self, frame: pl.LazyFrame, role: pl.Expr, text: pl.Expr) -> pl.LazyFrame:
        """The frame with `content`, null where it is not needed; `role`: whether one of them."""
        return self.kept(frame.with_columns(content=pl.when(role).then(text)))

    def kept(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """The frame without the `content` that is not needed."""
        return frame.with_columns(content=pl.when(self.keep).then("content"))


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a file and how they are understood.

    To be collected one after the other: the `text`, its `checks`, and the `rows`. These have the
    columns of `tables.schema(kind, present columns)` and bookkeeping columns, and hold every
    record of the file exactly once.
    """

    raw: Raw
    header: Header
    parts: tuple[Cells, ...]
    index: int

    def text(self, needs: TextNeeds) -> pl.LazyFrame:
        """The text of the understood cells, and the values of those that are likely to be plain."""
        frame, written = self.raw.frame, self._written()
        places = dict.fromkeys((0, *(place for part in self.parts for place in part.places)))
        if written is not None:
            content, role = written
            own = cells.codes(role.column.codes, role.words)
            # Whoever is not named or not known may be one of them.
            others = [word for word, who in own.items() if word and who not in needs.roles]
            # `keep` waits for `rows`: while the file is read, every small piece would build the
            # automaton of its pattern anew (measured: 0.12 s a million messages, against 0.07 s).
            other = role.raw.is_in(others).fill_null(False)
            said = pl.when(~other).then(content.raw)
            frame = frame.with_columns(said.alias(cell(content.places[0])))
        faults = (FAULT, FAULT_VALUE) if self.raw.faulty else ()
        return frame.select(*map(cell, places), ROW, *faults, *plain_columns.ahead(self.parts))

    def single_cells(self, names: Iterable[str]) -> dict[str, str]:
        """Of the columns of these names that come from one cell each, the one of the text."""
        alone = {part.name: part.places[0] for part in self.parts if len(part.places) == 1}
        return {name: cell(alone[name]) for name in names if name in alone}

    def checks(self, text: pl.DataFrame) -> pl.LazyFrame:
        """One row that says what is plain in the text, which may have NUMBER columns of ids."""
        return text.lazy().select(plain_columns.checks(self.parts, self._numbered(text)))

    def rows(self, text: pl.DataFrame, checked: pl.DataFrame, needs: TextNeeds) -> pl.LazyFrame:
        """The canonical table from the collected text.

        STATE and what goes with it are absent when nothing is wrong with any record, and so are
        the raw twins of columns in which every word is known, and the SPAN twins of times that are
        all written with seconds.
        """
        known = plain_columns.plain_in(self.parts, checked.row(0, named=True))
        frame = _typed(self, text.lazy(), known)
        twins = {name + RAW_SUFFIX for name in known.columns}
        names = [name for name in self._columns() if name not in twins]
        names += [name + NUMBER for name in self._numbered(text) if name in known.columns]
        names += [
            part.name + SPAN_SUFFIX
            for part in self.parts
            if part.type is Type.TIME and part.name not in known.columns
        ]
        said: tuple[str, ...] = ()
        if "content" in names and "message_id" not in names:
            said = SAID
            frame = frame.with_columns(
                pl.col("content").hash(seed).alias(name) for seed, name in enumerate(said)
            )
        if {"content", "sender_role"} <= set(names):
            if self._written() is None or "sender_role" not in known.columns:
                role = pl.col("sender_role")
                needed = role.is_in(needs.roles) | role.is_null()
                frame = needs.of(frame, needed, pl.col("content"))
            else:
                frame = needs.kept(frame)
        flawless = STATE not in frame.collect_schema()
        return frame.select(*names, *said, *((FILE, ROW) if flawless else BOOKKEEPING))

    def readable(self, rejected: pl.DataFrame) -> pl.DataFrame:
        """Rejected rows, typed, without what their faults made of their cells: see `faults`."""
        if not self.raw.faulty or rejected.is_empty():
            return rejected
        firm = faults.firm_cells(self.parts)
        return rejected.with_columns(
            faults.where_readable(part, firm).alias(part.name)
            for part in self.parts
            if part.name in rejected.columns
        )

    def _numbered(self, text: pl.DataFrame) -> list[str]:
        """The ids of which the text has the numbers."""
        return [part.name for part in self.parts if part.name + NUMBER in text.columns]

    def _written(self) -> tuple[Cells, Cells] | None:
        """The columns of the text and of who wrote it, if unneeded text can be dropped unread."""
        parts = {part.name: part for part in self.parts}
        content, role = parts.get("content"), parts.get("sender_role")
        if content is None or role is None or "message_id" not in parts:
            return None
        taken = [place for part in self.parts for place in part.places]
        single = len(content.places) == len(role.places) == 1
        alone = content.places[0] != 0 and taken.count(content.places[0]) == 1
        return (content, role) if single and alone else None

    def _columns(self) -> dict[str, pl.DataType]:
        """The columns of the canonical table that this file can tell."""
        present = {part.name for part in self.parts}
        if "node_at" in present:
            present.add("node")
        if self.header.match.kind is Kind.TICKETS and "status" in present:
            present.add("rejected")
        return schema(self.header.match.kind, present)


def _typed(records: Records, text: pl.LazyFrame, known: Plain) -> pl.LazyFrame:
    """Add the canonical columns, FILE, and where a record may be no good row STATE and the like."""
    parts, header, faulty = records.parts, records.header, records.raw.faulty
    present = {part.name for part in parts}
    frame = _values(_named_nodes(text, parts), parts, known)
    if "node_at" in present and "node" not in present:
        values = header.match.layout.values["node"]
        frame = frame.with_columns(
            cells.code(pl.col(_NODE), TABLES[Kind.SHIPMENTS].column("node").codes, values).alias(
                "node"
            ),
            pl.lit(None, pl.String()).alias("node" + RAW_SUFFIX),
        )
    if header.match.kind is Kind.TICKETS and "status" in present and "rejected" not in present:
        # The export has no column of its own; the state says that a ticket is rejected now, and
        # nothing of whether it ever was.
        rejected = pl.when(pl.col("status") == "rejected").then(pl.lit(True))
        frame = frame.with_columns(rejected.alias("rejected"))
    frame = frame.with_columns(pl.lit(records.index, pl.UInt16()).alias(FILE))
    judged = [part for part in parts if part.rejects and part.name not in known.columns]
    if not known.rows or any(part.type in _TIMES for part in judged):
        frame = second_headers.stated(frame, parts, faulty)
        faulty = True
    if known.rows and not (judged or faulty or header.described):
        return frame
    skipped = strays = pl.lit(False)
    if not known.rows:
        skipped, strays = states.skipped(parts, known, faulty), states.strays(parts, known, faulty)
    if header.described:
        described = pl.col(ROW) == header.row + 1
        skipped, strays = skipped | described, strays & ~described
    # A message without its id is one all the same.
    lost = pl.lit(False) if "message_id" in present else strays
    state = (skipped & ~strays).alias(states.SKIP), lost.alias(states.STRAY)
    return frame.with_columns(state).with_columns(*states.explained(judged, faulty))

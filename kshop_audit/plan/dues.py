"""Units that wait and whose deadline is near or over, in the same pass as the figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from kshop_audit.facts.tables import Tables
from kshop_audit.model.due import DueUnit, Turn
from kshop_audit.model.metadata import RuleInfo
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.plan import query
from kshop_audit.rules.kit.due import Due
from kshop_audit.rules.kit.shapes import Ratio
from kshop_audit.tables import AT, FILE, ROW

IDS = ("order_id", "ticket_id", "session_id", "tracking_no", "violation_id")
DESCRIBED = ("province", "carrier")
CONVERSATION = ("session_id", "buyer_id")
"""What names the conversation of a chat row."""


def frame(
    units: pl.LazyFrame,
    shape: Ratio,
    info: RuleInfo,
    terms: Terms,
    within: timedelta,
    muted: pl.Expr | None,
) -> pl.LazyFrame | None:
    """One row a unit that waits and is due at most so long after as-of; None without deadlines.

    `units`: what `query.units` made of the shape. Columns: kind, deadline, late, certain, code
    (UInt8, see `query.units`), against, IDS, DESCRIBED, cost_fen, _at, _file, _row. A unit whose
    deadline is to come may lie outside the window, one that is late may not. ValueError for a kind
    that the rule does not declare.
    """
    unknown = shape.due.keys() - dict(info.due)
    if unknown:
        raise ValueError(f"{info.id}: `due` of @rule does not name {', '.join(sorted(unknown))}")
    parts = [_of_kind(units, shape, kind, terms, within, muted) for kind in shape.due]
    return pl.concat(parts) if parts else None


def _of_kind(
    units: pl.LazyFrame,
    shape: Ratio,
    kind: str,
    terms: Terms,
    within: timedelta,
    muted: pl.Expr | None,
) -> pl.LazyFrame:
    due = shape.due[kind]
    rows = units if due.of is None else _beside(due.of)
    code, names = pl.col(query.CODE), rows.collect_schema().names()
    near = pl.col("_deadline") <= terms.as_of + within
    if due.late_for is not None:
        near &= pl.col("_deadline") >= terms.as_of - due.late_for
    late = pl.col("_deadline") < terms.as_of
    waits = rows.with_columns(
        _deadline=due.deadline.cast(pl.Datetime("ms")), _waits=due.waits
    ).filter(near.fill_null(False) & pl.col("_waits").fill_null(True))
    if muted is not None and due.of is None:
        waits = waits.filter(~muted)
    listed = _may_count(code)
    if due.beyond and query.AHEAD in names:
        listed |= ~late & (code == query.OUTSIDE) & _may_count(pl.col(query.AHEAD))
    if due.coming is not None:
        listed |= due.coming.fill_null(False)
    known = query.membership_known(code) if due.member is None else due.member
    waiting, product = waits.filter(listed), _text(due.product, names)
    if due.products is not None:
        # Few units wait: only their lines are looked at.
        waiting = waiting.join(due.products, on="order_id", how="left")
        product = pl.coalesce("_products", product)
    return waiting.select(
        pl.lit(kind).alias("kind"),
        pl.col("_deadline").alias("deadline"),
        late.alias("late"),
        (known & pl.col("_waits") & due.exact).fill_null(False).alias("certain"),
        code.alias("code"),
        pl.col(query.AGAINST).alias("against"),
        *(_text(name if name in due.ids else None, names).alias(name) for name in IDS),
        product.alias("product"),
        *(_text(getattr(due, name), names).alias(name) for name in DESCRIBED),
        (pl.lit(None) if due.cost_fen is None else due.cost_fen).cast(pl.Int64).alias("cost_fen"),
        *(
            (pl.col(column) if column in names else pl.lit(None)).cast(pl.Int64).alias(name)
            for name, column in ((AT, due.row), (FILE, FILE), (ROW, ROW))
        ),
    )


def _beside(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows that are no units of the rule: listed as what is still open, and in no figure."""
    return rows.with_columns(
        pl.lit(query.PENDING, pl.UInt8).alias(query.CODE), pl.lit(False).alias(query.AGAINST)
    )


def _may_count(code: pl.Expr) -> pl.Expr:
    """Boolean: the rule counts the unit, will as soon as its time is over, or may."""
    return (code == query.PENDING) | (code >= query.HIT)


def _text(column: str | None, names: Sequence[str]) -> pl.Expr:
    if column is None or column not in names:
        return pl.lit(None, pl.String)
    return pl.col(column).cast(pl.String)


def found(rows: pl.DataFrame | None, shape: Ratio, tables: Tables) -> tuple[DueUnit, ...]:
    """What the frame lists, one entry a thing to do, the soonest first."""
    if rows is None:
        return ()
    told = any(due.conversation for due in shape.due.values())
    if told and Kind.CHATS in tables.frames:
        places = rows.get_column(AT)
        rows = rows.with_columns(tables.texts(Kind.CHATS, n, places) for n in CONVERSATION)
    else:
        rows = rows.with_columns(buyer_id=pl.lit(None, pl.String))
    same: dict[tuple[object, ...], list[dict[str, Any]]] = {}
    for row in rows.sort("deadline", "kind", *IDS, FILE, ROW, nulls_last=True).to_dicts():
        same.setdefault(_key(row, shape.due[row["kind"]]), []).append(row)
    return tuple(_unit(together, shape.due[together[0]["kind"]]) for together in same.values())


def _key(row: Mapping[str, Any], due: Due) -> tuple[object, ...]:
    """Units of one key are one thing to do."""
    if not due.conversation:
        return row["kind"], row["deadline"], *(row[name] for name in IDS), row[FILE], row[ROW]
    who = ("s", row["session_id"]) if row["session_id"] is not None else ("b", row["buyer_id"])
    nobody = row[ROW] if who[1] is None else None
    return row["kind"], row["deadline"], *who, nobody


def _unit(rows: Sequence[Mapping[str, Any]], due: Due) -> DueUnit:
    first = rows[0]
    ids = {name: first[name] for name in IDS if first[name] is not None}
    if due.conversation and "session_id" not in ids and first["buyer_id"] is not None:
        ids["buyer_id"] = first["buyer_id"]
    deadline: datetime = first["deadline"]
    return DueUnit(
        kind=first["kind"],
        deadline=deadline,
        late=first["late"],
        certain=all(row["certain"] for row in rows),
        ids=ids,
        product=first["product"],
        province=first["province"],
        carrier=first["carrier"],
        cost_fen=first["cost_fen"],
        cost_grade=None if first["cost_fen"] is None else due.cost_grade,
        counts=due.counts,
        turns=tuple(_turns(rows)),
    )


def _turns(rows: Sequence[Mapping[str, Any]]) -> Iterator[Turn]:
    """The units that would become misses, by what is known of them now."""
    units: dict[int, int] = {}
    for row in rows:
        counts = row["code"] == query.PENDING or row["code"] >= query.HIT
        if counts and not row["against"]:
            units[row["code"]] = units.get(row["code"], 0) + 1
    for code, number in units.items():
        yield Turn(number, *query.doubt_of(code))

"""Times that cannot all be right, and exports that hold only what is over.

A file whose times are of another zone than the others', or of which the times were read wrongly,
shows it where most of its rows would have happened before their order was paid. An export by the
time of shipping lacks the orders that wait, and that shows as well: orders end, shipments go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from kshop_audit.facts.tables import Tables
from kshop_audit.model.schema import Kind

ENOUGH = 10
"""So many rows before their payment, or so many expected ones that are not there, are no chance."""

DAY = timedelta(days=1)
HISTORY = 7 * DAY
"""In less time a shop shows no habits: all orders of one evening are shipped on the next day."""

AFTER_PAYMENT = {
    Kind.ORDERS: ("shipped_at", "picked_up_at", "received_at", "finished_at"),
    Kind.SHIPMENTS: ("shipped_at", "picked_up_at", "signed_at"),
    Kind.TICKETS: ("applied_at", "finished_at"),
}
"""What comes after the payment of its order, by kind."""

ENDED = {Kind.ORDERS: ("paid_at", "shipped_at"), Kind.TICKETS: ("applied_at", "finished_at")}
"""Kind → when one begins to wait, and when that is over."""


@dataclass(frozen=True, slots=True)
class Backwards:
    """So many `rows` of a column, `of` all that can be compared, lie before their payment."""

    kind: Kind
    column: str
    rows: int
    of: int


def before_payment(tables: Tables, kind: Kind) -> Backwards | None:
    """The first column of a kind that lies before the payment in most rows; None if none does."""
    rows, orders = tables.frames.get(kind), tables.frames.get(Kind.ORDERS)
    if rows is None or orders is None or "paid_at" not in orders.columns:
        return None
    names = [name for name in AFTER_PAYMENT.get(kind, ()) if name in rows.columns]
    if kind is not Kind.ORDERS:
        if not names or not {"order_id"} <= {*rows.columns} & {*orders.columns}:
            return None
        paid = orders.select("order_id", "paid_at").drop_nulls().unique("order_id", keep="any")
        rows = rows.select("order_id", *names).join(paid, on="order_id")
    for name in names:
        both = rows.select(early=pl.col(name) < pl.col("paid_at")).drop_nulls()
        early = int(both["early"].sum())
        if early >= ENOUGH and early * 2 > both.height:
            return Backwards(kind, name, early, both.height)
    return None


def holds_ended_alone(tables: Tables, kind: Kind, as_of: datetime) -> bool:
    """Whether a file holds what is over and lacks what waits: nothing in it waits, and it begins
    nothing for longer than ever before, although ENOUGH would be expected, while things end.
    """
    frame, (begins, ends) = tables.frames.get(kind), ENDED[kind]
    if frame is None or not {begins, ends} <= {*frame.columns}:
        return False
    rows = frame.select(begins, ends).filter(pl.col(begins) <= as_of)
    if rows.height < ENOUGH or rows[ends].null_count():
        return False
    begun = rows[begins].sort()
    first, last, over = begun.min(), begun.max(), rows[ends].filter(rows[ends] <= as_of).max()
    longest = begun.diff().max()
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return False
    if not isinstance(over, datetime) or not isinstance(longest, timedelta):
        return False
    silence = over - last
    if last - first < HISTORY or silence < DAY:
        return False
    return silence > longest and rows.height * silence >= ENOUGH * (over - first)

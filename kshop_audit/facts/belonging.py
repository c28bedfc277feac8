"""Whether the files of a shop speak of one another: the ids that one names and the other has."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from kshop_audit.facts.tables import Tables, matched_ids
from kshop_audit.model.schema import Kind

DAY = timedelta(days=1)
FEW = 3
"""Fewer ids than that may all be about what lies outside of the other file."""
MANY = 10
"""So many orders in one state or two are no coincidence."""


def only_waiting(tables: Tables) -> bool:
    """Whether the orders, MANY or more, all wait for their payment or their shipment."""
    frame = tables.frames.get(Kind.ORDERS)
    if frame is None or "status" not in frame.columns or frame.height < MANY:
        return False
    return bool(frame["status"].is_in(["pending_payment", "paid"]).fill_null(False).all())


def orders_of_tickets(tables: Tables) -> tuple[int, int] | None:
    """How many of the orders that tickets name stand in the orders files, and how many should.

    Only tickets applied for 15 days or more after the first order count: those of the first days
    may be about older orders. None where FEW or no column tells.
    """
    return _matched(
        tables, (Kind.TICKETS, "order_id", "applied_at"), (Kind.ORDERS, "created_at", "paid_at"),
        ("order_id", "sub_order_id"), 15 * DAY,
    )  # fmt: skip


def sessions_of_ratings(tables: Tables) -> tuple[int, int] | None:
    """How many of the conversations that were rated stand in the chats, and how many should: those
    rated two days or more after the first message, up to the last. None where FEW or no column
    tells.
    """
    return _matched(
        tables, (Kind.RATINGS, "session_id", "rated_at"), (Kind.CHATS, "sent_at"),
        ("session_id",), 2 * DAY,
    )  # fmt: skip


def _matched(
    tables: Tables,
    side: tuple[Kind, str, str],
    main: tuple[Kind, *tuple[str, ...]],
    keys: tuple[str, ...],
    lag: timedelta,
) -> tuple[int, int] | None:
    kind, name, at = side
    rows, known = tables.frames.get(kind), tables.frames.get(main[0])
    if rows is None or known is None or not {name, at} <= {*rows.columns}:
        return None
    times = [time for time in main[1:] if time in known.columns]
    ids = [key for key in keys if key in known.columns]
    if not times or not ids:
        return None
    first, last = known[times[0]].min(), known[times[0]].max()
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return None
    named = rows.filter((pl.col(at) >= first + lag) & (pl.col(at) <= last + lag))
    found, of = matched_ids(named[name], *(known[key] for key in ids))
    return (found, of) if of >= FEW else None

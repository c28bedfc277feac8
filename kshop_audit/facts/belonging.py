"""Whether the files of a shop speak of one another: the ids that one names and the other has."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from kshop_audit.facts.liability import AT_FAULT
from kshop_audit.facts.tables import Tables, matched_ids
from kshop_audit.model.schema import Kind

DAY = timedelta(days=1)
FEW = 3
"""Fewer ids than that may all be about what lies outside of the other file."""
SEVERAL = 4
"""Fewer refunds without a ticket may be those of the hours between two exports."""
MANY = 10
"""So many orders in one state or two, or that only their parcels name, are no coincidence."""


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


def orders_of_parcels(tables: Tables) -> tuple[int, int] | None:
    """How many of the orders that parcels name the orders files do not hold, and how many they
    name, where these are MANY but not most: most would be those of other shops.

    Only parcels count that left before the last order was made, and longer after the first one than
    any known one took; and orders whose id has the form of the others.
    """
    parcels, orders = tables.frames.get(Kind.SHIPMENTS), tables.frames.get(Kind.ORDERS)
    if parcels is None or orders is None or "shipped_at" not in parcels.columns:
        return None
    at = next((name for name in ("created_at", "paid_at") if name in orders.columns), None)
    if at is None or not {"order_id"} <= {*parcels.columns} & {*orders.columns}:
        return None
    strange = ~pl.col("order_id").is_in(orders["order_id"].implode())
    if parcels.select(strange.sum()).item() < MANY:
        return None  # nearly always, and cheaper than what follows
    known = orders.select("order_id", pl.col(at).alias("begun")).drop_nulls().unique("order_id")
    left = parcels.select("order_id", "shipped_at").drop_nulls().unique("order_id", keep="any")
    both = left.join(known, on="order_id", how="left")
    first, last = known["begun"].min(), known["begun"].max()
    longest = both.select((pl.col("shipped_at") - pl.col("begun")).max()).item()
    if not isinstance(first, datetime) or not isinstance(longest, timedelta):
        return None
    sizes = known["order_id"].cast(pl.String).str.len_chars().unique()
    size = pl.col("order_id").cast(pl.String).str.len_chars()
    inside = (pl.col("shipped_at") > first + longest) & (pl.col("shipped_at") <= last)
    asked = both.filter(inside & size.is_in(sizes.implode()))
    unseen, of = asked["begun"].null_count(), asked.height
    return (unseen, of) if unseen >= MANY and 2 * unseen <= of else None


def judged_strangers(tables: Tables) -> int:
    """How many tickets found to be the merchant's fault no file of tickets holds, although it holds
    older ones: ids grow with time.
    """
    rows, tickets = tables.frames.get(Kind.DISPUTES), tables.frames.get(Kind.TICKETS)
    if rows is None or tickets is None or "liable_party" not in rows.columns or tickets.is_empty():
        return 0
    faults = rows.filter(pl.col("liable_party").is_in(AT_FAULT))["ticket_id"].drop_nulls().unique()
    known = tickets["ticket_id"].drop_nulls()
    absent = faults.filter(~faults.is_in(known.implode()))
    older = known.min()
    alike = absent.str.len_chars() == (len(older) if isinstance(older, str) else 0)
    return int((~alike | (absent > older)).sum())


def untold_refunds(tables: Tables, since: datetime, last: datetime) -> int:
    """How many orders paid from an instant on are refunded by their own state, and no ticket is
    about them although tickets were given: these are not all there are.

    A shipped order is refunded by a ticket only. One that was not shipped may be without one,
    unless the tickets do hold those of such orders. Fewer than SEVERAL prove nothing.
    """
    orders, tickets = tables.frames.get(Kind.ORDERS), tables.frames.get(Kind.TICKETS)
    needed = {"order_id", "aftersale_state", "paid_at"}
    if orders is None or tickets is None or not needed <= {*orders.columns}:
        return 0
    if "order_id" not in tickets.columns:
        return 0
    ids = [name for name in ("order_id", "sub_order_id") if name in orders.columns]
    sent = pl.col("shipped_at").is_not_null() if "shipped_at" in orders.columns else pl.lit(False)
    named = pl.any_horizontal(pl.col(name).is_in(tickets["order_id"].implode()) for name in ids)
    paid = pl.col("paid_at").is_between(since, last)
    refunded = (
        orders.filter((pl.col("aftersale_state") == "refunded") & paid)
        .select("order_id", _sent=sent, _named=named.fill_null(False))
        .group_by("order_id")
        .agg(pl.col("_sent", "_named").any())
    )
    untold = refunded.filter(~pl.col("_named"))["_sent"]
    there = refunded.filter(~pl.col("_sent") & pl.col("_named")).height
    shipped = int(untold.sum())
    other = len(untold) - shipped
    found = shipped + (other if there * 2 >= other else 0)
    return found if found >= SEVERAL else 0


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
    found, of = matched_ids(named[name], *(tables.texts(main[0], key) for key in ids))
    return (found, of) if of >= FEW else None

"""Times that cannot all be right, and exports that hold only what is over.

A file whose times are of another zone than the others', or of which the times were read wrongly,
shows it where most of its rows would have happened before their order was paid. An export by the
time of shipping lacks the orders that wait, and that shows as well: orders end, shipments go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import polars as pl

from kshop_audit.facts.tables import MERCHANT, Tables, one_of
from kshop_audit.model.frozen import frozen
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.model.settled import SettledDays
from kshop_audit.tables import SPAN_SUFFIX

ENOUGH = 10
"""So many rows before their payment, or so many expected ones that are not there, are no chance."""

DAY = timedelta(days=1)
HISTORY = 7 * DAY
"""In less time a shop shows no habits: all orders of one evening are shipped on the next day."""

MESSAGES = 3
"""Fewer messages of a conversation may be of one second: a question and a robot's answer."""

FEW_ROWS = 10_000
"""Among so many rows one looks first for what a single one may disprove."""

SAMPLE = 50_000
"""Of so many rows, or a few more, one learns whether most of millions are of a kind: the share in
them is the whole's to within two in a hundred.
"""

TELLING = 1_000
"""Fewer rows or conversations in the sample tell nothing of the whole."""

BOTH = pl.col("asked") & pl.col("replied")

AFTER_PAYMENT = {
    Kind.ORDERS: ("shipped_at", "picked_up_at", "received_at", "finished_at"),
    Kind.SHIPMENTS: ("shipped_at", "picked_up_at", "signed_at"),
    Kind.TICKETS: ("applied_at", "finished_at"),
}
"""What comes after the payment of its order, by kind."""

PAID = ("paid", "shipped", "received", "completed")
"""States that an order reaches by its payment."""

OVER = ("received", "completed")
"""States of orders whose goods have come."""

IN_ORDER = {Kind.TICKETS: ("applied_at", ("agreed_at", "finished_at"))}
"""Kind → what comes first, and what only comes after it."""

ENDED = {Kind.ORDERS: ("paid_at", "shipped_at"), Kind.TICKETS: ("applied_at", "finished_at")}
"""Kind → when one begins to wait, and when that is over."""


@frozen
class Backwards:
    """So many `rows` of a column, `of` all that can be compared, lie before another time that they
    follow: the payment, or the application of a ticket.
    """

    kind: Kind
    column: str
    start: str
    rows: int
    of: int


def before_payment(tables: Tables, kind: Kind) -> Backwards | None:
    """The first column of a kind that lies before the payment, or before what it follows, in most
    rows; None if none does. A shop whose buyers pay on arrival shows nothing by its payments.
    """
    rows, orders = tables.frames.get(kind), tables.frames.get(Kind.ORDERS)
    start, later = IN_ORDER.get(kind, ("", ()))
    if rows is not None and start in rows.columns:
        found = _early(kind, rows, start, [name for name in later if name in rows.columns])
        if found is not None:
            return found
    if rows is None or orders is None or "paid_at" not in orders.columns:
        return None
    names = [name for name in AFTER_PAYMENT.get(kind, ()) if name in rows.columns]
    if not names:
        return None
    parts = _parts(rows)
    if kind is not Kind.ORDERS and parts > 1:
        some = with_payment(tables, kind, names, parts=parts)
        if all(_are_few(early, of, 2) for _, early, of in _early_counts(some, "paid_at", names)):
            return None
    paid = rows if kind is Kind.ORDERS else with_payment(tables, kind, names)
    found = _early(kind, paid, "paid_at", names)
    # Dear, and asked of few shops.
    return None if found is None or _pays_on_arrival(tables) else found


def _pays_on_arrival(tables: Tables) -> bool:
    """Whether buyers pay when their goods come, by the orders or by the parcels."""
    names = [n for n in AFTER_PAYMENT[Kind.SHIPMENTS] if tables.some_has(Kind.SHIPMENTS, n)]
    return _paid_on_arrival(tables.frames[Kind.ORDERS], Kind.ORDERS) or _paid_on_arrival(
        with_payment(tables, Kind.SHIPMENTS, names), Kind.SHIPMENTS
    )


def _parts(rows: pl.DataFrame) -> int:
    """How many times SAMPLE there are."""
    return max(1, rows.height // SAMPLE)


def _part(rows: pl.DataFrame, key: str, parts: int) -> pl.DataFrame:
    """One of so many parts of the rows: all rows of a key or none, wherever they stand."""
    return rows if parts == 1 else rows.filter(pl.col(key).hash() % parts == 0)


def _are_few(own: int, of: int, most: int) -> bool:
    """Whether a sample tells that far fewer than so many fifths of the whole are its `own`."""
    return of >= TELLING and 5 * own < most * of


def with_payment(tables: Tables, kind: Kind, names: Sequence[str], parts: int = 1) -> pl.DataFrame:
    """These times of the rows of another kind and how exact they are, with paid_at of their order;
    none where nothing names it. Of one of so many `parts` of the orders.
    """
    rows, orders = tables.frames.get(kind), tables.frames[Kind.ORDERS]
    if rows is None or not {"order_id"} <= {*rows.columns} & {*orders.columns}:
        return pl.DataFrame(schema={name: pl.Datetime("ms") for name in (*names, "paid_at")})
    spans = [name + SPAN_SUFFIX for name in names if name + SPAN_SUFFIX in rows.columns]
    paid = _part(orders.select("order_id", "paid_at"), "order_id", parts).drop_nulls()
    if Kind.ORDERS not in tables.single:
        paid = paid.unique("order_id", keep="any")
    own = _part(rows.select("order_id", *names, *spans), "order_id", parts)
    return own.join(paid, on="order_id")


def _paid_on_arrival(rows: pl.DataFrame, kind: Kind) -> bool:
    """Whether most parcels that left before their payment did so DAY or longer before it: no zone
    is so far away, and buyers may pay when the goods have come.
    """
    names = [name for name in AFTER_PAYMENT[kind] if name in rows.columns]
    if not names:
        return False
    ahead = rows.select(by=pl.col("paid_at") - pl.min_horizontal(names)).to_series()
    early, long = int((ahead > timedelta(0)).sum()), int((ahead >= DAY).sum())
    return long >= ENOUGH and long * 2 > early


def _early(kind: Kind, rows: pl.DataFrame, start: str, names: Sequence[str]) -> Backwards | None:
    for name, early, of in _early_counts(rows, start, names):
        if early >= ENOUGH and early * 2 > of:
            return Backwards(kind, name, start, early, of)
    return None


def _early_counts(
    rows: pl.DataFrame, start: str, names: Sequence[str]
) -> Iterator[tuple[str, int, int]]:
    """Of each column, how many times lie before the start, and how many can be compared with it."""
    for name in names:
        span = name + SPAN_SUFFIX
        spanned = pl.col(span).fill_null(0) if span in rows.columns else pl.lit(0)
        latest = pl.col(name) + pl.duration(seconds=spanned, time_unit="ms")
        both = rows.select(early=latest < pl.col(start)).drop_nulls()
        yield name, int(both["early"].sum()), both.height


def payments_lost(tables: Tables) -> bool:
    """Whether ENOUGH orders that were paid by their state, and a quarter of them, have no time of
    payment, or ENOUGH that are over and cost something. A single one without was never paid for,
    as a gift is not; goods that are paid on arrival are by the time they have come.
    """
    frame = tables.frames.get(Kind.ORDERS)
    if frame is None or not {"status", "paid_at"} <= {*frame.columns}:
        return False
    paid = frame.filter(one_of("status", PAID).fill_null(False))
    lacking = paid["paid_at"].null_count()
    if lacking < ENOUGH or 4 * lacking >= paid.height:
        return lacking >= ENOUGH
    if "paid_amount" not in paid.columns:
        return False
    over = pl.col("paid_at").is_null() & pl.col("status").is_in(OVER) & (pl.col("paid_amount") > 0)
    return int(paid.select(over.sum()).item()) >= ENOUGH


def talks_of_one_time(tables: Tables) -> int:
    """How many conversations of MESSAGES or more, by both sides, have one time for all of them, if
    nearly all have: then it is the conversation's, and tells nothing of how soon one answered. 0
    where it is each message's own.
    """
    frame = tables.frames.get(Kind.CHATS)
    if frame is None or not {"session_id", "sender_role", "sent_at"} <= {*frame.columns}:
        return 0
    if tables.imprecise(Kind.CHATS, "sent_at"):
        return 0
    parts = _parts(frame)
    if parts > 1:
        some = _alike(_spoken(_part(frame, "session_id", parts)))
        if _are_few(some.filter("alike").height, some.height, 4):
            return 0
    spoken = _spoken(frame)
    talks = _alike(spoken)
    alike = talks.filter("alike")
    if alike.height < ENOUGH or alike.height * 10 < talks.height * 9:
        return 0
    return alike.height if _asked_again(spoken.join(alike, on="session_id", how="semi")) else 0


def _spoken(frame: pl.DataFrame) -> pl.DataFrame:
    """The messages of buyers and of the shop's side that stand in a conversation."""
    return frame.filter(
        pl.col("session_id").is_not_null() & one_of("sender_role", ("buyer", *MERCHANT))
    )


def _alike(spoken: pl.DataFrame) -> pl.DataFrame:
    """Of each conversation of MESSAGES or more by both sides, whether all have one time."""
    buyer = pl.col("sender_role") == "buyer"
    talks = spoken.group_by("session_id").agg(
        rows=pl.len(),
        alike=pl.col("sent_at").min() == pl.col("sent_at").max(),
        both=buyer.any() & (~buyer).any(),
    )
    return talks.filter((pl.col("rows") >= MESSAGES) & pl.col("both"))


def _asked_again(rows: pl.DataFrame) -> bool:
    """Whether buyers ask once more after an answer in ENOUGH of these conversations: a robot
    answers within the second, but nobody reads its answer in it.
    """
    buyer = pl.col("sender_role") == "buyer"
    begins = buyer & ~buyer.shift(1).fill_null(False)
    turns = rows.group_by("session_id", maintain_order=True).agg(turns=begins.sum())
    return turns.filter(pl.col("turns") > 1).height >= ENOUGH


def talks_of_one_side(tables: Tables) -> tuple[int, int] | None:
    """How many conversations hold buyers alone, and how many the shop's side alone, where none
    holds both and there are ENOUGH of each; None where some does.
    """
    frame = tables.frames.get(Kind.CHATS)
    if frame is None or "sender_role" not in frame.columns or frame["sender_role"].null_count():
        return None
    names = [name for name in ("session_id", "buyer_id") if name in frame.columns]
    if not names:
        return None
    if tables.complete(Kind.CHATS, names[0]):
        names = names[:1]
    if frame.height > FEW_ROWS and _sides(frame.head(FEW_ROWS), names).filter(BOTH).height:
        return None  # one conversation is enough, and nearly every file begins with some
    talks = _sides(frame, names)
    asked, replied = int(talks["asked"].sum()), int(talks["replied"].sum())
    if talks.filter(BOTH).height:
        return None
    several = talks.height >= ENOUGH and frame.height >= 2 * ENOUGH
    return (asked, replied) if asked and replied and several else None


def _sides(rows: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Of each conversation, by the first of these ids that a row has, whether buyers and whether
    the shop's side say anything.
    """
    talks = rows.group_by(key=pl.coalesce(names)).agg(
        asked=(pl.col("sender_role") == "buyer").any(),
        replied=one_of("sender_role", MERCHANT).any(),
    )
    return talks.filter(pl.col("key").is_not_null())


def talks_of_several(tables: Tables) -> tuple[int, int] | None:
    """How many conversations name several buyers, and how many buyers these are, where most of
    their messages stand in such ones; None where a conversation is that of one buyer.
    """
    frame = tables.frames.get(Kind.CHATS)
    if frame is None or not {"session_id", "buyer_id", "sender_role"} <= {*frame.columns}:
        return None
    asked = frame.filter((pl.col("sender_role") == "buyer") & pl.col("session_id").is_not_null())
    # Least and greatest tell conversations of one buyer, which nearly all are, for little.
    buyer = pl.col("buyer_id").to_physical()
    ends = asked.group_by("session_id").agg(rows=pl.len(), least=buyer.min(), most=buyer.max())
    shared = ends.filter(pl.col("least") != pl.col("most"))
    if int(shared["rows"].sum()) * 2 <= asked.height:
        return None
    named = asked.filter(pl.col("buyer_id").is_not_null()).select("session_id", "buyer_id").unique()
    buyers = named.join(shared, on="session_id", how="semi").height
    return (shared.height, buyers) if buyers >= ENOUGH else None


def holds_ended_alone(tables: Tables, kind: Kind, terms: Terms) -> bool:
    """Whether a file holds what is over and lacks what waits: nothing in it waits, and it begins
    nothing for longer than ever before, although ENOUGH would be expected on days with business,
    while things end.
    """
    frame, (begins, ends) = tables.frames.get(kind), ENDED[kind]
    if frame is None or not {begins, ends} <= {*frame.columns}:
        return False
    as_of = terms.as_of
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
    open_ = SettledDays(kind, terms.settings).open_time(last, over)
    return silence > longest and rows.height * open_ >= ENOUGH * (over - first)

"""Questions of buyers and what became of them; the only sort of message rows.

A conversation is a session id, and only without one a buyer id. Rows are ordered by second, then
by message sequence where the file has one, else buyers before replies. What is left of the buyers'
messages after the exclusions is cut into bursts: a run of one conversation and one natural day
without a reply between. A burst has one clock, started by its first message.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from kshop_audit.facts.tables import MERCHANT, Tables, one_of
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import EXCLUSIONS
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Interval, Terms
from kshop_audit.tables import AT, FILE, ROW

ANSWERING_TYPES = ("text", "image", "other")
"""Message types that ask or answer; cards, notices and recalled messages do neither."""


@frozen
class Hours:
    """When buyers' messages count: in the window and within the hours, exempt periods apart.

    `last`: see `Terms.last`. `until`: the first instant that belongs to the next version of the
    rule; None: as-of ends it.
    """

    as_of: datetime
    last: datetime
    since: datetime
    until: datetime | None
    open_hour: int
    close_hour: int
    exempt: tuple[Interval, ...]


def hours_of(terms: Terms, rule: str) -> Hours:
    """The window and the hours of a rule, from its options open_hour and close_hour."""
    return Hours(
        as_of=terms.as_of,
        last=terms.last,
        since=terms.since(rule),
        until=terms.until(rule),
        open_hour=terms.number(rule, "open_hour"),
        close_hour=terms.number(rule, "close_hour"),
        exempt=terms.settings.exempt,
    )


def exclusion(reason: str) -> pl.Expr:
    """The reason for leaving a row out as its UInt8 index in EXCLUSIONS."""
    return pl.lit(EXCLUSIONS.index(reason), dtype=pl.UInt8)


def within(at: str, intervals: tuple[Interval, ...]) -> pl.Expr:
    """Boolean: whether the time lies in one of the exempt intervals, both ends included."""
    hits = [pl.col(at).is_between(i.since, i.until) for i in intervals]
    return pl.any_horizontal(hits) if hits else pl.lit(False)


def certain(
    tables: Tables,
    hours: Hours,
    clock: str,
    *,
    split: bool,
    without: pl.LazyFrame | None = None,
) -> pl.LazyFrame:
    """The questions of conversations of which everything is known (see `answers.asked`).

    `without`: the conversations to leave out, by `key`; None: there are none.
    """
    since, last = hours.since, hours.last
    by_buyer = pl.col("sender_role") == "buyer"
    answered = (
        one_of("sender_role", MERCHANT) & _answers() & pl.col("sent_at").is_between(since, last)
    )
    rows = tables.rows(Kind.CHATS).with_row_index(AT)
    if without is not None:
        rows = rows.join(without, left_on=key(), right_on="key", how="anti")
    if without is not None or not tables.complete(Kind.CHATS, "session_id"):
        # A row that names neither belongs to a conversation that nobody knows.
        rows = rows.filter(pl.col("session_id").is_not_null() | pl.col("buyer_id").is_not_null())
    rows = rows.select(
        AT, FILE, ROW, "sent_at", "served_at", "message_seq", "message_id",
        agent=account(),
        human=pl.col("sender_role") == "agent",
        conversation=conversation(tables),
        _asked=by_buyer,
        _answered=answered,
        excluded=excluded(hours),
    )  # fmt: skip
    dropped = rows.filter(pl.col("_asked") & pl.col("excluded").is_not_null())
    counted = rows.filter((pl.col("_asked") & pl.col("excluded").is_null()) | pl.col("_answered"))
    ordered = _ordered(counted, tables, clock, since, _room(tables, since, hours.as_of))
    listed = tables.some_has(Kind.CHATS, "served_at")
    timed = _timed(ordered, clock, split=split, listed=listed)
    return pl.concat([timed, dropped], how="diagonal").select(
        "sent_at", "served_at", "listed_at", "excluded", "clock_at", "reply_at", "reply_agent",
        AT, FILE, ROW,
        named_agent=pl.col("agent"),
        day=pl.col("sent_at").dt.date(),
    )  # fmt: skip


def key() -> pl.Expr:
    """The conversation as text: a session, and only without one a buyer; null without either."""
    # The prefixes keep a buyer id from being taken for an equal session id.
    return pl.coalesce("s " + pl.col("session_id"), "b " + pl.col("buyer_id"))


def _answers() -> pl.Expr:
    """Boolean: the message asks or answers."""
    return pl.col("message_type").is_null() | one_of("message_type", ANSWERING_TYPES)


def excluded(hours: Hours, sent_at: str = "sent_at") -> pl.Expr:
    """UInt8: why a buyer's message is not counted, as an index of EXCLUSIONS; null if it is."""
    sent = pl.col(sent_at)
    hour = sent.dt.hour()
    outside = sent < hours.since
    if hours.until is not None:
        outside = outside | (sent >= hours.until)
    return (
        pl.when(sent.is_null()).then(exclusion("outside_window"))
        .when(sent > hours.last).then(exclusion("after_as_of"))
        .when(outside).then(exclusion("outside_window"))
        .when((hour < hours.open_hour) | (hour >= hours.close_hour))
        .then(exclusion("outside_hours"))
        .when(~_answers()).then(exclusion("not_consultation"))
        .when(within(sent_at, hours.exempt)).then(exclusion("exempt"))
    )  # fmt: skip


def account() -> pl.Expr:
    """The account on the row, unless it is the buyer's own: some tools name who wrote there."""
    own = pl.col("agent_account")
    return pl.when(own.ne_missing(pl.col("buyer_id"))).then(own)


def conversation(tables: Tables) -> pl.Expr:
    """The conversation as a number (Int64)."""
    if tables.complete(Kind.CHATS, "session_id"):
        return tables.number(Kind.CHATS, "session_id")
    return key().cast(pl.Categorical).to_physical().cast(pl.Int64)


def _room(tables: Tables, since: datetime, as_of: datetime) -> int | None:
    """How many numbers the order within a conversation takes, if conversation and order together
    are known to be one Int64.
    """
    seconds = int((as_of - since).total_seconds()) + 1
    most = tables.greatest(Kind.CHATS, "session_id")
    return seconds * 2 if most is not None and (most + 1) * seconds * 2 < 2**63 else None


def _ordered(
    rows: pl.LazyFrame, tables: Tables, clock: str, since: datetime, room: int | None
) -> pl.LazyFrame:
    asked = pl.col("_asked")
    if clock == "round":
        # The message that opens a burst stands for it: which of two of one second that is must
        # not depend on the order of the rows in the file.
        keys = ["conversation", "sent_at", "message_seq", ~asked]
        draws = ["message_id", pl.col("agent").cast(pl.String)]
        return rows.sort(*keys, *draws, nulls_last=[True] * len(keys) + [False] * len(draws))
    if not tables.some_has(Kind.CHATS, "message_seq"):
        # At the same second buyers come before replies. One number sorts twice as fast as two,
        # and these faster than three keys: the time in half seconds leaves room for who spoke.
        order = (pl.col("sent_at") - since).dt.total_seconds() * 2 + (~asked).cast(pl.Int64)
        if room is not None:
            return rows.sort(pl.col("conversation") * room + order)
        return rows.sort("conversation", order, nulls_last=True)
    return rows.sort("conversation", "sent_at", "message_seq", ~asked, nulls_last=True)


def _timed(rows: pl.LazyFrame, clock: str, *, split: bool, listed: bool) -> pl.LazyFrame:
    """`listed`: the file says when a session entered an agent's list."""
    asked = pl.col("_asked")
    fresh = pl.col("conversation") != pl.col("conversation").shift(1)
    new_day = pl.col("sent_at").dt.date() != pl.col("sent_at").dt.date().shift(1)
    starts = asked & (fresh | ~asked.shift(1) | (new_day & split)).fill_null(True)
    next_reply = pl.when(~asked).then(pl.int_range(pl.len())).backward_fill()
    rows = rows.with_columns(_starts=starts, _next=next_reply)
    same = pl.col("conversation").gather(pl.col("_next")) == pl.col("conversation")
    human = pl.col("human").gather(pl.col("_next"))
    rows = rows.with_columns(
        clock_at=pl.col("sent_at")
        if clock == "own"
        else pl.when("_starts").then("sent_at").forward_fill(),
        reply_at=pl.when(same).then(pl.col("sent_at").gather(pl.col("_next"))),
        reply_agent=pl.when(same & human).then(pl.col("agent").gather(pl.col("_next"))),
        listed_at="served_at",
    )
    if listed:
        # The file may say on the agent's row only when the session entered his list, and it is
        # the list of this agent: he excuses nobody else.
        later = pl.when(same).then(pl.col("served_at").gather(pl.col("_next")))
        own = pl.col("agent").is_null() | (pl.col("agent") == pl.col("reply_agent"))
        rows = rows.with_columns(
            served_at=pl.coalesce("served_at", later),
            listed_at=pl.coalesce("served_at", pl.when(own).then(later)),
        )
    return rows.filter(pl.col("_starts") if clock == "round" else pl.col("_asked"))


def in_time(
    clock: pl.Expr,
    seconds: int,
    *,
    on_the_limit: bool,
    that_day: bool,
    reply_at: str = "reply_at",
) -> pl.Expr:
    """Boolean: the first reply came within the seconds; `on_the_limit`: exactly so late is in time;
    `that_day`: before midnight as well.
    """
    waited, limit = pl.col(reply_at) - clock, timedelta(seconds=seconds)
    quick = waited <= limit if on_the_limit else waited < limit
    return (quick & _same_day(reply_at) if that_day else quick).fill_null(False)


def over_midnight(due: pl.Expr, reply_at: str = "reply_at") -> pl.Expr:
    """Boolean: still open at midnight, with time left."""
    return ~_same_day(reply_at) & (due >= _midnight())


def _same_day(reply_at: str) -> pl.Expr:
    return (pl.col(reply_at) < _midnight()).fill_null(False)


def _midnight() -> pl.Expr:
    return pl.col("day").cast(pl.Datetime("ms")) + timedelta(days=1)


def pending(clock_at: str, as_of: datetime, seconds: int, reply_at: str = "reply_at") -> pl.Expr:
    """Boolean: not answered by as-of, and the clock has not run out either."""
    limit = pl.col(clock_at) + timedelta(seconds=seconds)
    return pl.col(reply_at).is_null() & (limit >= as_of)

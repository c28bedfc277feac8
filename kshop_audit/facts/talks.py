"""Conversations of which something is not known: who wrote a message, what it is, or when.

A message that was not understood may be a question, a reply or neither, as far as its other cells
allow. Rows of this module are such parts: `asks` and `replies` say what a row may be, `surely_asks`
and `surely_replies` what it is.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import polars as pl

from kshop_audit.facts import conversations
from kshop_audit.facts.conversations import ANSWERING_TYPES, Hours
from kshop_audit.facts.tables import MERCHANT, Tables, one_of
from kshop_audit.model.knowledge import Why
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Interval
from kshop_audit.tables import AT, FILE, RAW_SUFFIX, ROW, SPAN_SUFFIX, WHY

UNKNOWN_TYPE = "message_type" + RAW_SUFFIX
SPAN, LIST_SPAN = "sent_at" + SPAN_SUFFIX, "served_at" + SPAN_SUFFIX
SPANS = {SPAN: pl.Int32(), LIST_SPAN: pl.Int32()}

MINUTE = 59
"""Seconds: a longer span goes over hours."""


def uncertain(tables: Tables) -> bool:
    """Whether something may not be known of the chats; nothing is computed for it."""
    frame, doubtful = tables.frames.get(Kind.CHATS), tables.doubtful.get(Kind.CHATS)
    if frame is None or "sender_role" not in frame.columns:
        return False
    if (doubtful is not None and doubtful.height) or Kind.CHATS in tables.keyless:
        return True
    if tables.masked_talks:
        return True
    if tables.imprecise(Kind.CHATS, "sent_at", "served_at") or frame["sender_role"].null_count():
        return True
    return UNKNOWN_TYPE in frame.columns and frame[UNKNOWN_TYPE].null_count() < frame.height


def once(tables: Tables) -> pl.LazyFrame:
    """The good rows of the chats and behind them the doubtful ones, each once: all columns, with
    _at in this order and WHY (null for the good ones).
    """
    return pl.concat(_good_and_doubtful(tables), how="diagonal_relaxed")


def _good_and_doubtful(tables: Tables) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    frame = tables.frames.get(Kind.CHATS)
    height, there = (0, []) if frame is None else (frame.height, frame.columns)
    lacking = [pl.lit(None, kind).alias(name) for name, kind in SPANS.items() if name not in there]
    good = (
        tables.rows(Kind.CHATS)
        .with_row_index(AT)
        .with_columns(*lacking, pl.lit(None, pl.String).alias(WHY))
    )
    return good, tables.doubtful_rows(Kind.CHATS).with_row_index(AT, offset=height)


def everything(tables: Tables) -> pl.LazyFrame:
    """The rows of `once` with key (see `conversations.key`); a doubtful one that may belong to
    several conversations once for each.
    """
    good, doubtful = _good_and_doubtful(tables)
    good = good.with_columns(key=conversations.key())
    # A row that has lost its session may belong to any of its buyer.
    sessions = (
        good.filter(pl.col("session_id").is_not_null() & pl.col("buyer_id").is_not_null())
        .join(doubtful.filter(pl.col("session_id").is_null()), on="buyer_id", how="semi")
        .select("buyer_id", _session="key")
        .unique()
    )
    placed = (
        doubtful.join(sessions, on="buyer_id", how="left")
        .with_columns(
            key=pl.when(pl.col("session_id").is_null())
            .then(pl.coalesce("_session", conversations.key()))
            .otherwise(conversations.key())
        )
        .drop("_session")
        .unique([AT, "key"])
    )
    return pl.concat([good, placed], how="diagonal_relaxed")


def open_talks(tables: Tables) -> pl.LazyFrame:
    """The conversations (`key`) of which something is not known."""
    return everything(tables).filter(_doubted()).select("key").drop_nulls().unique()


def _doubted() -> pl.Expr:
    """Boolean: something is not known of the row that may matter."""
    spanned = pl.any_horizontal(pl.col(name).is_not_null() for name in SPANS)
    return pl.col(WHY).is_not_null() | spanned | (_may_speak() & _not_understood())


def _may_speak() -> pl.Expr:
    """Boolean: the message may ask or answer, as far as its type says."""
    return pl.col("message_type").is_null() | one_of("message_type", ANSWERING_TYPES)


def _not_understood() -> pl.Expr:
    """Boolean: who speaks is not known, or whether the message asks or answers."""
    role = pl.col("sender_role")
    spoken = one_of("sender_role", ("buyer", *MERCHANT))
    return role.is_null() | (spoken & pl.col(UNKNOWN_TYPE).is_not_null())


def parts(tables: Tables, hours: Hours) -> pl.LazyFrame:
    """The rows of open conversations, one each: those that ask or reply or may do so, and the
    questions that are excluded for certain.

    Columns: key, _at, _file, _row, sent_at, latest_at (Datetime, the ends of the interval that the
    time means), span, message_seq, served_at, served_latest, agent (String), human (Boolean: no
    robot, as far as known), asks, surely_asks, replies, surely_replies (Boolean), `excluded`
    (UInt8), reason (String, a value of `Why`: what is not known of the row).
    """
    role = pl.col("sender_role")
    rows = (
        everything(tables)
        .join(open_talks(tables), on="key", how="semi")
        .with_columns(latest_at=_latest("sent_at"), served_latest=_latest("served_at"))
        # At as-of itself the cell is taken for the instant: as-of may come from this very row.
        .with_columns(
            _edge=pl.when(pl.col("sent_at") == hours.as_of).then("sent_at").otherwise("latest_at"),
            _unknown=pl.col(WHY).is_not_null() | _not_understood(),
        )
        .with_columns(_membership(hours))
    )
    known, speaks = ~pl.col("_unknown"), _may_speak()
    buyer, shop = role == "buyer", one_of("sender_role", MERCHANT)
    at, edge = pl.col("sent_at"), pl.col("_edge")
    inside = at.is_null() | ((at <= hours.last) & (pl.col("latest_at") >= hours.since))
    marked = rows.with_columns(
        asks=(buyer | role.is_null()) & speaks & pl.col("_may_count"),
        surely_asks=(known & buyer & speaks & pl.col("_counts")).fill_null(False),
        replies=(shop | role.is_null()) & speaks & inside,
        surely_replies=(known & shop & speaks & (at >= hours.since) & (edge <= hours.last))
        .fill_null(False),
        reason=pl.coalesce(
            WHY,
            pl.when("_unknown").then(pl.lit(Why.NOT_UNDERSTOOD.value))
            .otherwise(pl.lit(Why.NOT_PRECISE.value)),
        ),
        agent=conversations.account(),
        human=role.is_null() | (role == "agent"),
    )  # fmt: skip
    asks, replies = (pl.col(name).fill_null(False) for name in ("asks", "replies"))
    dropped = buyer.fill_null(False) & ~asks & pl.col(WHY).is_null()
    return marked.filter(asks | replies | dropped).select(
        "key", AT, FILE, ROW, "sent_at", "latest_at", "message_seq", "served_at", "served_latest",
        "agent", "human", "surely_asks", "surely_replies", "reason",
        span=SPAN,
        asks=asks,
        replies=replies,
        excluded=pl.when(dropped).then("_reason"),
    )  # fmt: skip


def _latest(name: str) -> pl.Expr:
    """The latest instant that a cell may mean."""
    seconds = pl.col(name + SPAN_SUFFIX).fill_null(0)
    return pl.col(name) + pl.duration(seconds=seconds, time_unit="ms")


def _membership(hours: Hours) -> list[pl.Expr]:
    """Columns: _counts, _may_count (Boolean: a question of that time counts, or may count), _reason
    (UInt8, index of EXCLUSIONS: why it does not).
    """
    first, last = conversations.excluded(hours), conversations.excluded(hours, "_edge")
    whole_day = replace(hours, open_hour=0, close_hour=24)
    ends = [conversations.excluded(whole_day, name) for name in ("sent_at", "_edge")]
    long = (pl.col(SPAN) > MINUTE).fill_null(False)
    may = first.is_null() | last.is_null() | (long & pl.any_horizontal(e.is_null() for e in ends))
    return [
        (first.is_null() & last.is_null() & ~_touched(hours.exempt)).alias("_counts"),
        (pl.col("sent_at").is_null() | may).alias("_may_count"),
        pl.coalesce(first, last).alias("_reason"),
    ]


def _touched(intervals: tuple[Interval, ...]) -> pl.Expr:
    """Boolean: the interval of the time and an exempt one have an instant in common."""
    hits = [
        (pl.col("sent_at") <= _instant(i.until)) & (pl.col("_edge") >= _instant(i.since))
        for i in intervals
    ]
    return pl.any_horizontal(hits) if hits else pl.lit(False)


def _instant(at: datetime) -> pl.Expr:
    return pl.lit(at, pl.Datetime("ms"))

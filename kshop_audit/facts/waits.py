"""Messages to people and buyers' days, by the worst and the best case of each message."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from kshop_audit.facts import conversations
from kshop_audit.facts.ends import there, waiting
from kshop_audit.tables import AT, FILE, ROW

STALE = timedelta(hours=24)
"""For so long after its time ran out an answer is still worth giving."""

ASKS_UNTIL, ASKS_ROW, ASKS_SURE = "asks_until", "asks_row", "asks_sure"


def open_question(as_of: datetime, *, at_ends: bool) -> dict[str, pl.Expr]:
    """What a group of messages says of its first question that waits for an answer, as aggregates.

    asks_until (Datetime: when its time runs out or ran out; null where nothing waits, or all of it
    for too long), asks_row (_at of its chat row), asks_sure (Boolean: it waits for certain). The
    messages have counted (Boolean), due_at, clock_at, reply_at, _at; `at_ends`: also clock_best,
    reply_best and why. What waits for certain comes first, then the earliest.
    """
    waits = pl.col("counted") & pl.col("reply_at").is_null() & (pl.col("due_at") >= as_of - STALE)
    order, sure = [pl.col("due_at"), pl.col(AT)], pl.col("counted")
    if at_ends:
        sure = (
            pl.col("reply_best").is_null()
            & (pl.col("clock_at") == pl.col("clock_best"))
            & pl.col("why").is_null()
        )
        order = [~sure, *order]
    chosen = [each.filter(waits) for each in order]
    columns = {ASKS_UNTIL: pl.col("due_at"), ASKS_ROW: pl.col(AT), ASKS_SURE: sure}
    return {name: own.filter(waits).sort_by(*chosen).first() for name, own in columns.items()}


def _judged(messages: pl.LazyFrame, *, as_of: datetime, seconds: int) -> pl.LazyFrame:
    """Adds counted, sure, hit, may_hit, may_miss, runs, may_run (Boolean), due_at.

    `messages`: of `answers.asked` where not all is known, with blind (see `consumers`).
    """
    limit = timedelta(seconds=seconds)
    messages = there(messages)
    best = (pl.col("reply_best") - pl.col("clock_best") <= limit).fill_null(False)
    worst = (pl.col("reply_at") - pl.col("clock_at") <= limit).fill_null(False)
    running = waiting("clock", as_of, seconds)
    counted = pl.col("excluded").is_null()
    return messages.with_columns(
        counted=counted,
        sure=counted & pl.col("why").is_null(),
        hit=worst,
        may_hit=best | pl.col("blind") | pl.col("sent_at").is_null(),
        may_miss=counted & ~worst & ~running.at_worst,
        runs=counted & running.surely,
        may_run=counted & (running.surely | running.maybe),
        due_at=pl.col("clock_at") + limit,
    )


def messages_at_ends(messages: pl.LazyFrame, *, as_of: datetime, seconds: int) -> pl.LazyFrame:
    """Messages as units: day, at, excluded (UInt8, null when counted), in_time (Boolean, null where
    unknown), why, doubt.
    """
    maybe = pl.col("may_run") & ~pl.col("runs")
    return _judged(messages, as_of=as_of, seconds=seconds).select(
        "day",
        "doubt",
        "reply_at",
        at="sent_at",
        excluded=pl.when("runs").then(conversations.exclusion("pending")).otherwise("excluded"),
        in_time=pl.when("hit").then(pl.lit(True)).when(~pl.col("may_hit")).then(pl.lit(False)),
        why=pl.when(pl.col("counted") & ~pl.col("runs")).then(
            pl.coalesce("why", pl.when(maybe).then("doubt"))
        ),
    )


def days_at_ends(people: pl.LazyFrame, *, as_of: datetime, seconds: int) -> pl.LazyFrame:
    """The columns of `consumers.buyer_days` but week, where not all is known of the messages."""
    rows = _judged(people, as_of=as_of, seconds=seconds)
    late = pl.col("sure") & pl.col("may_miss") & ~pl.col("may_hit") & ~pl.col("may_run")
    days = (
        rows.with_columns(_late=late)
        .group_by("buyer", "day")
        .agg(
            pl.col("counted", "sure", "runs", "may_run", "may_miss").any(),
            late=pl.col("_late").any(),
            surely_runs=(pl.col("runs") & pl.col("sure")).any(),
            reason=pl.col("excluded").min(),
            _doubt=pl.coalesce("why", "doubt").filter("counted").min(),
            at=pl.coalesce(pl.col("sent_at").filter("counted").min(), pl.col("sent_at").min()),
            **{name: _first_late(name) for name in ("due_at", "reply_at", AT, FILE, ROW)},
            **open_question(as_of, at_ends=True),
        )
    )
    # A message of an unknown day may be one that was late on any day of its buyer.
    loose = days.filter(pl.col("day").is_null() & pl.col("counted")).select(
        "buyer", _loose="_doubt"
    )
    days = days.join(loose, on="buyer", how="left", nulls_equal=True).with_columns(
        doubt=pl.coalesce("_doubt", "_loose"),
        may_miss=pl.col("may_miss") | pl.col("_loose").is_not_null(),
    )
    waits = pl.col("surely_runs") & ~pl.col("late")
    unsure = ~pl.col("late") & (pl.col("may_run") | ~pl.col("sure"))
    return days.with_columns(
        excluded=pl.when(~pl.col("counted")).then("reason")
        .when(waits & ~pl.col("may_miss")).then(conversations.exclusion("pending")),
        in_time=pl.when("late").then(pl.lit(False))
        .when(~pl.col("may_miss")).then(pl.lit(True))
        .when(waits).then(pl.lit(False)),
    ).with_columns(
        why=pl.when(unsure & pl.col("excluded").is_null()).then("doubt")
    ).drop("_doubt", "_loose")  # fmt: skip


def _first_late(name: str) -> pl.Expr:
    """The column on the first message that was surely late, null where none was."""
    chosen = [pl.col(column).filter("_late") for column in ("clock_at", AT)]
    return pl.col(name).filter("_late").sort_by(*chosen).first()

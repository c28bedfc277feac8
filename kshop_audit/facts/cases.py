"""The worst and the best case of each question of an open conversation.

The clock of a question starts at the earliest with the first part of its day that may ask, since
the last sure reply; at the latest with the first sure question behind the last part that may
reply. It ends at the latest with the next sure reply, and at the earliest with the next part that
may reply. Worst and best case are both possible, and no other case lies beyond them.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from kshop_audit.facts.conversations import Hours
from kshop_audit.facts.sequences import in_order
from kshop_audit.facts.tables import Tables
from kshop_audit.facts.talks import parts
from kshop_audit.model.knowledge import Why
from kshop_audit.tables import AT, CATEGORY, FILE, ROW

TALK = "key"
RUN = [TALK, "_run", "_day"]
"""Between two sure replies, and of one natural day where a burst ends at midnight."""
BLOCK = [*RUN, "_block"]
"""Of a run, without a part between that may reply."""

REASONS = (Why.NOT_UNDERSTOOD, Why.NOT_READABLE, Why.NOT_COVERED, Why.NO_KEY)


def open_questions(tables: Tables, hours: Hours, clock: str, *, split: bool) -> pl.LazyFrame:
    """The questions of conversations of which something is not known; see `answers.asked`."""
    rows = parts(tables, hours)
    talks = _talks(rows)
    ordered = in_order(tables, rows.filter(pl.col("excluded").is_null()))
    units = _cases(
        _with_replies(ordered.join(talks, on=TALK, how="left", maintain_order="left")),
        hours,
        clock,
        split,
    )
    if clock == "round":
        units = _bursts(units)
    untimed = rows.filter(pl.col("asks") & pl.col("sent_at").is_null()).join(
        talks, on=TALK, how="left"
    )
    return pl.concat(
        [
            units.with_columns(day=pl.col("sent_at").dt.date()),
            _anywhere(untimed, hours),
            rows.filter(pl.col("excluded").is_not_null()).with_columns(
                day=pl.col("sent_at").dt.date()
            ),
        ],
        how="diagonal_relaxed",
    ).select(
        "sent_at", "day", "excluded", "clock_at", "clock_best", "reply_at", "reply_best",
        "why", "doubt", AT, FILE, ROW, "key", "agents",
        agent_open=pl.col("agent_open").fill_null(True),
        named_agent=pl.col("agent").cast(CATEGORY),
        reply_agent=pl.col("reply_agent").cast(CATEGORY),
        served_at=pl.coalesce("served_at", "_reply_served"),
        served_best=pl.coalesce("served_latest", "_reply_served_latest"),
        listed_at=pl.coalesce("served_at", _own("_reply_served")),
        listed_best=pl.coalesce("served_latest", _own("_reply_served_latest")),
    )  # fmt: skip


def _own(name: str) -> pl.Expr:
    """The time on the row of the reply, if the question belongs to the agent who replied."""
    same = pl.col("agent").is_null() | (pl.col("agent") == pl.col("reply_agent"))
    return pl.when(same).then(name)


def _talks(rows: pl.LazyFrame) -> pl.LazyFrame:
    """One row an open conversation: key, doubt (why an outcome in it may not be known), agents,
    _may_ask, _may_reply (Boolean: a part that has no time may), _only_day (Date, null if several).
    """
    untimed = pl.col("sent_at").is_null()
    doubt = pl.lit(Why.NOT_PRECISE.value)
    open_ = ~pl.col("surely_asks") & ~pl.col("surely_replies") & pl.col("excluded").is_null()
    for why in reversed(REASONS):
        is_so = (open_ & (pl.col("reason") == why.value)).any()
        doubt = pl.when(is_so).then(pl.lit(why.value)).otherwise(doubt)
    days = pl.col("sent_at").dt.date()
    speaking = pl.col("human") | pl.col("asks")
    return rows.group_by(TALK).agg(
        doubt=doubt,
        agents=pl.col("agent").filter(speaking).drop_nulls().unique(),
        _may_ask=(untimed & pl.col("asks")).any(),
        _may_reply=(untimed & pl.col("replies")).any(),
        _only_day=pl.when(days.drop_nulls().n_unique() == 1).then(days.min()),
    )


def _with_replies(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Adds, of each part: the next one that may reply and the next that surely does, by place."""
    place = pl.int_range(pl.len())
    rows = rows.with_columns(
        _talk=pl.col(TALK).rle_id(),
        _next=pl.when("replies").then(place).backward_fill(),
        _sure=pl.when("surely_replies").then(place).backward_fill(),
        _answered=pl.when("surely_replies").then("sent_at").forward_fill(),
        _by=pl.when("surely_replies").then(pl.col(TALK).rle_id()).forward_fill(),
    )
    # A part that may do both answers itself in neither case.
    own = pl.col(AT).gather(pl.col("_next")) == pl.col(AT)
    other = pl.col("_next").shift(-1).gather(pl.col("_next"))
    rows = rows.with_columns(_next=pl.when(own.fill_null(False)).then(other).otherwise("_next"))
    soon, sure = (pl.col("_talk").gather(pl.col(n)) == pl.col("_talk") for n in ("_next", "_sure"))
    return rows.with_columns(
        _next=pl.when(soon).then("_next"),
        _sure=pl.when(sure).then("_sure"),
        _answered=pl.when(pl.col("_by") == pl.col("_talk")).then("_answered"),
    )


def _cases(rows: pl.LazyFrame, hours: Hours, clock: str, split: bool) -> pl.LazyFrame:
    """The parts that ask or may do so, with their worst and their best case."""
    day = pl.col("sent_at").dt.date() if split else pl.lit(None, pl.Date)
    over = pl.col("surely_replies").cast(pl.Int64)
    rows = rows.with_columns(_run=(over.cum_sum() - over).over(TALK), _day=day).with_columns(
        _block=(pl.col("replies") & ~pl.col("surely_replies")).cum_sum().over(RUN)
    )
    sure = pl.col("_sure")
    human = pl.col("human").gather(sure)
    at, latest = pl.col("sent_at"), pl.col("latest_at")
    rows = rows.with_columns(
        reply_at=latest.gather(sure),
        reply_best=at.gather(pl.col("_next")),
        reply_agent=pl.when(human).then(pl.col("agent").gather(sure)),
        _reply_served=pl.col("served_at").gather(sure),
        _reply_served_latest=pl.col("served_latest").gather(sure),
        agent_open=pl.col("_may_reply") | pl.col("_next").ne_missing(sure),
        clock_at=at.filter("asks").min().over(RUN),
        clock_best=latest.filter("surely_asks").min().over(BLOCK),
        why=pl.when(~pl.col("surely_asks")).then("reason"),
        _first=(pl.col("surely_asks").cum_sum() == 1).over(RUN),
        _opens=(pl.col("surely_asks").cum_sum() == 1).over(BLOCK),
        _surely=pl.col("surely_asks").any().over(BLOCK),
    ).filter("asks")
    if clock == "own":
        cases = rows.with_columns(clock_at=at, clock_best=latest)
    else:
        opening = pl.lit(hours.since, pl.Datetime("ms"))
        if split:
            opening = at.dt.truncate("1d") + timedelta(hours=hours.open_hour)
        earliest = pl.min_horizontal("clock_at", pl.max_horizontal("_answered", opening))
        cases = rows.with_columns(
            clock_at=pl.when("_may_ask").then(earliest).otherwise("clock_at"),
            clock_best=pl.when("_may_reply").then(latest)
            .otherwise(pl.min_horizontal("clock_best", latest)),
        )  # fmt: skip
    return cases.with_columns(
        reply_best=pl.when("_may_reply").then(pl.min_horizontal("reply_best", at))
        .otherwise("reply_best"),
    )  # fmt: skip


def _bursts(units: pl.LazyFrame) -> pl.LazyFrame:
    """One row a burst: by its first sure question, and where a part may reply before others of
    them, by those too; by a part that may be alone between two replies.
    """
    sure, apart = pl.col("surely_asks"), pl.col("_may_reply")
    opens = pl.when(sure).then(pl.col("_opens") | apart).otherwise(~pl.col("_surely") | apart)
    first = sure & pl.col("_first")
    return units.filter(opens).with_columns(
        why=pl.when(sure & ~first).then("doubt").otherwise("why")
    )


def _anywhere(rows: pl.LazyFrame, hours: Hours) -> pl.LazyFrame:
    """Parts without a time that may ask: any outcome is possible."""
    return rows.with_columns(
        day=pl.col("_only_day"),
        why="reason",
        clock_at=pl.lit(hours.since, pl.Datetime("ms")),
        reply_at=pl.lit(None, pl.Datetime("ms")),
        clock_best=pl.lit(hours.last, pl.Datetime("ms")),
        reply_best=pl.lit(hours.last, pl.Datetime("ms")),
        agent_open=pl.lit(True),
        reply_agent=pl.lit(None, pl.String),
        _reply_served=pl.lit(None, pl.Datetime("ms")),
        _reply_served_latest=pl.lit(None, pl.Datetime("ms")),
    )

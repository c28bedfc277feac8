"""Buyers and the answers to their questions on one natural day: the unit of the rates by buyer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from kshop_audit.facts import Facts, conversations, fact
from kshop_audit.facts.messages import with_buyers
from kshop_audit.facts.tables import Tables
from kshop_audit.model.schema import Kind
from kshop_audit.tables import AT, FILE, ROW


@fact
def buyer_days(facts: Facts, rule: str) -> pl.LazyFrame:
    """One row a buyer and natural day, in the window and by the options within_seconds, human_only,
    open_hour and close_hour of the rule.

    A buyer is a buyer id, and only without one a session. Columns: day, week (Date, its Monday),
    at (first counted message), excluded (UInt8 index of EXCLUSIONS, null when counted), in_time
    (Boolean: no message waited longer; null where only the unknown time of the hand-over from the
    robot could excuse it), due_at, reply_at, _at, _file, _row (of the first message that waited too
    long).

    human_only: robots' replies are none, the clock starts when the session entered an agent's
    list where the file has that time, and a message that only a robot answered is not counted.
    """
    terms = facts.terms
    human_only = bool(terms.option(rule, "human_only"))
    messages = _questions(facts.tables, conversations.hours_of(terms, rule), human_only=human_only)
    people = messages.join(_people(facts.tables), on=AT, how="left")
    days = _by_day(people, as_of=terms.as_of, seconds=terms.number(rule, "within_seconds"))
    reason = (
        pl.when(~pl.col("counted")).then("reason")
        .when("late").then(None)
        .when("waiting").then(conversations.exclusion("pending"))
    )  # fmt: skip
    return days.with_columns(
        excluded=reason,
        week=pl.col("day").dt.truncate("1w"),
        in_time=pl.when("late").then(pl.lit(False)).when(~pl.col("unsure")).then(pl.lit(True)),
    )


@fact(shared=True)
def buyer_weeks(facts: Facts, rule: str) -> pl.LazyFrame:
    """Buyer days with week_answered, week_counted (Int64), and `speaks`: one counted row a week."""
    counted = pl.col("excluded").is_null()
    good = (counted & pl.col("in_time").fill_null(False)).cast(pl.Int64)
    return facts(buyer_days, rule).with_columns(
        week_answered=good.sum().over("week"),
        week_counted=counted.cast(pl.Int64).sum().over("week"),
        speaks=counted & (counted.cast(pl.Int64).cum_sum().over("week") == 1),
    )


@fact
def badge_days(facts: Facts, rule: str) -> pl.LazyFrame:
    """One row a natural day with counted buyers of the rule (see `_rates_by_day`)."""
    return _rates_by_day(facts(buyer_weeks, rule))


@fact
def assessed_days(facts: Facts, rule: str, least: int) -> pl.LazyFrame:
    """The days with at least so many counted buyers of the rule (see `_assessed_days`)."""
    return _assessed_days(facts(buyer_days, rule), least=least)


@fact
def answered_days(facts: Facts, rule: str, least: int) -> pl.LazyFrame:
    """The days with at least so many counted messages for people (see `_assessed_days`), in the
    window and by the options within_seconds, open_hour and close_hour of the rule.
    """
    terms = facts.terms
    hours = conversations.hours_of(terms, rule)
    messages = _questions(facts.tables, hours, human_only=True)
    units = _timed(messages, as_of=terms.as_of, seconds=terms.number(rule, "within_seconds"))
    return _assessed_days(units, least=least)


def _questions(tables: Tables, hours: conversations.Hours, *, human_only: bool) -> pl.LazyFrame:
    """One row a buyer message, each on its own clock: see `conversations.asked`.

    Adds blind (Boolean: a robot answered first, a person later, and the time of the hand-over is
    not known). `human_only`: as in `buyer_days`.
    """
    whole = conversations.asked(tables, hours, "own")
    if human_only:
        return _by_people(conversations.asked(_without_robots(tables), hours, "own"), whole)
    return whole.with_columns(blind=pl.lit(False))


def _timed(messages: pl.LazyFrame, *, as_of: datetime, seconds: int) -> pl.LazyFrame:
    """Messages of `questions` as units of `_rates_by_day`: day, at, excluded (UInt8, null when
    counted), in_time (Boolean, null where only the unknown hand-over could excuse a late reply).
    """
    limit = timedelta(seconds=seconds)
    quick = (pl.col("reply_at") - pl.col("clock_at") <= limit).fill_null(False)
    waits = conversations.pending("clock_at", as_of, seconds) & ~quick
    counted = pl.col("excluded").is_null()
    return messages.select(
        "day",
        at="sent_at",
        excluded=pl.when(counted & waits)
        .then(conversations.exclusion("pending"))
        .otherwise("excluded"),
        in_time=pl.when(quick).then(pl.lit(True)).when(~pl.col("blind")).then(pl.lit(False)),
    )


def _without_robots(tables: Tables) -> Tables:
    """The same chats, every row in its place, with robots that neither ask nor answer."""
    chats = tables.frames.get(Kind.CHATS)
    if chats is None or "sender_role" not in chats.columns:
        return tables
    role = pl.col("sender_role")
    silent = chats.with_columns(
        sender_role=pl.when(role == "robot").then(pl.lit("system")).otherwise(role)
    )
    return replace(tables, frames={**tables.frames, Kind.CHATS: silent})


def _by_people(answered: pl.LazyFrame, whole: pl.LazyFrame) -> pl.LazyFrame:
    """Questions as people answered them, timed from the hand-over.

    `answered`: without robots' replies; `whole`: with them. A message that only a robot answered
    that day is no consultation of a person. `blind` (Boolean): a robot answered first, a person
    later, and the file does not say when the person got the session.
    """
    first = whole.select(AT, first_at="reply_at")
    by_robot = pl.col("first_at").is_not_null() & (
        pl.col("reply_at").is_null() | (pl.col("first_at") < pl.col("reply_at"))
    )
    reached = pl.any_horizontal(
        (pl.col(name).dt.date() == pl.col("day")).fill_null(False)
        for name in ("served_at", "reply_at")
    )
    alone = pl.col("excluded").is_null() & by_robot & ~reached
    return answered.join(first, on=AT, how="left").with_columns(
        clock_at=pl.max_horizontal("clock_at", "served_at"),
        blind=by_robot & pl.col("served_at").is_null() & pl.col("reply_at").is_not_null(),
        excluded=pl.when(alone)
        .then(conversations.exclusion("not_consultation"))
        .otherwise("excluded"),
    )


def _buyer() -> pl.Expr:
    return pl.coalesce("b " + pl.col("buyer_id"), "s " + pl.col("session_id"))


def _people(tables: Tables) -> pl.LazyFrame:
    """_at → buyer (String) of every chat row."""
    rows = tables.rows(Kind.CHATS).with_row_index(AT)
    return with_buyers(tables, rows).select(AT, buyer=_buyer())


def _by_day(messages: pl.LazyFrame, *, as_of: datetime, seconds: int) -> pl.LazyFrame:
    limit = timedelta(seconds=seconds)
    counted = pl.col("excluded").is_null()
    quick = (pl.col("reply_at") - pl.col("clock_at") <= limit).fill_null(False)
    waits = conversations.pending("clock_at", as_of, seconds)
    rows = messages.with_columns(
        counted=counted,
        waiting=counted & ~quick & waits,
        _slow=counted & ~quick & ~waits,
        due_at=pl.col("clock_at") + limit,
    ).with_columns(_late=pl.col("_slow") & ~pl.col("blind"))
    return rows.group_by("buyer", "day").agg(
        pl.col("counted").any(),
        pl.col("waiting").any(),
        late=pl.col("_late").any(),
        unsure=(pl.col("_slow") & pl.col("blind")).any(),
        reason=pl.col("excluded").min(),
        at=pl.coalesce(pl.col("sent_at").filter("counted").min(), pl.col("sent_at").min()),
        **{name: _first_late(name) for name in ("due_at", "reply_at", AT, FILE, ROW)},
    )


def _first_late(name: str) -> pl.Expr:
    """The column on the first message that waited too long, null where none did."""
    chosen = [pl.col(column).filter("_late") for column in ("clock_at", AT)]
    return pl.col(name).filter("_late").sort_by(*chosen).first()


def _rates_by_day(days: pl.LazyFrame) -> pl.LazyFrame:
    """One row a natural day with counted buyers: day, at, answered, unknown, counted (Int64)."""
    return (
        days.filter(pl.col("excluded").is_null())
        .group_by("day")
        .agg(
            answered=pl.col("in_time").fill_null(False).sum().cast(pl.Int64),
            unknown=pl.col("in_time").is_null().sum().cast(pl.Int64),
            counted=pl.len().cast(pl.Int64),
            at=pl.col("at").min(),
        )
    )


def _assessed_days(days: pl.LazyFrame, *, least: int) -> pl.LazyFrame:
    """The days with at least so many counted units, and the units that are excluded.

    Columns: those of `_rates_by_day`, and excluded (UInt8, null for a day).
    """
    large = _rates_by_day(days).filter(pl.col("counted") >= least)
    others = days.filter(pl.col("excluded").is_not_null()).select("day", "at", "excluded")
    return pl.concat([large, others], how="diagonal")

"""Buyers and the answers to their questions on one natural day: the unit of the rates by buyer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from kshop_audit.facts import Facts, conversations, fact
from kshop_audit.facts.answers import asked
from kshop_audit.facts.ends import counted_at_ends
from kshop_audit.facts.messages import with_buyers
from kshop_audit.facts.tables import Tables
from kshop_audit.facts.talks import once, uncertain
from kshop_audit.facts.waits import (
    ASKS_UNTIL,
    days_at_ends,
    messages_at_ends,
    open_question,
)
from kshop_audit.model.schema import Kind
from kshop_audit.tables import AT, FILE, ROW


@fact
def buyer_days(facts: Facts, rule: str) -> pl.LazyFrame:
    """One row a buyer and natural day, in the window and by the options within_seconds, human_only,
    open_hour and close_hour of the rule.

    A buyer is a buyer id, and only without one a session. Columns: day, week (Date, its Monday),
    at (first counted message), excluded (UInt8 index of EXCLUSIONS, null when counted), in_time
    (Boolean: no message waited longer; null where that is not known), due_at, reply_at, _at, _file,
    _row (of the first message that waited too long), and the columns of `waits.open_question`.
    Where the chats are `uncertain` also why (String: it is not known whether the buyer counts) and
    doubt (String: why in_time is unknown).

    human_only: robots' replies are none, a message that only a robot answered is not counted, and
    where a robot answered first the clock starts at the hand-over, when the session entered an
    agent's list. Without a robot it starts with the message: the queue is the shop's own.
    """
    terms = facts.terms
    human_only = bool(terms.option(rule, "human_only"))
    hours = conversations.hours_of(terms, rule)
    messages = _questions(facts.tables, hours, human_only=human_only, queue_counts=True)
    people = messages.join(_people(facts.tables), on=AT, how="left")
    seconds = terms.number(rule, "within_seconds")
    if uncertain(facts.tables):
        return days_at_ends(people, as_of=terms.as_of, seconds=seconds).with_columns(
            week=pl.col("day").dt.truncate("1w")
        )
    days = _by_day(people, as_of=terms.as_of, seconds=seconds)
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


@fact
def asking_buyers(facts: Facts, rule: str) -> pl.LazyFrame:
    """The buyer days (see there) with a question that waits for an answer."""
    return facts(buyer_days, rule).filter(pl.col(ASKS_UNTIL).is_not_null())


@fact(shared=True)
def buyer_weeks(facts: Facts, rule: str) -> pl.LazyFrame:
    """Buyer days with week_answered, week_counted, week_low, week_of_low, week_high, week_of_high
    (Int64: numerator and denominator as known, at worst and at best), and `speaks`: one row a
    week that counts for certain.
    """
    days = facts(buyer_days, rule)
    counted, hit = pl.col("excluded").is_null(), pl.col("in_time")
    member = counted & pl.col("why").is_null() if uncertain(facts.tables) else counted
    sure = member & hit.is_not_null()
    may_hit, may_miss = counted & hit.fill_null(True), counted & ~hit.fill_null(False)
    # A buyer of an unknown day may belong to any week.
    loose = pl.col("week").is_null()
    sums = {
        "week_answered": sure & hit,
        "week_counted": sure,
        "week_low": sure & hit,
        "week_of_low": sure | may_miss,
        "week_high": may_hit,
        "week_of_high": sure | may_hit,
    }
    anywhere = {"week_of_low": may_miss, "week_high": may_hit, "week_of_high": may_hit}
    columns = {
        name: each.fill_null(False).sum().over("week") + (anywhere[name] & loose).sum() * ~loose
        if name in anywhere
        else each.fill_null(False).sum().over("week")
        for name, each in sums.items()
    }
    return days.with_columns(
        **{name: each.cast(pl.Int64) for name, each in columns.items()},
        speaks=member & ~loose & ((member.cast(pl.Int64).cum_sum() == 1).over("week")),
    )


@fact
def badge_days(facts: Facts, rule: str) -> pl.LazyFrame:
    """One row a natural day with counted buyers of the rule (see `_rates_by_day`)."""
    return _rates_by_day(facts.tables, facts(buyer_weeks, rule))


@fact
def assessed_days(facts: Facts, rule: str, least: int) -> pl.LazyFrame:
    """The days with at least so many counted buyers of the rule (see `_assessed_days`)."""
    return _assessed_days(facts.tables, facts(buyer_days, rule), least=least)


@fact
def answered_days(facts: Facts, rule: str, least: int) -> pl.LazyFrame:
    """The days with at least so many counted messages for people (see `_assessed_days`), in the
    window and by the options within_seconds, open_hour and close_hour of the rule.
    """
    terms, tables = facts.terms, facts.tables
    hours = conversations.hours_of(terms, rule)
    seconds = terms.number(rule, "within_seconds")
    messages = _questions(tables, hours, human_only=True)
    timed = messages_at_ends if uncertain(tables) else _timed
    units = timed(messages, as_of=terms.as_of, seconds=seconds)
    return _assessed_days(tables, units, least=least)


@fact
def asking_of_people(facts: Facts, rule: str) -> pl.LazyFrame:
    """One row a buyer and natural day with a message of `answered_days` that waits for a person:
    the columns of `waits.open_question`.
    """
    terms, tables = facts.terms, facts.tables
    messages = _questions(tables, conversations.hours_of(terms, rule), human_only=True)
    rows = messages.join(_people(tables), on=AT, how="left").with_columns(
        counted=pl.col("excluded").is_null(),
        due_at=pl.col("clock_at") + timedelta(seconds=terms.number(rule, "within_seconds")),
    )
    asked = open_question(terms.as_of, at_ends=uncertain(tables))
    return rows.group_by("buyer", "day").agg(**asked).filter(pl.col(ASKS_UNTIL).is_not_null())


def _questions(
    tables: Tables, hours: conversations.Hours, *, human_only: bool, queue_counts: bool = False
) -> pl.LazyFrame:
    """One row a buyer message, each on its own clock: see `answers.asked`.

    Adds blind (Boolean: a robot answered first, a person later, and the time of the hand-over is
    not known). `human_only`: as in `buyer_days`; `queue_counts`: so does the time before an agent
    took over a session that no robot had.
    """
    whole = asked(tables, hours, "own")
    if human_only:
        people = asked(without_robots(tables), hours, "own")
        if uncertain(tables):
            people, whole = people.unique(AT), whole.unique(AT)
            timed = _by_people(people, whole, queue_counts=queue_counts)
            return _doubted_replies(timed, whole, queue_counts=queue_counts)
        return _by_people(people, whole, queue_counts=queue_counts)
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


def without_robots(tables: Tables) -> Tables:
    """The same chats, every row in its place, with robots that neither ask nor answer."""
    chats = tables.frames.get(Kind.CHATS)
    if chats is None or "sender_role" not in chats.columns:
        return tables
    role = pl.col("sender_role")
    silent = pl.when(role == "robot").then(pl.lit("system")).otherwise(role)
    doubtful = {kind: frame for kind, frame in tables.doubtful.items() if kind is Kind.CHATS}
    return replace(
        tables,
        frames={**tables.frames, Kind.CHATS: chats.with_columns(sender_role=silent)},
        doubtful={
            **tables.doubtful,
            **{kind: frame.with_columns(sender_role=silent) for kind, frame in doubtful.items()},
        },
    )


def _by_people(answered: pl.LazyFrame, whole: pl.LazyFrame, *, queue_counts: bool) -> pl.LazyFrame:
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
    handed_over = by_robot if queue_counts else pl.lit(True)
    return answered.join(first, on=AT, how="left").with_columns(
        clock_at=pl.when(handed_over)
        .then(pl.max_horizontal("clock_at", "served_at"))
        .otherwise("clock_at"),
        by_robot=by_robot,
        blind=by_robot & pl.col("served_at").is_null() & pl.col("reply_at").is_not_null(),
        excluded=pl.when(alone)
        .then(conversations.exclusion("not_consultation"))
        .otherwise("excluded"),
    )


def _doubted_replies(
    messages: pl.LazyFrame, whole: pl.LazyFrame, *, queue_counts: bool
) -> pl.LazyFrame:
    """The messages; where it is not known whether a person or a robot replied first, it is not
    known either whether they count.
    """
    by_anyone = whole.select(AT, _anyone="agent_open")
    open_ = pl.col("agent_open") | pl.col("_anyone").fill_null(False)
    handed_over = (pl.col("by_robot") | open_).fill_null(True) if queue_counts else pl.lit(True)
    return messages.join(by_anyone, on=AT, how="left").with_columns(
        clock_best=pl.when(handed_over)
        .then(pl.max_horizontal("clock_best", "served_best"))
        .otherwise("clock_best"),
        why=pl.coalesce("why", pl.when(open_ & pl.col("excluded").is_null()).then("doubt")),
    )


def _buyer() -> pl.Expr:
    return pl.coalesce("b " + pl.col("buyer_id"), "s " + pl.col("session_id"))


def _people(tables: Tables) -> pl.LazyFrame:
    """_at → buyer (String) of every chat row."""
    if uncertain(tables):
        return with_buyers(tables, once(tables)).select(AT, buyer=_buyer())
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
        **open_question(as_of, at_ends=False),
    )


def _first_late(name: str) -> pl.Expr:
    """The column on the first message that waited too long, null where none did."""
    chosen = [pl.col(column).filter("_late") for column in ("clock_at", AT)]
    return pl.col(name).filter("_late").sort_by(*chosen).first()


def _rates_by_day(tables: Tables, days: pl.LazyFrame) -> pl.LazyFrame:
    """One row a natural day with counted buyers: day, at, answered, unknown, counted (Int64), or
    the columns of `ends.counted_at_ends` where the chats are `uncertain`.
    """
    counted = days.filter(pl.col("excluded").is_null())
    if uncertain(tables):
        begun = counted.group_by("day").agg(pl.col("at").min())
        units = counted.rename({"in_time": "answered"})
        if "buyer" in units.collect_schema():
            # A buyer's day is one unit, however many messages had the same reply.
            units = units.drop("reply_at")
        rates = counted_at_ends(tables, units, "day")
        return rates.join(begun, on="day", how="left")
    return counted.group_by("day").agg(
        answered=pl.col("in_time").fill_null(False).sum().cast(pl.Int64),
        unknown=pl.col("in_time").is_null().sum().cast(pl.Int64),
        counted=pl.len().cast(pl.Int64),
        at=pl.col("at").min(),
    )


def _assessed_days(tables: Tables, days: pl.LazyFrame, *, least: int) -> pl.LazyFrame:
    """The days with at least so many counted units, and the units that are excluded.

    Columns: those of `_rates_by_day`, and excluded (UInt8, null for a day). A day that may have so
    many and may have fewer is one with `why`.
    """
    others = days.filter(pl.col("excluded").is_not_null()).select("day", "at", "excluded")
    rates = _rates_by_day(tables, days)
    if uncertain(tables):
        few = pl.col("least") < least
        large = rates.filter(pl.col("most") >= least).with_columns(
            why=pl.when(few).then("doubt").otherwise("why")
        )
    else:
        large = rates.filter(pl.col("counted") >= least)
    return pl.concat([large, others], how="diagonal")

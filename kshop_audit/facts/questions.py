"""Questions of buyers under the terms of a rule, by question, day and agent.

`rule` is the id of the rule whose options within_seconds, clock, reply_inclusive, cross_midnight,
split_at_midnight, open_hour and close_hour apply, and whose window is counted.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl

from kshop_audit.facts import Facts, conversations, fact
from kshop_audit.facts.answers import asked
from kshop_audit.facts.consumers import without_robots
from kshop_audit.facts.ends import (
    counted_at_ends,
    outcome,
    surely_counted,
    there,
    waiting,
)
from kshop_audit.facts.tables import MERCHANT, Tables, one_of
from kshop_audit.facts.talks import once, uncertain
from kshop_audit.model.knowledge import Why
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.tables import FILE, ROW


@fact(shared=True)
def questions(facts: Facts, rule: str) -> pl.LazyFrame:
    """One row a buyer message (see `answers.asked`), with answered (Boolean: in time by the shop's
    clock; null where worst and best case differ), due_at, and `excluded` completed by "pending".
    """
    terms, seconds = facts.terms, _seconds(facts.terms, rule)
    rows = facts(asked_messages, rule, str(terms.option(rule, "clock")))
    due = pl.col("clock_at") + timedelta(seconds=seconds)
    dropped = terms.option(rule, "cross_midnight") == "exclude"
    if uncertain(facts.tables):
        return _judged(rows, terms, rule, dropped=dropped).with_columns(due_at=due)
    reason = (
        pl.when(pl.col("excluded").is_not_null()).then("excluded")
        .when(pl.lit(dropped) & conversations.over_midnight(due))
        .then(conversations.exclusion("outside_hours"))
        .when(conversations.pending("clock_at", terms.as_of, seconds))
        .then(conversations.exclusion("pending"))
    )  # fmt: skip
    return rows.with_columns(
        answered=_in_time(terms, rule, pl.col("clock_at")), excluded=reason, due_at=due
    )


def _judged(rows: pl.LazyFrame, terms: Terms, rule: str, *, dropped: bool) -> pl.LazyFrame:
    """Messages with answered, excluded and why, from their worst and their best case."""
    seconds = _seconds(terms, rule)
    limit = timedelta(seconds=seconds)
    untimed = pl.col("sent_at").is_null()
    best = _in_time(terms, rule, pl.col("clock_best"), "reply_best") | untimed
    worst = _in_time(terms, rule, pl.col("clock_at"))
    running = waiting("clock", terms.as_of, seconds)
    midnight = conversations.over_midnight
    outside = midnight(pl.col("clock_at") + limit, "reply_best") & dropped
    may_be_outside = midnight(pl.col("clock_best") + limit) & dropped
    excluded = pl.col("excluded").is_not_null()
    reason = (
        pl.when(excluded).then("excluded")
        .when(outside).then(conversations.exclusion("outside_hours"))
        .when(running.surely).then(conversations.exclusion("pending"))
    )  # fmt: skip
    open_ = pl.when(may_be_outside | running.maybe).then("doubt")
    rows = rows.with_columns(
        answered=outcome(best=best, worst=worst | running.at_worst),
        excluded=reason,
        why=pl.coalesce("why", open_),
    )
    return there(rows).with_columns(why=pl.when(pl.col("excluded").is_null()).then("why"))


@fact
def openings(facts: Facts, rule: str) -> pl.LazyFrame:
    """One row a burst of questions, by its first message, within the window and hours of the rule
    (see `conversations.asked`). Questions whose time has not run out are counted.
    """
    return facts(asked_messages, rule, "round").filter(surely_counted(facts.tables))


@fact
def arrivals(facts: Facts, rule: str) -> pl.LazyFrame:
    """One row a question within the window of the rule, at any hour of the day."""
    hours = replace(conversations.hours_of(facts.terms, rule), open_hour=0, close_hour=24)
    return asked(facts.tables, hours, "own").filter(surely_counted(facts.tables))


@fact
def question_days(facts: Facts, rule: str) -> pl.LazyFrame:
    """One row a natural day with counted messages: day, at, answered, counted (Int64); where not
    all is known, the columns of `ends.counted_at_ends`.
    """
    rows = facts(questions, rule)
    if not uncertain(facts.tables):
        return _counted(rows, "day").with_columns(at=_begun("day"))
    return counted_at_ends(facts.tables, rows, "day").with_columns(at=_begun("day"))


def _counted(rows: pl.LazyFrame, by: str) -> pl.LazyFrame:
    return (
        rows.filter(pl.col("excluded").is_null())
        .group_by(by)
        .agg(answered=pl.col("answered").sum().cast(pl.Int64), counted=pl.len().cast(pl.Int64))
        .sort(by)
    )


TOTALS = ("合计", "总计", "小计", "汇总", "全部")
"""In the place of an agent or a shift: the row is the sum of the others."""


@fact
def service_days(facts: Facts) -> pl.LazyFrame:
    """One row a day with messages of the daily statistics file: day, at, answered, counted.

    A day is the sum of its agents and shifts; of figures that are missing it has none.
    """
    totals = pl.any_horizontal(pl.col(name).is_in(TOTALS) for name in ("agent", "shift"))
    return (
        facts.tables.rows(Kind.SERVICE_STATS)
        .filter(~totals.fill_null(False))
        .group_by(day="date")
        .agg(
            pl.col(FILE, ROW).first(),
            answered=pl.when(pl.col("answered").is_not_null().all()).then(pl.col("answered").sum()),
            counted=pl.col("messages").sum(),
        )
        .filter(pl.col("counted") > 0)
        .with_columns(at=_begun("day"))
        .sort("day")
    )


@fact(shared=True)
def agents(facts: Facts, rule: str) -> pl.LazyFrame:
    """One row an agent with counted messages: agent and the columns of `question_days`.

    A message belongs to the agent named on its row, else to the agent of its first reply; the
    clock starts when the session entered the agent's list, where the file has that time.
    Accounts that only robots use are no agents.
    """
    terms = facts.terms
    if uncertain(facts.tables):
        return _agents_at_ends(facts, rule)
    agent = pl.coalesce("named_agent", "reply_agent")
    clock = pl.max_horizontal("clock_at", "listed_at")
    limit = timedelta(seconds=_seconds(terms, rule))
    pending = pl.col("reply_at").is_null() & (clock + limit >= terms.as_of)
    own = conversations.exclusion("pending")
    mine = (
        facts(questions, rule)
        .filter(pl.col("excluded").is_null() | (pl.col("excluded") == own))
        .with_columns(agent=agent, answered=_in_time(terms, rule, clock), _pending=pending)
        .filter(pl.col("agent").is_not_null() & ~pl.col("_pending"))
        .join(_robots(facts.tables), on="agent", how="anti")
        .with_columns(excluded=pl.lit(None, pl.UInt8))
    )
    return _counted(mine, "agent").with_columns(pl.col("agent").cast(pl.String)).sort("agent")


def _robots(tables: Tables) -> pl.LazyFrame:
    """The accounts (`agent`, Categorical) that only robots use."""
    return (
        tables.rows(Kind.CHATS)
        .filter(one_of("sender_role", MERCHANT))
        .group_by("agent_account")
        .agg(robot=(pl.col("sender_role") == "robot").all())
        .filter("robot")
        .select(agent="agent_account")
    )


def _agents_at_ends(facts: Facts, rule: str) -> pl.LazyFrame:
    """`agents` where not all is known: a message of which it is not known who replied first may be
    anybody's who has to do with its conversation.
    """
    terms, seconds = facts.terms, _seconds(facts.terms, rule)
    rows = facts(questions, rule).with_columns(
        clock_at=pl.max_horizontal("clock_at", "listed_at"),
        clock_best=pl.max_horizontal("clock_best", "listed_best"),
    )
    running = waiting("clock", terms.as_of, seconds)
    own = conversations.exclusion("pending")
    best = _in_time(terms, rule, pl.col("clock_best"), "reply_best")
    worst = _in_time(terms, rule, pl.col("clock_at"))
    named = pl.col("named_agent").cast(pl.String)
    replied = pl.col("reply_agent").cast(pl.String)
    anybody = named.is_null() & pl.col("agent_open")
    judged = rows.filter(
        (pl.col("excluded").is_null() | (pl.col("excluded") == own)) & ~running.surely
    ).with_columns(
        excluded=pl.lit(None, pl.UInt8),
        answered=outcome(best=best, worst=worst | running.at_worst),
        why=pl.coalesce("why", pl.when(running.maybe | anybody).then("doubt")),
        _all=pl.when(anybody).then("agents").otherwise(pl.concat_list(named.fill_null(replied))),
    )
    known = judged.explode("_all").rename({"_all": "agent"}).filter(pl.col("agent").is_not_null())
    robots = _robots(facts.tables).select(pl.col("agent").cast(pl.String))
    doubted = (
        once(facts.tables)
        .filter(pl.col("sender_role").is_null())
        .select(agent=pl.col("agent_account").cast(pl.String))
        .unique()
    )
    surely = robots.join(doubted, on="agent", how="anti")
    maybe = robots.join(doubted, on="agent", how="semi").with_columns(_robot=pl.lit(True))
    robot = pl.col("_robot").fill_null(False)
    mine = (
        known.join(surely, on="agent", how="anti")
        .join(maybe, on="agent", how="left")
        .with_columns(why=pl.when(robot).then(pl.lit(Why.NOT_UNDERSTOOD.value)).otherwise("why"))
    )
    return counted_at_ends(facts.tables, mine, "agent")


def _seconds(terms: Terms, rule: str) -> int:
    return terms.number(rule, "within_seconds")


def _in_time(terms: Terms, rule: str, clock: pl.Expr, reply_at: str = "reply_at") -> pl.Expr:
    return conversations.in_time(
        clock,
        _seconds(terms, rule),
        reply_at=reply_at,
        on_the_limit=bool(terms.option(rule, "reply_inclusive")),
        that_day=terms.option(rule, "cross_midnight") == "day_bounded",
    )


@fact
def asked_messages(facts: Facts, rule: str, clock: str) -> pl.LazyFrame:
    """The messages of buyers with their first reply, on the clock given (see `answers.asked`)."""
    split = bool(facts.terms.option(rule, "split_at_midnight"))
    hours = conversations.hours_of(facts.terms, rule)
    people_only = bool(facts.terms.reading(rule, "human_only"))
    tables = without_robots(facts.tables) if people_only else facts.tables
    return asked(tables, hours, clock, split=split)


def _begun(day: str) -> pl.Expr:
    """When a day counts as begun: its first second, for a midnight still closes the day before."""
    return pl.col(day).cast(pl.Datetime("ms")) + timedelta(seconds=1)

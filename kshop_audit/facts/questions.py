"""Questions of buyers under the terms of a rule, by question, day and agent.

`rule` is the id of the rule whose options within_seconds, clock, reply_inclusive, cross_midnight,
split_at_midnight, open_hour and close_hour apply, and whose window is counted.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl

from kshop_audit.facts import Facts, conversations, fact
from kshop_audit.facts.tables import MERCHANT, one_of
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.tables import FILE, ROW


@fact(shared=True)
def questions(facts: Facts, rule: str) -> pl.LazyFrame:
    """One row a buyer message (see `conversations.asked`), with answered (Boolean: in time by the
    shop's clock), due_at, and `excluded` completed by "pending".
    """
    terms, seconds = facts.terms, _seconds(facts.terms, rule)
    rows = _asked(facts, rule, str(terms.option(rule, "clock")))
    due = pl.col("clock_at") + timedelta(seconds=seconds)
    dropped = terms.option(rule, "cross_midnight") == "exclude"
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


@fact
def openings(facts: Facts, rule: str) -> pl.LazyFrame:
    """One row a burst of questions, by its first message, within the window and hours of the rule
    (see `conversations.asked`). Questions whose time has not run out are counted.
    """
    return _asked(facts, rule, "round").filter(pl.col("excluded").is_null())


@fact
def arrivals(facts: Facts, rule: str) -> pl.LazyFrame:
    """One row a question within the window of the rule, at any hour of the day."""
    hours = replace(conversations.hours_of(facts.terms, rule), open_hour=0, close_hour=24)
    whole_day = conversations.asked(facts.tables, hours, "own")
    return whole_day.filter(pl.col("excluded").is_null())


@fact
def question_days(facts: Facts, rule: str) -> pl.LazyFrame:
    """One row a natural day with counted messages: day, at, answered, counted (Int64)."""
    return (
        facts(questions, rule)
        .filter(pl.col("excluded").is_null())
        .group_by("day")
        .agg(answered=pl.col("answered").sum().cast(pl.Int64), counted=pl.len().cast(pl.Int64))
        .with_columns(at=_begun("day"))
        .sort("day")
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
    """One row an agent with counted messages: agent, answered, counted (Int64).

    A message belongs to the agent named on its row, else to the agent of its first reply; the
    clock starts when the session entered the agent's list, where the file has that time.
    Accounts that only robots use are no agents.
    """
    terms = facts.terms
    agent = pl.coalesce("named_agent", "reply_agent")
    clock = pl.max_horizontal("clock_at", "served_at")
    limit = timedelta(seconds=_seconds(terms, rule))
    pending = pl.col("reply_at").is_null() & (clock + limit >= terms.as_of)
    own = conversations.exclusion("pending")
    robots = (
        facts.tables.rows(Kind.CHATS)
        .filter(one_of("sender_role", MERCHANT))
        .group_by("agent_account")
        .agg(robot=(pl.col("sender_role") == "robot").all())
        .filter("robot")
        .select(agent=pl.col("agent_account").cast(pl.Categorical))
    )
    return (
        facts(questions, rule)
        .filter(pl.col("excluded").is_null() | (pl.col("excluded") == own))
        .with_columns(agent=agent, _in_time=_in_time(terms, rule, clock), _pending=pending)
        .filter(pl.col("agent").is_not_null() & ~pl.col("_pending"))
        .join(robots, on="agent", how="anti")
        .group_by("agent")
        .agg(answered=pl.col("_in_time").sum().cast(pl.Int64), counted=pl.len().cast(pl.Int64))
        .with_columns(pl.col("agent").cast(pl.String))
        .sort("agent")
    )


def _seconds(terms: Terms, rule: str) -> int:
    return terms.number(rule, "within_seconds")


def _in_time(terms: Terms, rule: str, clock: pl.Expr) -> pl.Expr:
    return conversations.in_time(
        clock,
        _seconds(terms, rule),
        on_the_limit=bool(terms.option(rule, "reply_inclusive")),
        that_day=terms.option(rule, "cross_midnight") == "day_bounded",
    )


def _asked(facts: Facts, rule: str, clock: str) -> pl.LazyFrame:
    split = bool(facts.terms.option(rule, "split_at_midnight"))
    hours = conversations.hours_of(facts.terms, rule)
    return conversations.asked(facts.tables, hours, clock, split=split)


def _begun(day: str) -> pl.Expr:
    """When a day counts as begun: its first second, for a midnight still closes the day before."""
    return pl.col(day).cast(pl.Datetime("ms")) + timedelta(seconds=1)

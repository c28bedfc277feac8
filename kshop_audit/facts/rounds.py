"""Rounds of a conversation: from the first question to the first answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl

from kshop_audit.facts import Facts, conversations, fact
from kshop_audit.facts.answers import asked
from kshop_audit.facts.conversations import Hours
from kshop_audit.facts.ends import outcome, there, waiting
from kshop_audit.facts.tables import Tables
from kshop_audit.facts.talks import uncertain
from kshop_audit.model.schema import Kind

NAMELESS = "-"
"""Stands for the account of a person on whose row the file names none."""


@fact
def rounds(facts: Facts, rule: str) -> pl.LazyFrame:
    """One row a round, plus the buyer messages that are excluded; in the window and by the options
    within_seconds, open_hour and close_hour of the rule.

    Where the chats are `uncertain` also why and doubt, as in `answers.asked`.

    Columns: sent_at and day (of the first question), excluded (UInt8 index of EXCLUSIONS, null when
    counted), answered (Boolean: in time), due_at, reply_at, agent (String), _at, _file, _row. A
    round that a robot answered first is no consultation of a person; one that was still open at
    midnight, with time left, is outside the hours.
    """
    hours = conversations.hours_of(facts.terms, rule)
    seconds = facts.terms.number(rule, "within_seconds")
    found = asked(_named(facts.tables), hours, "round")
    if uncertain(facts.tables):
        return _at_ends(found, hours, seconds)
    limit = timedelta(seconds=seconds)
    by_robot = pl.col("reply_at").is_not_null() & pl.col("reply_agent").is_null()
    agent = pl.col("reply_agent").cast(pl.String)
    return found.with_columns(
        due_at=pl.col("clock_at") + limit,
        answered=(pl.col("reply_at") - pl.col("clock_at") <= limit).fill_null(False),
        agent=pl.when(agent != NAMELESS).then(agent),
    ).with_columns(
        excluded=pl.when(pl.col("excluded").is_not_null()).then("excluded")
        .when(conversations.over_midnight(pl.col("due_at")))
        .then(conversations.exclusion("outside_hours"))
        .when(by_robot).then(conversations.exclusion("not_consultation"))
        .when(conversations.pending("clock_at", hours.as_of, seconds))
        .then(conversations.exclusion("pending"))
    )  # fmt: skip


def _at_ends(found: pl.LazyFrame, hours: Hours, seconds: int) -> pl.LazyFrame:
    """`rounds` by the worst and the best case."""
    limit = timedelta(seconds=seconds)
    running = waiting("clock", hours.as_of, seconds)
    by_robot = pl.col("reply_at").is_not_null() & pl.col("reply_agent").is_null()
    midnight = conversations.over_midnight
    outside = midnight(pl.col("clock_at") + limit, "reply_best")
    may_be_outside = midnight(pl.col("clock_best") + limit)
    best = (pl.col("reply_best") - pl.col("clock_best") <= limit).fill_null(False)
    worst = (pl.col("reply_at") - pl.col("clock_at") <= limit).fill_null(False)
    agent = pl.col("reply_agent").cast(pl.String)
    open_ = pl.col("agent_open") | may_be_outside | running.maybe
    rows = found.with_columns(
        due_at=pl.col("clock_at") + limit,
        answered=outcome(best=best, worst=worst | running.at_worst),
        agent=pl.when(agent != NAMELESS).then(agent),
        excluded=pl.when(pl.col("excluded").is_not_null()).then("excluded")
        .when(outside).then(conversations.exclusion("outside_hours"))
        .when(by_robot & ~pl.col("agent_open"))
        .then(conversations.exclusion("not_consultation"))
        .when(running.surely).then(conversations.exclusion("pending")),
        why=pl.coalesce("why", pl.when(open_).then("doubt")),
    )  # fmt: skip
    return there(rows).with_columns(why=pl.when(pl.col("excluded").is_null()).then("why"))


def _named(tables: Tables) -> Tables:
    """The same chats with an account on every row of a person: without one it is a robot."""
    chats = tables.frames.get(Kind.CHATS)
    if chats is None or "sender_role" not in chats.columns:
        return tables
    doubtful = tables.doubtful.get(Kind.CHATS)
    named = {} if doubtful is None else {Kind.CHATS: _with_accounts(doubtful)}
    return replace(
        tables,
        frames={**tables.frames, Kind.CHATS: _with_accounts(chats)},
        doubtful={**tables.doubtful, **named},
    )


def _with_accounts(chats: pl.DataFrame) -> pl.DataFrame:
    account = (
        pl.col("agent_account") if "agent_account" in chats.columns else pl.lit(None, pl.String)
    )
    if "sender_role" not in chats.columns:
        return chats
    person = pl.col("sender_role") == "agent"
    return chats.with_columns(
        agent_account=pl.when(person)
        .then(pl.coalesce(account, pl.lit(NAMELESS)))
        .otherwise(account)
    )

"""Rounds of a conversation: from the first question to the first answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl

from kshop_audit.facts import Facts, conversations, fact
from kshop_audit.facts.tables import Tables
from kshop_audit.model.schema import Kind

NAMELESS = "-"
"""Stands for the account of a person on whose row the file names none."""


@fact
def rounds(facts: Facts, rule: str) -> pl.LazyFrame:
    """One row a round, plus the buyer messages that are excluded; in the window and by the options
    within_seconds, open_hour and close_hour of the rule.

    Columns: sent_at and day (of the first question), excluded (UInt8 index of EXCLUSIONS, null when
    counted), answered (Boolean: in time), due_at, reply_at, agent (String), _at, _file, _row. A
    round that a robot answered first is no consultation of a person; one that was still open at
    midnight, with time left, is outside the hours.
    """
    hours = conversations.hours_of(facts.terms, rule)
    seconds = facts.terms.number(rule, "within_seconds")
    found = conversations.asked(_named(facts.tables), hours, "round")
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


def _named(tables: Tables) -> Tables:
    """The same chats with an account on every row of a person: without one it is a robot."""
    chats = tables.frames.get(Kind.CHATS)
    if chats is None or "sender_role" not in chats.columns:
        return tables
    account = (
        pl.col("agent_account") if "agent_account" in chats.columns else pl.lit(None, pl.String)
    )
    person = pl.col("sender_role") == "agent"
    named = chats.with_columns(
        agent_account=pl.when(person)
        .then(pl.coalesce(account, pl.lit(NAMELESS)))
        .otherwise(account)
    )
    return replace(tables, frames={**tables.frames, Kind.CHATS: named})

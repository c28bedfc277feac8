"""Messages of the merchant's side, and which of them match a word list.

Which clause a message breaks is stated by the rules.
"""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Facts, fact
from kshop_audit.facts.chat.second_look import Look, column, with_readings
from kshop_audit.facts.tables import MERCHANT, Tables, one_of
from kshop_audit.facts.talks import everything, uncertain
from kshop_audit.facts.text import Match, normalised
from kshop_audit.model.knowledge import Why
from kshop_audit.model.schema import Kind
from kshop_audit.tables import AT, FILE, ROW, WHY

MESSAGE_COLUMNS = (AT, FILE, ROW, "sent_at", "agent")
"""The columns of every message; ids are looked up by _at. Where the chats are `uncertain` also why:
it is not known whether the merchant's side wrote it.
"""

NOTHING = pl.lit(None, dtype=pl.String)
NEVER, SILENT = pl.lit(False), pl.lit("")


def message_columns(tables: Tables) -> tuple[str, ...]:
    """The columns that every message has."""
    return (*MESSAGE_COLUMNS, "why") if uncertain(tables) else MESSAGE_COLUMNS


def _merchant(tables: Tables) -> pl.LazyFrame:
    """One row a message of an agent, sub-account or robot, and one that may be."""
    account = pl.col("agent_account").alias("agent")
    if not uncertain(tables):
        rows = tables.rows(Kind.CHATS).with_row_index(AT)
        return rows.filter(one_of("sender_role", MERCHANT)).with_columns(account)
    nameless = pl.col("sender_role").is_null()
    not_understood = pl.when(nameless).then(pl.lit(Why.NOT_UNDERSTOOD.value))
    return (
        everything(tables)
        .unique(AT)
        .filter(nameless | one_of("sender_role", MERCHANT))
        .with_columns(account, why=pl.coalesce(WHY, not_understood))
    )


@fact(shared=True)
def suspects(facts: Facts) -> pl.LazyFrame:
    """The merchant-side messages that may break a clause (see `suspicion`), one row each.

    Columns: MESSAGE_COLUMNS, content, text (normalised content).
    """
    rows = _merchant(facts.tables).filter(pl.col("content").is_not_null())
    rows = rows.select(*message_columns(facts.tables), "content")
    return rows.with_columns(text=normalised(pl.col("content")))


@fact(shared=True)
def unmatched(facts: Facts) -> pl.LazyFrame:
    """All other merchant-side messages, one row each. Columns: MESSAGE_COLUMNS."""
    rows = _merchant(facts.tables).filter(pl.col("content").is_null())
    return rows.select(message_columns(facts.tables))


@fact
def matches(facts: Facts, *lists: str) -> pl.LazyFrame:
    """One row a merchant-side message: MESSAGE_COLUMNS and the columns of `matched` for each of
    the word lists. Only suspects are searched; no other message can match.
    """
    none = {
        column(name, part): pl.lit(False) if part in ("found", "plainly") else NOTHING
        for name in lists
        for part in Match._fields
    }
    return pl.concat([facts(_suspect_matches, *lists), facts(unmatched).with_columns(**none)])


@fact(shared=True)
def _suspect_matches(facts: Facts, *lists: str) -> pl.LazyFrame:
    """The suspects without their text, with the columns of `matched` for each of the lists."""
    look = Look({name: facts.terms.lexicon(name) for name in lists})
    worth = look.worth_it(pl.col("content"))
    rows = facts(suspects).with_columns(_worth=worth)
    own = message_columns(facts.tables)
    read = with_readings(rows.filter("_worth"), look, lists)
    columns = [column(name, part) for name in lists for part in Match._fields]
    none = {name: NEVER if name.endswith(("found", "plainly")) else SILENT for name in columns}
    return pl.concat(
        [
            read.select(*own, *columns),
            rows.filter(~pl.col("_worth")).with_columns(**none).select(*own, *columns),
        ]
    )


def matched(name: str) -> Match:
    """How a row of `matches` matches a word list, as columns."""
    return Match(*(pl.col(column(name, part)) for part in Match._fields))


def with_buyers(tables: Tables, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Chat rows; where a row names no buyer, the one its session names elsewhere."""
    frame = tables.frames.get(Kind.CHATS)
    columns = () if frame is None else frame.columns
    if not {"buyer_id", "session_id"} <= set(columns) or frame is None:
        return rows
    if not frame.get_column("buyer_id").null_count() and Kind.CHATS not in tables.doubtful:
        return rows
    named = (
        rows.filter(pl.col("buyer_id").is_not_null() & pl.col("session_id").is_not_null())
        .group_by("session_id")
        .agg(_buyer=pl.col("buyer_id").min())
    )
    return (
        rows.join(named, on="session_id", how="left")
        .with_columns(buyer_id=pl.coalesce("buyer_id", "_buyer"))
        .drop("_buyer")
    )

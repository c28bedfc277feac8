"""Messages of the merchant's side, and which of them match a word list or come too often.

Which clause a message breaks is stated by the rules.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from kshop_audit.facts import Facts, fact
from kshop_audit.facts.tables import MERCHANT, Tables, one_of
from kshop_audit.facts.text import Match, match, normalised
from kshop_audit.model.schema import Kind
from kshop_audit.tables import AT, FILE, ROW

MESSAGE_COLUMNS = (AT, FILE, ROW, "sent_at", "agent")
"""The columns of every message; ids are looked up by _at."""

NOTHING = pl.lit(None, dtype=pl.String)


def _merchant(tables: Tables) -> pl.LazyFrame:
    """One row a message of an agent, sub-account or robot."""
    rows = tables.rows(Kind.CHATS).with_row_index(AT)
    return rows.filter(one_of("sender_role", MERCHANT)).with_columns(agent=pl.col("agent_account"))


@fact(shared=True)
def suspects(facts: Facts) -> pl.LazyFrame:
    """The merchant-side messages that may break a clause (see `suspicion`), one row each.

    Columns: MESSAGE_COLUMNS, content, text (normalised content).
    """
    rows = _merchant(facts.tables).filter(pl.col("content").is_not_null())
    return rows.select(*MESSAGE_COLUMNS, "content").with_columns(text=normalised(pl.col("content")))


@fact(shared=True)
def unmatched(facts: Facts) -> pl.LazyFrame:
    """All other merchant-side messages, one row each. Columns: MESSAGE_COLUMNS."""
    rows = _merchant(facts.tables).filter(pl.col("content").is_null())
    return rows.select(MESSAGE_COLUMNS)


@fact
def matches(facts: Facts, *lists: str) -> pl.LazyFrame:
    """One row a merchant-side message: MESSAGE_COLUMNS and the columns of `matched` for each of
    the word lists. Only suspects are searched; no other message can match.
    """
    none = {
        _column(name, part): pl.lit(False) if part in ("found", "plainly") else NOTHING
        for name in lists
        for part in Match._fields
    }
    return pl.concat([facts(_suspect_matches, *lists), facts(unmatched).with_columns(**none)])


@fact(shared=True)
def _suspect_matches(facts: Facts, *lists: str) -> pl.LazyFrame:
    """The suspects without their text, with the columns of `matched` for each of the lists."""
    text, content = pl.col("text"), pl.col("content")
    columns = {
        _column(name, part): expression
        for name in lists
        for part, expression in match(text, content, facts.terms.lexicon(name))._asdict().items()
    }
    return facts(suspects).select(*MESSAGE_COLUMNS, **columns)


def matched(name: str) -> Match:
    """How a row of `matches` matches a word list, as columns."""
    return Match(*(pl.col(_column(name, part)) for part in Match._fields))


def _column(name: str, part: str) -> str:
    return f"{name} {part}"


@fact(shared=True)
def bursts(facts: Facts, in_a_row: int, within_hours: int) -> pl.LazyFrame:
    """One row a merchant-side message: MESSAGE_COLUMNS and too_many (Boolean; see `_too_many`)."""
    found = _too_many(facts.tables, in_a_row=in_a_row, within_hours=within_hours)
    sent = pl.concat([facts(suspects).select(MESSAGE_COLUMNS), facts(unmatched)])
    return sent.join(found, on=AT, how="left").with_columns(pl.col("too_many").fill_null(False))


def with_buyers(tables: Tables, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Chat rows; where a row names no buyer, the one its session names elsewhere."""
    frame = tables.frames.get(Kind.CHATS)
    columns = () if frame is None else frame.columns
    if not {"buyer_id", "session_id"} <= set(columns) or frame is None:
        return rows
    if not frame.get_column("buyer_id").null_count():
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


def _too_many(tables: Tables, *, in_a_row: int, within_hours: int) -> pl.LazyFrame:
    """_at of the merchant messages that are too many: more than `in_a_row` to one buyer within
    the hours, this one included, without a word from the buyer between.

    A buyer is a buyer id, and only without one a session. Columns: _at, too_many (true).
    """
    asked = pl.col("sender_role") == "buyer"
    rows = (
        with_buyers(tables, tables.rows(Kind.CHATS).with_row_index(AT))
        .filter(one_of("sender_role", ("buyer", *MERCHANT)))
        .select(AT, "sent_at", "message_seq", asked=asked, person=_person(tables))
    )
    # Only who got that many messages at all can have got too many in a row.
    busy = (
        rows.group_by("person")
        .agg(got=(~pl.col("asked")).sum())
        .filter(pl.col("got") > in_a_row)
        .select("person")
    )
    order = ("person", "sent_at", "message_seq", ~pl.col("asked"))
    rows = rows.join(busy, on="person", how="semi").sort(order, nulls_last=True)
    fresh = (pl.col("person") != pl.col("person").shift(1)).fill_null(True)
    after = pl.col("asked").shift(1)
    rows = rows.with_columns(_run=(fresh | pl.col("asked") | after).fill_null(True).cum_sum())
    quick = pl.col("sent_at") - pl.col("sent_at").shift(in_a_row) <= timedelta(hours=within_hours)
    too_many = ((pl.col("_run").shift(in_a_row) == pl.col("_run")) & quick).fill_null(False)
    return rows.filter(too_many & ~pl.col("asked")).select(AT, too_many=pl.lit(True))


def _person(tables: Tables) -> pl.Expr:
    if tables.complete(Kind.CHATS, "buyer_id"):
        return tables.number(Kind.CHATS, "buyer_id")
    named = pl.coalesce("b " + pl.col("buyer_id"), "s " + pl.col("session_id"))
    return named.cast(pl.Categorical).to_physical().cast(pl.Int64)

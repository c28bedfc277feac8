"""Messages of the merchant's side, and which of them match a word list.

Which clause a message breaks is stated by the rules.
"""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Facts, fact
from kshop_audit.facts.chat.sayings import SAYING, saying
from kshop_audit.facts.chat.second_look import Look, column, with_readings
from kshop_audit.facts.chat.weighing import unscored, with_scored
from kshop_audit.facts.tables import MERCHANT, Tables, one_of
from kshop_audit.facts.talks import once, uncertain
from kshop_audit.facts.text import Match, normalised
from kshop_audit.model.knowledge import Why
from kshop_audit.model.schema import Kind
from kshop_audit.tables import AT, FILE, LOST, ROW, TEXT_ID, WHY

MESSAGE_COLUMNS = (AT, FILE, ROW, "sent_at", "agent")
"""The columns of every message; ids are looked up by _at. Where the chats are `uncertain` also why:
it is not known whether the merchant's side wrote it. Where texts are lost also LOST.
"""

NOTHING = pl.lit(None, dtype=pl.String)
FEW = 5_000
"""In so few messages there are few texts to be read."""
WHETHER = ("found", "plainly")
"""The parts of a match that are Boolean."""


def message_columns(tables: Tables) -> tuple[str, ...]:
    """The columns that every message has."""
    why = ("why",) if uncertain(tables) else ()
    return (*MESSAGE_COLUMNS, *why, *((LOST,) if tables.texts_lost is not None else ()))


def _merchant(tables: Tables) -> pl.LazyFrame:
    """One row a message of an agent, sub-account or robot, and one that may be."""
    account = pl.col("agent_account").alias("agent")
    if not uncertain(tables):
        rows = tables.rows(Kind.CHATS).with_row_index(AT)
        return rows.filter(one_of("sender_role", MERCHANT)).with_columns(account)
    nameless = pl.col("sender_role").is_null()
    not_understood = pl.when(nameless).then(pl.lit(Why.NOT_UNDERSTOOD.value))
    return (
        once(tables)
        .filter(nameless | one_of("sender_role", MERCHANT))
        .with_columns(account, why=pl.coalesce(WHY, not_understood))
    )


@fact(shared=True)
def _suspects(facts: Facts) -> pl.LazyFrame:
    """`suspects` with their content."""
    rows = _merchant(facts.tables).filter(pl.col("content").is_not_null())
    # The physical code of a category is exact, unlike a hash.
    text = pl.col("content").cast(pl.Categorical).to_physical().alias(TEXT_ID)
    return rows.select(*message_columns(facts.tables), "content", text)


@fact
def suspects(facts: Facts) -> pl.LazyFrame:
    """The merchant-side messages that may break a clause (see `suspicion`), one row each.

    Columns: MESSAGE_COLUMNS, TEXT_ID.
    """
    return facts(_suspects).drop("content")


@fact(shared=True)
def texts(facts: Facts) -> pl.LazyFrame:
    """What the suspects say, each text once: shops say most things many times.

    Columns: TEXT_ID, content, SAYING.
    """
    said = facts(_suspects).select(TEXT_ID, "content").unique(TEXT_ID)
    own = facts.terms.words("platform_domains")
    return said.with_columns(saying(pl.col("content"), own).alias(SAYING))


@fact(shared=True)
def sayings(facts: Facts) -> pl.LazyFrame:
    """What the `texts` say, each saying once.

    Columns: content (the saying), text (normalised content), and those of `weighing.with_scored`.
    """
    said = facts(texts).select(content=SAYING).unique("content")
    said = said.with_columns(text=normalised(pl.col("content")))
    chats = facts.tables.frames.get(Kind.CHATS)
    return unscored(said) if chats is None or chats.height < FEW else with_scored(said)


@fact
def worded(facts: Facts) -> pl.LazyFrame:
    """`suspects` with what they say, for a rule with a look of its own at the words.

    Columns: MESSAGE_COLUMNS, TEXT_ID, text (normalised content).
    """
    said = facts(texts).select(TEXT_ID, text=normalised(pl.col("content")))
    return facts(suspects).join(said, on=TEXT_ID, how="left")


@fact(shared=True)
def unmatched(facts: Facts) -> pl.LazyFrame:
    """All other merchant-side messages, one row each. Columns: MESSAGE_COLUMNS."""
    rows = _merchant(facts.tables).filter(pl.col("content").is_null())
    return rows.select(message_columns(facts.tables))


@fact
def matches(facts: Facts, *lists: str) -> pl.LazyFrame:
    """One row a merchant-side message: MESSAGE_COLUMNS and the columns of `matched` for each of
    the word lists. Only suspects are searched; no other message can match.

    LookupError for a list that the rule does not declare: the texts of such a list were not kept,
    and finding none of its words would say nothing.
    """
    if facts.lists is not None and (missing := set(lists) - facts.lists):
        raise LookupError(f"word lists that the rule does not declare: {sorted(missing)}")
    none = {
        column(name, part): pl.lit(False) if part in WHETHER else NOTHING
        for name in lists
        for part in Match._fields
    }
    own = message_columns(facts.tables)
    told = facts(suspects).join(facts(_told, *lists), on=TEXT_ID, how="left")
    whether = [pl.col(name).fill_null(False) for name in none if name.endswith(WHETHER)]
    return pl.concat(
        [
            told.with_columns(whether).select(*own, *none),
            facts(unmatched).with_columns(**none),
        ]
    )


@fact(shared=True, finds=True)
def _told(facts: Facts, *lists: str) -> pl.LazyFrame:
    """The texts in which one of the lists finds something: TEXT_ID and the columns of `matched`."""
    look = Look({name: facts.terms.lexicon(name) for name in lists})
    read = with_readings(facts(sayings), look, lists)
    some = pl.any_horizontal(column(name, "found") for name in lists)
    columns = [column(name, part) for name in lists for part in Match._fields]
    found = read.filter(some).select(pl.col("content").alias(SAYING), *columns)
    return facts(texts).join(found, on=SAYING).select(TEXT_ID, *columns)


def telling(facts: Facts) -> pl.LazyFrame | None:
    """The texts in which anything was found by what was requested so far, each once: content.

    None where a rule had a look of its own at them.
    """
    if facts.requested(lambda one: one is worded):
        return None
    looked = facts.requested(lambda one: one is _suspects)
    found = [frame.select(TEXT_ID) for frame in facts.requested(lambda one: one.finds)]
    if not looked or not found:
        return pl.LazyFrame(schema={"content": pl.String})
    return looked[0].join(pl.concat(found), on=TEXT_ID, how="semi").select("content").unique()


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

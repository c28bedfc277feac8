"""Buyers whose names are masked: several of them may hide under one, as 张** or 138****1234.

Without a conversation id their messages cannot be told apart. A question that alone is open under
its name is answered by the next reply; of several that are open at once a reply may be for any,
and each may be of a buyer of its own (rulebook 1b.9).
"""

from __future__ import annotations

import polars as pl

from kshop_audit.facts.conversations import ANSWERING_TYPES, key
from kshop_audit.facts.tables import MASK, MERCHANT, Tables, one_of
from kshop_audit.facts.talks import once
from kshop_audit.model.knowledge import Why
from kshop_audit.tables import AT


def shared_questions(tables: Tables) -> pl.LazyFrame:
    """The questions (`_at`) under a masked name that were open together with another one.

    As long as not each question of a name has had a reply on its day, it cannot be said whose turn
    it is.
    """
    masked = key().str.starts_with("b ") & key().str.contains(MASK)
    speaks = pl.col("message_type").is_null() | one_of("message_type", ANSWERING_TYPES)
    asks = pl.col("sender_role").is_null() | (pl.col("sender_role") == "buyer")
    talk = ["_key", "_day"]
    open_ = pl.col("_step").cum_sum().over(talk)
    rows = (
        once(tables)
        .filter(masked & speaks & (asks | one_of("sender_role", MERCHANT)))
        .select(
            AT, "message_seq", "sent_at",
            _key=key(), _day=pl.col("sent_at").dt.date(), _asks=asks,
        )
        .sort("_key", "sent_at", "message_seq", ~pl.col("_asks"), nulls_last=True)
        .with_columns(_step=pl.when("_asks").then(1).otherwise(-1))
        .with_columns(_sum=open_)
        .with_columns(
            _open=pl.col("_sum") - pl.min_horizontal(pl.col("_sum").cum_min().over(talk), 0)
        )
        .with_columns(_over=(pl.col("_open") == 0).cast(pl.Int64))
        .with_columns(_busy=(pl.col("_over").cum_sum() - pl.col("_over")).over(talk))
    )  # fmt: skip
    several = (pl.col("_open") > 1).any().over([*talk, "_busy"])
    return rows.filter(pl.col("_asks") & several).select(AT)


def with_shared(rows: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The questions of `answers.asked` with their worst and best case, where they are shared: at
    worst no reply is for them, at best the next one is, and their clock is their own.
    """
    shared = shared_questions(tables).with_columns(_shared=pl.lit(True))
    here = pl.col("_shared").fill_null(False)
    nobody = pl.lit(None, pl.Datetime("ms"))
    return (
        rows.join(shared, on=AT, how="left")
        .with_columns(
            reply_at=pl.when(~here).then("reply_at").otherwise(nobody),
            clock_best=pl.when(here).then("sent_at").otherwise("clock_best"),
            doubt=pl.when(here).then(pl.lit(Why.NO_KEY.value)).otherwise("doubt"),
            agent_open=here | pl.col("agent_open"),
        )
        .drop("_shared")
    )

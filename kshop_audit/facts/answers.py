"""Questions of buyers and what became of them, whether or not all of it is known.

Conversations of which something is not known are few, or the file is of a kind of which nothing is;
they are looked at apart, so that the others cost what they cost without them.
"""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import conversations
from kshop_audit.facts.cases import open_questions
from kshop_audit.facts.conversations import Hours
from kshop_audit.facts.masked import shared_questions, with_shared
from kshop_audit.facts.tables import Tables
from kshop_audit.facts.talks import open_talks, uncertain
from kshop_audit.model.knowledge import Why
from kshop_audit.tables import AT

BEST = ("clock", "reply", "served", "listed")
"""Times of which there are a worst and a best case: `<name>_at` and `<name>_best`."""


def asked(tables: Tables, hours: Hours, clock: str, *, split: bool = True) -> pl.LazyFrame:
    """One row a buyer message (clock "round": one a burst, plus the excluded messages).

    Columns: sent_at, day (Date), served_at, listed_at (the same, of the agent named on the row
    only), `excluded` (UInt8 index of EXCLUSIONS, null when counted), clock_at, reply_at (Datetime,
    null = no reply by as-of), named_agent (Categorical, on the buyer's row), reply_agent (null for
    robots), _at, _file, _row. Ids are looked up by _at. `split`: a burst ends at midnight.

    Where `uncertain`, the times are those of the worst case, and there are also clock_best,
    reply_best, served_best, listed_best, why (String, a value of `Why`: it is not known whether the
    message counts; null = it does), doubt (String: why the outcomes differ, if they do), agent_open
    (Boolean: who replied first is not known), agents (List of String: who may have), key.
    """
    if not uncertain(tables):
        return conversations.certain(tables, hours, clock, split=split)
    rows = _at_ends(tables, hours, clock, split=split)
    if not tables.masked_talks:
        return rows
    if clock == "round":
        # Each question of several buyers may be a burst of its own.
        others = _at_ends(tables, hours, "own", split=split).join(rows, on=AT, how="anti")
        shared = others.join(shared_questions(tables), on=AT, how="semi")
        alone = shared.with_columns(why=pl.coalesce("why", pl.lit(Why.NO_KEY.value)))
        rows = pl.concat([rows, alone], how="diagonal_relaxed")
    return with_shared(rows, tables)


def _at_ends(tables: Tables, hours: Hours, clock: str, *, split: bool) -> pl.LazyFrame:
    """`asked`, where not all is known, as if each name were that of one buyer."""
    sure = conversations.certain(tables, hours, clock, split=split, without=open_talks(tables))
    whole = sure.with_columns(
        **{f"{name}_best": pl.col(f"{name}_at") for name in BEST},
        agent_open=pl.lit(False),
    )
    return pl.concat(
        [whole, open_questions(tables, hours, clock, split=split)], how="diagonal_relaxed"
    )

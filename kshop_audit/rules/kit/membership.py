"""Which tickets a rule counts for certain, which perhaps, and what leaves that open."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Tables
from kshop_audit.model.knowledge import Why
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms


def in_window(at: str, rule: str, tables: Tables, terms: Terms) -> pl.Expr:
    """Boolean: the ticket's time `at` lies in the window of the rule; null without a time, and
    where a date or a minute lies on both sides of a bound.
    """
    earliest, latest = pl.col(at), tables.at_latest(Kind.TICKETS, at)
    since, until = terms.since(rule), terms.until(rule)
    inside = (earliest >= since) & (latest <= terms.last)
    outside = (latest < since) | (earliest > terms.last)
    if until is not None:
        inside, outside = inside & (latest < until), outside | (earliest >= until)
    return pl.when(inside).then(pl.lit(True)).when(outside).then(pl.lit(False))


def perhaps(
    member: pl.Expr, at: str, *, unclear: pl.Expr, out: pl.Expr | None = None
) -> dict[Why, pl.Expr]:
    """Reason → Boolean: it is not known whether the rule counts the ticket.

    `member`: Boolean, null where it is not known; a doubtful row is never certain. `at`: the time
    that places the ticket. `unclear`: Boolean, a word that decides was not understood, or is
    missing. `out`: Boolean, the ticket is left out for certain.
    """
    doubt = pl.col("doubt")
    left_out = pl.lit(False) if out is None else out.fill_null(False)
    unsure = (member.is_null() | (doubt.is_not_null() & member)).fill_null(False) & ~left_out
    good, timeless = unsure & doubt.is_null(), pl.col(at).is_null()
    read = good & ~unclear.fill_null(False)
    return {
        Why.NOT_UNDERSTOOD: good & unclear.fill_null(False),
        Why.NOT_READABLE: unsure & (doubt == Why.NOT_READABLE.value).fill_null(False),
        Why.NOT_PRECISE: read & ~timeless,
        Why.NO_TIME: read & timeless,
        Why.NOT_COVERED: unsure & (doubt == Why.NOT_COVERED.value).fill_null(False),
        Why.NO_KEY: unsure & (doubt == Why.NO_KEY.value).fill_null(False),
    }

"""The first after-sales reason of each order, as far as it is known."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Facts, fact
from kshop_audit.facts.spans import LATEST, TimeRange, span
from kshop_audit.facts.tables import Tables
from kshop_audit.facts.text import fold, normalised
from kshop_audit.facts.tickets import first_tickets
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.tables import WHY


def is_quality(terms: Terms, reason: pl.Expr) -> pl.Expr:
    """Boolean: whether a normalised reason is one of quality; null where it is empty or in no list
    of the pack. Where the pack lists no other reasons, every other one is none of quality.
    """
    quality, other = (
        [fold(word) for word in terms.words(name)] for name in ("quality_reasons", "other_reasons")
    )
    none = reason.is_in(other) if other else reason.is_not_null() & (reason != "")
    return pl.when(reason.is_in(quality)).then(pl.lit(True)).when(none).then(pl.lit(False))


def applied(tables: Tables) -> TimeRange:
    """When the first ticket of `first_reasons` was applied for."""
    return span("applied_at", precise=not tables.imprecise(Kind.TICKETS, "applied_at"))


@fact
def first_reasons(facts: Facts) -> pl.LazyFrame:
    """One row an order that has tickets by as-of, or may have: its earliest one.

    Columns: those of `tickets.first_tickets`, the twin of applied_at, quality (Boolean; null where
    the reason says nothing, or tickets of one time contradict each other), undated (Boolean: which
    ticket is the first one hangs on times that are not precise), doubt (String, a value of `Why`: a
    ticket that could not be read may be the first one).
    """
    tables = facts.tables
    first = facts(first_tickets).with_columns(
        quality=is_quality(facts.terms, pl.col("first_reason")), undated=pl.lit(False)
    )
    if not applied(tables).precise:
        first = _of_rough_times(first, facts)
    if Kind.TICKETS not in tables.doubtful:
        return first.with_columns(doubt=pl.lit(None, pl.String))
    late = applied(tables).late
    rows = tables.doubtful_rows(Kind.TICKETS).select("order_id", WHY, _at="applied_at")
    known = first.select("order_id", _known=late)
    sooner = (
        pl.col("_at").is_null() | pl.col("_known").is_null() | (pl.col("_at") <= pl.col("_known"))
    )
    rows = rows.join(known, on="order_id", how="left").filter(sooner)
    rows = rows.filter((pl.col("_at") <= facts.terms.last).fill_null(True))
    named = rows.filter(pl.col("order_id").is_not_null())
    touched = named.group_by("order_id").agg(doubt=pl.col(WHY).min(), _at=pl.col("_at").min())
    # A ticket that does not even name its order is one more that may be the first of its own.
    alone = rows.filter(pl.col("order_id").is_null()).select("order_id", "_at", doubt=WHY)
    joined = first.join(touched, on="order_id", how="full", coalesce=True)
    whole = pl.concat([joined, alone], how="diagonal_relaxed")
    ends = ["applied_at"] if applied(tables).precise else ["applied_at", "applied_at" + LATEST]
    return whole.with_columns(pl.coalesce(end, "_at").alias(end) for end in ends).drop("_at")


def _of_rough_times(first: pl.LazyFrame, facts: Facts) -> pl.LazyFrame:
    """With the twin of applied_at, and without a reason where another ticket may be the first."""
    tables = facts.tables
    tickets = (
        tables.rows(Kind.TICKETS)
        .filter((pl.col("applied_at") <= facts.terms.last) & pl.col("order_id").is_not_null())
        .select(
            "order_id", "applied_at",
            _end=tables.at_latest(Kind.TICKETS, "applied_at"),
            _quality=is_quality(
                facts.terms, normalised(pl.coalesce("first_reason", "reason"))
            ),
        )
        .with_columns(_first_end=pl.col("_end").min().over("order_id"))
        .filter(pl.col("applied_at") <= pl.col("_first_end"))
        .group_by("order_id")
        .agg(
            pl.col("_first_end").first(),
            _several=pl.len() > 1,
            _all=pl.col("_quality").all(ignore_nulls=False),
            _any=pl.col("_quality").any(ignore_nulls=False),
        )
    )  # fmt: skip
    agreed = pl.when(pl.col("_all")).then(pl.lit(True)).when(~pl.col("_any")).then(pl.lit(False))
    return (
        first.join(tickets, on="order_id", how="left")
        .with_columns(
            pl.col("_first_end").alias("applied_at" + LATEST), quality=agreed, undated="_several"
        )
        .drop("_first_end", "_several", "_all", "_any")
    )

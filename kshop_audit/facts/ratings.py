"""Ratings of customer service and reviews of products."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Facts, fact
from kshop_audit.model.knowledge import Why
from kshop_audit.model.schema import Kind
from kshop_audit.tables import WHY


@fact
def ratings(facts: Facts) -> pl.LazyFrame:
    """One row a customer-service rating, with why (String, a value of `Why`: not known whether it
    counts and what it says; null = known).
    """
    tables = facts.tables
    empty = pl.when(pl.col("rating").is_null()).then(pl.lit(Why.NOT_UNDERSTOOD.value))
    rows = tables.rows(Kind.RATINGS).with_columns(why=empty)
    if Kind.RATINGS not in tables.doubtful:
        return rows
    doubtful = tables.doubtful_rows(Kind.RATINGS).with_columns(why=pl.coalesce(WHY, empty))
    return pl.concat([rows, doubtful], how="diagonal_relaxed")


@fact
def reviews(facts: Facts) -> pl.LazyFrame:
    """One row a product review that counts: rated, and not successfully appealed (S3-09)."""
    appealed = (pl.col("appeal") == "succeeded").fill_null(False)
    return facts.tables.rows(Kind.REVIEWS).filter(pl.col("rating").is_not_null() & ~appealed)

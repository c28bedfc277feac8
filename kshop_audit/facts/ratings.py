"""Ratings of customer service and reviews of products."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Facts, fact
from kshop_audit.model.schema import Kind


@fact
def ratings(facts: Facts) -> pl.LazyFrame:
    """One row a customer-service rating that was understood."""
    return facts.tables.rows(Kind.RATINGS).filter(pl.col("rating").is_not_null())


@fact
def reviews(facts: Facts) -> pl.LazyFrame:
    """One row a product review that counts: rated, and not successfully appealed (S3-09)."""
    appealed = (pl.col("appeal") == "succeeded").fill_null(False)
    return facts.tables.rows(Kind.REVIEWS).filter(pl.col("rating").is_not_null() & ~appealed)

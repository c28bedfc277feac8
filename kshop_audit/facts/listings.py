"""Listings: the rows of a product put together, and what they look like beside the others."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Facts, fact
from kshop_audit.facts.orders import orders
from kshop_audit.facts.text import normalised
from kshop_audit.model.schema import Kind
from kshop_audit.tables import FILE, ROW

NOT_SHOWN = ("off_sale", "draft")
"""States in which no buyer sees a listing; one that is not understood may be on sale."""


@fact
def listings(facts: Facts, least: int) -> pl.LazyFrame:
    """One row a product that may be on sale.

    `least`: from how many listings a category has a median. Columns:
    product_id, title (String, the least of its rows), text (the title, normalised), category,
    price_fen (the least of its prices, else of its SKU prices), postage_fen (the greatest),
    lowest_sku_fen, twice_sku_fen (twice the median of its SKU prices, so that it stays whole; null
    with fewer than two prices), whole_fen (price and postage; the price where no file has a
    postage), twice_category_fen (twice the median of whole_fen in its category; null while the
    category holds fewer than `least`), alike (Int64: listings of the same normalised title,
    itself included), charged (Boolean: an order of it paid postage), _file, _row.
    """
    tables = facts.tables
    rows = tables.rows(Kind.PRODUCTS).filter(~pl.col("status").is_in(NOT_SHOWN).fill_null(False))
    skus = pl.col("sku_price").drop_nulls()
    found = rows.group_by("product_id").agg(
        pl.col("title").min(),
        pl.col("category").min(),
        price_fen=pl.coalesce(pl.col("price").min(), pl.col("sku_price").min()),
        postage_fen=pl.col("postage").max(),
        lowest_sku_fen=pl.col("sku_price").min(),
        twice_sku_fen=pl.when(skus.len() > 1).then(_twice_median("sku_price")),
        **{FILE: pl.col(FILE).min(), ROW: pl.col(ROW).min()},
    )
    postage = pl.col("postage_fen") if tables.some_has(Kind.PRODUCTS, "postage") else pl.lit(0)
    found = found.with_columns(
        text=normalised(pl.col("title")), whole_fen=pl.col("price_fen") + postage
    )
    of_title = found.group_by("text").agg(alike=pl.len().cast(pl.Int64))
    of_category = (
        found.filter(pl.col("category").is_not_null() & pl.col("whole_fen").is_not_null())
        .group_by("category")
        .agg(twice_category_fen=pl.when(pl.len() >= least).then(_twice_median("whole_fen")))
    )
    paid = facts(orders).group_by("product_id").agg(charged=(pl.col("postage_fen") > 0).any())
    return (
        found.join(of_title, on="text", how="left")
        .join(of_category, on="category", how="left")
        .join(paid, on="product_id", how="left")
        .with_columns(pl.col("charged").fill_null(False))
    )


def _twice_median(name: str) -> pl.Expr:
    """Twice the median of what is there: the sum of the two middle ones, in whole numbers."""
    ordered = pl.col(name).drop_nulls().sort()
    last = ordered.len().cast(pl.Int64) - 1
    low, high = ordered.slice(last // 2, 1), ordered.slice((last + 1) // 2, 1)
    return low.first() + high.first()

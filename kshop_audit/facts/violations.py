"""Violation tickets and the evidence against them."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Facts, evidence, fact
from kshop_audit.facts.orders import orders
from kshop_audit.model.schema import Kind


@fact
def no_source_tickets(facts: Facts) -> pl.LazyFrame:
    """Violation tickets for selling without a source of goods, up to as-of, with `flagged`: the
    orders each adds; an order named by two tickets is flagged once.
    """
    kind = pl.col("kind").str.contains("无货源|no_source")
    later = (pl.col("notified_at") > facts.terms.as_of).fill_null(False)
    named = pl.col("quantity").is_null() & pl.col("order_id").is_not_null()
    again = named & (named.cum_sum().over("order_id") > 1)
    return (
        facts.tables.rows(Kind.VIOLATIONS)
        .filter(kind & ~later)
        .with_columns(flagged=pl.when(again).then(0).otherwise(pl.col("quantity").fill_null(1)))
    )


@fact
def appeals(facts: Facts) -> pl.LazyFrame:
    """Open violation tickets with what the evidence filed for them lacks: `filed` (true, null
    without any), `flaws` and `unchecked` (see `evidence.checked`); paid_fen of the order they
    name; `fraud` (Boolean: for fraudulent shipment, which the buyer is compensated for).
    """
    pending = pl.col("status").is_null() | (pl.col("status") == "open")
    products = facts.tables.rows(Kind.PRODUCTS)
    titles = products.group_by("product_id").agg(order_title=pl.col("title").min())
    named = (
        facts(orders)
        .select("order_id", "paid_fen", order_paid_at="paid_at", order_product="product_id")
        .join(titles, left_on="order_product", right_on="product_id", how="left")
    )
    fraud = pl.col("kind").str.contains("欺诈发货|fraud").fill_null(False)
    tickets = (
        facts.tables.rows(Kind.VIOLATIONS).filter(pending).join(named, on="order_id", how="left")
    )
    known = tickets.select("violation_id", "order_paid_at", "order_product", "order_title")
    filed = evidence.checked(
        facts.tables.rows(Kind.EVIDENCE), known, facts.terms.settings.shop
    ).with_columns(filed=pl.lit(True))
    return tickets.join(filed, on="violation_id", how="left").with_columns(fraud=fraud)


@fact
def advances(facts: Facts) -> pl.LazyFrame:
    """Violation tickets by which the platform asks back what it paid to a buyer."""
    return facts.tables.rows(Kind.VIOLATIONS).filter(
        pl.col("kind").str.contains("赔付|垫付|advance")
    )

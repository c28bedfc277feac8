"""Frames of violation tickets, of the evidence against them, and of what may lead to one."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from kshop_audit.facts import evidence, sourcing
from kshop_audit.facts.platforms import PlatformFacts
from kshop_audit.facts.sharing import shared
from kshop_audit.model.schema import Kind


class PenaltyFacts(PlatformFacts):
    """The part of `Facts` about penalties; it stands on the frames that those share."""

    if TYPE_CHECKING:

        @cached_property
        def products(self) -> pl.LazyFrame:
            """See `Facts.products`."""
            ...

        @cached_property
        def shipped_orders(self) -> pl.LazyFrame:
            """See `Facts.shipped_orders`."""
            ...

    @cached_property
    def violations(self) -> pl.LazyFrame:
        """One row a violation ticket."""
        return self.tables.rows(Kind.VIOLATIONS)

    @cached_property
    def no_source_tickets(self) -> pl.LazyFrame:
        """Violation tickets for selling without a source of goods, up to as-of, with `flagged`:
        the orders each adds; an order named by two tickets is flagged once.
        """
        kind = pl.col("kind").str.contains("无货源|no_source")
        later = (pl.col("notified_at") > self.terms.as_of).fill_null(False)
        named = pl.col("quantity").is_null() & pl.col("order_id").is_not_null()
        again = named & (named.cum_sum().over("order_id") > 1)
        return self.violations.filter(kind & ~later).with_columns(
            flagged=pl.when(again).then(0).otherwise(pl.col("quantity").fill_null(1))
        )

    @cached_property
    def appeals(self) -> pl.LazyFrame:
        """Open violation tickets with what the evidence filed for them lacks: `filed` (true, null
        without any), `flaws` and `unchecked` (see `evidence.checked`); paid_fen of the order they
        name; `fraud` (Boolean: for fraudulent shipment, which the buyer is compensated for).
        """
        pending = pl.col("status").is_null() | (pl.col("status") == "open")
        titles = self.products.group_by("product_id").agg(order_title=pl.col("title").min())
        named = self.orders.select(
            "order_id", "paid_fen", order_paid_at="paid_at", order_product="product_id"
        ).join(titles, left_on="order_product", right_on="product_id", how="left")
        fraud = pl.col("kind").str.contains("欺诈发货|fraud").fill_null(False)
        tickets = self.violations.filter(pending).join(named, on="order_id", how="left")
        known = tickets.select("violation_id", "order_paid_at", "order_product", "order_title")
        filed = evidence.checked(
            self.tables.rows(Kind.EVIDENCE), known, self.terms.settings.shop
        ).with_columns(filed=pl.lit(True))
        return tickets.join(filed, on="violation_id", how="left").with_columns(fraud=fraud)

    @shared
    def sourcing(self) -> pl.LazyFrame:
        """Orders shipped in the window with signs of a foreign source (see `sourcing.sourcing`)."""
        rule = "no-source-risk"
        recent = pl.col("shipped_at").is_between(self.terms.since(rule), self.terms.as_of)
        return sourcing.sourcing(
            self.shipped_orders.filter(recent),
            ahead_hours=self.terms.number(rule, "ahead_hours"),
            signed_hours=self.terms.number(rule, "signed_hours"),
            own_percent=self.terms.number(rule, "own_percent"),
            others_percent=self.terms.number(rule, "others_percent"),
            least_orders=self.terms.number(rule, "least_orders"),
        )

    @cached_property
    def sourcing_signs(self) -> pl.LazyFrame:
        """One row a sign with its orders (see `sourcing.sign_counts`)."""
        return sourcing.sign_counts(self.sourcing)

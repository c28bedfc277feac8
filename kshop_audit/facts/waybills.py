"""Waybills with the orders that share them."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from kshop_audit.facts import Facts, fact
from kshop_audit.facts.orders import orders, waybill_rows
from kshop_audit.facts.tables import Tables
from kshop_audit.model.schema import Kind
from kshop_audit.tables import FILE, ROW

SENT = (
    "order_id", "paid_at", "picked_up_at", "signed_at", "tracking_no", "carrier", "product_id",
    FILE, ROW,
)  # fmt: skip
"""The columns of orders that a shipped order keeps."""


@fact(shared=True)
def shipped_orders(facts: Facts, combined_days: int) -> pl.LazyFrame:
    """One row an order with a shipment, and what speaks against its waybills.

    `combined_days`: orders of one waybill may be shipped so many days apart. An order is shipped
    when it or one of its waybills is. Partners are looked for in all rows up to as-of; orders
    shipped later have none. Columns: SENT, shipped_at, `why` (String, joined clause ids K2 K3 K4 K6
    S1-02, null when nothing). A check whose column is absent finds nothing.
    """
    tables, as_of = facts.tables, facts.terms.as_of
    sent = facts(orders).filter("has_shipped_at").select(SENT, shipped_at="uploaded_at")
    flaws = _shared(sent.filter(pl.col("shipped_at") <= as_of), tables, combined_days)
    named = pl.lit(_names_waybills(tables))
    return (
        sent.join(flaws, on="order_id", how="left")
        .with_columns(
            why=_joined(
                K2=pl.col("k2"),
                K3=pl.col("picked_up_at") < pl.col("paid_at"),
                K4=pl.col("k4"),
                K6=pl.col("k6"),
                **{"S1-02": pl.col("tracking_no").is_null() & named},
            )
        )
        .drop("k2", "k4", "k6")
    )


def _shared(sent: pl.LazyFrame, tables: Tables, combined_days: int) -> pl.LazyFrame:
    """order_id → k2, k4, k6 (Booleans): what its waybills share with other orders.

    `sent`: orders shipped by as-of, with shipped_at.
    """
    names = ("order_id", "tracking_no")
    lines = tables.with_partners()
    used = pl.concat([lines.select(names), waybill_rows(tables).select(names)])
    used = used.filter(pl.col("tracking_no").is_not_null()).unique()
    # Few waybills have more than one order, and only those can share anything.
    several = used.filter(pl.col("tracking_no").is_duplicated()).join(
        _first_shipped(sent, tables), on="order_id"
    )
    address = pl.concat_str(
        [pl.col("province").fill_null(""), pl.col("address").fill_null("")], separator=" "
    )
    place = pl.when(pl.col("address").is_not_null()).then(address)
    partners = several.join(
        lines.select("order_id", "shipped_at", "shop_id", place=place), on="order_id"
    ).with_columns(shipped_at=pl.coalesce("shipped_at", "first_at"))
    waybills = partners.group_by("tracking_no").agg(
        k2=pl.col("place").drop_nulls().n_unique() > 1,
        k4=pl.col("shop_id").drop_nulls().n_unique() > 1,
        k6=pl.col("shipped_at").max() - pl.col("shipped_at").min() > timedelta(days=combined_days),
    )
    return (
        several.join(waybills, on="tracking_no")
        .group_by("order_id")
        .agg(pl.col("k2", "k4", "k6").any())
    )


def _first_shipped(sent: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """order_id → first_at, of the orders of other shops in the same files too."""
    own = sent.select("order_id", first_at="shipped_at")
    if tables.partners is None:
        return own
    theirs = tables.partners.lazy()
    names = tables.partners.collect_schema().names()
    at = pl.col("shipped_at") if "shipped_at" in names else pl.lit(None, pl.Datetime("ms"))
    theirs = theirs.group_by("order_id").agg(first_at=at.min())
    return pl.concat([own, theirs.join(own, on="order_id", how="anti")])


def _names_waybills(tables: Tables) -> bool:
    return tables.has(Kind.ORDERS, "tracking_no") or tables.has(Kind.SHIPMENTS, "tracking_no")


def _joined(**checks: pl.Expr) -> pl.Expr:
    """The names of the checks that hold, joined by a space; null when none does."""
    found = pl.concat_str(
        [pl.when(check).then(pl.lit(name)) for name, check in checks.items()],
        separator=" ",
        ignore_nulls=True,
    )
    return pl.when(found != "").then(found)

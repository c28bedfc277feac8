"""What an order of several lines still waits with: the products of the lines concerned."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Facts, fact
from kshop_audit.facts.lines import GIVEN_UP, LEFT
from kshop_audit.facts.shipments import PICKUP, waybill_rows
from kshop_audit.facts.tables import Tables
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms

PRODUCTS = "_products"
_BETWEEN = ", "


@fact
def products_to_ship(facts: Facts) -> pl.LazyFrame:
    """order_id → _products (String, ids in order, with commas): of the lines that were neither
    given up nor shipped by as-of. Where a state says of some of them that they left, and not when,
    the others alone are named.
    """
    lines = _lines(facts.tables, facts.terms)
    left = pl.col("status").is_in(LEFT).fill_null(False) & pl.col("shipped_at").is_null()
    return _named(lines.filter(~pl.col("_sent")), ~left)


@fact
def products_to_pick_up(facts: Facts, unsent: bool) -> pl.LazyFrame:
    """order_id → _products, as in `products_to_ship`: of the lines that were not picked up by
    as-of. `unsent`: also of those that were not even shipped; without them only where none was.
    """
    lines = _lines(facts.tables, facts.terms)
    return _named(lines.filter(~pl.col("_picked")), pl.lit(unsent) | pl.col("_sent"))


def _named(lines: pl.LazyFrame, first: pl.Expr) -> pl.LazyFrame:
    """The products of each order's lines for which `first` holds; if there are none, of all."""
    kept = lines.filter(first | ~first.any().over("order_id"))
    ids = pl.col("product_id").drop_nulls().unique().sort()
    return kept.group_by("order_id").agg(ids.str.join(_BETWEEN).alias(PRODUCTS))


def _lines(tables: Tables, terms: Terms) -> pl.LazyFrame:
    """The lines that were not given up before they left: order_id, product_id, status, and whether
    they were _sent and _picked up by as-of, by their own times or those of the waybill they name.
    """
    lines = tables.rows(Kind.ORDERS).select(
        "order_id", "product_id", "status", "tracking_no", "shipped_at", "picked_up_at",
        given_up=GIVEN_UP & pl.col("shipped_at").is_null(),
    )  # fmt: skip
    if Kind.SHIPMENTS in tables.frames:
        waybills = waybill_rows(tables).select(
            "order_id", "tracking_no", _shipped="shipped_at", _picked_up=PICKUP
        )
        of_each = waybills.group_by("order_id", "tracking_no").agg(
            pl.col("_shipped").min(), pl.col("_picked_up").min()
        )
        lines = lines.join(of_each, on=["order_id", "tracking_no"], how="left")
    else:
        never = pl.lit(None, pl.Datetime("ms"))
        lines = lines.with_columns(_shipped=never, _picked_up=never)
    sent = pl.min_horizontal("shipped_at", "_shipped") <= terms.last
    picked = pl.min_horizontal("picked_up_at", "_picked_up") <= terms.last
    return lines.filter(~pl.col("given_up")).with_columns(
        _sent=sent.fill_null(False), _picked=picked.fill_null(False)
    )

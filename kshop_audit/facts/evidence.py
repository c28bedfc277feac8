"""Evidence filed for an appeal: what it lacks (S2-13, S2-14), and what could not be compared."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts.text import normalised


def checked(filed: pl.LazyFrame, ordered: pl.LazyFrame, shop: str | None) -> pl.LazyFrame:
    """One row a violation ticket that evidence was filed for.

    `filed`: the canonical table, one row a ticket and product; `ordered`: violation_id with
    order_paid_at, order_product and order_title as far as the inputs have them; `shop`: the name
    that the invoice must bear. Columns: violation_id, `flaws` and `unchecked` (String: codes joined
    by a space, null when there are none). Evidence holds when it has neither; what could not be
    compared is no flaw, and no proof either.
    """
    rows = filed.join(ordered, on="violation_id", how="left")
    flaws, unchecked = _flaws(shop), _unchecked(shop)
    found = rows.group_by("violation_id").agg(
        check.fill_null(False).any().alias(name) for name, check in (flaws | unchecked).items()
    )
    return found.select("violation_id", flaws=_codes(flaws), unchecked=_codes(unchecked))


def _codes(names: dict[str, pl.Expr]) -> pl.Expr:
    found = pl.concat_str(
        [pl.when(pl.col(name)).then(pl.lit(name)) for name in names],
        separator=" ",
        ignore_nulls=True,
    )
    return pl.when(found != "").then(found)


def _same_goods() -> pl.Expr:
    """Boolean: the goods of the invoice are those of the order; null where that is not known."""
    goods, title = normalised(pl.col("product")), normalised(pl.col("order_title"))
    alike = title.str.contains(goods, literal=True) | goods.str.contains(title, literal=True)
    by_id = (pl.col("product") == pl.col("order_product")).fill_null(False)
    return pl.when(by_id).then(pl.lit(True)).otherwise(alike)


def _sold_at() -> pl.Expr:
    return pl.coalesce("sold_at", "order_paid_at")


def _flaws(shop: str | None) -> dict[str, pl.Expr]:
    named, bought = pl.col("invoice_name"), pl.col("purchased_at")
    return {
        "invoice_missing": named.is_null(),
        "invoice_name": named != shop if shop else pl.lit(False),
        "goods_missing": pl.col("product").is_null(),
        "goods_differ": ~_same_goods(),
        "purchase_missing": bought.is_null(),
        # An invoice bears a date: bought on the day of the sale is not before it (N4).
        "purchase_not_before_sale": bought.dt.date() >= _sold_at().dt.date(),
        "receipt_missing": pl.col("express_receipt").is_null(),
    }


def _unchecked(shop: str | None) -> dict[str, pl.Expr]:
    return {
        "shop_unknown": pl.col("invoice_name").is_not_null() & pl.lit(not shop),
        "goods_unknown": pl.col("product").is_not_null() & _same_goods().is_null(),
        "sale_unknown": pl.col("purchased_at").is_not_null() & _sold_at().is_null(),
    }

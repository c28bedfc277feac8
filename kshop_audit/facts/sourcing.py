"""What shipments show when goods come straight from another seller; signs of it, never a proof."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import polars as pl

from kshop_audit.facts import Facts, fact
from kshop_audit.facts.waybills import shipped_orders
from kshop_audit.tables import FILE, ROW

SIGNS = (
    "picked_up_first", "signed_soon", "picked_up_unpaid", "waybill_shared", "other_carrier",
)  # fmt: skip


@fact(shared=True)
def sourcing(facts: Facts, rule: str, combined_days: int) -> pl.LazyFrame:
    """One row an order shipped in the window of the rule, with the signs that it shows.

    `rule`: whose window and options ahead_hours, signed_hours, own_percent, others_percent and
    least_orders apply. `combined_days`: see `waybills.shipped_orders`. Columns: order_id,
    shipped_at, picked_up_at, signed_at, tracking_no, one Boolean a sign of SIGNS (never null: what
    an export does not hold shows nothing), `why` (String: the signs joined by a space, null when
    none), _file, _row.
    """
    number = partial(facts.terms.number, rule)
    uploaded = pl.col("shipped_at")
    recent = uploaded.is_between(facts.terms.since(rule), facts.terms.last)
    least_orders = number("least_orders")
    # One product comes with a courier that hardly any other product of the shop comes with.
    same, product = pl.len().over("product_id", "carrier"), pl.len().over("product_id")
    others, carried = pl.len() - product, pl.len().over("carrier") - same
    named = pl.col("product_id").is_not_null() & pl.col("carrier").is_not_null()
    enough = (product >= least_orders) & (others >= least_orders)
    own = same * 100 >= product * number("own_percent")
    foreign = carried * 100 < others * number("others_percent")
    signs = {
        # Whoever packs the goods knows the number before the courier has them.
        "picked_up_first": uploaded - pl.col("picked_up_at")
        > timedelta(hours=number("ahead_hours")),
        "signed_soon": pl.col("signed_at") - uploaded < timedelta(hours=number("signed_hours")),
        "picked_up_unpaid": pl.col("picked_up_at") < pl.col("paid_at"),
        "waybill_shared": pl.col("why").str.contains("K2|K4"),
        "other_carrier": named & enough & own & foreign,
    }
    found = pl.concat_str(
        [pl.when(pl.col(name)).then(pl.lit(name)) for name in SIGNS],
        separator=" ",
        ignore_nulls=True,
    )
    return (
        facts(shipped_orders, combined_days)
        .filter(recent)
        .with_columns(sign.fill_null(False).alias(name) for name, sign in signs.items())
        .with_columns(why=pl.when(found != "").then(found))
        .select(
            "order_id", "shipped_at", "picked_up_at", "signed_at", "tracking_no", *SIGNS, "why",
            FILE, ROW,
        )
    )  # fmt: skip


@fact
def sourcing_signs(facts: Facts, rule: str, combined_days: int) -> pl.LazyFrame:
    """One row a sign: pattern (its name), count (Int64, orders of `sourcing` that show it)."""
    return (
        facts(sourcing, rule, combined_days)
        .select(pl.col(SIGNS).sum().cast(pl.Int64))
        .unpivot(variable_name="pattern", value_name="count")
        .sort("pattern")
    )

"""Violation tickets and the evidence against them."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Facts, evidence, fact
from kshop_audit.facts.orders import orders
from kshop_audit.facts.tables import Tables, not_understood
from kshop_audit.model.knowledge import Why
from kshop_audit.model.schema import Kind
from kshop_audit.tables import FILE, ROW, WHY


def violation_rows(tables: Tables) -> pl.LazyFrame:
    """One row a violation and order, good or doubtful, without those that were appealed with
    success: the platform takes them back.

    Columns: the canonical ones and `doubt` (String, a value of `Why`): why it is not known whether
    the violation stands; null where it does.
    """
    good = tables.rows(Kind.VIOLATIONS)
    doubt = pl.when(not_understood("status")).then(pl.lit(Why.NOT_UNDERSTOOD.value))
    rows = good.with_columns(doubt=doubt)
    if Kind.VIOLATIONS in tables.doubtful:
        damaged = tables.doubtful_rows(Kind.VIOLATIONS).with_columns(doubt=WHY).drop(WHY)
        rows = pl.concat([rows, damaged], how="diagonal_relaxed")
    return rows.filter((pl.col("status") != "revoked").fill_null(True))


@fact
def no_source_tickets(facts: Facts) -> pl.LazyFrame:
    """Violation tickets for selling without a source of goods, up to as-of, with `flagged`: the
    orders each adds; an order named by two tickets is flagged once.

    A ticket of several rows adds its orders, or the quantity that it states where that is more.
    """
    kind = pl.col("kind").str.contains("无货源|no_source")
    later = (pl.col("notified_at") > facts.terms.last).fill_null(False)
    rows = violation_rows(facts.tables).filter((kind & ~later).fill_null(True))
    # A row that may not count flags nothing that another one does not flag.
    rows = rows.sort(pl.col("doubt").is_not_null(), maintain_order=True)
    one = pl.col("violation_id").is_not_null()
    several = one & (pl.len().over("violation_id") > 1)
    stated = pl.col("quantity").max().over("violation_id")
    first = pl.int_range(pl.len()).over("violation_id") == 0
    others = pl.len().over("violation_id") - 1
    named = pl.col("order_id").is_not_null() & (pl.col("quantity").is_null() | several)
    again = named & (pl.int_range(pl.len()).over("order_id", named) > 0)
    whole = several & first & stated.is_not_null()
    rest = pl.max_horizontal(stated - others, 1)
    single = pl.when(several).then(1).otherwise(pl.col("quantity").fill_null(1))
    return rows.with_columns(
        flagged=pl.when(whole).then(rest).when(again).then(0).otherwise(single)
    )


@fact
def violation_tickets(facts: Facts) -> pl.LazyFrame:
    """One row a violation ticket: violation_id, notified_at, points and study_points (of several
    rows the greatest, for each states those of the ticket), doubt, _file, _row.
    """
    rows = violation_rows(facts.tables)
    alone = pl.col("violation_id").is_null()
    summed = (
        rows.filter(~alone)
        .group_by("violation_id")
        .agg(
            pl.col("notified_at").min(),
            pl.col("points").max(),
            pl.col("study_points").max(),
            pl.col("doubt").min(),
            **{FILE: pl.col(FILE).min(), ROW: pl.col(ROW).min()},
        )
    )
    names = ("violation_id", "notified_at", "points", "study_points", "doubt", FILE, ROW)
    return pl.concat([summed.select(names), rows.filter(alone).select(names)])


@fact
def pending_violations(facts: Facts) -> pl.LazyFrame:
    """One row a violation ticket: violation_id, order_id (one of them), notified_at, pending
    (Boolean: not settled; null where the state is not understood or a row of it could not be
    read), _file, _row.
    """
    rows = violation_rows(facts.tables)
    pending = pl.col("status").is_in(("open", "appealing")) & pl.col("doubt").is_null()
    state = pl.when(pl.col("doubt").is_null()).then(pending)
    alone = pl.when(pl.col("violation_id").is_null()).then(pl.struct(FILE, ROW))
    return (
        rows.with_columns(_pending=state, _alone=alone)
        .group_by("violation_id", "_alone")
        .agg(
            pl.col("order_id").min(),
            pl.col("notified_at").min(),
            pending=pl.when(pl.col("_pending").fill_null(False).any())
            .then(pl.lit(True))
            .when((~pl.col("_pending")).fill_null(False).all())
            .then(pl.lit(False)),
            **{FILE: pl.col(FILE).min(), ROW: pl.col(ROW).min()},
        )
        .drop("_alone")
    )


@fact
def appeals(facts: Facts) -> pl.LazyFrame:
    """Open violation tickets, and those that may be, with what the evidence filed for them lacks:
    `filed` (true, null without any), `flaws` and `unchecked` (see `evidence.checked`); paid_fen of
    the order they name; `fraud` (Boolean: for fraudulent shipment, which the buyer is compensated
    for); `doubt` (see `violation_rows`). Without a column of states all are open.
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
    tickets = violation_rows(facts.tables).filter(pending).join(named, on="order_id", how="left")
    known = tickets.select("violation_id", "order_paid_at", "order_product", "order_title")
    filed = evidence.checked(
        facts.tables.rows(Kind.EVIDENCE), known, facts.terms.settings.shop
    ).with_columns(filed=pl.lit(True))
    return tickets.join(filed, on="violation_id", how="left").with_columns(fraud=fraud)


@fact
def advances(facts: Facts) -> pl.LazyFrame:
    """Violation tickets by which the platform asks back what it paid to a buyer, or may."""
    kind = pl.col("kind").str.contains("赔付|垫付|advance")
    return violation_rows(facts.tables).filter(
        kind.fill_null(pl.col("doubt") == Why.NOT_READABLE.value).fill_null(False)
    )

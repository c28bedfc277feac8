"""Waybills with the orders that share them."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from kshop_audit.facts import Facts, fact
from kshop_audit.facts.orders import perhaps_shipped, possible_orders, span_of
from kshop_audit.facts.shipments import ENOUGH, covered, imprecise_shipments, waybill_rows
from kshop_audit.facts.spans import LATEST, span
from kshop_audit.facts.tables import Tables
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.tables import FILE, ROW

SENT = (
    "order_id", "paid_at", "picked_up_at", "signed_at", "tracking_no", "carrier", "product_id",
    "doubt", "waybill_doubt", "unclear", "outdated", "may_have_left", FILE, ROW,
)  # fmt: skip
"""The columns of orders that a shipped order keeps."""


@fact(shared=True)
def shipped_orders(facts: Facts, combined_days: int) -> pl.LazyFrame:
    """One row an order with a shipment, and what speaks against its waybills.

    `combined_days`: orders of one waybill may be shipped so many days apart. An order is shipped
    when it or one of its waybills is. Partners are looked for in all rows up to as-of; orders
    shipped later have none. Columns: SENT, shipped_at (and its twin; null where nobody tells when
    or whether the order was shipped), `why` (String, joined clause ids K2 K3 K4 K6 S1-02, null when
    nothing), suspect (Boolean: nobody can tell whether there is more), unlisted (Boolean: because
    the shipments file lacks the order). A check whose column is absent finds nothing.
    """
    tables, terms = facts.tables, facts.terms
    uploaded, paid = span_of(tables, "uploaded_at"), span_of(tables, "paid_at")
    picked = span_of(tables, "picked_up_at")
    shipped = pl.col("has_shipped_at").fill_null(False)
    ends = {"shipped_at": uploaded.early}
    if not uploaded.precise:
        ends["shipped_at" + LATEST] = uploaded.late
    sent = (
        facts(possible_orders)
        .filter(shipped | perhaps_shipped(terms))
        .select(
            *SENT, **ends,
            unlisted=_unlisted(tables, terms),
            k3=(picked.late < paid.early).fill_null(False),
            maybe_k3=(picked.early < paid.late).fill_null(False),
        )
    )  # fmt: skip
    flaws = _shared(sent.filter(pl.col("shipped_at") <= terms.last), tables, combined_days)
    own, listed = (_names_waybills(tables, kind) for kind in (Kind.ORDERS, Kind.SHIPMENTS))
    named = pl.lit(own) | (~pl.col("unlisted") & listed)
    k6 = pl.col("k6").fill_null(False)
    suspect = pl.col("unlisted") | (pl.col("maybe_k3") & ~pl.col("k3"))
    suspect = suspect | (pl.col("maybe_k6").fill_null(False) & ~k6)
    bare = pl.col("tracking_no").is_null() & named
    return (
        _with_doubtful_partners(sent.join(flaws, on="order_id", how="left"), tables)
        .with_columns(
            why=_joined(
                K2=pl.col("k2"), K3=pl.col("k3"), K4=pl.col("k4"), K6=k6, **{"S1-02": bare}
            ),
            suspect=suspect | pl.col("_partner"),
        )
        .drop("k2", "k3", "k4", "k6", "maybe_k3", "maybe_k6", "_partner")
    )


def _unlisted(tables: Tables, terms: Terms) -> pl.Expr:
    """Boolean: the shipments file may hold of other orders what nobody tells of this one: its
    waybill or its pickup.
    """
    if Kind.SHIPMENTS not in tables.frames:
        return pl.lit(False)
    complete = covered(pl.col("uploaded_at"), Kind.SHIPMENTS, terms)
    lacking = ~pl.col("pickup_known")
    if not _names_waybills(tables, Kind.ORDERS):
        lacking = lacking | pl.col("tracking_no").is_null()
    return (~pl.col("listed") & ~complete & lacking & pl.col("has_shipped_at")).fill_null(False)


def _shared(sent: pl.LazyFrame, tables: Tables, combined_days: int) -> pl.LazyFrame:
    """order_id → k2, k4, k6, maybe_k6 (Booleans): what its waybills share with other orders.

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
    latest = tables.at_latest(Kind.ORDERS, "shipped_at")
    partners = several.join(
        lines.select("order_id", "shipped_at", "shop_id", place=place, end=latest), on="order_id"
    ).with_columns(
        shipped_at=pl.coalesce("shipped_at", "first_at"), end=pl.coalesce("end", "first_end")
    )
    apart = timedelta(days=combined_days)
    waybills = partners.group_by("tracking_no").agg(
        k2=pl.col("place").drop_nulls().n_unique() > 1,
        k4=pl.col("shop_id").drop_nulls().n_unique() > 1,
        k6=pl.col("shipped_at").max() - pl.col("end").min() > apart,
        maybe_k6=pl.col("end").max() - pl.col("shipped_at").min() > apart,
    )
    return (
        several.join(waybills, on="tracking_no")
        .group_by("order_id")
        .agg(pl.col("k2", "k4", "k6", "maybe_k6").any())
    )


def _first_shipped(sent: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """order_id → first_at and first_end, of the orders of other shops in the same files too."""
    first = span("shipped_at", precise=not imprecise_shipments(tables))
    own = sent.select("order_id", first_at=first.early, first_end=first.late)
    if tables.partners is None:
        return own
    theirs = tables.partners.lazy()
    names = tables.partners.collect_schema().names()
    at = pl.col("shipped_at") if "shipped_at" in names else pl.lit(None, pl.Datetime("ms"))
    theirs = theirs.group_by("order_id").agg(first_at=at.min(), first_end=at.min())
    return pl.concat([own, theirs.join(own, on="order_id", how="anti")])


def _with_doubtful_partners(sent: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """With _partner (Boolean): a row that could not be read has a waybill of the order."""
    kinds = [kind for kind in (Kind.ORDERS, Kind.SHIPMENTS) if kind in tables.doubtful]
    if not kinds:
        return sent.with_columns(_partner=pl.lit(False))
    numbers = pl.concat([tables.doubtful_rows(kind).select("tracking_no") for kind in kinds])
    numbers = numbers.filter(pl.col("tracking_no").is_not_null()).unique()
    names = ("order_id", "tracking_no")
    used = pl.concat([tables.rows(Kind.ORDERS).select(names), waybill_rows(tables).select(names)])
    touched = used.join(numbers, on="tracking_no", how="semi").select("order_id").unique()
    joined = sent.join(touched.with_columns(_partner=pl.lit(True)), on="order_id", how="left")
    return joined.with_columns(pl.col("_partner").fill_null(False))


def _names_waybills(tables: Tables, kind: Kind) -> bool:
    """Whether the files of the kind have waybills; a column without any of several is missing."""
    frame = tables.frames.get(kind)
    if frame is None or not tables.has(kind, "tracking_no"):
        return False
    return frame["tracking_no"].null_count() < max(frame.height, ENOUGH)


def _joined(**checks: pl.Expr) -> pl.Expr:
    """The names of the checks that hold, joined by a space; null when none does."""
    found = pl.concat_str(
        [pl.when(check).then(pl.lit(name)) for name, check in checks.items()],
        separator=" ",
        ignore_nulls=True,
    )
    return pl.when(found != "").then(found)

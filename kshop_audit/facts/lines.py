"""The lines of an order as one order, and what may be true of it where they leave it open."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from kshop_audit.facts.merging import (
    Merge,
    all_are,
    greatest,
    least,
    merged,
    one_is,
    rows_of_it,
    total,
)
from kshop_audit.facts.shipments import imprecise_pickups, imprecise_shipments, waybill_rows
from kshop_audit.facts.spans import LATEST
from kshop_audit.facts.tables import Tables, not_understood
from kshop_audit.model.schema import Kind
from kshop_audit.tables import FILE, RAW_SUFFIX, ROW

ONE = ("status", "carrier", "province", "product_id", "buyer_id")
"""Columns that an order takes from one of its lines: the least, so that row order never matters."""

LEFT = ("shipped", "received", "completed")
"""States that an order has only once it was shipped."""

CLOSED, COMPLETED = pl.col("status") == "closed", pl.col("status") == "completed"
REFUNDED = pl.col("aftersale_state") == "refunded"
GIVEN_UP = (CLOSED | REFUNDED).fill_null(False)
"""The line was closed or refunded: without a time it was cancelled before it was shipped."""
UNTIMED = pl.col("shipped_at").is_null() & ~GIVEN_UP


def together(tables: Tables, old_files: Sequence[int] = ()) -> pl.LazyFrame:
    """One row an order of the orders files, its lines put together.

    Of the lines that were not given up and have no shipping time (`untimed`: there is one): the
    order may_have_left (a state says shipped, or no state is known), may_wait or must_wait,
    may_be_gone (all of these lines may have been cancelled), and is unclear (a state is not known)
    or outdated (the line stands in one of `old_files`, so that its state says nothing any more);
    lines_sent_at is the last time of the others.
    """
    columns = _columns(tables)
    old = pl.col(FILE).is_in(list(old_files)) if old_files else None
    open_states = _open_states(tables) or old is not None
    if open_states:
        columns |= _chances(tables, pl.lit(False) if old is None else old)
    whole = merged(tables.rows(Kind.ORDERS), columns, alone=Kind.ORDERS in tables.single)
    whole = whole.with_columns(completed=pl.col("done") & pl.col("one_completed"))
    if not open_states:
        never, waits = pl.lit(False), pl.col("untimed")
        whole = whole.with_columns(
            may_have_left=never, may_wait=waits, must_wait=waits, may_be_gone=never, unclear=never,
            outdated=never,
        )  # fmt: skip
    return _with_lines(whole.drop("one_completed"), tables)


def _columns(tables: Tables) -> dict[str, Merge]:
    """How each column of an order is put together from its lines."""
    flag = pl.col("is_presale")
    deposit = pl.col("deposit_paid_at").is_not_null()
    return {
        **{name: least(pl.col(name)) for name in ("paid_at", "created_at", "picked_up_at")},
        "finished_at": greatest(pl.col("finished_at")),
        **{name: least(pl.col(name)) for name in ONE},
        "lines": rows_of_it(),
        "lines_sent_at": greatest(pl.col("shipped_at")),
        "untimed": one_is(UNTIMED),
        "promised_at": least(pl.col("promised_ship_at")),
        "own_waybill": least(pl.col("tracking_no")),
        "uploaded_at": least(pl.col("shipped_at")),
        "signed_at": least(pl.col("received_at")),
        "presale_given": one_is(flag.is_not_null()),
        "presale": one_is(pl.when(flag.is_not_null()).then(flag).otherwise(deposit)),
        "reported": one_is(pl.col("force_majeure")),
        "status_known": all_are(pl.col("status").is_not_null()),
        "paid_fen": total(pl.col("paid_amount")),
        "unpriced": one_is(pl.col("paid_amount").is_null()),
        "commission_fen": total(pl.col("commission")),
        "postage_fen": least(pl.col("postage")),
        "closed": all_are(CLOSED),
        "one_completed": one_is(COMPLETED),
        "undated": one_is(COMPLETED & pl.col("finished_at").is_null()),
        "done": all_are(pl.col("status").is_in(("completed", "closed"))),
        "refunded": all_are(REFUNDED),
        "refunded_in_part": one_is(REFUNDED),
        "called_off": all_are(GIVEN_UP),
        **_latest(tables),
        FILE: least(pl.col(FILE)),
        ROW: least(pl.col(ROW)),
    }


def _open_states(tables: Tables) -> bool:
    """Whether the state of some line without a shipping time leaves open what became of it."""
    frame = tables.frames.get(Kind.ORDERS)
    if frame is None or "status" not in frame.columns:
        return False
    if "shipped_at" in frame.columns and not frame["shipped_at"].null_count():
        return False
    state = frame["status"]
    waiting = frame["shipped_at"].is_null() if "shipped_at" in frame.columns else True
    strange = "aftersale_state" + RAW_SUFFIX in frame.columns
    return strange or bool(((state.is_null() | state.is_in(LEFT)) & waiting).any())


def _chances(tables: Tables, old: pl.Expr) -> dict[str, Merge]:
    stated = tables.from_files_with(Kind.ORDERS, "status")
    unknown = pl.col("status").is_null() & stated
    no_state = unknown | old
    left = pl.col("status").is_in(LEFT).fill_null(False)
    strange = not_understood("aftersale_state")
    vague = no_state | strange
    # An order is called shipped, on each of its lines, as soon as one of them has left.
    called = UNTIMED & (pl.col("status") == "shipped").fill_null(False)
    others = pl.col("shipped_at").is_not_null().any()
    may_have_left, must_wait = UNTIMED & (left | no_state), UNTIMED & ~left & ~vague
    return {
        "may_have_left": Merge(
            may_have_left, (may_have_left & ~called).any() | (called.any() & ~others)
        ),
        "may_wait": Merge(UNTIMED & ~left, (UNTIMED & ~left).any() | (called.any() & others)),
        "must_wait": Merge(must_wait, must_wait.any() | ((called & ~vague).any() & others)),
        "may_be_gone": all_are(~UNTIMED | vague),
        "unclear": one_is(UNTIMED & (unknown | strange)),
        "outdated": one_is(UNTIMED & old),
    }


def _latest(tables: Tables) -> dict[str, Merge]:
    """The twins of times that are not precise."""

    def latest(name: str) -> pl.Expr:
        return tables.at_latest(Kind.ORDERS, name)

    columns: dict[str, Merge] = {}
    if tables.imprecise(Kind.ORDERS, "paid_at"):
        columns["paid_at" + LATEST] = least(latest("paid_at"))
    if tables.imprecise(Kind.ORDERS, "promised_ship_at"):
        columns["promised_at" + LATEST] = least(latest("promised_ship_at"))
    if imprecise_pickups(tables):
        columns["picked_up_at" + LATEST] = least(latest("picked_up_at"))
    if imprecise_shipments(tables):
        columns["uploaded_at" + LATEST] = least(latest("shipped_at"))
        columns["lines_sent_at" + LATEST] = greatest(latest("shipped_at"))
    if imprecise_pickups(tables):
        columns["picked_up_at" + LATEST] = least(latest("picked_up_at"))
    return columns


def _with_lines(whole: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """With the refunds of a file of lines: it knows of each what became of it, and the file of
    orders may not.
    """
    if not tables.line_files:
        return whole
    lines = tables.order_lines().group_by("order_id").agg(_lines=REFUNDED.fill_null(False).all())
    refunded = pl.col("refunded") | pl.col("_lines").fill_null(False)
    joined = whole.join(lines, on="order_id", how="left")
    return joined.with_columns(refunded=refunded).drop("_lines")


def untimed_lines(tables: Tables) -> pl.LazyFrame:
    """order_id → _filled (and its twin): when the last line without a time of its own left, of
    orders of several lines. A line left with the waybill that it names, else with the first one.
    """
    sent = waybill_rows(tables).select(
        "order_id",
        "tracking_no",
        _at="shipped_at",
        _at_latest=tables.at_latest(Kind.SHIPMENTS, "shipped_at"),
    )
    first = sent.group_by("order_id").agg(
        _first=pl.col("_at").min(), _end=pl.col("_at_latest").min()
    )
    named = sent.group_by("order_id", "tracking_no").agg(
        _named=pl.col("_at").min(), _named_end=pl.col("_at_latest").min()
    )
    several = pl.col("order_id").is_duplicated()
    lines = tables.rows(Kind.ORDERS).filter(several).filter(UNTIMED)
    found = (
        lines.select("order_id", "tracking_no")
        .join(named, on=["order_id", "tracking_no"], how="left")
        .join(first, on="order_id", how="left")
        .with_columns(at=pl.coalesce("_named", "_first"), end=pl.coalesce("_named_end", "_end"))
    )
    known = pl.col("at").is_not_null().all()
    return found.group_by("order_id").agg(
        pl.when(known).then(pl.col("at").max()).alias("_filled"),
        pl.when(known).then(pl.col("end").max()).alias("_filled" + LATEST),
    )

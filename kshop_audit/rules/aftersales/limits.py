"""By when a refund ticket must be handled: limits of the platform as expressions over tickets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

import polars as pl

from kshop_audit.facts import Tables
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit.lengths import TicketMoment, moment

LIMITS = "refund-deadlines"
"""The rule whose options are the limits."""


def _hours(terms: Terms) -> dict[str, timedelta]:
    """The limits of an answer by the type of a ticket and whether its goods had left."""
    return {
        name: timedelta(hours=terms.number(LIMITS, f"{name}_hours"))
        for name in ("refund_only", "refund_only_shipped", "return_refund")
    }


def least_limit(terms: Terms) -> timedelta:
    """The least time that any ticket has until it must be answered."""
    return min(_hours(terms).values())


def answer_due(terms: Terms) -> pl.Expr:
    """Datetime: by when the application must be answered (handbook 3.5.4).

    Needs type, applied_at, picked_up_at. "Shipped" is judged by the courier's pickup, not by the
    waybill (S3-14, H2).
    """
    hours = _hours(terms)
    picked = (pl.col("picked_up_at") <= pl.col("applied_at")).fill_null(False)
    limit = (
        pl.when(pl.col("type") == "return_refund").then(pl.lit(hours["return_refund"]))
        .when(picked).then(pl.lit(hours["refund_only_shipped"]))
        .otherwise(pl.lit(hours["refund_only"]))
    )  # fmt: skip
    return pl.col("applied_at") + limit


def answer_dues(tables: Tables, terms: Terms) -> TicketMoment:
    """By when the application must be answered, at the earliest and at the latest: as far as its
    type, its time and the pickup are known.

    Needs besides: pickup_open (Boolean: no file tells whether the order was picked up).
    """
    hours = _hours(terms)
    applied = moment(tables, "applied_at")
    returned, only = (pl.col("type") == name for name in ("return_refund", "refund_only"))
    picked = _picked(tables, applied)
    spot, shipped = hours["refund_only"], hours["refund_only_shipped"]

    def limit(of: Callable[[Iterable[timedelta]], timedelta]) -> pl.Expr:
        return (
            pl.when(returned).then(pl.lit(hours["return_refund"]))
            .when(only & picked).then(pl.lit(shipped))
            .when(only & ~picked).then(pl.lit(spot))
            .when(only).then(pl.lit(of((spot, shipped))))
            .otherwise(pl.lit(of(hours.values())))
        )  # fmt: skip

    return TicketMoment(applied.earliest + limit(min), applied.latest + limit(max))


def _picked(tables: Tables, applied: TicketMoment) -> pl.Expr:
    """Boolean: picked up by the application; null where the files do not tell."""
    rough = tables.imprecise(Kind.ORDERS, "picked_up_at") or tables.imprecise(
        Kind.SHIPMENTS, "picked_up_at", "node_at"
    )
    picked = pl.col("picked_up_at")
    latest = picked + timedelta(days=1) if rough else picked
    return (
        pl.when(latest <= applied.earliest)
        .then(pl.lit(True))
        .when((picked > applied.latest) | (picked.is_null() & ~pl.col("pickup_open")))
        .then(pl.lit(False))
    )


def next_due(terms: Terms) -> pl.Expr:
    """Datetime: by when the shop must do its next step on an open ticket; null where it is not its
    turn or no limit is published (a rejected ticket).

    The export's own deadline stands before every computed one. Needs besides: deadline_at,
    agreed_at, return_signed_at, turned_down, refund.
    """
    explicit = pl.col("deadline_at")
    if LIMITS not in terms.pack.rules:
        return explicit
    back = pl.col("return_signed_at").is_not_null()
    refused = pl.col("turned_down").fill_null(False)
    waiting = pl.col("refund") & pl.col("agreed_at").is_null() & ~refused
    return pl.coalesce(
        explicit,
        pl.when(back).then(return_due(terms)),
        pl.when(waiting).then(answer_due(terms)),
    )


def return_due(terms: Terms) -> pl.Expr:
    """Datetime: by when the money must be returned once the goods are back; null before that."""
    return pl.col("return_signed_at") + timedelta(hours=terms.number(LIMITS, "return_signed_hours"))


def return_waits(terms: Terms) -> pl.Expr:
    """Boolean: the goods came back, and the ticket is neither over nor refused by as-of; null where
    its type or state is not known.
    """
    later = (pl.col("finished_at") > terms.last).fill_null(False)
    over = (pl.col("ended") & ~later) | (pl.col("status") == "rejected")
    waits = (pl.col("type") == "return_refund") & ~over
    return pl.when(pl.col("doubt").is_null() | ~waits).then(waits)

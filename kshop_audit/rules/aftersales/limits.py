"""By when a refund ticket must be handled: limits of the platform as expressions over tickets."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from kshop_audit.model.settings import Terms

LIMITS = "refund-deadlines"
"""The rule whose options are the limits."""


def answer_due(terms: Terms) -> pl.Expr:
    """Datetime: by when the application must be answered (handbook 3.5.4).

    Needs type, applied_at, picked_up_at. "Shipped" is judged by the courier's pickup, not by the
    waybill (S3-14, H2).
    """
    hours = {
        name: timedelta(hours=terms.number(LIMITS, f"{name}_hours"))
        for name in ("refund_only", "refund_only_shipped", "return_refund")
    }
    picked = (pl.col("picked_up_at") <= pl.col("applied_at")).fill_null(False)
    limit = (
        pl.when(pl.col("type") == "return_refund").then(pl.lit(hours["return_refund"]))
        .when(picked).then(pl.lit(hours["refund_only_shipped"]))
        .otherwise(pl.lit(hours["refund_only"]))
    )  # fmt: skip
    return pl.col("applied_at") + limit


def next_due(terms: Terms) -> pl.Expr:
    """Datetime: by when the shop must do its next step on an open ticket; null where it is not its
    turn or no limit is published (a rejected ticket).

    The export's own deadline stands before every computed one. Needs besides: deadline_at,
    agreed_at, return_signed_at, turned_down, refund.
    """
    explicit = pl.col("deadline_at")
    if LIMITS not in terms.pack.rules:
        return explicit
    unpack = timedelta(hours=terms.number(LIMITS, "return_signed_hours"))
    back = pl.col("return_signed_at").is_not_null()
    waiting = pl.col("refund") & pl.col("agreed_at").is_null() & ~pl.col("turned_down")
    return pl.coalesce(
        explicit,
        pl.when(back).then(pl.col("return_signed_at") + unpack),
        pl.when(waiting).then(answer_due(terms)),
    )

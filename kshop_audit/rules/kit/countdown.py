"""How much time is left until a deadline."""

from __future__ import annotations

import polars as pl

from kshop_audit.model.settings import Terms


def hours_left(deadline: pl.Expr, terms: Terms) -> pl.Expr:
    """Int64: whole hours from as-of to the deadline, 0 when it is over, null without one."""
    left = (deadline - terms.as_of).dt.total_hours()
    return pl.when(deadline > terms.as_of).then(left).when(deadline.is_not_null()).then(0)

"""What became of the units of each natural day: all that totals and days of a rule come from."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from kshop_audit.plan.query import (
    AGAINST,
    CODE,
    DENOMINATOR,
    HIT,
    MISS,
    NUMERATOR,
    PENDING,
)
from kshop_audit.rules.kit.shapes import Ratio, Tally

LEAST, MOST = "/least", "/most"
"""Suffixes under which the two ends of a sum are collected."""

_CODES, _NO_DAY = 256, -(2**22)
"""Room for the codes of a day in one Int32, and what stands there for no day."""


def counts(frame: pl.LazyFrame, shape: Ratio | Tally, rule: str) -> pl.LazyFrame:
    """What became of the units of each natural day: all that a rule's totals and days come from.

    rule, day (Date; null without a time), code (UInt8, see `units`), units, numerator, denominator
    and against (Int64), first and last (Datetime): of units whose time still runs the earliest and
    the latest deadline, else null.
    """
    when = pl.col(shape.at).dt.date().to_physical() if shape.at else pl.lit(None, pl.Int32)
    # One number groups in half of the time that two columns take.
    groups = frame.group_by(_place=when.fill_null(_NO_DAY) * _CODES + pl.col(CODE))
    units, code = pl.len().cast(pl.Int64).alias("units"), (pl.col("_place") % _CODES)
    day = pl.col("_place") // _CODES
    known = (
        pl.lit(rule).alias("rule"),
        pl.when(day != _NO_DAY).then(day).cast(pl.Date).alias("day"),
        code.cast(pl.UInt8).alias("code"),
        "units",
    )
    if isinstance(shape, Tally):
        sums = {"numerator": NUMERATOR, "denominator": DENOMINATOR, "against": AGAINST}
        added = (pl.col(column).sum().cast(pl.Int64).alias(name) for name, column in sums.items())
        none = (pl.lit(None, pl.Datetime("ms")).alias(name) for name in ("first", "last"))
        return groups.agg(units, *added).select(*known, *sums, *none)
    hits, misses = (pl.when(code == one).then("units").otherwise(0) for one in (HIT, MISS))
    return groups.agg(units, **_deadlines(shape)).select(
        *known,
        numerator=hits,
        denominator=hits + misses,
        against=hits if shape.offence else misses,
        first="first",
        last="last",
    )


def _deadlines(shape: Ratio) -> dict[str, pl.Expr]:
    """The earliest and the latest deadline of the units whose time still runs."""
    deadline = shape.evidence.deadline
    if deadline is None or not (shape.excluded_column or "pending" in shape.excluded):
        return dict.fromkeys(("first", "last"), pl.lit(None, pl.Datetime("ms")).first())
    open_ = pl.when(pl.col(CODE) == PENDING).then(deadline.cast(pl.Datetime("ms")))
    return {"first": open_.min(), "last": open_.max()}


def ends(shape: Tally) -> dict[str, Tally]:
    """LEAST and MOST → the sum of the least and of the most amounts of the units; the weight of
    LEAST counts the units of which the amount is not exact. None where all amounts are.
    """
    least, most = shape.least, shape.most
    if least is None or most is None:
        return {}
    open_ = ((least < most) & shape.amount.is_not_null()).fill_null(False).cast(pl.Int64)
    return {
        LEAST: replace(shape, amount=least, weight=open_, slow=None),
        MOST: replace(shape, amount=most, slow=None),
    }


def totals(counted: pl.DataFrame) -> pl.DataFrame:
    """`counts` of all days together: one row a rule and code."""
    return counted.drop("day", "first", "last").group_by("rule", "code").sum()


def days(counted: pl.DataFrame) -> pl.DataFrame:
    """The rows of `counts` that make the table of days: units that count or may count, and those
    whose time still runs.
    """
    return counted.filter((pl.col("code") >= HIT) | (pl.col("code") == PENDING)).sort(
        "rule", "day", "code"
    )

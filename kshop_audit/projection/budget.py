"""How many bad units can still be borne, and when the pace of the last days uses them up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

from kshop_audit.judging.scoring import Number
from kshop_audit.model.forecast import Budget, RunsOut
from kshop_audit.model.metadata import Operator, Target
from kshop_audit.model.report import RuleResult, Status
from kshop_audit.projection.pace import LAST, LEAST
from kshop_audit.projection.series import DAY, DaySeries
from kshop_audit.projection.showing import number

ENOUGH = 3
"""A warning rests on so many bad units."""


def budget_of(
    series: DaySeries,
    result: RuleResult,
    target: Target,
    closed: list[date],
    first_fail: Callable[[int], date | None],
) -> Budget | None:
    """The budget of a rule; None where bad units cannot be counted against a target.

    `first_fail`: the first failing day at the pace of so many of the last closed days.
    """
    if result.headroom is None or result.numerator is None or result.denominator is None:
        return None
    bad = _bad(result.numerator, result.denominator, target)
    whole = bad + result.headroom
    used = Fraction(bad, whole) if whole else None
    frozen = ends_early(series)
    short, long = (None, None)
    if result.status is Status.PASS and not frozen:
        short, long = first_fail(LEAST), first_fail(LAST)
    recent = series.of(closed[-LAST:])
    enough = _bad(recent.numerator, recent.denominator, target) >= ENOUGH
    return Budget(
        left=result.headroom,
        used=number(used),
        runs_out=RunsOut(_iso(short), _iso(long)),
        warning=short is not None and long is not None and enough,
        frozen=frozen,
    )


def ends_early(series: DaySeries) -> bool:
    """Whether the last whole day before as-of is missing from the files."""
    last = series.end - DAY
    missing = series.measured.missing_days
    return last in missing or last - DAY in missing


def _bad(numerator: Number, denominator: Number, target: Target) -> Number:
    return numerator if target.operator is Operator.AT_MOST else denominator - numerator


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()

"""Met or not, and the value, of a figure whose two ends are known: of today or of a coming day.

Figures that rest on a pace may hold parts of a unit; all is exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from kshop_audit.judging import scoring
from kshop_audit.judging.scoring import Number
from kshop_audit.model.metadata import Operator, Target
from kshop_audit.model.report import Status


@dataclass(frozen=True, slots=True)
class Extreme:
    """One end: the numerator and denominator it would have."""

    numerator: Number
    denominator: Number


def by_ends(ends: Iterable[Extreme], target: Target, scale: int) -> Status | None:
    """PASS or FAIL where all ends agree, else None."""
    outcomes = {_met(end, target, scale) for end in ends}
    if len(outcomes) == 1 and None not in outcomes:
        return Status.PASS if outcomes.pop() else Status.FAIL
    return None


def _met(end: Extreme, target: Target, scale: int) -> bool | None:
    if end.denominator == 0 and target.count_below is None:
        return None
    return scoring.met(end.numerator, end.denominator, target, scale)


def is_count(target: Target | None) -> bool:
    """Whether a target of "none" makes the value the numerator itself, and nothing is divided."""
    return target is not None and target.operator is Operator.NONE


def quotient(end: Extreme, scale: int, *, counted: bool) -> Fraction | None:
    """The value of a figure in the unit of its target: a ratio, hours, a mean, or the count itself.
    None where nothing was counted.
    """
    if counted:
        return Fraction(end.numerator) / scale
    if not end.denominator:
        return None
    return Fraction(end.numerator) / (end.denominator * scale)

"""How far from the target, in countable things (rulebook 5.1); exact arithmetic."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from kshop_audit.model.metadata import Operator, Target


def distance(
    numerator: int | Fraction, denominator: int | Fraction, target: Target
) -> tuple[int | None, int | None]:
    """(needed, headroom): good events until the target is met, bad ones that can still be borne.

    At-least targets count good events in the numerator, at-most targets bad ones. Both are None
    where nothing can be counted: an empty denominator, a target of 0 or 100 %.
    """
    line = target.fraction
    if denominator <= 0 or not 0 < line < 1:
        return None, None
    if target.operator is Operator.AT_LEAST:
        good, bad = Fraction(numerator), denominator - Fraction(numerator)
        return _pair(good, bad, line)
    if target.operator is Operator.AT_MOST:
        bad = Fraction(numerator)
        needed, headroom = _pair(denominator - bad, bad, 1 - line)
        if target.count_below is None:
            return needed, headroom
        borne = max(floor(target.count_below - 1 - bad), headroom)
        passing = numerator < target.count_below or needed == 0
        return (0 if passing else needed), (max(borne, 0) if passing else 0)
    return None, None


def _pair(good: Fraction, bad: Fraction, share: Fraction) -> tuple[int, int]:
    """Needed and headroom of a share of good events that must be reached."""
    total = good + bad
    missing = share * total - good
    if missing > 0:
        return ceil(missing / (1 - share)), 0
    return 0, floor(-missing / share)

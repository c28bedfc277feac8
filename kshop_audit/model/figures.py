"""Numbers as text that never contradict the verdict: rounding may not cross a line.

A value is rounded to as many decimals as it takes to stand on the same side of its target (and of
0 and 100 %) as the exact value: 79.996 % is never shown as 80.0 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from enum import Enum, auto
from fractions import Fraction
from typing import Protocol

from kshop_audit.model.limits import TargetRef
from kshop_audit.model.metadata import ValueUnit

_MOST_DECIMALS = 6
_SMALL = Fraction(1, 50)  # targets like 0.5 % or 0.35 % need a second decimal to be read at all
_SECONDS_PER_HOUR = 3600


class Valued(Protocol):
    """A rule's value with what is needed to show it."""

    @property
    def value(self) -> float | None:
        """As in the report."""

    @property
    def value_unit(self) -> ValueUnit | None:
        """As in the report."""

    @property
    def numerator(self) -> int | None:
        """As in the report."""

    @property
    def denominator(self) -> int | None:
        """As in the report."""

    @property
    def target(self) -> TargetRef | None:
        """As in the report."""


class Figure(Enum):
    """How the value of a rule is shown."""

    RATIO = auto()
    HOURS = auto()
    MEAN = auto()
    HITS = auto()  # rows that must not exist: the numerator says it, the ratio would hide it
    MONEY = auto()
    NUMBER = auto()


_BY_UNIT = {
    ValueUnit.RATIO: Figure.RATIO,
    ValueUnit.HOURS: Figure.HOURS,
    ValueUnit.RATING: Figure.MEAN,
    ValueUnit.MONEY: Figure.MONEY,
    ValueUnit.COUNT: Figure.NUMBER,
}
_DECLARED = (ValueUnit.HOURS, ValueUnit.RATING, ValueUnit.MONEY)
_BY_OPERATOR = {"none": Figure.HITS, "all": Figure.RATIO}


def figure(rule: Valued) -> Figure:
    """How a rule's value is shown: by its unit, and as hits where nothing may be counted."""
    unit = rule.value_unit
    if unit not in _DECLARED and rule.target is not None and rule.target.operator in _BY_OPERATOR:
        return _BY_OPERATOR[rule.target.operator]
    return _guessed(rule) if unit is None else _BY_UNIT[unit]


def _guessed(rule: Valued) -> Figure:
    """For a report saved before it held units: from the arithmetic of its integers."""
    own = rule.denominator and rule.numerator is not None
    if own and rule.value is not None:
        ratio = Fraction(rule.numerator or 0, rule.denominator or 1)
        if _close(ratio, rule.value):
            return Figure.RATIO if ratio <= 1 else Figure.MEAN
        hours = _close(ratio / _SECONDS_PER_HOUR, rule.value)
        return Figure.HOURS if hours else Figure.NUMBER
    share = rule.target is not None and rule.target.value is not None and rule.target.value <= 1
    return Figure.RATIO if own or share else Figure.NUMBER


def exact(rule: Valued) -> Fraction | None:
    """The value as the verdict saw it: from the integers where there are any, else the float."""
    kind = figure(rule)
    if kind is Figure.HITS:
        return _of_float(rule.value) if rule.numerator is None else Fraction(rule.numerator)
    if kind in (Figure.MONEY, Figure.NUMBER) or rule.numerator is None or not rule.denominator:
        return _of_float(rule.value)
    ratio = Fraction(rule.numerator, rule.denominator)
    if kind is Figure.RATIO and rule.value is not None and not _close(ratio, rule.value):
        return _of_float(rule.value)  # put together of several rates
    return ratio / _SECONDS_PER_HOUR if kind is Figure.HOURS else ratio


def line(target: TargetRef | None) -> Fraction | None:
    """The target as an exact number; None without one (all, none, no target)."""
    if target is None or target.value is None or target.operator not in (">=", "<="):
        return None
    return Fraction(target.value)


def show(value: Fraction, kind: Figure, edges: Iterable[Fraction] = ()) -> str:
    """A value without its unit (percent: already times 100), on its side of every edge."""
    if kind is Figure.RATIO:
        edges = tuple(edges)
        decimals = 2 if abs(value) < _SMALL or any(0 < e < _SMALL for e in edges) else 1
        return rounded(value * 100, decimals, [0, 100, *(edge * 100 for edge in edges)])
    if kind in (Figure.HITS, Figure.NUMBER) and value.denominator == 1:
        return f"{value.numerator:,}"
    return rounded(value, 1 if kind is Figure.HOURS else 2, [Fraction(0), *edges])


def trimmed(value: Fraction) -> str:
    """A given number (a target, a weight) with no more decimals than it has."""
    text = rounded(value, _MOST_DECIMALS, ())
    return text.rstrip("0").rstrip(".") if "." in text else text


def points(value: Decimal) -> str:
    """Points with two decimals; less than the full 5 never reads 5.00, and a gain never 0.00."""
    return rounded(Fraction(value), 2, (0, 3, 5))


def rounded(value: Fraction, decimals: int, edges: Iterable[Fraction | int]) -> str:
    """Half up to `decimals` or more, until on the same side of all edges as the exact value.

    Where even the last decimal does not tell them apart, "<80" or ">80" says it in one sign.
    """
    lines = tuple(Fraction(edge) for edge in edges)
    for places in range(decimals, _MOST_DECIMALS + 1):
        scaled = _half_up(value * 10**places)
        near = Fraction(scaled, 10**places)
        if all(_side(near, edge) == _side(value, edge) for edge in lines):
            return _fixed(scaled, places)
    crossed = min(lines, key=lambda edge: abs(edge - value))
    return ("<" if value < crossed else ">") + trimmed(crossed)


def _fixed(scaled: int, places: int) -> str:
    whole, rest = divmod(abs(scaled), 10**places)
    sign = "-" if scaled < 0 else ""
    return f"{sign}{whole:,}" + (f".{rest:0{places}d}" if places else "")


def _half_up(value: Fraction) -> int:
    magnitude = math.floor(abs(value) + Fraction(1, 2))
    return -magnitude if value < 0 else magnitude


def _side(value: Fraction, edge: Fraction) -> int:
    return (value > edge) - (value < edge)


def _of_float(value: float | None) -> Fraction | None:
    # repr gives the decimal that was meant: 0.8, not 0.8000000000000000444.
    return Fraction(repr(value)) if value is not None and math.isfinite(value) else None


def _close(ratio: Fraction, value: float) -> bool:
    return math.isclose(float(ratio), value, rel_tol=1e-9, abs_tol=1e-12)

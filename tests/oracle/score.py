"""Points, score and distance in exact fractions (rulebook 4 and 5.1, anchors of handbook 4.7)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

LOWEST, HIGHEST, CAP = Fraction(3), Fraction(5), Fraction(4)

# rule -> (value that earns 5 points, value that earns 3); durations in hours
ANCHORS: Mapping[str, tuple[Fraction, Fraction]] = {
    "reply-rate": (Fraction(80, 100), Fraction(50, 100)),
    "cs-satisfaction": (Fraction(94, 100), Fraction(80, 100)),
    "ship-48h": (Fraction(1), Fraction(90, 100)),
    "pickup-24h": (Fraction(97, 100), Fraction(85, 100)),
    "quality-refund-rate": (Fraction(5, 1000), Fraction(3, 100)),
    "refund-only-hours": (Fraction(24), Fraction(48)),
    "return-refund-hours": (Fraction(72), Fraction(120)),
}
DIMENSIONS: Mapping[str, tuple[Fraction, tuple[str, ...]]] = {
    "product": (Fraction(40, 100), ("quality-refund-rate",)),
    "logistics": (Fraction(30, 100), ("ship-48h", "pickup-24h")),
    "service": (
        Fraction(30, 100),
        ("reply-rate", "cs-satisfaction", "refund-only-hours", "return-refund-hours"),
    ),
}
CAPPED = ("refund-only-hours", "return-refund-hours")
SMALLEST_SHOP = 30


@dataclass(frozen=True)
class Score:
    exact: Fraction
    shown: Decimal
    grade: str
    dimensions: dict[str, Fraction]
    left_out: tuple[str, ...]
    capped: tuple[str, ...]


def clamp(value: Fraction) -> Fraction:
    return min(max(value, LOWEST), HIGHEST)


def points(rule: str, value: Fraction) -> Fraction:
    full, floor = ANCHORS[rule]
    return clamp(LOWEST + (HIGHEST - LOWEST) * (value - floor) / (full - floor))


def score(
    values: Mapping[str, Fraction | None],
    *,
    dispute_failed: bool | None,
    paid_orders_30d: int,
) -> Score | None:
    """The estimate, or None for a shop too small or with nothing measured."""
    if paid_orders_30d < SMALLEST_SHOP:
        return None
    dimensions: dict[str, Fraction] = {}
    left_out: list[str] = []
    capped: list[str] = []
    for name, (_, rules) in DIMENSIONS.items():
        earned = []
        for rule in rules:
            value = values.get(rule)
            if value is None:
                left_out.append(rule)
                continue
            got = points(rule, value)
            if dispute_failed and rule in CAPPED and got > CAP:
                got = CAP
                capped.append(rule)
            earned.append(got)
        if earned:
            dimensions[name] = sum(earned, Fraction(0)) / len(earned)
    if not dimensions:
        return None
    weight = sum((DIMENSIONS[name][0] for name in dimensions), Fraction(0))
    weighted = sum((DIMENSIONS[name][0] * got for name, got in dimensions.items()), Fraction(0))
    total = clamp(weighted / weight)
    return Score(total, two_places(total), grade(total), dimensions, tuple(left_out), tuple(capped))


def two_places(value: Fraction) -> Decimal:
    """Half up; scores are positive, so floor of the shifted value is exact."""
    cents = math.floor(value * 100 + Fraction(1, 2))
    return Decimal(cents).scaleb(-2).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def grade(value: Fraction) -> str:
    if value >= Fraction(47, 10):
        return "优"
    return "良" if value >= Fraction(44, 10) else "差"


def distance(
    good_or_bad: int, total: int, target: Fraction, *, at_least: bool
) -> tuple[int | None, int | None]:
    """(needed, headroom) of a ratio rule; both None where the target is 0 or 100 %."""
    if total == 0 or target in (0, 1):
        return None, None
    product = target * total
    if at_least:
        passing = good_or_bad >= product
        needed = math.ceil((product - good_or_bad) / (1 - target))
        headroom = math.floor((good_or_bad - product) / target)
    else:
        passing = good_or_bad <= product
        needed = math.ceil((good_or_bad - product) / target)
        headroom = math.floor((product - good_or_bad) / (1 - target))
    return (0, headroom) if passing else (needed, 0)


def dispute_distance(
    faults: int, completed: int, operator: str = "lt"
) -> tuple[int | None, int | None]:
    """(needed, headroom) of the dispute rule, which passes by count or by rate."""
    if completed == 0:
        return None, None
    rate = Fraction(35, 10_000)
    most = 4 if operator == "le" else 3
    if faults <= most or faults * 10_000 <= 35 * completed:
        by_rate = math.floor((rate * completed - faults) / (1 - rate))
        return 0, max(most - faults, by_rate)
    return math.ceil((faults - rate * completed) / rate), 0

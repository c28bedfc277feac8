"""How sure a forecast is: a block bootstrap over the days of the window.

Each draw first puts the past together anew from blocks of seven days, then takes the coming days
from that past in blocks of seven. The first step carries how little so many days say of a shop, the
second how the coming ones scatter; without the first the intervals are too narrow. The draws are
the same in every run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from operator import add
from random import Random

from kshop_audit.judging import scoring
from kshop_audit.judging.outcome import is_count
from kshop_audit.model.forecast import Confidence, LikelyDay, TrackRecord
from kshop_audit.model.metadata import Operator, Target
from kshop_audit.projection.pace import HORIZON
from kshop_audit.projection.series import DAY, Count, DaySeries
from kshop_audit.projection.showing import number

BLOCK, DRAWS, SEED = 7, 2_000, 20_261_129
LEVEL = Fraction(4, 5)
LEAST_DAYS, LEAST_UNITS = 14, 200
"""Below these nothing is said of confidence."""

PAST, RECORD = range(7, 15), 7
"""A record looks at projections made so many days ago, of RECORD days."""

Pairs = Sequence[tuple[int, int]]
"""Numerator and denominator of each past day."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Between what the draws of one day lie, and the share of them that passes."""

    low: float
    high: float
    passing: Fraction | None


def confidence_of(
    series: DaySeries,
    closed: Sequence[date],
    coming: Sequence[date],
    known: Callable[[int], Count],
    target: Target | None,
) -> Confidence | None:
    """Intervals for the coming days; None where too little is known for any.

    `known`: what of the window so many days ahead needs no drawing.
    """
    past = [(series.at(day).numerator, series.at(day).denominator) for day in closed]
    days = range(1, min(HORIZON, series.window) + 1)
    if not enough(past) or any(known(ahead).ends is not None for ahead in days):
        return None
    opened = [series.end + (ahead - 1) * DAY in coming for ahead in days]
    spreads = spread(past, opened, known, target, series.measured.scale)
    return Confidence(
        number(LEVEL),
        tuple(
            LikelyDay(
                day=(series.end + (ahead - 1) * DAY).isoformat(),
                low=found.low,
                high=found.high,
                p_pass=number(found.passing),
            )
            for ahead, found in spreads
        ),
        record=None,
    )


def enough(past: Pairs) -> bool:
    """Whether so many days and units say anything."""
    return len(past) >= LEAST_DAYS and sum(below for _, below in past) >= LEAST_UNITS


def spread(
    past: Pairs,
    opened: Sequence[bool],
    known: Callable[[int], Count],
    target: Target | None,
    scale: int,
) -> Iterator[tuple[int, Spread]]:
    """Day ahead → the draws of its figure, for days on which anything is counted.

    `opened`: whether the shop does business on each coming day.
    """
    columns = drawn(len(past), sum(opened))
    tops, belows = [top for top, _ in past], [below for _, below in past]
    top, below = [0] * DRAWS, [0] * DRAWS
    day = 0
    for ahead, is_open in enumerate(opened, start=1):
        if is_open:
            top = list(map(add, top, map(tops.__getitem__, columns[day])))
            below = list(map(add, below, map(belows.__getitem__, columns[day])))
            day += 1
        base = known(ahead)
        if base.denominator or min(below) > 0:
            yield ahead, _spread(base, top, below, target, scale)


def _spread(
    base: Count, top: list[int], below: list[int], target: Target | None, scale: int
) -> Spread:
    first, rest = number(base.numerator), number(base.denominator)
    if is_count(target):
        values = sorted((first + t) / scale for t in top)
    else:
        values = sorted((first + t) / ((rest + b) * scale) for t, b in zip(top, below, strict=True))
    edge = (1 - LEVEL) / 2
    low, high = int(edge * (DRAWS - 1)), -int(-(1 - edge) * (DRAWS - 1) // 1)
    return Spread(values[low], values[high], _passing(base, top, below, target, scale))


def _passing(
    base: Count, top: list[int], below: list[int], target: Target | None, scale: int
) -> Fraction | None:
    """The share of the draws that meets the target; compared in whole numbers."""
    if target is None:
        return None
    if target.operator in (Operator.AT_LEAST, Operator.AT_MOST) and target.count_below is None:
        part, whole = (target.fraction * scale).as_integer_ratio()
        sign = 1 if target.operator is Operator.AT_LEAST else -1
        line = sign * (part * base.denominator - whole * base.numerator)
        drawn_ = (sign * (whole * t - part * b) for t, b in zip(top, below, strict=True))
        floor_ = -(-line.numerator // line.denominator)
        passing = sum(value >= floor_ for value in drawn_)
    else:
        passing = sum(
            scoring.met(base.numerator + t, base.denominator + b, target, scale)
            for t, b in zip(top, below, strict=True)
        )
    return Fraction(passing, DRAWS)


@cache
def drawn(past: int, coming: int) -> tuple[tuple[int, ...], ...]:
    """For each coming day the past day that each draw takes for it."""
    random = Random(SEED)  # noqa: S311  the same draws in every run, nothing secret
    blocks, ahead = -(-past // BLOCK), -(-coming // BLOCK)
    starts = random.choices(range(past), k=DRAWS * blocks)
    turns = random.choices(range(past), k=DRAWS * ahead)
    draws = []
    for draw in range(DRAWS):
        own = starts[draw * blocks : (draw + 1) * blocks]
        anew = [(start + step) % past for start in own for step in range(BLOCK)][:past]
        mine = turns[draw * ahead : (draw + 1) * ahead]
        draws.append([anew[(turn + step) % past] for turn in mine for step in range(BLOCK)])
    return tuple(zip(*draws, strict=True))[:coming]


def record_of(days: Mapping[date, tuple[int, int]], end: date, window: int) -> TrackRecord | None:
    """How projections of RECORD days, made on each day of PAST, would have done.

    `days`: numerator and denominator of every covered day before `end`; None where they do not
    reach back far enough, or hold too little for a projection.
    """
    first = end - (PAST[-1] + window) * DAY
    if any(first + ahead * DAY not in days for ahead in range((end - first).days)):
        return None
    held = []
    for ago in PAST:
        made = end - ago * DAY
        past = [days[made - back * DAY] for back in range(window, 0, -1)]
        if not enough(past):
            return None
        base, actual = past[RECORD:], [days[made + step * DAY] for step in range(RECORD)]
        rest = Count(sum(t for t, _ in base), sum(b for _, b in base))
        [*_, (_, found)] = spread(past, [True] * RECORD, lambda _: rest, None, 1)
        top = rest.numerator + sum(t for t, _ in actual)
        below = rest.denominator + sum(b for _, b in actual)
        if below:
            held.append(found.low <= number(Fraction(top) / below) <= found.high)
    return TrackRecord(RECORD, sum(held), len(held) - sum(held))

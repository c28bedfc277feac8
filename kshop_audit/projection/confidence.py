"""How sure a forecast is: a block bootstrap over the days of the window.

Each draw first puts the past together anew from blocks of seven days, then takes the coming days
from that past in blocks of seven. The first step carries how little so many days say of a shop, the
second how the coming ones scatter; without the first the intervals are too narrow. The draws are
the same in every run.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cache, partial
from itertools import repeat
from operator import add, truediv
from random import Random

from kshop_audit.judging import scoring
from kshop_audit.judging.outcome import is_count
from kshop_audit.model.forecast import HORIZON, Confidence, LikelyDay, TrackRecord
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Operator, Target
from kshop_audit.projection.series import DAY, Count, DaySeries
from kshop_audit.projection.showing import number

BLOCK, DRAWS, SEED = 7, 2_000, 20_261_129
LEVEL = Fraction(4, 5)
LEAST_DAYS, LEAST_UNITS = 14, 200
"""Below these nothing is said of confidence."""

PAST, RECORD = range(7, 15), 7
"""A record looks at projections made so many days ago, of RECORD days."""

EARLIER = timedelta(days=PAST[-1] + 3)
"""So much earlier is the audit that knows the days before the window; the last three days of the
present one may not be closed yet.
"""

Pairs = Sequence[tuple[int, int]]
"""Numerator and denominator of each past day."""


@frozen
class Spread:
    """Between what the draws of one day lie, and the share of them that passes."""

    low: float
    high: float
    passing: Fraction | None


@frozen
class _Draws:
    """What needs no drawing, what each draw adds, and how far draws move from their middle."""

    base: Count
    top: Sequence[int]
    below: Sequence[int]
    wide: Fraction


def confidence_of(
    series: DaySeries,
    pasts: Mapping[int, Pairs],
    coming: Sequence[date],
    known: Callable[[int], Count],
    target: Target | None,
) -> Confidence | None:
    """Intervals for the coming days; None where too little is known for any.

    `pasts`: the closed days that coming ones may be like, from so many days ahead on; `known`: what
    of the window so many days ahead needs no drawing.
    """
    days = range(1, min(HORIZON, series.window) + 1)
    near = {since: past for since, past in pasts.items() if since in (0, *days)}
    known_past = all(enough(past) for past in near.values())
    if not known_past or any(known(ahead).ends is not None for ahead in days):
        return None
    opened = [series.end + (ahead - 1) * DAY in coming for ahead in days]
    spreads: dict[int, Spread] = {}
    for since, past in sorted(near.items()):
        drawn_from = spread(past, opened, known, target, series.measured.scale)
        # What a later past says of the same days stands.
        spreads |= {ahead: found for ahead, found in drawn_from if ahead >= since}
    return Confidence(
        number(LEVEL),
        tuple(
            LikelyDay(
                day=(series.end + (ahead - 1) * DAY).isoformat(),
                low=found.low,
                high=found.high,
                p_pass=number(found.passing),
            )
            for ahead, found in sorted(spreads.items())
        ),
        record=None,
    )


def pairs_of(series: DaySeries, closed: Sequence[date]) -> Pairs:
    """What each closed day added."""
    return [(series.at(day).numerator, series.at(day).denominator) for day in closed]


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
            draws = _Draws(base, top, below, Fraction(len(past), len(past) - BLOCK))
            yield ahead, _spread(draws, target, scale)


def _spread(draws: _Draws, target: Target | None, scale: int) -> Spread:
    """Between what the draws lie, and how many pass.

    So few blocks scatter less among themselves than shops like this one do: all draws move away
    from the middle one by `wide`.
    """
    counted = is_count(target)
    first, rest = number(draws.base.numerator), number(draws.base.denominator)
    tops = map(add, repeat(first), draws.top)
    belows = repeat(1.0) if counted else map(add, repeat(rest), draws.below)
    values = sorted(map(truediv, tops, belows))
    middle, edge = values[DRAWS // 2], (1 - LEVEL) / 2
    low, high = int(edge * (DRAWS - 1)), -int(-(1 - edge) * (DRAWS - 1) // 1)
    wide = number(draws.wide)
    least, most = (middle + (values[at] - middle) * wide for at in (low, high))
    share = scale == 1 and not counted
    return Spread(
        max(least, 0.0) / scale,
        (min(most, 1.0) if share else most) / scale,
        _passing(draws, values, target, scale),
    )


def _passing(
    draws: _Draws, values: Sequence[float], target: Target | None, scale: int
) -> Fraction | None:
    """The share of the draws that meets the target; None without one, and where it allows no miss
    at all. `values`: their figures, in order.
    """
    if target is None:
        return None
    if target.count_below is not None:
        base, figures = draws.base, Counter(zip(draws.top, draws.below, strict=True))
        met = (
            times
            for (top, below), times in figures.items()
            if scoring.met(base.numerator + top, base.denominator + below, target, scale)
        )
        return Fraction(sum(met), DRAWS)
    if target.operator in (Operator.NONE, Operator.EVERY):
        # Past days with hardly an event do not tell how rare events are: a shop without one so far
        # would be certain never to have one. Only what is known to stand against it is certain.
        every, base = target.operator is Operator.EVERY, draws.base
        against = base.denominator - base.numerator if every else base.numerator
        return Fraction(0) if against > 0 else None
    # Draws that move away from the middle by so much meet the line where the unmoved ones meet one
    # that is as much nearer to the middle.
    middle = Fraction(values[DRAWS // 2])
    near = number(middle + (target.fraction * scale - middle) / draws.wide)
    if target.operator is Operator.AT_LEAST:
        return Fraction(DRAWS - bisect_left(values, near), DRAWS)
    return Fraction(bisect_right(values, near), DRAWS)


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


def earlier_record(
    series: DaySeries, before: DaySeries, closed: Sequence[date]
) -> TrackRecord | None:
    """The record of a rule, with the days `before` its window from an audit at an earlier as-of."""
    if not closed:
        return None
    end = closed[-1] + DAY
    days = {}
    for own in (before, series):
        covered = own.measured.coverage
        begun = None if covered is None or covered.since is None else covered.since
        day = own.first()
        while day < min(own.end, end):
            if day not in own.measured.missing_days and (begun is None or day.isoformat() >= begun):
                days[day] = (own.at(day).numerator, own.at(day).denominator)
            day += DAY
    return record_of(days, end, series.window)


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
        top, below = sum(t for t, _ in base), sum(b for _, b in base)
        [*_, (_, found)] = spread(past, [True] * RECORD, partial(_always, top, below), None, 1)
        top, below = top + sum(t for t, _ in actual), below + sum(b for _, b in actual)
        if below:
            held.append(found.low <= number(Fraction(top, below)) <= found.high)
    return TrackRecord(RECORD, sum(held), len(held) - sum(held))


def _always(numerator: int, denominator: int, ahead: int) -> Count:  # noqa: ARG001
    return Count(numerator, denominator)

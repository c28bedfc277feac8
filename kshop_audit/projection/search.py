"""The cheapest way to a gain: exact search over how many units of each rule are turned.

Every unit of a rule costs the same, and what it gains depends only on how many are turned. A branch
is left as soon as it cannot beat the best way found, by a bound that lets units be turned in parts.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate, pairwise
from math import lcm

from kshop_audit.model.frozen import frozen


@frozen
class Choice:
    """What a rule offers: (units turned, gain), both rising, from (0, 0) on. `cost`: of a unit."""

    id: str
    cost: Fraction
    levels: tuple[tuple[int, Fraction], ...]


Way = dict[str, int]
"""Rule → units turned, without rules of which none is."""


def rising(levels: Sequence[tuple[int, Fraction | None]]) -> tuple[tuple[int, Fraction], ...]:
    """The levels that gain more than every smaller one; those without a gain are left out."""
    found = [(0, Fraction(0))]
    for count, gain in levels:
        if gain is not None and gain > found[-1][1]:
            found.append((count, gain))
    return tuple(found)


def cheapest(choices: Sequence[Choice], need: Fraction) -> Way | None:
    """The way of least cost whose gains reach `need`; ties by fewer rules, then by their ids, then
    by the smaller numbers. None if all units together do not reach it.
    """
    if need <= 0:
        return {}
    if sum((choice.levels[-1][1] for choice in choices), Fraction(0)) < need:
        return None
    useful = [choice for choice in choices if len(choice.levels) > 1]
    useful.sort(key=lambda choice: (len(choice.levels), choice.id))
    return _Search(useful, need).way()


@dataclass(order=True, slots=True)
class _Found:
    """A way, ordered as ways are preferred."""

    cost: int
    steps: int
    ids: tuple[str, ...]
    counts: tuple[int, ...]
    way: Way = field(compare=False)


class _Search:
    """One search, in whole numbers throughout."""

    def __init__(self, choices: Sequence[Choice], need: Fraction) -> None:
        levels = [[*zip(*choice.levels, strict=True)] for choice in choices]
        self.ids = [choice.id for choice in choices]
        self.counts = [list(counts) for counts, _ in levels]
        corners = [_corners(counts, gains) for counts, gains in levels]
        # So much that a unit of every straight stretch of the bound gains a whole number, too.
        scale = lcm(
            need.denominator,
            *(
                _fine(counts, gains, own)
                for (counts, gains), own in zip(levels, corners, strict=True)
            ),
        )
        self.gains = [[int(gain * scale) for gain in gains] for _, gains in levels]
        self.need = int(need * scale)
        costs = lcm(*(choice.cost.denominator for choice in choices))
        self.costs = [int(choice.cost * costs) for choice in choices]
        self.hulls = [
            _Hull([self.counts[i][at] for at in own], [self.gains[i][at] for at in own])
            for i, own in enumerate(corners)
        ]
        self.bounds = [self._bound(first) for first in range(len(choices) + 1)]
        self.best = self._greedy()

    def way(self) -> Way:
        """The best way."""
        self._visit(0, self.need, 0, {})
        return self.best.way

    def _visit(self, place: int, need: int, cost: int, way: Way) -> None:
        if need <= 0:
            self._offer(cost, way)
            return
        counts, gains, each = self.counts[place], self.gains[place], self.costs[place]
        if place == len(self.ids) - 1:
            index = bisect_left(gains, need)
            if index < len(gains):
                self._offer(cost + each * counts[index], {**way, self.ids[place]: counts[index]})
            return
        for index in self._span(place, need, cost):
            count, rest = counts[index], need - gains[index]
            own = {**way, self.ids[place]: count} if count else way
            spent = cost + each * count
            beaten = self._over(place + 1, rest, spent)
            if beaten < 0 or (beaten == 0 and len(own) + (rest > 0) <= self.best.steps):
                self._visit(place + 1, rest, spent, own)

    def _span(self, place: int, need: int, cost: int) -> range:
        """The levels of a choice that may be part of a way as good as the best one. What a way
        costs at least is convex in the units turned, so they lie around where it is least.
        """
        counts, hull, each = self.counts[place], self.hulls[place], self.costs[place]
        last = min(bisect_left(self.gains[place], need), len(counts) - 1)

        def over(index: int) -> bool:
            count = counts[index]
            return self._over(place + 1, need - hull.at(count), cost + each * count) > 0

        start = min(bisect_right(counts, self._usual(place, need)) - 1, last)
        before, end = start, start + 1
        while before >= 0 and not over(before):
            before -= 1
        while end <= last and not over(end):
            end += 1
        return range(before + 1, end)

    def _usual(self, place: int, need: int) -> int:
        """How many units of a choice the bound turns, parts of a unit cut off."""
        units = 0
        for segment in self.bounds[place].segments:
            taken = segment.units if segment.gain <= need else segment.units * need // segment.gain
            units += taken if segment.place == place else 0
            need -= segment.gain
            if need <= 0:
                break
        return units

    def _over(self, place: int, need: int, cost: int) -> int:
        """By how much a way that has cost so much already must be dearer than the best one, if the
        choices from `place` on have to reach a gain; only the sign means anything.
        """
        if need <= 0:
            return cost - self.best.cost
        bound = self.bounds[place]
        index = bisect_left(bound.reached, need)
        if index == len(bound.reached):
            return 1
        before, paid = (bound.reached[index - 1], bound.prices[index - 1]) if index else (0, 0)
        segment = bound.segments[index]
        price = segment.price * (need - before)
        return (cost + paid - self.best.cost) * segment.gain + price

    def _offer(self, cost: int, way: Way) -> None:
        self.best = min(self.best, _found(cost, way))

    def _greedy(self) -> _Found:
        """A first way, by what gains most for its cost."""
        need, cost, way = self.need, 0, Way()
        places = range(len(self.ids))
        for place in sorted(places, key=lambda i: Fraction(self.costs[i], self.gains[i][-1])):
            index = min(bisect_left(self.gains[place], need), len(self.counts[place]) - 1)
            way[self.ids[place]] = self.counts[place][index]
            cost += self.costs[place] * self.counts[place][index]
            need -= self.gains[place][index]
            if need <= 0:
                break
        return _found(cost, way)

    def _bound(self, first: int) -> _Bound:
        """The stretches of the choices from `first` on, cheapest gain first."""
        segments = [
            _Stretch(place, units, gain, units * self.costs[place])
            for place in range(first, len(self.ids))
            for units, gain in self.hulls[place].stretches
        ]
        segments.sort(key=lambda segment: Fraction(segment.price, segment.gain))
        return _Bound(
            list(accumulate(segment.gain for segment in segments)),
            list(accumulate(segment.price for segment in segments)),
            segments,
        )


@frozen
class _Stretch:
    """A straight stretch of the bound of a choice: units, and what they gain and cost."""

    place: int
    units: int
    gain: int
    price: int


@frozen
class _Bound:
    """Stretches of several choices, with the gain and the cost up to the end of each."""

    reached: list[int]
    prices: list[int]
    segments: list[_Stretch]


def _found(cost: int, way: Way) -> _Found:
    ids = tuple(sorted(way))
    return _Found(cost, len(way), ids, tuple(way[name] for name in ids), dict(way))


@frozen
class _Hull:
    """The least concave curve above the gains: its corners by units, and the stretches between."""

    counts: list[int]
    gains: list[int]

    @property
    def stretches(self) -> Iterator[tuple[int, int]]:
        """Units and gain of each stretch."""
        for place in range(1, len(self.counts)):
            yield (
                self.counts[place] - self.counts[place - 1],
                self.gains[place] - self.gains[place - 1],
            )

    def at(self, count: int) -> int:
        """The curve at so many units."""
        place = max(bisect_left(self.counts, count), 1)
        start, gain = self.counts[place - 1], self.gains[place - 1]
        slope = (self.gains[place] - gain) // (self.counts[place] - start)
        return gain + slope * (count - start)


def _corners(counts: Sequence[int], gains: Sequence[Fraction]) -> list[int]:
    """The places of the levels at which the least concave curve above all of them bends."""
    hull: list[int] = []
    points = list(zip(counts, gains, strict=True))
    for place, point in enumerate(points):
        while len(hull) > 1 and _below(points[hull[-2]], points[hull[-1]], point):
            hull.pop()
        hull.append(place)
    return hull


def _fine(counts: Sequence[int], gains: Sequence[Fraction], corners: Sequence[int]) -> int:
    """By what gains must be multiplied to be whole, also those of a unit between two corners."""
    slopes = (
        (gains[b] - gains[a]) / (counts[b] - counts[a]) for a, b in pairwise(corners)
    )  # fmt: skip
    return lcm(*(gain.denominator for gain in gains), *(slope.denominator for slope in slopes))


_Point = tuple[int, Fraction]


def _below(first: _Point, middle: _Point, last: _Point) -> bool:
    """Whether the middle point lies on or below the line from the first to the last."""
    (x, y), (mx, my), (lx, ly) = first, middle, last
    return (my - y) * (lx - x) <= (ly - y) * (mx - x)

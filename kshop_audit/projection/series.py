"""A rule by natural days, and its window moved over them.

Day `ahead` of a forecast is the audit whose window ends so many days after the present one: the
oldest days have left it, coming days may have entered. What is known of the past stays exactly what
it is, with both ends of what is not known.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate

from kshop_audit.judging.bounds import extremes
from kshop_audit.judging.outcome import Extreme
from kshop_audit.judging.scoring import Number
from kshop_audit.model.frozen import frozen
from kshop_audit.model.knowledge import Doubts, Why, together
from kshop_audit.model.measurement import DayCount, Measurement, Sums
from kshop_audit.model.settings import Terms

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Count:
    """A figure, the least and the greatest that it may be, and its units not wholly known.

    `ends` is None where everything is known.
    """

    numerator: Number
    denominator: Number
    ends: tuple[Extreme, Extreme] | None = None
    unknown: Number = 0

    @property
    def low(self) -> Extreme:
        """The least that it may be."""
        return Extreme(self.numerator, self.denominator) if self.ends is None else self.ends[0]

    @property
    def high(self) -> Extreme:
        """The greatest that it may be."""
        return Extreme(self.numerator, self.denominator) if self.ends is None else self.ends[1]

    def __add__(self, other: Count) -> Count:
        """Both together; the ends of a sum are the sums of the ends."""
        numerator, denominator = (
            self.numerator + other.numerator,
            self.denominator + other.denominator,
        )
        if self.ends is None and other.ends is None:
            return Count(numerator, denominator)
        ends = _sum(self.low, other.low), _sum(self.high, other.high)
        return Count(numerator, denominator, ends, self.unknown + other.unknown)

    def __mul__(self, times: Number) -> Count:
        """So many of it."""
        numerator, denominator = self.numerator * times, self.denominator * times
        if self.ends is None:
            return Count(numerator, denominator)
        low, high = (Extreme(e.numerator * times, e.denominator * times) for e in self.ends)
        return Count(numerator, denominator, (low, high), self.unknown * times)

    def __sub__(self, other: Count) -> Count:
        """What is left without the other, which is a part of it."""
        return self + other * -1


def _sum(one: Extreme, other: Extreme) -> Extreme:
    return Extreme(one.numerator + other.numerator, one.denominator + other.denominator)


NOTHING = Count(0, 0)


class Future:
    """What days add that is not known at as-of: coming days, and units that were still open."""

    def __init__(self, days: Iterable[tuple[date, Count]]) -> None:
        """Of several entries of one day the sum counts."""
        entries = sorted(days, key=lambda entry: entry[0])
        self._days = [day for day, _ in entries]
        self._sums = list(accumulate((count for _, count in entries), initial=NOTHING))

    def within(self, first: date, over: date) -> Count:
        """What the days from `first` up to `over`, which is not included, add."""
        begun, ended = bisect_left(self._days, first), bisect_left(self._days, over)
        if begun == 0:
            return self._sums[ended]
        return self._sums[ended] - self._sums[begun] if ended > begun else NOTHING


@frozen(slots=False)
class DaySeries:
    """A measured rule whose figure is a sum over the natural days of its window.

    `end`: the first day after the window of as-of. `window`: its length in days. `since`: the first
    day that the rule judges, where another version judges the days before.
    """

    measured: Measurement
    end: date
    window: int
    since: date | None
    above: Mapping[date | None, DayCount]
    below: Mapping[date | None, DayCount]
    rest: tuple[Doubts, Doubts]
    lost: Doubts

    def first(self, ahead: int = 0) -> date:
        """The first day of the window so many days ahead."""
        first = self.end + (ahead - self.window) * DAY
        return first if self.since is None else max(first, self.since)

    def known(self, ahead: int) -> Count:
        """What of that window is decided at as-of, with everything that has no day of its own."""
        first = self.first(ahead)
        days = [day for day in self.days if day >= first]
        lost = sum(day >= first for day in self.measured.missing_days)
        return self._count([*days, None], self.rest, lost)

    def of(self, days: Iterable[date]) -> Count:
        """What these days add, as far as it is known of them."""
        return self._count(list(days), (Doubts(), Doubts()), 0)

    def at(self, day: date) -> DayCount:
        """The figure of one day."""
        top = self.above.get(day, DayCount(day, 0, 0))
        if not self.measured.population:
            return top
        return DayCount(day, top.numerator, self.below.get(day, DayCount(day, 0, 0)).denominator)

    @cached_property
    def days(self) -> list[date]:
        """The days with any unit, oldest first."""
        return sorted(day for day in {*self.above, *self.below} if day is not None)

    def _count(
        self, days: list[date | None] | list[date], rest: tuple[Doubts, Doubts], lost: int
    ) -> Count:
        measured = self.measured
        top = [self.above[day] for day in days if day in self.above]
        base = [self.below[day] for day in days if day in self.below]
        gone = _times(self.lost, lost)
        doubts = [together(day.doubts) for day in top if day.doubts] + [rest[0]]
        others = [together(day.doubts) for day in base if day.doubts] + [rest[1]]
        (others if measured.population else doubts).append(gone)
        numerator = sum(day.numerator for day in top)
        denominator = sum(day.denominator for day in (base if measured.population else top))
        part = Measurement(
            measured.rule,
            numerator=numerator,
            denominator=denominator,
            doubts={Why.NOT_COVERED: sum(doubts, Doubts())},
            below={Why.NOT_COVERED: sum(others, Doubts())},
            tally=measured.tally,
            each=measured.each,
            population=measured.population,
            sums=_sums(top) if measured.sums else None,
        )
        certain = not (part.unknown or part.sums)
        return Count(numerator, denominator, None if certain else extremes(part), part.unknown)


def series_of(measured: Measurement, terms: Terms, *, bare: bool = False) -> DaySeries | None:
    """The rule by days; None where its figure is no sum over days of a window that goes on.

    `bare`: also of a rule without any day.
    """
    days = terms.pack.rules[measured.rule].window_days
    span = terms.spans.get(measured.rule)
    over = span is not None and span.until is not None
    there = measured.window and measured.numerator is not None and measured.since is None
    if days is None or over or not there or measured.no_days is not None:
        return None
    if not (bare or measured.days or measured.days_below or measured.undecided):
        return None
    since = None if span is None or span.since is None else span.since.date()
    above, below = ({d.day: d for d in own} for own in (measured.days, measured.days_below))
    empty, beneath = (
        own.get(Why.EMPTY_DAYS, Doubts()) for own in (measured.doubts, measured.below)
    )
    rests = (
        _minus(together(measured.doubts), [*above.values()], empty),
        _minus(together(measured.below), [*below.values()], beneath),
    )
    lost = beneath if measured.population else empty
    many = len(measured.missing_days)
    each = _times(lost, 1, many) if many else Doubts()
    return DaySeries(measured, terms.end.date(), days, since, above, below, rests, each)


def _times(doubts: Doubts, times: int, among: int = 1) -> Doubts:
    """So many of these, or an equal part of them."""
    return Doubts(*(-(-part * times // among) for part in doubts.parts))


def _minus(whole: Doubts, days: list[DayCount], empty: Doubts) -> Doubts:
    """The doubts that belong to no day: rows that may be any unit of the window."""
    own = sum((together(day.doubts) for day in days), empty)
    parts = zip(whole.parts, own.parts, strict=True)
    return Doubts(*(max(of_all - of_days, 0) for of_all, of_days in parts))


def _sums(days: list[DayCount]) -> Sums:
    pairs = [(d.sums.least, d.sums.most) if d.sums else (d.numerator,) * 2 for d in days]
    return Sums(sum(low for low, _ in pairs), sum(high for _, high in pairs), 0)

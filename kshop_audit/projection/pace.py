"""How a shop goes on: its last closed days, and what the coming ones would add at that pace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from kshop_audit.judging.outcome import Extreme
from kshop_audit.judging.scoring import Number
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Operator, Target
from kshop_audit.model.settings import Settings, Terms
from kshop_audit.projection.series import DAY, Count, DaySeries, Future

LAST, LEAST = 7, 3
"""A pace rests on so many closed days, and on no fewer than LEAST."""


@frozen
class DailyPace:
    """What the last closed days added, together."""

    days: tuple[date, ...]
    total: Count

    @property
    def day(self) -> Count:
        """What one day adds."""
        return self.total * Fraction(1, len(self.days))


def closed_days(series: DaySeries, terms: Terms) -> list[date]:
    """The days of the window that later events cannot change, oldest first.

    A day is closed once its end and the rule's own limit lie behind as-of and none of its units is
    open. Days that are missing, exempt or without business are not among them, nor are days before
    the files begin.
    """
    measured = series.measured
    first = series.first()
    if measured.coverage is not None and measured.coverage.since is not None:
        first = max(first, date.fromisoformat(measured.coverage.since))
    elif series.days:
        first = max(first, series.days[0])
    no_use = {*measured.missing_days, *(units.day for units in measured.undecided)}
    days = []
    day = first
    while begun(day) + DAY + measured.limit <= terms.as_of:
        if day not in no_use and usual(day, terms.settings):
            days.append(day)
        day += DAY
    return days


def begun(day: date) -> datetime:
    """The first instant of a day."""
    return datetime.combine(day, time.min)


def usual(day: date, settings: Settings) -> bool:
    """Whether a day is one of business as usual: not exempt in any part, open, and not closed."""
    if settings.no_business.holds(day):
        return False
    if settings.opened_at is not None and day < settings.opened_at.date():
        return False
    over = begun(day) + DAY
    return all(spared.until < begun(day) or over <= spared.since for spared in settings.exempt)


def pace_of(series: DaySeries, closed: list[date], last: int = LAST) -> DailyPace | None:
    """The pace of the last closed days; None where there are too few of them."""
    if len(closed) < LEAST:
        return None
    days = tuple(closed[-last:])
    return DailyPace(days, series.of(days))


def coming_days(terms: Terms, exempt: bool, many: int) -> list[date]:
    """Of so many days ahead those on which the shop does business, and the rule counts: days that
    are exempt from beginning to end are none for a rule that leaves exempt periods out.
    """
    days = [terms.end.date() + ahead * DAY for ahead in range(many)]
    settings = terms.settings
    return [
        day
        for day in days
        if not settings.no_business.holds(day) and not (exempt and _spared(day, settings))
    ]


def _spared(day: date, settings: Settings) -> bool:
    last = begun(day) + DAY - timedelta(seconds=1)
    return any(spared.since <= begun(day) and last <= spared.until for spared in settings.exempt)


@frozen
class Quality:
    """What one unit of the denominator adds to the numerator, and between what that lies."""

    each: Number
    low: Number
    high: Number


def exactly(each: Number) -> Quality:
    """A quality that is given."""
    return Quality(each, each, each)


def quality_of(pace: DailyPace) -> Quality | None:
    """The quality of a pace; None where nothing was counted in its days."""
    total = pace.total
    if not total.denominator:
        return None
    each = Fraction(total.numerator) / total.denominator
    low, high = (_share(end, each) for end in (total.low, total.high))
    return Quality(each, low, high)


def _share(end: Extreme, otherwise: Fraction) -> Fraction:
    return Fraction(end.numerator) / end.denominator if end.denominator else otherwise


def best_quality(series: DaySeries, target: Target) -> Number:
    """What a unit adds to the numerator if it is as good as can be."""
    least, most = series.measured.each or (0, 1)
    return least if target.operator in (Operator.AT_MOST, Operator.NONE) else most


def future(
    series: DaySeries, coming: Mapping[date, Count], still_open: Quality | None = None
) -> Future:
    """What the coming days add, with the units that are still open at this quality, each on its
    own day; without one they stay out.
    """
    entries = [*coming.items()]
    if still_open is not None:
        entries += _opened(series, still_open)
    return Future(entries)


def _opened(series: DaySeries, quality: Quality) -> Iterator[tuple[date, Count]]:
    for opened in series.measured.undecided:
        units = opened.units
        yield (
            opened.day,
            Count(quality.each * units, units, ends=_ends(quality, units)),
        )


def _ends(quality: Quality, units: int) -> tuple[Extreme, Extreme] | None:
    if quality.low == quality.high:
        return None
    return Extreme(quality.low * units, units), Extreme(quality.high * units, units)


def at_quality(pace: DailyPace, each: Number) -> Count:
    """The volume of a day of the pace, at a given quality."""
    volume = pace.day.denominator
    return Count(each * volume, volume)

"""Best and worst case over what the inputs do not show (rulebook 5.5).

Rows that could not be read, units of unknown outcome and missing days could each have gone either
way. A verdict stands if both ends agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kshop_audit.model.knowledge import Doubts, together
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.settings import Interval, Terms

DENSE = 20
"""Rows a day from which a day without any row is a missing day (rulebook 5.5)."""


@dataclass(frozen=True, slots=True)
class Extreme:
    """One end: the numerator and denominator it would have."""

    numerator: int
    denominator: int


def extremes(measured: Measurement) -> tuple[Extreme, Extreme] | None:
    """The least and the greatest figure that is possible, each as a fraction; None: unknown.

    Every unit that is not wholly known could be a hit, a miss or none at all, as far as its form
    allows. The two ends are possible completions of what is known, and no completion lies beyond
    them.
    """
    if measured.numerator is None or measured.denominator is None:
        return None
    if measured.population:
        return _of_two_populations(measured)
    doubts = together(measured.doubts)
    if measured.tally:
        return _of_sums(measured, doubts)
    hits, misses = measured.numerator, measured.denominator - measured.numerator
    sure = misses + doubts.outcome + doubts.either
    low = Extreme(max(0, hits - doubts.turned), hits + sure + doubts.miss)
    gained = min(misses, doubts.turned)
    top = hits + gained + doubts.outcome + doubts.hit + doubts.either
    high = Extreme(top, top + misses - gained)
    return low, high


def _of_sums(measured: Measurement, doubts: Doubts) -> tuple[Extreme, Extreme]:
    """Bounds of a sum over a sum. A unit that may not count is taken as one of unknown amount."""
    top, below = measured.numerator or 0, measured.denominator or 0
    if measured.each is None:
        return Extreme(top, below), Extreme(top, below)
    least, most = measured.each
    known = min(doubts.turned, below)
    units = doubts.units - doubts.turned
    # A unit that may be another one takes at most `most` with it, and at least nothing.
    low = Extreme(max(top - known * most, 0) + (units + known) * least, below + units)
    return low, Extreme(top + (units + known) * most, below + units)


def _of_two_populations(measured: Measurement) -> tuple[Extreme, Extreme]:
    """Bounds of hits of one population over the size of another."""
    top, below = measured.numerator or 0, measured.denominator or 0
    doubts, others = together(measured.doubts), together(measured.below)
    low = Extreme(max(0, top - doubts.turned), below + others.units)
    gained = doubts.outcome + doubts.hit + doubts.either + doubts.turned
    return low, Extreme(top + gained, max(0, below - others.turned))


def missing_days(
    rows: Mapping[date, int], rule: str, terms: Terms, *, exempt: tuple[Interval, ...] = ()
) -> tuple[date, ...]:
    """Natural days of the rule's window without a row, while the others average DENSE or more.

    Days before the first row count too, unless the shop opened later.
    """
    since = terms.since(rule)
    opened = terms.settings.opened_at
    if opened and opened > since:
        since = datetime.combine(opened.date(), time.min)
    count = ((terms.until(rule) or terms.end) - since).days
    window = [(since + timedelta(days=number)).date() for number in range(count)]
    present = [rows[day] for day in window if rows.get(day)]
    if not present or sum(present) < DENSE * len(present):
        return ()
    return tuple(day for day in window if not rows.get(day) and not _covered(day, exempt))


def _covered(day: date, exempt: tuple[Interval, ...]) -> bool:
    first, last = datetime.combine(day, time.min), datetime.combine(day, time.max)
    return any(i.since <= first and last.replace(microsecond=0) <= i.until for i in exempt)


def fullest_day(measured: Measurement) -> int:
    """Units of the fullest day, what a missing day weighs: it may have been the best one lost."""
    return max((day.denominator for day in measured.days), default=0)

"""Best and worst case over what the inputs do not show (rulebook 5.5).

Rows that could not be read, units of unknown outcome and missing days could each have gone either
way. A verdict stands if both ends agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

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
    """The least and the greatest the numerator can be, each with its denominator; None: unknown."""
    if measured.numerator is None or measured.denominator is None:
        return None
    top, below = measured.numerator, measured.denominator
    if measured.population:
        low = Extreme(top, below + measured.gaps.units)
        return low, Extreme(top + measured.numerator_gaps.units, below)
    unseen = measured.unknown + measured.gaps.units
    if not measured.tally:
        return Extreme(top, below + unseen), Extreme(top + unseen, below + unseen)
    if measured.each is None:
        return Extreme(top, below), Extreme(top, below)
    least, most = measured.each
    return (
        Extreme(top + unseen * least, below + unseen),
        Extreme(top + unseen * most, below + unseen),
    )


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


def median_day(measured: Measurement) -> int:
    """Units of the median day, what a missing day weighs; the higher of two middle ones."""
    counts = sorted(day.denominator for day in measured.days)
    return counts[len(counts) // 2] if counts else 0

"""Best and worst case over what the inputs do not show (rulebook 5.5).

Rows that could not be read, units of unknown outcome and missing days could each have gone either
way. A verdict stands if both ends agree.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from kshop_audit.judging.outcome import Extreme
from kshop_audit.model.knowledge import Doubts, together
from kshop_audit.model.measurement import Measurement


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
    # A row that belongs to nothing turns a known unit, which moves a share more than a new one.
    lost, gained = min(hits, doubts.turned), min(misses, doubts.turned)
    sure = misses + doubts.outcome + doubts.either + doubts.turned - lost
    # What may not count is left out at the end that it would draw away from.
    out = min(hits - lost, doubts.dropped)
    low = Extreme(hits - lost - out, hits - out + sure + doubts.miss)
    new = doubts.turned - gained
    top = hits + gained + new + doubts.outcome + doubts.hit + doubts.either
    rest = misses - gained
    return low, Extreme(top, top + rest - min(rest, doubts.dropped))


def _of_sums(measured: Measurement, doubts: Doubts) -> tuple[Extreme, Extreme]:
    """Bounds of a sum over a sum. A unit that may not count is taken as one of unknown amount."""
    top, below = measured.numerator or 0, measured.denominator or 0
    first, last = (measured.sums.least, measured.sums.most) if measured.sums else (top, top)
    if measured.each is None:
        return Extreme(first, below), Extreme(last, below)
    least, most = measured.each
    known = min(doubts.turned, below)
    # With nothing that counts for certain it is not known either whether anything does.
    amounts = measured.amounts if below > known else ()
    units = doubts.units - known - sum(count for _, _, count in amounts)
    # A unit that may be another one takes at most `most` with it, and at least nothing.
    low = Extreme(max(first - known * most, 0) + (units + known) * least, below + units)
    high = Extreme(last + (units + known) * most, below + units)
    # One of known amount counts at the end that it draws the mean to.
    for amount, _, count in sorted(amounts):
        if amount * low.denominator < low.numerator:
            low = Extreme(low.numerator + amount * count, low.denominator + count)
    for _, amount, count in sorted(amounts, key=lambda entry: -entry[1]):
        if amount * high.denominator > high.numerator:
            high = Extreme(high.numerator + amount * count, high.denominator + count)
    return low, high


def _of_two_populations(measured: Measurement) -> tuple[Extreme, Extreme]:
    """Bounds of hits of one population over the size of another."""
    top, below = measured.numerator or 0, measured.denominator or 0
    doubts, others = together(measured.doubts), together(measured.below)
    low = Extreme(max(0, top - doubts.turned), below + others.units)
    gained = doubts.outcome + doubts.hit + doubts.either + doubts.turned
    return low, Extreme(top + gained, max(0, below - others.turned))


def fullest_day(measured: Measurement) -> int:
    """Units of the fullest day, what a missing day weighs: it may have been the best one lost.

    Units of which the outcome is not known, or not decided yet, are units of their day as well.
    """
    units: Counter[date] = Counter()
    for counted in measured.days_below if measured.population else measured.days:
        if counted.day is not None:
            units[counted.day] += counted.denominator + together(counted.doubts).units
    for undecided in () if measured.population else measured.undecided:
        units[undecided.day] += undecided.units
    return max(units.values(), default=0)

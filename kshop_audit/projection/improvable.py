"""A rule of which units can be turned: what it would say after so many of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate

from kshop_audit.judging import scoring
from kshop_audit.judging.judge import Judged, judge
from kshop_audit.model.frozen import frozen
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.metadata import RuleInfo
from kshop_audit.model.report import Status
from kshop_audit.model.settings import Terms

Reconcluded = Callable[[Measurement], Measurement]
"""A measurement whose figures were changed → the same with what the rule concludes of them."""


@frozen(slots=False)
class Improvable:
    """A rule as it was measured.

    `slow`: of a mean, by how many seconds each unit that is slower than its target exceeds it, the
    slowest first. `conclude`: see `Reconcluded`.
    """

    measured: Measurement
    info: RuleInfo
    terms: Terms
    conclude: Reconcluded
    slow: tuple[int, ...] = ()

    @property
    def effort(self) -> Fraction | None:
        """Minutes for one unit; None where nobody says so."""
        minutes = self.terms.effort(self.info.id)
        return None if minutes is None else Fraction(minutes)

    @property
    def most(self) -> int:
        """How many units miss the rule."""
        if self._mean:
            return len(self.slow)
        hits, units = self.measured.numerator or 0, self.measured.denominator or 0
        return hits if self.measured.offence or self.measured.population else units - hits

    @property
    def _mean(self) -> bool:
        return self.measured.tally and self.measured.scale != 1

    def after(self, count: int) -> Measurement:
        """The measurement with so many units turned: of a mean the slowest, come down to its
        target.
        """
        if not count:
            return self.measured
        hits = self.measured.numerator or 0
        against = self.measured.against
        if self._mean:
            hits -= sum(self.slow[:count])
        elif self.measured.offence or self.measured.population:
            hits -= count
        else:
            hits += count
        fewer = None if against is None else against - count
        return self.conclude(replace(self.measured, numerator=hits, against=fewer))

    def judged(self, count: int) -> Judged:
        """The result after so many."""
        return judge(self.after(count), self.info, self.terms)

    def points(self) -> list[tuple[int, Fraction | None]]:
        """(units turned, points) from one unit on; None where there would be no verdict."""
        anchors = self.terms.pack.rules[self.info.id].anchors
        counts = range(1, self.most + 1)
        measured, pack = self.measured, self.terms.pack
        if anchors is None or not measured.denominator:
            return []
        if measured.unknown or measured.sums is not None or measured.value is not None:
            return [(count, self.judged(count).points) for count in counts]
        whole, hits = measured.denominator * measured.scale, measured.numerator or 0
        step = -1 if measured.offence or measured.population else 1
        saved = [0, *accumulate(self.slow)]
        tops = (hits - saved[n] if self._mean else hits + step * n for n in counts)
        values = (Fraction(top, whole) for top in tops)
        return [
            (count, scoring.points(value, anchors, pack))
            for count, value in zip(counts, values, strict=True)
        ]

    def enough(self) -> int | None:
        """The least number of units after which the rule passes; None if even all are too few."""
        low, high = 0, self.most
        if self.judged(high).result.status is not Status.PASS:
            return None
        while low < high:
            middle = (low + high) // 2
            if self.judged(middle).result.status is Status.PASS:
                high = middle
            else:
                low = middle + 1
        return low

    def value(self, count: int) -> Fraction | None:
        """The value after so many, in the unit of the target."""
        done = self.after(count)
        if not done.denominator or done.numerator is None:
            return None
        return Fraction(done.numerator, done.denominator * done.scale)

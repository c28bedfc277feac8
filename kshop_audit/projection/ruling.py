"""What a rule would say of a figure of a coming day: status, value, bounds and points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from kshop_audit.judging import scoring
from kshop_audit.judging.outcome import Extreme, by_ends, is_count, quotient
from kshop_audit.judging.scoring import Number
from kshop_audit.model.frozen import frozen
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.metadata import Pack, RuleTerms, Target
from kshop_audit.model.report import Status
from kshop_audit.projection.series import Count

Concluded = tuple[Status | None, Mapping[Status, Status]]
"""A status of the rule's own, and the statuses to give in the place of others."""

Conclude = Callable[[Number, Number, Number], Concluded]
"""Numerator, denominator and unknown units of a figure → what the rule itself concludes."""


@dataclass(frozen=True, slots=True)
class StandingAhead:
    """How a rule would stand. `low`, `high` are None where the value is certain; `value` is None
    where nothing is counted or nothing but bounds is known.
    """

    status: Status
    value: Fraction | None
    low: Fraction | None
    high: Fraction | None
    points: Fraction | None


@frozen(slots=False)
class Ruling:
    """A rule as the judge knows it, for figures that are not of today."""

    measured: Measurement
    target: Target | None
    rule: RuleTerms
    pack: Pack
    conclude: Conclude | None = None

    def standing(self, count: Count) -> StandingAhead:
        """The rule at this figure."""
        measured, scale = self.measured, self.measured.scale
        counted = measured.count or is_count(self.target)
        known = quotient(Extreme(count.numerator, count.denominator), scale, counted=counted)
        low, high = known, known
        if count.ends is not None:
            low, high = (quotient(end, scale, counted=counted) for end in count.ends)
        value = None if measured.unknown_hides else known
        status = self.status(count)
        if status is Status.NOT_APPLICABLE:
            value = None
        certain = count.ends is None or low == high
        return StandingAhead(
            status,
            value,
            None if certain else low,
            None if certain else high,
            self._points(value, status),
        )

    @property
    def _usual(self) -> Mapping[Status, Status]:
        """What the rule puts in the place of a status, whatever it concludes of the figure."""
        measured = self.measured
        if not measured.concluded:
            return measured.instead
        return {o: n for o, n in measured.instead.items() if o not in measured.concluded}

    def status(self, count: Count) -> Status:
        """What the rule would say of this figure."""
        own: Concluded = (None, {})
        if self.conclude is not None:
            own = self.conclude(count.numerator, count.denominator, count.unknown)
        status, instead = own
        if status is not None:
            return Status.NO_VERDICT if status is Status.PASS and count.unknown else status
        status = self._decided(count)
        return {**self._usual, **instead}.get(status, status)

    def _decided(self, count: Count) -> Status:
        if not count.denominator and not count.unknown:
            return Status.NOT_APPLICABLE
        if self.target is None:
            return Status.INFO
        if self.measured.unsettled is not None and count.unknown:
            return Status.NO_VERDICT
        ends = count.ends or (Extreme(count.numerator, count.denominator),)
        status = by_ends(ends, self.target, self.measured.scale)
        return Status.NO_VERDICT if status is None else status

    def _points(self, value: Fraction | None, status: Status) -> Fraction | None:
        if value is None or self.rule.anchors is None or status is Status.NO_VERDICT:
            return None
        return scoring.points(value, self.rule.anchors, self.pack)

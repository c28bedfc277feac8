"""The forecast of one rule: its figure on each of the coming days, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from kshop_audit.judging.judge import Judged, target_of
from kshop_audit.judging.scoring import Number
from kshop_audit.model import forecast as shown
from kshop_audit.model.forecast import HORIZON, Confidence, reach
from kshop_audit.model.frozen import frozen
from kshop_audit.model.limits import Bounds
from kshop_audit.model.measurement import DayCount, Measurement
from kshop_audit.model.metadata import RuleInfo, ValueUnit
from kshop_audit.model.report import Status
from kshop_audit.model.settings import Terms
from kshop_audit.projection.budget import budget_of
from kshop_audit.projection.confidence import confidence_of, pairs_of
from kshop_audit.projection.pace import DailyPace, best_quality, coming_days
from kshop_audit.projection.ruling import Conclude, Ruling, StandingAhead
from kshop_audit.projection.series import DAY, Count, DaySeries, Future
from kshop_audit.projection.showing import number
from kshop_audit.projection.stages import MuteStages, stages_of
from kshop_audit.projection.undercut import undercut

AHEAD = range(1, HORIZON + 1)
Line = tuple[StandingAhead, ...]
"""How a rule stands on each of the coming days."""

Coming = Sequence[Future]
"""What coming days and open units add, at each stage."""


@frozen
class Ahead:
    """A rule's forecast as it is shown, and what lies behind it: the days, those of them that are
    closed, and the lines, which the score needs exactly.
    """

    forecast: shown.RuleForecast
    series: DaySeries
    closed: Sequence[date]
    nothing_new: Line
    at_pace: Line | None
    assumed: Line | None


def ahead_of(
    measured: Measurement,
    judged: Judged,
    info: RuleInfo,
    terms: Terms,
    conclude: Conclude | None = None,
    assumed: Fraction | None = None,
) -> Ahead | None:
    """What lies ahead of a rule; None where its figure is no sum over days.

    `conclude`: what the rule itself concludes of a figure. `assumed`: the quality of coming days,
    in the unit of the rule's value.
    """
    stages = stages_of(measured, terms)
    if stages is None:
        return None
    target, _ = target_of(info.id, terms)
    ruling = Ruling(measured, target, terms.pack.rules[info.id], terms.pack, conclude)
    return _RuleOutlook(stages, ruling, judged, info, terms, assumed).ahead()


@frozen(slots=False)
class _RuleOutlook:
    """One rule, looked at from as-of."""

    stages: MuteStages
    ruling: Ruling
    judged: Judged
    info: RuleInfo
    terms: Terms
    given: Fraction | None

    def ahead(self) -> Ahead:
        """Everything."""
        nothing = self.line([Future(())] * len(self.stages.stages))
        pace = self.line(self.paced(self.paces)) if self.paces else None
        assumed = self.line(self.assumed) if self.assumed else None
        result, target = self.judged.result, self.ruling.target
        failing, best = self.first(_of(pace), Status.FAIL), self.at_best()
        forecast = shown.RuleForecast(
            id=result.id,
            value=result.value,
            target=result.target,
            bounds=result.bounds,
            budget=None
            if target is None
            else budget_of(self.series, result, target, self.closed, self.first_fail),
            undercut=self.undercut(),
            pace=self.shown_pace(),
            first_pass=_iso(self.first(_of(pace), Status.PASS)),
            first_fail=_iso(failing),
            at_best=_iso(best),
            save_by=_iso(self.save_by(failing)),
            days=self.days(nothing, pace, assumed),
            confidence=self.confidence(),
            returning=tuple(self.returning()),
            at_best_within=self.reach,
            at_best_units=self.units_until(best),
        )
        return Ahead(forecast, self.series, self.closed, nothing, pace, assumed)

    # --- what is known ------------------------------------------------------------------------

    @property
    def series(self) -> DaySeries:
        """The rule by days, as it counts now."""
        return self.stages.now.series

    @property
    def closed(self) -> list[date]:
        """See `pace.closed_days`."""
        return self.stages.now.closed

    @cached_property
    def paces(self) -> Sequence[DailyPace] | None:
        """The pace of the last seven closed days, at each stage."""
        return self.stages.paces()

    @property
    def pace(self) -> DailyPace | None:
        """The pace as it counts now."""
        return self.paces[0] if self.paces else None

    @cached_property
    def known(self) -> Sequence[Count]:
        """What is decided of the window of as-of and of each coming day."""
        return [self.stages.known(ahead) for ahead in (0, *AHEAD)]

    @property
    def reach(self) -> int:
        """See `model.forecast.reach`."""
        return reach(self.series.window)

    @cached_property
    def coming(self) -> list[date]:
        """The coming days of business, as far as the best case is looked at."""
        return coming_days(self.terms, self.info.exempt, self.reach)

    # --- what may come ------------------------------------------------------------------------

    def paced(self, paces: Sequence[DailyPace]) -> Coming:
        """Coming days like those of the pace."""
        stages = zip(self.stages.stages, paces, strict=True)
        return [stage.paced(pace, self.coming) for stage, pace in stages]

    def of_quality(self, each: Number, since: date | None = None) -> Coming | None:
        """Coming days with the volume of the pace, at a quality; before `since` at that of it."""
        if self.paces is None:
            return None
        stages = zip(self.stages.stages, self.paces, strict=True)
        begun = self.series.end if since is None else since
        return [stage.improving(pace, self.coming, each, begun) for stage, pace in stages]

    @cached_property
    def assumed(self) -> Coming | None:
        """Coming days at the quality that the operator gave."""
        return None if self.given is None else self.of_quality(self.given * self.info.scale)

    def line(self, coming: Coming) -> Line:
        """How the rule stands on each day."""
        return tuple(self.ruling.standing(self.figure(ahead, coming)) for ahead in AHEAD)

    def statuses(self, coming: Coming, days: Iterable[int] = AHEAD) -> Iterator[Status]:
        """The status of each day, as far as anybody asks."""
        return (self.ruling.status(self.figure(ahead, coming)) for ahead in days)

    def figure(self, ahead: int, coming: Coming) -> Count:
        """The figure so many days ahead."""
        series, added = self.series, coming[self.stages.place(ahead)]
        known = self.known[ahead] if ahead <= HORIZON else self.stages.known(ahead)
        return known + added.within(series.first(ahead), series.end + ahead * DAY)

    # --- what follows -------------------------------------------------------------------------

    def first(self, statuses: Iterable[Status], wanted: Status) -> date | None:
        """The first day with this status."""
        index = next((i for i, status in enumerate(statuses) if status is wanted), None)
        return None if index is None else self.day(index + 1)

    def day(self, ahead: int) -> date:
        """The last natural day of the window so many days ahead."""
        return self.series.end + (ahead - 1) * DAY

    def first_fail(self, last: int) -> date | None:
        """The first failing day at the pace of so many closed days."""
        paces = self.stages.paces(last)
        return None if paces is None else self.first(self.statuses(self.paced(paces)), Status.FAIL)

    def at_best(self) -> date | None:
        """The first day that passes if every coming unit is good."""
        target = self.ruling.target
        best = None if target is None else self.of_quality(best_quality(self.series, target))
        if best is None:
            return None
        return self.first(self.statuses(best, range(1, self.reach + 1)), Status.PASS)

    def units_until(self, day: date | None) -> int | None:
        """How many units come up to that day at the pace, with those that are still open."""
        if day is None or self.pace is None:
            return None
        added = self.stages.now.paced(self.pace, self.coming)
        return round(added.within(date.min, day + DAY).denominator)

    def save_by(self, failing: date | None) -> date | None:
        """The last day from which perfect service still avoids the fail that the pace leads to."""
        target = self.ruling.target
        now = self.judged.result.status
        if failing is None or target is None or now is Status.FAIL:
            return None
        best = best_quality(self.series, target)
        last = (failing - self.series.end).days
        for turn in range(last, -1, -1):
            since = self.series.end + turn * DAY
            coming = self.of_quality(best, since)
            if coming is not None and Status.FAIL not in self.statuses(coming):
                return since
        return None

    def returning(self) -> Iterator[shown.Returning]:
        """The units that come back because a mute is over."""
        stages = self.stages.stages
        for before, stage in pairwise(stages):
            if stage.since not in AHEAD:
                continue
            back = stage.series.known(stage.since) - before.series.known(stage.since)
            if back.numerator or back.denominator:
                day = self.day(stage.since).isoformat()
                yield shown.Returning(day, int(back.numerator), int(back.denominator))

    def undercut(self) -> shown.Undercut | None:
        """See `undercut.undercut`."""
        failing = self.judged.result.status is Status.FAIL
        if self.info.value_unit is not ValueUnit.HOURS or self.pace is None or not failing:
            return None
        target, known = self.ruling.target, self.stages.known
        return undercut(self.series, target, self.pace, self.coming, known)

    def confidence(self) -> Confidence | None:
        """See `confidence.confidence_of`; nothing is drawn for a figure that is not divided."""
        if self.paces is None or self.ruling.target is None:
            return None
        stages = self.stages.stages
        pairs = zip(stages, self.paces, strict=True)
        still = [stage.paced(pace, ()) for stage, pace in pairs]
        pasts = {stage.since: pairs_of(stage.usual, stage.closed) for stage in stages}

        def known(ahead: int) -> Count:
            return self.figure(ahead, still)

        return confidence_of(self.series, pasts, self.coming, known, self.ruling.target)

    def shown_pace(self) -> shown.PaceDays | None:
        """The days and sums of the pace."""
        if self.pace is None:
            return None
        total = self.pace.total
        days = tuple(day.isoformat() for day in self.pace.days)
        return shown.PaceDays(days, int(total.numerator), int(total.denominator))

    def days(
        self, nothing: Line, pace: Line | None, assumed: Line | None
    ) -> tuple[shown.ForecastDay, ...]:
        """Each coming day."""
        found = []
        for ahead in AHEAD:
            ends = [line[ahead - 1] for line in (nothing, pace, assumed) if line is not None]
            low, high = _between(ends)
            series = self.stages.at(ahead - 1).series
            gone = series.first(ahead - 1)
            left = series.at(gone) if gone < series.first(ahead) else DayCount(gone, 0, 0)
            found.append(
                shown.ForecastDay(
                    day=self.day(ahead).isoformat(),
                    leaves=shown.Leaving(left.numerator, left.denominator),
                    nothing_new=_value(nothing, ahead),
                    at_pace=_value(pace, ahead),
                    assumed=_value(assumed, ahead),
                    low=low,
                    high=high,
                    status=(assumed or pace or nothing)[ahead - 1].status,
                    pace_bounds=_bounds((pace or nothing)[ahead - 1]),
                )
            )
        return tuple(found)


def _value(line: Line | None, ahead: int) -> float | None:
    return None if line is None else number(line[ahead - 1].value)


def _bounds(standing: StandingAhead) -> Bounds | None:
    if standing.low is None and standing.high is None:
        return None
    return Bounds(number(standing.low), number(standing.high))


def _between(standings: Sequence[StandingAhead]) -> tuple[float | None, float | None]:
    """Between what the values of a day lie; None for both where each of them is certain."""
    if all(standing.low is None and standing.high is None for standing in standings):
        return None, None
    lows = [end for s in standings for end in (s.low, s.value) if end is not None]
    highs = [end for s in standings for end in (s.high, s.value) if end is not None]
    return number(min(lows, default=None)), number(max(highs, default=None))


def _of(line: Line | None) -> Iterator[Status]:
    return (standing.status for standing in line or ())


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()

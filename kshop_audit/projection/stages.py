"""A rule from one expiry of its mutes to the next.

A mute counts up to its last day. An audit after that day counts the units again that it took out,
so a forecast takes each coming day from the table of days as it is without the mutes that are over
by then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property

from kshop_audit.judging.scoring import Number
from kshop_audit.model.frozen import frozen
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.settings import Terms
from kshop_audit.projection.pace import (
    LAST,
    DailyPace,
    at_quality,
    closed_days,
    exactly,
    future,
    pace_of,
    quality_of,
)
from kshop_audit.projection.series import Count, DaySeries, Future, series_of


@frozen(slots=False)
class MuteStage:
    """A rule from `since` days ahead on. `series`: its days as they count then; `usual`: the same
    for what coming days add, where a mute that meant something that is over still leaves it out.
    """

    since: int
    series: DaySeries
    usual: DaySeries
    terms: Terms

    @cached_property
    def closed(self) -> list[date]:
        """See `pace.closed_days`."""
        return closed_days(self.usual, self.terms)

    def pace(self, last: int = LAST) -> DailyPace | None:
        """The pace of the last closed days."""
        return pace_of(self.usual, self.closed, last)

    def paced(self, pace: DailyPace, coming: Sequence[date]) -> Future:
        """Coming days like those of a pace."""
        return future(self.series, dict.fromkeys(coming, pace.day), quality_of(pace))

    def improving(
        self, pace: DailyPace, coming: Sequence[date], each: Number, since: date
    ) -> Future:
        """Coming days at a pace, and at a quality from a day on."""
        days = {day: at_quality(pace, each) if day >= since else pace.day for day in coming}
        at_once = since <= self.series.end
        return future(self.series, days, exactly(each) if at_once else quality_of(pace))


@frozen(slots=False)
class MuteStages:
    """The stages of a rule, the present one first."""

    stages: Sequence[MuteStage]

    @property
    def now(self) -> MuteStage:
        """The present one."""
        return self.stages[0]

    def place(self, ahead: int) -> int:
        """The place of the stage that holds so many days ahead."""
        return sum(stage.since <= ahead for stage in self.stages) - 1

    def at(self, ahead: int) -> MuteStage:
        """The stage that holds so many days ahead."""
        return self.stages[self.place(ahead)]

    def known(self, ahead: int) -> Count:
        """What is decided at as-of of the window so many days ahead."""
        return self.at(ahead).series.known(ahead)

    def paces(self, last: int = LAST) -> list[DailyPace] | None:
        """The pace of each stage; None where one has none."""
        found = [stage.pace(last) for stage in self.stages]
        known = [pace for pace in found if pace is not None]
        return known if len(known) == len(found) else None


def stages_of(measured: Measurement, terms: Terms) -> MuteStages | None:
    """The stages of a rule; None where its figure is no sum over days."""
    day_of = {0: (measured, measured)}
    for over in measured.expiring:
        # The last natural day of the window so many days ahead is the first one after `until`.
        since = max((over.until - terms.end.date()).days + 2, 1)
        day_of[since] = (over.measured, over.usual)
    return _stages(day_of, terms)


def _stages(
    day_of: Mapping[int, tuple[Measurement, Measurement]], terms: Terms
) -> MuteStages | None:
    everything = any(m.days or m.days_below or m.undecided for m, _ in day_of.values())
    found = []
    for since, parts in sorted(day_of.items()):
        series, usual = (series_of(part, terms, bare=everything) for part in parts)
        if series is None or usual is None:
            return None
        found.append(MuteStage(since, series, usual, terms))
    return MuteStages(found)

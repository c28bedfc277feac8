"""Days of which the operator says why they are without rows, or that nothing is missing in them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from kshop_audit.model.frozen import frozen
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Interval, Settings

DAY = timedelta(days=1)


@frozen
class SettledDays:
    """What the operator says of days: when the shop opened, was closed, and what files hold."""

    kind: Kind
    settings: Settings

    def closed(self, day: date) -> bool:
        """Whether the day is one without business, or one that the files are said to cover."""
        settings = self.settings
        if settings.opened_at is not None and day < settings.opened_at.date():
            return True
        whole = settings.coverage.get(self.kind)
        if whole is not None and whole[0] <= day <= whole[1]:
            return True
        return settings.no_business.holds(day) or any(_covers(i, day) for i in settings.exempt)

    def open_time(self, since: datetime, until: datetime) -> timedelta:
        """The time from one instant to a later one, without days on which nothing was to come."""
        day, whole = since.date(), timedelta(0)
        while datetime.combine(day, time.min) < until:
            begun = datetime.combine(day, time.min)
            if not self.closed(day):
                whole += min(until, begun + DAY) - max(since, begun)
            day += DAY
        return whole


def _covers(interval: Interval, day: date) -> bool:
    """Whether an exempt period holds the day from its beginning to its end."""
    first, last = datetime.combine(day, time.min), datetime.combine(day, time(23, 59, 59))
    return interval.since <= first and last <= interval.until

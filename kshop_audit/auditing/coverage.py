"""Which days the files of a rule cover, and what days without rows may hide of its units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property

from kshop_audit.facts.belonging import (
    judged_strangers,
    only_waiting,
    orders_of_parcels,
    orders_of_tickets,
    sessions_of_ratings,
)
from kshop_audit.facts.clocks import (
    OneSecond,
    OtherClock,
    OutOfOrder,
    WrongYears,
    half_a_day,
    one_second,
    other_clock,
    out_of_order,
    wrong_years,
)
from kshop_audit.facts.days import BEGUN
from kshop_audit.facts.freshness import outdated_files
from kshop_audit.facts.plausible import (
    Backwards,
    before_payment,
    holds_ended_alone,
    talks_of_one_side,
    talks_of_one_time,
    talks_of_several,
)
from kshop_audit.ingest import Source
from kshop_audit.judging.empty_days import (
    EmptyDays,
    Pace,
    empty_days,
    lost_head,
    lost_inside,
    lost_tail,
)
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Coverage
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.model.settled import SettledDays
from kshop_audit.plan.load import Loaded
from kshop_audit.rules.kit.side_files import strangers

PACED = (Kind.CHATS, Kind.ORDERS, Kind.SERVICE_STATS)
"""The kinds whose rows come at a pace, so that days without any tell something."""

OF_BUSINESS = (Kind.CHATS, Kind.ORDERS, Kind.SHIPMENTS)
"""The kinds that have no rows of days without business; after-sales and reviews come later."""

NOTHING_HAPPENED = (Kind.TICKETS, Kind.VIOLATIONS, Kind.REVIEWS)
"""The kinds of which a file with headers and no row says that there was none."""

GUIDES = {
    Kind.TICKETS: (Kind.ORDERS, 7),
    Kind.RATINGS: (Kind.CHATS, 1),
    Kind.REVIEWS: (Kind.ORDERS, 15),
}
"""Kind of side files → the kind whose rows theirs follow, and after how many days at the latest."""

ByDay = Mapping[str, Mapping[date, int]]
"""Name → day → rows, see `facts.days`; "paid" of paid orders."""


@frozen(slots=False)
class Reach:
    """How far the files of each kind reach, at the terms of one pack."""

    loaded: Loaded
    sources: Sequence[Source]
    by_day: ByDay
    terms: Terms

    def pace(self, kind: Kind) -> Pace:
        """The pace of a kind; conversations for chats."""
        rows = self.by_day.get(kind, {})
        units = self.by_day.get(BEGUN, rows) if kind is Kind.CHATS else rows
        return Pace(units, frozenset(rows))

    def empty(self, kinds: Sequence[Kind], since: datetime) -> tuple[Kind | None, EmptyDays]:
        """The days of a window without rows, of the first of the kinds that has a pace."""
        kind = next((kind for kind in kinds if kind in PACED and self.by_day.get(kind)), None)
        if kind is None:
            side = next((kind for kind in kinds if kind in GUIDES), None)
            return (None, _NONE) if side is None else (side, self._unreached(side, since))
        if kind is Kind.SERVICE_STATS:
            return kind, self._unlisted(since)
        terms = self.terms
        return kind, empty_days(self.pace(kind), kind, since, terms.as_of, terms.settings)

    def begun(self, kinds: Sequence[Kind]) -> datetime:
        """The beginning of the first day with rows of a kind that has a pace, for rules that look
        at everything there is; as-of where there is none.
        """
        firsts = (self.pace(kind).first for kind in kinds if kind in PACED)
        first = next((day for day in firsts if day is not None), None)
        return self.terms.as_of if first is None else datetime.combine(first, time.min)

    def fullest(self, kind: Kind | None) -> int:
        """The rows of the fullest day of a kind."""
        return 0 if kind is None else max(self.by_day.get(kind, {}).values(), default=0)

    def covers(self, kinds: Sequence[Kind], since: datetime) -> bool:
        """Whether the files cover a window: rows on both sides of its beginning, or as the
        operator says.
        """
        return any(self._covers(kind, since) for kind in kinds)

    def silent(self, kind: Kind | None) -> bool:
        """Whether a file without a row says nothing, for no orders tell of which days it is."""
        if kind not in NOTHING_HAPPENED or kind in self.terms.settings.coverage:
            return False
        return self.loaded.tables.empty(kind) and not self.by_day.get(Kind.ORDERS)

    def _covers(self, kind: Kind, since: datetime) -> bool:
        whole = self.terms.settings.coverage.get(kind)
        last = self.terms.end - timedelta(days=1)
        if whole is not None and whole[0] <= since.date() and last.date() <= whole[1]:
            return True
        if kind in NOTHING_HAPPENED and self.loaded.tables.empty(kind):
            # Nothing happened as long as orders were made, and of other days nothing is known.
            made = self.by_day.get(Kind.ORDERS)
            return bool(made) and not self.empty((Kind.ORDERS,), since)[1].missing
        first_at, last_at = self.ends(kind)
        if first_at is None or last_at is None or first_at >= since:
            return False
        return since <= last_at or (kind in OF_BUSINESS and self._idle(since.date(), last.date()))

    def _idle(self, day: date, last: date) -> bool:
        """Whether the operator says that there was no business on any of these days."""
        days = (day + timedelta(days=n) for n in range((last - day).days + 1))
        return all(self.terms.settings.no_business.holds(one) for one in days)

    def foreign(self, kinds: Sequence[Kind]) -> Text | None:
        """Why files say nothing of this shop: nothing that they name is in its other files, and no
        `[coverage.<kind>]` says that they are its own.
        """
        for side, main in ((Kind.TICKETS, Kind.ORDERS), (Kind.RATINGS, Kind.CHATS)):
            if side not in kinds or side in self.terms.settings.coverage:
                continue
            counts = self._tickets if side is Kind.TICKETS else self._ratings
            if counts is not None and not counts[0]:
                return strangers(side, main, *counts)
        return None

    @cached_property
    def _tickets(self) -> tuple[int, int] | None:
        return orders_of_tickets(self.loaded.tables)

    @cached_property
    def _ratings(self) -> tuple[int, int] | None:
        return sessions_of_ratings(self.loaded.tables)

    @property
    def waits_only(self) -> bool:
        """Whether all orders wait for payment or shipment, some of many: no whole file does."""
        return only_waiting(self.loaded.tables)

    def backwards(self, kind: Kind) -> Backwards | None:
        """The times of a kind that lie before their payment in most rows."""
        if kind not in self._backwards:
            self._backwards[kind] = before_payment(self.loaded.tables, kind)
        return self._backwards[kind]

    @cached_property
    def _backwards(self) -> dict[Kind, Backwards | None]:
        return {}

    def wrong_years(self, kind: Kind) -> WrongYears | None:
        """The rows of a kind that seem to be of a wrong year, unless the operator says that the
        files are complete.
        """
        if kind in self.terms.settings.coverage:
            return None
        if kind not in self._wrong_years:
            self._wrong_years[kind] = wrong_years(self.loaded.tables, kind)
        return self._wrong_years[kind]

    @cached_property
    def _wrong_years(self) -> dict[Kind, WrongYears | None]:
        return {}

    def out_of_order(self, kind: Kind) -> tuple[OutOfOrder, ...]:
        """Which times of a kind lie the wrong way round, unless the operator says that the files
        are right.
        """
        if kind in self.terms.settings.coverage:
            return ()
        if kind not in self._out_of_order:
            self._out_of_order[kind] = out_of_order(self.loaded.tables, kind)
        return self._out_of_order[kind]

    @cached_property
    def _out_of_order(self) -> dict[Kind, tuple[OutOfOrder, ...]]:
        return {}

    def half_a_day(self, kind: Kind) -> int | None:
        """See `clocks.half_a_day`; None where the operator says that the files are right."""
        if kind in self.terms.settings.coverage:
            return None
        if kind not in self._halves:
            self._halves[kind] = half_a_day(self.loaded.tables, kind)
        return self._halves[kind]

    @cached_property
    def _halves(self) -> dict[Kind, int | None]:
        return {}

    @cached_property
    def one_second(self) -> OneSecond | None:
        """The column of orders with one time for all, unless the operator says that it is right."""
        if Kind.ORDERS in self.terms.settings.coverage:
            return None
        return one_second(self.loaded.tables, Kind.ORDERS)

    def outdated(self, kind: Kind) -> tuple[str, datetime] | None:
        """The name of the first file of a kind that was made before as-of, and its last event; None
        if all are of as-of.
        """
        if kind not in self._outdated:
            files = outdated_files(self.loaded.tables, kind, self.terms)
            last = self.loaded.counts[files[0]].last_at if files else None
            name = next((one.name for one in self.sources if one.index in files[:1]), None)
            self._outdated[kind] = None if last is None or name is None else (name, last)
        return self._outdated[kind]

    @cached_property
    def _outdated(self) -> dict[Kind, tuple[str, datetime] | None]:
        return {}

    @cached_property
    def other_clock(self) -> OtherClock | None:
        """The clock of the chats, where it is another one than that of the shop."""
        if Kind.CHATS in self.terms.settings.coverage:
            return None
        return other_clock(self.loaded.tables)

    @cached_property
    def one_time(self) -> int:
        """Conversations whose messages have one time for all; 0 where each has its own."""
        return talks_of_one_time(self.loaded.tables)

    @cached_property
    def one_side(self) -> tuple[int, int] | None:
        """See `plausible.talks_of_one_side`."""
        return talks_of_one_side(self.loaded.tables)

    @cached_property
    def shared_talks(self) -> tuple[int, int] | None:
        """See `plausible.talks_of_several`."""
        return talks_of_several(self.loaded.tables)

    def ended_alone(self, kind: Kind) -> bool:
        """Whether a file lacks what waits, and the operator does not say that it is complete."""
        if kind in self.terms.settings.coverage:
            return False
        return holds_ended_alone(self.loaded.tables, kind, self.terms)

    def unseen_talks(self) -> int:
        """How many conversations buyers rated that the chats do not hold: these lack some, as an
        export of one agent does. 0 where none matches, for then the ids may be of two sorts.
        """
        found, of = self._ratings or (0, 0)
        return of - found if found else 0

    def unseen_orders(self) -> tuple[int, int] | None:
        """How many of the orders that tickets name the files do not hold, and how many should be
        there, where most are not: these are orders without the ones that had after-sales. None
        where nothing is lacking, or the operator says so.
        """
        counts = self._tickets
        if counts is None or Kind.ORDERS in self.terms.settings.coverage:
            return None
        found, of = counts
        return (of - found, of) if 2 * found < of else None

    @cached_property
    def unseen_of_parcels(self) -> tuple[int, int] | None:
        """See `belonging.orders_of_parcels`; None where the operator says that no order lacks."""
        if Kind.ORDERS in self.terms.settings.coverage:
            return None
        return orders_of_parcels(self.loaded.tables)

    @cached_property
    def judged_strangers(self) -> int:
        """See `belonging.judged_strangers`; 0 where the operator says that no ticket lacks."""
        if Kind.TICKETS in self.terms.settings.coverage:
            return 0
        return judged_strangers(self.loaded.tables)

    def ends(self, kind: Kind) -> tuple[datetime | None, datetime | None]:
        """The first and the last event of the files of a kind."""
        counts = self.loaded.counts
        files = [s.index for s in self.sources if s.kind is kind and s.index in counts]
        firsts = [at for file in files if (at := counts[file].first_at) is not None]
        lasts = [at for file in files if (at := counts[file].last_at) is not None]
        return min(firsts, default=None), max(lasts, default=None)

    def first_day(self, kind: Kind) -> date:
        """The day of the first event of the files of a kind; that of as-of where there is none."""
        return (self.ends(kind)[0] or self.terms.as_of).date()

    def coverage(
        self, kind: Kind, empty: EmptyDays, side: tuple[int, int] | None = None
    ) -> Coverage:
        """What the report says of it; `side`: matched keys of a side file, and all of them."""
        matched, of = side or (None, None)
        first, last = self.ends(kind)
        return Coverage(
            kind=kind.value,
            since=None if first is None else first.date().isoformat(),
            until=None if last is None else last.date().isoformat(),
            days_missing=tuple(day.isoformat() for day in empty.missing),
            thin=tuple(day.isoformat() for day in empty.thin),
            matched=matched,
            of=of,
        )

    def _unreached(self, kind: Kind, since: datetime) -> EmptyDays:
        """The days that a side file does not reach, first, last and between, while what its rows
        follow goes on.
        """
        guide, lag = GUIDES[kind]
        pace, newest = self.pace(guide), self.ends(kind)[1]
        # Days of which the orders are missing had orders, or they would not be missed.
        gone = self.empty((guide,), since)[1].missing
        days = lost_tail(self.pace(kind), pace, gone, newest, self.terms.as_of)
        last = (self.terms.end - timedelta(days=1)).date()
        tail = [last - timedelta(days=back) for back in range(days)]
        head = lost_head(self.pace(kind), pace, gone, since.date(), lag)
        inside = lost_inside(self.pace(kind), pace, gone)
        settled = SettledDays(kind, self.terms.settings)
        lost = {
            day
            for day in (*head, *inside, *tail)
            if day >= since.date() and not settled.closed(day)
        }
        return EmptyDays(tuple(sorted(lost)))

    def _unlisted(self, since: datetime) -> EmptyDays:
        """The dates of the window of which a file of daily figures has no row."""
        listed, day, missing = self.by_day[Kind.SERVICE_STATS], since, []
        settled = SettledDays(Kind.SERVICE_STATS, self.terms.settings)
        while day < self.terms.end:
            if day.date() not in listed and not settled.closed(day.date()):
                missing.append(day.date())
            day = datetime.combine(day.date(), time.min) + timedelta(days=1)
        return EmptyDays(tuple(missing))


_NONE = EmptyDays()

"""Times each of which is possible, and which cannot be right together: a wrong year, another zone,
twelve hours in place of 24, one second for all.

Rows of a year ago between rows of today, in a file that is otherwise in order, were given the year
by hand. Buyers who write while the shop sleeps, and are silent while it sells, wrote by another
clock: that of Greenwich is eight hours behind. Where nothing ever happens after one at noon, though
much does at night, the word for the afternoon was lost; and two months of orders that were shipped
in one second have the time of a program.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from kshop_audit.facts.plausible import AFTER_PAYMENT, with_payment
from kshop_audit.facts.tables import Tables
from kshop_audit.model.frozen import frozen
from kshop_audit.model.schema import TABLES, Kind
from kshop_audit.tables import DAY_SPAN, FILE, ROW, SPAN_SUFFIX

ENOUGH = 10
"""So many steps of a year, there and back, are no chance."""

DAY = timedelta(days=1)
FAR, YEAR, SLACK = 300 * DAY, 365 * DAY, 3 * DAY
MONTH, SEASON = 30 * DAY, 120 * DAY
"""A step of MONTH is none between neighbours; a shop is not closed for SEASON between two years."""

PLACED = {
    Kind.ORDERS: ("created_at", "paid_at"),
    Kind.CHATS: ("sent_at",),
    Kind.TICKETS: ("applied_at",),
    Kind.SHIPMENTS: ("shipped_at",),
    Kind.RATINGS: ("rated_at",),
    Kind.REVIEWS: ("reviewed_at",),
}
"""The columns that place a row of a kind in time, the best one first."""

SAME = {"paid_at": ("created_at", "shipped_at"), "shipped_at": ("paid_at", "created_at")}
"""Columns of orders, and those beside which one time for all is seen not to be theirs."""
HOUR = timedelta(hours=1)
FOLLOWS = {
    Kind.ORDERS: (("created_at", "paid_at", HOUR), ("paid_at", "shipped_at", 20 * DAY)),
    Kind.SHIPMENTS: (("shipped_at", "signed_at", DAY), ("picked_up_at", "signed_at", DAY)),
    Kind.TICKETS: (("applied_at", "finished_at", HOUR),),
}
"""Kind → a time, one that follows it, and by how much clocks may differ. Buyers may pay when their
goods come, but not weeks later.
"""
FEW = 3
"""Fewer such rows may be oddities of the platform."""
SHARE = 20
"""One row of so many a year from the payment of its order: fewer may be late claims."""

THIRD = 8
"""Hours of a third of the day: night, day and evening; and of Beijing ahead of Greenwich."""
MESSAGES, ORDERS, SAMPLE = 50, 30, 100_000
"""So many show at which hours buyers write and buy; so many are looked at of more."""
ALONE = 100
"""So many messages show without orders that nobody was awake in the evening."""
NIGHT, EVENING = 0, 2
DEEP, ASLEEP = range(2, 7), 6
"""Hours at which not one message of so many is written: who sells till late is in bed by then."""


@frozen
class WrongYears:
    """So many `rows`, `of` all that a file of the kind has, seem to be of a wrong year.

    `column`: the time that shows it, beside those of other rows, or of the payment if `of_payment`.
    """

    kind: Kind
    column: str
    rows: int
    of: int
    of_payment: bool = False


@frozen
class OutOfOrder:
    """In so many `rows`, `of` all, `later` lies before `first`, which it follows."""

    kind: Kind
    first: str
    later: str
    rows: int
    of: int


@frozen
class OtherClock:
    """The share of messages of buyers at night and in the evening, in percent, and of the orders.

    `orders` is None where the messages alone tell. `early`: whether the chats are a third of a day
    early, and not late.
    """

    chats: tuple[int, int]
    orders: tuple[int, int] | None
    early: bool = True


@frozen
class OneSecond:
    """So many `rows` of a column, nearly all of `of`, have one time, though their orders do not."""

    kind: Kind
    column: str
    rows: int
    of: int


def one_second(tables: Tables, kind: Kind) -> OneSecond | None:
    """The first column of orders that holds one and the same time for the orders of more than a
    MONTH; None if none does. A shop may send in one second what was bought on several days, and
    what was sold before it was made on many.
    """
    frame = tables.frames.get(kind)
    if frame is None or kind is not Kind.ORDERS:
        return None
    for column, others in SAME.items():
        beside = [name for name in (*others, column) if name in frame.columns]
        if column not in frame.columns or beside == [column]:
            continue
        times = frame[column].drop_nulls()
        if len(times) < ENOUGH:
            continue
        usual = times[len(times) // 2]
        alike = int((times == usual).sum())
        if alike < ENOUGH or alike * 10 < len(times) * 9:
            continue
        rest = frame.filter(pl.col(column) == usual)[beside[0]]
        first, last = rest.min(), rest.max()
        apart = isinstance(first, datetime) and isinstance(last, datetime) and last - first > MONTH
        if apart and rest.n_unique() * 2 > rest.len():
            return OneSecond(kind, column, alike, len(times))
    return None


def half_a_day(tables: Tables, kind: Kind) -> int | None:
    """The share of times from 1 to 6 o'clock in percent, where no time of the kind is before 1 or
    after 12:59 and many are at night: a clock of twelve hours without the word for the half. None
    where some time is.
    """
    frame = tables.frames.get(kind)
    if frame is None:
        return None
    names = [name for name in TABLES[kind].event_times if name in frame.columns]
    if not names:
        return None
    of_columns = [_hours_of(frame, name) for name in names]
    hours: list[int] = [sum(counts) for counts in zip(*of_columns, strict=True)]
    early, of = sum(hours[1:6]), sum(hours)
    if of < ALONE or hours[0] or any(hours[13:]) or early * ASLEEP < of:
        return None
    return early * 100 // of


def wrong_years(tables: Tables, kind: Kind) -> WrongYears | None:
    """The rows of a kind that lie a year from their neighbours, or from the payment of their order;
    for orders also by what is a year from their payment. None where there are too few.
    """
    found = _among_neighbours(tables, kind)
    if found is not None:
        return found
    sides = tuple(AFTER_PAYMENT) if kind is Kind.ORDERS else (kind,)
    return next((far for side in sides if (far := _from_payment(tables, side)) is not None), None)


def out_of_order(tables: Tables, kind: Kind) -> tuple[OutOfOrder, ...]:
    """Of each pair of columns of a kind, the rows whose times lie the wrong way round."""
    frame = tables.frames.get(kind)
    found = []
    for first, later, slack in FOLLOWS.get(kind, ()):
        if frame is None or not {first, later} <= {*frame.columns}:
            continue
        span = later + SPAN_SUFFIX
        spanned = pl.col(span).fill_null(0) if span in frame.columns else pl.lit(0)
        latest = pl.col(later) + pl.duration(seconds=spanned, time_unit="ms")
        rows = frame.select((pl.col(first) - latest > slack).sum()).item()
        if rows >= FEW:
            found.append(OutOfOrder(kind, first, later, rows, frame.height))
    return tuple(found)


def _among_neighbours(tables: Tables, kind: Kind) -> WrongYears | None:
    frame = tables.frames.get(kind)
    if frame is None:
        return None
    at = next((name for name in PLACED.get(kind, ()) if name in frame.columns), None)
    if at is None or not _apart(frame[at], frame[at]):
        return None
    places = [name for name in (FILE, ROW) if name in frame.columns]
    placed = frame.select(*places, at).drop_nulls(at).sort(places)
    rows = [_misplaced(part[at]) for part in placed.partition_by(FILE)]
    wrong = sum(rows)
    return WrongYears(kind, at, wrong, placed.height) if wrong else None


def _apart(one: pl.Series, other: pl.Series) -> bool:
    """Whether a time of one column may lie FAR from one of another, by the ends of both."""
    ends = [end for times in (one, other) for end in (times.min(), times.max())]
    known = [end for end in ends if isinstance(end, datetime)]
    return len(known) == len(ends) and max(known) - min(known) >= FAR


def _misplaced(times: pl.Series) -> int:
    """How many times of a file, in the order of its rows, lie in another year than most."""
    steps = times.diff().drop_nulls()
    size = steps.abs()
    far = size >= FAR
    if int(far.sum()) < ENOUGH:
        return 0
    exact = (size >= YEAR - SLACK) & (size <= YEAR + DAY + SLACK)
    if 2 * int(exact.sum()) >= int((size >= MONTH).sum()):
        years = pl.select(pl.lit(steps.dt.total_days()).sign() * pl.lit(far)).to_series().cum_sum()
        levels = pl.concat([pl.Series([0], dtype=years.dtype), years])
        return len(times) - int(levels.value_counts(sort=True)["count"][0])
    return _of_another_season(times.sort())


def _of_another_season(ordered: pl.Series) -> int:
    """How many of sorted times lie on the smaller side of a gap between the same days of two years;
    0 where there is no such gap.
    """
    gaps = ordered.diff()
    place = gaps.arg_max()
    widest = gaps.max()
    if place is None or not isinstance(widest, timedelta) or widest < SEASON:
        return 0
    before, after = ordered[:place], ordered[place:]
    few, many, shift = (
        (before, after, YEAR) if len(before) <= len(after) else (after, before, -YEAR)
    )
    first, last = many.min(), many.max()
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return 0
    moved = few + shift
    inside = int(moved.is_between(first - SLACK, last + SLACK).sum())
    return len(few) if len(few) >= ENOUGH // 2 and inside * 10 >= len(few) * 9 else 0


def _from_payment(tables: Tables, kind: Kind) -> WrongYears | None:
    """The rows of which a time lies FAR from the payment of its order."""
    orders, rows = tables.frames.get(Kind.ORDERS), tables.frames.get(kind)
    if orders is None or rows is None or "paid_at" not in orders.columns:
        return None
    names = [
        name
        for name in AFTER_PAYMENT.get(kind, ())
        if name in rows.columns and _apart(rows[name], orders["paid_at"])
    ]
    if not names:
        return None
    paid = rows if kind is Kind.ORDERS else with_payment(tables, kind, names)
    for name in names:
        lags = paid.select(lag=pl.col(name) - pl.col("paid_at"))["lag"].drop_nulls()
        before, after = int((lags <= -FAR).sum()), int((lags >= FAR).sum())
        late = after if after >= ENOUGH and after * SHARE >= len(lags) else 0
        if before or late:  # nothing happens a year before its payment, but claims may be late
            return WrongYears(kind, name, before + late, len(lags), of_payment=True)
    return None


def other_clock(tables: Tables) -> OtherClock | None:
    """By which clock buyers wrote, if it was another one than that of the orders, or one by which
    all of them were awake at night and asleep in the evening. None where times agree.
    """
    said = _hours(tables, Kind.CHATS, ("sent_at",), MESSAGES)
    if said is None or ASLEEP * sum(said[hour] for hour in DEEP) < sum(said):
        return None
    chats = _thirds(said)
    bought = _hours(tables, Kind.ORDERS, PLACED[Kind.ORDERS], ORDERS)
    orders = None if bought is None else _thirds(bought)
    if orders is not None:
        for turns in (1, 2):
            if _turned(chats, orders, turns):
                return OtherClock(_shown(chats), _shown(orders), early=turns == 1)
    awake = [_awake(own) for own in (chats, orders) if own is not None]
    return OtherClock(_shown(chats), None) if sum(chats) >= ALONE and all(awake) else None


def _awake(thirds: Sequence[int]) -> bool:
    """Whether most was done at night and by day, and hardly anything in the evening."""
    return 3 * thirds[NIGHT] >= sum(thirds) and 12 * thirds[EVENING] <= sum(thirds)


def _turned(chats: Sequence[int], orders: Sequence[int], turns: int) -> bool:
    """Whether messages fall on hours of no orders, orders on hours of no messages, and both would
    agree if the chats were `turns` thirds of a day later.
    """
    all_chats, all_orders = sum(chats), sum(orders)
    awake = 4 * chats[NIGHT] >= all_chats
    if not awake or 3 * orders[NIGHT] * all_chats > chats[NIGHT] * all_orders:
        return False
    silent = any(
        4 * of >= all_orders and 3 * said * all_orders <= of * all_chats
        for said, of in zip(chats, orders, strict=True)
    )
    later = [chats[(third - turns) % 3] for third in range(3)]
    return silent and 2 * _unlike(later, orders) <= _unlike(chats, orders)


def _unlike(chats: Sequence[int], orders: Sequence[int]) -> int:
    of, by = sum(orders), sum(chats)
    return sum(abs(said * of - had * by) for said, had in zip(chats, orders, strict=True))


def _shown(thirds: Sequence[int]) -> tuple[int, int]:
    of = sum(thirds)
    return thirds[NIGHT] * 100 // of, thirds[EVENING] * 100 // of


def _thirds(hours: Sequence[int]) -> list[int]:
    return [sum(hours[first : first + THIRD]) for first in range(0, len(hours), THIRD)]


def _hours(tables: Tables, kind: Kind, names: Sequence[str], least: int) -> list[int] | None:
    """How many messages of buyers, or orders, fall on each hour of the day; None below `least`."""
    frame = tables.frames.get(kind)
    if frame is None:
        return None
    at = next((name for name in names if name in frame.columns), None)
    chats = kind is Kind.CHATS
    if at is None or (chats and "sender_role" not in frame.columns):
        return None
    if chats:
        own = [name for name in ("sender_role", at, at + SPAN_SUFFIX) if name in frame.columns]
        frame = frame.select(own).filter(pl.col("sender_role") == "buyer")
    hours = _hours_of(frame, at)
    return hours if sum(hours) >= least else None


def _hours_of(rows: pl.DataFrame, at: str) -> list[int]:
    """How many times of a column fall on each hour of the day, by some of many rows."""
    names = [name for name in (at, at + SPAN_SUFFIX) if name in rows.columns]
    times = rows.select(names).gather_every(rows.height // SAMPLE + 1)
    if at + SPAN_SUFFIX in names:
        times = times.filter(pl.col(at + SPAN_SUFFIX).fill_null(0) < DAY_SPAN)
    counts = dict(times.select(pl.col(at).dt.hour()).drop_nulls()[at].value_counts().iter_rows())
    return [int(counts.get(hour, 0)) for hour in range(24)]

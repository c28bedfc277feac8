"""Degradations of days: what an export of fewer days, or of several pieces, leaves out.

Only runs of days that the rules call missing are cut (§1b.5): where the pace of what is left lets
one expect ten units or more in them, and no other gap of about their length is in the files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from tests.degradation.builders import Gap, gaps, late_start, window_end
from tests.degradation.cells import Degraded, is_damaged
from tests.degradation.exports import Cells, Exports, Loss

DAY = timedelta(days=1)
COLUMN = {"orders": ("order_id", "created_at"), "chats": ("session_id", "sent_at")}
WEIGHED = {
    "orders": ("created_at", "paid_at", "shipped_at"),
    "chats": ("sent_at",),
}
WINDOW = 30
LONGEST = 60
ENOUGH = 10
BY_APPLICATION = frozenset(
    {
        "refund-deadlines",
        "reject-without-reason",
        "quality-refund-rate",
        "close-aftersales",
        "jd-review-12h",
        "jd-finish-7d",
    }
)
"""Rules that count tickets by the time of application."""
BY_TICKETS = frozenset({"pickup-24h", "tb-pickup-48h"})
"""Rules whose orders do not count after some tickets; of a missing day as many as its tickets."""
ENDLESS = frozenset({"close-orders", "close-cooldown", "close-aftersales"})
"""Rules without a window: what was before the first row of the files is outside the law, and the
report names that row's day.
"""
OF_SIXTY_DAYS = frozenset({"quality-refund-rate"})
OF_WEEKS = {28: "reply-rate-3m", 7: "fast-reply-badge"}
"""Days of a shorter window → the rule that has it."""
"""Rules of a longer window, whose pace may be too slow to call a run of days missing."""
LAG = 7
"""Days after the first order before which no ticket need be there."""
STALE = 3
"""Days that orders must run on past the newest event of a ticket."""


def when(cell: str) -> datetime | None:
    """The instant of a readable cell; a date or a minute is its beginning."""
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        return None


def dated(exports: Exports, kind: str, *, whole: bool = False) -> list[tuple[str, datetime]]:
    """(key, time) of the rows whose time can be read, or of those only that have no damage."""
    key, column = COLUMN[kind]
    return [
        (row[key], moment)
        for row in exports.rows(kind)
        if (moment := when(row[column])) is not None and not (whole and is_damaged(row))
    ]


def gaps_of(exports: Exports, kind: str) -> list[list[Gap]]:
    """The gaps by each reading: with rejected rows and without, since the window began and since
    the shop opened.
    """
    since = {window_end(exports.as_of) - WINDOW * DAY}
    if exports.opened_at is not None:
        since.add(max(*since, exports.opened_at))
    return [
        gaps(dated(exports, kind, whole=whole), exports.as_of, start)
        for whole in (False, True)
        for start in since
    ]


def cut_days(rng: Random, exports: Exports) -> Degraded:
    """Days without a single row: at the beginning, in the middle, or at the end (§1b.5).

    A missing day weighs like the fullest day with rows, so what was cut may not be more than
    that: not in rows of any kind, nor in any of the times by which a rule counts.
    """
    kind = rng.choice(sorted(kind for kind in COLUMN if exports.rows(kind)))
    end = window_end(exports.as_of)
    length = rng.choice((1, 1, 2, 3, 5, 8, 15, 25))
    first = end - length * DAY
    match rng.randrange(3):
        case 0:
            first = end - WINDOW * DAY  # and everything before it
        case 1:
            first -= rng.randrange(WINDOW - length + 1) * DAY
    last = first + length * DAY
    start = datetime.min if first == end - WINDOW * DAY else first

    def lost(row: Cells) -> bool:
        moment = when(row[COLUMN[kind][1]])
        return moment is not None and start <= moment < last

    kept = exports.with_rows(kind, [row for row in exports.rows(kind) if not lost(row)])
    if not is_missing(kept, kind, first, length):
        return None
    if not no_fuller_than_others(exports, kept, (kind, first, last), lost):
        return None
    detail = f"{kind} {first:%m-%d}+{length} of {WINDOW} days"
    spared = ENDLESS if kind == "orders" and start == datetime.min else frozenset[str]()
    if not missing_since(kept, kind, end - LONGEST * DAY, (first, length)):
        spared |= OF_SIXTY_DAYS
    for days, rule in OF_WEEKS.items():
        since = end - days * DAY
        begun = max(first, since) if start == datetime.min else first
        if not missing_since(kept, kind, since, (begun, (last - begun) // DAY)):
            spared |= {rule}
    return kept, Loss(f"cut_days_{kind}", detail, spared)


def missing_since(exports: Exports, kind: str, since: datetime, run: tuple[datetime, int]) -> bool:
    """Whether a run of days is missing by the pace of a longer window, which may be slower."""
    start = max(since, exports.opened_at or since)
    found = gaps(dated(exports, kind), exports.as_of, start)
    return run in [(gap.first, gap.days) for gap in found if gap.missing]


def may_miss_days(exports: Exports) -> bool:
    """Whether the rules call any run of days missing, since the shop opened where it is told."""
    opened_at = exports.opened_at or datetime.min
    starts = {max(opened_at, window_end(exports.as_of) - days * DAY) for days in (WINDOW, LONGEST)}
    return any(
        gap.missing
        for kind in COLUMN
        for start in starts
        for gap in gaps(dated(exports, kind), exports.as_of, start)
    )


def is_missing(kept: Exports, kind: str, first: datetime, length: int) -> bool:
    """Whether the rules call exactly this run missing, by any reading of "another gap"."""
    for reading in gaps_of(kept, kind):
        if (first, length) not in [(gap.first, gap.days) for gap in reading if gap.missing]:
            return False
    others = gaps_of(kept, "chats" if kind == "orders" else "orders")
    return all(
        abs(gap.days - length) > 1 or gap.first == first for reading in others for gap in reading
    )


def no_fuller_than_others(
    whole: Exports,
    kept: Exports,
    cut: tuple[str, datetime, datetime],
    lost: Callable[[Cells], bool],
) -> bool:
    """Whether no cut day was fuller than the fullest that is left, by each time that is counted.

    Rows that another degradation made unknown do not count among those that are left.
    """
    kind, first, last = cut
    days = (last - first) // DAY
    for column in WEIGHED[kind]:
        if not whole.has(kind, column):
            continue
        gone = counted(kind, [row for row in whole.rows(kind) if lost(row)], column)
        inside = {day: count for day, count in gone.items() if day >= last - LONGEST * DAY}
        fullest = max(counted(kind, kept.rows(kind), column).values(), default=0)
        if max(inside.values(), default=0) > fullest:
            return False
        if sum(count for day, count in inside.items() if day >= first) > fullest * days:
            return False
    return True


def counted(kind: str, rows: list[Cells], column: str) -> Counter[datetime]:
    """Rows a day; of chats what buyers ask, for that is what is counted."""
    return Counter(
        moment.replace(hour=0, minute=0, second=0)
        for row in rows
        if (kind == "orders" or row["sender_role"] == "buyer")
        and not is_damaged(row)
        and (moment := when(row[column])) is not None
    )


def stale_tickets(rng: Random, exports: Exports) -> Degraded:
    """A file of tickets that ends days before the orders do (§1b.5): each ticket with an event
    after some instant is gone. Rules that count by the time of finishing are judged; one ticket
    applied for before the end and finished after it lies in no missing day of the others.
    """
    if "tickets" not in exports.tables or "orders" not in exports.tables:
        return None
    until = window_end(exports.as_of) - rng.randrange(STALE + 1, 20) * DAY
    names = ("applied_at", "agreed_at", "return_signed_at", "finished_at")
    rows = exports.rows("tickets")
    spans = [[moment for name in names if (moment := when(row[name]))] for row in rows]
    if any(not times for times in spans):
        return None
    kept = [row for row, times in zip(rows, spans, strict=True) if max(times) < until]
    newest = max((max(times) for times in spans if max(times) < until), default=None)
    last_order = max((moment for _, moment in dated(exports, "orders")), default=None)
    if newest is None or last_order is None or last_order - newest < (STALE + 1) * DAY:
        return None
    oldest = min(min(times) for times in spans)
    pace = len(kept) / ((exports.as_of - oldest) // DAY + 1)
    if pace * ((last_order - newest) // DAY) < ENOUGH or not tickets_no_fuller(rows, until):
        return None
    detail = f"tickets {len(rows) - len(kept)}/{len(rows)} after {until:%m-%d}"
    born = Counter(moment.date() for row in kept if (moment := when(row["applied_at"])))
    weight = (exports.as_of.date() - newest.date()).days * max(born.values(), default=0)
    spared = BY_APPLICATION | (BY_TICKETS if len(rows) - len(kept) > weight else frozenset())
    return exports.with_rows("tickets", kept), Loss("stale_tickets", detail, spared)


def late_tickets(rng: Random, exports: Exports) -> Degraded:
    """A file of tickets that begins days after the orders do (§1b.3, §1b.5): each ticket applied
    for before some instant is gone. Those of them that ended later are fewer than the missing days
    weigh.
    """
    # One row an order: a row that was doubled before shows no second one.
    orders = list(dict(dated(exports, "orders", whole=True)).values())
    rows = exports.rows("tickets")
    born = [when(row["applied_at"]) for row in rows]
    if not orders or None in born or any(map(is_damaged, rows)) or may_miss_days(exports):
        return None
    end = window_end(exports.as_of)
    until = end - rng.randrange(2, 25) * DAY
    kept = [row for row, moment in zip(rows, born, strict=True) if moment and moment >= until]
    times = [moment for moment in born if moment and moment >= until]
    head = late_start(times, orders, set(), end - WINDOW * DAY, LAG)
    fullest = max(Counter(moment.date() for moment in times).values(), default=0)
    gone = [row for row in rows if row not in kept]
    begun = min(orders)
    for column in ("applied_at", "finished_at"):
        inside = [m for row in gone if (m := when(row[column])) and m >= end - WINDOW * DAY]
        ends = Counter(m.date() for row in kept if (m := when(row[column])))
        if len(inside) > len(head) * max(ends.values(), default=0):
            return None
    older = [m for row in gone if (m := when(row["applied_at"])) and m >= end - LONGEST * DAY]
    days = (until - max(begun, end - LONGEST * DAY)) // DAY
    if not head or len(older) > days * fullest:
        return None
    detail = f"tickets {len(gone)}/{len(rows)} before {until:%m-%d}"
    spared = frozenset({"close-aftersales"})
    spared |= BY_TICKETS if len(gone) > len(head) * fullest else frozenset()
    return exports.with_rows("tickets", kept), Loss("late_tickets", detail, spared)


def tickets_no_fuller(rows: list[Cells], until: datetime) -> bool:
    """Whether no day after the end held more applications or ends than the fullest before."""
    for column in ("applied_at", "finished_at"):
        days = Counter(
            moment.replace(hour=0, minute=0, second=0)
            for row in rows
            if (moment := when(row[column])) is not None
        )
        before = [count for day, count in days.items() if day < until]
        after = [count for day, count in days.items() if day >= until]
        if max(after, default=0) > max(before, default=0):
            return False
    return True

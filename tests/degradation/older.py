"""Degradations of later days: exports of two instants, days in the middle, judgements to come.

Seeds from `FROM` on draw them as well; those below draw what there was when they were kept.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from tests.degradation.builders import lost_inside, window_end
from tests.degradation.cells import Degraded, is_damaged, places_of, some, stated
from tests.degradation.days import dated, may_miss_days, when
from tests.degradation.exports import Cells, Exports, Loss

FROM = 20_000_000
DAY = timedelta(days=1)
ENOUGH = 10
TO_COME = ("无", "暂无", "未判责", "待平台判责", "--")
EVENTS = {
    "orders": (
        "created_at", "paid_at", "shipped_at", "picked_up_at", "received_at", "finished_at",
    ),
    "tickets": ("applied_at", "agreed_at", "return_signed_at", "finished_at"),
}  # fmt: skip
REACHED = (
    ("finished_at", "completed"),
    ("received_at", "received"),
    ("shipped_at", "shipped"),
    ("paid_at", "paid"),
)
"""Time of an order → the state that it has from then on, the last one first."""


def old_export(rng: Random, exports: Exports) -> Degraded:
    """The first days stand in an export that was made soon after them, the others in one of today:
    nothing tells what became of what was open in the first (§1b, whatever happened since).

    Only files are split that end as abruptly as the rules ask.
    """
    kind = rng.choice([kind for kind in EVENTS if exports.rows(kind)])
    rows = exports.rows(kind)
    names = [name for name in EVENTS[kind] if exports.has(kind, name)]
    cells = [row[name] for row in rows for name in names if row[name]]
    if any(map(is_damaged, rows)) or any(len(cell) != 19 for cell in cells):
        return None
    split = window_end(exports.as_of) - rng.randrange(1, 40) * DAY
    made_at = split + rng.choice((0, 1, 7, 40)) * timedelta(hours=1)
    begun = names[0]
    first = [row for row in rows if row[begun] and row[begun] < f"{split}"]
    rest = [row for row in rows if row not in first]
    old = [as_of(rng, kind, row, f"{made_at}", names) for row in first]
    if not rest or not is_abrupt(exports.as_of, old, rest, names):
        return None
    changed = exports.with_rows(kind, rest).with_older(kind, old)
    detail = f"{kind} {len(old)}/{len(rows)} as of {made_at:%m-%d %H}"
    return changed, Loss(f"old_export_{kind}", detail)


def as_of(rng: Random, kind: str, row: Cells, made_at: str, names: list[str]) -> Cells:
    """A row as an export of an earlier instant shows it."""
    early = row | {name: "" for name in names if row[name] >= made_at}
    if early == row and row["status"] not in ("closed", "pending_payment"):
        return row
    if kind == "tickets":
        if early["finished_at"] != row["finished_at"]:
            early |= {"status": "open"} | ({"liable_party": ""} if "liable_party" in row else {})
        return early
    if row["status"] == "closed" and rng.randrange(2):
        return early  # nothing tells when it was closed
    if row["status"] == "closed" and "aftersale_state" in row:
        early["aftersale_state"] = "none"
    reached = (state for name, state in REACHED if early.get(name))
    return early | {"status": next(reached, "pending_payment")}


def is_abrupt(instant: datetime, old: list[Cells], rest: list[Cells], names: list[str]) -> bool:
    """Whether the rules take the first file for an older one."""
    events = sorted(m for row in old for name in names if (m := when(row[name])))
    others = [m for row in rest for name in names if (m := when(row[name]))]
    if not events or not others:
        return False
    last = events[-1]
    silence = min(max(*others, last), instant) - last
    usual = any(later - earlier >= silence for earlier, later in pairwise(events))
    recent = sum(moment > last - silence for moment in events)
    return silence >= DAY and not usual and recent >= ENOUGH


def days_inside(rng: Random, exports: Exports) -> Degraded:
    """A file of tickets without the applications of a run of days in its middle (§1b.3, §1b.5):
    they are fewer than the missing days weigh, by each time that is counted.
    """
    rows = exports.rows("tickets")
    orders = [moment for _, moment in dated(exports, "orders", whole=True)]
    born = [when(row["applied_at"]) for row in rows]
    if not orders or None in born or any(map(is_damaged, rows)) or may_miss_days(exports):
        return None
    length = rng.choice((1, 2, 3, 5, 8))
    first = window_end(exports.as_of) - rng.randrange(length + 1, 29) * DAY
    last = first + length * DAY
    kept = [row for row, at in zip(rows, born, strict=True) if at and not first <= at < last]
    gone = [row for row in rows if row not in kept]
    times = [moment for row in kept if (moment := when(row["applied_at"]))]
    lost = {first + number * DAY for number in range(length)}
    if not gone or not lost <= set(lost_inside(times, orders, set())):
        return None
    for column in ("applied_at", "finished_at"):
        days = Counter(m.date() for row in kept if (m := when(row[column])))
        if len(gone) > length * max(days.values(), default=0):
            return None
    detail = f"tickets {len(gone)}/{len(rows)} of {first:%m-%d}+{length}"
    spared = {"close-aftersales"}
    if {row["order_id"] for row in gone} & {row["order_id"] for row in kept}:
        spared.add("quality-refund-rate")  # another ticket of the order seems to be its first one
    return exports.with_rows("tickets", kept), Loss("days_inside", detail, frozenset(spared))


def judgements_to_come(rng: Random, exports: Exports) -> Degraded:
    """A word for no judgement yet on tickets that the platform stepped into: it may have been any
    (§1b.1, §2 liability). The other tickets have one just as well.
    """
    if not exports.has("tickets", "liable_party") or "disputes" in exports.tables:
        return None
    places = places_of(exports, "tickets", lambda row: row["liable_party"] != "")
    if not places:
        return None
    chosen, word = some(rng, places), rng.choice(TO_COME)
    others = places_of(exports, "tickets", lambda row: row["liable_party"] == "")
    chosen |= set(others) if exports.has("tickets", "arbitration") else set()
    changed = exports.edited("tickets", chosen, lambda row: row | {"liable_party": word})
    detail = (
        f"{stated('tickets', 'liable_party', len(chosen), len(exports.rows('tickets')))} {word}"
    )
    return changed, Loss("judgements_to_come", detail)

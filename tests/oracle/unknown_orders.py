"""Bounds of shipping and pickup in time, from files of which part is unknown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import product

from .knowledge import (
    ANYTHING,
    HIT,
    MISS,
    OUT,
    SECOND,
    Cells,
    Files,
    Interval,
    Pair,
    Span,
    Unit,
    fullest,
    interval_of,
    is_known,
    missing_dates,
    span_of,
    turns,
)

SHIP = timedelta(hours=48)
PICKUP = timedelta(hours=24)
LEFT = ("shipped", "received", "completed")
PAID = ("paid", *LEFT)
Fate = Interval | str
"""When a line left, or `gone` (given up), `waits`, `somewhen`."""


def lines_of(files: Files) -> dict[str, list[Cells]]:
    lines: dict[str, list[Cells]] = {}
    for row in files["orders"].good:
        if row["order_id"]:
            lines.setdefault(row["order_id"], []).append(row)
    return lines


def unkeyed(files: Files) -> int:
    """Rows that may be lines of any order: rejected ones, and those below the first of a group."""
    below = sum(not row["order_id"] for row in files["orders"].good)
    return files["orders"].keyless("order_id") + below


def created(files: Files) -> list[tuple[str, datetime]]:
    return [
        (row["order_id"], moment.low)
        for row in files["orders"].good
        if row["order_id"] and (moment := interval_of(row.get("created_at", "")))
    ]


def add_missing_days(files: Files, units: list[Unit], last: timedelta) -> None:
    """A missing day weighs like the fullest day, in orders created, paid or shipped.

    What was created within `last` of as-of cannot be late yet.
    """
    orders = files["orders"]
    weights = [
        fullest(m.low for row in orders.good if (m := interval_of(row.get(name, ""))))
        for name in ("created_at", "paid_at", "shipped_at")
    ]
    for day in missing_dates(files, created(files)):
        may_miss = day + last < files.as_of
        units.extend([ANYTHING if may_miss else frozenset({HIT, OUT})] * max(weights))


# --- shipping ---------------------------------------------------------------------------------


def shipping_span(files: Files) -> Span | None:
    orders = files["orders"]
    if not orders.has("paid_at", "shipped_at", "status"):
        return None
    touched = orders.touched("order_id") | files["shipments"].touched("order_id")
    lines = lines_of(files)
    units: list[Unit] = [
        ANYTHING if order in touched else shipping_unit(files, order, rows)
        for order, rows in lines.items()
    ]
    units += [ANYTHING for _ in orders.touched("order_id") - set(lines)]
    strays = unkeyed(files) + files["shipments"].keyless("order_id")
    turns(units, strays, HIT)
    turns(units, strays, MISS)
    add_missing_days(files, units, SHIP)
    return span_of(units)


def line_fates(line: Cells, elsewhere: Interval | None) -> list[Fate]:
    """What may have become of one line."""
    sent = interval_of(line["shipped_at"]) or elsewhere
    if sent is not None:
        return [sent]
    status, state = line["status"], line.get("aftersale_state", "")
    if status == "closed" or state == "refunded":
        return ["gone"]
    fates: list[Fate] = ["somewhen"] if status in LEFT else ["waits"]
    if not is_known("orders", "status", status):
        fates = ["waits", "somewhen", "gone"]
    if not is_known("orders", "aftersale_state", state):
        fates.append("gone")
    return fates


def payments_lost(files: Files) -> bool:
    """Whether orders that were paid lack their time by the dozen, and not one as a gift does."""
    paid = [row for row in files["orders"].good if row.get("status", "") in PAID]
    lacking = sum(not row.get("paid_at", "") for row in paid)
    return lacking >= 10 and lacking * 4 >= len(paid)


def shipping_unit(files: Files, order: str, lines: list[Cells]) -> Unit:
    if any(line.get("is_presale") == "true" for line in lines):
        return frozenset({OUT})
    paid = earliest(interval_of(line["paid_at"]) for line in lines)
    if paid is None:
        rows = [*lines, *files["shipments"].by("order_id").get(order, [])]
        sent = earliest(interval_of(row.get("shipped_at", "")) for row in rows)
        before = sent is not None and sent.low < files.since(30)
        paid_once = lines[0]["status"] in PAID and not before
        return ANYTHING if paid_once and payments_lost(files) else frozenset({OUT})
    inside = files.inside(paid)
    if inside == {False}:
        return frozenset({OUT})
    parcels = files["shipments"].by("order_id").get(order, [])
    elsewhere = earliest(interval_of(row.get("shipped_at", "")) for row in parcels)
    outcomes: set[Pair] = {OUT} if False in inside else set()
    for fates in product(*(line_fates(line, elsewhere) for line in lines)):
        outcomes |= of_fates(files, paid, [fate for fate in fates if fate != "gone"])
    return frozenset(outcomes)


def of_fates(files: Files, paid: Interval, fates: list[Fate]) -> set[Pair]:
    """What an order may count as whose lines that were not given up had these fates."""
    if not fates:
        return {OUT}
    limit = Interval(paid.low + SHIP, paid.high + SHIP)
    if "waits" in fates:
        return not_yet(files, limit)
    outcomes: set[Pair] = set()
    if "somewhen" in fates:
        outcomes |= {HIT} | not_yet(files, limit)
    times = [fate for fate in fates if isinstance(fate, Interval)]
    if not times:
        return outcomes
    last = Interval(max(t.low for t in times), max(t.high for t in times))
    return outcomes | in_time(files, last, limit)


def not_yet(files: Files, limit: Interval) -> set[Pair]:
    outcomes: set[Pair] = set()
    if limit.low < files.as_of:
        outcomes.add(MISS)
    if limit.high >= files.as_of:
        outcomes.add(OUT)
    return outcomes


def in_time(files: Files, done: Interval, limit: Interval) -> set[Pair]:
    """Outcomes of something done in one interval with a limit in another one."""
    outcomes: set[Pair] = set()
    last = files.as_of if files.as_of.time() != datetime.min.time() else files.as_of - SECOND
    if done.low <= last:
        if done.low <= limit.high:
            outcomes.add(HIT)
        if done.high > limit.low:
            outcomes.add(MISS)
    if done.high > last:
        outcomes |= not_yet(files, limit)
    return outcomes


def earliest(moments: Iterable[Interval | None]) -> Interval | None:
    known = [moment for moment in moments if moment is not None]
    if not known:
        return None
    return Interval(min(m.low for m in known), min(m.high for m in known))


# --- pickup -----------------------------------------------------------------------------------


def pickup_span(files: Files) -> Span | None:
    orders, shipments = files["orders"], files["shipments"]
    sources = [known for known in (orders, shipments) if known.has("picked_up_at")]
    if not orders.has("shipped_at") or not sources:
        return None
    if not any(row["picked_up_at"] for known in sources for row in known.good):
        return None
    lines = lines_of(files)
    if "order_id" in shipments.header and not orders.has("picked_up_at"):
        ids = {row["order_id"] for row in shipments.good}
        if not ids & set(lines):
            return None  # a file of other orders
    touched = orders.touched("order_id") | shipments.touched("order_id")
    units: list[Unit] = [
        ANYTHING if order in touched else pickup_unit(files, order, rows)
        for order, rows in lines.items()
    ]
    units += [ANYTHING for _ in orders.touched("order_id") - set(lines)]
    strays = unkeyed(files) + shipments.keyless("order_id")
    strays += files["tickets"].keyless("order_id")
    turns(units, strays, HIT)
    turns(units, strays, MISS)
    add_missing_days(files, units, PICKUP)
    return span_of(units)


def pickup_unit(files: Files, order: str, lines: list[Cells]) -> Unit:
    parcels = files["shipments"].by("order_id").get(order, [])
    everywhere = [*lines, *parcels]
    shipped = earliest(interval_of(row.get("shipped_at", "")) for row in everywhere)
    if shipped is None:
        left = any(
            line["status"] in LEFT or not is_known("orders", "status", line["status"])
            for line in lines
        )
        return ANYTHING if left else frozenset({OUT})
    inside = files.inside(shipped)
    if inside == {False}:
        return frozenset({OUT})
    outcomes: set[Pair] = {OUT} if False in inside else set()
    limit = Interval(shipped.low + PICKUP, shipped.high + PICKUP)
    picked = earliest(interval_of(row.get("picked_up_at", "")) for row in everywhere)
    stated = parcels or files["orders"].has("picked_up_at")
    if picked is not None:
        outcomes |= in_time(files, picked, limit)
    elif stated:
        outcomes |= not_yet(files, limit)
    else:
        outcomes |= {HIT} | not_yet(files, limit)
    return refunded_before(files, order, outcomes, (picked, limit, bool(stated)))


def refunded_before(
    files: Files, order: str, outcomes: set[Pair], about: tuple[Interval | None, Interval, bool]
) -> Unit:
    """The same outcomes, or none, by the tickets that were applied for before the pickup."""
    picked, limit, stated = about
    if order in files["tickets"].touched("order_id"):
        return frozenset(outcomes | {OUT})
    for row in files["tickets"].by("order_id").get(order, []):
        applied = interval_of(row.get("applied_at", ""))
        if applied is None or applied.low > files.as_of:
            continue
        if picked is not None and picked.low <= files.as_of:
            may, must = applied.low < picked.high, applied.high < picked.low
            must = must and picked.high < files.as_of
        else:
            may, must = stated and applied.low <= limit.high, stated and applied.high <= limit.low
            may = may or not stated
        if must and applied.high < files.as_of:
            return frozenset({OUT})
        if may:
            outcomes = outcomes | {OUT}
    return frozenset(outcomes)

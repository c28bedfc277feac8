"""Logistics: shipping in time, keeping the own promise, pickup, waybills that cannot be right."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .basis import NO_VERDICT, Case, Outcome, money, text, tidy, time
from .orders import Order, given_up, is_cancelled, is_force_majeure, is_presale, orders_of

WINDOW = 30
SHIP_LIMIT = timedelta(hours=48)
PICKUP_LIMIT = timedelta(hours=24)
K6_GAP = timedelta(days=30)
CENT = Decimal("0.01")


def rules(case: Case) -> dict[str, Outcome]:
    return {
        "ship-48h": shipping(case),
        "ship-promise": promise(case),
        "pickup-24h": pickup(case),
        "waybill-integrity": integrity(case),
    }


def as_parcels(case: Case, rule: str) -> bool:
    chosen = case.option(rule, "parcels", case.option("ship-48h", "parcels", "replacement"))
    return chosen == "parcels"


def ship_times(case: Case, rule: str, order: Order) -> list[datetime | None]:
    """When each thing that must be sent was sent: one entry, or one for each parcel."""
    if as_parcels(case, rule):
        return [case.happened(parcel.shipped_at) for parcel in order.parcels]
    return [case.happened(order.last_shipped_at)]


def punctuality(case: Case, times: list[datetime | None], limit: datetime) -> str:
    """`late` if anything is late, else `pending` if anything may still arrive in time."""
    late = [sent > limit if sent else limit < case.as_of for sent in times]
    if any(late):
        return "late"
    return "in_time" if all(times) else "pending"


def compensation(order: Order) -> Decimal:
    """10 % of the amount paid, at least 5 and at most 30 yuan (handbook 3.2, L21)."""
    paid = sum((money(line, "paid_amount") or Decimal(0) for line in order.lines), Decimal(0))
    tenth = (paid / 10).quantize(CENT, rounding=ROUND_HALF_UP)
    return min(max(tenth, Decimal(5)), Decimal(30))


def left_somewhen(order: Order) -> bool:
    """Its state says that it left, and no file when. Each line of an order is called shipped as
    soon as one of them was.
    """
    if order.last_shipped_at is not None:
        return False
    waiting = [line for line in order.lines if not time(line, "shipped_at") and not given_up(line)]
    states = {"received", "completed"}
    if len(waiting) == sum(not given_up(line) for line in order.lines):
        states.add("shipped")
    return bool(waiting) and all(text(line, "status") in states for line in waiting)


def early_refusal(case: Case, order: Order, *, presale_out: bool) -> str | None:
    if order.paid_at is None:
        return "unpaid"
    if reason := case.outside(order.paid_at, WINDOW):
        return reason
    if is_force_majeure(case, order):
        return "force_majeure"
    if is_cancelled(order):
        return "cancelled"
    if presale_out and is_presale(case, order):
        return "presale"
    return None


def shipping(case: Case) -> Outcome:
    if not case.has("orders", "paid_at", "shipped_at", "status"):
        return NO_VERDICT
    excluded: Counter[str] = Counter()
    states: Counter[str] = Counter()
    costs: dict[str, Decimal] = {}
    fates: dict[str, str] = {}
    for order in orders_of(case).values():
        if reason := early_refusal(case, order, presale_out=True):
            excluded[reason] += 1
            fates[order.order_id] = reason
            continue
        assert order.paid_at is not None
        if left_somewhen(order):
            states["no_time"] += 1
            continue
        times = ship_times(case, "ship-48h", order)
        state = punctuality(case, times, order.paid_at + SHIP_LIMIT)
        states[state] += 1
        fates[order.order_id] = state
        if state == "late":
            costs[order.order_id] = compensation(order)
    excluded["pending"] += states["pending"]
    due = states["in_time"] + states["late"]
    return Outcome(states["in_time"], due, tidy(excluded), extra={"late": costs, "orders": fates})


def promise(case: Case) -> Outcome:
    if not case.has("orders", "paid_at", "shipped_at", "status"):
        return NO_VERDICT
    excluded: Counter[str] = Counter()
    states: Counter[str] = Counter()
    costs: dict[str, Decimal] = {}
    fates: dict[str, str] = {}
    for order in orders_of(case).values():
        if reason := early_refusal(case, order, presale_out=False):
            excluded[reason] += 1
            fates[order.order_id] = reason
            continue
        assert order.paid_at is not None
        if left_somewhen(order):
            states["no_time"] += 1
            continue
        limit = order.promised_at or order.paid_at + SHIP_LIMIT
        state = punctuality(case, ship_times(case, "ship-promise", order), limit)
        states[state] += 1
        fates[order.order_id] = state
        if state == "late":
            costs[order.order_id] = compensation(order)
    excluded["pending"] += states["pending"]
    due = states["in_time"] + states["late"]
    return Outcome(states["late"], due, tidy(excluded), extra={"late": costs, "orders": fates})


# --- pickup -----------------------------------------------------------------------------------


def refund_before_pickup(case: Case, order: Order, applied: list[datetime]) -> bool:
    assert order.shipped_at is not None
    picked = case.happened(order.picked_up_at)
    for moment in applied:
        if not case.is_past(moment):
            continue
        if picked is not None and moment < picked:
            return True
        if picked is None and moment <= order.shipped_at + PICKUP_LIMIT:
            return True
    return False


def pickup_state(case: Case, order: Order) -> str:
    if as_parcels(case, "pickup-24h"):
        pairs = [
            (parcel.shipped_at, parcel.picked_up_at)
            for parcel in order.parcels
            if case.happened(parcel.shipped_at)
        ]
    else:
        pairs = [(order.shipped_at, order.picked_up_at)]
    states = []
    for shipped, picked in pairs:
        assert shipped is not None
        states.append(punctuality(case, [case.happened(picked)], shipped + PICKUP_LIMIT))
    return next((state for state in ("late", "pending") if state in states), "in_time")


def tells_pickups(case: Case, kind: str) -> bool:
    """A column that is empty in each of several rows that should fill it is none."""
    rows = case.rows(kind)
    if any(time(row, "picked_up_at") for row in rows):
        return True
    sent = [moment for row in rows if (moment := time(row, "shipped_at"))]
    due = [moment for moment in sent if moment + PICKUP_LIMIT < case.as_of]
    return case.has(kind, "picked_up_at") and len(due) < 3


def pickup(case: Case) -> Outcome:
    own = case.has("orders", "shipped_at") or case.has("shipments", "shipped_at")
    seen = case.has("orders", "picked_up_at") or case.has("shipments", "picked_up_at")
    if "orders" not in case.shop or not (own and seen):
        return NO_VERDICT
    applied: dict[str, list[datetime]] = {}
    for row in case.rows("tickets"):
        if moment := time(row, "applied_at"):
            applied.setdefault(text(row, "order_id"), []).append(moment)
    stated = tells_pickups(case, "shipments")
    listed = {text(row, "order_id") for row in case.rows("shipments") if stated}
    own_column = tells_pickups(case, "orders")
    fates: dict[str, str] = {}
    for order in orders_of(case).values():
        if order.shipped_at is None:
            continue  # an order that never got a shipping time is not a shipped order
        if reason := case.outside(order.shipped_at, WINDOW):
            fates[order.order_id] = reason
        elif is_force_majeure(case, order):
            fates[order.order_id] = "force_majeure"
        elif not own_column and order.order_id not in listed:
            fates[order.order_id] = "not_covered"  # no file would tell of its pickup
        elif refund_before_pickup(case, order, applied.get(order.order_id, [])):
            fates[order.order_id] = "refund_before_pickup"
        else:
            fates[order.order_id] = pickup_state(case, order)
    counts = Counter(fates.values())
    in_time, late = counts.pop("in_time", 0), counts.pop("late", 0)
    unknown = counts.pop("not_covered", 0)
    excluded = tidy(counts)
    return Outcome(in_time, in_time + late, excluded, unknown=unknown, extra={"orders": fates})


# --- waybills ---------------------------------------------------------------------------------


def waybill_entries(case: Case) -> list[tuple[str, Order, datetime, str, str]]:
    """(waybill, order, shipped, address, shop) of every row that names a waybill by as-of."""
    entries = []
    for order in orders_of(case).values():
        addresses = [text(line, "address") for line in order.lines if text(line, "address")]
        shops = [text(line, "shop_id") for line in order.lines if text(line, "shop_id")]
        address, shop = "".join(addresses[:1]), "".join(shops[:1])
        named = [(text(line, "tracking_no"), time(line, "shipped_at")) for line in order.lines]
        named += [(parcel.tracking_no, parcel.shipped_at) for parcel in order.parcels]
        for waybill, shipped in named:
            moment = case.happened(shipped or order.shipped_at)
            if waybill and moment is not None:
                entries.append((waybill, order, moment, address, shop))
    return entries


def bad_waybills(case: Case) -> dict[str, set[str]]:
    """Waybill -> checks of handbook 3.3.6 that it fails together with its partners."""
    groups: dict[str, list[tuple[str, Order, datetime, str, str]]] = {}
    for entry in waybill_entries(case):
        groups.setdefault(entry[0], []).append(entry)
    found: dict[str, set[str]] = {}
    for waybill, entries in groups.items():
        checks = set()
        if len({address for *_, address, _ in entries if address}) > 1:
            checks.add("K2")
        if len({shop for *_, shop in entries if shop}) > 1:
            checks.add("K4")
        for _, one, first, *_ in entries:
            for _place, other, second, *_rest in entries:
                if one.order_id != other.order_id and second - first > K6_GAP:
                    checks.add("K6")
        found[waybill] = checks
    return found


def names_waybills(case: Case, kind: str) -> bool:
    """A column without a value in any of several rows is none."""
    rows = case.rows(kind)
    filled = any(text(row, "tracking_no") for row in rows)
    return case.has(kind, "tracking_no") and (filled or len(rows) < 3)


def integrity(case: Case) -> Outcome:
    if not case.has("orders", "shipped_at"):
        return NO_VERDICT
    own = sum(bool(text(row, "tracking_no")) for row in case.rows("orders")) > 0
    named = own or names_waybills(case, "orders") or names_waybills(case, "shipments")
    bad = bad_waybills(case)
    listed = {text(row, "order_id") for row in case.rows("shipments")}
    silent = not case.has("orders", "picked_up_at")
    excluded: Counter[str] = Counter()
    matches: dict[str, list[str]] = {}
    shipped = 0
    for order in orders_of(case).values():
        if order.shipped_at is None:
            continue
        if reason := case.outside(order.shipped_at, WINDOW):
            excluded[reason] += 1
            continue
        checks = {check for waybill in order.waybills for check in bad.get(waybill, set())}
        picked = case.happened(order.picked_up_at)
        if picked is not None and order.paid_at is not None and picked < order.paid_at:
            checks.add("K3")
        unlisted = "shipments" in case.shop and order.order_id not in listed
        if named and not order.waybills and (own or not unlisted):
            checks.add("no_waybill")  # without any waybill column nobody can tell
        if checks:
            matches[order.order_id] = sorted(checks)
        elif unlisted and (silent or not (own or order.waybills)):
            continue  # its waybill, or whether it was picked up before its payment, is not known
        shipped += 1
    return Outcome(len(matches), shipped, tidy(excluded), extra={"checks": matches})

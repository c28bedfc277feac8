"""Closing a shop: what still stands in the way and on which day each obstacle clears."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from .aftersales import has_state
from .basis import DAY, Case, Row, Shop, dedupe, text, time
from .gaps import ENOUGH, late_start, lost_inside, midnight_of, missing_runs

NOTICE = timedelta(days=30)
STALE, LAG = 3, 7
"""Days that orders must run on past the tickets; days after the first order without any."""
STRANGERS, SETTLED = 3, 15 * DAY
"""So many unknown orders are of another shop; so long after the first one no older is meant."""
COOLDOWN_DAYS = 31  # the day after the last completion is day 1, day 30 must be over

STATES = ("pending_payment", "paid", "shipped", "received", "completed", "closed")
EVENTS = {
    "orders": ("created_at", "paid_at", "shipped_at", "picked_up_at", "received_at", "finished_at"),
    "tickets": ("applied_at", "agreed_at", "finished_at"),
    "chats": ("sent_at",),
}
Facts = Mapping[str, object]


@dataclass(frozen=True)
class Gate:
    """One precondition: `clear` now, or the date on which it clears by itself, or neither."""

    clear: bool = False
    no_verdict: bool = False
    clears_on: datetime | None = None
    blockers: tuple[str, ...] = ()


UNANSWERED = Gate(no_verdict=True)


def close(shop: Shop, as_of: datetime, facts: Facts) -> dict[str, Gate]:
    case = Case({kind: dedupe(rows, kind)[0] for kind, rows in shop.items()}, as_of)
    return {
        "close-notice": notice(case, facts),
        "close-qualification": none_open(facts, "qualification_change_open"),
        "close-violations": none_open(facts, "violations_open"),
        "close-products": both(
            none_open(facts, "products_on_sale"), none_open(facts, "products_in_review")
        ),
        "close-orders": open_orders(case, facts),
        "close-cooldown": cooldown(case, facts),
        "close-aftersales": open_tickets(case),
        "close-complaints": none_open(facts, "complaints_open"),
        "close-freight-service": freight(facts),
    }


def readiness(gates: Mapping[str, Gate]) -> datetime | None:
    """The latest of all dates; None while anything is unanswered or depends on somebody."""
    dates = []
    for gate in gates.values():
        if gate.no_verdict or (not gate.clear and gate.clears_on is None):
            return None
        if gate.clears_on is not None:
            dates.append(gate.clears_on)
    return max(dates, default=None)


def none_open(facts: Facts, name: str) -> Gate:
    value = facts.get(name)
    if value is None:
        return UNANSWERED
    return Gate(clear=not value)


def both(one: Gate, other: Gate) -> Gate:
    """Worst of two: something known to be open settles it, else an open question does."""
    for gate in (one, other):
        if not gate.clear and not gate.no_verdict:
            return gate
    return UNANSWERED if one.no_verdict or other.no_verdict else Gate(clear=True)


def freight(facts: Facts) -> Gate:
    value = facts.get("freight_service_off")
    return UNANSWERED if value is None else Gate(clear=value is True)


def notice(case: Case, facts: Facts) -> Gate:
    started, interrupted = facts.get("notice_started_at"), facts.get("notice_interrupted")
    if not isinstance(started, datetime):
        return UNANSWERED
    ready = started + NOTICE
    if ready > case.as_of:
        return Gate(clears_on=ready)  # whether or not it was interrupted
    if interrupted is None:
        return UNANSWERED
    return Gate() if interrupted is True else Gate(clear=True, clears_on=ready)


def is_finished(case: Case, row: Row, facts: Facts) -> bool | None:
    """None where the state means nothing, or may have been reached after as-of only; what ends
    after as-of is open, whatever its state means.
    """
    finished = time(row, "finished_at")
    if finished is not None and not case.is_past(finished):
        return False
    if text(row, "status") not in STATES:
        return None
    if misses_its_time(row) and runs_past(case) and "last_completed_at" not in facts:
        return None
    return text(row, "status") in ("completed", "closed")


def runs_past(case: Case) -> bool:
    """Whether the files tell of anything after as-of, and so of states that are younger."""
    return any(
        not case.is_past(moment)
        for kind, names in EVENTS.items()
        for row in case.rows(kind)
        for name in names
        if (moment := time(row, name)) is not None
    )


def created(case: Case) -> list[Row]:
    """Rows of orders that are there; one created after as-of is not yet."""
    rows = case.rows("orders")
    return [row for row in rows if case.is_past(time(row, "created_at") or datetime.min)]


def open_orders(case: Case, facts: Facts) -> Gate:
    if not case.shop.get("orders") and "orders" not in case.shop:
        return UNANSWERED
    fates = [(text(row, "order_id"), is_finished(case, row, facts)) for row in created(case)]
    blockers = sorted({order_id for order_id, done in fates if done is False})
    if not blockers and (any(done is None for _, done in fates) or lacks_days(case)):
        return UNANSWERED
    return Gate(clear=not blockers, blockers=tuple(blockers))


def lacks_days(case: Case) -> bool:
    """Whether days are missing since the first order: an open one may have been made on them."""
    rows = [
        (text(row, "order_id"), moment)
        for row in case.rows("orders")
        if (moment := time(row, "created_at"))
    ]
    first = min((moment for _, moment in rows), default=case.as_of)
    return bool(missing_runs(rows, case.as_of, first))


def lacks_tickets(case: Case) -> bool:
    """Whether a file of tickets with rows lacks days on which orders went on."""
    tickets = [m for row in case.rows("tickets") if (m := time(row, "applied_at"))]
    orders = [m for row in case.rows("orders") if (m := time(row, "created_at"))]
    orders = [moment for moment in orders if case.is_past(moment)]
    if not tickets or not orders:
        return False
    events = [
        moment
        for row in case.rows("tickets")
        for name in (*EVENTS["tickets"], "return_signed_at")
        if (moment := time(row, name))
    ]
    days = (midnight_of(max(orders)) - midnight_of(max(events))).days
    known = max((midnight_of(max(events)) - midnight_of(min(tickets))).days + 1, 1)
    paced = len(tickets) >= ENOUGH and len(tickets) * days >= ENOUGH * known
    tail = days >= STALE and paced
    return (
        tail
        or bool(late_start(tickets, orders, set(), min(orders), LAG))
        or bool(lost_inside(tickets, orders, set()))
    )


def cooldown(case: Case, facts: Facts) -> Gate:
    """Not while an order is open; what is known of the others still gives the earliest date."""
    if "orders" not in case.shop:
        return UNANSWERED
    left = open_orders(case, facts)
    gate = after_completions(case, facts, left.blockers)
    if gate.clear and "last_completed_at" not in facts and lacks_days(case):
        gate = UNANSWERED  # one that was completed later may stand in these days
    if not left.blockers:
        return gate
    waits = not gate.clear and not gate.no_verdict
    return Gate(blockers=left.blockers, clears_on=gate.clears_on if waits else None)


def after_completions(case: Case, facts: Facts, without: tuple[str, ...]) -> Gate:
    """By the last completion; an order without a time was completed after all else it tells."""
    rows = [row for row in created(case) if text(row, "order_id") not in without]
    lines: dict[str, list[Row]] = {}
    for row in rows:
        lines.setdefault(text(row, "order_id"), []).append(row)
    strange = [row for row in rows if text(row, "status") not in STATES]
    unclear = {text(row, "order_id") for row in strange}
    orders = [
        order
        for order_id, order in lines.items()
        if order_id not in unclear and any(text(line, "status") == "completed" for line in order)
    ]
    undated = [order for order in orders if any(misses_its_time(line) for line in order)]
    dates = [
        moment
        for order in orders
        if order not in undated
        for row in order
        if (moment := time(row, "finished_at"))
    ]
    stated = facts.get("last_completed_at")
    begun = [
        moment
        for order in undated
        for row in order
        for name in EVENTS["orders"][:-1]
        if (moment := case.happened(time(row, name)))
    ]
    if (undated or unclear) and (
        not isinstance(stated, datetime) or any(at.date() > stated.date() for at in begun)
    ):
        gate = cooled(case, [*dates, *begun])
        return UNANSWERED if gate.clear else gate
    return cooled(case, [*dates, *([stated] if isinstance(stated, datetime) else [])])


def cooled(case: Case, dates: list[datetime]) -> Gate:
    if not dates:
        return Gate(clear=True)
    last = max(dates).replace(hour=0, minute=0, second=0)
    ready = last + COOLDOWN_DAYS * DAY
    return Gate(clear=ready <= case.as_of, clears_on=ready)


def misses_its_time(line: Row) -> bool:
    return text(line, "status") == "completed" and time(line, "finished_at") is None


def of_another_shop(case: Case) -> bool:
    """Whether tickets name orders, STRANGERS or more, and not one of them is there; those of the
    first days may be about older orders.
    """
    made = [moment for row in case.rows("orders") if (moment := time(row, "created_at"))]
    if not made:
        return False
    first, last = min(made) + SETTLED, max(made) + SETTLED
    named = {
        text(row, "order_id")
        for row in case.rows("tickets")
        if (applied := time(row, "applied_at")) and first <= applied <= last
    } - {""}
    known = {
        text(row, name) for row in case.rows("orders") for name in ("order_id", "sub_order_id")
    }
    return len(named) >= STRANGERS and not named & known


def open_tickets(case: Case) -> Gate:
    if "tickets" not in case.shop:
        return UNANSWERED
    found = still_open(case)
    return Gate(no_verdict=True, blockers=found.blockers) if of_another_shop(case) else found


def still_open(case: Case) -> Gate:
    blockers, orders, open_ = set(), set(), False
    for row in case.rows("tickets"):
        applied, finished = time(row, "applied_at"), time(row, "finished_at")
        if applied is not None and not case.is_past(applied):
            continue
        done = text(row, "status") in ("succeeded", "closed")
        if finished is not None and not case.is_past(finished):
            done = False
        elif not has_state(row) or (done and finished is None and runs_past(case)):
            open_ = True
            continue
        if not done:
            blockers.add(text(row, "ticket_id"))
            orders.add(text(row, "order_id"))
    for row in created(case):
        state, order_id = text(row, "aftersale_state"), text(row, "order_id")
        if state == "open" and order_id not in orders:
            blockers.add(order_id)
        open_ = open_ or " or " in state
    if not blockers and (open_ or lacks_days(case) or lacks_tickets(case)):
        return UNANSWERED
    return Gate(clear=not blockers, blockers=tuple(sorted(blockers)))

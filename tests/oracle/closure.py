"""Closing a shop: what still stands in the way and on which day each obstacle clears."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from .basis import DAY, Case, Row, Shop, dedupe, text, time

NOTICE = timedelta(days=30)
COOLDOWN_DAYS = 31  # the day after the last completion is day 1, day 30 must be over

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
        "close-orders": open_orders(case),
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
    if interrupted is True:
        return Gate()
    if not isinstance(started, datetime) or interrupted is None:
        return UNANSWERED
    ready = started + NOTICE
    return Gate(clear=ready <= case.as_of, clears_on=ready)


def is_finished(case: Case, row: Row) -> bool:
    finished = time(row, "finished_at")
    done = text(row, "status") in ("completed", "closed")
    return done and (finished is None or case.is_past(finished))


def created(case: Case) -> list[Row]:
    """Rows of orders that are there; one created after as-of is not yet."""
    rows = case.rows("orders")
    return [row for row in rows if case.is_past(time(row, "created_at") or datetime.min)]


def open_orders(case: Case) -> Gate:
    if not case.shop.get("orders") and "orders" not in case.shop:
        return UNANSWERED
    blockers = sorted(
        {text(row, "order_id") for row in created(case) if not is_finished(case, row)}
    )
    return Gate(clear=not blockers, blockers=tuple(blockers))


def cooldown(case: Case, facts: Facts) -> Gate:
    if "orders" not in case.shop:
        return UNANSWERED
    rows = created(case)
    if any(not is_finished(case, row) for row in rows):
        return Gate(blockers=open_orders(case).blockers)
    lines: dict[str, list[Row]] = {}
    for row in rows:
        lines.setdefault(text(row, "order_id"), []).append(row)
    orders = [
        order
        for order in lines.values()
        if any(text(line, "status") == "completed" for line in order)
    ]
    undated = [order for order in orders if any(misses_its_time(line) for line in order)]
    dates = [moment for order in orders for row in order if (moment := time(row, "finished_at"))]
    if undated:
        told = facts.get("last_completed_at")
        paid = [moment for order in undated for row in order if (moment := time(row, "paid_at"))]
        if not isinstance(told, datetime) or any(moment > told for moment in paid):
            return UNANSWERED
        dates.append(told)
    if not dates:
        return Gate(clear=True)
    last = max(dates).replace(hour=0, minute=0, second=0)
    ready = last + COOLDOWN_DAYS * DAY
    return Gate(clear=ready <= case.as_of, clears_on=ready)


def misses_its_time(line: Row) -> bool:
    return text(line, "status") == "completed" and time(line, "finished_at") is None


def open_tickets(case: Case) -> Gate:
    if "tickets" not in case.shop:
        return UNANSWERED
    blockers = []
    for row in case.rows("tickets"):
        applied, finished = time(row, "applied_at"), time(row, "finished_at")
        if applied is not None and not case.is_past(applied):
            continue
        done = text(row, "status") in ("succeeded", "closed")
        if not done or (finished is not None and not case.is_past(finished)):
            blockers.append(text(row, "ticket_id"))
    blockers += [
        text(row, "order_id") for row in created(case) if text(row, "aftersale_state") == "open"
    ]
    return Gate(clear=not blockers, blockers=tuple(sorted(set(blockers))))

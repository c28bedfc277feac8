"""Pinduoduo, JD and Taobao's handling in plain Python, each from the rule's own text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta

from .aftersales import (
    COMPLETED,
    OPEN_STATUSES,
    REFUND_TYPES,
    answer_state,
    is_known,
    is_rejected,
    may_be_one,
)
from .basis import DAY, Case, Outcome, Row, text, tidy, time, window_end
from .orders import Order, is_cancelled, is_force_majeure, is_presale, orders_of
from .service import conversation, is_reply, place

PDD_LIMIT = timedelta(hours=1)
WINDOW = 30
REVIEW, FINISH = timedelta(hours=12), timedelta(days=7)
PICKUP = timedelta(hours=48)
LONGEST = timedelta(days=180)
StateOf = Callable[[Case, Row, datetime], str]
"""How a ticket stands to a limit: late, in_time, pending, or open where no file tells."""
UNTOLD = "untold"
OF_TIMES = ("no_agreement", "no_signature", "damaged")
RETURNING = ("return_refund", "exchange", "repair")


# --- Pinduoduo --------------------------------------------------------------------------------


def consumer_days(case: Case) -> dict[date, tuple[int, int]]:
    """Day → consumers answered in time, consumers; those who still wait for no verdict are out."""
    people: dict[str, str] = {}
    for row in case.rows("chats"):
        session, buyer = text(row, "session_id"), text(row, "buyer_id")
        if session and buyer:
            people[session] = min(buyer, people.get(session, buyer))
    states: dict[tuple[date, str], set[str]] = {}
    for talk in talks(case):
        for index, row in enumerate(talk):
            asked = time(row, "sent_at")
            if asked is None or text(row, "sender_role") != "buyer" or not in_hours(case, row):
                continue
            session = text(row, "session_id")
            person = text(row, "buyer_id") or people.get(session, "")
            key = (asked.date(), f"b {person}" if person else f"s {session}")
            states.setdefault(key, set()).add(state(case, asked, talk[index + 1 :]))
    days: dict[date, tuple[int, int]] = {}
    for (day, _), found in states.items():
        if "late" not in found and "waiting" in found:
            continue
        good, all_of_them = days.get(day, (0, 0))
        days[day] = (good + ("late" not in found), all_of_them + 1)
    return days


def talks(case: Case) -> list[list[Row]]:
    found: dict[tuple[str, str], list[Row]] = {}
    for position, row in enumerate(case.rows("chats")):
        if time(row, "sent_at") is not None:
            found.setdefault(conversation(row, position), []).append(row)
    return [sorted(rows, key=place) for rows in found.values()]


def in_hours(case: Case, row: Row) -> bool:
    moment = time(row, "sent_at")
    assert moment is not None
    return (
        case.outside(moment, WINDOW) is None
        and 8 <= moment.hour < 23
        and text(row, "message_type") in ("", "text", "image")
    )


def state(case: Case, asked: datetime, later: list[Row]) -> str:
    for row in later:
        at = time(row, "sent_at")
        if at is not None and is_reply(row) and case.outside(at, WINDOW) is None:
            return "good" if at - asked <= PDD_LIMIT else "late"
    return "waiting" if asked + PDD_LIMIT >= case.as_of else "late"


AGREED = ("succeeded", "awaiting_return", "awaiting_receipt", "refunding")

# --- JD ---------------------------------------------------------------------------------------


def reviewed(case: Case) -> Outcome:
    """An opinion is an agreement, else the end; a rejection leaves no time of its own."""
    rows = case.rows("tickets")
    agreed = sum(text(row, "status") in AGREED for row in rows)
    lost = agreed >= 10 and all(time(row, "agreed_at") is None for row in rows)
    return overdue(case, rows, REVIEW, unkept_state if lost else answer_state)


def unkept_state(case: Case, row: Row, limit: datetime) -> str:
    """By the end alone, where the file keeps no time of an agreement."""
    if not (is_rejected(row) or text(row, "status") in (*AGREED, "closed")):
        return "open"
    finished = case.happened(time(row, "finished_at"))
    return "in_time" if (finished or case.as_of) <= limit else "open"


def finished(case: Case) -> Outcome:
    rows = [row for row in case.rows("tickets") if text(row, "type") in RETURNING]
    return overdue(case, rows, FINISH, end_state)


def end_state(case: Case, row: Row, limit: datetime) -> str:
    done = case.happened(time(row, "finished_at"))
    if done is not None:
        return "late" if done > limit else "in_time"
    if time(row, "finished_at") is None and text(row, "status") not in (
        *OPEN_STATUSES,
        "rejected",
    ):
        # Ended at an unknown time, or in a state that is in no vocabulary.
        return "in_time" if case.as_of <= limit else "open"
    return "late" if limit < case.as_of else "pending"


def overdue(case: Case, rows: list[Row], limit: timedelta, state_of: StateOf) -> Outcome:
    """Done later than the limit, or not done though it has passed; what the files leave open is a
    unit of the bounds alone.
    """
    excluded: Counter[str] = Counter()
    late = counted = 0
    for row in rows:
        applied = time(row, "applied_at")
        if applied is None:
            excluded["outside_window"] += 1
        elif reason := case.outside(applied, WINDOW):
            excluded[reason] += 1
        elif (fate := state_of(case, row, applied + limit)) == "pending":
            excluded["pending"] += 1
        elif fate != "open":
            counted += 1
            late += fate == "late"
    return Outcome(late, counted, tidy(excluded))


def unpaid_advances(rows: list[Row], as_of: datetime) -> tuple[int, int]:
    """Advances open five days after the notice, and all that are closed or due."""
    late = counted = 0
    for row in rows:
        stated = time(row, "notified_at")
        if stated is None or stated > as_of or not {"赔付", "垫付"} & parts(text(row, "kind")):
            continue
        closed = text(row, "status") == "closed"
        if closed or stated + 5 * DAY < as_of:
            counted += 1
            late += not closed
    return late, counted


def parts(kind: str) -> set[str]:
    return {kind[place : place + 2] for place in range(len(kind))}


# --- Taobao's handling ------------------------------------------------------------------------


def pickups(case: Case) -> Outcome:
    """Orders picked up within 48 hours of payment or by a shorter promise, T-33 to T-4."""
    applied: dict[str, datetime] = {}
    for row in case.rows("tickets"):
        at = time(row, "applied_at")
        if at is not None:
            order_id = text(row, "order_id")
            applied[order_id] = min(at, applied.get(order_id, at))
    excluded: Counter[str] = Counter()
    good = counted = unknown = 0
    for order in orders_of(case).values():
        if reason := no_pickup_due(case, order, applied.get(order.order_id)):
            excluded[reason] += 1
            continue
        picked = last_pickup(case, order)
        if picked is None and not tells_pickups(case, order):
            unknown += 1
            continue
        counted += 1
        good += picked is not None and picked <= due(order)
    return Outcome(good, counted, tidy(excluded), unknown=unknown)


def due(order: Order) -> datetime:
    assert order.paid_at is not None
    limit = order.paid_at + PICKUP
    return limit if order.promised_at is None else min(limit, order.promised_at)


def no_pickup_due(case: Case, order: Order, applied: datetime | None) -> str | None:
    """The first reason for which an order does not count, in the published order."""
    if order.paid_at is None:
        return "unpaid"
    end, picked = window_end(case.as_of), last_pickup(case, order)
    asked_back = case.happened(applied) is not None
    reasons = {
        "after_as_of": max(due(order), order.paid_at) > case.as_of,
        "outside_window": not end - 33 * DAY <= due(order) < end - 3 * DAY,
        "force_majeure": is_force_majeure(case, order),
        "cancelled": is_cancelled(order),
        "presale": is_presale(case, order),
        "refund_before_pickup": asked_back
        and (
            tells_pickups(case, order)
            if picked is None
            else applied is not None and applied < picked
        ),
    }
    return next((name for name, holds in reasons.items() if holds), None)


def last_pickup(case: Case, order: Order) -> datetime | None:
    """Of the last parcel; nothing while one of them waits. A line given up is no parcel."""
    parcels = [parcel for parcel in order.parcels if not parcel.given_up]
    moments = [case.happened(parcel.picked_up_at) for parcel in parcels]
    known = [moment for moment in moments if moment is not None]
    return max(known) if known and len(known) == len(moments) else None


def tells_pickups(case: Case, order: Order) -> bool:
    """A file that has the column says so when nothing was picked up, of the orders that it has; an
    order that was not shipped was not picked up either. One that was, at a time that no file holds,
    may have been picked up as well.
    """
    states = {text(line, "status") for line in order.lines}
    waits = order.shipped_at is None and states <= {"pending_payment", "paid", "closed"}
    listed = any(text(row, "order_id") == order.order_id for row in case.rows("shipments"))
    own = case.has("orders", "picked_up_at") and order.shipped_at is not None
    return waits or own or (listed and case.has("shipments", "picked_up_at"))


def refund_hours(case: Case) -> Outcome:
    """Seconds of handling over finished refunds of T-31 to T-2."""
    excluded: Counter[str] = Counter()
    total, count = timedelta(0), 0
    for row in case.rows("tickets"):
        kind, status = text(row, "type"), text(row, "status")
        if kind not in ("refund_only", "return_refund") or status not in ("succeeded", "closed"):
            if not is_known(row) and may_be_one(row, REFUND_TYPES):
                excluded.update(out_in_any_case(case, row))
            continue
        spent = handled(case, row)
        if spent == UNTOLD:
            continue  # when it ended no file tells: a unit of the bounds alone
        if isinstance(spent, str):
            excluded[spent] += 1
        else:
            total += spent
            count += 1
    return Outcome(int(total.total_seconds()), count, tidy(excluded))


def out_in_any_case(case: Case, row: Row) -> list[str]:
    """Why a ticket of unknown type or state does not count, whatever they mean; else nothing."""
    kinds = [kind] if (kind := text(row, "type")) in REFUND_TYPES else REFUND_TYPES
    states = [state] if (state := text(row, "status")) in COMPLETED else COMPLETED
    fates = {
        handled(case, row | {"type": kind, "status": state}) for kind in kinds for state in states
    }
    fate = fates.pop()
    return [fate] if not fates and isinstance(fate, str) and fate != UNTOLD else []


def handled(case: Case, row: Row) -> timedelta | str:
    """The time that was spent on a ticket, or why it does not count."""
    applied, done = time(row, "applied_at"), time(row, "finished_at")
    agreed, back = (case.happened(time(row, name)) for name in ("agreed_at", "return_signed_at"))
    end = window_end(case.as_of)
    returned = text(row, "type") == "return_refund"
    sent_back = returned and (text(row, "status") == "succeeded" or back is not None)
    reasons = {
        "after_as_of": done is not None and not case.is_past(done),
        "outside_window": done is None or not end - 31 * DAY <= done < end - DAY,
        "no_agreement": returned and agreed is None,
        "no_signature": sent_back and back is None,
        "damaged": applied is None,
    }
    if done is None and not any(holds for name, holds in reasons.items() if name in OF_TIMES):
        return UNTOLD
    if reason := next((name for name, holds in reasons.items() if holds), None):
        return reason
    assert done is not None
    assert applied is not None
    first = (agreed if returned and agreed is not None else done) - applied
    second = done - back if sent_back and back is not None else timedelta(0)
    damaged = min(first, second) < timedelta(0) or first + second > LONGEST
    return "damaged" if damaged else first + second

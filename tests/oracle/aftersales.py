"""After-sales: how long refunds take, who was at fault, what was refused and what may end badly."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from .basis import NO_VERDICT, Case, Outcome, Row, flag, money, seconds, text, tidy, time
from .logistics import tells_pickups
from .orders import Order, orders_of

WINDOW = 30
LONGEST = timedelta(days=180)
NOT_INTERVENED = ("", "无", "否", "-", "未介入")
REFUND_TYPES = ("refund_only", "return_refund")
OTHER_TYPES = ("exchange", "resend", "repair")
COMPLETED = ("succeeded", "closed")
OPEN_STATUSES = ("open", "disputed", "awaiting_return", "awaiting_receipt", "refunding")
AT_FAULT = ("merchant", "both")
STATES = ("pending_payment", "paid", "shipped", "received", "completed", "closed")
NOT_AT_FAULT = ("", "buyer", "platform", "none")


def rules(case: Case) -> dict[str, Outcome]:
    return {
        "refund-only-hours": durations(case, "refund_only"),
        "return-refund-hours": durations(case, "return_refund"),
        "dispute-fault-rate": disputes(case),
        "refund-deadlines": deadlines(case),
        "reject-without-reason": silent_rejections(case),
        "dispute-risk": risks(case),
    }


def is_intervened(row: Row) -> bool:
    return text(row, "arbitration") not in NOT_INTERVENED


def is_known(row: Row) -> bool:
    """Whether type and state both mean anything."""
    return text(row, "type") in (*REFUND_TYPES, *OTHER_TYPES) and has_state(row)


def may_be_one(row: Row, kinds: tuple[str, ...]) -> bool:
    """Whether a ticket of unknown type or state may be a completed one of these types."""
    kind = text(row, "type")
    other = kind in (*REFUND_TYPES, *OTHER_TYPES) and kind not in kinds
    return not other and (text(row, "status") in COMPLETED or not has_state(row))


def far_away(case: Case, row: Row) -> list[str]:
    """Why a ticket of unknown type or state is out even if it is a completed refund."""
    finished = time(row, "finished_at")
    if finished is None or is_known(row) or not may_be_one(row, REFUND_TYPES):
        return []
    reason = case.outside(finished, WINDOW)
    return [] if reason is None else [reason]


def unknown_words(case: Case) -> dict[str, int]:
    """Statuses and types that mean nothing to the rules, over the whole file."""
    counts: Counter[str] = Counter()
    for row in case.rows("tickets"):
        status, kind = text(row, "status"), text(row, "type")
        if status not in (*COMPLETED, *OPEN_STATUSES, "rejected"):
            counts[status] += 1
        if kind not in (*REFUND_TYPES, *OTHER_TYPES):
            counts[kind] += 1
    return dict(counts)


# --- durations --------------------------------------------------------------------------------


def undated(case: Case, row: Row, applied: datetime) -> str:
    """Why a completed ticket without a time is out for certain, or "open"."""
    signed = case.happened(time(row, "return_signed_at"))
    if case.is_exempt(applied) or is_intervened(row):
        return "damaged"
    if text(row, "type") == "return_refund" and (
        case.happened(time(row, "agreed_at")) is None
        or (signed is None and text(row, "status") == "succeeded")
    ):
        return "damaged"
    return "open"


def refusal(case: Case, row: Row) -> str | None:
    finished, applied = time(row, "finished_at"), time(row, "applied_at")
    if finished is not None and (reason := case.outside(finished, WINDOW)):
        return reason
    if applied is None:
        return "damaged"
    if finished is None:
        return undated(case, row, applied)
    if case.is_exempt(applied):
        return "exempt"
    if is_intervened(row):
        return "intervened"
    return None


def segments(case: Case, row: Row) -> list[timedelta] | str:
    """The spans of one ticket that are added up, or the reason why it has none."""
    applied, finished = time(row, "applied_at"), time(row, "finished_at")
    agreed = case.happened(time(row, "agreed_at"))
    signed = case.happened(time(row, "return_signed_at"))
    assert applied is not None
    assert finished is not None
    if text(row, "type") == "refund_only":
        return [(agreed or finished) - applied]
    if agreed is None:
        return "no_agreement"
    if signed is not None:
        return [agreed - applied, finished - signed]
    if text(row, "status") == "closed":
        return [agreed - applied]
    return "no_signature"


def duration(case: Case, row: Row) -> timedelta | str:
    """What one ticket adds to the mean, or the name under which it is left out."""
    if reason := refusal(case, row):
        return reason
    spans = segments(case, row)
    if isinstance(spans, str):
        return spans
    whole_span = sum(spans, timedelta(0))
    if any(span < timedelta(0) for span in spans) or whole_span > LONGEST:
        return "damaged"
    return whole_span


def durations(case: Case, kind: str) -> Outcome:
    needed = ["type", "status", "applied_at", "finished_at"]
    if kind == "return_refund":
        needed += ["agreed_at", "return_signed_at"]
    if not case.has("tickets", *needed):
        return NO_VERDICT
    excluded: Counter[str] = Counter()
    total, tickets = 0, 0
    fates: dict[str, object] = {}
    for row in case.rows("tickets"):
        if not is_known(row) and may_be_one(row, (kind,)) and time(row, "finished_at"):
            span = duration(case, row)
            if isinstance(span, str) and span != "no_signature":
                excluded[span] += 1  # whatever its type and state mean
        if text(row, "type") != kind or text(row, "status") not in COMPLETED:
            continue
        span = duration(case, row)
        fates[text(row, "ticket_id")] = span
        if span == "open":
            continue  # in the window or not: a unit of the bounds alone
        if isinstance(span, str):
            excluded[span] += 1
        else:
            total += seconds(span)
            tickets += 1
    return Outcome(total, tickets, tidy(excluded), unknown_words(case), extra={"tickets": fates})


# --- disputes ---------------------------------------------------------------------------------


def dispute_passes(faults: int, completed: int, operator: str = "lt") -> bool:
    few = faults <= 4 if operator == "le" else faults < 4
    return few or faults * 10_000 <= 35 * completed


def knows_judgements(case: Case, verdicts: dict[str, str], *, stated: bool) -> bool:
    """Whether some file says who was at fault, of any ticket that needs it."""
    tickets = case.rows("tickets")
    own = case.has("tickets", "liable_party")
    if own and any(text(row, "liable_party") for row in tickets):
        return True
    if own and stated and not any(is_intervened(row) for row in tickets):
        return True
    return any(text(row, "ticket_id") in verdicts for row in tickets)


def disputes(case: Case) -> Outcome:
    if not case.has("tickets", "type", "status", "finished_at"):
        return NO_VERDICT
    verdicts = {text(row, "ticket_id"): text(row, "liable_party") for row in case.rows("disputes")}
    stated = case.has("tickets", "arbitration")
    judged = knows_judgements(case, verdicts, stated=stated)
    excluded: Counter[str] = Counter()
    unmapped: Counter[str] = Counter(unknown_words(case))
    completed = faults = intervened = strange = 0
    for row in case.rows("tickets"):
        excluded.update(far_away(case, row))
        if text(row, "type") not in REFUND_TYPES or text(row, "status") not in COMPLETED:
            continue
        finished = time(row, "finished_at")
        if finished is not None and (reason := case.outside(finished, WINDOW)):
            excluded[reason] += 1
            continue
        if finished is None:
            continue  # completed at an unknown time: a unit of the bounds alone
        completed += 1
        intervened += is_intervened(row)
        party = verdicts.get(text(row, "ticket_id")) or text(row, "liable_party")
        faults += party in AT_FAULT
        if party not in (*AT_FAULT, *NOT_AT_FAULT):
            unmapped[party] += 1
            strange += 1
        elif party == "" and (is_intervened(row) or not stated):
            strange += 1  # no entry: silence proves nothing
    tables = (tidy(excluded), dict(unmapped))
    if judged:
        return Outcome(faults, completed - strange, *tables, unknown=strange)
    # Without the arbitration column any completed ticket may hide a judgement.
    worst = intervened if stated else completed
    operator = str(case.option("dispute-fault-rate", "dispute_count_op", "lt"))
    proven = dispute_passes(worst, completed, operator)
    return Outcome(None, completed, *tables, unknown=worst, no_verdict=not proven)


# --- deadlines --------------------------------------------------------------------------------


def limit_of(row: Row, applied: datetime, order: Order | None) -> datetime:
    if text(row, "type") == "return_refund":
        return applied + timedelta(hours=48)
    picked = order.picked_up_at if order else None
    shipped = picked is not None and picked <= applied
    return applied + timedelta(hours=48 if shipped else 24)


def pickup_unstated(case: Case, order: Order | None) -> bool:
    """Whether files tell of pickups, but not whether this order was picked up."""
    if not any(case.has(kind, "picked_up_at") for kind in ("orders", "shipments")):
        return False
    if order is None:
        return True
    if order.picked_up_at is not None:
        return False
    if order.shipped_at is None and all(text(line, "status") in STATES for line in order.lines):
        return False
    listed = {text(row, "order_id") for row in case.rows("shipments")}
    stated = tells_pickups(case, "shipments") and order.order_id in listed
    return not (stated or tells_pickups(case, "orders"))


def answer_state(case: Case, row: Row, limit: datetime) -> str:
    agreed, finished = (case.happened(time(row, name)) for name in ("agreed_at", "finished_at"))
    answered = agreed or finished
    if agreed is None and answered_unseen(row):
        # Rejected or ended some time between the application and its end, or as-of.
        return "in_time" if (finished or case.as_of) <= limit else "open"
    if answered is not None:
        return "late" if answered > limit else "in_time"
    return "late" if limit < case.as_of else "pending"


def answered_unseen(row: Row) -> bool:
    """Answered at a time that no column holds, as far as its state is understood."""
    if is_rejected(row):
        return True
    status = text(row, "status")
    if status not in (*COMPLETED, *OPEN_STATUSES):
        return flag(row, "rejected") is None or time(row, "finished_at") is None
    return status in COMPLETED and time(row, "finished_at") is None


def deadlines(case: Case) -> Outcome:
    if not case.has("tickets", "type", "applied_at", "finished_at"):
        return NO_VERDICT
    orders = orders_of(case)
    fates: dict[str, str] = {}
    for row in case.rows("tickets"):
        applied = time(row, "applied_at")
        if text(row, "type") not in REFUND_TYPES or applied is None:
            continue
        ticket_id = text(row, "ticket_id")
        if reason := case.outside(applied, WINDOW):
            fates[ticket_id] = reason
        elif case.is_exempt(applied):
            fates[ticket_id] = "exempt"
        else:
            order = orders.get(text(row, "order_id"))
            states = {answer_state(case, row, limit_of(row, applied, order))}
            if text(row, "type") == "refund_only" and pickup_unstated(case, order):
                # Picked up by then or not: the limit of either may be the one.
                states.add(answer_state(case, row, applied + timedelta(hours=48)))
            fates[ticket_id] = states.pop() if len(states) == 1 else "open"
    counts = Counter(fates.values())
    in_time, late = counts.pop("in_time", 0), counts.pop("late", 0)
    counts.pop("open", None)
    return Outcome(
        late, in_time + late, tidy(counts), unknown_words(case), extra={"tickets": fates}
    )


# --- rejections and risks ---------------------------------------------------------------------


def has_state(row: Row) -> bool:
    return text(row, "status") in (*COMPLETED, *OPEN_STATUSES, "rejected")


def may_be_rejected(row: Row) -> bool:
    """Neither the flag nor the state tells."""
    return flag(row, "rejected") is None and not has_state(row)


def is_rejected(row: Row) -> bool:
    return flag(row, "rejected") is True or text(row, "status") == "rejected"


def silent_rejections(case: Case) -> Outcome:
    if not case.has("tickets", "status", "applied_at", "reject_reason"):
        return NO_VERDICT
    excluded: Counter[str] = Counter()
    rejected = silent = 0
    for row in case.rows("tickets"):
        applied = time(row, "applied_at")
        if applied is None or not (is_rejected(row) or may_be_rejected(row)):
            continue
        if reason := case.outside(applied, WINDOW):
            excluded[reason] += 1
            continue
        if may_be_rejected(row):
            continue
        rejected += 1
        silent += text(row, "reject_reason") == ""
    return Outcome(silent, rejected, tidy(excluded))


def has_ended(case: Case, row: Row) -> bool:
    """Completed, and not only after as-of: by then it has not happened yet."""
    finished = time(row, "finished_at")
    done = text(row, "status") in COMPLETED
    return done and (finished is None or case.is_past(finished))


def in_transit_refusal(case: Case, row: Row, order: Order | None) -> bool:
    """Pattern A: refund only, refused while the goods were on their way.

    Until the courier has them the case is pattern C's, so the way begins where C ends.
    """
    applied = time(row, "applied_at")
    if order is None or applied is None:
        return False
    sent = case.happened(order.picked_up_at) or case.happened(order.shipped_at)
    if sent is None:
        return False
    if text(row, "type") != "refund_only" or not is_rejected(row):
        return False
    arrived = order.received_at is not None and order.received_at <= applied
    return sent <= applied and not arrived


def freight_refusal(_: Case, row: Row, order: Order | None) -> bool:
    """Pattern B: the shop pays the postage, and yet refuses because the buyer should pay it."""
    reason = text(row, "reject_reason")
    free = order is not None and any(money(line, "postage") == 0 for line in order.lines)
    speaks = any(word in reason for word in ("运费", "邮费")) and any(
        word in reason for word in ("买家", "承担")
    )
    return free and is_rejected(row) and speaks


def shipped_in_silence(case: Case, row: Row, order: Order | None) -> bool | None:
    """Pattern C: shipped after the application without a word; None where nobody can tell."""
    applied = time(row, "applied_at")
    if order is None or applied is None:
        return False
    sent = case.happened(order.picked_up_at) or case.happened(order.shipped_at)
    if sent is None or applied >= sent:
        return False
    buyer = text(row, "buyer_id") or order.buyer_id
    if not buyer or not case.has("chats", "buyer_id", "sent_at", "sender_role"):
        return None
    return not any(
        text(message, "buyer_id") == buyer
        and text(message, "sender_role") in ("agent", "robot")
        and (moment := time(message, "sent_at")) is not None
        and applied <= moment <= sent
        for message in case.rows("chats")
    )


def risks(case: Case) -> Outcome:
    if not case.has("tickets", "type", "status", "applied_at"):
        return NO_VERDICT
    orders = orders_of(case)
    excluded: Counter[str] = Counter()
    patterns: dict[str, list[str]] = {}
    looked = unknown = 0
    for row in case.rows("tickets"):
        applied = time(row, "applied_at")
        if applied is None or (has_ended(case, row) and not is_rejected(row)):
            continue
        if reason := case.outside(applied, WINDOW):
            excluded[reason] += 1
            continue
        ends_later = (end := time(row, "finished_at")) is not None and not case.is_past(end)
        if not (has_state(row) or is_rejected(row) or ends_later):
            continue  # open or over: a unit of the bounds alone
        looked += 1
        order = orders.get(text(row, "order_id"))
        silence = shipped_in_silence(case, row, order)
        hits = [
            name
            for name, hit in (
                ("A", in_transit_refusal(case, row, order)),
                ("B", freight_refusal(case, row, order)),
                ("C", silence is True),
            )
            if hit
        ]
        if hits:
            patterns[text(row, "ticket_id")] = hits
        unread = may_be_rejected(row) and any(
            pattern(case, row | {"rejected": True}, order)
            for pattern in (in_transit_refusal, freight_refusal)
        )
        unknown += (silence is None or unread) and not hits
    extra: dict[str, object] = {"patterns": patterns}
    return Outcome(len(patterns), looked, tidy(excluded), unknown=unknown, extra=extra)

"""Product: refunds for quality by their first reason, and the mean of the product ratings."""

from __future__ import annotations

from collections import Counter

from .basis import NO_VERDICT, Case, Outcome, Row, text, tidy, time, whole
from .orders import orders_of

WINDOW = 60
QUALITY_REASONS = (
    "质量问题",
    "商品质量问题",
    "商品破损",
    "与描述不一致",
    "与描述不符",
    "假冒品牌",
)


def rules(case: Case) -> dict[str, Outcome]:
    return {"quality-refund-rate": quality(case), "product-rating": rating(case)}


def reason_of(row: Row) -> str:
    return text(row, "first_reason") or text(row, "reason")


def first_tickets(case: Case) -> dict[str, Row]:
    """Order -> its earliest ticket up to as-of, of any type; a draw goes to the smaller id."""
    first: dict[str, Row] = {}
    candidates = [row for row in case.rows("tickets") if case.happened(time(row, "applied_at"))]
    candidates.sort(key=lambda row: (str(time(row, "applied_at")), text(row, "ticket_id")))
    for row in candidates:
        order_id = text(row, "order_id")
        if order_id:
            first.setdefault(order_id, row)
    return first


def quality(case: Case) -> Outcome:
    reasons = case.has("tickets", "first_reason") or case.has("tickets", "reason")
    basis = case.option("quality-refund-rate", "denominator", "paid")
    if not (reasons and case.has("tickets", "order_id", "applied_at")):
        return NO_VERDICT
    if not case.has("orders", "order_id", "paid_at"):
        return NO_VERDICT
    bad = set(case.words.get("quality", QUALITY_REASONS))
    flagged = set()
    for order_id, row in first_tickets(case).items():
        applied = time(row, "applied_at")
        assert applied is not None
        if case.outside(applied, WINDOW) is None and reason_of(row) in bad:
            flagged.add(order_id)
    counted = 0
    for order in orders_of(case).values():
        moment = order.received_at if basis == "signed" else order.paid_at
        if moment is not None and case.outside(moment, WINDOW) is None:
            counted += 1
    return Outcome(len(flagged), counted, extra={"orders": sorted(flagged)})


def rating(case: Case) -> Outcome:
    if not case.has("reviews", "rating", "reviewed_at"):
        return NO_VERDICT
    excluded: Counter[str] = Counter()
    unmapped: Counter[str] = Counter()
    stars = []
    appealed = 0
    for row in case.rows("reviews"):
        moment = time(row, "reviewed_at")
        if moment is None:
            continue
        value = whole(row, "rating")
        if reason := case.outside(moment, WINDOW):
            excluded[reason] += 1
        elif text(row, "appeal") == "succeeded":
            appealed += 1
        elif value is None or not 1 <= value <= 5:
            unmapped[text(row, "rating")] += 1
        else:
            stars.append(value)
    # No published exclusion fits a won appeal, so it travels beside the named ones.
    return Outcome(
        sum(stars), len(stars), tidy(excluded), dict(unmapped), extra={"appealed": appealed}
    )

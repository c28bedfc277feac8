"""Violations: the no-source ladder, appeal windows, penalty points."""

from __future__ import annotations

from datetime import datetime, timedelta

from .basis import NO_VERDICT, Case, Outcome, Row, flag, seconds, text, time, whole

APPEAL = timedelta(days=7)
LADDER = (
    (100, "extreme", "100 points"),
    (50, "very_serious", "20 points"),
    (20, "serious", "6 points"),
    (5, "minor", "500 yuan"),
)
REMOVAL = 100


def rules(case: Case) -> dict[str, Outcome]:
    if "violations" not in case.shop:
        return dict.fromkeys(("no-source", "appeal-window", "violation-points"), NO_VERDICT)
    return {
        "no-source": no_source(case),
        "appeal-window": appeals(case),
        "violation-points": points(case),
    }


def known(case: Case) -> list[Row]:
    """Violations the shop had been notified of by as-of; one without a date counts."""
    rows = case.rows("violations")
    return [row for row in rows if case.is_past(time(row, "notified_at") or datetime.min)]


def bracket(orders: int, *, aggravated: bool) -> tuple[str, str, int | None]:
    """(bracket, penalty, orders at which the next one begins)."""
    if aggravated:
        return "extreme", "100 points", None
    following: int | None = None
    for threshold, name, penalty in LADDER:
        if orders >= threshold:
            return name, penalty, following
        following = threshold
    return "none", "", following


def no_source(case: Case) -> Outcome:
    rows = [row for row in known(case) if text(row, "kind") == "no_source"]
    named = {text(row, "order_id") for row in rows if whole(row, "quantity") is None} - {""}
    orders = len(named)
    for row in rows:
        quantity = whole(row, "quantity")
        if quantity is not None:
            orders += quantity
        elif not text(row, "order_id"):
            orders += 1
    aggravated = any(flag(row, "media") or flag(row, "repeated") for row in rows)
    name, penalty, following = bracket(orders, aggravated=aggravated)
    extra: dict[str, object] = {"bracket": name, "penalty": penalty, "next": following}
    return Outcome(orders, len(rows), extra=extra)


def evidence_faults(row: Row, shop_name: str) -> list[str]:
    """What is wrong with one piece of appeal evidence (S2-13, S2-14, N4)."""
    faults = []
    if shop_name and text(row, "invoice_name") != shop_name:
        faults.append("invoice_name")
    if not text(row, "product"):
        faults.append("product")
    bought, sold = time(row, "purchased_at"), time(row, "sold_at")
    if bought is None or sold is None or not bought < sold:
        faults.append("purchased_at")
    if not text(row, "express_receipt"):
        faults.append("express_receipt")
    return faults


def appeals(case: Case) -> Outcome:
    """Open violations, those whose appeal time has run out in the numerator."""
    expired, hours = 0, {}
    rows = [row for row in known(case) if text(row, "status") == "open"]
    for row in rows:
        notified = time(row, "notified_at")
        if notified is None:
            continue
        left = seconds(notified + APPEAL - case.as_of)
        hours[text(row, "violation_id")] = left
        expired += left < 0
    shop_name = str(case.option("appeal-window", "shop_name", ""))
    faults = {
        text(row, "violation_id"): evidence_faults(row, shop_name) for row in case.rows("evidence")
    }
    return Outcome(expired, len(rows), extra={"seconds_left": hours, "evidence": faults})


def points(case: Case) -> Outcome:
    rows = known(case)
    accrued = sum(whole(row, "points") or 0 for row in rows)
    study = sum(whole(row, "study_points") or 0 for row in rows)
    if any((whole(row, "points") or 0) >= REMOVAL for row in rows):
        study = 0
    net = max(0, accrued - study)
    extra: dict[str, object] = {"accrued": accrued, "study": study, "removed": net >= REMOVAL}
    return Outcome(net, None, extra=extra)

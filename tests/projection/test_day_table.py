"""The table of days: it adds up to the figures, and each day is what plain Python finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

import pytest

from kshop_audit.model.day_table import RuleDays
from kshop_audit.model.report import RuleResult
from tests.oracle.basis import Case
from tests.oracle.logistics import SHIP_LIMIT, early_refusal, left_somewhen, punctuality, ship_times
from tests.oracle.orders import orders_of
from tests.oracle.service import can_measure, reply_units
from tests.shops.audits import audited

SIZES = (8, 40, 90)
HAPPENED = {"answered": True, "in_time": True, "late": False, "pending": None}


@pytest.mark.parametrize("seed", range(7000, 7018))
def test_the_days_add_up_and_are_those_of_plain_python(seed: int) -> None:
    both = audited(seed, SIZES[seed % len(SIZES)], kuaishou=seed % 2 == 0)
    results = {rule.id: rule for rule in both.done.report.rules}
    for rule in results.values():
        if rule.days is not None and rule.days.reason is None:
            assert_adds_up(rule)
    table = results["reply-rate"].days
    if can_measure(both.case) and table is not None:
        assert_days(table, ((u.day, u.state) for u in reply_units(both.case)[0]))
    table = results["ship-48h"].days
    if table is not None and both.case.has("orders", "paid_at", "shipped_at", "status"):
        assert_days(table, shipments(both.case))


def assert_adds_up(rule: RuleResult) -> None:
    assert rule.days is not None
    assert rule.window is not None
    days = [row.day for row in rule.days.rows]
    assert days == sorted(set(days))
    assert all(rule.window.since[:10] <= day <= rule.window.until[:10] for day in days)
    if rule.numerator is not None:
        assert sum(row.numerator for row in rule.days.rows) == rule.numerator
        assert sum(row.denominator for row in rule.days.rows) == rule.denominator
    assert sum(units.units for units in rule.days.open) == rule.excluded.get("pending", 0)
    for units in rule.days.open:
        if units.first_deadline is not None and units.last_deadline is not None:
            assert units.day <= units.first_deadline[:10]
            assert units.first_deadline <= units.last_deadline


def shipments(case: Case) -> Iterable[tuple[date, str]]:
    for order in orders_of(case).values():
        if early_refusal(case, order, presale_out=True) or left_somewhen(order):
            continue
        assert order.paid_at is not None
        times = ship_times(case, "ship-48h", order)
        yield order.paid_at.date(), punctuality(case, times, order.paid_at + SHIP_LIMIT)


def assert_days(table: RuleDays, units: Iterable[tuple[date, str]]) -> None:
    """`units`: day and what became of it."""
    found = Counter((day.isoformat(), HAPPENED[state]) for day, state in units)
    days = {day for day, _ in found}
    want = {day: (found[day, True], found[day, True] + found[day, False]) for day in days}
    got = {row.day: (row.numerator, row.denominator) for row in table.rows}
    assert {day: pair for day, pair in got.items() if pair != (0, 0)} == {
        day: pair for day, pair in want.items() if pair != (0, 0)
    }
    open_ = {units.day: units.units for units in table.open}
    assert open_ == {day: found[day, None] for day in days if found[day, None]}

"""Exports that were filtered, and files that say themselves that they are not whole."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from kshop_audit.model.report import RuleResult, Status
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Settings
from tests.shops.audits import audit_folder

AS_OF = datetime(2026, 11, 1)
DAY = timedelta(days=1)
ORDERS = "order_id,status,created_at,paid_at,shipped_at"
VIOLATIONS = "violation_id,kind,notified_at,status,points"


def result(folder: Path, rule: str, **said: object) -> RuleResult:
    settings = Settings(**said)  # type: ignore[arg-type]
    (found,) = audit_folder(folder, settings, AS_OF, select=[rule]).report.rules
    return found


def waiting(folder: Path, count: int, *others: str) -> None:
    days = [AS_OF - (3 - n % 3) * DAY for n in range(count)]
    rows = [f"o{n},paid,{paid},{paid}," for n, paid in enumerate(days)]
    (folder / "orders.csv").write_text("\n".join([ORDERS, *rows, *others]), encoding="utf-8")


def test_orders_that_all_wait_are_those_of_a_filter(tmp_path: Path) -> None:
    waiting(tmp_path, 30)
    found = result(tmp_path, "ship-48h")
    assert found.status is Status.NO_VERDICT
    assert found.reason is not None
    assert "筛选" in found.reason.zh


@pytest.mark.parametrize("opened_at", [AS_OF - 4 * DAY, AS_OF - 3 * DAY])
def test_a_new_shop_may_have_shipped_nothing(tmp_path: Path, opened_at: datetime) -> None:
    waiting(tmp_path, 30)
    assert result(tmp_path, "ship-48h", opened_at=opened_at).status is Status.FAIL


def test_one_order_that_left_shows_that_nothing_was_filtered(tmp_path: Path) -> None:
    paid = AS_OF - 4 * DAY
    waiting(tmp_path, 30, f"x,shipped,{paid},{paid},{paid + DAY}")
    found = result(tmp_path, "ship-48h", opened_at=AS_OF - 5 * DAY)
    assert found.status is Status.FAIL


def violations(folder: Path, *rows: str) -> None:
    (folder / "violations.csv").write_text("\n".join([VIOLATIONS, *rows]), encoding="utf-8")


LADDER = ("no-source", "violation-points", "appeal-window")
SMALL = f"v1,虚假发货,{AS_OF - 9 * DAY},open,2"


@pytest.mark.parametrize("rule", LADDER)
@pytest.mark.parametrize(
    ("first", "last", "passes"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), True),
        (date(2026, 10, 1), date(2026, 10, 30), False),
        (date(2026, 10, 29), date(2026, 10, 31), False),
    ],
)
def test_violations_of_a_few_days_pass_nothing(
    tmp_path: Path, rule: str, first: date, last: date, passes: bool
) -> None:
    violations(tmp_path, SMALL)
    opened_at = datetime(2026, 10, 2)
    found = result(tmp_path, rule, opened_at=opened_at, coverage={Kind.VIOLATIONS: (first, last)})
    assert found.status is (Status.PASS if passes else Status.NO_VERDICT)
    if not passes:
        assert found.reason is not None
        assert "[coverage.violations]" in found.reason.zh


@pytest.mark.parametrize("rule", LADDER)
def test_what_such_a_file_holds_still_fails(tmp_path: Path, rule: str) -> None:
    rows = [f"v{n},无货源,{AS_OF - 2 * DAY},open,50" for n in range(6)]
    violations(tmp_path, *rows)
    days = (date(2026, 10, 29), date(2026, 10, 30))
    assert result(tmp_path, rule, coverage={Kind.VIOLATIONS: days}).status is Status.FAIL


def test_of_thirty_days_the_last_seven_are_enough_for_appeals(tmp_path: Path) -> None:
    violations(tmp_path, SMALL)
    days = (date(2026, 10, 24), date(2026, 10, 31))
    said = {Kind.VIOLATIONS: days}
    found = result(tmp_path, "appeal-window", opened_at=datetime(2026, 1, 1), coverage=said)
    assert found.status is Status.PASS


@pytest.mark.parametrize(("rows", "noted"), [(4_999, False), (5_000, True), (5_001, False)])
def test_a_round_number_of_rows_may_be_a_limit(tmp_path: Path, rows: int, noted: bool) -> None:
    waiting(tmp_path, rows)
    report = audit_folder(tmp_path, as_of=AS_OF, select=["ship-48h"]).report
    assert any(f"正好 {rows} 行" in note.zh for note in report.notes) is noted

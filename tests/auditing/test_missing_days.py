"""What a report says of window days without any row (rulebook 5.5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kshop_audit.model.report import Status
from tests.shops.audits import audit_folder

AS_OF = datetime(2026, 11, 1)
DAY = timedelta(days=1)
HEADER = "order_id,status,created_at,paid_at,shipped_at"


def write_orders(folder: Path, missing: int) -> None:
    """Twenty orders on each day of the window but the first ones, all shipped in time."""
    rows = [HEADER]
    for number in range(missing, 30):
        paid = AS_OF - 30 * DAY + number * DAY + timedelta(hours=10)
        shipped = paid + timedelta(minutes=30)
        rows += [f"o{number}-{n},shipped,{paid},{paid},{shipped}" for n in range(20)]
    (folder / "orders.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("missing", "why", "note"),
    [
        (1, "with up to 20 units", "1 window day without data (2026-10-02);"),
        (2, "with up to 40 units", "(2026-10-02, 2026-10-03);"),
        (11, "with up to 220 units", "2026-10-11…);"),
    ],
)
def test_missing_days_are_counted_and_the_first_ten_named(
    tmp_path: Path, missing: int, why: str, note: str
) -> None:
    write_orders(tmp_path, missing)
    report = audit_folder(tmp_path, as_of=AS_OF, select=["ship-48h"]).report
    rule = report.rules[0]
    assert rule.status is Status.NO_VERDICT
    assert rule.reason is not None
    assert why in rule.reason.en
    assert any(note in stated.en for stated in report.notes)

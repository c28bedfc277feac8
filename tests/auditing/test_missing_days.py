"""What a report says of window days without any row (rulebook 5.5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kshop_audit.judging.bounds import fullest_day
from kshop_audit.model.knowledge import Doubts, Why
from kshop_audit.model.measurement import DayCount, Measurement, OpenUnits
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


@pytest.mark.parametrize(("open_units", "fullest"), [((0, 0), 9), ((0, 3), 9), ((2, 4), 12)])
def test_a_missing_day_weighs_all_units_of_the_fullest_whatever_is_known_of_them(
    open_units: tuple[int, int], fullest: int
) -> None:
    first, second = AS_OF.date() - 2 * DAY, AS_OF.date() - DAY
    doubts = {Why.NOT_UNDERSTOOD: Doubts(either=2)}
    measured = Measurement(
        "r",
        days=(DayCount(None, 0, 50), DayCount(first, 1, 9), DayCount(second, 1, 4, doubts)),
        undecided=(
            OpenUnits(second, open_units[0], None, None),
            OpenUnits(second, open_units[1], AS_OF, AS_OF),
        ),
    )
    assert fullest_day(measured) == fullest

"""The next steps of a closing shop in `due`, beside what plain Python makes of the answers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from kshop_audit.model.settings import Closing, Settings
from tests.due.test_finder import due

AS_OF = datetime(2026, 10, 31, 18, 30, 5)
WITHIN = timedelta(hours=30)
SECOND = timedelta(seconds=1)
EDGES = {"now": AS_OF, "end": AS_OF + WITHIN}


def write(folder: Path, finished: list[datetime | None]) -> None:
    """An order for each time at which one was finished; None: it is still on its way."""
    lines = ["order_id,status,created_at,paid_at,shipped_at,finished_at"]
    for number, end in enumerate(finished):
        paid = AS_OF - timedelta(days=45, hours=number)
        state = "shipped" if end is None else "completed"
        lines.append(f"o{number},{state},{paid},{paid},{paid},{end or ''}")
    folder.mkdir()
    (folder / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def steps(folder: Path, closing: Closing) -> list[tuple[str, str]]:
    found = due(folder, AS_OF, WITHIN, Settings(closing=closing)).items
    return [(item.rule, item.deadline) for item in found if item.kind == "closure"]


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("off", [-1, 0, 1])
@pytest.mark.parametrize("broken", [None, False, True])
def test_thirty_days_of_the_notice(
    edge: str, off: int, broken: bool | None, tmp_path: Path
) -> None:
    over = EDGES[edge] + off * SECOND
    write(tmp_path / "shop", [AS_OF - timedelta(days=40)])
    closing = Closing(
        wanted=True, notice_started_at=over - timedelta(days=30), notice_interrupted=broken
    )
    waits = AS_OF < over <= AS_OF + WITHIN and broken is not True
    assert steps(tmp_path / "shop", closing) == ([("close-notice", f"{over}")] if waits else [])


@pytest.mark.parametrize("days", range(28, 34))
@pytest.mark.parametrize("clock", ["00:00:00", "23:59:59"])
@pytest.mark.parametrize("still_open", [False, True])
def test_thirty_full_days_after_the_last_order(
    days: int, clock: str, still_open: bool, tmp_path: Path
) -> None:
    last = datetime.fromisoformat(f"{AS_OF.date() - timedelta(days=days)} {clock}")
    write(tmp_path / "shop", [last - timedelta(days=3), last, *([None] if still_open else [])])
    over = datetime.combine(date.fromordinal(last.toordinal() + 31), datetime.min.time())
    waits = AS_OF < over <= AS_OF + WITHIN and not still_open
    expected = [("close-cooldown", f"{over}")] if waits else []
    assert steps(tmp_path / "shop", Closing(wanted=True)) == expected


def test_a_shop_that_does_not_close_has_no_such_step(tmp_path: Path) -> None:
    write(tmp_path / "shop", [AS_OF - timedelta(days=30)])
    closing = Closing(wanted=False, notice_started_at=AS_OF - timedelta(days=29))
    assert steps(tmp_path / "shop", closing) == []

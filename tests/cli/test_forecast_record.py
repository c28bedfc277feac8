"""The record of earlier forecasts through the command, computed from files with enough days."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kshop_audit.cli import main

DAY = timedelta(days=1)
END = datetime(2026, 11, 1)
EACH = 20
SHARES = "ship-48h"


def orders(folder: Path, days: int, late: Callable[[int], int]) -> Path:
    """So many days of orders up to END, EACH a day; `late`: how many of them, by days ago."""
    folder.mkdir()
    rows = ["order_id,status,paid_at,shipped_at"]
    for ago in range(days, 0, -1):
        for n in range(EACH):
            paid = END - ago * DAY + timedelta(hours=8, minutes=20 * n)
            sent = paid + timedelta(hours=40 if n >= late(ago) else 50)
            shipped = f"{sent:%F %T}" if sent < END else ""
            rows.append(
                f"O{ago:03}{n:02},{'shipped' if shipped else 'paid'},{paid:%F %T},{shipped}"
            )
    (folder / "orders.csv").write_text("\n".join([*rows, ""]), encoding="utf-8")
    return folder


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["forecast", *arguments, "--as-of", "2026-10-31", "--select", SHARES]) == 0
    return capsys.readouterr().out


def record(capsys: pytest.CaptureFixture[str], folder: Path, *more: str) -> dict[str, Any] | None:
    data = json.loads(asked(capsys, str(folder), "--format", "json", *more))
    [own] = data["rules"]
    found: dict[str, Any] | None = own["confidence"]["record"]
    return found


def weekly(ago: int) -> int:
    """The late orders of a day in a shop whose weeks are alike."""
    return (0, 1, 0, 1, 1, 0, 1)[ago % 7]


def test_a_shop_that_goes_on_as_ever_has_eight_hits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = orders(tmp_path / "shop", 60, weekly)
    assert record(capsys, folder) == {"horizon": 7, "hits": 8, "misses": 0}
    english, chinese = (asked(capsys, str(folder), "--lang", lang) for lang in ("en", "zh"))
    assert "of 8 past projections 8 held" in " ".join(english.split())
    assert "以往8次推算中了8次" in "".join(chinese.split())


def test_a_break_that_nobody_could_foresee_counts_as_misses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The closed days end two days before as-of, for an order may wait 48 hours. Up to twelve days
    ago 2 of 20 orders were late each day, since then all are: a projection made on day m, of seven
    days, holds only where none of them lies behind the break.
    """
    folder = orders(tmp_path / "shop", 60, lambda ago: 2 if ago > 12 else EACH)
    closed = 2
    made = [closed + ago for ago in range(7, 15)]  # so many days before END each one was made
    hits = sum(all(ago > 12 for ago in range(m - 6, m + 1)) for m in made)
    found = record(capsys, folder)
    assert found is not None
    assert found["hits"] + found["misses"] == len(made)
    assert found["misses"] >= len(made) - hits - 1
    assert found["misses"] > 0


@pytest.mark.parametrize("days", [30, 42])
def test_too_few_days_give_no_record(
    days: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = orders(tmp_path / "shop", days, lambda _: 2)
    assert record(capsys, folder) is None
    assert "No past projections to compare with yet." in " ".join(
        asked(capsys, str(folder), "--lang", "en").split()
    )

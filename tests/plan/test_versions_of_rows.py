"""Which of several rows of one key counts, and which cell of it nothing decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from kshop_audit.model.schema import Kind
from kshop_audit.plan.load import Loaded
from tests.plan.test_doubtful_rows import load

HEADER = "order_id,status,created_at,shipped_at"
DAY, NEXT = "2026-10-20 10:00:00", "2026-10-21 10:00:00"


def states(loaded: Loaded) -> list[str | None]:
    frame = loaded.tables.frames[Kind.ORDERS].sort("order_id")
    return frame.filter(frame["order_id"] == "o1")["status"].to_list()


def test_the_time_of_the_last_change_decides_first(tmp_path: Path) -> None:
    rows = f"o1,closed,{DAY},,{DAY}\no1,shipped,{DAY},{NEXT},2026-10-19 10:00:00\n"
    loaded = load(tmp_path, {"a.csv": f"{HEADER},updated_at\n{rows}"})
    assert states(loaded) == ["closed"]
    assert not loaded.contested


def test_else_the_file_with_the_later_event_decides(tmp_path: Path) -> None:
    old = f"{HEADER}\no1,shipped,{DAY},{DAY}\n"
    new = f"{HEADER}\no1,closed,{DAY},\no2,paid,{NEXT},\n"
    loaded = load(tmp_path, {"a.csv": old, "b.csv": new})
    assert states(loaded) == ["closed"]
    assert not loaded.contested


def test_a_state_that_only_the_row_itself_could_decide_is_unknown(tmp_path: Path) -> None:
    rows = f"o1,closed,{DAY},\no1,shipped,{DAY},{NEXT}\no2,paid,{DAY},\n"
    loaded = load(tmp_path, {"a.csv": f"{HEADER}\n{rows}"})
    frame = loaded.tables.frames[Kind.ORDERS].sort("order_id")
    assert frame["status"].to_list() == [None, "paid"]
    assert frame["status_raw"].to_list() == ["closed ↔ shipped", None]
    assert loaded.contested == {Kind.ORDERS: {"status": 1}}
    assert loaded.unmapped[Kind.ORDERS] == {}


@pytest.mark.parametrize("again", [f"o1,closed,{DAY},", f"o1,closed,{DAY},{NEXT}"])
def test_versions_of_one_state_decide_nothing(tmp_path: Path, again: str) -> None:
    loaded = load(tmp_path, {"a.csv": f"{HEADER}\no1,closed,{DAY},\n{again}\n"})
    assert states(loaded) == ["closed"]
    assert not loaded.contested


def test_parcels_of_one_order_are_no_versions(tmp_path: Path) -> None:
    rows = "".join(f"o1,shipped,{DAY},{DAY},{waybill}\n" for waybill in ("t1", "t2", "t1", ""))
    loaded = load(tmp_path, {"a.csv": f"{HEADER},tracking_no\n{rows}"})
    assert loaded.tables.frames[Kind.ORDERS]["tracking_no"].sort().to_list() == ["t1", "t2"]
    assert [count.duplicates for count in loaded.counts.values()] == [2]


def test_settlements_without_an_id_are_never_versions_inside_one_file(tmp_path: Path) -> None:
    row = f"o1,{DAY},5,1\n"
    header = "order_id,paid_at,amount,commission\n"
    loaded = load(tmp_path, {"a.csv": header + row + row, "b.csv": header + row})
    assert loaded.tables.frames[Kind.SETTLEMENTS].height == 2


@pytest.mark.parametrize(
    ("header", "rows", "problems"),
    [
        ("date,messages,answered", ["2026-10-20,5,4", "2026-10-20,6,4"], 1),
        ("date,messages,answered", ["2026-10-20,5,4", "2026-10-20,5,4"], 0),
        ("date,agent,messages,answered", ["2026-10-20,a,5,4", "2026-10-20,b,6,4"], 0),
        ("date,shift,messages,answered", ["2026-10-20,早班,5,4", "2026-10-20,早班,6,4"], 1),
    ],
)
def test_two_figures_of_one_day_are_a_problem(
    tmp_path: Path, header: str, rows: list[str], problems: int
) -> None:
    loaded = load(tmp_path, {"a.csv": "\n".join([header, *rows, ""])})
    assert len(loaded.problems) == problems


def test_files_of_one_time_without_a_common_id_are_named(tmp_path: Path) -> None:
    files = {
        name: f"{HEADER}\n" + "".join(f"{order},paid,{day},\n" for order, day in rows)
        for name, rows in {
            "a.csv": [("o1", DAY), ("o2", NEXT)],
            "b.csv": [("o2", NEXT), ("o3", DAY)],
            "c.csv": [("o8", DAY), ("o9", NEXT)],
            "d.csv": [("o7", "2026-10-25 10:00:00"), ("o6", "2026-10-26 10:00:00")],
        }.items()
    }
    loaded = load(tmp_path, files)
    assert loaded.unrelated == {Kind.ORDERS: (0, 1, 2)}

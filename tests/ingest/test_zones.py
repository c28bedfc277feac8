"""`--tz`: naive times of another zone become the tool's Shanghai instants, or reject their row."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kshop_audit.ingest.cells import times
from kshop_audit.model.schema import Kind
from kshop_audit.tables import GOOD, REJECTED
from tests.ingest.build import CHAT, open_one, read, text
from tests.ingest.tables import load

NEW_YORK = "America/New_York"
NOON = datetime(2026, 8, 1, 0, 0)  # in Shanghai, of noon in New York the day before, in summer

READ = {
    "2026-07-31 12:00:00": NOON,
    "2026/7/31 12:00": NOON,
    "2026年7月31日 下午12:00": NOON,
    "20260731120000": NOON,
    "46234.5": NOON,
    "2026-07-31T16:00:00Z": NOON,
    "2026-08-01 00:00:00 CST": NOON,  # China's, wherever the shop sits
    "1785513600": NOON,
    "2026-12-01 12:00:00": datetime(2026, 12, 2, 1),
    "2026-07-31": datetime(2026, 7, 31, 12),
    "2000-01-01 00:00:00": None,
    "1970/1/1 00:00:00": None,
}
DOUBTFUL = (
    "2026-11-01 01:30:00",  # the clocks go back: twice
    "2026/11/1 01:30",
    "20261101013000",
    "2026-03-08 02:30:00",  # they go forward: never
    "2026年3月8日 2:30",
)


def in_zone(folder: Path, zone: str, *cells: str) -> list[tuple[datetime | None, int]]:
    rows = [("S1", f"M{number}", "买家", cell, "x") for number, cell in enumerate(cells)]
    table = read(folder, text([CHAT, *rows]), zone=zone)
    return [(row[0], row[1]) for row in table.select("sent_at", "_state").rows()]


@pytest.mark.parametrize("cell", READ)
def test_times_of_another_zone(tmp_path: Path, cell: str) -> None:
    assert in_zone(tmp_path, NEW_YORK, cell) == [(READ[cell], GOOD)]


@pytest.mark.parametrize("cell", DOUBTFUL)
def test_an_hour_that_the_clocks_repeat_or_skip_rejects_the_row(tmp_path: Path, cell: str) -> None:
    assert in_zone(tmp_path, NEW_YORK, cell) == [(None, REJECTED)]
    assert in_zone(tmp_path, "Asia/Tokyo", cell)[0][1] == GOOD


def test_a_natural_day_stays_the_day_it_is(tmp_path: Path) -> None:
    content = "date,messages,answered\n2026-07-31,10,9\n"
    assert read(tmp_path, content, zone=NEW_YORK)["date"].to_list() == [date(2026, 7, 31)]


@pytest.mark.parametrize("cells", [["2026-07-31 12:00:00"] * 3, ["2026-07-31 12:00:00", "x"]])
def test_the_quick_way_tells_the_same(tmp_path: Path, cells: list[str]) -> None:
    rows = [("S1", f"M{number}", "买家", cell, "x") for number, cell in enumerate(cells)]
    source = open_one(tmp_path, text([CHAT, *rows]), zone=NEW_YORK)
    loaded = load([source], reject_future=False)
    good = loaded.tables.frames[Kind.CHATS]["sent_at"].to_list()
    assert good == [NOON] * sum(cell != "x" for cell in cells)


@settings(max_examples=25)
@given(
    st.sampled_from([NEW_YORK, "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
    st.lists(st.datetimes(datetime(2001, 1, 2), datetime(2099, 1, 1)), min_size=1, max_size=20),
)
def test_any_time_of_any_zone(
    tmp_path_factory: pytest.TempPathFactory, zone: str, moments: list[datetime]
) -> None:
    moments = [moment.replace(microsecond=0) for moment in moments]
    cells = [form.format(moment) for moment in moments for form in ("{:%Y-%m-%d %H:%M:%S}", "{}")]
    found = in_zone(tmp_path_factory.mktemp("zones"), zone, *cells)
    assert found == [(stated := expected(m, zone), REJECTED if stated is None else GOOD)
                     for m in moments for _ in range(2)]  # fmt: skip


def expected(moment: datetime, zone: str) -> datetime | None:
    """The Shanghai time of the one instant at which these clocks showed it, else None."""
    seen = {moment.replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp() for fold in (0, 1)}
    instants = [datetime(1970, 1, 1) + timedelta(seconds=second) for second in seen]
    back = [
        instant
        for instant in instants
        if instant.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        == moment
    ]
    return back[0] + timedelta(hours=8) if len(back) == 1 else None


@pytest.mark.parametrize(
    ("name", "known"),
    [(NEW_YORK, True), ("UTC", True), ("Mars/Base", False), ("+08:00", False), ("", False)],
)
def test_which_zones_there_are(name: str, *, known: bool) -> None:
    assert times.is_zone(name) is known

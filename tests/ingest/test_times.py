"""Every form in which a time may stand in an export (quirk 17)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kshop_audit.tables import GOOD, REJECTED
from tests.ingest.build import CHAT, chats, read, text

EIGHT_FIVE = datetime(2026, 10, 31, 8, 5)
AFTERNOON = datetime(2026, 10, 31, 15, 5)
DAY = datetime(2026, 10, 31)

READ = {
    "2026-10-31 08:05:00": EIGHT_FIVE,
    "2026/10/31 08:05:00": EIGHT_FIVE,
    "2026/10/31 8:05": EIGHT_FIVE,
    "2026-10-31 08:05": EIGHT_FIVE,
    "2026.10.31 8:05:00": EIGHT_FIVE,
    "2026年10月31日 8:05": EIGHT_FIVE,
    "2026年10月31日08时05分00秒": EIGHT_FIVE,
    "2026-10-31": DAY,
    "2026/10/31": DAY,
    "2026.10.31": DAY,
    "2026年10月31日": DAY,
    "20261031": DAY,
    "20261031080500": EIGHT_FIVE,
    "20261031 08:05:00": EIGHT_FIVE,
    "2026-10-31T08:05:00": EIGHT_FIVE,
    "2026-10-31T00:05:00Z": EIGHT_FIVE,
    "2026-10-31T08:05:00+08:00": EIGHT_FIVE,
    "2026-10-30T20:05:00-0400": EIGHT_FIVE,
    "2026-10-31 08:05:00 UTC+8": EIGHT_FIVE,
    "2026-10-31 08:05:00 CST": EIGHT_FIVE,
    "2026-10-31 00:05:00 UTC": EIGHT_FIVE,
    "2026-10-31 08:05:00.999": EIGHT_FIVE,
    "1793405100": EIGHT_FIVE,
    "1793405100999": EIGHT_FIVE,
    "1793051512": datetime(2026, 10, 27, 5, 51, 52),  # also a day of 1793
    "46326": DAY,
    "46326.336805555555": EIGHT_FIVE,
    "2026-10-31 下午3:05": AFTERNOON,
    "2026-10-31 上午8:05:00": EIGHT_FIVE,
    "2026-10-31 3:05 PM": AFTERNOON,
    "2026-10-31 上午12:00": DAY,
    "2026/10/31 凌晨12:00": DAY,
    "2026年10月31日 早上8:05": EIGHT_FIVE,
    "2026-10-31 中午1:05": datetime(2026, 10, 31, 13, 5),
    "2026-10-31 晚上8:05": datetime(2026, 10, 31, 20, 5),
    "2026-10-31 星期六 08:05:00": EIGHT_FIVE,
    "2026年10月31日（周六）8:05": EIGHT_FIVE,
    "2026-10-30 24:00:00": DAY,
    "２０２６－１０－３１　０８：０５：００": EIGHT_FIVE,
    "\t2026-10-31 08:05:00": EIGHT_FIVE,
    "'2026-10-31 08:05:00": EIGHT_FIVE,
    '="2026-10-31 08:05:00"': EIGHT_FIVE,
}
REFUSED = (
    "2026-10-31 星期五 08:05:00", "2026-10-31 晚上12:05", "2026-10-31 晚上3:05",
    "2026-10-31 早上3:05", "2026-10-31 中午15:05", "2026-10-31 凌晨8:05",
    "bad", "08:05:00", "26-10-31", "10/31/2026", "20260601~20260630", "202610310805", "昨天 10:00",
    "2026-02-30", "2026-13-01 00:00:00", "2026-10-31 25:00:00", "2026-10-31 08:60", "99999",
    "2026-10-31 24:01", "2026-10-31 13:05 AM", "0026-10-31 08:05:00",
    "6026-10-31 08:05:00", "2126/10/31 8:05", "22261031080500", "2126年10月31日",
    "20261301", "2-22 18:55:20",
    "2026103108", "2026103100", "2026103124", "2026103108.0", "'2026103108",
)  # fmt: skip


@pytest.mark.parametrize("cell", READ)
def test_q17_times_that_are_read(tmp_path: Path, cell: str) -> None:
    table = chats(tmp_path, ("S1", "M1", "买家", cell, "x"))
    assert table.select("sent_at", "_state").rows() == [(READ[cell], GOOD)]


@pytest.mark.parametrize("cell", REFUSED)
def test_q17_q19_times_that_are_not_certain_reject_the_row(tmp_path: Path, cell: str) -> None:
    table = chats(tmp_path, ("S1", "M1", "买家", cell, "x"))
    assert table.select("sent_at", "_state", "_reason").rows() == [
        (None, REJECTED, "unreadable_time")
    ]


def test_the_zone_of_the_machine_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    rows = [("S1", f"M{n}", "买家", cell, "x") for n, cell in enumerate(READ)]
    assert chats(tmp_path, *rows)["sent_at"].to_list() == list(READ.values())


@settings(max_examples=40)
@given(
    st.lists(
        st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1)).map(
            lambda time: time.replace(microsecond=0)
        ),
        min_size=1,
        max_size=30,
    )
)
def test_any_time_in_any_form(
    tmp_path_factory: pytest.TempPathFactory, times: list[datetime]
) -> None:
    zero = datetime(1899, 12, 30)
    forms = [
        (f"{t:%Y-%m-%d %H:%M:%S}", f"{t.year}/{t.month}/{t.day} {t:%H:%M:%S}",
         f"{t:%Y年%m月%d日 %H:%M:%S}", f"{t:%Y%m%d%H%M%S}", f"{t:%Y-%m-%dT%H:%M:%S+08:00}",
         repr((t - zero).total_seconds() / 86400))
        for t in times
    ]  # fmt: skip
    rows = [("S", f"M{n}", "", c, "x") for n, c in enumerate(c for f in forms for c in f)]
    table = read(tmp_path_factory.mktemp("times"), text([CHAT, *rows]))
    assert table["sent_at"].to_list() == [t for t in times for _ in range(6)]

"""Times of conversations without a year or a day, and names that are glued to them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from kshop_audit.ingest import Request, open_inputs
from kshop_audit.ingest.convert.copied_times import MOST_DAYS, day_in_name, whole
from kshop_audit.ingest.files.container import LockedError
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import InputMapping
from tests.ingest.build import counts
from tests.ingest.test_conversations import CLIPPED, GLUED, SHOP, opened, read


@pytest.mark.parametrize(
    ("time", "wanted"),
    [
        ("10-31 10:00:00", "2026-10-31"),
        ("11-1 10:00:00", None),
        ("12-31 10:00:00", "2025-12-31"),
        ("1-2 10:00:00", "2026-01-02"),
        ("2-29 10:00:00", None),
        ("13-1 10:00:00", None),
        ("昨天 10:00", "2026-10-30"),
        ("今天10:00", "2026-10-31"),
        ("10:00:00", "2026-10-31"),
        ("25:00:00", None),
        ("2026/10/3 10:00", "2026-10-03"),
        ("2026年10月3日 10:00", "2026-10-03"),
    ],
)
def test_a_time_without_a_year_is_the_last_one_before_the_copy(
    tmp_path: Path, time: str, wanted: str | None
) -> None:
    content = f"[小店客服] 2026-10-30 09:00:00\n在\n[小明] {time}\n在吗\n"
    table = read(tmp_path, content)
    if wanted is None:
        assert counts(table) == (1, 1, 0)
        assert table.row(1, named=True)["_reason"] == "unreadable_time"
        assert (table["_row"].to_list(), table["_value"].to_list()[1]) == ([1, 3], time)
    else:
        assert str(table["sent_at"][1]) == f"{wanted} 10:00:00"


def test_a_day_too_long_ago_could_be_one_to_come() -> None:
    moment = whole("11-1 10:00:00")
    assert moment is not None
    assert MOST_DAYS < 365
    assert moment.at(date(2026, 10, 31)) is None
    assert moment.at(date(2026, 11, 1)) == datetime(2026, 11, 1, 10)


@pytest.mark.parametrize(
    "content", [GLUED, CLIPPED.replace("2026-", ""), "[小明] 昨天 10:00\n在\n"]
)
def test_without_the_day_of_the_copy_it_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(LockedError, match=r"^chat\.txt: .*copied_on") as caught:
        opened(tmp_path, content, copied_on=None)
    assert len(caught.value.zh.splitlines()) == 1
    folder = Request(
        (tmp_path / "in",), mappings={Kind.CHATS: InputMapping(values={"sender_role": SHOP})}
    )
    with pytest.raises(LockedError):  # never passed over in silence
        open_inputs(folder, tmp_path / "scratch")


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("聊天2026-02-25.txt", "2026-02-25"), ("20260225.txt", "2026-02-25"),
        ("2026年2月5日.txt", "2026-02-05"), ("chat_2026.02.25.txt", "2026-02-25"),
        ("20260201~20260228.txt", None), ("202602251234567890.txt", None), ("chat.txt", None),
        ("20261399.txt", None), ("20260225 20260225.txt", "2026-02-25"),
    ],
)  # fmt: skip
def test_the_name_of_a_file_may_say_the_day(name: str, day: str | None) -> None:
    assert day_in_name(name) == (day and date.fromisoformat(day))


def test_the_day_in_the_name_comes_before_the_one_for_all_files(tmp_path: Path) -> None:
    table = read(tmp_path, GLUED, "chat_2025-11-02.txt")
    assert table["sent_at"].dt.year().unique().to_list() == [2025]


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        # 小明1 in February or 小明 in December: the name is known from elsewhere
        (["小明2-3", "小店客服2-4", "小明12-5"], ["02-03", "02-04", "12-05"]),
        (["小店客服12-1", "小红3-1", "小红12-3"], ["12-01", "03-01", "12-03"]),
        # the lines around it leave one
        (["小店客服2-3", "小红12-3", "小店客服2-4"], ["02-03", "02-03", "02-04"]),
        (["小店客服12-1", "小红12-3", "小店客服12-9"], ["12-01", "12-03", "12-09"]),
        (["小店客服12-9", "小红12-3"], ["12-09", "02-03"]),
        # nothing tells
        (["小店客服12-1", "小红12-3"], ["12-01", None]),
        (["小店客服12-1", "小红12-3", "小店客服3-1"], ["12-01", None, "03-01"]),
        # a month that is none leaves one
        (["小红992-3", "小店客服2-4"], ["02-03", "02-04"]),
        (["小红10-3", "小店客服10-4"], ["10-03", "10-04"]),
    ],
)
def test_a_name_that_ends_with_a_digit(
    tmp_path: Path, lines: list[str], wanted: list[str | None]
) -> None:
    content = "".join(f"{line} 10:00:00\n好\n" for line in lines)
    table = read(tmp_path, content, copied_on=date(2026, 8, 1)).sort("_row")
    days = [None if at is None else f"{at:%m-%d}" for at in table["sent_at"].to_list()]
    assert days == wanted
    assert counts(table)[1] == days.count(None)

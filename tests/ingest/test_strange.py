"""What people have that is no table: read, or answered with what can be read, and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from kshop_audit.errors import InputError
from kshop_audit.ingest import Request
from kshop_audit.ingest.convert.nothing_said import is_nothing
from kshop_audit.model.schema import Kind
from kshop_audit.plan.load import open_and_load
from tests.ingest.build import counts
from tests.ingest.test_conversations import cells, opened, read, said

BEHIND = "小鹿 2026-10-30 10:00:00\n在吗\n小店客服 2026-10-30 10:02:00\n在的\n"
BEFORE = "2026-10-30 10:00:00 小鹿(12345678)\n在吗\n\n2026/10/30 10:02:00 小店客服\n在的\n"
SAVED = (
    "消息记录（此消息记录为文本格式，不支持重新导入）\n\n==========\n消息分组:我的好友\n==========\n"
    f"消息对象:小鹿\n==========\n\n{BEFORE}"
)
IN_LINE = "2026-10-30 10:00:00 小鹿: 在吗\n2026-10-30 10:02:00 小店客服：在的\n"


BRACKETED = IN_LINE.replace("2026-10-30 10:00:00", "[2026-10-30 10:00:00]")
IN_BRACKETS = "小鹿(2026-10-30 10:00:00):\n在吗\n小店客服（2026-10-30 10:02:00）：\n在的\n"


@pytest.mark.parametrize("content", [BEHIND, BEFORE, SAVED, IN_LINE, BRACKETED, IN_BRACKETS])
@pytest.mark.parametrize("pin", [None, Kind.CHATS])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_text_of_messengers(tmp_path: Path, content: str, pin: Kind | None, encoding: str) -> None:
    table = read(tmp_path, content.encode(encoding), pin=pin)
    assert said(table) == [
        ("buyer", "2026-10-30 10:00:00.000", "在吗"),
        ("agent", "2026-10-30 10:02:00.000", "在的"),
    ]
    assert counts(table) == (2, 0, 0)
    assert table["buyer_id"].to_list() == ["小鹿", "小鹿"]


@pytest.mark.parametrize(
    "content",
    [
        "小鹿:\n在吗亲爱的\n\n小颖:\n在的\n",
        "小鹿 10:00\n在吗亲爱的\n小颖 10:02\n在的\n",
        "小鹿 星期三 10:00\n在吗亲爱的\n小颖 星期三 10:02\n在的\n",
        "小鹿\n2026-10-30 10:00:00\n在吗亲爱的\n\n小颖\n2026-10-30 10:02:00\n在的\n",
    ],
)
@pytest.mark.parametrize("pin", [None, Kind.CHATS])
def test_other_conversations_are_answered_with_what_can_be_read(
    tmp_path: Path, content: str, pin: Kind | None
) -> None:
    with pytest.raises(InputError, match=r"\[name\]") as caught:
        opened(tmp_path, content, pin=pin)
    for words in ("小鹿", "亲爱的", "--orders"):
        assert words not in caught.value.zh
        assert words not in caught.value.en


@pytest.mark.parametrize(
    "header",
    [
        "三分钟回复率（人维度）,三分钟回复率（会话）,不服务率,咨询人数,咨询人次",
        "客服昵称,咨询人数,好评率（会话）",
        "导出范围 2026-10-01 至 2026-10-31\n平均响应时长\t询单转化率",
    ],
)
def test_figures_without_a_day(tmp_path: Path, header: str) -> None:
    with pytest.raises(InputError, match=r"\[declared") as caught:
        opened(tmp_path, f"{header}\n92.1%,90.0%,300\n", "a.csv", pin=Kind.SERVICE_STATS)
    assert "--orders" not in caught.value.zh


@pytest.mark.parametrize("pin", [None, Kind.SERVICE_STATS])
def test_rates_by_day_are_answered_with_the_counts_that_are_needed(
    tmp_path: Path, pin: Kind | None
) -> None:
    content = "日期,咨询人数,3分钟回复率,平均响应时长\n2026-10-01,30,96.7%,25秒\n"
    with pytest.raises(InputError, match=r"by day.*\[declared") as caught:
        opened(tmp_path, content, "a.csv", pin=pin)
    assert "消息数、回复数" in caught.value.zh


def test_figures_of_buyers_alone_are_none_of_the_service(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        opened(tmp_path, "渠道,下单人数,支付人数\n直播,3,2\n", "a.csv")
    assert "declared" not in caught.value.zh


@pytest.mark.parametrize(
    "note",
    [
        "(无聊天内容)",
        "（无聊天记录）",
        "暂无消息",
        "该客户没有聊天记录",
        "[空]",
        "-",
        "no messages",
    ],
)
def test_a_note_that_there_is_nothing_is_an_empty_conversation(tmp_path: Path, note: str) -> None:
    talk = "2026-10-30 10:00:00\nC1: 在吗\n2026-10-30 10:02:00\n小店:小李: 在的"
    source = opened(tmp_path, cells(("C1", talk), ("C2", note)), "chats.csv")
    assert counts(read(tmp_path, cells(("C1", talk), ("C2", note)), "chats.csv")) == (2, 0, 1)
    assert any("1 个对话" in remark.zh for remark in source.notes)


@pytest.mark.parametrize("text", ["没有货了", "无法登录", "内容物是什么", "空调多少钱", "无货"])
def test_what_somebody_said_is_no_such_note(text: str) -> None:
    assert not is_nothing(text)


STATS = "日期,客服,咨询消息数,5分钟内回复消息数\n2026-10-01,小李,1010,9\n"


def test_figures_whose_day_stands_above_them_are_refused_by_name(tmp_path: Path) -> None:
    """Their day is the one of the group or none: to skip them would halve the figures."""
    path = tmp_path / "stats.csv"
    path.write_text(STATS + ",小王,20,18\n2026-10-02,小李,5,5\n合计,,1035,32\n", encoding="utf-8")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    _, loaded = open_and_load(Request((path,)), scratch, reject_future=True)
    assert [problem.zh[:40] for problem in loaded.problems] == [
        "stats.csv：1 行有客服或班次却没有日期（第一处在第 3 行）；日期若只写在每"[:40]
    ]


@pytest.mark.parametrize("foot", [",合计,1035,32", "合计,,1035,32", ",,,"])
def test_a_total_of_figures_is_skipped(tmp_path: Path, foot: str) -> None:
    path = tmp_path / "stats.csv"
    path.write_text(f"{STATS}{foot}\n", encoding="utf-8")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    _, loaded = open_and_load(Request((path,)), scratch, reject_future=True)
    assert loaded.problems == ()
    assert (loaded.counts[0].rows, loaded.counts[0].skipped) == (1, 1)

"""Conversations as text: who, when, what; and everything that may be wrong with a copy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from kshop_audit.errors import InputError
from kshop_audit.ingest import Request, Source, open_inputs
from kshop_audit.ingest.files.container import LockedError
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import InputMapping
from kshop_audit.tables import GOOD, STATE
from tests.ingest.build import counts, text, write
from tests.ingest.tables import load, table_of
from tests.ingest.workbooks import book

SHOP = {"小店客服": "agent", "小店:小李": "agent", "小助手": "robot"}
COPIED = date(2026, 10, 31)


def opened(
    folder: Path,
    content: str | bytes,
    name: str = "chat.txt",
    copied_on: date | None = COPIED,
    shop: dict[str, str] | None = None,
    pin: Kind | None = None,
) -> Source:
    path = write(folder / "in", content, name)
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    mapping = InputMapping(
        values={"sender_role": SHOP if shop is None else shop}, copied_on=copied_on
    )
    pins = {path: pin} if pin else {}
    (source,) = open_inputs(Request((path,), pins=pins, mappings={Kind.CHATS: mapping}), scratch)
    return source


def read(
    folder: Path, content: str | bytes, name: str = "chat.txt", **more: object
) -> pl.DataFrame:
    return table_of(opened(folder, content, name, **more))  # type: ignore[arg-type]


def said(table: pl.DataFrame) -> list[tuple[object, ...]]:
    good = table.filter(pl.col(STATE) == GOOD)
    return good.select("sender_role", pl.col("sent_at").dt.to_string(), "content").rows()


CLIPPED = """[小明] 2026-10-30 10:00:00
在吗
什么时候发货,"急"

[小店客服] 2026-10-30 10:01:00
亲

[微笑] 今天发
"""
GLUED = """小明下单数(3)10-30 10:00:00
在吗
小店客服10-30 10:01:00
亲
小明10-30 10:02:00
好
"""
CELL = """2026-10-30 10:00:00
C1: 在吗
急: 真的急

2026-10-30 10:01:00
小店:小李: 亲

在的

2026-10-30 10:02:00
小助手：欢迎"""


def cells(*rows: tuple[str, str], header: tuple[str, str] = ("客户ID", "聊天记录")) -> str:
    return text([header, *rows])


# ------------------------------------------------------------------ as they should be


def test_the_clipboard(tmp_path: Path) -> None:
    table = read(tmp_path, CLIPPED)
    assert said(table) == [
        ("buyer", "2026-10-30 10:00:00.000", '在吗\n什么时候发货,"急"'),
        ("agent", "2026-10-30 10:01:00.000", "亲\n\n[微笑] 今天发"),
    ]
    assert table["buyer_id"].to_list() == ["小明", "小明"]
    assert table["agent_account"].to_list() == [None, "小店客服"]
    assert table["_row"].to_list() == [1, 5]


def test_a_workbench(tmp_path: Path) -> None:
    table = read(tmp_path, GLUED)
    assert said(table) == [
        ("buyer", "2026-10-30 10:00:00.000", "在吗"),
        ("agent", "2026-10-30 10:01:00.000", "亲"),
        ("buyer", "2026-10-30 10:02:00.000", "好"),
    ]
    assert table["buyer_id"].unique().to_list() == ["小明"]
    assert table["_row"].to_list() == [1, 3, 5]
    assert opened(tmp_path, GLUED).why.en.startswith("a copied conversation, ")


def test_a_conversation_in_a_cell(tmp_path: Path) -> None:
    table = read(tmp_path, cells(("C1", CELL), ("C2", ""), ("C3", CELL)), "chats.csv")
    assert counts(table) == (6, 0, 1)
    assert said(table)[:3] == [
        ("buyer", "2026-10-30 10:00:00.000", "在吗\n急: 真的急"),
        ("agent", "2026-10-30 10:01:00.000", "亲\n\n在的"),
        ("robot", "2026-10-30 10:02:00.000", "欢迎"),
    ]
    good = table.filter(pl.col(STATE) == GOOD)
    assert good["buyer_id"].to_list() == ["C1"] * 3 + ["C3"] * 3
    assert good["agent_account"].to_list()[:3] == [None, "小店:小李", "小助手"]
    assert table["_row"].to_list() == [2, 2, 2, 3, 4, 4, 4]


def test_a_conversation_in_a_cell_of_a_workbook(tmp_path: Path) -> None:
    made = book({"汇总": [["导出", 3]], "聊天": [("客户ID", "聊天记录"), ("C1", CELL)]})
    path = write(tmp_path / "in", made, "chats.xlsx")
    (tmp_path / "scratch").mkdir()
    mapping = InputMapping(values={"sender_role": SHOP})
    request = Request((path,), mappings={Kind.CHATS: mapping})
    sources = open_inputs(request, tmp_path / "scratch")
    assert [source.kind for source in sources] == [None, Kind.CHATS]
    assert load(sources, reject_future=True).counts[1].rows == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("content", [CLIPPED, GLUED, cells(("C1", CELL))])
def test_in_every_encoding(tmp_path: Path, content: str, end: str, encoding: str) -> None:
    wanted = said(read(tmp_path, content))
    assert len(wanted) >= 2
    assert said(read(tmp_path, content.replace("\n", end).encode(encoding))) == wanted


def test_several_conversations_in_one_file(tmp_path: Path) -> None:
    table = read(tmp_path, CLIPPED + "-----\n" + CLIPPED.replace("小明", "小红"))
    assert table["buyer_id"].to_list() == ["小明", "小明", "小红", "小红"]


def test_what_the_platform_says_is_nobodys_question(tmp_path: Path) -> None:
    content = (
        "[小明] 2026-10-30 10:00:00\n[系统消息] 会话开始\n"
        "[小店客服] 2026-10-30 10:01:00\n[系统自动回复消息]您好\n"
        "[小明] 2026-10-30 10:02:00\n买家超时未回复，会话关闭\n"
        "[小明] 2026-10-30 10:03:00\n客服超时未回复，投诉\n"
    )
    table = read(tmp_path, content)
    assert table["message_type"].to_list() == ["system", None, "system", None]
    assert table["sender_role"].to_list() == ["buyer", "robot", "buyer", "buyer"]


def test_words_for_the_sides_need_no_list(tmp_path: Path) -> None:
    content = CLIPPED.replace("小明", "买家").replace("小店客服", "客服")
    assert [row[0] for row in said(read(tmp_path, content, shop={}))] == ["buyer", "agent"]


# ------------------------------------------------------------------ who is who


def test_without_a_list_of_the_shop_it_is_refused(tmp_path: Path) -> None:
    for content, name in ((CLIPPED, "a.txt"), (cells(("C9", CELL)), "a.csv")):
        with pytest.raises(LockedError, match=r"line [12] is the shop's.*sender_role"):
            opened(tmp_path, content, name, shop={})


def test_two_strangers_in_one_conversation_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LockedError, match="from line 9 on there is a second speaker"):
        opened(tmp_path, CLIPPED + "[小红] 2026-10-30 10:09:00\n我呢\n")


def test_a_stranger_in_a_cell_is_rejected(tmp_path: Path) -> None:
    cell = CELL + "\n\n2026-10-30 10:03:00\n路人: 我呢\n\n2026-10-30 10:04:00\n没有说话人"
    table = read(tmp_path, cells(("C1", cell)), "a.csv")
    assert counts(table) == (3, 2, 0)
    assert table["_reason"].to_list()[3:] == ["unknown_speaker"] * 2


def test_the_customer_of_a_cell_may_have_a_name_beside_his_id(tmp_path: Path) -> None:
    table = read(tmp_path, cells(("10086", CELL.replace("C1:", "小明:"))), "a.csv")
    assert table["buyer_id"].unique().to_list() == ["10086"]
    assert [row[0] for row in said(table)] == ["buyer", "agent", "robot"]


# ------------------------------------------------------------------ damage


def test_lines_that_belong_to_no_message_are_rejected(tmp_path: Path) -> None:
    table = read(tmp_path, "与小明的聊天\n\n导出\n" + CLIPPED, pin=Kind.CHATS)
    assert counts(table) == (2, 2, 0)
    rejected = table.filter(pl.col(STATE) != GOOD)
    assert rejected["_row"].to_list() == [1, 3]
    assert rejected["_reason"].unique().to_list() == ["unreadable_line"]


@pytest.mark.parametrize("time", ["2026-10-32 10:00:00", "2026-10-30 10:61:00", "2026-1 10:00"])
def test_a_damaged_time_is_no_part_of_what_was_said_before(tmp_path: Path, time: str) -> None:
    table = read(tmp_path, CLIPPED + f"[小店客服] {time}\n仿品\n")
    assert counts(table) == (2, 1, 0)
    assert "仿品" not in str(said(table))
    table = read(tmp_path, cells(("C1", CELL + f"\n\n{time}\nC1: 仿品")), "a.csv")
    assert counts(table) == (3, 1, 0)
    assert "仿品" not in str(said(table))


def test_a_message_without_a_time_in_a_cell_is_rejected(tmp_path: Path) -> None:
    table = read(tmp_path, cells(("C1", CELL + "\n\nC1: 还在吗"), ("C2", "在吗")), "a.csv")
    assert counts(table) == (3, 2, 0)
    assert table["_reason"].drop_nulls().unique().to_list() == ["unreadable_line"]


def test_messages_that_are_not_parted_are_parted(tmp_path: Path) -> None:
    table = read(tmp_path, cells(("C1", CELL.replace("\n\n2026", "\n2026"))), "a.csv")
    assert len(said(table)) == 3


def test_a_cell_that_is_full_was_cut(tmp_path: Path) -> None:
    source = opened(tmp_path, cells(("C1", CELL + "哦" * 40_000)), "a.csv")
    assert any("cut off" in note.en for note in source.notes)


def test_damaged_bytes_reject_their_message(tmp_path: Path) -> None:
    broken = CLIPPED.encode().replace("急".encode(), b"\xe6\x80")
    table = read(tmp_path, broken)
    assert counts(table) == (1, 1, 0)
    assert table["_reason"].to_list()[0] == "bad_bytes"


def test_what_is_stated_of_a_bad_line_tells_no_person(tmp_path: Path) -> None:
    contents = {
        "a.txt": GLUED + "小红13-45 10:00:00\n我住幸福路\n",
        "b.txt": CLIPPED + "[小红] 2026-13-3 10:00\n我住幸福路\n",
        "c.csv": cells(("C1", "我住幸福路"), ("C2", CELL + "\n\n2026-10-30 11:00\n我住幸福路")),
    }
    for name, content in contents.items():
        table = read(tmp_path, content, name)
        shown = table.filter(pl.col(STATE) != GOOD)["_value"].to_list()
        assert shown
        assert not any("红" in (value or "") or "我" in (value or "") for value in shown)


def test_a_cut_row_of_conversations(tmp_path: Path) -> None:
    content = cells(("C1", CELL), ("C2", CELL))
    table = read(tmp_path, content[:-40], "a.csv")
    assert table.filter(pl.col(STATE) == GOOD)["buyer_id"].unique().to_list() == ["C1"]
    assert table["_reason"].drop_nulls().unique().sort().to_list() == [
        "open_quote",
        "too_few_cells",
    ]


HOSTILE = (
    "=1+1",
    "合计",
    "#REF!",
    "\u202e反",
    "a\u001b[31m",
    '"',
    ",",
    "x" * 70_000,
    "--",
    "[]",
    "{",
)


@pytest.mark.parametrize("words", HOSTILE)
def test_whatever_is_said_is_kept_as_it_is(tmp_path: Path, words: str) -> None:
    content = CLIPPED + f"[小明] 2026-10-30 11:00:00\n{words}\n"
    assert said(read(tmp_path, content))[-1][2] == words
    cell = CELL + f"\n\n2026-10-30 11:00:00\nC1: {words}"
    assert said(read(tmp_path, cells(("C1", cell)), "a.csv"))[-1][2] == words


@pytest.mark.parametrize(
    "content",
    ["foo,bar\n1,2026-10-30 10:00:00\n", "INFO 2026-10-30 10:00:00\nx\n",
     "说明\n[小明] 昨天 10:00\n", "备注:10-30 10:00:00\n", '"a"10-30 10:00:00\n',
     "a\tb10-30 10:00:00\n"],
)  # fmt: skip
def test_text_of_another_sort_is_no_conversation(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError, match="fits no kind"):
        opened(tmp_path, content)


@pytest.mark.parametrize(
    "line",
    ["[" * 100_000, "[a] " + " " * 100_000 + "x", "1" * 100_000, "1-1 " * 50_000,
     "小明" + " " * 100_000 + "10-30 10:00:00", "下单数(" * 40_000],
    ids=["brackets", "blanks", "digits", "dates", "gap", "orders"],
)  # fmt: skip
def test_long_lines_take_no_time(tmp_path: Path, line: str) -> None:
    for content, name in ((CLIPPED, "a.txt"), (GLUED, "b.txt")):
        assert counts(read(tmp_path, content + line, name))[1] == 0
    cell = f"{CELL}\n\n{line}"
    assert counts(read(tmp_path, cells(("C1", cell)), "a.csv"))[0] == 3


def test_a_late_message_does_not_take_its_cell_along(tmp_path: Path) -> None:
    late = CELL + "\n\n2027-10-30 10:04:00\nC1: 在吗"
    source = opened(tmp_path, cells(("C1", late), ("C2", CELL.replace("C1", "C2"))), "a.csv")
    loaded = load((source,), reject_future=True)
    assert (loaded.counts[0].rows, loaded.counts[0].rejected) == (6, 1)
    assert [reject.reason for reject in loaded.rejects] == ["future_time"]


# ------------------------------------------------------------------ tables without days


HEAD = "会话ID,消息ID,发送方,发送时间,消息内容\n"


def times(table: pl.DataFrame) -> list[str]:
    good = table.filter(pl.col(STATE) == GOOD)
    return [str(time) for time in good["sent_at"]]


def test_a_table_of_times_of_day_takes_the_day_that_was_stated(tmp_path: Path) -> None:
    rows = 'S1,M1,买家,8:05,"x\ny"\nS1,M2,客服,10-29 08:06:00,y\nS1,M3,买家,昨天 08:07,z\n'
    table = read(tmp_path, f"{HEAD}{rows}S1,M4,买家,2026-10-28 08:08:00,z\n", "a.csv")
    assert times(table) == [
        "2026-10-31 08:05:00", "2026-10-29 08:06:00", "2026-10-30 08:07:00", "2026-10-28 08:08:00",
    ]  # fmt: skip
    assert table["_row"].to_list() == [2, 3, 4, 5]


def test_a_time_of_day_never_takes_the_day_of_the_files_name(tmp_path: Path) -> None:
    rows = "S1,M1,买家,08:05:00,x\nS1,M2,买家,今天 08:05:00,x\nS1,M3,买家,10-29 08:05:00,x\n"
    table = read(tmp_path, HEAD + rows, "聊天_20261031.csv", copied_on=None)
    assert times(table) == ["2026-10-29 08:05:00"]
    assert counts(table) == (1, 2, 0)


def test_a_table_of_times_of_day_alone_is_refused(tmp_path: Path) -> None:
    rows = "S1,M1,买家,08:05:00,x\nS1,M2,客服,08:06:00,y\n"
    with pytest.raises(LockedError, match=r"copied_on = .* or put a row with the date above"):
        read(tmp_path, HEAD + rows, "a.csv", copied_on=None)


def test_what_is_no_row_of_a_table_without_days_is_stated(tmp_path: Path) -> None:
    rows = "S1,M1,买家,08:05:00\n,,2026-13-41,,\n,,2026-10-30,,\nS1,M2,客服,08:06:00,y\n合计,,,,\n"
    table = read(tmp_path, HEAD + rows, "a.csv")
    assert times(table) == ["2026-10-30 08:06:00"]
    assert counts(table) == (1, 2, 2)


def numbers(folder: Path, *talks: list[tuple[str, str, str]]) -> list[list[int | None]]:
    """The numbers of the messages of conversations, each in a cell: (name, time, words)."""
    rows = [
        (f"客{n}", "\n\n".join(f"2026-10-30 {at}\n{name}: {words}" for name, at, words in talk))
        for n, talk in enumerate(talks)
    ]
    table = read(folder, text([("客户ID", "聊天记录"), *rows]), "chat.csv")
    assert "message_seq" in table.columns
    places = [table.filter(pl.col("_row") == n + 2) for n in range(len(rows))]
    return [
        [place.filter(pl.col("content") == words)["message_seq"].item() for _, _, words in talk]
        for place, talk in zip(places, talks, strict=True)
    ]


ASKED_AGAIN = [("客", "10:00", "在吗"), ("小店客服", "10:00", "在"), ("客", "10:00", "多少钱")]


def test_messages_of_a_cell_keep_their_order_within_a_minute(tmp_path: Path) -> None:
    """They stand in one row; a question behind the last reply must not pass for answered."""
    later = [*ASKED_AGAIN, ("客", "10:01", "？")]
    jumbled = [*later, ("客", "09:00", "人呢")]
    exact = [("小店客服", "10:00:00", "亲"), ("客", "10:00:00", "好")]
    found = numbers(tmp_path, later, jumbled, exact, ASKED_AGAIN)
    assert found == [[1, 2, 3, 4], [None] * 5, [2, 1], [1, 2, 3]]


def test_messages_of_a_cell_that_begins_with_the_newest_are_counted_from_its_end(
    tmp_path: Path,
) -> None:
    newest = [("客", "10:01", "？"), *ASKED_AGAIN]
    assert numbers(tmp_path, newest, ASKED_AGAIN) == [[4, 3, 2, 1], [3, 2, 1]]


def test_messages_of_a_cell_with_seconds_need_no_numbers(tmp_path: Path) -> None:
    cell = "2026-10-30 10:00:00\n客: 在吗"
    table = read(tmp_path, text([("客户ID", "聊天记录"), ("客", cell)]), "chat.csv")
    assert "message_seq" not in table.columns


WORDED = """[2026-10-30 10:00:00] 买家(tb123): 在吗
[2026-10-30 10:01:00] 客服(小李): 在的
-----
[2026-10-30 10:02:00] 买家(800012345): 多少钱
[2026-10-30 10:03:00] 客服【小王】: 九块九
"""


def test_a_word_before_a_name_says_whose_side_it_is_on(tmp_path: Path) -> None:
    table = read(tmp_path, WORDED, shop={})
    assert table.select("sender_role", "buyer_id", "agent_account", "content").rows() == [
        ("buyer", "tb123", None, "在吗"),
        ("agent", "tb123", "小李", "在的"),
        ("buyer", "800012345", None, "多少钱"),
        ("agent", "800012345", "小王", "九块九"),
    ]


@pytest.mark.parametrize("other", ["买家(tb9)", "小明"])
def test_two_customers_are_refused_whoever_says_what_he_is(tmp_path: Path, other: str) -> None:
    first, second, _ = WORDED.split("\n", 2)
    third = first.replace("买家(tb123)", other)
    with pytest.raises(LockedError, match="from line 3 on there is a second speaker"):
        read(tmp_path, "\n".join((first, second, third)), shop={})


def test_where_the_shop_is_listed_a_word_before_a_name_says_nothing(tmp_path: Path) -> None:
    """A customer may call himself so."""
    lines = "[客服(小美)] 2026-10-30 10:00:00\n在吗\n[小店客服] 2026-10-30 10:01:00\n在"
    assert read(tmp_path, lines)["sender_role"].to_list() == ["buyer", "agent"]

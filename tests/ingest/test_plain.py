"""Plain columns are read in a shorter way, to the same result."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from kshop_audit.ingest import TextNeeds
from kshop_audit.plan.read import rows_of
from kshop_audit.tables import RAW_SUFFIX, ROW, STATE
from tests.ingest.build import open_one
from tests.ingest.tables import completed

NEEDS = TextNeeds(("agent", "robot"), lambda: pl.col("content").str.contains("高"))

PLAIN = {
    "消息ID": ("26100000000000001", "26100000000000002", "1234567"),
    "会话ID": ("HH26100001", "s0000001", ""),
    "买家ID": ("KS7307669", "KS3198939", ""),
    "客服账号": ("小陈", "智能客服", "", "小美（售前）"),
    "发送方": ("买家", "客服", "机器人", "系统"),
    "发送时间": ("2026-10-01 08:00:00", "2026-10-02 23:59:59", ""),
    "消息类型": ("文本", "图片", ""),
    "消息内容": ("高仿的", "您好", "", "高", "#备注"),
    "订单号": ("2630000000000124", "2630000000001254", "2630000000001255"),
    "订单支付时间": ("2026-10-01 08:00:00", ""),
    "订单状态": ("交易成功", "待发货", ""),
    "实付款": ("88.60", "-3", "0.5", ""),
    "成交数量": ("2", "+3", ""),
    "快递公司": ("韵达快递", "顺丰", ""),
    "收货地址": ("新华街道497号****", ""),
    "是否预售": ("是", "否", ""),
    "商品ID": ("23811457702035", "000000", "00000", "_____", "一一", "无忧物"),
}
STRANGE = (
    "", " ", "\t1234567", "'12345", '="00123"', "12345.0", "1.5E+15", "1e5", "0", "000", "-", "--",
    "无", "null", "ＮＡＮ", "none ", "合计", "TOTAL", "Total:", "total", "#n/a", "# 备注", "小计：",
    "\u200b26100000000000001", "１２３４５", "2026/10/01 08:00:00", "2026-10-01", "2026-10-01 8:00",
    "2000-01-01 00:00:00", "1970-01-01 08:00:00", "0000-00-00 00:00:00", "1900-01-01 00:00:00",
    "2026-13-01 00:00:00", "2026-10-01 24:00:00", "20261001080000", "1790000000", "46000.5",
    " 客服 ", "ＡGENT", "buyer", "火星人", "¥1,234.50", "1.234", "12元", "9" * 19, "三", "1 件",
    "TRUE",
    "2630001 2630002", "2630001 ，2630002", "小美 (售前)", "小美（售前）", "a  b", "(无)",
    "张**",
    "rows:12", "Rows:12", "total12", "o1", "a1b2", "order_id", "is_presale", "共 3 条", "共3条",
    "—",
    "是 ", "无退款申请", "ab", "*****", "（无）", "豈", "T", "订单号", "消息ID",
)  # fmt: skip
CHATS = tuple(PLAIN)[:8]
ORDERS = tuple(PLAIN)[8:]


DRESSES = {
    "订单号": ("\t2630000000000124", '="2630000000001254"'),
    "订单支付时间": ("2026/10/01 08:00:00", "2026/3/1 8:05:00", "-"),
    "实付款": ("¥88.60", "￥0.5", "-"),
}


@st.composite
def _tables(draw: st.DrawFn) -> list[list[str]]:
    headers = list(draw(st.permutations(draw(st.sampled_from((CHATS, ORDERS))))))
    odd = draw(st.sets(st.sampled_from(headers), max_size=2))
    count = draw(st.integers(0, 6))
    rows = [[draw(st.sampled_from(PLAIN[name])) for name in headers] for _ in range(count)]
    for row in rows:
        for place, name in enumerate(headers):
            if name in DRESSES and draw(st.booleans()):
                row[place] = draw(st.sampled_from(DRESSES[name]))
            if name in odd and draw(st.booleans()):
                row[place] = draw(st.sampled_from(STRANGE))
    if len(rows) > 1 and draw(st.integers(0, 9)) == 0:
        rows[0] = rows[0][:-1]
    return [headers, *rows]


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(_tables())
def test_the_short_way_says_the_same(rows: list[list[str]]) -> None:
    says_the_same(rows)


@pytest.mark.slow
@pytest.mark.parametrize(("place", "name"), list(enumerate(PLAIN)))
def test_the_short_way_says_the_same_of_every_strange_cell(place: int, name: str) -> None:
    """Each in its own row, in a column that is plain but for it; a third of them in each column."""
    headers = CHATS if name in CHATS else ORDERS
    usual = {other: PLAIN[other][0] for other in headers}
    for text in STRANGE[place % 3 :: 3]:
        strange = {**usual, name: text}
        cells = ([row[header] for header in headers] for row in (usual, usual, strange))
        says_the_same([[*headers], *cells])


def says_the_same(rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        records = open_one(Path(folder), _csv(rows), "a.csv").records
        assert records is not None
        kind = records.header.match.kind
        closely = records.odd_cells(closely=True).collect()
        usual = completed(records.odd(closely, NEEDS).collect(), kind)
        plain, odd = rows_of(records, NEEDS)
    if plain is not None:
        assert plain.height + odd.height == usual.height
        plain, odd = completed(plain, kind), completed(odd, kind)
        assert_frame_equal(plain, usual.join(plain.select(ROW), on=ROW, how="semi"))
        odd = pl.concat([plain, odd]).sort(ROW)
    assert_frame_equal(completed(odd, kind), usual)


def test_rows_of_usual_cells_are_finished_at_once(tmp_path: Path) -> None:
    rows = [list(CHATS), *([PLAIN[name][0] for name in CHATS] for _ in range(2))]
    records = open_one(tmp_path, _csv(rows), "a.csv").records
    assert records is not None
    assert records.odd_cells().collect().is_empty()
    quick = records.plain(NEEDS).collect()
    assert quick.height == 2
    assert not {STATE, "sender_role" + RAW_SUFFIX} & set(quick.columns)


@pytest.mark.parametrize("name", DRESSES)
def test_a_dress_that_all_cells_have_costs_no_closer_look(name: str, tmp_path: Path) -> None:
    """What exports put around ids, times and amounts; the value is that of a closer look."""
    for cell in DRESSES[name]:
        first = DRESSES[name][0] if cell == "-" else cell
        own = [{**{n: PLAIN[n][0] for n in ORDERS}, name: text} for text in (first, cell)]
        content = _csv([ORDERS, *([row[n] for n in ORDERS] for row in own)])
        records = open_one(tmp_path, content, "a.csv").records
        assert records is not None
        assert records.odd_cells().collect().is_empty()
        closely = records.odd_cells(closely=True).collect()
        kind = records.header.match.kind
        assert_frame_equal(
            completed(records.plain(NEEDS).collect(), kind),
            completed(records.odd(closely, NEEDS).collect(), kind),
        )

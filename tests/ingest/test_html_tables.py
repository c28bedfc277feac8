"""Tables of web pages that are called .xls, as they are and as nobody should write them."""

from __future__ import annotations

import time
from contextlib import suppress
from html import escape
from pathlib import Path

import pytest

from kshop_audit.errors import InputError
from kshop_audit.ingest import Request, Source, open_inputs
from kshop_audit.ingest.convert import html_tables
from tests.ingest.build import ORDER, counts, write
from tests.ingest.build import text as csv_text
from tests.ingest.tables import table_of

ROW = ("20260001", "2026-10-31 08:05:00", "待发货", "1.50", "2026-11-02 08:05:00")


def tag(name: str, *cells: str) -> str:
    return "<tr>" + "".join(f"<{name}>{escape(cell)}</{name}>" for cell in cells) + "</tr>"


def page(*rows: str, head: str = "", above: str = "") -> str:
    inside = tag("th", *ORDER) + "\n".join(rows)
    return f"<html><head>{head}</head><body>{above}<table>{inside}</table></body></html>"


def opened(folder: Path, content: str | bytes, name: str = "a.xls") -> tuple[Source, ...]:
    path = write(folder / "in", content, name)
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    return open_inputs(Request((path,)), scratch)


def read(folder: Path, content: str | bytes) -> list[dict[str, object]]:
    (source,) = (source for source in opened(folder, content) if source.records is not None)
    return table_of(source).to_dicts()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("meta", ["utf-8", "gb2312", None])
def test_a_page_in_every_encoding_whatever_it_says_of_itself(
    tmp_path: Path, encoding: str, meta: str | None
) -> None:
    head = f'<meta http-equiv="Content-Type" content="text/html; charset={meta}">' if meta else ""
    (row,) = read(tmp_path, page(tag("td", *ROW), head=head).encode(encoding))
    assert (row["order_id"], row["status"], row["paid_amount"]) == ("20260001", "paid", 150)
    assert row["_row"] == 2


def test_the_same_as_the_csv(tmp_path: Path) -> None:
    rows = [ROW, (*ROW[:3], "1&2", ""), ("1.2E+17", *ROW[1:]), ("合计", "", "", "3", "")]
    stated = read(tmp_path, page(*(tag("td", *row) for row in rows)))
    assert stated == read(tmp_path, csv_text([ORDER, *rows]))
    assert [row["_state"] for row in stated] == [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("<td>20260001</td>", "20260001"),
        ('<td x:str="00020260001">20260001</td>', "00020260001"),
        ("<td x:str>20260001</td>", "20260001"),
        ("<td>&nbsp;2026<b>0001</b>\n</td>", "20260001"),
        ("<td><font color=red>2026&#48;001</font></td>", "20260001"),
        ("<td>2026<!-- 9 -->0001", "20260001"),
        ("<td>20260001<script>99</script><style>9</style></td>", "20260001"),
        ("<TD ALIGN='x>y'>20260001</TD>", "20260001"),
        ("<td>20260001<table><tr><td>77</td></tr></table></td>", "20260001"),
        ("<td><![CDATA[20260001]]></td>", None),
        ("<td>1.5E+17</td>", None),
        ("<td>#N/A</td>", None),
    ],
)
def test_what_a_cell_says(tmp_path: Path, cell: str, wanted: str | None) -> None:
    rest = "".join(f"<td>{text}</td>" for text in ROW[1:])
    (row,) = read(tmp_path, page(f"<tr>{cell}{rest}</tr>"))
    assert row["order_id"] == wanted


def test_words_of_people_keep_their_lines_and_signs(tmp_path: Path) -> None:
    header = ("会话ID", "消息ID", "发送方", "发送时间", "消息内容")
    said = "<b>1</b> &lt; 2 &amp;amp;<br>a  b\n c<p>=1+1</p>\"'"
    rows = tag("th", *header) + tag("td", "S1", "M10001", "买家", ROW[1], "") * 1
    rows = rows.replace("<td></td>", f"<td>{said}</td>")
    (row,) = read(tmp_path, f"<table>{rows}</table>")
    assert row["content"] == "1 < 2 &amp;\na b c\n=1+1\n\"'"


def test_cells_that_span_rows_and_columns(tmp_path: Path) -> None:
    header = "<tr><th colspan=3>订单导出</th></tr>" + tag("th", "订单号", "状态", "商品ID", "数量")
    rows = (
        "<tr><td rowspan=3>20260001</td><td rowspan=2>待发货</td><td>77</td><td>1</td></tr>"
        "<tr><td>78</td><td>2</td></tr><tr><td>已发货</td><td colspan=2>79</td></tr>"
        "<tr><td>20260002</td><td>待发货</td><td>80</td><td>4</td></tr>"
    )
    header = header.replace("状态", "订单状态").replace("数量", "成交数量")
    table = read(tmp_path, f"<table>{header}{rows}</table>")
    stated = [(row["order_id"], row["status"], row["product_id"], row["quantity"]) for row in table]
    assert stated == [
        ("20260001", "paid", "77", 1), ("20260001", "paid", "78", 2),
        ("20260001", "shipped", "79", None), ("20260002", "paid", "80", 4),
    ]  # fmt: skip
    assert [row["_row"] for row in table] == [3, 4, 5, 6]


def test_every_table_of_a_page_is_looked_at(tmp_path: Path) -> None:
    above = "<table><tr><td>店铺</td><td>幸福小店</td></tr></table><table></table>"
    sources = opened(tmp_path, page(tag("td", *ROW), above=above))
    assert [(source.name, source.kind) for source in sources] == [
        ("a.xls#1", None), ("a.xls#2", "orders"),
    ]  # fmt: skip


def test_a_table_inside_a_table_of_the_layout(tmp_path: Path) -> None:
    inner = page(tag("td", *ROW)).removeprefix("<html><head></head>")
    sources = opened(tmp_path, f"<table><tr><td>菜单</td><td>{inner}</td></tr></table>")
    assert [source.kind for source in sources] == [None, "orders"]


def test_tags_that_are_never_closed(tmp_path: Path) -> None:
    rows = "<tr><th>" + "<th>".join(ORDER) + "<tr><td>" + "<td>".join(ROW)
    (row,) = read(tmp_path, f"<table>{rows}")
    assert row["order_id"] == "20260001"
    (row,) = read(tmp_path, rows)
    assert row["order_id"] == "20260001"


def test_damaged_bytes_reject_their_row(tmp_path: Path) -> None:
    content = page(tag("td", *ROW), tag("td", "2026X002", *ROW[1:])).encode()
    table = read(tmp_path, content.replace(b"X", b"\xff"))
    assert [row["_reason"] for row in table] == [None, "bad_bytes"]


@pytest.mark.parametrize(
    "content", ["<html><body>登录已过期</body></html>", "<!-- x --><p>", "<table></table>"]
)
def test_a_page_without_a_table_is_stated(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError, match=r"^a\.xls: a web page without a table"):
        opened(tmp_path, content)


def test_pages_in_a_folder_that_are_none_of_ours_are_not_listed(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write(folder, "<html><table><tr><td>1</td></tr></table></html>", "report.html")
    write(folder, "<html>nothing</html>", "b.htm")
    write(folder, page(tag("td", *ROW)), "orders.html")
    write(folder, csv_text([ORDER, ROW]), "table.json")
    write(folder, csv_text([ORDER, ROW]), "z.csv")
    (tmp_path / "scratch").mkdir()
    sources = open_inputs(Request((folder,)), tmp_path / "scratch")
    assert [source.name for source in sources] == ["orders.html", "z.csv"]
    numbers = [source.index for source in sources]
    assert len(numbers) == 2
    assert numbers[0] < numbers[1]


@pytest.mark.parametrize("opened_by", ["<!-- ", "<script>", "<style>", "<a href='"])
def test_rows_that_something_without_end_swallows_are_not_lost_in_silence(
    tmp_path: Path, opened_by: str
) -> None:
    content = page(tag("td", *ROW), opened_by, tag("td", *ROW))
    with pytest.raises(InputError, match="markup is broken"):
        opened(tmp_path, content)


HOSTILE = {
    "tags that never end": "<a " * 100_000,
    "attributes": "<td " + "a=b " * 100_000,
    "quotes": "<td a='" + "x" * 1_000_000,
    "remarks": "<!-- " * 200_000,
    "one remark": "<!--" + "-" * 1_000_000,
    "declarations": "<![if x" * 100_000,
    "entities": "&" * 1_000_000,
    "half entities": "&#x" * 300_000,
    "ends": "</" * 500_000,
    "less": "<" * 200_000,
    "tables": "<table><tr><td>" * 20_000,
    "spans": "<tr>" + "<td colspan=99999999 rowspan=99999999>x</td>" * 3_000 + "</tr>",
    "long number": "<td colspan=" + "9" * 100_000 + ">1</td>",
    "scripts": "<script>" * 100_000,
    "nul": "\0" * 100_000,
}


@pytest.mark.parametrize("trick", HOSTILE)
def test_a_hostile_page_takes_neither_time_nor_memory(tmp_path: Path, trick: str) -> None:
    began = time.process_time()
    content = page(tag("td", *ROW)).removesuffix("</body></html>") + HOSTILE[trick]
    found: tuple[Source, ...] = ()
    with suppress(InputError):
        found = opened(tmp_path, content)
    assert not found or any(source.kind == "orders" for source in found)
    assert time.process_time() - began < 15
    written = sum(path.stat().st_size for path in (tmp_path / "scratch").iterdir())
    assert written < 20_000_000


def test_tags_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_tables, "BLOCK", 7)
    assert [row["order_id"] for row in read(tmp_path, page(tag("td", *ROW)))] == ["20260001"]


def test_tsv_called_xls(tmp_path: Path) -> None:
    content = csv_text([ORDER, ROW], delimiter="\t").encode("gb18030")
    (source,) = opened(tmp_path, content)
    assert counts(table_of(source)) == (1, 0, 0)
    assert (source.encoding, source.delimiter) == ("gb18030", "\t")

"""What the fuzzer found, each as the smallest file that shows it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from kshop_audit.errors import DamagedFileError, InputError
from kshop_audit.ingest import Request, open_inputs
from kshop_audit.ingest.headers.unrecognised import UnrecognisedError
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import InputMapping
from tests.fuzz.cases import rule
from tests.fuzz.reading import meaning
from tests.ingest.build import CHAT, counts, open_one, read, text, write
from tests.ingest.tables import load, table_of

SAID = ("S1", "M10001", "买家", "2026-10-31 08:05:00", "在吗")
ANSWER = ("S1", "M10002", "客服", "2026-10-31 08:06:00", "在")
RATED = ("会话ID", "客服账号", "满意度", "评价时间")
RATING = ("S1", "小李", "满意", "2026-10-31 09:00:00")


def test_rows_of_joined_exports_are_no_preamble(tmp_path: Path) -> None:
    table = read(tmp_path, text([RATED, RATING, RATING, CHAT, SAID]))
    assert counts(table) == (2, 1, 1)
    assert table["_reason"].to_list() == [None, None, None, "other_header"]


def test_rows_of_another_table_below_are_said_to_be_that(tmp_path: Path) -> None:
    """Narrower or wider than the first: no download that broke off, no separator too many."""
    more = ("S1", "小李", "满意")
    for first, second, row in ((CHAT, RATED, RATING), (RATED, CHAT, SAID)):
        good = SAID if first is CHAT else RATING
        table = read(tmp_path, text([first, good, [], second, row, row, more, good]))
        reasons = table["_reason"].to_list()
        assert reasons[:2] == [None, None]
        assert reasons[3:] == ["other_header", "other_header", "too_few_cells", "other_header"]


def test_two_columns_of_text_in_another_order_further_down_are_no_rows_of_this_table(
    tmp_path: Path,
) -> None:
    """All rows are in the usual form, and only the second header tells."""
    names = ["订单编号", "物流单号", "快递公司", "发货时间"]
    row = ["2600001", "YT00001", "中通快递", "2026-09-05 17:21:17"]
    turned = [[cells[place] for place in (0, 2, 1, 3)] for cells in (names, row)]
    table = read(tmp_path, text([names, row, *turned, names, row]))
    assert table["_reason"].to_list() == [None, None, "other_header", None, None]
    assert counts(table) == (2, 1, 2)


def test_a_name_that_sounds_like_two_is_no_lost_separator(tmp_path: Path) -> None:
    """发货时间 and 备注 are names of columns; 发货时间备注 is one where the rows fit the header."""
    header = ("序号", "发货时间订单状态", "数值")
    for width, seen in ((3, "the header fits no kind"), (4, "without a separator between")):
        rows = [header, ["x"] * width, ["y"] * width]
        with pytest.raises(InputError, match=seen):
            open_one(tmp_path, text([("订单号", *header[1:]), *rows[1:]]))


def test_a_row_of_data_with_one_word_that_is_a_name_too_is_no_header(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="row 1 is already data"):
        open_one(tmp_path, text([("S1", "小明", "买家", "2026-10-31 08:05:00", "在吗")] * 2))
    with pytest.raises(InputError, match="the header fits no kind"):
        open_one(tmp_path, "今天和 13800001234 说好了\n明天补发\n")


def test_a_wider_header_right_below_titles_of_groups_is_the_header(tmp_path: Path) -> None:
    groups = ("会话ID", "", "", "发送时间", "")
    assert counts(read(tmp_path, text([groups, CHAT, SAID]))) == (1, 0, 0)


@pytest.mark.parametrize("above", [[SAID], [["导出"], SAID], [SAID, ANSWER]])
def test_rows_of_data_above_the_header_are_not_passed_over(
    tmp_path: Path, above: list[tuple[str, ...]]
) -> None:
    with pytest.raises(DamagedFileError, match=r"above it is one of data"):
        open_one(tmp_path, text([*above, CHAT, ANSWER]))


def test_a_row_of_an_id_and_of_columns_that_no_rule_reads_is_one_of_data(tmp_path: Path) -> None:
    """Here below a header whose beginning was cut off; a dispute that is not judged yet."""
    header = ("售后单号", "责任方", "店内扩展列", "内部 编码")
    above = [(header[0][-1], *header[1:]), ("70000010", "", "无", "1,2")]
    with pytest.raises(DamagedFileError, match=r"row 2 above it is one of data.* skip_rows = 2"):
        open_one(tmp_path, text([*above, header]))
    skipped = {Kind.DISPUTES: InputMapping(skip_rows=2)}
    path = write(tmp_path, text([*above, header, above[1]]))
    (source,) = open_inputs(Request((path,), mappings=skipped), tmp_path / "scratch")
    assert counts(table_of(source)) == (1, 0, 0)
    preamble = [("2026-10", "幸福小店", "判责明细"), ("20261031", "幸福小店")]
    assert counts(read(tmp_path, text([*preamble, header, above[1]]))) == (1, 0, 0)


def test_a_preamble_with_times_and_numbers_is_none_of_data(tmp_path: Path) -> None:
    above = (["店铺ID", "123456"], ["2026-10-01", "2026-10-31"], ["导出时间", "", "", SAID[3]])
    assert counts(read(tmp_path, text([*above, CHAT, SAID]))) == (1, 0, 0)


def test_the_rest_of_a_row_that_begins_with_two_lines_is_no_swallowed_row(tmp_path: Path) -> None:
    header = ("消息内容", "会话ID", "消息ID", "发送方", "发送时间")
    row = ("在吗,\n急", "S1", "M10001", "买家", "2026-10-31 08:05:00")
    assert counts(read(tmp_path, text([header, row, row]))) == (2, 0, 0)
    header, row = header[1:] + header[:1], (*row[1:3], "a\nb", row[4], "x,y")
    assert counts(read(tmp_path, text([(*header[:2], "备注", *header[3:]), row]))) == (1, 0, 0)
    header = ("消息内容", "会话ID", "消息ID", "发送方", "发送时间")
    line = "好,S1,M10001,买家,2026-10-31 08:05:00\n"
    table = read(tmp_path, text([header]) + '"' + line + line + '好"' + line[1:] + line)
    assert table["_reason"].to_list() == [*["open_quote"] * 3, None]


def test_few_chinese_words_under_an_english_header_are_read_as_gb18030(tmp_path: Path) -> None:
    content = "order_id,paid_at,status,carrier,province\n260001,2026-10-31 08:05:00,paid,{}\n"
    path = tmp_path / "orders.csv"
    path.write_bytes(content.format("圆通速递,广东省").encode("gb18030"))
    (source,) = open_inputs(Request((path,)), tmp_path)
    assert source.encoding == "gb18030"
    damaged = content.format("圆通速递,广东省").encode() + b"\xff\n"
    path.write_bytes(damaged)
    (source,) = open_inputs(Request((path,)), tmp_path)
    assert source.encoding == "utf-8"


@pytest.mark.parametrize("noise", ["\u200b", " ", "\ufeff"])
def test_a_repeated_header_is_skipped_whatever_noise_stands_in_either(
    tmp_path: Path, noise: str
) -> None:
    plain = ("售后单号", "责任方")
    noisy = tuple(name[:1] + noise + name[1:] for name in plain)
    row = ("70000001", "商家")
    assert counts(read(tmp_path, text([noisy, row, plain, row]))) == (2, 0, 1)
    assert counts(read(tmp_path, text([plain, row, noisy, row]))) == (2, 0, 1)


def test_a_short_row_of_invisible_characters_is_blank(tmp_path: Path) -> None:
    content = text([CHAT, SAID]) + "\u200b, \n" + text([ANSWER])
    assert counts(read(tmp_path, content)) == (2, 0, 1)
    assert counts(read(tmp_path, content.replace("\n", "\r"))) == (2, 0, 1)


def test_a_message_that_quotes_a_damaged_header_is_one_line_of_text(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        open_one(tmp_path, b'"a\nb\xff\x00",c\n1,2\n')
    for line in (caught.value.zh, caught.value.en):
        assert len(line.splitlines()) == 1
        assert line.encode()


@pytest.mark.parametrize("rows", [(), (RATING + RATING,)])
def test_a_file_whose_columns_all_stand_twice_is_read(
    tmp_path: Path, rows: tuple[tuple[str, ...], ...]
) -> None:
    source = open_one(tmp_path, text([RATED + RATED, *rows]))
    assert load((source,), reject_future=False).counts[0].rows == len(rows)


def test_a_byte_order_mark_alone_in_its_row_is_a_record(tmp_path: Path) -> None:
    assert counts(read(tmp_path, text([CHAT]) + "\ufeff")) == (0, 0, 1)
    assert counts(read(tmp_path, text([CHAT]) + "\ufeff" + text([SAID]))) == (1, 0, 0)


def test_a_row_that_was_pasted_with_its_quotes_escaped_is_a_text(tmp_path: Path) -> None:
    held = (
        "S1",
        "M10001",
        "买家",
        "2026-10-31 08:05:00",
        'm\n"S1,M10002,买家,2026-10-31 08:05:00,hi',
    )
    assert read(tmp_path, text([CHAT, held]))["content"].to_list() == [held[4]]


def test_two_messages_of_one_second_in_two_files_are_two(tmp_path: Path) -> None:
    header = "session_id,buyer_id,sender_role,sent_at,content\r\n"
    for name, said in (("a.csv", "在吗"), ("b.csv", "什么时候发货")):
        row = f"c1,B1,buyer,2026-10-30 09:00:00,{said}\r\n"
        (tmp_path / name).write_text(header + row, encoding="utf-8")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    loaded = load(open_inputs(Request((tmp_path,)), scratch), reject_future=False)
    assert [count.rows for count in loaded.counts.values()] == [1, 1]


def test_a_next_line_character_around_an_id_is_a_blank(tmp_path: Path) -> None:
    table = read(tmp_path, text([CHAT, ("S1", "M10001\x85", *SAID[2:])]))
    assert table["message_id"].to_list() == ["M10001"]


@pytest.mark.parametrize("header", ["order_id", "Order_ID", "message_id"])
def test_a_header_that_is_repeated_in_capitals_is_skipped_in_either_way_of_reading(
    tmp_path: Path, header: str
) -> None:
    """Its letters are those of an id, so that nothing but the name tells them apart."""
    kind = ["session_id", "sent_at", "sender_role"] if header == "message_id" else ["paid_at"]
    cells = ["S1", SAID[3], "buyer"] if header == "message_id" else [SAID[3]]
    lines = [[header, *kind], ["260000000001", *cells], [header.upper(), *map(str.upper, kind)]]
    path = tmp_path / "export.csv"
    path.write_text(text(lines), encoding="utf-8", newline="")
    (source,) = open_inputs(Request((path,)), tmp_path)
    count = load((source,), reject_future=False).counts[source.index]
    assert counts(table_of(source)) == (1, 0, 1)
    assert (count.rows, count.rejected, count.skipped) == (1, 0, 1)


@pytest.mark.parametrize("cell", ['none"', '2026-10-31 08:05:00"'])
def test_a_quote_at_the_end_alone_is_no_protection(tmp_path: Path, cell: str) -> None:
    table = read(tmp_path, ",".join(CHAT) + f"\nS1,M10001,买家,{cell},在吗\n")
    assert table["_reason"].to_list() == ["stray_quote"]


def test_records_that_name_nothing_but_an_id_are_of_no_kind(tmp_path: Path) -> None:
    """Disputes as JSON that leaves out the judgement as there is none yet: any id may be it."""
    with pytest.raises(UnrecognisedError):
        read(tmp_path, '[{"售后单号": "70000020"}]', "export.json")
    stated = '[{"售后单号": "70000020", "责任方": null}]'
    assert counts(read(tmp_path, stated, "export.json")) == (1, 0, 0)


@pytest.mark.parametrize("cell", ["'", '"="""""', " ' ", ""])
def test_of_columns_of_one_name_protection_around_nothing_is_no_value(
    tmp_path: Path, cell: str
) -> None:
    header = "订单编号,订单编号,订单状态,实付款,订单支付时间"
    table = read(tmp_path, f"{header}\n{cell},260000000001,已完成,5,2026-10-01 10:00:00\n")
    assert counts(table) == (1, 0, 0)
    assert table["order_id"].to_list() == ["260000000001"]


def test_a_header_half_in_another_encoding_is_refused(tmp_path: Path) -> None:
    """The names in front would be unknown ones, and their columns lost."""
    content = text([RATED, RATING])
    for place in range(len("会".encode()), len("会话ID,客服账号,满意".encode())):
        data = content.encode()
        data = data[:place] + data[place:].decode("utf-8", "ignore").encode("gb18030")
        with pytest.raises((DamagedFileError, InputError)):
            open_one(tmp_path, data)


def test_honest_names_that_nobody_knows_are_not_taken_for_garbled_ones(tmp_path: Path) -> None:
    words = (
        "店内扩展列",
        "客户等级",
        "备用字段一",
        "内部 编码",
        "锟斤拷",
        "运营负责人",
        "淇淋口味",
    )
    rows = [(*RATED, *words), (*RATING, *["x"] * len(words))]
    for encoding in ("utf-8", "gb18030"):
        assert counts(read(tmp_path, text(rows).encode(encoding))) == (1, 0, 0)


def test_the_same_export_twice_in_one_file_is_read_twice(tmp_path: Path) -> None:
    """The name of the column of times holds words that stand in its cells as well."""
    name = "发货/揽收/末条中转/派件/待取件/签收时间"
    rows = [
        ("订单编号", "物流单号", name, "物流状态"),
        ("2600001", "YT00001", "2026-09-05 17:21:17", "揽收"),
    ]
    assert counts(read(tmp_path, text([*rows, *rows]))) == (2, 0, 1)


def test_a_text_with_as_many_separators_as_a_row_is_a_text(tmp_path: Path) -> None:
    """Its second line begins with a number, where all keys of the file are long ones."""
    names = ("订单号", "商品名称", "订单创建时间", "订单状态", "买家留言")
    said = ("2600001", "山竹\n1,2", "2026-10-31 08:05:00", "待发货", "尽快\n发货")
    other = ("2600002", "山竹", "2026-10-31 08:05:00", "待发货", "")
    table = read(tmp_path, "\ufeff\ufeff" + text([names, said, other]))
    assert counts(table) == (2, 0, 0)


def test_a_row_of_another_table_beside_a_text_of_two_lines_is_no_torn_one() -> None:
    """Both tables are as wide, and the text reads as several rows that two quotes joined."""
    assert rule(90704).faults == []


def test_a_word_for_nobody_is_a_judgement() -> None:
    """It says who was at fault, which the empty cell of a judgement to come does not."""
    assert meaning("tickets", "liable_party", "none") == "none"
    assert meaning("tickets", "liable_party", "无") is None
    assert rule(80160).faults == []


SETTLED = (
    1104, 5016, 20136, 400041, 2613540, 2613561, 2613642, 2613699, 2613720, 2613728, 2614056,
    2614104, 2614176, 2702443, 2702637, 2702967, 2703198, 2703246, 2704177, 2801088, 2801655,
    2802000, 2802616, 3012955, 3013036, 3120621, 3210100, 3210234, 3410184, 9100463, 9100604,
    9100641, 9100648,
)  # fmt: skip
"""Cases of long runs on which product and judge did not agree."""


@pytest.mark.parametrize("seed", SETTLED)
def test_cases_on_which_product_and_judge_did_not_agree(seed: int) -> None:
    assert rule(seed).faults == []


@pytest.mark.parametrize("word", ["客服", "买家"])
def test_a_word_for_a_sender_in_the_place_of_an_id_is_no_header(tmp_path: Path, word: str) -> None:
    """It got there by a line end within the row, and is the name of a column elsewhere."""
    header = ("会话ID", "消息ID", "买家ID", "客服账号", "发送方", "发送时间", "消息内容")
    rows = [("S1", f"M1000{n}", "B1", "小李", word, f"2026-10-31 08:0{n}:00", "在") for n in (1, 2)]
    lines = [",".join(row) for row in (header, rows[0], rows[1])]
    lines.insert(2, f"S1,M10003,B1,\r小李,{word},2026-10-31 08:05:00,图片")
    table = read(tmp_path, "\r\n".join(lines) + "\r\n")
    assert table["_reason"].to_list() == [None, "odd_line_end", "odd_line_end", None]


@pytest.mark.parametrize("place", [1, 3])
@pytest.mark.parametrize("protected", ["{}", '="{}"', "\t{}", "{}\t"])
def test_a_row_between_two_cells_of_several_lines_is_one_row(
    tmp_path: Path, place: int, protected: str
) -> None:
    """Its middle line is as wide as a row, and begins as one if its first cell is left out."""
    names = ["备注", "会话ID", "客服账号", "评价时间", "内部 编码"]
    rows = [["a\nb", f"c{n}0001", "小李", "2026-10-31 08:05:00", "a\nb"] for n in range(1, 4)]
    for cells in (names, *rows):
        cells.insert(place, cells.pop(1))
    rows = [[protected.format(c) if c[1:].isdigit() else c for c in row] for row in rows]
    told = [[*names, "满意度"], *([*row, "满意"] for row in rows)]
    quoted = text(told, quoting=csv.QUOTE_ALL)
    assert counts(read(tmp_path, quoted)) == (3, 0, 0)
    assert counts(read(tmp_path, text(told), "bare.csv")) == (3, 0, 0)


def test_a_row_that_explains_the_columns_may_have_another_name_for_the_id(tmp_path: Path) -> None:
    header = ["订单号", "订单支付时间", "订单状态", "实付款"]
    explained = ["平台订单号", "买家付款的时间", "订单走到哪一步", "元"]
    row = ["2600001", "2026-10-31 08:05:00", "待发货", "9.90"]
    assert counts(read(tmp_path, text([header, explained, row]))) == (1, 0, 1)
    other = ["订单号", "订单状态", "订单支付时间", "实付款"]
    table = read(tmp_path, text([header, other, [row[0], row[2], row[1], row[3]]]))
    assert table["_reason"].to_list()[-1] == "other_header"


def test_an_amount_beyond_all_numbers_is_unreadable(tmp_path: Path) -> None:
    header = ["订单号", "订单支付时间", "订单状态", "实付款", "预售/承诺发货时间"]
    rows = [["2600001", "2026-10-31 08:05:00", "待发货", "120000000000000000.00", ""]]
    rows.append(["2600002", "2026-10-31 08:05:00", "待发货", "12.00", ""])
    table = read(tmp_path, text([header, *rows]))
    assert table["paid_amount"].to_list() == [None, 1200]
    assert counts(table) == (1, 1, 0)

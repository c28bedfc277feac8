"""The quick reader and the strict one must tell the same of every file."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from kshop_audit.errors import DamagedFileError, KshopError
from kshop_audit.ingest import Source, sources
from kshop_audit.ingest.decode import csv_check
from kshop_audit.ingest.decode.grammar import line_end, lines_of, records
from kshop_audit.ingest.files.container import BLOCK
from kshop_audit.tables import BAD_REASON, BOOKKEEPING, REJECTED, ROW, STATE
from tests.ingest.build import CHAT, chats, counts, open_one, read, text
from tests.ingest.tables import table_of

PASTED = "\nS1,M1,买家,2026-10-31 08:05:00,hi\n"
CELLS = {
    "会话ID": ["S1", "S2", "", "'S3", "\tS4", "1.2E+17", " "],
    "消息ID": ["M1", "M22", "M333", "", "-", "合计", "消息ID", "#x"],
    "发送方": ["买家", "客服", "系统", "??", ""],
    "发送时间": ["2026-10-31 08:05:00", "2026/10/31 8:05", "", "bad", "2000-01-01", "20261031"],
    "消息内容": [
        "hi", "a,b", "x\ny", 'say "q"', "", " sp ", "\r\nz", "a\n\nb", ",,,,", "\n,,,,\n", '"',
        f"m{PASTED}n", "发送时间",
    ],
}  # fmt: skip
DAMAGE = ['"', ",", "\n", "\r", "\r\n", '""', "x", "\n\n", "\0", '",']

rows = st.lists(st.tuples(*(st.sampled_from(CELLS[name]) for name in CHAT)).map(list), max_size=6)
quoting = st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
hits = st.integers(0, 2)
examples = settings(max_examples=60, suppress_health_check=list(HealthCheck))


@st.composite
def files(draw: st.DrawFn, *, damaged: bool) -> str:
    table = draw(rows)
    if damaged:
        for row in table:
            if draw(st.booleans()):
                row[draw(st.integers(0, 5)) :] = draw(st.lists(st.sampled_from(["", "x", " "])))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    content = text([CHAT, *table], quoting=draw(quoting), lineterminator=end)
    head = content.index(end) + len(end)
    for _ in range(draw(hits) if damaged else 0):
        place = draw(st.integers(head, len(content)))
        content = content[:place] + draw(st.sampled_from(DAMAGE)) + content[place:]
    return content[: draw(st.integers(head, len(content)))] if damaged else content


Folders = pytest.TempPathFactory


def opened(folders: Folders, content: str, *, quick: bool) -> Source | KshopError:
    with pytest.MonkeyPatch.context() as patch:
        # Blocks so small that most files have several, and spans that are divided.
        patch.setattr(csv_check, "BLOCK", (40, 200, BLOCK)[len(content) % 3])
        patch.setattr(csv_check, "SMALLEST", (1, 100)[len(content) % 2])
        if not quick:
            patch.setattr(sources, "check", lambda _: None)
        try:
            return open_one(folders.mktemp("files"), content)
        except KshopError as error:
            return error


def frame(source: Source, columns: list[str] | None = None) -> pl.DataFrame:
    table = table_of(source)
    return table if columns is None else table.select(columns)


@examples
@given(content=files(damaged=False))
def test_both_readers_give_the_same_frame_of_a_canonical_file(
    tmp_path_factory: Folders, content: str
) -> None:
    quick, slow = (
        opened(tmp_path_factory, content, quick=True),
        opened(tmp_path_factory, content, quick=False),
    )
    if isinstance(quick, KshopError):  # a pasted row looks like a swallowed one
        assert PASTED in content
        assert str(quick) == str(slow)
        return
    assert isinstance(slow, Source)
    assert_frame_equal(frame(quick), frame(slow))


@examples
@given(content=files(damaged=True))
def test_no_record_of_a_damaged_file_is_lost(tmp_path_factory: Folders, content: str) -> None:
    quick, slow = (
        opened(tmp_path_factory, content, quick=True),
        opened(tmp_path_factory, content, quick=False),
    )
    if isinstance(quick, KshopError) or isinstance(slow, KshopError):
        assert type(quick) is type(slow)
        assert str(quick) == str(slow)
        return
    table = frame(quick)
    assert_frame_equal(table, frame(slow))
    data = content.encode()
    ending = line_end(content)
    found = list(records(lines_of(data, 0, len(data), ending), ",", ending))
    assert [record.start for record in found] == [0, *(record.end for record in found[:-1])]
    assert found[-1].end == len(data)
    assert table[ROW].to_list() == list(range(2, table.height + 2))
    # Of several rows that two stray quotes made one record, each is named.
    assert sum(counts(table)) == table.height >= len(found) - 1
    stated = table.filter((pl.col(STATE) == REJECTED) != pl.col(BAD_REASON).is_not_null())
    assert stated.is_empty()


@pytest.mark.slow
@examples
@given(
    content=files(damaged=True),
    columns=st.sets(st.sampled_from([*BOOKKEEPING, "content", "sent_at"])),
)
def test_a_plan_that_selects_few_columns_sees_every_record(
    tmp_path_factory: Folders, content: str, columns: set[str]
) -> None:
    source = opened(tmp_path_factory, content, quick=True)
    if isinstance(source, Source):
        chosen = sorted({*columns, ROW})
        assert_frame_equal(frame(source, chosen), frame(source).select(chosen))


ROW_A = ("S1", "M1", "买家", "2026-10-31 08:05:00", "在吗")
ROW_B = ("S1", "M2", "客服", "2026-10-31 08:06:00", "在")


def test_a_long_and_a_short_row_do_not_make_up_for_each_other(tmp_path: Path) -> None:
    table = chats(tmp_path, (*ROW_A, ""), ROW_B[:4], ROW_B)
    assert counts(table) == (1, 2, 0)
    assert table[BAD_REASON].to_list() == ["too_many_cells", "too_few_cells", None]
    assert table["_value"].to_list() == ["6/5", "4/5", None]


def test_blank_cells_at_the_end_of_some_rows_reject_them(tmp_path: Path) -> None:
    table = chats(tmp_path, ROW_A, (*ROW_A, "", ""), (*ROW_B, "", "x"))
    assert table[BAD_REASON].to_list() == [None, "too_many_cells", "too_many_cells"]
    assert table["_value"].to_list() == [None, "7/5", "7/5"]


def test_blank_cells_at_the_end_of_all_rows_are_nothing(tmp_path: Path) -> None:
    table = chats(tmp_path, (*ROW_A, "", ""), (*ROW_B, "", ""))
    assert counts(table) == (2, 0, 0)
    with pytest.raises(DamagedFileError, match="5 columns, the rows below it have 7"):
        chats(tmp_path, (*ROW_A, "", ""), (*ROW_B, "", "x"))


def test_no_row_as_wide_as_the_header_refuses_the_file(tmp_path: Path) -> None:
    """The header lost a separator, or gained one."""
    lost = (CHAT[0] + CHAT[1], *CHAT[2:])
    gained = (*CHAT[:2], "", *CHAT[2:])
    for header in (lost, gained):
        with pytest.raises(DamagedFileError, match=r"export\.csv: "):
            read(tmp_path, text([header, ROW_A, ROW_B]))


def test_a_short_row_makes_its_neighbour_doubtful(tmp_path: Path) -> None:
    """A line end in a bare cell at the end or the beginning leaves a row that looks whole."""
    lines = text([CHAT, ROW_A, ROW_B, ROW_A])
    for torn in (lines.replace("在\n", "在\n吗\n", 1), lines.replace("S1,M2", "S\n1,M2")):
        assert "torn_row" in read(tmp_path, torn)[BAD_REASON].to_list()


def test_a_truncated_last_row_is_rejected_not_skipped(tmp_path: Path) -> None:
    content = text([CHAT, ROW_A, ROW_B]).rstrip("\n")
    table = read(tmp_path, content[: content.rindex("M2") + 1])
    assert table[BAD_REASON].to_list() == [None, "too_few_cells"]


def test_an_open_quote_costs_its_own_row_where_the_next_ones_are_whole(tmp_path: Path) -> None:
    swallowing = text([CHAT, ROW_A]) + 'S1,M2,买家,2026-10-31 08:06:00,"好\n' + text([ROW_B] * 3)
    table = read(tmp_path, swallowing)
    assert table[BAD_REASON].to_list() == [None, "open_quote", None, None, None]


def test_an_open_quote_that_another_one_closes_names_every_row_between(tmp_path: Path) -> None:
    swallowing = text([CHAT, ROW_A]) + 'S1,M2,买家,2026-10-31 08:06:00,"好\n' + text([ROW_B] * 3)
    table = read(tmp_path, swallowing + 'S9,M9,客服,2026-10-31 08:07:00,好"\n')
    assert table[BAD_REASON].to_list() == [None, *["open_quote"] * 5]


def test_a_cut_inside_the_last_quoted_cell_rejects_what_is_left_of_that_row(
    tmp_path: Path,
) -> None:
    table = read(tmp_path, text([CHAT, ROW_A]) + 'S1,M2,买家,2026-10-31 08:06:00,"好\n的')
    assert table[BAD_REASON].to_list() == [None, "open_quote", "too_few_cells"]


def test_a_pasted_row_inside_a_message_is_read_if_it_is_no_row_of_this_table(
    tmp_path: Path,
) -> None:
    table = chats(tmp_path, (*ROW_A[:4], "x\na,b,c,d,e\ny"))
    assert counts(table) == (1, 0, 0)
    assert table["content"][0] == "x\na,b,c,d,e\ny"


SPOKEN = ("客户名", "消息内容", "发送时间", "消息ID", "会话ID", "发送方")
PAID = "2026-10-31 08:05:00"


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_the_last_line_of_a_message_is_no_swallowed_row(tmp_path: Path, quoting: int) -> None:
    """One separator in it makes up for the one column before it."""
    said = ("甲", "第一行\n第二行,好", PAID, "M1", "S1", "买家")
    content = text([SPOKEN, said, ("乙,丙", *said[1:3], "M2", *said[4:])], quoting=quoting)
    # What must be read record by record: a NUL byte.
    table = read(tmp_path, content + f"丁,x\0,{PAID},M3,S1,买家\n")
    assert table["content"].to_list() == [said[1], said[1], "x"]


def test_a_swallowed_row_is_seen_behind_any_column(tmp_path: Path) -> None:
    rows = [("甲", "好", PAID, f"M{n}", "S1", "买家") for n in range(4)]
    lines = text([SPOKEN, *rows]).splitlines(keepends=True)
    lines[2] = lines[2].replace("好", '"好')
    lines[3] = lines[3].replace("好", '好"')
    table = read(tmp_path, "".join(lines))
    assert table[BAD_REASON].to_list() == [None, "open_quote", "open_quote", None]


def test_a_second_header_of_another_order_rejects_what_follows(tmp_path: Path) -> None:
    other = ("会话ID", "消息ID", "发送时间", "发送方", "消息内容")
    table = read(tmp_path, text([CHAT, ROW_A, other, ROW_B, CHAT, ROW_B]))
    assert counts(table) == (2, 1, 2)
    assert table[BAD_REASON].to_list() == [None, None, "other_header", None, None]


def test_a_header_with_a_line_break_is_skipped_as_a_whole(tmp_path: Path) -> None:
    header = [f"{name[:2]}\n{name[2:]}" for name in CHAT]
    table = read(tmp_path, text([["导出说明\n第二行"], header, ROW_A, ROW_B]))
    assert counts(table) == (2, 0, 0)
    assert table[ROW].to_list() == [3, 4]


def test_a_header_without_records_is_an_empty_table(tmp_path: Path) -> None:
    assert read(tmp_path, text([CHAT])).height == 0
    with pytest.raises(DamagedFileError, match="cut off"):
        read(tmp_path, text([CHAT]).rstrip("\n"))


SWALLOWED = (
    # A stray quote where a row begins, another at the end of the next row's first cell: together
    # they are one well-formed cell of two lines, in a row as long as any other.
    ('"S1,M1,买家,2026-10-31 08:05:00,在吗\n', 'S1",M2,客服,2026-10-31 08:06:00,在\n'),
    ('S1,"M1,买家,2026-10-31 08:05:00,在吗\n', 'S1,M2",客服,2026-10-31 08:06:00,在\n'),
    ('S1,M1,"买家,2026-10-31 08:05:00,在吗\n', 'S1,M2,客服",2026-10-31 08:06:00,在\n'),
    ('"S1,M1,买家,2026-10-31 08:05:00,在吗\n', 'S1",M2,"客服",2026-10-31 08:06:00,在\n'),
    ('"S1,M1,买家,2026-10-31 08:05:00,在吗\n', 'S1",M2,客服,2026-10-31 08:06:00,"在\n吗"\n'),
    ('"S1,M1,买家,2026-10-31 08:05:00,在吗\r\n', 'S1",M2,客服,2026-10-31 08:06:00,在'),
)


@pytest.mark.parametrize("block", [7, 64, BLOCK])
@pytest.mark.parametrize("rows", SWALLOWED)
def test_a_row_swallowed_up_to_its_first_cells_is_seen_by_both_readers(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rows: tuple[str, str],
    block: int,
) -> None:
    monkeypatch.setattr(csv_check, "BLOCK", block)
    before = text([CHAT, ROW_A, ROW_B])
    for after in ("", text([ROW_A])):
        content = before + rows[0] + rows[1] + (after if rows[1].endswith("\n") else "")
        for reader in (csv_check.check, lambda _: None):
            monkeypatch.setattr(sources, "check", reader)
            reasons = read(tmp_path, content)[BAD_REASON].to_list()
            assert reasons[:2] == [None, None]
            assert set(reasons[2:4]) == {"open_quote"}


def test_a_cell_of_two_lines_does_not_make_the_quick_reader_give_up(tmp_path: Path) -> None:
    lines = text([CHAT, *[(*ROW_A[:4], f"好的{n}\n,马上,发") for n in range(50)]])
    source = open_one(tmp_path, lines)
    assert source.records is not None
    assert not source.records.raw.slow


SETTLED = ("商家ID", "订单号", "商品ID", "商品名称", "实际结算金额(元)", "达人佣金(元)")
SETTLEMENT = ("77", "26104822575699491", "9", "围巾", "655.35", "7.50")


def test_another_table_below_of_which_one_name_stands_under_the_ids(tmp_path: Path) -> None:
    """Padded to the width of the first, its rows would pass for rows without an amount."""
    other = ("客户名", "消息序号", "发送时间", "发送内容", "", "")
    said = ("小鹿", "1", "2026-10-31 08:00:00", "在吗", "", "")
    table = read(tmp_path, text([SETTLED, SETTLEMENT, other, said, said]))
    assert counts(table) == (1, 3, 0)


@pytest.mark.parametrize("separator", [", ", "; ", "\t "])
def test_a_blank_behind_every_separator_belongs_to_it(tmp_path: Path, separator: str) -> None:
    content = "\n".join(separator.join(row) for row in (CHAT, ROW_A, ROW_B)) + "\n"
    assert read(tmp_path, content)["content"].to_list() == [ROW_A[4], ROW_B[4]]


@pytest.mark.parametrize("quote", ["", '"'])
def test_rows_between_odd_line_ends_are_rejected_one_by_one(tmp_path: Path, quote: str) -> None:
    """As one record they would be one unknown row, and there are three."""
    lines = [",".join(f"{quote}{cell}{quote}" for cell in row) for row in (CHAT, *[ROW_A] * 5)]
    content = "\n".join(lines[:3]) + "\r" + "\r".join(lines[3:5]) + "\n" + lines[5] + "\n"
    assert counts(read(tmp_path, content)) == (2, 3, 0)


def test_two_quotes_name_both_rows_that_they_join(tmp_path: Path) -> None:
    lines = text([CHAT, ROW_A, ROW_B, ROW_A, ROW_B]).splitlines()
    lines[2] = lines[2].replace(",", ',"', 1)
    lines[3] = lines[3].replace(",", '",', 1) if '"' not in lines[3] else lines[3]
    table = read(tmp_path, "\n".join(lines) + "\n")
    bad = table.filter(pl.col(BAD_REASON).is_not_null())
    assert bad["_row"].to_list() == [3, 4]


@pytest.mark.parametrize("identity", ['"""2026103100001"', '"2026103100001"""'])
def test_a_code_with_a_quote_at_one_end_is_damaged(tmp_path: Path, identity: str) -> None:
    content = f"售后单号,责任方\n{identity},商家责任\n"
    table = read(tmp_path, content)
    assert table[BAD_REASON].to_list() == ["stray_quote"]
    whole = read(tmp_path, '售后单号,责任方\n"""2026103100001""",商家责任\n')
    assert whole["ticket_id"].to_list() == ["2026103100001"]

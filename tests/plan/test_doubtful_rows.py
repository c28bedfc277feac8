"""Rows that are no good ones: what is kept of them, and what the loader says that they touch."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from kshop_audit.ingest import Request, open_inputs
from kshop_audit.model.knowledge import Why
from kshop_audit.model.schema import Kind
from kshop_audit.plan.load import Loaded, put_together
from kshop_audit.plan.read import Reader
from kshop_audit.tables import SPAN_SUFFIX, WHY

ORDERS = "order_id,status,created_at,paid_at,shipped_at\n"
CHATS = "session_id,buyer_id,sender_role,sent_at,content\n"
DAY = "2026-10-20 10:00:00"


def load(
    folder: Path, files: dict[str, str], *, future: bool = True, shop: str | None = None
) -> Loaded:
    (folder / "in").mkdir()
    (folder / "scratch").mkdir()
    for name, text in files.items():
        (folder / "in" / name).write_text(text, encoding="utf-8")
    sources = open_inputs(Request((folder / "in",)), folder / "scratch")
    with Reader() as reader:
        for source in sources:
            reader.opened(source)
        parts = {index: part.result() for index, part in reader.parts().items()}
    return put_together(sources, parts, reject_future=future, shop=shop)


def balance(loaded: Loaded) -> tuple[int, int, int, int]:
    (count,) = loaded.counts.values()
    return count.rows, count.rejected, count.skipped, count.duplicates


def test_a_rejected_row_keeps_what_could_be_read(tmp_path: Path) -> None:
    rows = f"o1,paid,{DAY},soon,\n2.6E+17,paid,{DAY},{DAY},\no2,paid,{DAY},{DAY},\n"
    loaded = load(tmp_path, {"orders.csv": ORDERS + rows})
    found = loaded.tables.doubtful_rows(Kind.ORDERS).collect()
    assert found.select("order_id", "status", "created_at", "paid_at", WHY).rows() == [
        ("o1", "paid", datetime(2026, 10, 20, 10), None, "not_readable")
    ]
    assert loaded.tables.keyless == {Kind.ORDERS: {Why.NOT_READABLE: 1}}
    assert balance(loaded) == (1, 2, 0, 0)


@pytest.mark.parametrize(
    ("row", "order_id"),
    [
        (f"o1,paid,{DAY}", "o1"),  # it breaks off
        (f"o1,paid,{DAY},{DAY},,,more", "o1"),  # a separator too many
        ("o1", None),  # the number itself may be cut, and the rest be in the row below
    ],
)
def test_of_a_torn_row_only_cells_that_are_in_their_place_count(
    tmp_path: Path, row: str, order_id: str | None
) -> None:
    loaded = load(tmp_path, {"orders.csv": f"{ORDERS}{row}\no2,paid,{DAY},{DAY},\n"})
    found = loaded.tables.doubtful_rows(Kind.ORDERS).collect()
    assert found["order_id"].to_list() == [order_id or "o2"]
    assert bool(loaded.tables.keyless) is (order_id is None)


def test_rows_below_the_first_of_their_group_are_rows_of_the_file(tmp_path: Path) -> None:
    talk = f"s1,b1,buyer,{DAY},hello\n,,agent,{DAY},yes\ns2,,buyer,{DAY},hi\n"
    loaded = load(tmp_path, {"chats.csv": CHATS + talk})
    assert loaded.tables.keyless == {Kind.CHATS: {Why.NO_KEY: 1}}
    assert loaded.tables.texts(Kind.CHATS, "session_id").to_list() == ["s1", "s2"]
    assert balance(loaded) == (3, 0, 0, 0)


def test_a_file_without_any_conversation_is_no_group_layout(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"chats.csv": f"sender_role,sent_at,content\nagent,{DAY},yes\n"})
    assert not loaded.tables.keyless
    assert balance(loaded) == (1, 0, 0, 0)


def test_an_order_line_without_its_number_is_no_foot(tmp_path: Path) -> None:
    rows = f"o1,paid,{DAY},{DAY},\n,paid,{DAY},{DAY},\n合计,,,,\n,,,,\n"
    loaded = load(tmp_path, {"orders.csv": ORDERS + rows})
    assert loaded.tables.keyless == {Kind.ORDERS: {Why.NO_KEY: 1}}
    assert balance(loaded) == (2, 0, 2, 0)


def test_a_message_without_a_time_touches_its_conversation(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"chats.csv": f"{CHATS}s1,b1,buyer,{DAY},a\ns1,b1,agent,,b\n"})
    found = loaded.tables.doubtful_rows(Kind.CHATS).collect()
    assert found.select("session_id", "sender_role", WHY).rows() == [("s1", "agent", "no_time")]


@pytest.mark.parametrize(
    ("cell", "span"),
    [
        (DAY, None), ("2026/10/20 10:00:00", None), ("2026-10-20 10:00", 59),
        ("2026-10-20", 86_399),
        ("2026/10/20 10:00", 59), ("2026年10月20日", 86_399), ("2026年10月20日 10时05分", 59),
        ("20261020100000", None), ("20261020", 86_399), ("46315.5", None), ("1792461600", None),
        ("2026-10-20T10:00+08:00", 59), ("2026-10-20T10:00:00Z", None), ("", None),
        ("2026-10-20 下午 3:05", 59), ("0000-00-00", None), ("2099-12-31", None),
    ],
)  # fmt: skip
def test_the_span_of_a_time_is_that_of_its_form(
    tmp_path: Path, cell: str, span: int | None
) -> None:
    rows = f"o1,paid,{DAY},{DAY},{cell}\no2,paid,{DAY},{DAY},2026-10-20 11:00\n"
    loaded = load(tmp_path, {"orders.csv": ORDERS + rows})
    frame = loaded.tables.frames[Kind.ORDERS].sort("order_id")
    assert frame[f"shipped_at{SPAN_SUFFIX}"].to_list() == [span, 59]
    assert f"paid_at{SPAN_SUFFIX}" not in frame.columns


def test_times_with_seconds_have_no_span(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"orders.csv": f"{ORDERS}o1,paid,{DAY},2026/10/20 10:00:00,\n"})
    assert not loaded.tables.imprecise(Kind.ORDERS, "created_at", "paid_at", "shipped_at")


# ------------------------------------------------------------------ as-of


def orders(*times: str) -> str:
    return ORDERS + "".join(f"o{n},paid,{time},{time},\n" for n, time in enumerate(times))


@pytest.mark.parametrize(
    "never",
    ["2099-12-31", "9999-12-31 23:59:59", "99991231", "2100-01-01", "2222-02-02", "9999-09-09"],
)
def test_never_is_an_empty_cell(tmp_path: Path, never: str) -> None:
    text = f"{ORDERS}o1,paid,{DAY},{DAY},{never}\no2,paid,{DAY},{DAY},{never}\n"
    loaded = load(tmp_path, {"orders.csv": text})
    assert loaded.newest == datetime(2026, 10, 20, 10)
    assert balance(loaded) == (2, 0, 0, 0)


@pytest.mark.parametrize(
    ("late", "of", "rejected"),
    [(1, 3, 1), (2, 40, 2), (2, 39, 0), (5, 100, 5), (6, 120, 0)],
)
def test_few_rows_that_are_far_later_are_damaged(
    tmp_path: Path, late: int, of: int, rejected: int
) -> None:
    times = ["2026-12-20 10:00:01"] * late + [DAY] * (of - late)
    loaded = load(tmp_path, {"orders.csv": orders(*times)})
    assert [reject.reason for reject in loaded.rejects] == ["future_time"] * rejected
    assert loaded.tables.doubtful_rows(Kind.ORDERS).collect().height == rejected
    assert balance(loaded) == (of - rejected, rejected, 0, 0)


def test_sixty_days_are_not_too_late(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"orders.csv": orders("2026-12-19 10:00:00", DAY)})
    assert not loaded.rejects


def test_a_shop_that_closes_keeps_its_last_completion(tmp_path: Path) -> None:
    files = {"orders.csv": orders("2027-03-01 10:00:00", DAY)}
    assert load(tmp_path, files, future=False).newest == datetime(2027, 3, 1, 10)


@pytest.mark.parametrize(
    ("times", "newest"),
    [
        (["2026-10-20", "2026-10-21"], datetime(2026, 10, 22)),
        (["2026-10-21", "2026-10-21 08:00:00"], datetime(2026, 10, 21, 8)),
        (["2026-10-21 08:00"], datetime(2026, 10, 21, 8)),
    ],
)
def test_a_date_as_the_newest_event_means_its_end(
    tmp_path: Path, times: list[str], newest: datetime
) -> None:
    assert load(tmp_path, {"orders.csv": orders(*times)}).newest == newest


# ------------------------------------------------------------------ one shop


def test_of_two_shops_one_is_meant(tmp_path: Path) -> None:
    text = f"order_id,shop_id,created_at,tracking_no\no1,A,{DAY},t1\no2,B,{DAY},t1\no3,,{DAY},\n"
    tickets = f"ticket_id,order_id,type,status,applied_at\n1,o1,,,{DAY}\n2,o2,,,{DAY}\n"
    files = {"orders.csv": text, "tickets.csv": tickets}
    loaded = load(tmp_path, files, shop="A")
    assert loaded.tables.frames[Kind.ORDERS]["order_id"].to_list() == ["o1", "o3"]
    assert loaded.tables.frames[Kind.TICKETS]["ticket_id"].to_list() == ["1"]
    assert loaded.tables.with_partners().collect()["order_id"].to_list() == ["o1", "o3", "o2"]
    assert [count.skipped for count in loaded.counts.values()] == [1, 1]
    assert not loaded.problems


@pytest.mark.parametrize(("shop", "word"), [(None, "--shop ID"), ("C", "--shop C")])
def test_files_of_two_shops_are_a_problem(tmp_path: Path, shop: str | None, word: str) -> None:
    text = f"order_id,shop_id,created_at\no1,A,{DAY}\no2,B,{DAY}\n"
    (problem,) = load(tmp_path, {"orders.csv": text}, shop=shop).problems
    assert word in problem.en
    assert "A, B" in problem.zh


# ------------------------------------------------------------------ ids that lost digits

LONG = 6917926768820000000


@pytest.mark.parametrize(
    ("ids", "refused"),
    [
        ([LONG + n * 10_000 for n in range(10)], True),
        ([LONG + n * 10_000 for n in range(9)], False),
        ([LONG + n * 10_000 + n for n in range(20)], False),
        ([LONG + 1, *(LONG + n * 10_000 for n in range(9))], True),
        ([LONG // 1000 + n * 10 for n in range(20)], False),
    ],
)
def test_ids_that_a_spreadsheet_rounded(tmp_path: Path, ids: list[int], refused: bool) -> None:
    rows = "".join(f"{number},paid,{DAY},{DAY},\n" for number in ids)
    loaded = load(tmp_path, {"orders.csv": ORDERS + rows})
    assert [problem.en.partition(":")[0] for problem in loaded.problems] == ["orders.csv"] * refused


@pytest.mark.parametrize(
    "cell",
    [
        "26289300001&nbsp;",
        "26289300001&#160;",
        "`26289300001`",
        '"26,289,300,001"',
        "\u00a026289300001",
    ],
)
def test_dress_of_ids_is_taken_off(tmp_path: Path, cell: str) -> None:
    loaded = load(tmp_path, {"orders.csv": f"{ORDERS}{cell},paid,{DAY},{DAY},\n"})
    assert loaded.tables.frames[Kind.ORDERS]["order_id"].to_list() == ["26289300001"]

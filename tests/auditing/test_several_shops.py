"""A folder that holds the folders of several shops is no shop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kshop_audit.auditing.audit import audit
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.errors import InputError
from kshop_audit.ingest import Request
from kshop_audit.model.settings import Settings

BEGIN = datetime(2026, 10, 1, 10)


def orders(path: Path, numbers: range, begin: datetime = BEGIN) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        f"26315000{n:08},shipped,{begin + timedelta(hours=n % 100)},"
        f"{begin + timedelta(hours=n % 100 + 1)}"
        for n in numbers
    ]
    path.write_text("order_id,status,paid_at,shipped_at\n" + "\n".join(rows), encoding="utf-8")


def chats(path: Path, numbers: range, begin: datetime = BEGIN) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        f"S{n},M{n}{role},{n},{role},{begin + timedelta(hours=n % 100, seconds=wait)},好的"
        for n in numbers
        for role, wait in (("buyer", 0), ("agent", 20))
    ]
    header = "session_id,message_id,buyer_id,sender_role,sent_at,content\n"
    path.write_text(header + "\n".join(rows), encoding="utf-8")


def refusal(folder: Path, tmp_path: Path, settings: Settings | None = None) -> str:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    try:
        audit(AuditRequest(Request((folder,)), settings or Settings()), scratch)
    except InputError as error:
        return error.zh
    return ""


def two(folder: Path) -> None:
    for first, name in ((0, "红店"), (100, "蓝店")):
        orders(folder / name / "订单.csv", range(first, first + 90))
        chats(folder / name / "聊天.csv", range(first, first + 90))


def test_two_shops_are_refused_with_the_way_out(tmp_path: Path) -> None:
    two(tmp_path / "shops")
    said = refusal(tmp_path / "shops", tmp_path)
    assert "像是 2 家店混在一起：红店、蓝店 各有自己的订单、聊天" in said
    assert "fleet" in said
    assert "--set shop=店名" in said


@pytest.mark.parametrize("settings", [Settings(shop="我的店"), Settings(file="shop.toml")])
def test_who_says_that_it_is_one_shop_is_believed(tmp_path: Path, settings: Settings) -> None:
    two(tmp_path / "shops")
    assert refusal(tmp_path / "shops", tmp_path, settings) == ""


def month(folder: Path, number: int) -> None:
    begin = datetime(2026, 8 + number, 1)
    orders(folder / f"{number}月" / "订单.csv", range(number * 100, number * 100 + 90), begin)
    orders(folder / f"{number}月" / "订单2.csv", range(number * 1000, number * 1000 + 90), begin)
    chats(folder / f"{number}月" / "聊天.csv", range(number * 100, number * 100 + 90), begin)


def by_month(folder: Path) -> None:
    """Months follow one another; the exports of each are filtered by state."""
    for number in range(3):
        month(folder, number)


def by_kind(folder: Path) -> None:
    orders(folder / "订单" / "一.csv", range(90))
    orders(folder / "订单" / "二.csv", range(100, 190))
    chats(folder / "聊天" / "一.csv", range(90))
    chats(folder / "聊天" / "二.csv", range(100, 190))


def by_state(folder: Path) -> None:
    for first, name in ((0, "待发货"), (100, "已发货")):
        orders(folder / name / "订单.csv", range(first, first + 90))
    chats(folder / "聊天" / "聊天.csv", range(90))


def overlapping(folder: Path) -> None:
    """Two downloads of one shop, of which the second has some of the first."""
    for first, name in ((0, "周一"), (80, "周三")):
        orders(folder / name / "订单.csv", range(first, first + 90))
        chats(folder / name / "聊天.csv", range(first, first + 90))


@pytest.mark.parametrize("made", [by_month, by_kind, by_state, overlapping])
def test_folders_of_one_shop_are_audited_together(tmp_path: Path, made: object) -> None:
    assert callable(made)
    made(tmp_path / "shop")
    assert refusal(tmp_path / "shop", tmp_path) == ""


@pytest.mark.parametrize("names", [("a",), ("a", "b")])
def test_a_folder_alone_is_a_shop(tmp_path: Path, names: Sequence[str]) -> None:
    for number, name in enumerate(names):
        orders(tmp_path / "shop" / f"{name}.csv", range(number * 100, number * 100 + 90))
        chats(tmp_path / "shop" / f"{name}聊.csv", range(number * 100, number * 100 + 90))
    assert refusal(tmp_path / "shop", tmp_path) == ""

"""Ways in which files that lack nothing reach the tool: in parts, twice, without seconds."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from random import Random

from tests.degradation.builders import Row, Shop

SECONDS = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d):\d\d")
BEGUN = {
    "created_at", "订单创建时间", "买家下单时间", "订单成交时间", "订单提交时间",
    "sent_at", "发送时间", "applied_at", "售后申请时间", "退款的申请时间", "申请时间",
    "shipped_at", "发货时间",
}  # fmt: skip
STATE = {"status", "订单状态", "售后状态", "退款状态"}
ACCOUNT = {"agent_account", "客服账号", "发送账号"}
SENT = {"sent_at", "发送时间"}
Key = Callable[[dict[str, str]], str]


def by(names: set[str], length: int | None = None) -> Key:
    """The part of a row: the beginning of the first of these cells that it has."""

    def key(row: dict[str, str]) -> str:
        cells = [value for name, value in row.items() if name in names and value]
        return cells[0][:length] if cells else "-"

    return key


def split(folder: Path, key: Key, *, having: set[str] | None = None) -> None:
    """Each file with one of the columns in parts, which stand in its order."""
    for path in sorted((folder / "in").iterdir()):
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = list(csv.reader(file))
        if having is not None and not having & {*header}:
            continue
        parts: dict[str, list[list[str]]] = defaultdict(list)
        for row in rows:
            parts[key(dict(zip(header, row, strict=True)))].append(row)
        path.unlink()
        for number, own in enumerate(parts.values()):
            with (folder / "in" / f"{path.stem}-{number}.csv").open(
                "w", encoding="utf-8", newline=""
            ) as file:
                csv.writer(file).writerows([header, *own])


def in_months(rng: Random, folder: Path, told: Shop) -> None:
    """A file a month, all made at as-of, and the operator says so of the tickets: an open one in a
    file of an earlier month may else be one that was closed since.
    """
    split(folder, by(BEGUN, 7))
    applied = [
        at for row in told.get("tickets", []) if isinstance(at := row["applied_at"], datetime)
    ]
    if applied:
        with (folder / "shop.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n[coverage.tickets]\nfrom = {min(applied):%Y-%m-%d}\nto = 2099-12-31\n")


def in_days(rng: Random, folder: Path, told: Shop) -> None:
    """The chats in a file a day. (Orders of a day in a file of their own may be those of that
    evening: what became of them since is not known.)
    """
    split(folder, by(SENT, 10), having=SENT)


def by_state(rng: Random, folder: Path, told: Shop) -> None:
    """A file for each state of orders and tickets."""
    split(folder, by(STATE))


def by_account(rng: Random, folder: Path, told: Shop) -> None:
    """The chats of each account in a file of their own."""
    split(folder, by(ACCOUNT), having=SENT)


def twice(rng: Random, folder: Path, told: Shop) -> None:
    """The last weeks stand in a second export as well, made at the same time."""
    for path in sorted((folder / "in").iterdir()):
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = list(csv.reader(file))
        keyed = {"order_id", "订单号", "主订单编号", "订单编号", "message_id", "消息ID", "消息序号"}
        if keyed & {*header}:
            again = rows[len(rows) // 2 :]
            with path.with_name(f"{path.stem} (1).csv").open(
                "w", encoding="utf-8", newline=""
            ) as f:
                csv.writer(f).writerows([header, *again])


def backwards(rng: Random, folder: Path, told: Shop) -> None:
    """The newest row stands first."""
    for path in sorted((folder / "in").iterdir()):
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = list(csv.reader(file))
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *reversed(rows)])


def to_the_minute(rng: Random, folder: Path, told: Shop) -> None:
    """No file tells the seconds."""
    for path in sorted((folder / "in").iterdir()):
        text = path.read_text(encoding="utf-8-sig")
        path.write_text(SECONDS.sub(r"\1", text), encoding="utf-8")


def minutes_of(told: Shop) -> Shop:
    """What files without seconds tell, as text."""

    def coarse(row: Row) -> Row:
        return {
            name: f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value
            for name, value in row.items()
        }

    return {kind: [coarse(row) for row in rows] for kind, rows in told.items()}


Way = Callable[[Random, Path, Shop], None]
WAYS: Mapping[str, Way] = {
    way.__name__: way
    for way in (in_months, in_days, by_state, by_account, twice, backwards, to_the_minute)
}

"""Writes small exports and opens them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from kshop_audit.ingest import Request, Source, open_inputs
from kshop_audit.model.moments import ZONE
from kshop_audit.tables import GOOD, REJECTED, SKIPPED, STATE
from tests.ingest.tables import table_of

CHAT = ("会话ID", "消息ID", "发送方", "发送时间", "消息内容")
ORDER = ("订单号", "订单支付时间", "订单状态", "实付款", "预售/承诺发货时间")


def text(rows: Iterable[Sequence[str]], **options: object) -> str:
    out = io.StringIO()
    options = {"lineterminator": "\n", **options}
    csv.writer(out, **options).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


def write(folder: Path, content: str | bytes, name: str = "export.csv") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def open_one(
    folder: Path, content: str | bytes, name: str = "export.csv", zone: str = ZONE
) -> Source:
    path = write(folder, content, name)
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    (source,) = open_inputs(Request((path,), zone=zone), scratch)
    return source


def read(
    folder: Path, content: str | bytes, name: str = "export.csv", zone: str = ZONE
) -> pl.DataFrame:
    return table_of(open_one(folder, content, name, zone))


def orders(folder: Path, *rows: Sequence[str], header: Sequence[str] = ORDER) -> pl.DataFrame:
    return read(folder, text([header, *rows]))


def chats(folder: Path, *rows: Sequence[str]) -> pl.DataFrame:
    return read(folder, text([CHAT, *rows]))


def counts(frame: pl.DataFrame) -> tuple[int, int, int]:
    """Good, rejected and skipped records."""
    states = frame[STATE].to_list()
    return states.count(GOOD), states.count(REJECTED), states.count(SKIPPED)

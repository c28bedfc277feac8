"""Write exports of any size: the same arguments always give the same bytes.

    python -m benchmarks.generate --chats 1000000 --orders 200000 --tickets 20000 --out DIR

The headers are Kuaishou's own (orders: 64 columns, after-sales: 41); chats and logistics, which
the platform does not export, have the columns that operators usually keep. Forty days, rows in
time order, a twentieth of the messages quoted. Written day by day, so that memory stays small.
"""

from __future__ import annotations

import argparse
import codecs
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import BinaryIO

import polars as pl

from benchmarks.chats import chats
from benchmarks.dice import CUT, WORDS
from benchmarks.orders import order_file, orders, shipment_file, ticket_file

FILES = {
    "orders": "订单导出",
    "tickets": "售后单导出",
    "shipments": "物流导出",
    "chats": "聊天记录",
}


class Writer:
    """One export file, written batch by batch."""

    def __init__(self, folder: Path, kind: str, shape: str, encoding: str) -> None:
        self.path = folder / f"{FILES[kind]}_{CUT:%Y%m%d}.csv"
        self.names = WORDS["canonical"][kind] if shape == "canonical" else None
        self.encoding = encoding
        self.rows = 0
        self.file: BinaryIO = self.path.open("wb")

    def write(self, frame: pl.DataFrame) -> None:
        if self.names is not None:
            frame = frame.select(pl.col(old).alias(new) for old, new in self.names.items())
        first = self.file.tell() == 0
        text = frame.write_csv(include_header=first, line_terminator="\n").encode()
        if self.encoding != "utf-8":
            text = text.decode().encode(self.encoding)
        elif first:
            text = codecs.BOM_UTF8 + text
        self.file.write(text)
        self.rows += frame.height

    def close(self) -> str:
        self.file.close()
        return f"{self.path.name}: {self.rows:,} rows, {self.path.stat().st_size / 1e6:,.0f} MB"


def generate(options: argparse.Namespace) -> list[str]:
    folder: Path = options.out
    folder.mkdir(parents=True, exist_ok=True)

    def writer(kind: str) -> Writer:
        return Writer(folder, kind, options.shape, options.encoding)

    stated = []
    if options.orders:
        files: list[tuple[Writer, Callable[[pl.DataFrame], pl.DataFrame]]] = [
            (writer("orders"), order_file),
            (writer("shipments"), shipment_file),
            (writer("tickets"), ticket_file),
        ]
        for day in orders(options.orders, options.tickets):
            for out, make in files:
                out.write(make(day))
        stated += [out.close() for out, _ in files]
    if options.chats:
        out = writer("chats")
        for frame in chats(options.chats):
            out.write(frame)
        stated.append(out.close())
    return stated


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--chats", type=int, default=1_000_000)
    parser.add_argument("--orders", type=int, default=200_000)
    parser.add_argument("--tickets", type=int, default=20_000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shape", choices=("kuaishou", "canonical"), default="kuaishou")
    parser.add_argument("--encoding", choices=("utf-8", "gb18030"), default="utf-8")
    begun = perf_counter()
    for line in generate(parser.parse_args()):
        print(line)
    print(f"{perf_counter() - begun:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

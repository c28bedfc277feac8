"""The same exports as other programs write them: an audit must find the same, in about that time.

    python -m benchmarks.dresses benchmarks/data/1m benchmarks/data/dressed [--only quoted,strays]

Writes one folder a dress. What is unfriendly here is ordinary: databases quote every cell, chat
tools list the newest message first and number nothing, somebody edits a cell by hand.
"""

from __future__ import annotations

import argparse
import codecs
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl

CHATS, ORDERS = "聊天记录", "订单导出"
IDS = ("会话ID", "消息ID")
STRAYS = 10
"""So many cells of the chats end with a quote that opens nothing: 身高5"."""

_HEX = dict(zip("1357", "bdfa", strict=True))


def as_written(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows as they are."""
    return frame


def digits(frame: pl.DataFrame) -> pl.DataFrame:
    """Ids of nothing but digits."""
    return frame.with_columns(pl.col(_ids(frame)).str.replace_all("[^0-9]", ""))


def hexadecimal(frame: pl.DataFrame) -> pl.DataFrame:
    """Ids of 32 hexadecimal digits, all of them different in the first half."""
    text = pl.col(_ids(frame)).str.replace_all("[^0-9]", "").str.reverse().str.pad_end(32, "0")
    return frame.with_columns(text.str.replace_many(list(_HEX), list(_HEX.values())))


def newest_first(frame: pl.DataFrame) -> pl.DataFrame:
    """The last row first, and the last column."""
    return frame.reverse().select(reversed(frame.columns))


def protected(frame: pl.DataFrame) -> pl.DataFrame:
    """A tab before order numbers, ¥ before amounts, a dash for no time, slashes in times."""
    there = set(frame.columns)
    ids = [name for name in ("订单号", "订单编号", "快递单号") if name in there]
    money = [name for name in ("实付款", "退款金额", "商品单价") if name in there]
    times = [name for name in ("发货时间", "发送时间") if name in there]
    paid = [name for name in ("订单支付时间",) if name in there]
    return frame.with_columns(
        *(pl.format("\t{}", name).alias(name) for name in ids),
        *(pl.format("¥{}", name).alias(name) for name in money),
        *(pl.col(name).str.replace_all("-", "/", literal=True) for name in times),
        *(pl.col(name).fill_null("-") for name in paid),
    )


def _ids(frame: pl.DataFrame) -> list[str]:
    return [name for name in IDS if name in frame.columns]


def usual(frame: pl.DataFrame) -> bytes:
    """Quotes where they are needed, LF, a byte order mark."""
    return codecs.BOM_UTF8 + frame.write_csv().encode()


def unmarked(frame: pl.DataFrame) -> bytes:
    """The same without the mark."""
    return frame.write_csv().encode()


def quoted(frame: pl.DataFrame) -> bytes:
    """Quotes around every cell, CRLF."""
    return frame.write_csv(quote_style="always", line_terminator="\r\n").encode()


def gb18030(frame: pl.DataFrame) -> bytes:
    """The encoding of many Chinese programs."""
    return frame.write_csv().encode().decode().encode("gb18030")


def strays(frame: pl.DataFrame) -> bytes:
    """Of the chats, `STRAYS` rows with a quote where none may be."""
    data = frame.write_csv().encode()
    if "消息内容" not in frame.columns:
        return data
    lines = data.split(b"\n")
    step = max(len(lines) // (STRAYS + 1), 1)
    for first in range(step, len(lines) - step, step):
        whole = (n for n in range(first, len(lines) - 2) if not _quotes(lines[n - 1 : n + 2]))
        lines[next(whole)] += b'5"'
    return b"\n".join(lines)


def _quotes(lines: list[bytes]) -> bool:
    return any(b'"' in line for line in lines)


_Shape = tuple[Callable[[pl.DataFrame], pl.DataFrame], Callable[[pl.DataFrame], bytes]]

DRESSES: dict[str, _Shape] = {
    "usual": (as_written, usual),
    "unmarked": (as_written, unmarked),
    "digits": (digits, usual),
    "hex": (hexadecimal, usual),
    "newest-first": (newest_first, usual),
    "protected": (protected, usual),
    "quoted": (as_written, quoted),
    "database": (lambda frame: newest_first(hexadecimal(protected(frame))), quoted),
    "strays": (as_written, strays),
    "gb18030": (as_written, gb18030),
}
"""Name → what is done to the rows, and how they are written."""


def dress(folder: Path, out: Path, name: str) -> None:
    """Write the exports of a folder in one dress."""
    change, write = DRESSES[name]
    (out / name).mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.glob("*.csv")):
        frame = pl.read_csv(path, infer_schema=False)
        (out / name / path.name).write_bytes(write(change(frame)))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="generated exports in UTF-8")
    parser.add_argument("out", type=Path, help="a folder a dress is written there")
    parser.add_argument("--only", default=",".join(DRESSES), help="names, with commas between")
    options = parser.parse_args()
    for name in options.only.split(","):
        dress(options.folder, options.out, name)
        print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Mutations that damage: rows that are none, cells that are nonsense, bytes that are no text."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from tests.fuzz.dress import Sheet

NASTY = (
    "1.2E+17", "9" * 30, "2026-13-45 99:99:99", "-", "无", "0000-00-00 00:00:00", "NaN", "1e400",
    "Infinity", "２０２６-１０-３１ 08:00:00", "=cmd()", "\u202e倒", "😀", "1970-01-01 08:00:00",
    "0", "0.0", "00000", "1.005", "-1", "2026-10-31 24:00:00", "2026-02-30 00:00:00", "46000.5",
    "1761868800", "1761868800000", "99999999999999999999", "2026-10-31 08:05:00.123456",
    "10/31/2026", "31.10.2026 08:00", "2026-10-31 8:5", "上午8:00", "2026-10-31 下午 3:05",
    "订单号", "order_id", "合计", "#", "# x", '"', '""', ",", ";", "\t", "\n", "\r", "a\r\nb", "'",
    '="', '="1"', "#N/A", "TRUE", "yes", "maybe", "é", "e\u0301", "\ufeff", "\u200b", "x" * 70_000,
    "12.3.4", "¥", "１２", "1,234.5", "1,2", "--", "****", "null", "9223372036854775808", "+5",
    "2026-10-31T08:05:00Z", "2026-10-31T08:05:00+25:00", "20261031", "2026103108", "5 星",
)  # fmt: skip
BYTES = (
    b'"', b'"', b'""', b",", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\x80", b"\xef\xbb\xbf", b"\t",
    b";", b'",', b',"', b'"\n', b'\n"', b"\x1a", b"\xc3", b"\xb0\xa1", b"\xfe\xff", b"\xff\xfe",
    b"\xe2\x80\xa8", b"\xc2\x85", b"\x0b", b"\x0c", b"\x1c", b"'", b"=", b"#", b"\xed\xa0\x80",
)  # fmt: skip


@dataclass
class Damaged:
    """A damaged file and what was done to it. `whole`: every cell still says what it said."""

    kind: str
    name: str
    data: bytes
    done: list[str]
    encoding: str
    sheet: Sheet
    originals: list[list[str]]
    whole: bool


def damaged(rng: Random, sheet: Sheet, other: Sheet) -> Damaged:
    """One to four acts of violence upon a file; `other` is a second file to be mixed with it."""
    done: list[str] = []
    originals = [list(row) for row in sheet.rows]
    severity = rng.randrange(3)
    if severity != 1:
        for name in rng.choices(sorted(ON_ROWS), k=rng.randrange(1, 4)):
            ON_ROWS[name](rng, sheet)
            done.append(name)
    whole = not any(name in CHANGE_CELLS for name in done)
    packed, sheet.packed = sheet.packed, False
    data = sheet.data(rng)
    if severity:
        for name in rng.choices(sorted(ON_BYTES), k=rng.randrange(1, 4)):
            data = ON_BYTES[name](rng, data)
            done.append(name)
        whole = False
    if rng.randrange(12) == 0:
        data = joined(rng, data, other)
        done.append("join")
        whole = False
    if packed:
        data = gzip.compress(data, mtime=0)
        if rng.randrange(4) == 0:
            data = ON_BYTES[rng.choice(("flip", "cut", "delete", "insert"))](rng, data)
            done.append("torn")
    name = f"{sheet.kind}.csv.gz" if packed else f"{sheet.kind}.csv"
    return Damaged(sheet.kind, name, data, done, sheet.encoding, sheet, originals, whole)


def joined(rng: Random, data: bytes, other: Sheet) -> bytes:
    """Two files in one, as `cat` or `copy` would do it."""
    other.packed = False
    if rng.randrange(3):
        other.encoding = "utf-8" if data.startswith(b"\xef") else other.encoding
    second = other.data(rng)
    return second + data if rng.randrange(2) else data + second


# ---------------------------------------------------------------------------------- on rows


def some(rng: Random, rows: Sequence[list[str]]) -> list[str]:
    return rng.choice(rows) if rows else []


def shorten(rng: Random, sheet: Sheet) -> None:
    row = some(rng, sheet.rows)
    del row[rng.randrange(len(row) + 1) :]


def lengthen(rng: Random, sheet: Sheet) -> None:
    row = some(rng, sheet.rows)
    row += rng.choices(("", "x", " ", "1"), k=rng.choice((1, 1, 2, 3, 70)))


def slide(rng: Random, sheet: Sheet) -> None:
    """A cell too many in the middle: a separator without quotes."""
    row = some(rng, sheet.rows)
    row.insert(rng.randrange(len(row) + 1), rng.choice(("", "x")))


def lose(rng: Random, sheet: Sheet) -> None:
    row = some(rng, sheet.rows)
    if row:
        del row[rng.randrange(len(row))]


def nasty(rng: Random, sheet: Sheet) -> None:
    for _ in range(rng.choice((1, 1, 2, 5))):
        row = some(rng, sheet.rows)
        if row:
            row[rng.randrange(len(row))] = rng.choice(NASTY)


def nasty_column(rng: Random, sheet: Sheet) -> None:
    places = [place for place, name in enumerate(sheet.names) if name]
    if not places:
        return
    place, text = rng.choice(places), rng.choice(NASTY)
    for row in sheet.rows:
        if place < len(row) and rng.randrange(5):
            row[place] = text


def exchange(rng: Random, sheet: Sheet) -> None:
    row = some(rng, sheet.rows)
    if len(row) > 1:
        a, b = rng.sample(range(len(row)), 2)
        row[a], row[b] = row[b], row[a]


def blank(rng: Random, sheet: Sheet) -> None:
    for _ in range(rng.randrange(1, 4)):
        row = rng.choice(([], ["", ""], [" "], [""] * len(sheet.header), ["\0"], ["\ufeff"]))
        sheet.rows.insert(rng.randrange(len(sheet.rows) + 1), list(row))


def double(rng: Random, sheet: Sheet) -> None:
    if sheet.rows:
        place = rng.randrange(len(sheet.rows) + 1)
        sheet.rows.insert(place, list(some(rng, sheet.rows)))


def repeat_header(rng: Random, sheet: Sheet) -> None:
    header = list(sheet.header)
    match rng.randrange(5):
        case 0:
            rng.shuffle(header)
        case 1:
            del header[rng.randrange(len(header) + 1) :]
        case 2:
            header = [f" {name}\ufeff" for name in header]
    sheet.rows.insert(rng.randrange(len(sheet.rows) + 1), header)


def header(rng: Random, sheet: Sheet) -> None:
    if not sheet.header:
        return
    place = rng.randrange(len(sheet.header))
    match rng.randrange(6):
        case 0:
            sheet.header[place] = ""
        case 1:
            sheet.header[place] = rng.choice(sheet.header)
        case 2:
            sheet.header[place] += rng.choice(("x", "(元)", "（元）", "1", "\n", " ", ",", '"'))
        case 3:
            del sheet.header[place:]
        case 4:
            del sheet.header[place]
        case _:
            sheet.header.insert(place, rng.choice(("", "x", sheet.header[place])))


def describe(rng: Random, sheet: Sheet) -> None:
    sheet.rows.insert(0, [f"{name}说明" for name in sheet.header])


def above(rng: Random, sheet: Sheet) -> None:
    for _ in range(rng.choice((1, 3, 18, 19, 20, 25))):
        sheet.above.append(rng.choice((["说明"], [], ["x", "y"], list(some(rng, sheet.rows)))))


def footer(rng: Random, sheet: Sheet) -> None:
    more = max(len(sheet.header), 1) - 1
    word = rng.choice(("合计", "总计:", "# 共 5 条", "小计", "合计：5"))
    sheet.rows.append([word, *rng.choices(("", "12.00", "5", "-"), k=more)])


def empty_key(rng: Random, sheet: Sheet) -> None:
    row = some(rng, sheet.rows)
    if row:
        row[0] = rng.choice(("", " ", "-", "无", "0"))


def no_rows(rng: Random, sheet: Sheet) -> None:
    del sheet.rows[rng.randrange(2) :]


CHANGE_CELLS = frozenset(
    {
        "above", "empty_key", "exchange", "header", "lose", "nasty", "nasty_column", "shorten",
        "slide",
    }
)  # fmt: skip
ON_ROWS: dict[str, Callable[[Random, Sheet], None]] = {
    function.__name__: function
    for function in (
        shorten, lengthen, slide, lose, nasty, nasty_column, exchange, blank, double,
        repeat_header, header, describe, above, footer, empty_key, no_rows,
    )
}  # fmt: skip


# --------------------------------------------------------------------------------- on bytes


def at(rng: Random, data: bytes) -> int:
    """A place, mostly behind the first line, for a damaged header soon ends the matter."""
    line = data.find(b"\n") + 1
    low = line if rng.randrange(6) and line < len(data) else 0
    return rng.randrange(low, len(data) + 1)


def flip(rng: Random, data: bytes) -> bytes:
    place = at(rng, data)
    if place >= len(data):
        return data
    flipped = data[place] ^ (1 << rng.randrange(8))
    return data[:place] + bytes((flipped,)) + data[place + 1 :]


def insert(rng: Random, data: bytes) -> bytes:
    place = at(rng, data)
    return data[:place] + rng.choice(BYTES) * rng.choice((1, 1, 1, 2, 3)) + data[place:]


def insert_at_cell(rng: Random, data: bytes) -> bytes:
    """A quote or a line end right where a cell begins or ends: the sly ones."""
    edges = [place for place, byte in enumerate(data) if byte in b',;\t\n"']
    if not edges:
        return data
    place = rng.choice(edges) + rng.randrange(2)
    return data[:place] + rng.choice((b'"', b'"', b"\n", b",", b'""', b"\r")) + data[place:]


def quotes(rng: Random, data: bytes) -> bytes:
    """Two quotes, each where a cell begins or ends: together they may swallow rows."""
    return insert_at_cell(rng, insert_at_cell(rng, data))


def unquote(rng: Random, data: bytes) -> bytes:
    places = [place for place, byte in enumerate(data) if byte == 0x22]
    if not places or rng.randrange(4) == 0:
        return data.replace(b'"', b"")
    place = rng.choice(places)
    return data[:place] + data[place + 1 :]


def delete(rng: Random, data: bytes) -> bytes:
    place = at(rng, data)
    return data[:place] + data[place + rng.choice((1, 1, 2, 5, 50, 500)) :]


def cut(rng: Random, data: bytes) -> bytes:
    return data[: at(rng, data)]


def behead(rng: Random, data: bytes) -> bytes:
    return data[rng.choice((1, 2, 3, 10, 100)) :]


def span(rng: Random, data: bytes) -> bytes:
    """A piece of the file stands there twice."""
    start, place = at(rng, data), at(rng, data)
    return data[:place] + data[start : start + rng.choice((3, 30, 300))] + data[place:]


def overwrite(rng: Random, data: bytes) -> bytes:
    place, size = at(rng, data), rng.choice((1, 4, 40))
    fill = rng.choice((b"\0", b" ", b"\xff", b'"', rng.randbytes(1)))
    return data[:place] + fill * size + data[place + size :]


def line_ends(rng: Random, data: bytes) -> bytes:
    old, new = rng.sample((b"\r\n", b"\n", b"\r", b"\n\n", b"\n\r", b"\r\r\n"), 2)
    return data.replace(old, new)


def separators(rng: Random, data: bytes) -> bytes:
    """Another separator in one line only."""
    start = at(rng, data)
    end = data.find(b"\n", start)
    end = len(data) if end < 0 else end
    old, new = rng.sample((b",", b"\t", b";", b"|"), 2)
    return data[:start] + data[start:end].replace(old, new) + data[end:]


def twice(rng: Random, data: bytes) -> bytes:
    return data + data


def recode(rng: Random, data: bytes) -> bytes:
    """Half of the file in another encoding."""
    place = at(rng, data)
    tail = data[place:].decode("utf-8", "replace")
    return data[:place] + tail.encode(rng.choice(("gb18030", "utf-16-le", "utf-8-sig")))


ON_BYTES: dict[str, Callable[[Random, bytes], bytes]] = {
    function.__name__: function
    for function in (
        flip, insert, insert_at_cell, quotes, unquote, delete, cut, behead, span, overwrite,
        line_ends, separators, twice, recode,
    )
}  # fmt: skip

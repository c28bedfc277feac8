"""One shop in every dress gives one report, byte for byte, but for what must tell them apart."""

from __future__ import annotations

import csv
import difflib
import functools
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kshop_audit.auditing.assemble import Audit
from kshop_audit.codec import decode, encode
from kshop_audit.model.schema import TABLES, Kind, Type
from tests.ingest.encodings import PLAIN, SPOKEN, Dress, Table, Tables, undressed, wear
from tests.shops.audits import audit_folder, written
from tests.shops.labels import HEADERS

SAID = (
    'a,b;c\td\n"真的吗"\n\n',
    "第一行\n第二行,加微信 abc12345",
    " 前后有空格 ",
    "=1+1",
    "'00123",
    "𠮷野家 😀 ￥12.50 ① Ⅷ €",
    '"',
    ";;;,,,",
    "1.50",
    "2026-10-31 08:05:00",
    "无",
)
LATE = "2026-10-31 08:05:00"


def ids(kind: str, header: list[str]) -> list[int]:
    """The columns of a file that hold ids."""
    titles = {title: name for name, title in HEADERS.get(kind, {}).items()}
    columns = {column.name: column.type for column in TABLES[Kind(kind)].columns}
    return [n for n, title in enumerate(header) if columns.get(titles.get(title, title)) == Type.ID]


def place(kind: str, header: list[str], name: str) -> int | None:
    """The column of a canonical name, if the file has it."""
    title = HEADERS.get(kind, {}).get(name)
    found = [n for n, text in enumerate(header) if text in (name, title)]
    return found[0] if found else None


def numbered(text: str) -> str:
    """An id as platforms give them: 9, 15 or 18 digits, or 12 that begin with a zero."""
    hashed = zlib.crc32(text.encode())
    number = f"{hashed * 987654321 % 10**18:018d}"
    return ("1" + number[:8], "9" + number[:14], "2" + number[:17], "0" + number[:11])[hashed % 4]


def protected(text: str, rng: Random) -> str:
    return (text, f'="{text}"', f"\t{text}", f"{text}\t", f"'{text}")[rng.randrange(5)]


def enriched(kind: str, table: Table, rng: Random) -> Table:
    """A table with everything in which encodings have ever differed."""
    header, *body = table
    for row in body:
        for n in ids(kind, header):
            row[n] = numbered(row[n].strip()) if row[n].strip() else row[n]
    for n, name in enumerate(header):
        if name in SPOKEN:
            for row in body:
                row[n] = rng.choice(SAID) if rng.randrange(3) == 0 else row[n]
    key = place(kind, header, TABLES[Kind(kind)].row)
    if key is not None and body:
        body += again(kind, header, body, key, rng)
        body += rejected(kind, header, body[0], key)
    for row in body:
        for n in ids(kind, header):
            row[n] = protected(row[n], rng) if row[n] and rng.randrange(3) == 0 else row[n]
    rng.shuffle(body)
    strange = [["店内扩展列", "zz"], *([f"x{n},y", ""] for n in range(len(body)))]
    full = [row + more for row, more in zip([header, *body], strange, strict=True)]
    blank, foot = [""] * len(full[0]), ["合计", *[""] * (len(full[0]) - 1)]
    return [*full[:2], blank, *full[2:], foot]


def again(kind: str, header: list[str], body: Table, key: int, rng: Random) -> Table:
    """Rows that stand twice, and rows of one key that only their text tells apart."""
    twice = [list(row) for row in body[:3]]
    like = [list(row) for row in body[3:5]]
    words = [n for n in (place(kind, header, "carrier"), place(kind, header, "reason")) if n]
    for row in like:
        for n in words:
            row[n] = f"改{rng.randrange(9)}"
    return twice + like


def rejected(kind: str, header: list[str], row: list[str], key: int) -> Table:
    """Rows that cannot be read for certain, each for another reason."""
    bad = {
        "paid_at": "昨天", "paid_amount": "12.345", "applied_at": "2026-13-41 00:00:00",
        "sent_at": "刚刚",
    }  # fmt: skip
    found = []
    for number, (name, cell) in enumerate(bad.items()):
        n = place(kind, header, name)
        if n is not None:
            found.append(list(row))
            found[-1][key], found[-1][n] = f"77700000{number}", cell
    found.append(list(row))
    found[-1][key] = "1.23457E+17"
    return found


@functools.cache
def shop(seed: int, kuaishou: bool) -> tuple[Tables, datetime]:
    """The tables of a random shop, enriched, and the instant of its audit."""
    with tempfile.TemporaryDirectory() as folder:
        _, as_of = written(seed, 16, Path(folder), kuaishou=kuaishou)
        tables = {}
        for path in Path(folder).iterdir():
            with path.open(encoding="utf-8", newline="") as file:
                table = list(csv.reader(file))
            tables[path.stem] = enriched(path.stem, table, Random(f"{seed}{path.stem}"))
    return tables, as_of


@functools.cache
def plainly(seed: int, kuaishou: bool) -> list[str]:
    return dressed(seed, kuaishou, PLAIN)


def dressed(seed: int, kuaishou: bool, dress: Dress) -> list[str]:
    """The report of a shop in a dress with the dress taken off, and the evidence behind it."""
    tables, as_of = shop(seed, kuaishou)
    with tempfile.TemporaryDirectory() as folder:
        worn = wear(tables, dress, Path(folder) / "in")
        done = audit_folder(Path(folder) / "in", as_of=as_of)
    assert decode(encode(done.report)) == done.report
    return [*undressed(done.report, worn).splitlines(), *evidence(done)]


def evidence(done: Audit) -> list[str]:
    """What speaks against the shop, without the places at which it stands."""
    stated = (replace(row, file=0, row=0) for rows in done.evidence.values() for row in rows)
    rejects = (f"{r.column} {r.value} {r.reason}" for r in done.rejects)
    return [*sorted(map(str, stated)), *sorted(rejects)]


def unlike(seed: int, kuaishou: bool, dress: Dress) -> list[str]:
    """The lines in which the shop in a dress is unlike the plain one."""
    lines = difflib.unified_diff(
        plainly(seed, kuaishou), dressed(seed, kuaishou, dress), lineterm="", n=0
    )
    return list(lines)


DRESSES: dict[str, Dress] = {
    "utf-8-sig": Dress(encoding="utf-8-sig"),
    "gb18030": Dress(encoding="gb18030"),
    "utf-16": Dress(encoding="utf-16"),
    "utf-16-le without BOM": Dress(encoding="utf-16-le"),
    "utf-16-be without BOM": Dress(encoding="utf-16-be"),
    "lf": Dress(end="\n"),
    "no last line break": Dress(last_end=False),
    "tab": Dress(delimiter="\t"),
    "semicolon": Dress(delimiter=";"),
    "all quoted": Dress(quoting=csv.QUOTE_ALL),
    "columns": Dress(columns=True),
    "rows": Dress(rows=True),
    "rows and columns": Dress(rows=True, columns=True, seed=2),
    "gz": Dress(container="gz"),
    "zip": Dress(container="zip"),
    "xlsx": Dress(container="xlsx"),
    "xlsx typed": Dress(container="xlsx", typed=True),
    "one xlsx typed": Dress(container="one xlsx", typed=True, seed=1),
    "zip of xlsx": Dress(container="zip of xlsx", typed=True, seed=2),
    "one xls": Dress(container="one xls"),
    "one xls typed": Dress(container="one xls", typed=True, seed=3),
    "one xml": Dress(container="one xml"),
    "xml typed rows columns": Dress(container="xml", typed=True, rows=True, columns=True),
    "gb18030 tab gz": Dress(encoding="gb18030", delimiter="\t", container="gz"),
    "utf-16 tab rows": Dress(encoding="utf-16", delimiter="\t", rows=True),
    "xls typed rows columns": Dress(container="one xls", typed=True, rows=True, columns=True),
}


@pytest.mark.parametrize(("number", "name"), list(enumerate(DRESSES)))
def test_one_shop_in_any_dress_gives_one_report(number: int, name: str) -> None:
    """Under the headers of the back office and under the tool's own by turns."""
    assert unlike(42, number % 2 == 0, DRESSES[name]) == []


ANY = st.builds(
    Dress,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"]),
    delimiter=st.sampled_from([",", "\t", ";"]),
    end=st.sampled_from(["\r\n", "\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    last_end=st.booleans(),
    container=st.sampled_from(["csv", "gz", "zip", "xlsx", "one xlsx", "zip of xlsx"]),
    typed=st.booleans(),
    rows=st.booleans(),
    columns=st.booleans(),
    seed=st.integers(0, 2**16),
)


@settings(max_examples=8, derandomize=True, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 5), kuaishou=st.booleans(), dress=ANY)
@example(seed=1, kuaishou=True, dress=Dress(container="one xls", typed=True, rows=True, seed=9))
def test_dresses_worn_together(seed: int, kuaishou: bool, dress: Dress) -> None:
    assert unlike(seed, kuaishou, dress) == []


# ------------------------------------------------------------------ that the test can fail


def test_the_shop_has_what_tells_dresses_apart() -> None:
    for kuaishou in (False, True):
        tables, as_of = shop(42, kuaishou)
        with tempfile.TemporaryDirectory() as folder:
            wear(tables, PLAIN, Path(folder) / "in")
            report = audit_folder(Path(folder) / "in", as_of=as_of).report
        assert {"orders", "tickets", "chats"} <= {entry.kind for entry in report.inputs}
        for entry in report.inputs:
            assert entry.skipped == 2
        orders = next(entry for entry in report.inputs if entry.kind == "orders")
        assert orders.rejected == 3
        assert orders.duplicates >= 3
        chats = tables["chats"]
        assert any('\n"' in cell for row in chats for cell in row)
        assert any(cell.startswith('="') for row in tables["orders"] for cell in row)


CHANGES: dict[str, Callable[[Table], None]] = {
    "a row less": lambda table: table.__delitem__(5),
    "another time": lambda table: table[5].__setitem__(
        next(n for n, c in enumerate(table[5]) if c.startswith("2026-")), "2026-01-02 03:04:05"
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_another_shop_gives_another_report(name: str) -> None:
    tables, as_of = shop(42, True)
    other = {stem: [list(row) for row in table] for stem, table in tables.items()}
    CHANGES[name](other["orders"])
    with tempfile.TemporaryDirectory() as folder:
        worn = wear(other, DRESSES["gb18030"], Path(folder) / "in")
        done = audit_folder(Path(folder) / "in", as_of=as_of)
    stated = undressed(done.report, worn).splitlines()
    assert stated != plainly(42, True)[: len(stated)]

"""The 32 quirks of real exports, each a case of `quirks.toml`."""

from __future__ import annotations

import gzip
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from kshop_audit.errors import InputError
from kshop_audit.facts.shipments import waybill_rows
from kshop_audit.ingest import Request, Source, open_inputs
from kshop_audit.plan.load import Loaded
from kshop_audit.tables import GOOD, STATE
from tests.ingest.tables import load, table_of
from tests.ingest.test_workbooks import SECRET, protected, rewritten
from tests.ingest.workbooks import BOOKS, book

Case = Mapping[str, Any]

TABLE = tomllib.loads(Path(__file__).with_name("quirks.toml").read_text(encoding="utf-8"))["quirk"]
CASES = [
    pytest.param(case, id=quirk["id"] + "abcdef"[place] * (len(quirk["case"]) > 1))
    for quirk in TABLE
    for place, case in enumerate(quirk["case"])
]
"""By the number of the quirk, with a letter where it has several cases."""


def content(file: Mapping[str, Any], case: Case) -> bytes:
    """The bytes of one file of a case."""
    dress = file.get("dress", "csv")
    if "text" in file:
        raw: bytes = file["text"].encode(file.get("encoding", "utf-8"))
        return gzip.compress(raw) if dress == "gz" else raw
    sheets = file.get("sheets", {"Sheet1": file.get("rows")})
    made = protected(book(sheets)) if dress == "locked" else BOOKS[dress](sheets)
    if "dimension" in case:
        tag = b'<dimension ref="%s"/>' % case["dimension"].encode()
        return rewritten(made, "xl/worksheets/sheet1.xml", rb'<dimension ref="[^"]*"/>', tag)
    return made


def opened(case: Case, folder: Path) -> tuple[Source, ...]:
    for name in ("in", "scratch"):
        (folder / name).mkdir()
    for name, file in case["files"].items():
        (folder / "in" / name).write_bytes(content(file, case))
    password = SECRET if case.get("password") else None
    return open_inputs(Request((folder / "in",), password=password), folder / "scratch")


def plain(value: object) -> object:
    if value is None:
        return "null"
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value


def some(table: pl.DataFrame, wanted: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """The rows of a table with the columns that are asked for; an absent column is null."""
    rows = table.to_dicts()
    asked = [list(row) for row in wanted] + [[]] * len(rows)
    return [
        {name: plain(row.get(name)) for name in names}
        for row, names in zip(rows, asked, strict=False)
    ]


def read(sources: Sequence[Source], kind: str) -> pl.DataFrame:
    """All good rows of a kind, in the order of the files."""
    tables = [table_of(source) for source in sources if source.kind == kind]
    good = [table.filter(pl.col(STATE) == GOOD) for table in tables]
    return pl.concat(good, how="diagonal")


def account(loaded: Loaded, source: Source) -> list[int]:
    count = loaded.counts[source.index]
    return [count.rows, count.rejected, count.skipped, count.duplicates]


@pytest.mark.parametrize("case", CASES)
def test_quirk(case: Case, tmp_path: Path) -> None:
    if "error" in case:
        with pytest.raises(InputError, match=case["error"]):
            opened(case, tmp_path)
        return
    sources = opened(case, tmp_path)
    kinds = {source.name: str(source.kind or "") for source in sources}
    assert kinds == case.get("kinds", dict.fromkeys(kinds, "orders"))
    assert list(kinds) == list(case.get("kinds", kinds))
    for kind, rows in case.get("good", {}).items():
        assert some(read(sources, kind), rows) == rows
    loaded = load(sources, reject_future=False)
    for kind, rows in case.get("kept", {}).items():
        frame = loaded.tables.frames[kind].sort("order_id", maintain_order=True)
        assert some(frame, rows) == rows
    assert list(rejected(loaded, sources)) == case.get("rejected", [])
    for source in sources:
        if source.name in case.get("counts", {}):
            assert account(loaded, source) == case["counts"][source.name]
        if source.name in case.get("stated", {}):
            assert [source.encoding, source.delimiter] == case["stated"][source.name]
    notes = "\n".join(note.en for source in sources for note in source.notes)
    for pattern in case.get("notes", []):
        assert re.search(pattern, notes)
    if "parted" in case:
        parted = waybill_rows(loaded.tables).collect()
        assert sorted(parted["order_id"].to_list()) == case["parted"]


def rejected(loaded: Loaded, sources: Sequence[Source]) -> Iterator[list[object]]:
    names = {source.index: source.name for source in sources}
    for row in loaded.rejects:
        yield [names[row.file], row.row, row.column or "", row.reason]


def test_every_quirk_is_there_and_says_what_it_is() -> None:
    assert [quirk["id"] for quirk in TABLE] == [f"Q-{number:02}" for number in range(1, 33)]
    for quirk in TABLE:
        assert quirk["what"]
        assert quirk["case"]
        for case in quirk["case"]:
            assert {"good", "kept", "error"} & set(case)

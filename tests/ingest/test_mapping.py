"""`[inputs.<kind>]`: columns, words, encoding, delimiter, sheet, skip_rows; CSV and workbooks."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from kshop_audit.auditing.audit import audit
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.config import load_settings
from kshop_audit.errors import InputError
from kshop_audit.ingest import Request, Source, open_inputs
from kshop_audit.model.report import Report
from kshop_audit.model.settings import Settings
from tests.ingest.build import text, write
from tests.ingest.tables import table_of
from tests.ingest.workbooks import book

SAMPLES = Path(__file__).parents[2] / "sample_data"
HEADER = ("單號", "bezahlt", "stand", "vorverkauf")
ROW = ("20261031", "2026-10-31 08:05:00", "versandt", "ja")
PREAMBLE = [["Bericht"], ["單號", "bezahlt"], [], *[[str(number)] for number in range(22)]]
MAPPING = """
[inputs.orders.columns]
order_id = "單號"
paid_at = "bezahlt"
status = "stand"
is_presale = "vorverkauf"
[inputs.orders.values]
status = { Versandt = "shipped" }
is_presale = { Ja = "true", nein = "false" }
"""


def settings_of(folder: Path, toml: str) -> Settings:
    config = folder / "mapping.toml"
    config.write_text(toml, encoding="utf-8")
    return load_settings(config=config, cwd=folder, environ={}, flags={})[0]


def opened(folder: Path, content: bytes, orders: str) -> tuple[Source, ...]:
    settings = settings_of(folder, f"[inputs.orders]\n{orders}\n{MAPPING}")
    scratch = folder / "scratch"
    scratch.mkdir()
    return open_inputs(Request((write(folder, content),), mappings=settings.inputs), scratch)


@pytest.mark.parametrize(
    ("content", "orders"),
    [
        (text([HEADER, ROW]).encode(), ""),
        (text([HEADER, ROW]).encode("big5"), "encoding = 'big5'"),
        (text([HEADER, ROW]).encode("utf-16"), "encoding = 'utf-16'"),
        (text([HEADER, ROW]).encode(), "encoding = 'big5'"),
        (text([HEADER, ROW], delimiter="|").encode(), "delimiter = '|'"),
        (text([HEADER, ROW], delimiter="\t").encode(), "delimiter = 'tab'"),
        (text([*PREAMBLE, HEADER, ROW]).encode(), f"skip_rows = {len(PREAMBLE)}"),
        (book({"x": [HEADER, ROW]}), ""),
        (book({"x": [["Bericht"], HEADER[:2], HEADER, ROW]}), "skip_rows = 2"),
        (book({"alt": [HEADER, ROW], "neu": [HEADER, ROW]}), "sheet = ' Neu'"),
        (book({"alt": [HEADER, ROW], "neu": [HEADER, ROW]}), "sheet = ['neu', 'x']"),
    ],
)
def test_a_file_is_read_as_the_configuration_says(
    tmp_path: Path, content: bytes, orders: str
) -> None:
    (source,) = (one for one in opened(tmp_path, content, orders) if one.kind)
    table = table_of(source).select("order_id", "status", "is_presale", "paid_at")
    assert [(*row[:3], str(row[3])) for row in table.iter_rows()] == [
        ("20261031", "shipped", True, "2026-10-31 08:05:00")
    ]


def test_a_configured_encoding_that_does_not_fit_is_stated(tmp_path: Path) -> None:
    (source,) = opened(tmp_path, text([HEADER, ROW]).encode(), "encoding = 'big5'")
    assert source.encoding == "utf-8"
    assert any("says big5, but the file is utf-8" in note.en for note in source.notes)


def test_sheets_that_are_not_named_are_listed_and_stated_why(tmp_path: Path) -> None:
    content = book({"alt": [HEADER, ROW], "neu": [HEADER, ROW]})
    left, _ = opened(tmp_path, content, "sheet = 'neu'")
    assert (left.name, left.kind) == ("export.csv#alt", None)
    assert "sheet of [inputs.orders] reads neu only" in left.why.en


@pytest.mark.parametrize("names", [["alt"], ["alt", "noch eins"]])
def test_a_workbook_without_the_named_sheet_is_no_audit(tmp_path: Path, names: list[str]) -> None:
    content = book({name: [HEADER, ROW] for name in names})
    with pytest.raises(InputError, match=r"sheet of \[inputs\.orders\] reads neu only"):
        opened(tmp_path, content, "sheet = 'neu'")


# ------------------------------------------------------------------ the same figures


def report_of(folder: Path, settings: Settings, scratch: Path) -> Report:
    scratch.mkdir()
    report = audit(
        AuditRequest(Request((folder,), mappings=settings.inputs), settings), scratch
    ).report
    return replace(report, inputs=(), notes=(), config=replace(report.config, sha256=None))


def renamed(folder: Path, into: Path, names: Mapping[str, str], words: Mapping[str, str]) -> None:
    """A copy of a shop under other headers and with other words."""
    into.mkdir()
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            head, *rows = csv.reader(file)
        head = [names.get(name.strip(), name) for name in head]
        rows = [[words.get(cell, cell) for cell in row] for row in rows]
        write(into, text([head, *rows]), path.name)


@pytest.mark.parametrize("shop", ["failing", "healthy"])
def test_renamed_headers_and_words_that_are_mapped_change_no_figure(
    tmp_path: Path, shop: str
) -> None:
    names = {"订单支付时间": "钱到账时刻", "发送方": "谁说的"}
    words = {"客服": "我方", "买家": "顾客"}
    renamed(SAMPLES / shop, tmp_path / "as it is", {}, {})
    renamed(SAMPLES / shop, tmp_path / "renamed", names, words)
    mapping = """
[inputs.orders]
columns = { paid_at = "钱到账时刻" }
[inputs.chats]
columns = { sender_role = "谁说的" }
values = { sender_role = { "我方" = "agent", "顾客" = "buyer" } }
"""
    plain = report_of(tmp_path / "as it is", Settings(), tmp_path / "1")
    mapped = report_of(tmp_path / "renamed", settings_of(tmp_path, mapping), tmp_path / "2")
    unmapped = report_of(tmp_path / "renamed", Settings(), tmp_path / "3")
    assert replace(mapped, config=plain.config) == plain
    assert unmapped.rules != plain.rules

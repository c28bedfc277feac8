"""What the page on the sample shops says of them is what the command prints."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kshop_audit.errors import EXIT_OK
from tests.cli.build import ROOT, Run

SAMPLES = ROOT / "sample_data"
PAGE = (SAMPLES / "README.md").read_text(encoding="utf-8")


def stated(lang: str) -> dict[str, int]:
    """Folder → exit code, as one half of the page has it."""
    half = PAGE.split("\n---\n")[lang == "en"]
    rows = re.findall(r"^\| `(\w+)/` .* (\d) \|$", half, re.MULTILINE)
    return {name: int(code) for name, code in rows}


@pytest.mark.parametrize("folder", sorted(p.name for p in SAMPLES.iterdir() if p.is_dir()))
def test_the_exit_code_is_the_one_of_the_page(run: Run, folder: str) -> None:
    code = run("check", SAMPLES / folder, "-q")[0]
    assert (stated("zh")[folder], stated("en")[folder]) == (code, code)


_CLOSING = """shop = "x"
no_business_days = [{from = "2026-09-23", to = "2026-10-31"}]
[closing]
"""
ONE_DAY = 'to = "2026-10-01"}, {from = "2026-10-03", to = "2026-10-31"'


@pytest.mark.parametrize(
    ("config", "status", "owed"),
    [
        (_CLOSING + "closing = true", "not_applicable", False),
        # Whether there were orders on days that are missing is not known.
        ('shop = "x"\n[closing]\nclosing = true', "no_verdict", True),
        (_CLOSING + "closing = false", "not_applicable", True),
        ('required = ["ship-48h"]\n' + _CLOSING + "closing = true", "not_applicable", True),
        # One day is too short to be a missing one; with the nine before it, it is.
        (_CLOSING.replace('to = "2026-10-31"', ONE_DAY) + "closing = true", "no_verdict", False),
        (_CLOSING.replace("09-23", "10-03") + "closing = true", "no_verdict", True),
    ],
)
def test_a_closing_shop_owes_no_shipping_without_orders(
    run: Run, config: str, status: str, owed: bool
) -> None:
    file = Path("other.toml")
    file.write_text(config, encoding="utf-8")
    found = json.loads(run("check", SAMPLES / "closing", "--config", file, "--format", "json")[1])
    rules = {rule["id"]: rule for rule in found["rules"]}
    assert rules["ship-48h"]["status"] == status
    assert rules["ship-48h"]["denominator"] == 0
    assert ("ship-48h" in found["verdict"]["required"]) is owed
    if not config.startswith("required"):  # there are chats in the window
        assert "reply-rate" in found["verdict"]["required"]


@pytest.mark.parametrize("folder", ["pinduoduo", "jd", "taobao", "douyin"])
def test_every_file_of_another_platform_is_understood(run: Run, folder: str) -> None:
    report = json.loads(run("check", SAMPLES / folder, "--format", "json")[1])
    assert [pack["id"] for pack in report["packs"]] == [folder]
    for entry in report["inputs"]:
        assert entry["kind"], entry
        assert entry["rows"] == entry["records"] > 0, entry
    assert {rule["id"]: rule["unmapped"] for rule in report["rules"] if rule["unmapped"]} == {}
    reasons = {rule["id"] for rule in report["rules"] if rule["status"] == "no_verdict"}
    assert reasons <= {"dy-experience-score"}


def damaged(run: Run) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(run("check", SAMPLES / "damaged", "--format", "json")[1])
    return report


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_first_line_of_the_damaged_shop_is_quoted(run: Run, lang: str) -> None:
    code, out, _ = run("check", SAMPLES / "damaged", "--lang", lang)
    assert code == EXIT_OK
    assert f"`{out.splitlines()[0]}`" in PAGE.replace("\n", " ")


def test_the_account_of_the_damaged_shop_is_right(run: Run) -> None:
    inputs = damaged(run)["inputs"]
    parts = ("records", "rows", "rejected", "skipped", "duplicates")
    records, *rest = (sum(entry[part] for entry in inputs) for part in parts)
    assert f"{records:,} records = {rest[0]:,} good + {rest[1]} rejected" in PAGE
    assert f"{rest[2]} skipped + {rest[3]} duplicates" in PAGE
    rejected: dict[str, int] = {}
    for entry in inputs:
        rejected[entry["kind"]] = rejected.get(entry["kind"], 0) + entry["rejected"]
    kinds = {kind: count for kind, count in rejected.items() if count}
    assert kinds == {"orders": 4, "tickets": 2, "shipments": 1, "reviews": 1}
    assert "4 orders, 2 tickets, 1 shipment, 1 review" in PAGE
    assert "订单 4、售后 2、物流 1、商品评价 1" in PAGE


@pytest.mark.parametrize(
    ("rule", "status", "quoted"),
    [
        ("pickup-24h", "pass", "209/215 = 97.2 %"),
        ("ship-48h", "pass", "202/207 = 97.6 %"),
    ],
)
def test_the_worst_cases_are_those_of_the_page(
    run: Run, rule: str, status: str, quoted: str
) -> None:
    result = next(entry for entry in damaged(run)["rules"] if entry["id"] == rule)
    hits, units = re.findall(r"\d+", quoted)[:2]
    assert result["status"] == status
    assert round(result["bounds"]["low"] * int(units)) == int(hits)
    assert quoted in PAGE

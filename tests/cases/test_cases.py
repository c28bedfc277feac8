"""Every vector of tests/cases, through the whole product: files in, report out."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kshop_audit.model.report import RuleResult
from kshop_audit.packs import names
from kshop_audit.report.view.speech import Speech
from tests.cases.case_files import cases, run

WORDS = Speech("zh")
RUNNABLE = [
    case for case in cases() if not case.get("needs") and case.get("pack", "kuaishou") in names()
]


@pytest.mark.parametrize("case", RUNNABLE, ids=lambda case: str(case["id"]))
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    done = run(case, tmp_path)
    version = case.get("version")
    result = next(
        rule
        for rule in done.report.rules
        if rule.id == case["rule"] and version in (None, rule.pack)
    )
    expected = case["expect"]
    for key in ("status", "numerator", "denominator", "needed", "headroom", "declared"):
        if key in expected:
            wanted = None if expected[key] == "null" else expected[key]
            assert getattr(result, key) == wanted, (key, result)
    for key in ("excluded", "unmapped"):
        for name, count in expected.get(key, {}).items():
            assert getattr(result, key).get(name, 0) == count, (key, name, result)
    _figures(result, expected)
    _lists(result, expected)
    assert _without_words(result) == set()
    for name in ("rejected", "duplicates"):
        for kind, count in expected.get(name, {}).items():
            entries = [entry for entry in done.report.inputs if entry.kind == kind]
            assert sum(getattr(entry, name) for entry in entries) == count, entries
    for text in expected.get("reason_mentions", []):
        assert result.reason is not None
        assert text in result.reason.zh + result.reason.en
    if "evidence" in expected:
        shown = [
            {**row.ids, "compensation": f"{Decimal(row.cost_fen or 0) / 100:.2f}"}
            for row in done.evidence.get(case["rule"], ())
        ]
        for wanted_row in expected["evidence"]:
            assert any(_matches(wanted_row, row) for row in shown), shown


def _figures(result: RuleResult, expected: Mapping[str, Any]) -> None:
    for key in ("value", "points"):
        if key in expected:
            shown = getattr(result, key)
            if expected[key] == "null":
                assert shown is None, result
            else:
                assert shown is not None, result
                assert float(shown) == pytest.approx(float(expected[key]), abs=1e-9), result
    if "bounds" in expected:
        assert result.bounds is not None, result
        for end, value in expected["bounds"].items():
            assert getattr(result.bounds, end) == pytest.approx(float(value)), result.bounds


def _lists(result: RuleResult, expected: Mapping[str, Any]) -> None:
    if "findings" in expected:
        if not expected["findings"]:
            assert not result.findings
        for wanted in expected["findings"]:
            assert any(_matches(wanted, found) for found in result.findings), result.findings
    if "listed" in expected:
        assert [found.get("ticket_id") for found in result.findings] == expected["listed"]
    if expected.get("notes"):
        assert result.notes, result


CODED = ("status", "why", "fact", "mode", "bracket", "next_bracket", "pattern", "reason")
CODES = ("code", "status", "exclusion", "instead", "pattern")


def _without_words(result: RuleResult) -> set[str]:
    """Keys and codes of findings that the text report could only show as they are."""
    keys = {key for found in result.findings for key in found}
    codes = {
        code
        for found in result.findings
        for key in CODED
        for code in str(found.get(key) or "").split(" ")
        if code
    }
    unknown = {code for code in codes if not any(WORDS.knows(f"{t}.{code}") for t in CODES)}
    return {key for key in keys if not WORDS.knows(f"finding.{key}")} | unknown


def _matches(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    return all(str(found.get(key)) == str(value) for key, value in wanted.items())

"""What a real audit writes is what the published schema promises, for every sample and shape."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from kshop_audit.cli import main
from kshop_audit.codec import decode, encode
from kshop_audit.report.schemas import schema
from tests.shops.audits import audit_folder, written

Draft202012Validator = import_module("jsonschema").Draft202012Validator  # it has no type stubs
ROOT = Path(__file__).parents[2]
SAMPLES = sorted(path.name for path in (ROOT / "sample_data").iterdir() if path.is_dir())
TOP = [
    "schema", "tool", "packs", "as_of", "timezone", "shop", "config", "inputs", "verdict", "score",
    "rules", "actions", "notes", "today", "today_counts", "warnings",
    "comparison", "voices", "plan",
]  # fmt: skip
RULE = [
    "id", "pack", "family", "level", "title", "status", "value", "value_unit", "numerator",
    "denominator", "target", "window", "excluded", "unmapped", "points", "points_capped", "needed",
    "headroom",
    "bounds", "forecast", "breakdown", "evidence", "findings", "reason", "declared", "mute",
    "notes", "sources", "unknown", "coverage", "days", "heat",
]  # fmt: skip


def faults(text: str) -> list[str]:
    validator = Draft202012Validator(json.loads(schema()))
    return [
        f"{list(fault.path)}: {fault.message}" for fault in validator.iter_errors(json.loads(text))
    ]


def check(data: dict[str, Any]) -> None:
    assert list(data) == TOP
    assert data["schema"] == "kshop-audit/report/2"
    assert data["score"]["official"] is False
    for entry in data["inputs"]:
        parts = entry["rows"] + entry["rejected"] + entry["skipped"] + entry["duplicates"]
        assert entry["records"] == parts, entry
    for rule in data["rules"]:
        assert list(rule) == RULE
        if rule["status"] in ("no_verdict", "not_applicable"):
            assert rule["reason"] is not None, rule["id"]
        if rule["status"] == "not_applicable":
            assert rule["value"] is None, rule["id"]
        if rule["points"] is not None:
            assert 3 <= rule["points"] <= 5, rule["id"]


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_report_of_a_sample_shop(sample: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["check", str(ROOT / "sample_data" / sample), "--format", "json"])
    out = capsys.readouterr().out
    assert faults(out) == []
    data = json.loads(out)
    check(data)
    assert data["verdict"]["exit_code"] == code
    assert encode(decode(out)) == out


@pytest.mark.parametrize("seed", range(4000, 4008))
def test_the_report_of_a_random_shop(seed: int, tmp_path: Path) -> None:
    _, as_of = written(seed, 25, tmp_path, kuaishou=seed % 2 == 0)
    report = audit_folder(tmp_path, as_of=as_of).report
    out = encode(report)
    assert faults(out) == []
    check(json.loads(out))
    assert decode(out) == report


def test_the_schema_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "report"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(schema())

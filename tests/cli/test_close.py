"""`close`: conditions, blockers, the earliest date."""

from __future__ import annotations

import json

from tests.cli.build import Run
from tests.cli.test_sample_data import SAMPLES


def test_the_latest_dated_condition_is_the_earliest_date(run: Run) -> None:
    code, out, _ = run("close", SAMPLES / "closing", "--lang", "en")
    assert code == 1
    assert "earliest on 2026-11-11 10:00" in out
    assert "first settle: Open after-sales and disputes" in out
    assert "5261031390010604" in out


def test_an_unanswered_condition_is_not_assumed(run: Run) -> None:
    code, out, _ = run("close", SAMPLES / "healthy", "--lang", "en")
    assert code == 1
    assert "Not answered: set complaints_open" in out


def test_only_closure_rules_are_run_and_each_gates(run: Run) -> None:
    code, out, _ = run("close", SAMPLES / "closing", "--format", "json")
    report = json.loads(out)
    assert {rule["family"] for rule in report["rules"]} == {"closure"}
    assert {rule["level"] for rule in report["rules"]} == {"error"}
    assert report["verdict"]["exit_code"] == code

"""`close`: conditions, blockers, the earliest date."""

from __future__ import annotations

import json
import re
from pathlib import Path

from rich.cells import cell_len

from tests.cli.build import Run
from tests.cli.test_sample_data import SAMPLES

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def test_the_latest_dated_condition_is_the_earliest_date(run: Run) -> None:
    code, out, _ = run("close", SAMPLES / "closing", "--lang", "en")
    assert code == 1
    assert "earliest on 2026-11-11 10:00" in out
    assert "first settle: Open after-sales and disputes" in out
    assert "5261031390010604" in out


def test_an_unanswered_condition_is_not_assumed(run: Run) -> None:
    code, out, _ = run("close", SAMPLES / "healthy", "--lang", "en")
    assert code == 1
    assert "Not answered: open complaints (complaints_open in" in out


def test_only_closure_rules_are_run_and_each_gates(run: Run) -> None:
    code, out, _ = run("close", SAMPLES / "closing", "--format", "json")
    report = json.loads(out)
    assert {rule["family"] for rule in report["rules"]} == {"closure"}
    assert {rule["level"] for rule in report["rules"]} == {"error"}
    assert report["verdict"]["exit_code"] == code


def test_open_orders_move_the_date_and_it_is_said(run: Run, tmp_path: Path) -> None:
    """Z4: an order that completes meanwhile starts the 30 days anew, whatever the others say."""
    (tmp_path / "orders.csv").write_text(
        "order_id,status,paid_at,finished_at\n"
        "O1,completed,2026-02-10 12:00:00,2026-02-20 12:00:00\n"
        "O2,shipped,2026-02-25 12:00:00,\n",
        encoding="utf-8",
    )
    for as_of, ready in (("2026-03-10T15:00", "2026-04-10"), ("2026-03-10", "2026-04-11")):
        _, out, _ = run("close", tmp_path, "--as-of", as_of, "--lang", "en")
        assert "earliest on 2026-03-23" in out
        assert f"not over before {ready}" in " ".join(out.split())


def test_the_page_looks_as_it_is_asked_to(run: Run) -> None:
    _, wide, _ = run("close", SAMPLES / "closing", "--width", "120", "--ascii", "--color", "never")
    _, narrow, _ = run("close", SAMPLES / "closing", "--width", "40", "--color", "always")
    assert max(map(cell_len, wide.splitlines())) > 80
    assert not {"√", "×"} & set(wide)
    assert "\x1b[" not in wide
    assert "\x1b[" in narrow
    assert max(cell_len(ANSI.sub("", line)) for line in narrow.splitlines()) <= 40

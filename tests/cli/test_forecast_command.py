"""The command as a user runs it: text, JSON, files, assumptions, faults."""

from __future__ import annotations

import csv
import json
from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest
from rich.cells import cell_len

from kshop_audit.cli import main
from kshop_audit.report.schemas import schema

Draft202012Validator = import_module("jsonschema").Draft202012Validator  # it has no type stubs
ROOT = Path(__file__).parents[2]
FAILING = str(ROOT / "sample_data" / "failing")
DAMAGED = str(ROOT / "sample_data" / "damaged")


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(["forecast", *arguments]) == code
    out, err = capsys.readouterr()
    return out if code == 0 else err


def test_one_line_a_rule_with_a_cell_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys, FAILING, "--width", "100", "--lang", "zh").splitlines()
    assert all(cell_len(line) <= 100 for line in lines)
    bars = [line for line in lines if line.endswith(("■", "□")) and "→" in line]
    assert len(bars) >= 10
    assert all(len(line.rsplit("  ", 1)[1]) == 30 for line in bars)
    assert any("估算总分" in line and "4.04 → " in line for line in lines)
    assert any("最早 11 月 9 日能过" in line for line in lines)
    assert any("最早 12 月 16 日能过" in line for line in lines)
    assert not any("补不回来" in line for line in lines)


def test_a_rule_of_whole_days_passes_when_the_audit_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing is projected for it, and yet the day is known on which it passes at best."""
    when = "往后都做到，最早 11 月 30 日能过"
    shop = str(ROOT / "sample_data" / "pinduoduo")
    assert main(["check", shop, "--isolated", "--lang", "zh", "--history", "off"]) == 1
    assert f"    {when}\n" in capsys.readouterr().out
    lines = run(capsys, shop, "--isolated", "--lang", "zh").splitlines()
    assert lines.count(f"有效回复率（拼多多）：{when}") == 1


def test_a_chance_is_never_none_and_never_certain(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, FAILING, "--isolated", "--lang", "zh", "--width", "200")
    assert "达标的可能性：不到 1%" in text
    assert "可能性：0%" not in text
    text = run(capsys, str(ROOT / "sample_data" / "healthy"), "--lang", "en", "--width", "200")
    assert "over 99%" in text
    assert "chance to pass 100%" not in text


def test_plain_text_has_no_symbols(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, FAILING, "--ascii", "--lang", "en").replace("秋禾女装直播店", "").isascii()


@pytest.mark.parametrize("folder", [FAILING, DAMAGED])
def test_the_json_is_what_the_schema_promises(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data = json.loads(run(capsys, folder, "--format", "json"))
    assert list(Draft202012Validator(json.loads(schema("forecast"))).iter_errors(data)) == []
    assert data["partial"] is (folder == DAMAGED)
    for rule in data["rules"]:
        assert len(rule["days"]) == 30
        for day in rule["days"]:
            for name in ("nothing_new", "at_pace"):
                if day[name] is not None and day["low"] is not None and day["high"] is not None:
                    assert day["low"] <= day[name] <= day["high"]
    assert "reply-rate-agent" in data["not_by_day"]


def test_the_report_has_the_same_object(capsys: pytest.CaptureFixture[str]) -> None:
    ahead = json.loads(run(capsys, FAILING, "--format", "json"))
    main(["check", FAILING, "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    own = [rule["forecast"] for rule in report["rules"] if rule["forecast"] is not None]
    for rule in (*own, *ahead["rules"]):
        if rule["confidence"] is not None:
            del rule["confidence"]["record"]  # only the command looks back so far
    assert own == ahead["rules"]
    assert report["score"]["forecast"] == ahead["score"]


def test_an_assumed_rate_moves_rule_and_score(capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(run(capsys, FAILING, "--assume", "reply-rate=100%", "--format", "json"))
    rule = next(rule for rule in data["rules"] if rule["id"] == "reply-rate")
    assert rule["days"][29]["assumed"] == 1.0
    assert next(d["day"] for d in rule["days"] if d["status"] == "pass") == rule["at_best"]
    last = data["score"]["days"][-1]
    assert last["assumed"] >= last["at_pace"]


@pytest.mark.parametrize(
    ("assumed", "said"),
    [
        ("reply-rate", "reply-rate=90%"),
        ("reply-rat=90%", "reply-rate"),
        ("reply-rate=190%", "90%"),
        ("reply-rate-agent=90%", "客服"),
        ("refund-only-hours=90%", "20"),
        ("tb-reply-3m=90%", "没有检查"),
    ],
)
def test_an_assumption_of_no_use_is_refused(
    assumed: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in run(capsys, FAILING, "--assume", assumed, "--lang", "zh", code=2)


def test_files_by_suffix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [tmp_path / f"ahead.{suffix}" for suffix in ("json", "csv", "html")]
    run(capsys, FAILING, *(part for name in names for part in ("--out", str(name))))
    assert json.loads(names[0].read_text(encoding="utf-8"))["schema"] == "kshop-audit/forecast/1"
    rows = list(csv.reader(StringIO(names[1].read_text(encoding="utf-8-sig"))))
    assert {len(row) for row in rows} == {11}
    assert sum(row[0] == "ship-48h" for row in rows) == 30
    page = names[2].read_text(encoding="utf-8")
    assert page.count("<section>") >= 10
    assert "<script" not in page


def test_other_suffixes_and_the_inputs_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ".csv" in run(capsys, FAILING, "--out", str(tmp_path / "a.pdf"), code=2)
    assert "--out" in run(capsys, FAILING, "--out", f"{FAILING}/a.csv", code=2)


@pytest.mark.parametrize(("lang", "said"), [("zh", "所有已结算日"), ("en", "all closed days")])
def test_of_which_days_the_intervals_are_made_is_said_once(
    lang: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = " ".join(run(capsys, FAILING, "--width", "300", "--lang", lang).split())
    assert shown.count(said) == 1

"""The Python interface: the blocks of its page, and the same report as the command's."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stdout
from dataclasses import FrozenInstanceError
from datetime import date
from pathlib import Path

import pytest

import kshop_audit
from kshop_audit import Report, audit
from kshop_audit.cli import main
from kshop_audit.errors import KshopError
from tests.report.build import REPORTS, hostile

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "python.md").read_text("utf-8")
BLOCK = re.compile(r"```python\n(.*?)```(?:\n\n```output\n(.*?)```)?", re.DOTALL)


def test_the_blocks_of_the_page_do_what_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    blocks = BLOCK.findall(PAGE)
    assert len(blocks) > 5
    for code, expected in blocks:
        out = io.StringIO()
        with redirect_stdout(out):
            exec(code, names)  # noqa: S102  the page is ours
        assert out.getvalue() == expected


def test_it_is_the_report_of_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    made = audit("sample_data/closing", as_of=date(2026, 10, 31))
    assert capsys.readouterr() == ("", "")
    main(["check", "sample_data/closing", "--as-of", "2026-10-31", "--format", "json"])
    assert json.loads(made.to_json()) == json.loads(capsys.readouterr().out)


def test_the_environment_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("KSHOP_AUDIT_PACK", "jd")
    assert audit("sample_data/closing", select=["reply-rate"]).data.packs[0].id == "kuaishou"


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_frozen_and_comes_back(name: str) -> None:
    report = Report(REPORTS[name]())
    assert Report.from_json(report.to_json()).to_json() == report.to_json()
    with pytest.raises(FrozenInstanceError):
        report.data = hostile()  # type: ignore[misc]
    with pytest.raises(TypeError):
        report.rules["x"] = report.data.rules[0]  # type: ignore[index]
    table = report.to_polars()
    assert table.height == len(report.data.rules)
    assert table["id"].to_list() == [rule.id for rule in report.data.rules]
    assert report.verdict is report.data.verdict
    assert report.score is report.data.score


def test_a_notebook_shows_text_and_no_markup() -> None:
    shown = Report(hostile())._repr_html_()
    assert re.findall("<[^>]*>", shown) == ["<pre>", "</pre>"]


def test_faults_raise() -> None:
    for arguments in ([], ["no/such.csv"]):
        with pytest.raises(KshopError):
            audit(arguments)
    with pytest.raises(AttributeError, match="nothing"):
        kshop_audit.nothing  # type: ignore[attr-defined]  # noqa: B018

"""`aspects`: the list, the standing, the answers of shop.toml."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest
from rich.cells import cell_len

from kshop_audit.report.schemas import schema
from tests.cli.build import Run
from tests.cli.test_sample_data import SAMPLES

Draft202012Validator = import_module("jsonschema").Draft202012Validator  # it has no type stubs


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("paths", [(), (SAMPLES / "failing",)], ids=["list", "failing"])
def test_no_line_is_wider_than_asked(run: Run, lang: str, paths: tuple[Path, ...]) -> None:
    for width in (40, 80):
        code, out, err = run("aspects", *paths, "--lang", lang, "--width", width)
        assert (code, err) == (0, "")
        assert [line for line in out.splitlines() if cell_len(line) > width] == []
    assert "descriptions-checked" not in out
    assert run("aspects", *paths, "--lang", lang, "-v")[1].count("descriptions-checked") == 1


def test_ascii_english_is_ascii(run: Run) -> None:
    _, out, _ = run("aspects", SAMPLES / "closing", "--lang", "en", "--ascii", "--isolated")
    assert out.isascii()
    assert ">= 97%*" in out
    assert "? 48-hour shipping" in out


@pytest.mark.parametrize("paths", [(), (SAMPLES / "failing",)], ids=["list", "failing"])
def test_the_json_is_what_the_schema_says(run: Run, paths: tuple[Path, ...]) -> None:
    Path("shop.toml").write_text(
        "[aspects]\nphotos-real = true\n"
        'staff-trained = {done = false, at = 2026-10-01, note = "新客服\\u001b[31m未培训"}\n',
        encoding="utf-8",
    )
    code, out, _ = run("aspects", *paths, "--format", "json")
    data = json.loads(out)
    assert code == 0
    assert list(Draft202012Validator(json.loads(schema("aspects"))).iter_errors(data)) == []
    assert data["answers"] == {"done": 1, "not_done": 1, "unanswered": 17}
    states = {state["id"]: state for state in data["aspects"]}
    assert states["photos"]["standing"] == ("met" if paths else None)
    assert states["training"]["questions"][0]["at"] == "2026-10-01"
    if paths:
        shipped = next(r for r in states["logistics"]["rules"] if r["id"] == "ship-48h")
        assert (shipped["status"], shipped["numerator"]) == ("fail", 138)
    _, text, _ = run("aspects", *paths, "--lang", "zh")
    assert "2026-10-01 没做" in text
    assert "新客服未培训" in text


@pytest.mark.parametrize(
    ("lines", "stated"),
    [
        ("photos-reel = true", "shop.toml:2：aspects.photos-reel：没有这个问题 photos-reel，"),
        ("photos-reel = true", "是不是 photos-real？"),
        ('photos-real = "yes"', "shop.toml:2：aspects.photos-real：应为 true、false"),
        ("photos-real = {at = 2026-10-31}", "aspects.photos-real.done：缺少此键"),
        ("photos-real = {done = true, when = 1}", "aspects.photos-real.when：没有这个键 when"),
        ("photos-real = {done = true, at = 31}", "aspects.photos-real.at：应为日期"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_named_with_its_place(run: Run, lines: str, stated: str) -> None:
    Path("shop.toml").write_text(f"[aspects]\n{lines}\n", encoding="utf-8")
    code, out, err = run("aspects", "--lang", "zh")
    assert (code, out) == (2, "")
    assert stated in err


def test_another_pack_has_its_own_rules(run: Run) -> None:
    _, out, _ = run("aspects", "--pack", "taobao", "--lang", "en", "-v")
    assert "tb-refund-hours" in out
    assert "ship-48h" not in out


def test_the_schema_is_printed(run: Run) -> None:
    code, out, _ = run("schema", "aspects")
    assert (code, out) == (0, schema("aspects"))

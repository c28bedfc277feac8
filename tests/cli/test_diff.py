"""`--compare`, `--fail-on-regression` and `diff`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kshop_audit.errors import EXIT_FAILED, EXIT_INCOMPLETE, EXIT_NO_AUDIT, EXIT_OK
from tests.cli.build import LATE, Run, shop


@pytest.fixture
def reports(run: Run, tmp_path: Path) -> tuple[Path, Path]:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    run("check", shop(tmp_path / "a"), "--out", good, "-q")
    run("check", shop(tmp_path / "b", shipped=LATE), "--out", bad, "-q")
    return good, bad


def test_diff_gives_1_if_worse(run: Run, reports: tuple[Path, Path]) -> None:
    good, bad = reports
    code, out, err = run("diff", good, bad)
    assert (code, err) == (EXIT_FAILED, "")
    said = "× 48-hour shipping rate: 100.0% → 50.0% (target ≥ 97%), newly missed"
    assert said in " ".join(out.split())
    assert "ship-48h" not in out
    code, out, _ = run("diff", bad, good)
    assert (code, "), fixed\n" in out) == (EXIT_OK, True)
    assert run("diff", good, good)[0] == EXIT_OK
    assert "新增未达标" in run("diff", good, bad, "--lang", "zh")[1]


@pytest.mark.slow
def test_compare_shows_what_changed_after_the_report(
    run: Run, tmp_path: Path, reports: tuple[Path, Path]
) -> None:
    code, out, _ = run("check", tmp_path / "b", "--compare", reports[0], "--fail-on", "never")
    assert code == EXIT_OK
    assert (
        out.index("[FAIL]") < out.index("Compared with the earlier report") < out.rindex("[FAIL]")
    )
    for name in ("md", "github"):
        out = run("check", tmp_path / "b", "--compare", reports[0], "--format", name)[1]
        assert "\n## Compared with the earlier report" in out
        assert "- × 48-hour shipping rate: " in out
    code, out, _ = run("check", tmp_path / "b", "--compare", reports[0], "--format", "json")
    found = json.loads(out)["comparison"]
    assert "ship-48h" in [entry["id"] for entry in found["new"]]
    assert found["red"] is True
    out = run("check", tmp_path / "b", "--compare", reports[0], "--format", "brief")[1]
    assert "48-hour shipping rate 100.0%→50.0%" in out
    page = tmp_path / "page.html"
    run("check", tmp_path / "b", "--compare", reports[0], "-q", "--out", page)
    assert "× 48-hour shipping rate: " in page.read_text("utf-8")


def test_two_healthy_days_are_green(run: Run, tmp_path: Path, reports: tuple[Path, Path]) -> None:
    good, other = reports[0], tmp_path / "other.json"
    data = json.loads(good.read_text("utf-8"))
    for rule in data["rules"]:
        if rule["id"] == "reply-rate":
            rule |= {"numerator": 95, "denominator": 100, "value": 0.95}
        if rule["family"] == "closure":
            rule["status"] = "fail"
    other.write_text(json.dumps(data), "utf-8")
    code, out, _ = run("diff", good, other)
    assert code == EXIT_OK
    headline, *listed = out.splitlines()[1:]
    assert headline == "no new problems · 1 met, but by less"
    assert not [line for line in listed if line.startswith("×")]
    said = "5-minute reply rate: 100.0% → 95.0% (target ≥ 80%), still met, but by less"
    assert said in " ".join(out.split())
    assert "5-minute" not in run("diff", good, other, "--tolerance", "5%")[1]
    assert run("diff", good, other, "--tolerance", "x")[0] == EXIT_NO_AUDIT


def test_a_regression_gives_1(run: Run, tmp_path: Path, reports: tuple[Path, Path]) -> None:
    def code(folder: str, earlier: Path, *more: str) -> int:
        return run("check", tmp_path / folder, "--compare", earlier, *more)[0]

    lowered = ("--level", "ship-48h=warn")
    good, bad = reports
    assert code("b", good, *lowered) == EXIT_OK
    assert code("b", good, *lowered, "--fail-on-regression") == EXIT_FAILED
    assert code("b", bad, *lowered, "--fail-on-regression") == EXIT_OK
    assert code("a", good, "--fail-on-regression") == EXIT_OK
    assert code("b", good, *lowered, "--fail-on-regression", "--fail-on", "never") == EXIT_OK


def test_a_lost_verdict_is_a_regression(
    run: Run, tmp_path: Path, reports: tuple[Path, Path]
) -> None:
    folder = shop(tmp_path / "c", chats=False)
    assert run("check", folder, "--compare", reports[0])[0] == EXIT_INCOMPLETE
    arguments = ("check", folder, "--compare", reports[0], "--fail-on-regression")
    assert run(*arguments)[0] == EXIT_FAILED


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "SHOP", "--fail-on-regression"], "needs --compare"),
        (["check", "SHOP", "--compare", "none.json"], "cannot read none.json"),
        (["diff", "none.json", "none.json"], "cannot read none.json"),
        (["diff", "BAD", "BAD"], "not valid JSON"),
        (["diff", "BYTES", "BYTES"], "is not UTF-8"),
        (["diff", "OTHER", "OTHER"], "unknown report schema"),
    ],
)
def test_faults_are_one_line_and_2(
    run: Run, tmp_path: Path, arguments: list[str], message: str
) -> None:
    Path("BAD").write_text("{", encoding="utf-8")
    Path("BYTES").write_bytes(b"\xff")
    Path("OTHER").write_text('{"schema": "x"}', encoding="utf-8")
    folder = str(shop(tmp_path / "shop"))
    code, out, err = run(*[word.replace("SHOP", folder) for word in arguments])
    assert (code, out, err.count("\n")) == (EXIT_NO_AUDIT, "", 1)
    assert message in err

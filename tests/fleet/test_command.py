"""The command `fleet`: what it prints, what it writes, how it ends."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from kshop_audit.cli import main
from kshop_audit.model.fleet import ShopResult, summary
from kshop_audit.model.metadata import Text
from kshop_audit.report.fleet import csv as as_csv
from kshop_audit.report.fleet import html, text
from kshop_audit.report.text.page import TextOptions
from tests.fleet.shops import fleet


def test_a_run_prints_a_table_and_writes_the_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    fleet(tmp_path / "shops", 0, 5, -1)
    out = ["--out", "s.csv", "--out", "s.html", "--out", "s.json", "--pages", "--lang", "en"]
    assert main(["fleet", "shops", *out]) == 2
    shown = capsys.readouterr().out
    assert "3 shops: 1 not audited, 1 failed, 1 without enough data" in shown
    last = "The reports of the shops lie in fleet-reports: .html to be read, .json for programs"
    assert " ".join(shown.split()).endswith(last)
    rows = list(csv.reader((tmp_path / "s.csv").read_text("utf-8-sig").splitlines()))
    assert [row[:3] for row in rows[1:]] == [
        ["c", "shops/c", "no audit"],
        ["店b", "shops/b", "failed"],
        ["店a", "shops/a", "no verdict"],
    ]
    data = json.loads((tmp_path / "s.json").read_text("utf-8"))
    assert data == json.loads((tmp_path / "fleet-reports" / "summary.json").read_text("utf-8"))
    assert [shop["exit_code"] for shop in data["shops"]] == [2, 1, 3]
    assert data["shops"][1]["gates"]["reply-rate"] == "fail"
    page = (tmp_path / "s.html").read_text("utf-8")
    assert 'href="fleet-reports/b.html"' in page
    assert (tmp_path / "fleet-reports" / "b.html").is_file()
    again = ["fleet", "shops/a", "shops/b", "--format", "json", "--lang", "en"]
    assert main(again) == 1
    changed = json.loads(capsys.readouterr().out)["changes"]
    assert changed == [{"path": "shops/c", "before": 2, "after": None}]


@pytest.mark.parametrize("shop", ["healthy", "taobao"])
def test_the_report_of_a_shop_is_that_of_check(
    shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "shops" / shop
    shutil.copytree(Path(__file__).parents[2] / "sample_data" / shop, folder)
    main(["fleet", "shops", "--lang", "en"])
    monkeypatch.chdir(folder)
    main(["check", ".", "--out", str(tmp_path / "check.json"), "--format", "brief"])
    fleets, checks = (
        json.loads(path.read_text("utf-8"))
        for path in (tmp_path / "fleet-reports" / f"{shop}.json", tmp_path / "check.json")
    )
    for key in ("packs", "verdict", "score", "notes"):
        assert fleets[key] == checks[key], key
    assert fleets["config"]["overrides"] == checks["config"]["overrides"] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "name the folders"),
        (["shops", "--reports", "shops/a/out"], "lies in the folder of the shops"),
        (["shops", "--out", "s.pdf"], "the suffix must be"),
        (["shops", "--out", "summary"], "the suffix must be"),
        (["shops", "--out", "nowhere/s.html"], "there is no folder"),
        (["shops", "--out", "shops/s.csv"], "lies in the folder of the shops"),
        (["shops", "--mutes", "nowhere.toml"], "nowhere.toml"),
        (["shops", "--out", "s.htm"], "the suffix must be"),
        (["shops", "--reports", "nowhere://there"], "is not installed"),
        (["shops", "--tls-key", "key.pem"], "goes with --cluster"),
        (["shops", "--shop-memory", "much"], "expected a size of memory"),
        (["shops", "--cluster", "tcp://example.com:1"], "must be tls"),
        (["shops", "--resume"], "to resume from"),
        (["nowhere"], "is no folder"),
    ],
)
def test_what_cannot_be_done_is_said_before_any_work(
    arguments: list[str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    fleet(tmp_path / "shops", -1)
    assert main(["fleet", *arguments, "--lang", "en"]) == 2
    assert says in capsys.readouterr().err


def test_hostile_names_are_inert_in_every_form() -> None:
    name = "<img src=x onerror=alert(1)>\x1b[31m\u202e=1+1"
    reason = Text(zh=name, en=name)
    shop = ShopResult(shop=f"={name}", path=name, exit_code=2, reason=reason)
    done = summary([shop])
    page = html.render(done, {}, "en", {name: "x.html"})
    assert "<img" not in page
    shown = text.render(done, {}, TextOptions(lang="en"))
    table = as_csv.render(done, {}, "en", {})
    for made in (page, shown, table):
        assert "\x1b" not in made
        assert "\u202e" not in made
    rows = list(csv.reader(table.removeprefix("\ufeff").splitlines()))
    assert not any(cell.startswith("=") for cell in rows[1])

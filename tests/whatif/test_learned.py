"""Points that the platform showed: the table of points goes through them, for this version only."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kshop_audit.judging.scoring import ends_left, points
from kshop_audit.model.metadata import Anchors, LearnedPoint
from kshop_audit.packs import load
from tests.cli.build import Run
from tests.whatif.small_shop import small_shop

PACK = load("kuaishou")
DAY = date(2026, 10, 31)


def anchors(rule: str, pairs: Sequence[tuple[str, str]]) -> Anchors:
    own = PACK.rules[rule].anchors
    assert own
    learned = tuple(LearnedPoint(Decimal(value), Decimal(at), DAY) for value, at in pairs)
    return replace(own, learned=learned)


def test_the_line_goes_through_what_was_seen_and_keeps_what_is_published() -> None:
    own = anchors("ship-48h", [("0.96", "4.6")])  # 100 % is published, 90 % is an assumption
    for value, worth in (
        ("1", "5"),
        ("0.96", "4.6"),
        ("0.98", "4.8"),
        ("0.93", "3.8"),
        ("0.9", "3"),
    ):
        assert points(Fraction(value), own, PACK) == Fraction(worth)
    assert ends_left(own) == (own.full, own.floor)


def test_an_assumed_end_gives_way_to_what_was_seen_beyond_it() -> None:
    own = anchors("ship-48h", [("0.88", "3.8"), ("0.94", "4.4")])
    assert ends_left(own) == (own.full,)
    assert points(Fraction("0.88"), own, PACK) == Fraction("3.8")
    assert points(Fraction("0.80"), own, PACK) == Fraction("3")
    assert points(Fraction("0.91"), own, PACK) == Fraction("4.1")


def test_hours_are_better_the_fewer_they_are() -> None:
    own = anchors("refund-only-hours", [("30", "4.8")])
    assert points(Fraction(24), own, PACK) == 5
    assert points(Fraction(30), own, PACK) == Fraction("4.8")
    assert points(Fraction(39), own, PACK) == Fraction("3.9")


@given(
    st.lists(st.tuples(st.integers(0, 1000), st.integers(300, 500)), min_size=1, max_size=5),
    st.fractions(0, 1), st.fractions(0, 1),
)  # fmt: skip
def test_a_better_value_never_earns_less_and_points_stay_on_the_scale(
    pairs: list[tuple[int, int]], one: Fraction, other: Fraction
) -> None:
    values, worth = sorted({a for a, _ in pairs}), sorted(b for _, b in pairs)
    own = anchors("ship-48h", [(str(Decimal(v) / 1000), str(Decimal(p) / 100))
                               for v, p in zip(values, worth, strict=False)])  # fmt: skip
    low, high = sorted((one, other))
    assert 3 <= points(low, own, PACK) <= points(high, own, PACK) <= 5


ENTRY = """
[[learned]]
rule = "ship-48h"
value = "{value}"
points = "{points}"
day = 2026-10-31
pack = "kuaishou"
version = "{version}"
"""


def audited(run: Run, folder: Path, text: str) -> tuple[float | None, str]:
    (folder / "shop.toml").write_text(text, encoding="utf-8")
    _, out, _ = run("check", folder, "--as-of", "2026-10-31", "--format", "json")
    report = json.loads(out)
    (rule,) = (entry for entry in report["rules"] if entry["id"] == "ship-48h")
    said = [entry["en"] for entry in (*report["score"]["assumptions"], *report["notes"])]
    return rule["points"], "\n".join(said)


def test_the_report_uses_and_names_them_and_never_those_of_another_version(
    run: Run, tmp_path: Path
) -> None:
    folder = small_shop(1).write(tmp_path / "shop")
    usual, said = audited(run, folder, "")
    assert "learned" not in said
    entry = ENTRY.format(value="70%", points="4.2", version=PACK.version)
    learned, said = audited(run, folder, entry)
    assert learned != usual
    assert "earns 4.2 points, as the platform showed on 2026-10-31 (learned)" in said
    other, said = audited(run, folder, ENTRY.format(value="70%", points="4.2", version="2020"))
    assert other == usual
    assert "1 learned points belong to another pack or version" in said


def test_what_contradicts_is_refused(run: Run, tmp_path: Path) -> None:
    folder = small_shop(1).write(tmp_path / "shop")
    text = ENTRY.format(value="95%", points="4.2", version="1") + ENTRY.format(
        value="90%", points="4.5", version="1"
    )
    (folder / "shop.toml").write_text(text, encoding="utf-8")
    code, _, err = run("check", folder)
    assert code == 2
    assert "contradicts" in err


def test_a_file_of_the_platform_teaches_them(run: Run, tmp_path: Path) -> None:
    folder = small_shop(1).write(tmp_path / "shop")
    scores = tmp_path / "platform-scores.csv"
    scores.write_text(
        "规则,日期,数值,得分\nship-48h,2026-10-31,70.0%,4.20\nship-48h,2026-10-30,69.0%,\n",
        encoding="utf-8-sig",
    )
    config = folder / "shop.toml"
    config.write_text("# ours\n", encoding="utf-8")
    asked = ("reconcile", folder, "--as-of", "2026-10-31", "--platform-scores", scores)
    code, out, err = run(*asked, "--keep", "--format", "json")
    assert code == 0
    assert len(json.loads(out)["platform"]) == 2
    assert "1 points learned" in err
    text = config.read_text(encoding="utf-8")
    assert text.startswith("# ours\n")
    assert text.count("[[learned]]") == 1
    assert audited(run, folder, text)[1].count("(learned)") == 1
    assert run(*asked, "--keep")[0] == 0
    assert config.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_a_file_as_a_spreadsheet_saves_it(run: Run, tmp_path: Path, encoding: str) -> None:
    """Titles for ids, days with slashes, several rules, and one that has no readings."""
    folder = small_shop(1).write(tmp_path / "shop")
    (folder / "shop.toml").write_text("", encoding="utf-8")
    scores = tmp_path / "后台数字.csv"
    scores.write_text(
        "指标,日期,数字,分数\n48小时发货率,2026/10/31,70.0%,4.20\n"
        "回复率,2026/10/31,70.0%,\n客服好评率,2026年10月31日,97.5%,4.90\n商品评分,20261031,4.8,4.50\n",
        encoding=encoding,
    )
    asked = ("reconcile", folder, "--as-of", "2026-10-31", "--platform-scores", scores)
    code, out, err = run(*asked, "--keep", "--lang", "zh")
    assert code == 0, err
    assert out.count("后台 ") == 3
    assert "后台 48小时发货率：70.0%" in out
    assert "后台 5分钟回复率：70.0%" in out
    assert "不计分，得分没有写：product-rating" in err
    assert (folder / "shop.toml").read_text(encoding="utf-8").count("[[learned]]") == 2
    assert run("check", folder)[0] != 2
    code, _, err = run(*asked, "--format", "json", "--lang", "zh")
    assert code == 2
    assert "--select" in err
    code, out, _ = run(*asked, "--format", "json", "--select", "48小时发货率")
    assert code == 0
    assert [figure["rule"] for figure in json.loads(out)["platform"]] == ["ship-48h"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rule,day,value\nno-such,2026-10-31,1\n", "unknown rule no-such"),
        ("a,b\n", "no column rule"),
        ("rule,day,value\nx,yesterday,1\n", ":2: write it like"),
    ],
)
def test_a_row_that_says_nothing_is_named(run: Run, tmp_path: Path, text: str, words: str) -> None:
    folder = small_shop(1).write(tmp_path / "shop")
    scores = tmp_path / "scores.csv"
    scores.write_text(text, encoding="utf-8")
    code, _, err = run("reconcile", folder, "--platform-scores", scores)
    assert code == 2
    assert words in err

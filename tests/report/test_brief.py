"""The message for a chat group."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from kshop_audit.model.report import Report
from kshop_audit.report.text.brief import render
from tests.report.build import FAULTS, REPORTS, failing, passing
from tests.report.generated import reports


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_is_at_most_eight_plain_lines(name: str, lang: str) -> None:
    text = render(REPORTS[name](), lang)
    assert 1 <= len(text.splitlines()) <= 8
    assert text.endswith("\n")


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(reports())
def test_so_is_that_of_any_report(report: Report) -> None:
    text = render(report, "zh")
    assert text.count("\n") <= 8
    bad = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert bad == {"\n"}


def test_many_failures_share_a_line() -> None:
    rules = tuple(replace(FAULTS, id=f"rule-{n}") for n in range(9))
    text = render(replace(failing(), rules=rules), "zh")
    assert text.count("未达标：") == 3
    assert "还有 7 项未达标" in text


def test_says_what_failed_how_far_and_what_first() -> None:
    text = render(failing(), "zh")
    assert text.startswith("【不通过】萌芽小店")
    assert "5 分钟回复率 77.5%（要求 ≥ 80%），还差 1,029 条按时回复" in text
    assert text.rstrip().endswith("先做：22–24 点安排一名客服值班，这两小时只回了 34%（+0.21 分）")


def test_a_passing_shop_reads_calm() -> None:
    assert render(passing(), "zh").splitlines() == [
        "【通过】萌芽小店 · 截至 2026-10-31 24:00 · 4 项红线全部达标",
        "今天必须做：这些文件和规则里没有处理期限，看不出有没有到期的事",
        "估算总分 4.83（优），不是平台给的分数",
    ]


def test_an_assumed_target_says_so() -> None:
    target = FAULTS.target
    assert target is not None
    rule = replace(FAULTS, target=replace(target, assumption=True))
    assert "（要求 ≤ 0.35%，平台没公布，估）" in render(replace(failing(), rules=(rule,)), "zh")

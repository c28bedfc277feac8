"""The tables in the drawers: what missed by itself, what is not due yet by itself, in words."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from kshop_audit import codec
from kshop_audit.model.report import Finding, RuleResult
from kshop_audit.report.page import html
from kshop_audit.report.view.listing import tables, worst_days
from kshop_audit.report.view.speech import Speech
from tests.page.shops import command, report_of

ZH = Speech("zh")


def rule_of(name: str) -> RuleResult:
    return next(rule for rule in report_of("failing").rules if rule.id == name)


def with_findings(*findings: Finding) -> RuleResult:
    return replace(rule_of("refund-deadlines"), findings=findings, evidence=None)


def test_the_page_lists_the_units_of_the_evidence_files(tmp_path: Path) -> None:
    """Both are asked for at once, and the files hold no row that the page lacks."""
    proof, page = tmp_path / "proof", str(tmp_path / "p.html")
    flags = ("--evidence", str(proof), "--out", page, "--lang", "en", "--format", "json")
    report = codec.decode(command("check", "failing", *flags))
    files = {entry["path"] for entry in json.loads((proof / "MANIFEST.json").read_text())["files"]}
    seen = 0
    for rule in report.rules:
        if f"{rule.id}.csv" not in files:
            continue
        with (proof / f"{rule.id}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["counted"] == "yes"]
        assert rule.evidence is not None
        assert rule.evidence.count == len(rows)
        assert len(rule.evidence.units) == min(100, len(rows))
        for unit, row in zip(rule.evidence.units, rows, strict=False):
            assert {name: row[name].strip() for name in unit.ids} == unit.ids
            assert (unit.deadline or "") == row["deadline"]
            late = "" if unit.late_seconds is None else str(unit.late_seconds)
            assert late == row["late_seconds"].removeprefix("'")
            seen += 1
    assert seen > 200
    without = codec.decode(command("check", "failing", "--format", "json"))
    assert all(not rule.evidence.units for rule in without.rules if rule.evidence is not None)


def test_the_terminal_lists_the_worst_units_of_a_rule_named(tmp_path: Path) -> None:
    text = command("check", "failing", "--details", "ship-48h", "--width", "80")
    proof = tmp_path / "proof"
    command("check", "failing", "--evidence", str(proof), "--format", "json", "--lang", "en")
    with (proof / "ship-48h.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["counted"] == "yes"]
    assert "没达标的 9 单\n" in text
    places = [text.index(f"      {row['order_id'].strip()} ") for row in rows]
    assert len(places) == 9
    assert places == sorted(places)


def test_the_terminal_says_how_many_units_it_leaves_out() -> None:
    text = command("check", "failing", "--details", "reply-rate", "--width", "80")
    assert "没达标的 117 条，最严重的 20 条\n" in text
    assert len(re.findall(r"^ {6}HH\d+ ", text, re.MULTILINE)) == 20
    assert "另有 97 条；全部写成表格：加 --evidence 文件夹\n" in text


def test_the_worst_days_of_a_share_are_those_with_most_misses() -> None:
    rule = rule_of("reply-rate")
    assert rule.days is not None
    missed = {row.day: row.denominator - row.numerator for row in rule.days.rows}
    found = worst_days(rule, ZH, 5)
    days = [f"2026-{one.split()[0]}" for one in found]
    assert len(days) == 5
    assert min(missed[day] for day in days) >= max(
        n for day, n in missed.items() if day not in days
    )
    assert found[0].endswith("9/15 60.0%")
    assert worst_days(rule_of("banned-words"), ZH, 5) == ()


def test_late_orders_stand_with_how_late_they_were() -> None:
    (table,) = tables(rule_of("ship-48h"), ZH)
    assert table.title == "没达标的 9 单"
    assert table.heads == ("订单", "截止", "实际", "超时", "约赔（元）")
    assert table.ids == 0
    worst = ("2628420023295937", "2026-10-13 15:40:37", "2026-10-15 09:25:45", "1 天 17 小时")
    assert table.rows[0][:4] == worst
    unanswered = tables(rule_of("reply-rate"), ZH)[0]
    assert unanswered.title == "没达标的 117 条"
    assert unanswered.hidden == 17
    assert {row[3] for row in unanswered.rows if not row[4]} == {"没有"}


def test_what_is_over_and_what_is_not_due_yet_are_two_tables_with_two_counts() -> None:
    over, pending = tables(rule_of("refund-deadlines"), ZH)
    assert over.title == "没达标的 51 单"
    assert pending.title == "还没到期的 9 单"
    assert len(over.rows) + over.hidden == 51
    assert len(pending.rows) == 9
    assert all(row[pending.heads.index("还剩")].endswith(" 小时") for row in pending.rows)


def test_only_columns_that_tell_something_are_shown() -> None:
    told: Finding = {"word": "高仿", "normalised": "高仿", "review": False, "consequence": None}
    (table,) = tables(with_findings(told), ZH)
    assert (table.heads, table.rows) == (("命中词",), (("高仿",),))
    disguised: Finding = {"word": "高亻方", "normalised": "高仿", "review": True}
    (table,) = tables(with_findings(told, disguised), ZH)
    assert table.heads == ("命中词", "还原后", "待人工复核")
    (counts,) = tables(with_findings({"day": "2026-10-02", "numerator": 3, "denominator": 4}), ZH)
    assert (counts.heads, counts.rows) == (("日期", "数量"), (("2026-10-02", "3/4"),))


@pytest.mark.parametrize("shop", ["failing", "taobao", "jd", "douyin", "pinduoduo", "damaged"])
def test_no_cell_of_a_table_is_a_code(shop: str) -> None:
    """waybill_shared, not_readable and the like are for programs."""
    page = html.render(report_of(shop), "zh")
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", page)
    assert [cell for cell in cells if re.fullmatch(r"[a-z]+(_[a-z]+)+", cell)] == []

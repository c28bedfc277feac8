"""What the page shows, without a browser."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import pytest

from kshop_audit.report.page import contents, html
from kshop_audit.report.view.contents import view
from tests.page.shops import HOSTILE, report_of

SHOPS = ("failing", "healthy", "damaged")


@pytest.mark.parametrize("shop", [*SHOPS, HOSTILE])
def test_the_policy_names_the_one_script_by_its_digest(shop: str) -> None:
    page = html.render(report_of(shop), "zh")
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page
    assert page.count("<script") == 1


@pytest.mark.parametrize("shop", SHOPS)
def test_every_rule_stands_in_one_part(shop: str) -> None:
    report = report_of(shop)
    shown = view(report, "zh")
    parts = contents.tabs(report, shown)
    ids = [drawer.row.rule.id for part in parts for drawer in part.drawers]
    rows = [row for group in shown.groups for row in group.rows]
    assert sorted(ids) == sorted(row.rule.id for row in (*rows, *shown.listed))


@pytest.mark.slow
@pytest.mark.parametrize("shop", SHOPS)
def test_the_page_stays_small(shop: str) -> None:
    assert len(html.render(report_of(shop), "zh").encode("utf-8")) < 1_000_000


def test_what_is_due_and_late_stands_in_the_first_tile() -> None:
    report = report_of("failing")
    speech = view(report, "zh").speech
    rows, more = contents.due_rows(report, speech)
    assert rows
    assert more == 0
    assert len({(row.left, row.ids) for row in rows}) == len(rows)
    assert [row.late for row in rows] == sorted(row.late for row in rows)


def test_a_missed_red_line_says_when_it_passes() -> None:
    report = report_of("failing")
    speech = view(report, "zh").speech
    missed = {speech.text(rule.title) for rule in report.rules if rule.id in report.verdict.failed}
    assert missed <= {one.title for one in contents.whens(report, speech)}


def test_a_rule_without_a_verdict_says_in_its_line_what_it_lacks() -> None:
    report = report_of("damaged")
    (unknown,) = [
        part for part in contents.tabs(report, view(report, "zh")) if part.id == "unknown"
    ]
    assert [drawer.row.title for drawer in unknown.drawers if not drawer.hint] == []


@pytest.mark.parametrize(
    ("shop", "said"),
    [("healthy", "往后 30 天不会掉线"), ("damaged", "有些天判不了"), ("douyin", "没有红线")],
)
def test_what_is_not_known_of_the_coming_days_is_not_called_safe(shop: str, said: str) -> None:
    report = report_of(shop)
    assert said in contents.calm(report, view(report, "zh").speech)


def test_a_shop_of_which_no_deadline_is_known_has_not_nothing_to_do() -> None:
    report = replace(report_of("douyin"), today=(), today_counts={})
    page = html.render(report, "zh")
    assert "这些文件和规则里没有处理期限" in page


def test_an_estimated_score_is_called_one_in_its_tile() -> None:
    tile = html.render(report_of("failing"), "zh").split('<section class="card">')[0]
    assert "估算总分 4.04" in tile
    assert "不是平台给的分数" in tile


@pytest.mark.parametrize(
    ("lang", "said", "each"),
    [
        ("zh", "该处理的都处理完，最早 11 月 11 日全部过线", "最早 11 月 11 日能满足"),
        ("en", "all of them by 11-11 at the earliest", "can be met on 11-11 at the earliest"),
    ],
)
def test_conditions_with_a_date_are_dated_as_red_lines_are(lang: str, said: str, each: str) -> None:
    report = report_of("closing")
    assert contents.all_by(view(report, lang)).startswith(said)
    texts = [one.text for one in contents.whens(report, view(report, lang).speech)]
    assert each in texts
    assert not any("2026" in text or "10:00" in text for text in texts)
    failed = set(report.verdict.failed)
    undated = replace(
        report,
        rules=tuple(
            replace(rule, findings=(), forecast=None) if rule.id in failed else rule
            for rule in report.rules
        ),
    )
    assert contents.all_by(view(undated, lang)) == ""


def test_what_judges_nothing_has_no_sign_of_being_met() -> None:
    page = html.render(report_of("healthy"), "zh")
    part = page[page.index('id="panel-other"') :]
    assert '<span class="sign NONE" aria-hidden="true">-</span>' in part
    assert "√" not in part[: part.index("</section>")]

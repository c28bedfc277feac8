"""What the page shows, without a browser."""

from __future__ import annotations

import base64
import hashlib
import re

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

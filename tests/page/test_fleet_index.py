"""The index of a fleet in a real browser: it sorts, filters, fits and asks for nothing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from kshop_audit.model.fleet import ShopResult, summary
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Status
from kshop_audit.report.fleet import html
from tests.page.browser import AXE
from tests.page.shops import ATTACK

Open = Callable[..., Any]
TITLES = {
    "reply-rate": Text("5分钟回复率", "5-minute reply rate"),
    "ship-48h": Text("48小时发货率", "48-hour shipping rate"),
}
SHOPS = (
    ShopResult("甲", "a", 0, "pass", None, Decimal("4.80"),
               {"reply-rate": Status.PASS, "ship-48h": Status.PASS}),
    ShopResult("乙", "b", 1, "fail", None, Decimal("3.90"),
               {"reply-rate": Status.FAIL, "ship-48h": Status.PASS}),
    ShopResult("丙", "c", 3, "incomplete", Text("缺聊天记录", "no chats"), None,
               {"reply-rate": Status.NO_VERDICT}),
    ShopResult("丁", "d", 2, None, Text("读不了", "unreadable")),
    ShopResult("戊", "e", 1, "fail", None, Decimal("10.00"),
               {"reply-rate": Status.FAIL, "ship-48h": Status.FAIL}),
)  # fmt: skip

pytestmark = pytest.mark.slow


def index(lang: str = "zh", *more: ShopResult) -> str:
    done = summary((*SHOPS, *more))
    return html.render(done, TITLES, lang, {shop.path: f"{shop.path}.html" for shop in SHOPS})


def names(page: Any) -> list[str]:
    return list(page.locator("tbody tr:visible th").all_text_contents())


def test_it_sorts_by_what_a_column_means_and_filters(opened: Open) -> None:
    made = opened(content=index())
    page = made.page
    assert names(page) == ["丁", "戊", "乙", "丙", "甲"]
    heads = page.locator("thead button")
    heads.nth(2).click()
    assert [name for name in names(page) if name in "甲乙戊"] == ["乙", "甲", "戊"]
    heads.nth(2).click()
    assert [name for name in names(page) if name in "甲乙戊"] == ["戊", "甲", "乙"]
    assert page.locator("thead th").nth(2).get_attribute("aria-sort") == "descending"
    heads.nth(4).click()
    assert names(page)[0] == "戊"
    heads.nth(1).click()
    assert names(page) == ["丁", "戊", "乙", "丙", "甲"]
    page.locator("input[type=search]").fill("缺聊天")
    assert names(page) == ["丙"]
    assert made.complaints == []
    assert len(made.requests) == 1


def test_hostile_names_do_nothing(opened: Open) -> None:
    attack = ShopResult(ATTACK, ATTACK, 2, None, Text(ATTACK, ATTACK))
    made = opened(content=index("zh", attack))
    assert made.page.title() != "owned"
    assert made.page.locator("img").count() == 0
    assert len(made.requests) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_checker_of_accessibility_finds_nothing(opened: Open, lang: str, scheme: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not here; make browser brings it")
    page = opened(content=index(lang), color_scheme=scheme, bypass_csp=True).page
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("axe.run()")
    assert [
        (one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found["violations"]
    ] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_phone_scrolls_the_table_and_not_the_page(opened: Open, lang: str) -> None:
    """With as many red lines as a fleet of several platforms has."""
    titles = {f"rule-{n}": Text(f"第 {n} 条红线的名称", f"Name of red line {n}") for n in range(20)}
    statuses = dict.fromkeys(titles, Status.FAIL)
    shop = ShopResult("甲", "a", 1, "fail", None, Decimal("4.80"), statuses)
    page = opened(content=html.render(summary((shop,)), titles, lang, {}), width=360).page
    inside = page.locator(".frame").evaluate("frame => [frame.scrollWidth, frame.clientWidth]")
    assert inside[0] > 2 * inside[1]
    assert page.locator("td.sign").count() == len(titles)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_verdict_takes_one_line_and_the_shop_stays_where_one_scrolls(
    opened: Open, lang: str
) -> None:
    titles = {f"rule-{n}": Text(f"第 {n} 条红线的名称", f"Name of red line {n}") for n in range(20)}
    of = dict.fromkeys(titles, Status.FAIL)
    shops = [ShopResult("甲", at, 1, at, None, Decimal("4.80"), of) for at in ("fail", "pass")]
    page = opened(content=html.render(summary(shops), titles, lang, {}), width=390).page
    shop, verdict = page.locator("tbody th").first, page.locator("td.verdict").first
    assert verdict.evaluate("cell => getComputedStyle(cell).whiteSpace") == "nowrap"
    before = shop.bounding_box()["x"]
    page.locator(".frame").evaluate("frame => { frame.scrollLeft = 500; }")
    assert verdict.bounding_box()["x"] < 0
    assert shop.bounding_box()["x"] == pytest.approx(before, abs=1)


def test_it_is_whole_without_its_script(opened: Open) -> None:
    page = opened(content=index(), java_script_enabled=False).page
    assert len(names(page)) == len(SHOPS)
    assert page.locator(".scripted:visible").count() == 0

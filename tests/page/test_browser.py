"""The page in a real browser: what it asks for, how it fits, and what its controls do."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from tests.page.browser import AXE
from tests.page.shops import HOSTILE

Open = Callable[..., Any]
SHOPS = ("failing", "healthy", "closing", "damaged")
SCREEN = 844

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("shop", [*SHOPS, HOSTILE])
def test_nothing_is_requested_and_nothing_complains(opened: Open, shop: str, lang: str) -> None:
    made = opened(shop, lang)
    assert [url for url in made.requests if not url.startswith("file:")] == []
    assert len(made.requests) == 1
    assert made.complaints == []
    assert "owned" not in made.page.title() or shop == HOSTILE
    assert made.page.title() != "owned"


@pytest.mark.parametrize(
    ("shop", "lang", "scheme"),
    [
        (shop, lang, scheme)
        for shop in SHOPS
        for lang, scheme in product(("zh", "en"), ("light", "dark"))
        if shop == SHOPS[0] or (lang, scheme) in (("zh", "light"), ("en", "dark"))
    ],
)
def test_a_checker_of_accessibility_finds_nothing(
    opened: Open, shop: str, lang: str, scheme: str
) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not here; make browser brings it")
    made = opened(shop, lang, color_scheme=scheme, bypass_csp=True)
    for details in made.page.query_selector_all("details"):
        details.evaluate("element => element.open = true")
    # What is hidden is not looked at: every part is shown at once.
    made.page.evaluate("document.querySelectorAll('.panel').forEach(part => part.hidden = false)")
    made.page.add_script_tag(path=str(AXE))
    found = made.page.evaluate("axe.run()")
    assert [
        (one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found["violations"]
    ] == []


@pytest.mark.parametrize("width", [360, 390])
@pytest.mark.parametrize("shop", SHOPS)
def test_a_phone_shows_it_without_sideways_scrolling_in_three_screens(
    opened: Open, shop: str, width: int
) -> None:
    page = opened(shop, width=width, height=SCREEN).page
    wide, high = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert wide <= width
    assert high <= 3 * SCREEN


@pytest.mark.parametrize("width", [360, 1280])
def test_a_long_list_scrolls_within_its_drawer_and_is_printed_whole(
    opened: Open, width: int
) -> None:
    page = opened("failing", width=width, height=SCREEN).page
    page.evaluate("document.querySelectorAll('details.rule').forEach(one => one.open = true)")
    sizes = """Array.from(document.querySelectorAll('.inside .wide:not(:has(svg))'))
        .map(one => [one.clientHeight, one.scrollHeight])"""
    shown = [(high, whole) for high, whole in page.evaluate(sizes) if whole]
    assert max(whole for _, whole in shown) > 3 * SCREEN
    assert max(high for high, _ in shown) < SCREEN / 2
    page.emulate_media(media="print")
    page.evaluate(
        "document.querySelectorAll('.inside').forEach(one => one.style.display = 'block')"
    )
    assert all(high >= whole for high, whole in page.evaluate(sizes))


def test_the_map_of_hours_can_be_read_on_a_phone(opened: Open) -> None:
    page = opened("failing", width=360, height=SCREEN).page
    page.evaluate("document.querySelectorAll('details.rule').forEach(one => one.open = true)")
    high = page.evaluate(
        "document.querySelector('.inside .heat g text').getBoundingClientRect().height"
    )
    assert high >= 10
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, SCREEN)])
@pytest.mark.parametrize("shop", SHOPS)
def test_the_three_tiles_stand_on_the_first_screen(
    opened: Open, shop: str, width: int, height: int
) -> None:
    page = opened(shop, width=width, height=height).page
    for head in page.query_selector_all(".tiles section"):
        box = head.bounding_box()
        assert box["y"] + min(box["height"], 120) <= height


def test_parts_are_chosen_by_mouse_and_keyboard(opened: Open) -> None:
    page = opened().page
    panels = page.locator("section.panel")
    assert [panels.nth(place).is_visible() for place in range(panels.count())].count(True) == 1
    page.click("#tab-data")
    assert page.is_visible("#panel-data")
    assert not page.is_visible("#panel-red")
    page.keyboard.press("ArrowRight")
    assert page.is_visible("#panel-red")


def test_a_drawer_opens_and_its_table_sorts_filters_and_copies(opened: Open) -> None:
    page = opened(permissions=["clipboard-read", "clipboard-write"]).page
    drawer = page.locator("details.rule:has(table.sortable):visible").first
    drawer.locator("summary").click()
    table = drawer.locator("table.sortable")
    first = table.locator("tbody tr td:first-child")
    before = first.all_text_contents()
    head = table.locator("thead button").first
    head.click()
    up = first.all_text_contents()
    head.click()
    down = first.all_text_contents()
    assert sorted(before) == sorted(up) == sorted(down)
    assert up[0] <= up[-1]
    assert down[0] >= down[-1]
    drawer.locator("input").fill("no cell holds this")
    assert table.locator("tbody tr:visible").count() == 0
    drawer.locator("input").fill("")
    assert table.locator("tbody tr:visible").count() == len(before)
    page.locator(".tiles button").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    shown = page.locator("#due tbody td:nth-child(3)").all_text_contents()
    assert copied.split("\n") == list(dict.fromkeys(shown))


def test_without_its_script_every_figure_is_there(opened: Open) -> None:
    plain = opened(java_script_enabled=False).page
    panels = plain.locator("section.panel")
    assert all(panels.nth(place).is_visible() for place in range(panels.count()))
    assert plain.locator(".scripted:visible").count() == 0
    for name in plain.locator("details.rule .number").all()[:5]:
        assert name.is_visible()


A4 = (718, 1047)
"""Width and height of a sheet without its margins of a centimetre."""


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("shop", SHOPS)
def test_one_sheet_holds_all_that_is_to_be_done(opened: Open, shop: str, lang: str) -> None:
    page = opened(shop, lang, width=A4[0], height=A4[1]).page
    page.emulate_media(media="print")
    ends = page.evaluate(
        "[...document.querySelectorAll('.panel')].map("
        "part => [part.id, part.getBoundingClientRect().bottom])"
    )
    sheet = {"panel-red", "panel-reminder", "panel-unknown"}
    assert [name for name, end in ends if name in sheet and end > A4[1]] == []
    behind = "getComputedStyle(document.querySelector('#panel-met')).breakBefore"
    assert page.evaluate(behind) == "page"


def test_paper_has_the_verdict_on_its_first_page(opened: Open) -> None:
    page = opened("failing", width=794, height=1123).page
    page.emulate_media(media="print")
    assert page.locator("#panel-data").is_visible()
    assert not page.locator("nav").is_visible()
    top = page.locator("#panel-score").bounding_box()["y"]
    assert top >= page.locator(".tiles").bounding_box()["y"]

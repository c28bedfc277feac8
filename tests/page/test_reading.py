"""The page in a real browser as people read it: sorted columns, whole numbers, nothing over
anything else, contrast that can be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.page.browser import AXE

Open = Callable[..., Any]
SHOPS = ("failing", "healthy", "closing", "damaged", "taobao", "jd", "douyin", "pinduoduo")
READ = [*((shop, "zh") for shop in SHOPS), *((shop, "en") for shop in (*SHOPS[:4], "taobao"))]
LENGTHS = {
    "天": 86_400, "小时": 3_600, "分": 60, "分钟": 60, "秒": 1,
    "day": 86_400, "d": 86_400, "h": 3_600, "min": 60, "s": 1,
}  # fmt: skip
_PART = re.compile(r"(\d[\d,]*) ?(天|小时|分钟|分|秒|days?|d|h|min|s)\b")
_SHARE = re.compile(r"([\d,]+)/([\d,]+)")
_NUMBER = re.compile(r"-?[\d,]+(\.\d+)?")
_INSTANT = re.compile(r"\d{4}-\d\d(-\d\d( \d\d:\d\d(:\d\d)?)?)?")

pytestmark = pytest.mark.slow

ALL_OPEN = """() => {
    document.querySelectorAll('.panel').forEach(part => { part.hidden = false; });
    document.querySelectorAll('details').forEach(one => { one.open = true; });
}"""


def measured(text: str) -> float | str | None:
    """What a cell means, read back from what it shows: seconds, a share, a number, or a text."""
    share = _SHARE.fullmatch(text)
    if share:
        top, below = (int(part.replace(",", "")) for part in share.groups())
        return top / below if below else None
    if _INSTANT.fullmatch(text):
        return text
    parts = _PART.findall(text)
    if parts and _PART.sub("", text).strip() == "":
        return sum(int(n.replace(",", "")) * LENGTHS[u.removesuffix("s") or u] for n, u in parts)
    return float(text.replace(",", "")) if _NUMBER.fullmatch(text) else text or None


SORTED = """() => [...document.querySelectorAll('table.sortable')].flatMap(table =>
    [...table.tHead.rows[0].cells].map((head, column) => {
        const texts = () => [...table.tBodies[0].rows].map(row => row.cells[column].textContent);
        head.querySelector('button').click();
        const up = texts();
        head.querySelector('button').click();
        return [table.id, head.textContent, up, texts()];
    }))"""


@pytest.mark.parametrize(("shop", "lang"), READ)
def test_every_column_of_every_table_sorts_by_what_it_means(
    opened: Open, shop: str, lang: str
) -> None:
    for table, head, up, down in opened(shop, lang).page.evaluate(SORTED):
        assert sorted(up) == sorted(down)
        for texts, sign in ((up, 1), (down, -1)):
            values = [measured(text) for text in texts]
            known = [value for value in values if value is not None]
            assert None not in values[: len(known)], (table, head, texts)
            numbers = [value for value in known if not isinstance(value, str)]
            if len(numbers) == len(known):
                assert known == sorted(numbers, reverse=sign < 0), (table, head, texts)
            instants = [text for text in known if _INSTANT.fullmatch(str(text))]
            assert instants == sorted(map(str, instants), reverse=sign < 0), (table, head, texts)


BROKEN = """() => [...document.querySelectorAll('td, th, .number')].flatMap(cell => {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        for (const token of node.data.matchAll(/[\\w.,:/%-]*\\d[\\w.,:/%-]*/g)) {
            const range = document.createRange();
            range.setStart(node, token.index);
            range.setEnd(node, token.index + token[0].length);
            const tops = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
            if (tops.size > 1) found.push(token[0]);
        }
    }
    return found;
})"""


@pytest.mark.parametrize(("shop", "lang"), READ)
def test_a_phone_scrolls_tables_and_breaks_no_number(opened: Open, shop: str, lang: str) -> None:
    page = opened(shop, lang, width=360, height=844).page
    page.evaluate(ALL_OPEN)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate(BROKEN) == []


OVER = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const lines = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const holder = node.parentElement;
        if (!node.data.trim() || !holder.checkVisibility() || holder.closest('svg')) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        let clip = holder;
        while (clip && getComputedStyle(clip).overflowY !== 'hidden') clip = clip.parentElement;
        const end = clip ? clip.getBoundingClientRect().bottom : Infinity;
        for (const box of range.getClientRects()) {
            const shown = box.width > 2 && box.height > 2 && box.top + box.height / 2 < end;
            if (shown) lines.push([box, node.data.trim(), holder]);
        }
    }
    const found = [];
    lines.forEach(([a, text, one], place) => {
        for (const [b, other, two] of lines.slice(place + 1)) {
            if (one === two || one.closest('.head') || two.closest('.head')) continue;
            const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            if (wide > 1 && high > Math.min(a.height, b.height) / 2) found.push([text, other]);
        }
    });
    return found;
}"""


@pytest.mark.parametrize(("shop", "lang"), READ)
def test_no_text_stands_over_another(opened: Open, shop: str, lang: str) -> None:
    page = opened(shop, lang).page
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 718, "height": 1047})
    assert page.evaluate(OVER) == []
    page.emulate_media(media="screen")
    page.evaluate("document.querySelectorAll('.panel').forEach(one => { one.hidden = false; })")
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate(OVER) == [], width


CONTRASTS = """() => {
    const colour = text => (text.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    const over = ([r, g, b, a = 1], under) =>
        [r, g, b].map((part, i) => part * a + under[i] * (1 - a));
    const light = rgb => {
        const [r, g, b] = rgb.map(part => part / 255)
            .map(part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = element => {
        const own = colour(getComputedStyle(element).backgroundColor);
        const below = element.parentElement ? behind(element.parentElement) : [255, 255, 255];
        return over(own.length > 3 ? own : [...own, 1], below);
    };
    const painted = (shape, under) => {
        const style = getComputedStyle(shape);
        if (style.fill.startsWith('url') || style.fill === 'none') return under;
        const [r, g, b, a = 1] = colour(style.fill);
        return over([r, g, b, a * style.fillOpacity], under);
    };
    const texts = 'svg text, .group span, .badge, nav button, .sign, .wide td';
    return [...document.querySelectorAll(texts)]
        .filter(text => text.textContent.trim() && text.getClientRects().length)
        .map(text => {
            const svg = text.closest('svg');
            const cell = svg && text.parentElement.querySelector(':scope > rect');
            let under = behind(svg ? svg.parentElement : text);
            if (cell) under = painted(cell, under);
            const style = getComputedStyle(text);
            const ink = over(colour(svg ? style.fill : style.color), under);
            const [x, y] = [light(ink), light(under)].sort((a, b) => b - a);
            const kind = cell?.classList[0] ?? '';
            const where = svg ? `${svg.classList[0]} ${kind}` : text.className;
            return [where, text.textContent.trim(), (x + .05) / (y + .05)];
        });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("shop", SHOPS[:4])
def test_text_in_pictures_has_contrast(opened: Open, shop: str, scheme: str) -> None:
    page = opened(shop, color_scheme=scheme).page
    page.evaluate(ALL_OPEN)
    found = page.evaluate(CONTRASTS)
    assert [one for one in found if one[2] < 4.5] == []
    if shop == "failing":
        assert {"heat heat-4", "calendar good", "ring "} <= {where for where, _, _ in found}


def test_every_step_of_heat_has_contrast(opened: Open) -> None:
    """Also the steps that a sample shop does not have."""
    for scheme in ("light", "dark"):
        page = opened(color_scheme=scheme).page
        page.evaluate(ALL_OPEN)
        page.evaluate(
            "document.querySelectorAll('svg.heat g').forEach((cell, place) => {"
            "  cell.querySelector('rect').setAttribute('class', `heat-${place % 5}`); })"
        )
        found = [one for one in page.evaluate(CONTRASTS) if one[0].startswith("heat heat")]
        assert {where for where, _, _ in found} == {f"heat heat-{step}" for step in range(5)}
        assert [one for one in found if one[2] < 4.5] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_a_checker_leaves_open_is_looked_at_here(opened: Open, scheme: str) -> None:
    """Where it cannot tell the contrast, the tests above compute it: pictures, signs, cells."""
    if not AXE.is_file():
        pytest.skip("axe-core is not here; make browser brings it")
    page = opened(color_scheme=scheme, bypass_csp=True).page
    page.evaluate(ALL_OPEN)
    page.add_script_tag(path=str(AXE))
    left = page.evaluate(
        "axe.run({runOnly: ['color-contrast']}).then(found => found.incomplete.flatMap("
        "one => one.nodes.filter(node => !document.querySelector(node.target[0])"
        ".closest('svg, .group, .badge, nav, .sign, .wide')).map(node => [node.target[0],"
        " node.any[0]?.data?.messageKey])))"
    )
    assert left == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("shop", SHOPS[:4])
def test_the_first_screen_of_a_phone_says_whose_page_it_is_and_of_when(
    opened: Open, shop: str, lang: str
) -> None:
    page = opened(shop, lang, width=360, height=740).page
    line = page.locator(".whose:visible")
    assert line.count() == 1
    assert re.search(r"2026-10-31", str(line.text_content()))
    shown = line.locator("span").all()
    assert all(str(part.text_content()).strip() for part in shown)
    box = line.bounding_box()
    assert box["y"] + box["height"] <= 740
    assert box["height"] <= 28
    assert all(part.bounding_box()["width"] > 20 for part in shown)


@pytest.mark.parametrize("shop", ["failing", "closing", "damaged"])
def test_a_row_without_a_verdict_says_on_a_phone_what_to_export(opened: Open, shop: str) -> None:
    page = opened(shop, width=360, height=844).page
    page.click("#tab-unknown")
    rows = page.locator("#panel-unknown details.rule > summary")
    assert rows.count()
    for row in rows.all():
        hint = row.locator(".far")
        assert hint.is_visible(), row.text_content()
        assert len(str(hint.text_content())) > 5
        assert row.bounding_box()["height"] < 110

"""What lies ahead on the page: sliders, calendars, hours, and what changed since last time."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from kshop_audit import codec
from kshop_audit.comparing.compare import compare
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Report, RuleResult
from kshop_audit.packs import load
from kshop_audit.projection.improving import next_total
from kshop_audit.report.page import calendars, html
from kshop_audit.report.page.whatif import whatif
from kshop_audit.report.view import phrases
from kshop_audit.report.view.speech import Speech
from tests.page.shops import ROOT, command, report_of

Open = Callable[..., Any]
ZH = Speech("zh")


def moved(page: Any, rule: str, count: int) -> None:
    page.locator(f"input[data-rule={rule}]").evaluate(
        "(slider, count) => { slider.value = count; slider.dispatchEvent(new Event('input')); }",
        count,
    )


def shown(page: Any, rule: str, what: str) -> str:
    lever = page.locator(f".lever:has(input[data-rule={rule}])")
    return str(lever.locator(f".{what}").text_content())


def rule_of(report: Report, rule: str) -> RuleResult:
    return next(result for result in report.rules if result.id == rule)


@pytest.mark.slow
@pytest.mark.parametrize(
    "counts",
    [
        {"ship-48h": 5},
        {"reply-rate": 34, "refund-only-hours": 2, "dispute-fault-rate": 2},
        {"cs-satisfaction": 3, "pickup-24h": 11, "quality-refund-rate": 4, "refund-only-hours": 7},
    ],
)
def test_sliders_say_what_the_command_says(opened: Open, counts: dict[str, int]) -> None:
    made = opened()
    page = made.page
    page.click("#tab-outlook")
    for rule, count in counts.items():
        moved(page, rule, count)
    written = str(page.locator("#command").text_content())
    changes = re.findall(r"--change ([\w-]+)=\+(\d+)", written)
    assert {rule: int(count) for rule, count in changes} == counts
    flags = [part for rule, n in changes for part in ("--change", f"{rule}=+{n}")]
    effect = json.loads(
        command("whatif", "failing", *flags, "--format", "json"), parse_float=Decimal
    )
    assert page.locator("#then").text_content() == f"{effect['score']['after']:.2f}"
    names = {"pass": "达标", "fail": "未达标", "no_verdict": "判不了"}
    after = {rule["id"]: rule["after"] for rule in effect["rules"]}
    report = report_of("failing")
    # Of what other rules limit the command lists the points before the limit.
    limits = {rule for cap in report.score.caps for rule in cap.applies_to}
    for rule in counts:
        own = replace(rule_of(report, rule), value=float(after[rule]["value"]), numerator=None)
        assert shown(page, rule, "reached") == phrases.value(own, ZH), rule
        assert shown(page, rule, "outcome") == names[after[rule]["status"]], rule
        points = after[rule]["points"]
        if rule not in limits:
            assert shown(page, rule, "earned") == ("-" if points is None else f"{points:.2f}")
    assert made.complaints == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "typed", "change"),
    [
        ("ship-48h", "99%", "ship-48h=99%"),
        ("reply-rate", "80", "reply-rate=80%"),
        ("dispute-fault-rate", "3.5", "dispute-fault-rate=3.5%"),
    ],
)
def test_a_rate_that_is_typed_turns_as_many_as_the_command(
    opened: Open, rule: str, typed: str, change: str
) -> None:
    page = opened().page
    page.click("#tab-outlook")
    box = page.locator(f".lever:has(input[data-rule={rule}]) .aim")
    box.fill(typed)
    box.press("Enter")
    effect = json.loads(
        command("whatif", "failing", "--change", change, "--format", "json"), parse_float=Decimal
    )
    after = next(one["after"] for one in effect["rules"] if one["id"] == rule)
    own = replace(rule_of(report_of("failing"), rule), value=float(after["value"]), numerator=None)
    assert shown(page, rule, "reached") == phrases.value(own, ZH)
    assert page.locator("#then").text_content() == f"{effect['score']['after']:.2f}"
    box.fill("a lot")
    box.press("Enter")
    assert box.get_attribute("aria-invalid") == "true"
    assert shown(page, rule, "count") == "+0"


@pytest.mark.slow
def test_sliders_move_by_keyboard_and_back(opened: Open) -> None:
    page = opened().page
    page.click("#tab-outlook")
    first = page.locator("input[type=range]").first
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert first.input_value() == "2"
    assert page.locator(".lever .count").first.text_content() == "+2"
    page.click("#reset")
    assert first.input_value() == "0"
    assert page.locator("#then").text_content() == f"{report_of('failing').score.total:.2f}"


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1280])
def test_pictures_of_days_and_hours_stay_inside_their_cells(opened: Open, width: int) -> None:
    page = opened(width=width, height=844).page
    page.locator("details.rule:has(svg.heat) summary").first.click()
    outside = (
        "root => [...document.querySelectorAll(root + ' g')].filter(group => {"
        "  const cell = group.querySelector('rect').getBoundingClientRect();"
        "  return cell.width && [...group.querySelectorAll('text')].some(text => {"
        "    const box = text.getBoundingClientRect();"
        "    return box.right > cell.right + .5 || box.left < cell.left - .5;"
        "  });"
        "}).map(group => group.textContent)"
    )
    assert page.evaluate(outside, "svg.heat") == []
    page.click("#tab-outlook")
    assert page.evaluate(outside, "svg.calendar") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_table_without_sliders_says_the_same_as_the_recipe() -> None:
    report = report_of("failing")
    view, recipe = whatif(report, ZH), report.score.recipe
    assert view is not None
    assert recipe is not None
    ids = {ZH.text(rule.title): rule.id for rule in report.rules}
    for step in view.steps:
        total = recipe.total({ids[step.title]: step.count})
        assert total is not None
        assert abs(Fraction(step.total) - total) <= Fraction(1, 200)
    assert {ids[step.title] for step in view.steps} == {slider.rule for slider in view.sliders}


def test_each_coming_day_has_a_cell_and_missing_days_are_hatched() -> None:
    report = report_of("failing")
    speech = Speech("en")
    (calendar, *_) = calendars.roll_offs(report, speech)
    own = next(rule for rule in report.rules if speech.text(rule.title) == calendar.title)
    assert own.forecast is not None
    assert calendar.picture.count("<g ") == len(own.forecast.days)
    assert 'class="unknown"' not in calendar.picture
    assert own.days is not None
    days = replace(own.days, missing=("2026-10-05",))
    torn = replace(report, rules=(replace(own, days=days),))
    (picture,) = (one.picture for one in calendars.roll_offs(torn, speech))
    assert picture.count('class="unknown"') == 1


def test_a_good_day_that_leaves_hurts() -> None:
    report = report_of("failing")
    rule = rule_of(report, "reply-rate")
    assert rule.forecast is not None
    before = Fraction(rule.numerator or 0, rule.denominator or 1)
    (calendar, *_) = calendars.roll_offs(replace(report, rules=(rule,)), ZH)
    cells = re.findall(r'class="(good|bad|same)"', calendar.picture)
    for day, kind in zip(rule.forecast.days, cells, strict=True):
        if day.nothing_new is None:
            assert kind == "same"
            break
        after = Fraction(repr(day.nothing_new))
        if day.leaves.denominator:
            share = Fraction(day.leaves.numerator, day.leaves.denominator)
            assert kind == ("bad" if share > before else "good" if share < before else "same")
        before = after


def test_hours_add_up_to_the_figure() -> None:
    rule = rule_of(report_of("failing"), "reply-rate")
    assert sum(cell.numerator for cell in rule.heat) == rule.numerator
    assert sum(cell.denominator for cell in rule.heat) == rule.denominator
    picture = calendars.heat(rule, ZH)
    assert picture is not None
    assert picture.picture.count("<g ") == len(rule.heat)


def test_the_page_has_the_plan_that_the_command_makes() -> None:
    report = report_of("failing")
    said = json.loads(command("plan", "failing", "--gates", "--format", "json"))
    assert report.plan is not None
    assert json.loads(codec.encode(report.plan)) == said
    for lang in ("zh", "en"):
        page = html.render(report, lang)
        (card,) = re.findall(r'<div class="card" id="plan">(.*?)</div>', page, re.DOTALL)
        lines = command("plan", "failing", "--gates", "--lang", lang, "--width", "1000").split("\n")
        words = re.sub(r"<[^>]*>", "", card)
        for line in filter(None, lines[1:]):
            assert escape(re.sub(r"^( {3}|\d\. )", "", line)) in words, line
    hurt = replace(report, rules=tuple(replace(r, title=Text("<b>", "<b>")) for r in report.rules))
    assert "<b>：" not in html.render(hurt, "zh")


def test_at_full_marks_without_a_missed_red_line_there_is_no_plan() -> None:
    report = report_of("healthy")
    assert report.score.total == 5
    assert report.plan is None
    assert 'id="plan"' not in html.render(report, "zh")


def test_a_shop_that_passes_sees_the_cheapest_way_to_the_next_total(tmp_path: Path) -> None:
    """The plan that the command makes for the next tenth of a point."""
    shop = shutil.copytree(ROOT / "sample_data" / "healthy", tmp_path / "shop")
    (ratings,) = shop.glob("客服评价*.csv")
    rows = ratings.read_text("utf-8-sig").split("\n")
    few = [row.replace(",满意,", ",失望,") for row in rows[:16]]
    ratings.write_text("\n".join([*few, *rows[16:]]), "utf-8")
    page = str(tmp_path / "p.html")
    report = codec.decode(command("check", str(shop), "--format", "json", "--out", page))
    assert report.verdict.status == "pass"
    assert report.score.total is not None
    assert Decimal("4.7") < report.score.total < 5
    goal = report.score.total.quantize(Decimal("0.1"), rounding=ROUND_FLOOR) + Decimal("0.1")
    said = json.loads(command("plan", str(shop), "--target", str(goal), "--format", "json"))
    assert report.plan is not None
    assert json.loads(codec.encode(report.plan)) == {**said, "goal": f"{goal.normalize():f}"}
    assert report.plan.reached
    title = f"目标：估算总分 {goal:.2f}（现在 {report.score.total:.2f}）"
    assert f"<h3>{title}</h3>" in html.render(report, "zh")


@given(st.integers(300, 500))
def test_the_next_total_is_a_better_grade_or_the_next_tenth(cents: int) -> None:
    total = Decimal(cents) / 100
    pack = load("kuaishou")
    goal = next_total(total, pack)
    grades = [Decimal(str(pack.score[key].value)) for key in ("good_from", "excellent_from")]
    if total == 5:
        assert goal is None
    elif total < max(grades):
        assert goal == min(line for line in grades if line > total)
    else:
        assert goal is not None
        assert goal % Decimal("0.1") == 0
        assert 0 < goal - total <= Decimal("0.1")


def test_of_a_mean_that_gates_the_plan_brings_the_slowest_down() -> None:
    flags = ("--select", "refund-only-hours", "--level", "refund-only-hours=error")
    with tempfile.TemporaryDirectory() as folder:
        made = command("check", "failing", *flags, "--format", "json", "--out", f"{folder}/p.html")
    said = json.loads(command("plan", "failing", *flags, "--gates", "--format", "json"))
    plan = codec.decode(made).plan
    assert plan is not None
    assert said["steps"]
    assert json.loads(codec.encode(plan)) == said


def test_what_changed_stands_in_a_tile_of_its_own() -> None:
    report = report_of("failing")
    before = report_of("healthy")
    compared = replace(report, comparison=compare(before, report))
    page = html.render(compared, "zh")
    (tile,) = re.findall(r'<section class="card since">(.*?)</section>', page, re.DOTALL)
    assert tile.count("<li") >= 5
    assert 'class="card since"' not in html.render(report, "zh")


def test_what_customers_say_is_a_part_of_its_own() -> None:
    report = report_of("failing")
    assert report.voices is not None
    page = html.render(report, "zh")
    (panel,) = re.findall(r'id="panel-heard".*?</section>', page, re.DOTALL)
    assert 'svg class="heat"' in panel
    for product in report.voices.products or ():
        assert f"{product.aftersales}/{product.paid}" in panel
        assert product.aftersales >= max(one.orders for one in product.reasons)
    counted = sum(one.orders for one in report.voices.reasons) + report.voices.unstated
    assert counted == report.voices.aftersales
    silent = tuple(replace(rule, heat=()) for rule in report.rules)
    assert "panel-heard" not in html.render(replace(report, voices=None, rules=silent), "zh")


def test_all_red_lines_have_one_day_and_nothing_due_stands_twice() -> None:
    report = report_of("failing")
    page = html.render(report, "zh")
    (tiles,) = re.findall(r'<div class="tiles">(.*?)\n</div>\n', page, re.DOTALL)
    assert re.search(r"最早 11 月 \d+ 日全部过线", tiles)
    (each,) = re.findall(r"<details>.*?</details>", tiles, re.DOTALL)
    for item in report.today:
        for name in item.ids.given()[:1]:
            assert each.count(name) == 1
            assert tiles.replace(each, "").count(name) <= 1

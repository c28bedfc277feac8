"""Every page for people begins with the same block: what is due today, in at most five lines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kshop_audit.model.due import DueCount, counts_of
from kshop_audit.model.report import Report
from kshop_audit.report.formats import FORMATS, Format
from kshop_audit.report.view.contents import view
from kshop_audit.report.view.today import MOST, today_lines
from tests.report.build import REPORTS, TODAY, due, failing
from tests.report.shapes import words

READERS = [
    pytest.param(entry, lang, id=f"{entry.name}-{lang}")
    for entry in FORMATS
    if entry.readers
    for lang in ("zh", "en")
]


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(("entry", "lang"), READERS)
def test_every_page_for_people_begins_with_it(entry: Format, lang: str) -> None:
    """After the verdict, before the red lines, the score and what to do first."""
    report = failing()
    shown = view(report, lang)
    text = squeezed(words(entry.media, entry.render(report, lang)))
    places = [text.index(squeezed(line)) for line in today_lines(report, lang)]
    assert places == sorted(places)
    assert text.index(squeezed(shown.badge)) < places[0]
    # What is said of a red line: its figure, which no headline has.
    reply = next(rule for rule in report.rules if rule.id == "reply-rate")
    figure = f"{reply.numerator:,}/{reply.denominator:,}"
    for later in (figure, shown.speech.lead(shown.first)):
        if squeezed(later) in text:
            assert places[-1] < text.index(squeezed(later)), later


def test_it_says_what_is_there() -> None:
    assert today_lines(failing(), "zh") == (
        "1 单待发货，11-01 13:08 到期（还剩 13 小时）：2630320033744244 · 约赔 23.60 元",
        "2 单待揽收，最早 11-01 15:31 到期（还剩 15 小时） · 其中 1 个看不出做没做，先核对",
        "1 个会话待回复，已超时，10-31 11:05 到期（12 小时前）：2630420034269410",
    )
    ship, pickup, question = today_lines(failing(), "en")
    cost = "may cost about CNY 23.60"
    unsure = "1 of them may be done already, look first"
    assert ship == f"1 order to ship, due 11-01 13:08 (13 h left): 2630320033744244 · {cost}"
    first = "2 parcels for pickup, first due 11-01 15:31 (15 h left)"
    assert pickup == f"{first} · {unsure}"
    assert question == (
        "1 conversation to answer, late since 10-31 11:05 (12 h ago): 2630420034269410"
    )


def with_items(*items: Any) -> Report:
    return replace(failing(), today=items, today_counts=counts_of(items))


def test_more_kinds_than_five_are_counted() -> None:
    kinds = ("ship", "promise", "pickup", "ticket", "return", "question", "appeal")
    items = [
        due(kind, str(number), f"2026-11-01 0{number}:00:00", number)
        for number, kind in enumerate(kinds, 1)
    ]
    lines = today_lines(with_items(*items), "zh")
    assert len(lines) == MOST
    assert lines[-1] == "另有 3 件：退货退款 1、回复 1、申诉 1"
    assert len(today_lines(with_items(*items[:5]), "zh")) == MOST


def test_one_unit_with_one_deadline_of_two_kinds_is_one_thing_to_do() -> None:
    both = [due(kind, "1", "2026-11-01 09:00:00", 9, cost_fen=500) for kind in ("ship", "promise")]
    other = due("promise", "2", "2026-11-01 10:00:00", 10)
    (first, second) = today_lines(with_items(*both, other), "en")
    assert first.startswith("1 order to ship")
    assert second.startswith("1 order promised")
    assert "5.00" not in second


def test_what_a_report_has_no_room_for_is_counted_all_the_same() -> None:
    report = replace(failing(), today=TODAY[:1], today_counts={
        "ship": DueCount(due=4_000, late=7, cost_fen=100_000), "pickup": DueCount(late=3),
    })  # fmt: skip
    ship, pickup = today_lines(report, "en")
    assert ship.startswith("4,000 orders to ship, first due 11-01 13:08")
    assert "7 more late" in ship
    assert "CNY 1,000.00" in ship
    assert pickup == "3 parcels for pickup, late"


def test_nothing_due_is_said_and_so_is_that_nothing_was_looked_for() -> None:
    looked = replace(failing(), today=(), today_counts={"ship": DueCount(), "pickup": DueCount()})
    assert today_lines(looked, "zh") == ("24 小时内没有到期的事（看过：揽收、发货）",)
    assert today_lines(replace(failing(), today=(), today_counts={}), "zh") == (
        "这些文件和规则里没有处理期限，看不出有没有到期的事",
    )


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_saved_before_there_was_one_has_none(name: str) -> None:
    old = replace(REPORTS[name](), today=(), today_counts={})
    for entry in FORMATS:
        assert entry.content(old, "zh")

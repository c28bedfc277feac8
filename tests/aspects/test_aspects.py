"""The aspects: their data fit the rules, and nothing that nobody measured or answered is met."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kshop_audit import packs
from kshop_audit.aspects import load, questions
from kshop_audit.aspects.standing import standing
from kshop_audit.model.aspects import Aspects, AspectState, Part, Standing
from kshop_audit.model.metadata import Level
from kshop_audit.model.report import Report, Status, Tool
from kshop_audit.model.settings import Done, Settings
from kshop_audit.rules import catalogue
from tests.report.build import failing

PACK = packs.load("kuaishou")
INFOS = {name: rule.info for name, rule in catalogue().items()}
UNASKED = {"closure", "money"}
"""Families that no aspect is about: closing the shop, and what it earns."""


def stand(report: Report | None = None, settings: Settings | None = None) -> Aspects:
    return standing(Tool("kshop-audit", "0"), PACK, INFOS, settings or Settings(), report)


def test_there_are_fifteen_aspects_and_five_processes() -> None:
    parts = [aspect.part for aspect in load()]
    assert (parts.count(Part.ASPECT), parts.count(Part.PROCESS)) == (15, 5)
    assert len({aspect.id for aspect in load()}) == 20


def test_every_family_about_service_answers_an_aspect() -> None:
    """A single rule may answer none: the aspects are those of their source."""
    rules = catalogue()
    assert {rule for aspect in load() for rule in aspect.rules} <= set(rules)
    answering = {rule for a in load() if a.part is Part.ASPECT for rule in a.rules}
    families = {rule.info.family for rule in rules.values()} - {*UNASKED}
    assert {rules[name].info.family for name in answering} >= families


def test_every_question_is_asked_and_every_aspect_asks_or_measures() -> None:
    assert {asked.id for aspect in load() for asked in aspect.questions} == set(questions())
    assert [a.id for a in load() if not (a.rules or a.questions)] == []


def by_id(aspects: Aspects) -> dict[str, AspectState]:
    return {state.id: state for state in aspects.aspects}


def test_without_exports_nothing_stands_anywhere() -> None:
    listed = stand(settings=Settings(aspects={"photos-real": Done(done=True)}))
    assert {state.standing for state in listed.aspects} == {None}
    assert {rule.status for state in listed.aspects for rule in state.rules} == {None}
    assert (listed.answers.done, listed.answers.not_done) == (1, 0)
    assert listed.answers.unanswered == len(questions()) - 1


@pytest.mark.parametrize(
    ("done", "expected"), [(True, Standing.MET), (False, Standing.MISSED), (None, Standing.OPEN)]
)
def test_a_check_by_hand_is_what_was_answered(done: bool | None, expected: Standing) -> None:
    stated = {} if done is None else {"photos-real": Done(done, date(2026, 10, 31), "抽查 20 款")}
    state = by_id(stand(failing(), Settings(aspects=stated)))["photos"]
    assert state.standing is expected
    (answer,) = state.questions
    assert (answer.done, answer.at) == (done, None if done is None else "2026-10-31")


ALL_DONE = Settings(aspects={name: Done(done=True) for name in questions()})


def with_status(status: Status) -> Report:
    report = failing()
    pattern = next(rule for rule in report.rules if rule.status is Status.PASS)
    rules = (replace(pattern, id=name, status=status) for name in PACK.rules)
    return replace(report, rules=tuple(rules))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.PASS, Standing.MET),
        (Status.INFO, Standing.MET),
        (Status.FAIL, Standing.MISSED),
        (Status.WARN, Standing.OPEN),
        (Status.NO_VERDICT, Standing.OPEN),
    ],
)
def test_an_aspect_is_as_good_as_its_worst_rule(status: Status, expected: Standing) -> None:
    state = by_id(stand(with_status(status), ALL_DONE))["penalties"]
    assert state.standing is expected


def test_what_was_not_looked_at_is_not_met() -> None:
    off = replace(failing(), rules=())
    assert by_id(stand(off, ALL_DONE))["aftersales"].standing is Standing.OPEN
    nothing = with_status(Status.NOT_APPLICABLE)
    assert by_id(stand(nothing, ALL_DONE))["logistics"].standing is Standing.OPEN


def test_rules_of_other_packs_are_left_out_and_levels_are_the_operators() -> None:
    listed = stand(settings=Settings(levels={"ship-48h": Level.OFF}))
    rules = {rule.id: rule for state in listed.aspects for rule in state.rules}
    assert "tb-reply-3m" not in rules
    assert rules["ship-48h"].level is Level.OFF

"""Two reports side by side: how each rule moved, what was redefined, and what counts as worse."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from kshop_audit.comparing.compare import compare
from kshop_audit.comparing.regressions import regressions
from kshop_audit.model.comparison import Move
from kshop_audit.model.limits import TargetRef
from kshop_audit.model.metadata import Level
from kshop_audit.model.report import PackRef, Report, RuleResult, Status
from kshop_audit.report.text.comparison import changes
from kshop_audit.report.text.page import TextOptions
from tests.report.build import failing, hostile, rule, target

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
NONE, INFO, EMPTY = Status.NO_VERDICT, Status.INFO, Status.NOT_APPLICABLE
AT_LEAST, AT_MOST = target(">=", "0.8"), target("<=", "0.8")
NOTHING = target("none", "0")


def result(
    status: Status,
    line: TargetRef | None = None,
    counts: tuple[int, int] | None = None,
    level: Level = Level.ERROR,
) -> RuleResult:
    numerator, denominator = counts or (None, None)
    return rule(
        "ship-48h", level, "发货", "shipping", status.value,
        target=line, numerator=numerator, denominator=denominator,
    )  # fmt: skip


def report(*rules: RuleResult) -> Report:
    return replace(failing(), rules=rules)


@pytest.mark.parametrize(
    ("before", "after", "move"),
    [
        (result(PASS), result(FAIL), Move.NEW),
        (result(NONE), result(FAIL), Move.NEW),
        (None, result(FAIL), Move.NEW),
        (result(FAIL), result(PASS), Move.FIXED),
        (result(FAIL), result(WARN), Move.FIXED),
        (result(FAIL), result(EMPTY), Move.FIXED),
        (result(PASS), result(NONE), Move.LOST),
        (result(FAIL), result(NONE), Move.LOST),
        (result(PASS), result(WARN), Move.WORSE),
        (result(WARN), result(PASS), Move.BETTER),
        (result(NONE), result(PASS), Move.BETTER),
        (None, result(PASS), Move.ADDED),
        (None, result(NONE), Move.ADDED),
        (result(PASS), None, Move.REMOVED),
        (result(PASS), result(EMPTY), Move.SAME),
        (result(EMPTY), result(NONE), Move.SAME),
        (result(PASS, AT_LEAST, (9, 10)), result(PASS, AT_LEAST, (90, 100)), Move.SAME),
        (result(PASS, AT_LEAST, (9, 10)), result(PASS, AT_LEAST, (91, 100)), Move.BETTER),
        (result(FAIL, AT_LEAST, (7, 10)), result(FAIL, AT_LEAST, (6, 10)), Move.WORSE),
        (result(PASS, AT_MOST, (7, 10)), result(PASS, AT_MOST, (6, 10)), Move.BETTER),
        (result(FAIL, NOTHING, (2, 900)), result(FAIL, NOTHING, (3, 9000)), Move.WORSE),
        (result(INFO, None, (7, 10)), result(INFO, None, (6, 10)), Move.SAME),
    ],
)
def test_how_a_rule_moved(before: RuleResult | None, after: RuleResult | None, move: Move) -> None:
    old = report(*([before] if before else []))
    new = report(*([after] if after else []))
    (entry,) = compare(old, new).moves
    assert entry.move is move


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("level", list(Level))
def test_a_regression_is_a_pass_that_is_none_any_more(status: Status, level: Level) -> None:
    old, new = result(PASS, level=level), result(status, level=level)
    fell = status in (FAIL, NONE) and level in (Level.ERROR, Level.WARN)
    assert regressions(report(old), [new]) == (("ship-48h",) if fell else ())
    assert regressions(report(replace(old, status=FAIL)), [new]) == ()
    assert regressions(report(), [new]) == ()


def test_what_is_only_listed_makes_nothing_worse() -> None:
    def worse(level: Level) -> bool:
        return compare(report(result(PASS)), report(result(FAIL, level=level))).worse

    assert [worse(level) for level in Level] == [True, True, False, False]


def test_a_report_compared_with_itself() -> None:
    found = compare(failing(), failing())
    assert found.redefined == ()
    assert {entry.move for entry in found.moves} == {Move.SAME}
    assert "nothing changed" in changes(found, TextOptions("en"))


def test_changed_definitions_stand_first() -> None:
    old, new = failing(), failing()
    first = new.rules[0]
    assert first.target is not None
    stricter = replace(first, target=replace(first.target, value=Decimal("0.99")))
    pack = PackRef(old.packs[0].id, "2099-01-01", "f" * 64)
    found = compare(old, replace(new, packs=(pack,), rules=(stricter, *new.rules[1:])))
    assert [change.what for change in found.redefined] == ["pack", "target"]
    lines = changes(found, TextOptions("en", width=120)).splitlines()
    assert lines[2].startswith("Definitions first: 2 differ")
    assert "2099-01-01" in lines[3]
    assert lines[4].strip().endswith("0.99")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_text_from_files_is_harmless(lang: str) -> None:
    text = changes(compare(failing(), hostile()), TextOptions(lang, width=60))
    assert not [char for char in text if char != "\n" and not char.isprintable()]

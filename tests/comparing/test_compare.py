"""Two reports side by side: how each rule moved, what was redefined, and what counts as worse."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from kshop_audit.comparing.compare import Move, compare
from kshop_audit.comparing.regressions import regressions
from kshop_audit.model.limits import TargetRef
from kshop_audit.model.metadata import Level
from kshop_audit.model.report import PackRef, Report, RuleResult, Status
from kshop_audit.report.text.comparison import changes
from kshop_audit.report.text.page import TextOptions
from kshop_audit.report.view.changes import headline, line
from kshop_audit.report.view.speech import Speech
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
        (result(PASS), result(NONE), Move.NEW),
        (result(FAIL), result(NONE), Move.NEW),
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
    found = compare(old, new)
    lists = [entry for entry in Move if entry is not Move.SAME and getattr(found, entry)]
    assert lists == ([] if move is Move.SAME else [move])


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
        return compare(report(result(PASS)), report(result(FAIL, level=level))).red

    assert [worse(level) for level in Level] == [True, True, False, False]


def test_what_passes_may_go_up_and_down() -> None:
    """Two healthy days are no alarm; a red line that is missed by more is one."""

    def red(status: Status, before: int, after: int) -> bool:
        old, new = (result(status, AT_LEAST, (n, 1000)) for n in (before, after))
        return compare(report(old), report(new)).red

    assert not red(PASS, 956, 941)
    assert red(FAIL, 756, 741)
    assert not red(FAIL, 741, 756)


def test_what_is_displayed_alike_is_no_change() -> None:
    old, new = (result(FAIL, AT_LEAST, (n, 100_000)) for n in (71_900, 71_899))
    assert compare(report(old), report(new)).worse == ()
    far = result(FAIL, AT_LEAST, (71_849, 100_000))
    assert len(compare(report(old), report(far)).worse) == 1


@pytest.mark.parametrize(("tolerance", "moved"), [("0", 1), ("1/200", 1), ("1/100", 0)])
def test_a_tolerance_is_in_points_of_a_rate(tolerance: str, moved: int) -> None:
    old, new = result(FAIL, AT_LEAST, (70, 100)), result(FAIL, AT_LEAST, (69, 100))
    found = compare(report(old), report(new), Fraction(tolerance))
    assert len(found.worse) == moved
    # An outcome that differs is never within it.
    passed = result(PASS, AT_LEAST, (80, 100))
    just = result(FAIL, AT_LEAST, (799, 1000))
    assert compare(report(passed), report(just), Fraction(tolerance)).red


def test_a_report_compared_with_itself() -> None:
    found = compare(failing(), failing())
    assert found.cause == ()
    assert not [move for move in Move if getattr(found, move, ())]
    assert "nothing changed" in changes(found, TextOptions("en"))


def test_changed_definitions_stand_first() -> None:
    old, new = failing(), failing()
    first = new.rules[0]
    assert first.target is not None
    stricter = replace(first, target=replace(first.target, value=Decimal("0.99")))
    pack = PackRef(old.packs[0].id, "2099-01-01", "f" * 64)
    found = compare(old, replace(new, packs=(pack,), rules=(stricter, *new.rules[1:])))
    assert [change.what for change in found.cause] == ["pack", "target"]
    lines = changes(found, TextOptions("en", width=120)).splitlines()
    assert lines[2].startswith("Definitions first: 2 differ")
    assert "2099-01-01" in lines[3]
    assert lines[4].strip().endswith("0.99")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_text_from_files_is_harmless(lang: str) -> None:
    text = changes(compare(failing(), hostile()), TextOptions(lang, width=60))
    assert not [char for char in text if char != "\n" and not char.isprintable()]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_asks_nothing_of_the_shop_is_neither_missed_nor_worse(lang: str) -> None:
    """As the conditions of closing while the shop stays open."""
    for before, after in [
        (result(PASS, level=Level.INFO), result(FAIL, level=Level.INFO)),
        (result(PASS, level=Level.INFO), result(NONE, level=Level.INFO)),
        (
            result(INFO, AT_MOST, (4, 10), level=Level.INFO),
            result(INFO, AT_MOST, (9, 10), level=Level.INFO),
        ),
    ]:
        found = compare(report(before), report(after))
        assert [move for move in Move if getattr(found, move, ())] == [Move.INFORMED]
        headline, *listed = changes(found, TextOptions(lang, width=200)).splitlines()[1:]
        assert headline in ("没有新问题 · 没有变化", "no new problems · nothing changed")
        assert len(listed) == 1
        assert not [word for word in ("变差", "新增", "×", "worse", "newly") if word in listed[0]]


def test_headline_and_brief_count_alike() -> None:
    old = report(*(replace(result(PASS), id=f"r{n}") for n in range(5)))
    turned = (FAIL, FAIL, FAIL, NONE, WARN)
    new = report(*(replace(result(status), id=f"r{n}") for n, status in enumerate(turned)))
    found = compare(old, new)
    speech = Speech("zh")
    for said in (headline(found, speech), line(found, speech)):
        for count in ("新增未达标 3 项", "变成判不了 1 项", "变差 1 项"):
            assert count in said

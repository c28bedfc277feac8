"""Honest shops of any size and rhythm keep their verdicts, and a small loss costs none.

The shops are planned, not computed: see `planned`. Few run in the suite, more are slow tests.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from tests.degradation.cells import damaged_times
from tests.degradation.exports import Exports
from tests.degradation.judge import audited
from tests.degradation.planned import TARGETS, Plan, planned_shop

POINT = Fraction(1, 100)
LOSS = 500
"""One row in so many is damaged."""
TIMES = {"orders": "created_at", "chats": "sent_at", "tickets": "applied_at"}
FEW, MORE = range(810_000, 810_004), range(811_000, 811_030)


def verdicts(plan: Plan) -> dict[str, str]:
    return {rule: "pass" if plan.passes(rule) else "fail" for rule in plan.figures}


def statuses(exports: Exports, plan: Plan) -> dict[str, tuple[str, int, int]]:
    rules = audited(exports, tuple(plan.figures)).rules()
    return {
        rule: (got["status"], got["numerator"], got["denominator"]) for rule, got in rules.items()
    }


def keeps_everything(seed: int) -> None:
    plan = planned_shop(Random(seed))
    wanted = {}
    for rule, (bad, units) in plan.figures.items():
        shown = bad if rule in ("banned-words", "dispute-fault-rate") else units - bad
        wanted[rule] = (verdicts(plan)[rule], shown, units)
    assert statuses(plan.exports, plan) == wanted, plan.rhythm


def keeps_verdicts_after_a_small_loss(seed: int) -> None:
    rng = Random(seed)
    plan = planned_shop(rng, large=True)
    exports, lost = plan.exports, {}
    for kind, column in TIMES.items():
        rows = len(exports.rows(kind))
        lost[kind] = rows // LOSS
        places = set(rng.sample(range(rows), lost[kind]))
        exports = damaged_times(exports, kind, column, places)
    got = {rule: status for rule, (status, _, _) in statuses(exports, plan).items()}
    far = {rule for rule in plan.figures if has_room(plan, rule, lost["tickets"])}
    assert {rule: got[rule] for rule in far} == {rule: verdicts(plan)[rule] for rule in far}


def has_room(plan: Plan, rule: str, tickets: int) -> bool:
    """Whether the margin is a point or more; the two rules that count cases have one of cases."""
    bad, units = plan.figures[rule]
    if rule == "banned-words":
        return bad > 0  # of none, any row that was lost may be the first
    if rule == "dispute-fault-rate":
        return bad + tickets < 4 or Fraction(bad - tickets, units) >= POINT + Fraction(35, 10_000)
    return abs(plan.rate(rule) - TARGETS[rule]) >= POINT


@pytest.mark.parametrize("seed", FEW)
def test_a_shop_of_any_rhythm_keeps_its_verdicts(seed: int) -> None:
    keeps_everything(seed)


@pytest.mark.parametrize("seed", FEW)
def test_one_row_in_five_hundred_costs_no_verdict_of_a_gate(seed: int) -> None:
    keeps_verdicts_after_a_small_loss(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", MORE)
def test_many_shops_of_any_rhythm_keep_their_verdicts(seed: int) -> None:
    keeps_everything(seed)
    keeps_verdicts_after_a_small_loss(seed)

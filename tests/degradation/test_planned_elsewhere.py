"""Honest shops of other platforms keep their verdicts, and a small loss costs none.

The figures are planned: see `planned_elsewhere`. Only the gates of the packs are asked for.
"""

from __future__ import annotations

from random import Random

import pytest

from tests.degradation.cells import damaged_times
from tests.degradation.exports import Exports
from tests.degradation.judge import measured
from tests.degradation.planned_elsewhere import PLANS, Planned

LOSS = 500
"""One row in so many is damaged."""
TIMES = {"chats": "sent_at", "tickets": "applied_at"}
FEW, MORE = range(830_000, 830_002), range(831_000, 831_020)


def results(plan: Planned, exports: Exports) -> dict[str, tuple[str, int, int]]:
    rules = measured(exports, tuple(plan.figures), plan.pack, {}).rules()
    return {
        rule: (got["status"], got["numerator"], got["denominator"]) for rule, got in rules.items()
    }


def verdict(plan: Planned, rule: str) -> str:
    if not plan.figures[rule][1]:
        return "no_verdict"
    return "pass" if plan.passes[rule] else "fail"


def keeps_verdicts(pack: str, seed: int) -> None:
    plan = PLANS[pack](Random(seed))
    wanted = {rule: (verdict(plan, rule), *pair) for rule, pair in plan.figures.items()}
    assert results(plan, plan.exports) == wanted


def keeps_them_after_a_small_loss(pack: str, seed: int) -> None:
    rng = Random(seed)
    plan = PLANS[pack](rng)
    (kind, rows), *_ = plan.exports.tables.items()
    places = set(rng.sample(range(len(rows)), len(rows) // LOSS))
    damaged = damaged_times(plan.exports, kind, TIMES[kind], places)
    got = {rule: status for rule, (status, _, _) in results(plan, damaged).items()}
    wanted = {rule: verdict(plan, rule) for rule in plan.wide}
    assert {rule: got[rule] for rule in wanted} == wanted


def keeps_them_with_one_unknown_sender(pack: str, seed: int) -> None:
    """A text of no vocabulary in one row of a conversation long before the window."""
    rng = Random(seed)
    plan = PLANS[pack](rng)
    first = plan.exports.edited("chats", {0}, lambda row: row | {"sender_role": "粉丝"})
    if plan.exports.opened_at is None:
        wanted = {rule: (verdict(plan, rule), *pair) for rule, pair in plan.figures.items()}
        assert results(plan, first) == wanted


@pytest.mark.parametrize("pack", PLANS)
@pytest.mark.parametrize("seed", FEW)
def test_a_shop_of_another_platform_keeps_its_verdicts(pack: str, seed: int) -> None:
    keeps_verdicts(pack, seed)


@pytest.mark.parametrize("pack", PLANS)
@pytest.mark.parametrize("seed", FEW)
def test_one_row_in_five_hundred_costs_no_gate_of_another_platform(pack: str, seed: int) -> None:
    keeps_them_after_a_small_loss(pack, seed)


@pytest.mark.parametrize("pack", ["pinduoduo", "taobao"])
def test_an_unknown_sender_before_the_window_changes_nothing(pack: str) -> None:
    for seed in FEW:
        keeps_them_with_one_unknown_sender(pack, seed)


@pytest.mark.slow
@pytest.mark.parametrize("pack", PLANS)
@pytest.mark.parametrize("seed", MORE)
def test_many_shops_of_other_platforms_keep_their_verdicts(pack: str, seed: int) -> None:
    keeps_verdicts(pack, seed)
    keeps_them_after_a_small_loss(pack, seed)

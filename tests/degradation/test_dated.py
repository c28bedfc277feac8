"""Kuaishou's dated packs: whole shops keep their verdicts, and no loss contradicts the truth."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from tests.degradation.attack import Attack, attack_of, outcome_of
from tests.degradation.days import may_miss_days
from tests.degradation.exports import exports_of
from tests.degradation.judge import faults, measured
from tests.degradation.packs import DATED, DATED_FROM, LATER, OPTIONS, PACKS, RULES, pack_of, truths
from tests.degradation.shops import whole_shop

FOUND = {
    30_000_003: "an export of some weeks before: its composite had the bounds of another figure",
    30_000_014: "the same of a shop whose files lack nothing",
    30_000_153: "times to the minute in the composite",
    30_000_175: "parcels that no file of shipments holds",
}
"""Shops that contradicted their truth once, and by what."""
WHOLE = range(DATED_FROM + 900_000, DATED_FROM + 900_006)
CHUNK = range(DATED_FROM + 500_000, DATED_FROM + 500_060)


def contradictions(seed: int) -> Iterator[str]:
    attack = attack_of(seed)
    _, found = outcome_of(attack)
    for fault in found:
        yield f"--again {seed}: {fault.rule} {fault.kind}: {fault.detail} ({attack.stated()})"


@pytest.mark.parametrize("seed", FOUND)
def test_what_was_contradicted_once_is_no_more(seed: int) -> None:
    assert pack_of(seed) in DATED
    assert [*contradictions(seed)] == []


@pytest.mark.slow
def test_losses_leave_the_truth_within_the_bounds() -> None:
    seeds = [seed for seed in CHUNK if pack_of(seed) in DATED]
    assert seeds
    assert [line for seed in seeds for line in contradictions(seed)] == []


def test_seeds_that_were_kept_draw_the_pack_that_they_drew() -> None:
    assert [pack_of(seed) for seed in range(DATED_FROM - 10, DATED_FROM)] == [*PACKS]
    assert [pack_of(seed) for seed in range(DATED_FROM, DATED_FROM + 10)] == [*LATER]


@pytest.mark.parametrize("seed", WHOLE)
def test_whole_shops_keep_their_verdicts(seed: int) -> None:
    """Where nothing is lost the status is that of the truth, and the bounds are shut on it."""
    rng = Random(seed)
    whole = whole_shop(rng, quick=True)
    attack = Attack(seed, whole, exports_of(rng, whole), ())
    if may_miss_days(attack.exports):
        pytest.skip("a quiet week of a lively shop looks like one that was not exported")
    pack = DATED[seed % len(DATED)]
    report = measured(attack.exports, RULES[pack], pack, OPTIONS[pack])
    true, rules = truths(whole, pack), report.rules()
    assert [*faults(report, true)] == []
    for rule, truth in true.items():
        if truth.passes is not None and rule in rules:
            wanted = "pass" if truth.passes else "fail"
            assert rules[rule]["status"] == wanted, (rule, truth.figures, rules[rule]["reason"])
    composite = rules["pickup-composite"]
    if composite["status"] == "info":
        assert composite["bounds"]["low"] == composite["bounds"]["high"] == composite["value"]


def test_a_week_is_judged_whose_first_buyer_may_not_count() -> None:
    """Times to the minute: of some buyers it is not known whether their time still ran."""
    attack = attack_of(31_000_515, "coarse_times")
    report = measured(attack.exports, ("reply-rate-3m",), attack.pack, OPTIONS[attack.pack])
    weeks = [found["week"] for found in report.rules()["reply-rate-3m"]["findings"]]
    assert weeks == ["2026-03-16", "2026-03-23", "2026-03-30", "2026-04-06", "2026-04-13"]

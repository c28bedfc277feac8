"""The other side of the law: where nothing, or next to nothing, is lost, verdicts are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from random import Random

import pytest

from tests.degradation.attack import untouched
from tests.degradation.cells import damaged_times
from tests.degradation.days import may_miss_days
from tests.degradation.exports import Exports
from tests.degradation.judge import audited
from tests.degradation.truth import Truth, truths_of

pytestmark = pytest.mark.slow  # hundreds of audits

CHUNK = 10
MARGIN = Fraction(1, 100)
LARGE = 10
"""Times as many orders and conversations, so that 0.2 % of the rows are some rows."""
RATES = {
    "reply-rate": Fraction(80, 100),
    "cs-satisfaction": Fraction(94, 100),
    "ship-48h": Fraction(97, 100),
    "pickup-24h": Fraction(97, 100),
}
OF_TICKETS = frozenset(
    {
        "quality-refund-rate",
        "dispute-fault-rate",
        "refund-only-hours",
        "return-refund-hours",
        "refund-deadlines",
        "reject-without-reason",
        "close-aftersales",
    }
)
"""Rules that have nothing to say of a shop without a single ticket, for it has no such file."""
SEVERAL = 4
LOST = {"orders": "created_at", "chats": "sent_at", "ratings": "rated_at", "tickets": "applied_at"}


@pytest.mark.parametrize("first", range(700_000, 700_060, CHUNK))
def test_shops_of_any_size_and_rhythm_keep_their_verdicts(first: int) -> None:
    assert [line for seed in range(first, first + CHUNK) for line in lost_verdicts(seed)] == []


def lost_verdicts(seed: int) -> Iterator[str]:
    """Verdicts that an untouched shop did not get, or got wrong.

    Shops with an unusual gap are left out: a quiet week of a lively shop looks like a lost one.
    """
    attack = untouched(seed)
    if may_miss_days(attack.exports):
        return
    report = audited(attack.exports)
    rules, untold = report.rules(), refunds_without_tickets(attack.exports)
    if not rules:
        yield f"seed {seed}: exit {report.code}, {report.said}"
    for rule, truth in truths_of(attack.whole).items():
        if rule not in rules or truth.passes is None:
            continue
        if rule in OF_TICKETS and (not attack.exports.rows("tickets") or untold):
            continue
        wanted = "pass" if truth.passes else "fail"
        if (got := rules[rule]["status"]) != wanted:
            shown = f"{got}, true {wanted} {truth.figures}: {rules[rule]['reason']}"
            yield f"seed {seed} {rule}: {shown}; {attack.stated()}"


def refunds_without_tickets(exports: Exports) -> bool:
    """Whether SEVERAL orders say that they are refunded, and no ticket does: no shop has that whose
    tickets are all there, but shops made by chance do.
    """
    told = {row["order_id"] for row in exports.rows("tickets")}
    refunded = {
        row["order_id"]
        for row in exports.rows("orders")
        if row.get("aftersale_state") == "refunded"
    }
    return len(refunded - told) >= SEVERAL


@pytest.mark.parametrize("seed", range(720_000, 720_008))
def test_one_row_in_five_hundred_costs_no_verdict_with_a_point_to_spare(seed: int) -> None:
    attack = untouched(seed, LARGE)
    if may_miss_days(attack.exports):
        pytest.skip("a quiet week of a lively shop looks like one that was not exported")
    rules = audited(with_damage(Random(seed), attack.exports)).rules()
    truths = truths_of(attack.whole)
    far = {rule: truths[rule] for rule, target in RATES.items() if spare(truths[rule], target)}
    assert far
    got = {rule: rules[rule]["status"] for rule in far}
    assert got == verdicts(far)


def with_damage(rng: Random, exports: Exports) -> Exports:
    """Every kind with 0.2 % of its rows damaged in a time; their keys can be read."""
    for kind, column in LOST.items():
        if not (rows := len(exports.rows(kind))):
            continue
        places = set(rng.sample(range(rows), rows // 500))
        exports = damaged_times(exports, kind, column, places)
    return exports


def spare(truth: Truth, target: Fraction) -> bool:
    return truth.value is not None and abs(truth.value - target) >= MARGIN


def verdicts(truths: Mapping[str, Truth]) -> dict[str, str]:
    return {rule: "pass" if truth.passes else "fail" for rule, truth in truths.items()}

"""The law in the suite: whatever was taken out of a shop's files, its truth is not contradicted.

`python -m tests.degradation.run` attacks as many shops as one likes and prints a table.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.degradation.attack import NAMES, attack_of, outcome_of
from tests.degradation.older import FROM

pytestmark = pytest.mark.slow  # hundreds of audits

CHUNK = 20
FIRST = 500_000
COMBINED = 60
SINGLE = 6


def contradictions(seed: int, only: str | None = None) -> Iterator[str]:
    attack = attack_of(seed, only)
    _, faults = outcome_of(attack)
    again = f"--again {seed}" + (f" --only {only}" if only else "")
    for fault in faults:
        yield f"{again}: {fault.rule} {fault.kind}: {fault.detail} ({attack.stated()})"


@pytest.mark.parametrize(
    "first", [*range(FIRST, FIRST + COMBINED, CHUNK), *range(FROM, FROM + COMBINED, CHUNK)]
)
def test_losses_of_any_kind_leave_the_truth_within_the_bounds(first: int) -> None:
    seeds = range(first, first + CHUNK)
    assert [line for seed in seeds for line in contradictions(seed)] == []


@pytest.mark.parametrize("only", NAMES)
def test_one_loss_leaves_the_truth_within_the_bounds(only: str) -> None:
    seeds = range(FIRST, FIRST + SINGLE)
    assert [line for seed in seeds for line in contradictions(seed, only)] == []


FOUND = {
    9_000_138: "tickets to the day beside exact pickups, by the pickup rule of Taobao",
    9_000_718: "the same in a shop that sells twice a week",
    77_100_207: "days without tickets that were still open on the fullest of those before",
}
"""Shops that contradicted their truth once, and by what."""


@pytest.mark.parametrize("seed", FOUND)
def test_what_was_contradicted_once_is_no_more(seed: int) -> None:
    assert [*contradictions(seed)] == []


ALONE = {
    810_000: "stale_tickets",
    810_008: "stale_tickets",
    820_000: "late_tickets",
    820_028: "late_tickets",
}
"""Shops whose pickup rate took the silence of tickets that were not there for none."""


@pytest.mark.parametrize("seed", ALONE)
def test_what_one_loss_contradicted_once_is_no_more(seed: int) -> None:
    assert [*contradictions(seed, ALONE[seed])] == []

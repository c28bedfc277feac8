"""Whatever manners an honest shop has, its files give the figures and verdicts of plain arithmetic.

`python -m tests.degradation.honest N --seed S` tries as many shops as one likes.
"""

from __future__ import annotations

import pytest

from tests.degradation.honest import lost_verdicts

CHUNK = 10
FIRST = 88_100_000
FOUND = {
    88_000_000: "a robot that answers twice in the second of the question; a holiday at the end",
    88_000_004: "buyers who pay when the goods have come",
    88_000_200: "three tickets a month ago",
    88_000_210: "a holiday beside a day without a livestream",
}
"""Shops that lost a verdict once, and to what."""


@pytest.mark.parametrize("seed", FOUND)
def test_what_cost_a_verdict_once_costs_none(seed: int) -> None:
    assert [*lost_verdicts(seed)] == []


@pytest.mark.slow
@pytest.mark.parametrize("first", range(FIRST, FIRST + 60, CHUNK))
def test_shops_of_any_manners_keep_figures_and_verdicts(first: int) -> None:
    assert [line for seed in range(first, first + CHUNK) for line in lost_verdicts(seed)] == []

"""Whatever manners an honest shop has, its files give the figures and verdicts of plain arithmetic.

`python -m tests.honest.run N --seed S` tries as many shops as one likes.
"""

from __future__ import annotations

import pytest

from tests.honest.manners import MANNERS
from tests.honest.run import honest_shop, lost_verdicts

CHUNK = 10
FIRST = 88_100_000
FOUND = ("robots_answer", "paid_after_arrival", "few_tickets", "holiday")
"""Manners that cost a verdict once."""


def of_a_manner(name: str, tries: int) -> list[str]:
    """What is lost of the first shop with this manner whose days are all there."""
    seeds = range(FIRST, FIRST + tries)
    seed = next(seed for seed in seeds if honest_shop(seed, (name,)) is not None)
    return [*lost_verdicts(seed, (name,))]


@pytest.mark.parametrize("name", FOUND)
def test_what_cost_a_verdict_once_costs_none(name: str) -> None:
    assert of_a_manner(name, 20) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(MANNERS))
def test_no_manner_costs_a_figure_or_a_verdict(name: str) -> None:
    assert of_a_manner(name, 200) == []


@pytest.mark.slow
@pytest.mark.parametrize("first", range(FIRST, FIRST + 60, CHUNK))
def test_shops_of_any_manners_keep_figures_and_verdicts(first: int) -> None:
    assert [line for seed in range(first, first + CHUNK) for line in lost_verdicts(seed)] == []

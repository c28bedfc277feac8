"""The cheapest way to a gain, against every combination there is."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from kshop_audit.projection.search import Choice, cheapest, rising

Preferred = tuple[Fraction, int, tuple[str, ...], tuple[int, ...]]


def best(choices: list[Choice], need: Fraction) -> dict[str, int] | None:
    """Every combination is tried."""
    if need <= 0:
        return {}
    found: list[tuple[Preferred, dict[str, int]]] = []
    for levels in product(*(choice.levels for choice in choices)):
        if sum(gain for _, gain in levels) < need:
            continue
        way = {c.id: count for c, (count, _) in zip(choices, levels, strict=True) if count}
        cost = sum(
            (c.cost * count for c, (count, _) in zip(choices, levels, strict=True)), Fraction(0)
        )
        ids = tuple(sorted(way))
        found.append(((cost, len(ids), ids, tuple(way[name] for name in ids)), way))
    return min(found, key=lambda entry: entry[0])[1] if found else None


GAINS = st.sampled_from([Fraction(0), Fraction(1, 6), Fraction(1, 5), Fraction(2, 5), Fraction(1)])
COSTS = st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(1), Fraction(2), Fraction(5)])


@st.composite
def choices(draw: st.DrawFn) -> list[Choice]:
    found = []
    for name in "dacb"[: draw(st.integers(1, 4))]:
        gains, total = [], Fraction(0)
        for count, gain in enumerate(draw(st.lists(GAINS, max_size=6)), 1):
            total += gain
            gains.append((count, total))
        found.append(Choice(name, draw(COSTS), rising(gains)))
    return found


@settings(max_examples=400)
@given(choices(), st.fractions(0, 5, max_denominator=12))
def test_no_cheaper_way_exists_and_ties_are_settled(offered: list[Choice], need: Fraction) -> None:
    assert cheapest(offered, need) == best(offered, need)


def test_levels_without_a_verdict_are_never_taken() -> None:
    assert rising([(1, None), (2, Fraction(1)), (3, Fraction(1)), (4, None)]) == (
        (0, Fraction(0)),
        (2, Fraction(1)),
    )


def test_many_units_of_seven_rules_take_no_time() -> None:
    """Of a shop with tens of thousands of late messages every number is a level."""
    offered = [
        Choice(name, Fraction(cost), rising([
            (count, min(Fraction(count * 2, size * 5), Fraction(1, 5))) for count in range(1, size)
        ]))
        for name, cost, size in zip("abcdefg", (2, 10, 6, 10, 30, 5, 10),
                                    (20_000, 900, 900, 300, 60, 120, 90), strict=True)
    ]  # fmt: skip
    found = cheapest(offered, Fraction(9, 10))
    assert found is not None
    gains = {c.id: dict(c.levels) for c in offered}
    assert sum(gains[name][count] for name, count in found.items()) >= Fraction(9, 10)

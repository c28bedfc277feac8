"""The second implementation of the bounds holds the law itself, and loses nothing untouched."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.degradation.attack import Attack, attack_of, untouched
from tests.degradation.builders import Span, spans_of
from tests.degradation.truth import RATES, truths_of


def spans(attack: Attack) -> dict[str, Span | None]:
    files = attack.exports
    return spans_of(files.tables, files.headers, files.as_of, files.opened_at)


def misses(attack: Attack) -> Iterator[str]:
    truths = truths_of(attack.whole)
    for rule, span in spans(attack).items():
        value = truths[rule].value
        if span is None or value is None or rule in attack.spared:
            continue
        if not span.holds(value):
            yield f"{attack.seed} {rule}: {span}, true {truths[rule].figures} ({attack.stated()})"


@pytest.mark.parametrize("first", range(600_000, 600_040, 10))
def test_the_oracles_bounds_hold_the_truth(first: int) -> None:
    assert [line for seed in range(first, first + 10) for line in misses(attack_of(seed))] == []


@pytest.mark.parametrize("seed", range(610_000, 610_012))
def test_the_oracles_bounds_of_whole_files_are_shut(seed: int) -> None:
    attack = untouched(seed)
    truths = truths_of(attack.whole)
    for rule, span in spans(attack).items():
        if span is not None:
            assert span.low == span.high, (seed, rule)
            assert span.agrees(RATES[rule]) == truths[rule].passes, (seed, rule)

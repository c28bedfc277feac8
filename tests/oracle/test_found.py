"""Whole shops on which the product and the oracle differed once, and over what."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.run import CHECKS

FOUND = {
    ("elsewhere", 500_034): "tickets of unknown state that do not count whatever it is",
    ("elsewhere", 600_196): "orders that were shipped at a time that no file holds",
    ("canonical", 500_087): "a ticket of unknown state that ends after as-of is open",
    ("canonical", 500_117): "the same in another shop",
    ("canonical", 500_130): "refunds of an orders file without states",
    ("canonical", 500_132): "orders without a shipping time whose state no one understands",
    ("canonical", 500_147): "the same in another shop",
    ("closing", 700_013): "two versions of an order in two states, which ends after as-of",
    ("closing", 700_062): "the same in another shop",
    ("canonical", 95_002_005): "days on which two buyers wrote much and had no answer",
    (
        "canonical",
        95_002_007,
    ): "an order without a state that a column of pickups leaves empty",
}


@pytest.mark.parametrize(("check", "seed"), FOUND)
def test_what_differed_once_agrees(check: str, seed: int, tmp_path: Path) -> None:
    assert not CHECKS[check](seed, tmp_path)

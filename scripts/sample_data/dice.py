"""Repeatable randomness and exact quotas."""

import random
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A seeded source of choices.

    Only ``Random.random`` is used: Python promises that its sequence never changes between
    versions, which it does not promise for ``choice`` or ``shuffle``. The committed files must
    be reproducible on every supported interpreter.
    """

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def between(self, low: int, high: int) -> int:
        """An integer from low to high, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        return items[self.between(0, len(items) - 1)]

    def digits(self, count: int) -> str:
        return "".join(str(self.between(0, 9)) for _ in range(count))


class Quota:
    """Spreads a percentage evenly instead of rolling for it.

    The intended verdicts must be certain, so "72 of 100" is dealt out by carrying the remainder
    (as in drawing a straight line on a grid), never left to chance.
    """

    def __init__(self) -> None:
        self._carry: dict[str, int] = defaultdict(lambda: 50)

    def hit(self, key: str, percent: int) -> bool:
        self._carry[key] += percent
        if self._carry[key] >= 100:
            self._carry[key] -= 100
            return True
        return False

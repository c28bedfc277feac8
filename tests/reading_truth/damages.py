"""Every damage by name, and a case: a file with one of them, from a number."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.reading_truth.cells import table
from tests.reading_truth.layouts import LAYOUTS
from tests.reading_truth.paper import Paper, paper
from tests.reading_truth.people import BETWEEN, PEOPLE
from tests.reading_truth.rows import ON_HEADER, ON_ROWS, Damage
from tests.reading_truth.whole import MANNERS as PROGRAMS
from tests.reading_truth.whole import WHOLE

MANNERS: dict[str, Damage] = {**PROGRAMS, **PEOPLE}
DAMAGES: dict[str, Damage] = {**ON_ROWS, **ON_HEADER, **WHOLE, **BETWEEN, **MANNERS}

_OFTEN = (*ON_ROWS, *ON_ROWS, *ON_HEADER, *WHOLE, *BETWEEN, *MANNERS)
"""Places in rows are many, so they have two turns."""


@dataclass(frozen=True)
class Case:
    """A file, what was done to it, and its truth."""

    seed: int
    damage: str
    paper: Paper
    data: bytes

    @property
    def stated(self) -> str:
        """The case in a few words."""
        return f"{self.damage}{self.paper.done} in {self.paper.table.layout.name}"


def case(seed: int, damage: str | None = None) -> Case:
    """The case of a number; all damages take turns, layout and places are drawn."""
    rng = Random(seed)
    name = damage or _OFTEN[seed % len(_OFTEN)]
    layout = rng.choice(LAYOUTS)
    of = paper(rng, table(rng, layout, rng.randrange(4, 12)))
    of.whole = name in MANNERS
    DAMAGES[name](rng, of, rng.choice((1, 1, 1, 2, 3)))
    return Case(seed, name, of, of.data())

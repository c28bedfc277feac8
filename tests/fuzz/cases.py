"""A seed is a case for ever: which shop, which file, what is done to it, and the ruling."""

from __future__ import annotations

from random import Random

from tests.fuzz.dress import Sheet, sheet_of
from tests.fuzz.exports import POOL, exports
from tests.fuzz.judge import Ruling, of_file
from tests.fuzz.mutate import Damaged, damaged
from tests.fuzz.shapes import of_shape
from tests.fuzz.shop_judge import of_shop

SHOPS = 24
"""One case in so many is a whole shop of sound files."""
SHAPES = 10
"""One case in so many of the others is no table of text."""


def case_file(seed: int) -> tuple[Damaged, bool]:
    """The damaged file of a seed, and whether it has the headers of a back office."""
    rng = Random(seed)
    kuaishou = rng.randrange(2) == 0
    given = exports(rng.randrange(POOL), kuaishou=kuaishou)
    export, second = rng.choice(given.files), rng.choice(given.files)
    rows = [list(row) for row in export.rows]
    sheet = Sheet(export.kind, list(export.header), list(export.names), rows=rows)
    if rng.randrange(2):
        sheet = sheet_of(rng, export, rows)
    return damaged(rng, sheet, sheet_of(rng, second, [list(row) for row in second.rows])), kuaishou


def rule(seed: int) -> Ruling:
    """Build the case of a seed and judge what the product makes of it."""
    if seed % SHOPS == 0:
        rng = Random(seed)
        return of_shop(exports(rng.randrange(POOL), kuaishou=rng.randrange(2) == 0), seed)
    if seed % SHAPES == 7:
        rng = Random(seed)
        return of_shape(exports(rng.randrange(POOL), kuaishou=rng.randrange(2) == 0), seed)
    file, kuaishou = case_file(seed)
    ruling = of_file(file, seed, kuaishou=kuaishou)
    ruling.notes += file.done
    return ruling

"""What a message is likely to be, by its characters in ones, twos and threes.

The weights are data, made by `scripts/train_conduct.py` from labelled sentences; nothing of the
training is needed here. All arithmetic is in whole numbers.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from math import isqrt

from kshop_audit.facts.chat.folding import Folded
from kshop_audit.model.frozen import frozen

WEIGHTS = "weights.json"
LONGEST = 3
UNIT = 1000
"""Weights and scores are in thousandths."""
SHOWN = 3
"""So many runs of characters are shown of a message without a listed word."""
COMMON_SIGN = 100
"""A single character is taken for common."""
_DIGITS, _LETTERS = re.compile(r"[0-9]+"), re.compile(r"[a-z]+")


def grams(body: Folded) -> set[str]:
    """The runs of one to three signs in the text; figures and letters count as one sign each."""
    text = _LETTERS.sub("a", _DIGITS.sub("0", body.clauses))
    return {
        text[start : start + length]
        for length in range(1, LONGEST + 1)
        for start in range(len(text) - length + 1)
    }


@frozen(slots=False)
class Scorer:
    """Scores of a message by word list.

    `hit`, `review`: from which score on the message counts as one; `agreed`: from which score on
    a doubtful word or phrase in it is a hit; `against`: below which the score speaks against a
    likely word. `cues`: runs of signs of which at least `cues_needed` stand in a
    message worth a score. `common`: how often pairs of characters stand in 10,000 ordinary
    sentences.
    """

    lists: tuple[str, ...]
    bias: tuple[int, ...]
    hit: Mapping[str, int]
    review: Mapping[str, int]
    agreed: Mapping[str, int]
    against: Mapping[str, int]
    cues: tuple[str, ...]
    cues_needed: int
    common: Mapping[str, int]
    weights: Mapping[str, tuple[int, ...]]

    def ordinary(self, word: str) -> int:
        """In about how many of 10,000 ordinary sentences the word stands, at most."""
        if len(word) == 1:
            return COMMON_SIGN
        return min(self.common.get(word[i : i + 2], 0) for i in range(len(word) - 1))

    def telling(self, body: Folded, name: str) -> tuple[str, ...]:
        """The runs of characters that speak for the list most, the rest of the message withheld."""
        place = self.lists.index(name)
        known = [
            (row[place], gram)
            for gram in grams(body)
            if len(gram) > 1
            and gram.isalpha()
            and not gram.isascii()
            and "a" not in gram
            and (row := self.weights.get(gram)) is not None
        ]
        best = sorted(known, key=lambda entry: (-entry[0], entry[1]))[:SHOWN]
        return tuple(gram for weight, gram in best if weight > 0)

    def scores(self, body: Folded) -> dict[str, int]:
        """List → score."""
        known = [row for gram in grams(body) if (row := self.weights.get(gram)) is not None]
        if not known:
            return dict(zip(self.lists, self.bias, strict=True))
        length = isqrt(len(known) * UNIT * UNIT)
        sums = map(sum, zip(*known, strict=True))
        return {
            name: base + total * UNIT // length
            for name, base, total in zip(self.lists, self.bias, sums, strict=True)
        }


@functools.cache
def scorer() -> Scorer:
    """The scorer that comes with the package."""
    data = json.loads(files(__package__).joinpath(WEIGHTS).read_text(encoding="utf-8"))
    return Scorer(
        lists=tuple(data["lists"]),
        bias=tuple(data["bias"]),
        hit=data["hit"],
        review=data["review"],
        agreed=data["agreed"],
        against=data["against"],
        cues=tuple(data["cues"]),
        cues_needed=data["cues_needed"],
        common=data["common"],
        weights={gram: tuple(row) for gram, row in data["weights"].items()},
    )

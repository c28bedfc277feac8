"""Precision and recall of the conduct rules on the measuring corpus, by clause and in total.

`python -m tests.conduct.measuring` prints the held-out figures (`make conduct`), never a sentence;
with `--core` those without the packages of the extra, with the name of another part (PARTS) those
of its sentences.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from pathlib import Path

from tests.conduct.labels import CLAUSES, HIT, NONE, REVIEW, found, plain

FOLDER = Path(__file__).with_name("corpus")
CLEAN = "clean"
HEADER = (
    "clause   hits  precision (95 % interval)  recall (95 % interval)   with review: "
    "recall (95 % interval)"
)
EXTRA = ("rjieba", "pypinyin", "opencc")
PARTS = ("held_out", "blind", "apart", "hard", "fresh", "tuning")
Z = 1.959964
"""The two-sided 95 % point of the normal distribution."""


@dataclass(frozen=True)
class Labelled:
    """A sentence of the corpus; an ordinary one has no clause."""

    text: str
    label: str
    clause: str
    rule: str
    kind: str
    part: str = ""


@dataclass(frozen=True)
class Figures:
    """Of one clause: flagged and rightly flagged as a hit, hits there are, and those seen at all.

    `seen`: labelled hits that were listed as a hit or for review.
    """

    hits: int
    flagged: int
    right: int
    seen: int

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.hits + other.hits,
            self.flagged + other.flagged,
            self.right + other.right,
            self.seen + other.seen,
        )

    @property
    def precision(self) -> Fraction:
        return _share(self.right, self.flagged)

    @property
    def recall(self) -> Fraction:
        return _share(self.right, self.hits)

    @property
    def recall_with_review(self) -> Fraction:
        return _share(self.seen, self.hits)


def _share(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(1)


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson's score; (0, 1) where there is nothing to count."""
    if not whole:
        return 0.0, 1.0
    share, n = part / whole, whole
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def corpus(name: str) -> list[Labelled]:
    """The sentences of a file of the corpus."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return [
            Labelled(
                plain(row["sentence"]),
                row["label"],
                row["clause"],
                row["rule"],
                row["kind"],
                row["note"],
            )
            for row in csv.DictReader(file)
        ]


def measured(rows: Sequence[Labelled], seen: Sequence[Mapping[str, str]]) -> dict[str, Figures]:
    """Clause → figures. A hit or review says something of its own clause only; a clean sentence
    is clean for every clause.
    """
    result = {}
    for clause in CLAUSES:
        hits = flagged = right = listed = 0
        for row, got in zip(rows, seen, strict=True):
            if row.clause != clause and row.label != CLEAN:
                continue
            result_of = got.get(clause, NONE)
            wanted = row.label == HIT and row.clause == clause
            hits += wanted
            flagged += result_of == HIT
            right += wanted and result_of == HIT
            listed += wanted and result_of in (HIT, REVIEW)
        result[clause] = Figures(hits, flagged, right, listed)
    return result


def table(figures: Mapping[str, Figures]) -> list[str]:
    """A line a clause and one for all of them."""
    every = sum(figures.values(), Figures(0, 0, 0, 0))
    return [HEADER, *(_line(name, row) for name, row in {**figures, "all": every}.items())]


def _line(name: str, row: Figures) -> str:
    return (
        f"{name:6} {row.hits:6}  {_range(row.right, row.flagged):25}  "
        f"{_range(row.right, row.hits):22}  {_range(row.seen, row.hits)}"
    ).rstrip()


def _range(part: int, whole: int) -> str:
    low, high = wilson(part, whole)
    share = f"{part / whole:.2f}" if whole else "none"
    return f"{share} ({low:.2f}–{high:.2f})"


def alarms(rows: Sequence[Labelled], seen: Sequence[Mapping[str, str]]) -> str:
    """How many ordinary sentences were flagged."""
    hits = sum(HIT in got.values() for got in seen)
    reviews = sum(bool(got) and HIT not in got.values() for got in seen)
    return f"of {len(rows)} ordinary sentences {hits} hits, {reviews} for review"


def report(part: str, folder: Path) -> list[str]:
    """The figures of one of PARTS, with the ordinary sentences of that part."""
    rows = corpus(f"{part}.csv")
    note = part.replace("_", " ")
    ordinary = [row for row in corpus("ordinary.csv") if row.part == note]
    seen = found([row.text for row in (*rows, *ordinary)], folder)
    cut = len(rows)
    lines = table(measured(rows, seen[:cut]))
    return [*lines, alarms(ordinary, seen[cut:])] if ordinary else lines


def without_extra() -> None:
    """As if the packages of the extra were not installed."""
    for name in EXTRA:
        sys.modules[name] = None  # type: ignore[assignment]


if __name__ == "__main__":
    asked = sys.argv[1:]
    if "--core" in asked:
        without_extra()
    part = next((name for name in asked if name in PARTS), PARTS[0])
    with tempfile.TemporaryDirectory() as scratch:
        told = report(part, Path(scratch))
    title = f"{part}, {'without' if '--core' in asked else 'with'} the extra"
    sys.stdout.write("\n".join([title, *told]) + "\n")

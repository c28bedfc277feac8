"""The scores of `scoring` for many texts at once, as expressions, and exactly the same.

Half of what a shop says may hold runs of signs that tell of some list; one in twenty of these has
a score that says anything. Computed text by text, a score takes 180 µs; in columns it takes 15.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from math import isqrt

import polars as pl

from kshop_audit.facts.chat.folding import BREAK, COMPONENTS, PICTURES, simplified
from kshop_audit.facts.chat.narrowing import clauses, common_phrases, telling
from kshop_audit.facts.chat.scoring import UNIT, scorer
from kshop_audit.facts.text import PLAIN
from kshop_audit.model.settings import Lexicon

HAN = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF))
"""The first and the last character of the blocks in PLAIN."""

FOLDED = "_folded"
"""String: the clauses of a text; empty where they are folded in another way."""

JOINED = "_joined"
"""String: the clauses of a text without what parts them."""
TELLING = "_tells"
"""Boolean: see `narrowing.telling`."""
LOWERED = "_lowered"
"""String: a text in compatible, small letters."""

_WIDE = 2**32
"""Two sums of weights fit into one Int64, one of them in units of this."""


def unscored(texts: pl.LazyFrame) -> pl.LazyFrame:
    """`with_scored` for few texts: every one may have a score to act on.

    The tables for the scores of many cost 50 ms.
    """
    return _respelled(texts).with_columns(
        *(pl.lit(True).alias(column(name)) for name in scorer().lists),
        telling(pl.col("content")).alias(TELLING),
        pl.lit("").alias(FOLDED),
    )


def with_scored(texts: pl.LazyFrame) -> pl.LazyFrame:
    """The texts with JOINED, LOWERED, FOLDED, and a Boolean column for each list of the scorer:
    whether its score may be one to act on (see `worth_a_score`).

    `texts`: `content` (String, no nulls). What is folded in another way than `clauses` does it, or
    is too long for the tables here, is left to `scoring`.
    """
    known = scorer()
    content = pl.col("content")
    weights = _weights()
    # As empty text, not null: over lists with a null, the engine maps one list after the other.
    folded = clauses(pl.when(~pl.col("_odd")).then(content).otherwise(pl.lit("")))
    folded = folded.str.replace_all(rf"{re.escape(BREAK)}{{2,}}", BREAK).str.strip_chars_start(
        BREAK
    )
    signs = pl.col(FOLDED).str.replace_all("[0-9]+", "0").str.replace_all("[a-z]+", "a")
    runs = signs.str.extract_many(list(known.weights), overlapping=True).list.unique()
    sums = {
        f"_sums_{pair}": pl.col("_runs").list.eval(
            pl.element().replace_strict(weights.keys, values, default=0, return_dtype=pl.Int64)
        ).list.sum()
        for pair, values in enumerate(weights.packed)
    }  # fmt: skip
    frame = (
        _respelled(texts)
        .with_columns(_tells=telling(content), _odd=_odd(content))
        .with_columns(folded.alias(FOLDED))
        .with_columns(_runs=runs)
        .with_columns(**sums, _length=_length(pl.col("_runs").list.len()))
    )
    found = {
        column(name): pl.col("_odd") | (_sum(place) * UNIT >= least)
        for place, name in enumerate(known.lists)
        for least in [(known.review[name] - known.bias[place]) * pl.col("_length")]
    }
    helping = ("_odd", "_runs", "_length", *sums)
    return frame.with_columns(
        expression.fill_null(False).alias(name) for name, expression in found.items()
    ).drop(helping)


def _respelled(texts: pl.LazyFrame) -> pl.LazyFrame:
    content = pl.col("content")
    return texts.with_columns(
        clauses(content).str.replace_all(BREAK, "", literal=True).alias(JOINED),
        content.str.normalize("NFKC").str.to_lowercase().alias(LOWERED),
    )


def column(name: str) -> str:
    """The name of the column of a list."""
    return f"_scored_{name}"


def scored(names: Iterable[str]) -> pl.Expr:
    """Boolean: whether the score of one of these lists may be one to act on."""
    known = sorted(column(name) for name in names if name in scorer().lists)
    return pl.any_horizontal(known) if known else pl.lit(False)


def worth_a_score(lexicons: Mapping[str, Lexicon]) -> pl.Expr:
    """Boolean: whether the message tells of some list, and its score for one of these may be one to
    act on, or one of their phrases may stand in it.
    """
    if not any(name in scorer().lists for name in lexicons):
        return pl.lit(False)
    asked = [scored(lexicons)]
    if phrases := common_phrases(tuple(lexicons.values())):
        asked.append(pl.col(FOLDED).str.contains(phrases))
    return pl.col(TELLING) & pl.any_horizontal(asked)


class _Weights:
    """The runs of signs, and their weights for two lists at a time in one Int64."""

    def __init__(self) -> None:
        known = scorer()
        self.keys = pl.Series(list(known.weights), dtype=pl.String)
        rows = list(known.weights.values())
        self.packed = [
            pl.Series([_packed(row[place : place + 2]) for row in rows], dtype=pl.Int64)
            for place in range(0, len(known.lists), 2)
        ]


def _packed(weights: tuple[int, ...]) -> int:
    low, high = (*weights, 0)[:2]
    return high * _WIDE + low


@functools.cache
def _weights() -> _Weights:
    return _Weights()


def _sum(place: int) -> pl.Expr:
    """The sum of the weights for the list at this place."""
    both = pl.col(f"_sums_{place // 2}")
    low = (both + _WIDE // 2) % _WIDE - _WIDE // 2
    return low if place % 2 == 0 else (both - low) // _WIDE


def _length(runs: pl.Expr) -> pl.Expr:
    """What the scorer divides by: of so many runs, the root, in thousandths; 1 for none."""
    most = len(scorer().weights)
    roots = [1, *(isqrt(count * UNIT * UNIT) for count in range(1, most + 1))]
    return pl.lit(pl.Series(roots, dtype=pl.Int64)).gather(runs)


def _odd(content: pl.Expr) -> pl.Expr:
    """Boolean: the text may be folded in another way than `clauses` folds it."""
    turned = [*_turned(), *PICTURES, *COMPONENTS, BREAK]
    return content.str.contains(f"[^{PLAIN}]") | content.str.contains_any(turned)


@functools.cache
def _turned() -> tuple[str, ...]:
    """The characters among the common ideographs in whose place another one is read."""
    signs = [chr(code) for first, last in HAN for code in range(first, last + 1)]
    # Parted by lines, for a library may look at several characters at once.
    read = simplified("\n".join(signs)).split("\n")
    return tuple(sign for sign, other in zip(signs, read, strict=True) if sign != other)

"""Chance that is the same for ever, and what the generated rows are made of."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

DAYS = 40
CUT = datetime(2026, 11, 1)
FIRST = CUT - timedelta(days=DAYS)
DAY = 86_400
WORDS: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
)

# The share of a day's conversations that have begun by an hour, in percent.
BEGUN = (0, 2, 3, 4, 4, 4, 5, 6, 8, 12, 17, 22, 27, 32, 37, 42, 47, 52, 57, 63, 71, 80, 89, 96, 100)


def draw(index: pl.Expr, salt: int, sides: int) -> pl.Expr:
    """A die with `sides` sides, thrown by multiplying: no library's hash, the same for ever."""
    x = (index.cast(pl.UInt64) + salt * 7_919 + 1) * pl.lit(0xBF58476D1CE4E5B9, pl.UInt64)
    x = (x ^ (x // 2**29)) * pl.lit(0x94D049BB133111EB, pl.UInt64)
    return (x // 2**33) % sides


def pick(words: Sequence[str], place: pl.Expr) -> pl.Expr:
    """The word at a place of a list."""
    return pl.lit(pl.Series(words)).gather(place)


def one_of(words: Sequence[str], index: pl.Expr, salt: int) -> pl.Expr:
    """One word of a list by chance."""
    return pick(words, draw(index, salt, len(words)))


def stamp(second: pl.Expr, *, promised: bool = False) -> pl.Expr:
    """Seconds since the first day → text as the platform writes it; what comes later is empty."""
    at = pl.lit(FIRST).cast(pl.Datetime("ms")) + (second.cast(pl.Int64) * 1000).cast(
        pl.Duration("ms")
    )
    known = second.is_not_null() & (promised | (second < DAYS * DAY))
    return pl.when(known).then(at.dt.strftime("%Y-%m-%d %H:%M:%S")).otherwise(pl.lit(""))


def yuan(fen: pl.Expr) -> pl.Expr:
    """Fen → text with two decimals."""
    return pl.format("{}.{}", fen // 100, (fen % 100).cast(pl.String).str.zfill(2))


def moments(total: int, day: int) -> pl.DataFrame:
    """index and second of what begins on a day, spread over its hours as in BEGUN."""
    first, last = total * day // DAYS, total * (day + 1) // DAYS
    count = max(last - first, 1)
    edges = pl.DataFrame(
        {"done": [share * count // 100 for share in BEGUN[:-1]], "hour": range(24)}
    )
    wide = pl.Series([b - a for a, b in itertools.pairwise(BEGUN)])
    return (
        pl.DataFrame({"place": pl.int_range(last - first, eager=True)})
        .join_asof(edges, left_on="place", right_on="done")
        .with_columns(room=(pl.lit(wide).gather("hour") * count // 100).clip(1))
        .select(
            index=pl.col("place") + first,
            second=day * DAY
            + pl.col("hour") * 3600
            + ((pl.col("place") - pl.col("done")) * 3600 // pl.col("room")).clip(0, 3599),
        )
    )


def export(kind: str, rows: pl.DataFrame, cells: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """The columns of an export in the platform's order, those without a value empty."""
    same = WORDS["same"].get(kind, {})
    return plain(
        rows.select(
            cells.get(name, pl.lit(same.get(name, ""))).alias(name)
            for name in WORDS["headers"].get(kind, cells)
        )
    )


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Null instead of empty text, which would be written as a pair of quotes."""
    return frame.with_columns(pl.when(pl.all() != "").then(pl.all()))

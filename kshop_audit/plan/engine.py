"""Frames under names: computed together in one collect, shared ones before and only once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

import polars as pl

from kshop_audit.facts import Facts

_Name = TypeVar("_Name")


FEW, FEW_BYTES = 50_000, 1 << 22
"""So few rows, or bytes of a file, are done before the streaming engine has laid its pipes: a small
shop takes 0.87 of the time.
"""


def collected(
    frames: Mapping[_Name, pl.LazyFrame], *, few: bool = False
) -> dict[_Name, pl.DataFrame]:
    """All frames under their names, from one plan. `few`: they are made of few rows."""
    results = pl.collect_all(list(frames.values()), engine="in-memory" if few else "streaming")
    return dict(zip(frames, results, strict=True))


def are_few(rows: int) -> bool:
    """Whether so many rows are few."""
    return rows < FEW


def few_rows(facts: Facts) -> bool:
    """Whether all files together hold few rows."""
    return are_few(sum(frame.height for frame in facts.tables.frames.values()))


def few_bytes(size: int) -> bool:
    """Whether a file of so many bytes holds few rows."""
    return size < FEW_BYTES


def computing(facts: Facts) -> Facts:
    """The same facts; their shared frames are computed when they are first requested, each once.

    Facts that compute already are returned as they are, with what they have computed.
    """
    if facts.computes:
        return facts
    return Facts(facts.tables, facts.terms, partial(_compute, few=few_rows(facts)), facts.edits)


def _compute(frame: pl.LazyFrame, *, few: bool) -> pl.LazyFrame:
    return collected({"shared": frame}, few=few)["shared"].lazy()


def survey(
    facts: Facts, build: Callable[[Facts], Mapping[str, pl.LazyFrame]]
) -> dict[str, pl.DataFrame]:
    """The frames that `build` makes of the facts, computed; for what is no rule."""
    return collected(build(computing(facts)), few=few_rows(facts))

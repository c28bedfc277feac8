"""Frames under names: computed together in one collect, shared ones before and only once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import polars as pl

from kshop_audit.facts import Facts

_Name = TypeVar("_Name")


def collected(frames: Mapping[_Name, pl.LazyFrame]) -> dict[_Name, pl.DataFrame]:
    """All frames under their names, from one plan on the streaming engine."""
    results = pl.collect_all(list(frames.values()), engine="streaming")
    return dict(zip(frames, results, strict=True))


def computing(facts: Facts) -> Facts:
    """The same facts; their shared frames are computed when they are first requested, each once.

    Facts that compute already are returned as they are, with what they have computed.
    """
    if facts.compute is _compute:
        return facts
    return Facts(facts.tables, facts.terms, _compute, facts.edits)


def _compute(frame: pl.LazyFrame) -> pl.LazyFrame:
    return collected({"shared": frame})["shared"].lazy()


def survey(
    facts: Facts, build: Callable[[Facts], Mapping[str, pl.LazyFrame]]
) -> dict[str, pl.DataFrame]:
    """The frames that `build` makes of the facts, computed; for what is no rule."""
    return collected(build(computing(facts)))

"""Frames under names: computed together in one collect, shared ones first and only once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeVar

import polars as pl

from kshop_audit.facts import Facts

_Name = TypeVar("_Name")


def collected(frames: Mapping[_Name, pl.LazyFrame]) -> dict[_Name, pl.DataFrame]:
    """All frames under their names, from one plan on the streaming engine."""
    results = pl.collect_all(list(frames.values()), engine="streaming")
    return dict(zip(frames, results, strict=True))


def settled(facts: Facts, touch: Callable[[Facts], object]) -> Facts:
    """Facts of which the shared frames that `touch` asks for are computed, each once.

    Left to the optimiser, a frame that is looked at in several ways is computed again for some.
    """
    probe, whole = Facts(facts.tables, facts.terms), Facts(facts.tables, facts.terms)
    touch(probe)
    for wave in probe.touched():
        with suppress(Exception):  # told again where the frame is used
            for name, frame in collected({name: whole.shared(name) for name in wave}).items():
                whole.settle(name, frame)
    return whole


def survey(
    facts: Facts, build: Callable[[Facts], Mapping[str, pl.LazyFrame]]
) -> dict[str, pl.DataFrame]:
    """The frames that `build` makes of the facts, computed; for what is no rule."""
    return collected(build(settled(facts, build)))

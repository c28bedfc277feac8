"""Frames that are looked at several times, by several rules or by one.

Left to the optimiser, such a frame is computed again for some of those who look at it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Protocol, TypeVar

import polars as pl

Compute = Callable[[pl.LazyFrame], pl.LazyFrame]
"""What becomes of a shared frame when it is first asked for; the plan computes it."""


def lazily(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Nothing: whoever only wants to know what a frame is made of computes none."""
    return frame


class Computing(Protocol):
    """Who has shared frames."""

    compute: Compute


_Owner = TypeVar("_Owner", bound=Computing)


class shared(cached_property[pl.LazyFrame]):  # noqa: N801  a decorator
    """A property that hands its frame to `compute` once, and keeps what comes back."""

    def __init__(self, make: Callable[[_Owner], pl.LazyFrame]) -> None:
        """`make`: the property's getter."""

        def computed(owner: _Owner) -> pl.LazyFrame:
            return owner.compute(make(owner))

        super().__init__(computed)
        self.__doc__ = make.__doc__

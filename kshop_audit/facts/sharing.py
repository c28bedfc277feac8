"""Frames that are looked at several times, by several rules or by one.

Left to the optimiser, such a frame is computed again for some of those who look at it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from threading import RLock
from typing import Any, Protocol, TypeVar, cast

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
    """A property that hands its frame to `compute` once, and keeps what comes back.

    Whoever asks while it is being computed waits. No frame is made of itself, so none waits for
    ever.
    """

    def __init__(self, make: Callable[[_Owner], pl.LazyFrame]) -> None:
        """`make`: the property's getter."""
        self._computing = RLock()

        def computed(owner: _Owner) -> pl.LazyFrame:
            return owner.compute(make(owner))

        super().__init__(computed)
        self.__doc__ = make.__doc__

    def __get__(self, owner: Any, kind: Any = None) -> pl.LazyFrame:  # type: ignore[override]
        """The frame."""
        if owner is not None and self.attrname not in owner.__dict__:
            with self._computing:
                return cast("pl.LazyFrame", super().__get__(owner, kind))
        return cast("pl.LazyFrame", super().__get__(owner, kind))

"""Exact figures as the numbers that are shown."""

from __future__ import annotations

from typing import overload

from kshop_audit.judging.scoring import Number


@overload
def number(value: Number) -> float: ...
@overload
def number(value: None) -> None: ...
@overload
def number(value: Number | None) -> float | None: ...
def number(value: Number | None) -> float | None:
    """The number to show; None stays unknown."""
    return None if value is None else float(value)

"""How many of many alike cases every run takes; the rest are slow tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def some(cases: Iterable[Any], usual: int) -> list[Any]:
    """The cases, of which those beyond the first `usual` belong to the slow tests."""
    every = list(cases)
    return [*every[:usual], *(pytest.param(case, marks=pytest.mark.slow) for case in every[usual:])]

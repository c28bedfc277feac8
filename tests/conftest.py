"""For all tests: what a module leaves open is reported there, and not in a module run later."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", autouse=True)
def nothing_left_open() -> Iterator[None]:
    """Collect what the module dropped: a file that was never closed warns, and warnings fail."""
    yield
    gc.collect()

"""For all tests: no deadline for examples, how much of the dear tests every run takes, and what a
module leaves open is reported there.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import amount

# How long an example takes depends on what else the machine does; it proves nothing of the code.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


@pytest.fixture(scope="module", autouse=True)
def nothing_left_open() -> Iterator[None]:
    """Collect what the module dropped: a file that was never closed warns, and warnings fail."""
    yield
    gc.collect()


@pytest.fixture(scope="session", autouse=True)
def without_a_cache() -> Iterator[None]:
    """The tests' own runs, and those of processes they start, read everything anew.

    Set here and not above, where the workers of a parallel run would inherit it before Hypothesis
    looks at it.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CI", os.environ.get("CI") or "true")
        yield


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it again and again for garbage takes a tenth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Before the slow tests are left out."""
    amount.measure(items)
    left = amount.thinned(items, int(os.environ.get(amount.EVERY) or 1))
    if left:
        config.hook.pytest_deselected(items=left)
        kept = set(items).difference(left)
        items[:] = [item for item in items if item in kept]

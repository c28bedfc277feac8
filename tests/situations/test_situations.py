"""Every situation, through the whole command: the files of an operator in, the report out.

`KSHOP_SITUATIONS=FOLDER[:FOLDER…]` runs the situations of other folders instead of these.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.situations.conftest import Run
from tests.situations.expectations import Situation, differences, situations

HERE = Path(__file__).parent
ROOTS = [Path(root) for root in os.environ.get("KSHOP_SITUATIONS", "").split(os.pathsep) if root]
SITUATIONS = [situation for root in ROOTS or [HERE] for situation in situations(root)]


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.folder.name)
def test_situation(situation: Situation, run: Run) -> None:
    outcome = run(situation)
    wrong = differences(situation.expect, outcome)
    said = outcome.err.strip()[-1500:]
    assert not wrong, "\n".join([situation.expect["want"], *(f"- {it}" for it in wrong), said])


@pytest.mark.parametrize("name", ["times-with-seconds", "newer-export-alone"])
def test_a_changed_expectation_fails(name: str, run: Run) -> None:
    (situation,) = [one for one in situations(HERE) if one.folder.name == name]
    outcome = run(situation)
    assert differences(situation.expect, outcome) == []
    changed = list(_changed(situation.expect))
    assert len(changed) > 3
    for expect in changed:
        assert differences(expect, outcome), expect


def _changed(expect: Any) -> Iterator[dict[str, Any]]:
    """The expectation with one of its facts turned into another, for each fact of it."""
    yield {**expect, "exit": expect["exit"] + 1}
    yield {**expect, "says": ["这句话没有人说"]}
    for place, check in enumerate(expect["checks"]):
        for key, value in check.items():
            other = copy.deepcopy(expect)
            other["checks"][place][key] = value + 1 if isinstance(value, int) else f"{value}s"
            yield other

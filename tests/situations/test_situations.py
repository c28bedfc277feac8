"""Every situation, through the whole command: the files of an operator in, the report out.

`KSHOP_SITUATIONS=FOLDER[:FOLDER…]` runs the situations of other folders instead of these.
"""

from __future__ import annotations

import copy
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kshop_audit.cli import main
from tests.situations.expectations import Outcome, Situation, differences, report_in, situations

HERE = Path(__file__).parent
ROOTS = [Path(root) for root in os.environ.get("KSHOP_SITUATIONS", "").split(os.pathsep) if root]
SITUATIONS = [situation for root in ROOTS or [HERE] for situation in situations(root)]

Run = Callable[[Situation], Outcome]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a situation in a copy of its folder, on a computer on which nothing was ever set."""
    for name in list(os.environ):
        if name.startswith(("KSHOP_AUDIT_", "LC_", "XDG_")) or name == "LANGUAGE":
            monkeypatch.delenv(name)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LANG", "C.UTF-8")

    def go(situation: Situation) -> Outcome:
        shutil.copytree(situation.folder, tmp_path / "shop")
        monkeypatch.chdir(tmp_path / "shop")
        for arguments in situation.runs:
            code = main(arguments)
            out, err = capsys.readouterr()
        return Outcome(code, out, err, report_in(out))

    return go


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

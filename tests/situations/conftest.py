"""How a situation is run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from kshop_audit.cli import main
from tests.situations.expectations import Outcome, Situation, report_in


class Run(Protocol):
    """The whole command over a situation."""

    def __call__(
        self, situation: Situation, change: Callable[[Path], None] | None = None
    ) -> Outcome: ...


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a situation in a copy of its folder, on a computer on which nothing was ever set; on
    request the copy is changed before.
    """
    for name in list(os.environ):
        if name.startswith(("KSHOP_AUDIT_", "LC_", "XDG_")) or name == "LANGUAGE":
            monkeypatch.delenv(name)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LANG", "C.UTF-8")

    def go(situation: Situation, change: Callable[[Path], None] | None = None) -> Outcome:
        folder = tmp_path / ("changed" if change else "as it is") / "shop"
        shutil.copytree(situation.folder, folder)
        if change:
            change(folder)
        monkeypatch.chdir(folder)
        for arguments in situation.runs:
            code = main(arguments)
            out, err = capsys.readouterr()
        return Outcome(code, out, err, report_in(out))

    return go

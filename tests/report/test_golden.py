"""What the reports look like; `python -m tests.report.golden_reports` writes them, then look."""

from __future__ import annotations

import pytest

from tests.report.golden_reports import FOLDER, rendered

MADE = rendered()


@pytest.mark.parametrize("name", MADE)
def test_looks_as_kept(name: str) -> None:
    assert MADE[name] == (FOLDER / name).read_text(encoding="utf-8")


def test_nothing_is_kept_for_nothing() -> None:
    assert {path.name for path in FOLDER.glob("*.txt")} == set(MADE)

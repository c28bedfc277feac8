"""Every situation once more, its tables in another dress: the same verdicts and figures."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.situations.conftest import Run
from tests.situations.dresses import DRESSES, rows_of
from tests.situations.expectations import Json, Situation, situations

pytestmark = pytest.mark.slow

MEANT = {
    "newest-row-first-in-minutes": "which row comes first is what it is about",
    "times-with-seconds": "half a file that ends early was made early",
    "six-orders-of-the-year-before": "steps of a year show within one file",
    "times-without-seconds": "half a file that ends early was made early",
}
"""Situations that are about the form of their files."""
FIGURES = ("status", "numerator", "denominator", "bounds", "excluded")
SITUATIONS = [one for one in situations(Path(__file__).parent) if one.folder.name not in MEANT]


def dress_of(situation: Situation) -> str:
    """Always the same one."""
    digest = hashlib.sha256(situation.folder.name.encode()).digest()
    return sorted(DRESSES)[int.from_bytes(digest[:4], "big") % len(DRESSES)]


def figures(report: Json) -> dict[str, list[str]]:
    return {
        f"{rule['pack']} {rule['id']}": [json.dumps(rule[key], sort_keys=True) for key in FIGURES]
        for rule in report.get("rules", [])
    }


@pytest.mark.parametrize(
    "situation", SITUATIONS, ids=lambda one: f"{one.folder.name} in {dress_of(one)}"
)
def test_what_a_table_looks_like_changes_nothing(situation: Situation, run: Run) -> None:
    def dressed(folder: Path) -> None:
        for path in sorted(folder.glob("in/*.csv")):
            if (rows := rows_of(path)) is not None:
                DRESSES[dress_of(situation)](path, rows)

    plain, other = run(situation), run(situation, dressed)
    assert figures(other.report) == figures(plain.report), other.err[-1500:]
    assert other.code == plain.code


def test_every_dress_is_worn() -> None:
    assert {dress_of(situation) for situation in SITUATIONS} == {*DRESSES}

"""The measuring corpus is whole: labels, no sentence twice, the split and the figures of its page.

No test prints a sentence of the part that is held out.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

FOLDER = Path(__file__).with_name("corpus")
PARTS = {"tuning": "tuning.csv", "held out": "held_out.csv"}
TRAINED = ("tuning.csv", "training.csv", "later.csv", "further.csv", "ordinary.csv")
LABELS = ("hit", "review", "clean")
Row = dict[str, str]


def _rows(name: str) -> list[Row]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _digest(row: Row) -> str:
    return hashlib.sha256(row["sentence"].encode()).hexdigest()


def _texts(rows: Iterable[Row]) -> set[str]:
    return {row["sentence"] for row in rows}


@pytest.fixture(scope="module")
def parts() -> dict[str, list[Row]]:
    return {part: _rows(name) for part, name in PARTS.items()}


@pytest.fixture(scope="module")
def ordinary() -> list[Row]:
    return _rows("ordinary.csv")


def test_no_sentence_stands_twice(parts: dict[str, list[Row]], ordinary: list[Row]) -> None:
    rows = [*parts["tuning"], *parts["held out"], *ordinary]
    assert len(_texts(rows)) == len(rows)
    assert all(row["sentence"] == row["sentence"].strip() != "" for row in rows)


def test_no_sentence_that_is_only_measured_was_trained_on() -> None:
    trained = _texts(row for name in TRAINED for row in _rows(name))
    for name in ("held_out.csv", "blind.csv", "apart.csv", "hard.csv", "fresh.csv"):
        rows = _rows(name)
        assert len(_texts(rows)) == len(rows)
        shared = len(_texts(rows) & trained)
        assert shared == 0, (name, shared)
        assert {row["label"] for row in rows} <= set(LABELS)


def test_every_row_is_labelled(parts: dict[str, list[Row]], ordinary: list[Row]) -> None:
    rows = [*parts["tuning"], *parts["held out"]]
    assert {row["label"] for row in rows} == set(LABELS)
    assert all(row["rule"] and row["clause"] and row["kind"] for row in rows)
    assert {(row["rule"], row["clause"], row["label"]) for row in ordinary} == {("", "", "clean")}


def test_the_split_is_the_one_written_down(parts: dict[str, list[Row]]) -> None:
    rows = sorted(
        [*parts["tuning"], *parts["held out"]],
        key=lambda row: (row["clause"], row["rule"], row["label"], row["kind"], _digest(row)),
    )
    # Compared as a bool: a difference of the sets would print sentences.
    same = _texts(rows[::2]) == _texts(parts["tuning"])
    assert same, "the parts are not the ones the README describes"


def test_the_split_of_ordinary_sentences(ordinary: list[Row]) -> None:
    free = sorted((row for row in ordinary if row["kind"] == "free"), key=_digest)
    assert [row["note"] for row in free[::2]] == ["tuning"] * len(free[::2])
    assert [row["note"] for row in free[1::2]] == ["held out"] * len(free[1::2])
    framed = [row for row in ordinary if row["kind"] != "free"]
    assert all(
        row["note"] == ("held out", "tuning")[int(row["kind"].removeprefix("frame ")) % 2]
        for row in framed
    )
    assert len(framed) <= len(free)


def test_the_page_has_the_figures(parts: dict[str, list[Row]]) -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    for part, rows in parts.items():
        counts: dict[tuple[str, str], Counter[str]] = {}
        for row in rows:
            counts.setdefault((row["rule"], row["clause"]), Counter())[row["label"]] += 1
        for (rule, clause), count in counts.items():
            figures = " | ".join(str(count[label]) for label in LABELS)
            assert f"| `{rule}` | {clause} | {part} | {figures} | {count.total()} |" in page

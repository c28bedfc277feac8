"""The quick form of the long run, and the proofs that its judge sees what it is to see."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.reading_truth.cells import table
from tests.reading_truth.damages import DAMAGES, MANNERS, Case, case
from tests.reading_truth.judge import Ruling, judged, rule
from tests.reading_truth.layouts import LAYOUTS, Layout
from tests.reading_truth.paper import paper
from tests.reading_truth.product import Read, command, read

SEEDS = range(7)

FOUND = (
    ("plain", 53), ("separator_less", 69), ("after_quote", 95), ("open_quote", 572),
    ("half_and_half", 7484), ("other_table", 2158), ("cut", 7958), ("recoded", 3604),
    ("recoded", 7624), ("one_other_separator", 225), ("quotes_dropped", 76),
    ("line_end_added", 70832), ("cut", 70000), ("line_sign", 70128), ("shuffled_header", 70267),
    ("quote_dropped", 900286), ("quote_sign", 900790), ("quote_pair", 3300309),
    ("recoded", 3300607), ("quote_doubled", 99002109), ("quote_dropped", 99000849),
    ("quote_pair", 99001898), ("quote_pair", 99003231), ("plain", 99104387),
    ("quotes_dropped", 88103575),
)  # fmt: skip
"""Files of a long run that were misread once."""


@pytest.mark.parametrize("damage", DAMAGES)
def test_good_rows_are_rows_of_the_truth(damage: str) -> None:
    faults = {seed: rule(case(seed, damage)).faults for seed in SEEDS}
    assert {seed: found for seed, found in faults.items() if found} == {}


@pytest.mark.parametrize(("damage", "seed"), FOUND)
def test_files_that_were_misread_once(damage: str, seed: int) -> None:
    assert rule(case(seed, damage)).faults == {}


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_a_clean_file_of_every_layout_is_read_cell_by_cell(layout: Layout) -> None:
    of = paper(Random(3), table(Random(1), layout, 6))
    of.whole = True
    ruling = rule(Case(3, "plain", of, of.data()))
    assert (ruling.outcome, ruling.faults) == ("read", {})


# ------------------------------------------------------------------ what is said


UNKNOWN_FILES = ("no_header", "header_other_separator", "separator_sign", "header_quote_added")


@pytest.mark.parametrize("damage", UNKNOWN_FILES)
def test_no_message_holds_a_cell_of_a_file_that_is_not_understood(
    damage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leaks = []
    for seed in range(4):
        given = case(seed, damage)
        path = tmp_path / str(seed) / given.paper.name
        path.parent.mkdir()
        path.write_bytes(given.data)
        if read(path).kinds:
            continue  # understood, after all
        for arguments in (("check", path), ("doctor", path), ("doctor", path.parent)):
            command(*arguments)
            said = "".join(capsys.readouterr())
            leaks += [(seed, word) for word in given.paper.table.secrets if word in said]
    assert leaks == []


# ------------------------------------------------------------------ the judge


def sound(number: int = 1) -> tuple[Case, Read]:
    """A clean file of orders, and what a perfect reader makes of it."""
    layout = next(own for own in LAYOUTS if own.name == "canonical orders")
    of = paper(Random(number), table(Random(number), layout, 5))
    rows = [dict(row) for row in of.truth]
    return Case(number, "plain", of, of.data()), Read(["orders"], set(layout.names), rows)


def faults(given: Case, found: Read) -> list[str]:
    return sorted(judged(given, found).faults)


def test_the_judge_has_nothing_against_the_truth() -> None:
    assert judged(*sound()) == Ruling("read")


def test_the_judge_sees_a_cell_that_moved() -> None:
    given, found = sound()
    found.good[2]["created_at"], found.good[2]["paid_at"] = None, found.good[2]["created_at"]
    assert faults(given, found) == ["wrong"]


def test_the_judge_sees_a_row_that_is_there_twice() -> None:
    given, found = sound()
    found.good.append(found.good[0])
    assert faults(given, found) == ["wrong"]


def test_the_judge_sees_a_row_that_is_gone() -> None:
    given, found = sound()
    del found.good[0]
    assert faults(given, found) == ["lost"]
    assert faults(given, replace(found, rejected=1)) == []
    assert faults(given, replace(found, skipped=1)) == ["dropped"]


def test_the_judge_sees_a_column_that_is_gone() -> None:
    given, found = sound()
    for row in found.good:
        row["status"] = None
    found.columns.discard("status")
    assert faults(given, found) == ["column lost"]


def test_the_judge_sees_a_sound_file_that_is_refused() -> None:
    given, _ = sound()
    given.paper.whole = True
    assert faults(given, Read(refused="orders.csv: no")) == ["clean refused"]
    given.paper.whole = False
    assert faults(given, Read(refused="orders.csv: no")) == []
    assert faults(given, Read(refused="no")) == ["nameless"]


def test_the_judge_sees_what_is_given_away() -> None:
    given, _ = sound()
    message = f"orders.csv: seen {given.paper.truth[0]['order_id']}"
    assert faults(given, Read(refused=message, said=[message])) == ["leak"]


def test_a_seed_is_a_file_for_ever() -> None:
    """Bytes of archives aside, which hold the time of their making."""
    names = [name for name in DAMAGES if name not in ("packed", "container_damaged")]
    assert [case(2, name).data for name in names] == [case(2, name).data for name in names]


def test_damage_changes_the_file_and_a_manner_none_of_its_rows() -> None:
    for name in DAMAGES:
        clean = [case(seed, "plain").data for seed in range(3)]
        changed = [case(seed, name).data for seed in range(3)]
        assert name in ("plain", "misread") or any(
            a != b for a, b in zip(clean, changed, strict=True)
        )
        if name != "trailing":  # which is one or the other
            assert case(1, name).paper.whole == (name in MANNERS)

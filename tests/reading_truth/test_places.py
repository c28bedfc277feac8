"""A sample of the places of the sample shops' files; all of them are judged by `places` itself."""

from __future__ import annotations

import pytest

from tests.reading_truth import strictly
from tests.reading_truth.places import (
    FAULTS,
    HEADER,
    ROWS,
    Place,
    cells_of,
    judged,
    places,
    rule,
)
from tests.reading_truth.product import Verdict

EVERY = {False: 61, True: 20_011}


def chosen(*, rows: bool, damage: str) -> list[Place]:
    every = [place for place in places(rows=rows) if place.damage == damage]
    return every[:: EVERY[rows]]


@pytest.mark.parametrize("damage", HEADER)
def test_no_place_of_a_header_gives_another_verdict(damage: str) -> None:
    findings = {place.stated: rule(place) for place in chosen(rows=False, damage=damage)}
    assert {at: found for at, found in findings.items() if found.outcome in FAULTS} == {}


@pytest.mark.parametrize("damage", ROWS)
def test_no_place_of_a_row_gives_another_verdict(damage: str) -> None:
    findings = {place.stated: rule(place) for place in chosen(rows=True, damage=damage)}
    assert {at: found for at, found in findings.items() if found.outcome in FAULTS} == {}


def test_the_strict_reader_shifts_no_row_at_any_place() -> None:
    """All places are a run of minutes; here every thousandth or so."""
    counts, found = strictly.judge(list(places(rows=True))[::1_009])
    assert found == []
    assert set(counts) == set(ROWS)


def test_the_raw_cells_of_a_file_keep_their_quotes() -> None:
    assert cells_of('a,"b,""c"\r\n"d\ne",\r\n') == [["a", '"b,""c"'], ['"d\ne"', ""]]


def test_another_verdict_is_a_fault_and_an_open_one_is_none() -> None:
    clean = Verdict("pass", {"x": "pass", "y": "fail"})
    assert judged(clean, clean).outcome == "rows rejected"
    assert judged(clean, Verdict("pass", {"x": "fail", "y": "fail"})).outcome == "verdict"
    assert judged(clean, Verdict("pass", {"x": "pass", "y": "pass"})).outcome == "verdict"
    open_one = Verdict("incomplete", {"x": "no_verdict", "y": "fail"})
    assert judged(clean, open_one).outcome == "rows rejected, some verdicts open"
    assert judged(clean, Verdict(refused="a.csv: no")).outcome == "refused"

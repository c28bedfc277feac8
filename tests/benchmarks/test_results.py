"""The page and the picture that `make bench` writes, from runs made up for it."""

import itertools
from xml.etree import ElementTree as ET

import pytest

from benchmarks import results
from benchmarks.dresses import DRESSES
from benchmarks.measuring import Rounds, Run
from benchmarks.picture import GAP, HEIGHT, Points, growth
from benchmarks.programs import AUDIT

SVG = "{http://www.w3.org/2000/svg}"


def _runs(*seconds: float) -> list[Run]:
    return [Run(each, each, 100.0) for each in seconds]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(results, "version", lambda library: "9.9" if library == "polars" else None)
    runs: Rounds = {"floor": _runs(1, 2, 4), AUDIT: _runs(2, 5, 8)}
    found = [results.Measured(100_000, 26, runs), results.Measured(2_000_000, 520, runs)]
    dresses: Rounds = {}
    for place, name in enumerate(DRESSES):
        dresses[f"floor {name}"] = _runs(1)
        dresses[name] = _runs(2 + place / 4)
    return results.page(found, (100_000, dresses), {"import": _runs(1)}, {"date": "today"})


def test_cost_to_a_million_messages(page: str) -> None:
    assert f"| {AUDIT}: s per million | 50.00 | 2.50 |" in page


def test_ratios_are_of_the_same_round(page: str) -> None:
    assert f"| {AUDIT} | 5.00 | 5.00 | 2.00 (2.00–2.50) |" in page


def test_what_is_not_installed_is_named(page: str) -> None:
    assert "Left out, because not installed: DuckDB, SQL; pandas, frames." in page


def test_small_sizes_are_called_small(page: str) -> None:
    assert results.SMALL not in page  # the larger of the two has two million messages
    only = {"floor": _runs(1), AUDIT: _runs(2)}
    dresses = {name: _runs(1) for dress in DRESSES for name in (dress, f"floor {dress}")}
    small = results.page([results.Measured(300_000, 78, only)], (1, dresses), only, {"date": "x"})
    assert results.SMALL in small


def test_the_dearest_dress_is_in_utf8(page: str) -> None:
    # gb18030 is the last and dearest of all here, strays the dearest in UTF-8.
    assert "strays against usual: 2.00" in page
    assert page.index("| usual |") < page.index("| strays |") < page.index("| gb18030 |")


@pytest.mark.parametrize(
    "points",
    [
        {"a": [(100_000, 5.0)]},
        {name: [(100_000, 5.0), (3_000_000, 4.0)] for name in "abcdef"},
        {name: [(100_000, 900.0), (3_000_000, 4.0)] for name in "abcdef"},
        {"a & b": [(100_000, 0.5), (300_000, 700.0)], "c": [(100_000, 1.0), (300_000, 690.0)]},
    ],
)
def test_every_program_has_a_line_and_a_name_beside_it(points: Points) -> None:
    drawn = ET.fromstring(growth(points))
    lines = drawn.findall(f"{SVG}polyline")
    assert len(lines) == len(points)
    assert len({line.get("stroke") for line in lines}) == len(points)
    texts = [text for text in drawn.findall(f"{SVG}text") if text.text in points]
    assert {text.text for text in texts} == set(points)
    heights = sorted(float(text.get("y", "nan")) for text in texts)
    assert all(b - a >= GAP for a, b in itertools.pairwise(heights))
    assert 0 < heights[0] <= heights[-1] < HEIGHT

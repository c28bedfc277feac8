"""Numbers in place of ids: one number, one id, and nothing where that is not known."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kshop_audit.facts.numbering import Numerals, numbered

ids = st.lists(
    st.one_of(
        st.text("0123456789", min_size=6, max_size=6).map("HH".__add__),
        st.text("01+- eA一", min_size=1, max_size=4),
        st.from_regex(r"[0-9]{19}", fullmatch=True),
    ),
    min_size=1,
    max_size=30,
)


def written(numbers: pl.Series, numerals: Numerals) -> list[str]:
    return pl.select(numerals.text(pl.lit(numbers))).to_series().to_list()


@given(ids)
def test_a_number_stands_for_one_id(texts: list[str]) -> None:
    found = numbered(pl.Series("id", texts))
    if found is not None:
        numbers, numerals = found
        assert written(numbers, numerals) == texts
        assert numbers.min() == 0
        pairs = set(zip(texts, numbers.to_list(), strict=True))
        assert len(pairs) == len(set(texts)) == numbers.n_unique()


@given(st.sets(st.integers(0, 10**12 - 1), min_size=2, max_size=20))
def test_digits_behind_one_beginning_are_numbers(serials: set[int]) -> None:
    texts = [f"HH26{serial:012}" for serial in sorted(serials)]
    found = numbered(pl.Series("id", texts))
    assert found is not None
    numbers, numerals = found
    assert written(numbers, numerals) == texts
    assert numbers.to_list() == [serial - min(serials) for serial in sorted(serials)]


@pytest.mark.parametrize(
    "texts",
    [
        ["a1", None],
        ["a1", "a10"],
        ["a1", "b2"],
        ["a1", "a+"],
        ["1", "+"],
        ["0" * 19, "9" * 19],
        ["甲1", "甲2"],
        ["same", "same"],
    ],
    ids=str,
)
def test_other_ids_are_left_alone(texts: list[str | None]) -> None:
    assert numbered(pl.Series(texts, dtype=pl.String)) is None

"""Ids in the usual form: which cells need a closer look, and that the others say what they say."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kshop_audit.ingest.cells import plain_columns
from kshop_audit.ingest.cells.feet import is_remark, is_total
from kshop_audit.ingest.cells.protection import EMPTY, HOLLOW, bare

SIGNS = st.text(st.sampled_from("0123456789abcRTnulNone_:@-—*()·无张三'\"=/,.+eE# "), max_size=9)


def strange(text: str) -> bool:
    return bool(pl.Series([text]).str.contains(plain_columns._STRANGE_ID).item())


def may_be_a_foot(text: str) -> bool:
    return not pl.Series([text]).str.contains(plain_columns._NO_FOOT).item()


@pytest.mark.parametrize("word", sorted({*EMPTY, *HOLLOW, "0"} - {""}))
def test_a_word_for_nothing_gets_a_closer_look(word: str) -> None:
    assert strange(word)


@pytest.mark.parametrize(
    "text",
    ["o1", "A", "kf1", "张三", "S2026081800", "0a1b2c3d4e5f", "12", "客服 小美(售前)", "张**"],
)
def test_ids_as_shops_have_them_need_none(text: str) -> None:
    assert not strange(text)


@given(SIGNS)
def test_what_needs_no_closer_look_is_the_id_itself(text: str) -> None:
    if text and not strange(text):
        assert pl.select(bare(pl.lit(text))).item() == text
        assert text not in EMPTY


@pytest.mark.parametrize(
    "text",
    [
        "Total",
        "total12",
        "TOTAL:3",
        "rows12",
        "Rows:12",
        "RECORDS 5",
        "合计",
        "# 1",
        " 1",
        "end",
        "",
    ],
)
def test_feet_get_a_closer_look(text: str) -> None:
    assert may_be_a_foot(text)


@pytest.mark.parametrize(
    "text", ["a1b2", "f00d12", "deadbeef7", "ORD1001", "t1", "r22", "S2026", "3f"]
)
def test_keys_of_letters_and_digits_need_none(text: str) -> None:
    assert not may_be_a_foot(text)


@given(st.from_regex(r"\A[0-9A-Za-z_:：#合计共导出时间 -]{1,12}\Z"))
def test_no_foot_passes_for_a_key(text: str) -> None:
    assert may_be_a_foot(text) or not (is_total([text]) or is_remark([text]))

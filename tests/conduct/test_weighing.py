"""What is computed for many texts at once equals what is computed for one."""

from __future__ import annotations

import re
from itertools import pairwise

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from kshop_audit.facts.chat import weighing
from kshop_audit.facts.chat.folding import BREAK, COMPONENTS, PICTURES, folded
from kshop_audit.facts.chat.frames import Frames, _one
from kshop_audit.facts.chat.scoring import scorer
from kshop_audit.facts.chat.second_look import Look
from kshop_audit.model.settings import Settings, lexicon_of
from kshop_audit.packs import load

SCORER = scorer()
HEAVY = sorted(SCORER.weights, key=lambda run: (-max(SCORER.weights[run]), run))[:400]
SIGNS = ("，", "。", "！", "…", "\n", " ", "|", "7", "abc", "X", "😊", "（", "“", "傳", "é", "ʰ")
PIECES = st.one_of(
    st.sampled_from(SCORER.cues), st.sampled_from(HEAVY), st.sampled_from(SIGNS),
    st.sampled_from((*PICTURES, *COMPONENTS)), st.text(max_size=3),
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=24).map("".join)


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=20))
def test_a_score_to_act_on_is_found_and_no_other(texts: list[str]) -> None:
    frame = pl.LazyFrame({"content": texts}, schema={"content": pl.String})
    scored = weighing.with_scored(frame).with_columns(odd=weighing._odd(pl.col("content")))
    for row in scored.collect().iter_rows(named=True):
        scores = SCORER.scores(folded(row["content"]))
        for name in SCORER.lists:
            expected = scores[name] >= SCORER.review[name]
            assert row[weighing.column(name)] is (row["odd"] or expected), row["content"]
        if not row["odd"]:
            assert row[weighing.FOLDED] == folded(row["content"]).clauses


def test_texts_on_both_sides_of_a_threshold_are_compared() -> None:
    """Else the property above would compare nothing but texts that say nothing."""
    texts = ["".join(HEAVY[i : i + 8]) + "".join(SCORER.cues[i : i + 3]) for i in range(300)]
    frame = weighing.with_scored(pl.LazyFrame({"content": texts})).collect()
    found = frame.select(weighing.column(name) for name in SCORER.lists).sum().row(0)
    assert all(found)
    assert sum(found) < len(texts) * len(SCORER.lists)


SETS = {"who": ("我", "你家", "店"), "what": ("货", "假货", "ab"), "bad": ("坏", "坏的")}
PARTS = ("{who}", "{what?}", "{bad}", "…", "·", "^", "$", "假", "卖", "……")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(PARTS), max_size=4), min_size=1, max_size=6),
    st.lists(st.sampled_from("我你家店货假ab坏的卖" + BREAK), max_size=30).map("".join),
)
def test_frames_find_what_one_pattern_of_all_would(chosen: list[list[str]], text: str) -> None:
    frames = ["".join([*parts, "{bad}"]) for parts in chosen]
    one = re.compile("|".join(_one(frame, SETS) for frame in frames))
    expected = [(m.span(), m.start(m.lastindex or 0)) for m in one.finditer(text)]
    found = [
        (m.span(), m.start(m.lastindex or 0))
        for m in Frames(frames, SETS).finditer(
            text, frozenset((*text, *map("".join, pairwise(text))))
        )
    ]
    assert found == expected


LOOK = Look(
    {name: lexicon_of(load("kuaishou"), Settings(), name) for name in ("abusive", "slander")}
)
SPELLINGS = sorted(
    {word for lexicon in LOOK._lexicons.values() for word in (*lexicon.spoken, *lexicon.frames)}
)
NUMBERS = st.text("0123456789", min_size=6, max_size=20)
NUMBERED = st.lists(
    st.one_of(
        st.sampled_from(SPELLINGS), NUMBERS, st.sampled_from(SIGNS), st.sampled_from("订单s傻")
    ),
    min_size=1,
    max_size=8,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(NUMBERED)
def test_a_long_number_is_any_long_number(text: str) -> None:
    """Messages that differ in one alone are read once."""
    assert LOOK._no_numbers
    assert LOOK.readings(text) == LOOK._read(text)

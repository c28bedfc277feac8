"""What says the same is read once: a long number is any long number, to every reader."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kshop_audit.facts.chat.contacts_look import ContactLook
from kshop_audit.facts.chat.disclosing import APPS
from kshop_audit.facts.chat.sayings import saying
from kshop_audit.model.settings import Settings, lexicon_of
from kshop_audit.packs import load

PACK = load("kuaishou")
NAMES, OUTSIDE = (lexicon_of(PACK, Settings(), n) for n in ("contact_names", "outside"))
DOMAINS = PACK.words["platform_domains"]
LOOK = ContactLook(NAMES, OUTSIDE, PACK.words["hotlines"], DOMAINS)

DIGITS = "0123456789"
PARTS = st.one_of(
    st.sampled_from((*APPS, *NAMES.words, "加我", "打我电话", "订单", "单号是", "卡号", "汇款到")),
    st.text(DIGITS, min_size=1, max_size=24),
    st.text(DIGITS, min_size=14, max_size=18),
    st.sampled_from("，。 -+vVqQ幺三八加是:：oilOa后尾"),
    st.text("SFJTYTolixyz", min_size=1, max_size=4),
)
MESSAGES = st.lists(PARTS, min_size=1, max_size=9).map("".join)


def said(text: str) -> str:
    return str(pl.DataFrame({"t": [text]}).select(saying(pl.col("t"), DOMAINS)).item())


@settings(max_examples=300, deadline=None)
@given(MESSAGES)
@example("微信 26298000046593490")
@example("卡号62220212345678901280")
@example("SF13800138000 打我电话")
@example("ol3800138000")
def test_the_number_of_an_order_tells_no_reader_anything(text: str) -> None:
    assert LOOK.judged(said(text), [], []) == LOOK.judged(text, [], [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("订单2629800004659349已发货", "订单2629800004659350已发货"),
        ("单号是JT310011351389，请查收", "单号是JT310011351390，请查收"),
        (
            "看这里 https://app.kwaixiaodian.com/page/goods?id=2628400003677576",
            "看这里 https://app.kwaixiaodian.com/page/goods?id=77",
        ),
    ],
)
def test_sentences_about_different_orders_say_the_same(one: str, other: str) -> None:
    assert said(one) == said(other)


@pytest.mark.parametrize(
    "text",
    [
        "打我电话13800138000", "加我微信wx13800138000", "+8613800138000", "0755-12345678",
        "4001234567", "看 https://www.taobao.com/item?id=1234567", "a13800138000",
        "kuaishou.com.evil.top/x", "尾号1234",
    ],
)  # fmt: skip
def test_all_else_is_left_as_it_was_written(text: str) -> None:
    assert said(text) == text

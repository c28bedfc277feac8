"""The texts that are kept while reading are a superset of those a conduct rule objects to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kshop_audit.facts import Facts, Tables
from kshop_audit.facts.chat.sayings import SAYING, saying
from kshop_audit.facts.chat.second_look import Look, worth_it
from kshop_audit.facts.chat.weighing import with_scored
from kshop_audit.facts.contacts import Sought, with_contacts
from kshop_audit.facts.messages import matches
from kshop_audit.facts.suspicion import suspects
from kshop_audit.facts.text import normalised
from kshop_audit.model.metadata import Pack
from kshop_audit.model.settings import Lexicon, Settings, Terms, lexicon_of
from kshop_audit.packs import load, names
from kshop_audit.rules import catalogue
from kshop_audit.tables import TEXT_ID

PACK: Pack = load("kuaishou")
OPTIONS = Settings()
OWN = Lexicon(("秘制ABC", "Ｘ光", "t-恤", "ﬁne"))
SEARCHED = ("banned", "abusive", "slander", "illegal", "disparaging", "impersonation")
LEXICONS = {
    name: lexicon_of(PACK, OPTIONS, name) for name in (*SEARCHED, "contact_names", "outside")
}
LISTS = {**{name: LEXICONS[name] for name in SEARCHED}, "own": OWN}
CERTAIN = tuple(
    word
    for lexicon in (*LISTS.values(), LEXICONS["outside"])
    for word in (*lexicon.words, *lexicon.certain, *lexicon.doubtful)
)
"""They are found with anything between their letters; likely words only as they stand."""
WORDS = CERTAIN[::4]
LOOK = Look(LISTS)
NOTHING = pl.LazyFrame(schema={"number": pl.String})

CONTACTS = (
    "https://shop.example.com/item/1", "http:／／x.cn", "www.abc.com", "abc-1.top", "t.me/abcde",
    "weidian.com", "abc.def@qq.com", "a_b@163.com", "6222021234567890128",
    "6222 0212 3456 7890 128",
    "4111-1111-1111-1111", "微信abc12345", "薇信：abc12345", "v信 abc12345", "w信是abc12345",
    "徽信+abc12345", "微号abc12345", "扣扣1234567", "企鹅号1234567", "支付宝账号abc12345",
    "vx:abc12345", "wx abc12345", "QQ 12345678", "weixin=abc12345", "wechat：abc12345",
    "alipay abc12345", "加我微信", "加一下v", "加个微", "加我的微我", "加下w.x", "加q q",
    "加我扣扣",
    "加个人的v你", "扫这个码加我", "识别图中码进群", "长按二维码", "加我二维码",
    "发您二维码", "支付二维码",
    "13800138000", "138 0013 8000", "+86-13800138000", "86 138-0013-8000", "010-12345678",
    "0755-1234567", "400-123-4567", "8001234567", "400 123 4567",
    "加我卫星abc12345", "➕v你", "＋薇我", "卫星号：abc123456", "v：abc12345", "q：12345678",
    "企鹅号是1234567",
    "留个微信吧", "微信同号", "vx联系", "幺三八零零幺三八零零零",
    "一 三 八 〇 〇 一 三 八 〇 〇 〇",
    "1 3 8 0 0 1 3 8 0 0 0", "1-3-8-0-0-1-3-8-0-0-0", "abc艾特qq点com",
    "淘宝店abc点com", "￥AbCdEf12345￥",
    "去淘宝搜", "私下转账", "薇 lily8888", "徽❤：lily_888", "收款码", "群号12345678", "abc点top",
    "实体店地址在国贸商场",
    "体验店在朝阳区", "文一西路969号", "望京街道3号楼B座",
    "杭州市西湖区文一路12号", "中关村大街3 5栋", "解放路 8单元", "新华街88室",
)  # fmt: skip

FILLERS = (
    "亲，", "您好", "尾号1234", "，", " ", "a", "我", "的", "七天无理由", "😊", "…", "不是", "\n",
)  # fmt: skip
GAPS = (
    "", " ", "\u3000", "\u200b", "\u00ad", "\ufeff", "\t", "\n", ".", "。", "，", "-", "_", "*",
    "·",
    "～", "|", "😊", "♥", "＊", "（", "\u2060", "\u180e", "…", "×", "^", "`", "〃", "〆",
)  # fmt: skip

# Compatibility ideographs and radicals that NFKC turns into the ordinary character.
TWINS = {"不": "\uf967", "老": "\uf934", "女": "\uf981", "杀": "\uf970", "十": "〸", "一": "⼀"}


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _mathematical(text: str) -> str:
    return "".join(chr(0x1D7CE + ord(c) - 48) if c in "0123456789" else c for c in text)


def _enclosed(text: str) -> str:
    return "".join(chr(0x24D0 + ord(c) - 97) if "a" <= c <= "z" else c for c in text)


def _twins(text: str) -> str:
    return "".join(TWINS.get(c, c) for c in text)


DISGUISES: tuple[Callable[[str], str], ...] = (
    str, str.upper, str.title, _wide, _mathematical, _enclosed, _twins,
)  # fmt: skip


@st.composite
def _part(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from((*WORDS, *CONTACTS)))
    text = draw(st.sampled_from(DISGUISES))(text)
    if draw(st.booleans()):
        text = "".join(letter + draw(st.sampled_from(GAPS)) for letter in text)
    if draw(st.booleans()):
        place = draw(st.integers(0, len(text)))
        text = text[:place] + draw(st.sampled_from(GAPS)) + text[place:]
    return text


FREE = st.text(
    st.sampled_from("加我下个人的微薇vwqx信扣扫识别长按二维码.·: 12号栋市路@com"), max_size=16
)
TEXTS = st.lists(
    st.one_of(_part(), st.sampled_from(FILLERS), FREE, st.text(max_size=4)), min_size=1, max_size=5
).map("".join)


def _found(texts: list[str]) -> pl.DataFrame:
    content = pl.col("content")
    messages = (
        pl.LazyFrame({"content": texts}, schema={"content": pl.String})
        .with_row_index(TEXT_ID)
        .with_columns(saying(content, SOUGHT.domains).alias(SAYING))
    )
    sayings = messages.select(content=SAYING).unique().with_columns(text=normalised(content))
    sayings = with_scored(sayings)
    said_once = messages.collect()[SAYING].to_list()
    told = [LOOK.readings(text) for text in said_once]
    said = pl.Series("said", [any(r.verdict for r in read.values()) for read in told])
    return (
        with_contacts(messages, sayings, known=NOTHING, sought=SOUGHT)
        .sort(TEXT_ID)
        .join(
            worth_it(sayings, LOOK).select(content.alias(SAYING), _worth=pl.lit(True)),
            on=SAYING,
            how="left",
            maintain_order="left",
        )
        .with_columns(said=said & pl.col("_worth").fill_null(False))
        .with_columns(kept=suspects(content, [*LEXICONS.values(), OWN]))
        .collect()
    )


SOUGHT = Sought(
    names=LEXICONS["contact_names"],
    outside=LEXICONS["outside"],
    domains=PACK.words["platform_domains"],
    hotlines=PACK.words["hotlines"],
    returning=PACK.words["returning"],
    delivering=PACK.words["delivering"],
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TEXTS, min_size=20, max_size=40))
@example(list(CONTACTS))
@example(
    [f"{letter}{gap}{word}" for word in CERTAIN[::4] for gap in ("", ".") for letter in ("", "亲")]
)
@example([word for lexicon in LISTS.values() for word in lexicon.likely])
@example([gap.join(word) for word in (*WORDS[::30], *CONTACTS) for gap in GAPS])
@example(["加w.x", "加我q，q", "加·一下·的·v", "加…个…微", "微…信…abc12345", "w w w.abc.com"])
def test_what_a_rule_finds_is_kept(texts: list[str]) -> None:
    frame = _found(texts)
    objected = pl.col("said") | pl.col("contact").is_not_null()
    assert frame.filter(objected & ~pl.col("kept"))["content"].to_list() == []


def test_ordinary_service_is_not_kept() -> None:
    texts = [
        "亲，尾号4250的包裹已经到中转中心，预计明后天派送～", "身高160体重110穿什么码",
        "有M码和L码哦",
        "好的呢，收到！😊", "一共2件，88.60元",
    ]  # fmt: skip
    frame = _found(texts)
    assert frame.filter(pl.col("kept"))["content"].to_list() == []


def test_every_contact_of_the_list_is_one() -> None:
    """Else the property above would compare nothing."""
    found = _found(list(CONTACTS))
    assert found["contact"].null_count() <= len(CONTACTS) // 5


def test_rules_look_for_no_other_list_than_those_whose_messages_are_kept() -> None:
    looked_for: set[str] = set()
    declared: set[str] = set()

    class Watching(Facts):
        def __call__(self, fact: Any, /, *args: Any, **kwargs: Any) -> pl.LazyFrame:
            if fact is matches:
                looked_for.update(args)
            return super().__call__(fact, *args, **kwargs)

    for pack in map(load, names()):
        terms = Terms(datetime(2026, 3, 31), pack, OPTIONS)
        for rule in set(pack.rules) & set(catalogue()):
            looked_for.clear()
            catalogue()[rule].measure(Watching(Tables({}, {}), terms), terms)
            assert looked_for <= set(catalogue()[rule].info.lists), rule
            declared |= looked_for
    assert declared >= set(SEARCHED)


def test_a_list_that_the_rule_does_not_declare_is_refused() -> None:
    """Its texts were not kept, so that nothing found would look like nothing written."""
    facts = Facts(Tables({}, {}), Terms(datetime(2026, 3, 31), PACK, OPTIONS))
    with pytest.raises(LookupError, match="illegal"):
        facts.declaring(("abusive", "slander"))(matches, "abusive", "illegal")

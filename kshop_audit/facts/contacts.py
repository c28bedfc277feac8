r"""Third-party contact details in merchant messages: links, mail, cards, chat ids, codes, phones.

Only what a stranger could use to reach or pay someone outside the platform. Every pattern runs
over the text after NFKC and without format characters; digits are ASCII then. Rust's regex has no
look-around, and its Unicode `\b` takes Han for a word character, hence `(?-u:\b)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from kshop_audit.facts.messages import says
from kshop_audit.tables import AT

TOP_LEVEL = "com|cn|net|org|shop|top|vip|xyz|link|club|ltd|store|site|online"
SHORT_LEVEL = "me|tv|io|co|cc|info"
"""Endings that also stand in sizes and models (XL.me): a link only with a path behind them."""
LINK = (
    r"https?://[^\s]+|www\.[a-z0-9-]+\.[^\s]+"
    r"|(?-u:\b)[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*"
    rf"\.(?:(?:{TOP_LEVEL})(?-u:\b)|(?:{SHORT_LEVEL})/)"
)
MAIL = r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+"
CARD = r"(?-u:\b)[0-9](?:[- ]?[0-9]){15,18}(?-u:\b)"
PHONE = (
    r"(?-u:\b)(?:\+?86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}(?-u:\b)"
    r"|(?-u:\b)0[0-9]{2,3}-[0-9]{7,8}(?-u:\b)"
    r"|(?-u:\b)[48]00[- ]?[0-9]{3}[- ]?[0-9]{4}(?-u:\b)"
)
HAN_NAMES = r"(?:微信|薇信|威信|徽信|v信|w信|微号|薇号|扣扣|企鹅号|支付宝)"
LATIN_NAMES = r"(?:vx|wx|weixin|wechat|qq|alipay)"
BETWEEN = r"(?:号码?|账号|帐号|id|是|为|[\s:：,，=+\-—~])"
ACCOUNT = r"[a-z0-9][a-z0-9_-]{4,}"
CHAT_ID = (
    rf"{HAN_NAMES}{BETWEEN}{{0,6}}{ACCOUNT}"
    rf"|(?-u:\b){LATIN_NAMES}{BETWEEN}{{1,6}}{ACCOUNT}"
)
"""A Latin name needs something between it and the account: YTQQ1234567 is a waybill."""
SQUEEZED_ID = rf"{HAN_NAMES}(?:号码?|账号|帐号|id|是|为){{0,3}}{ACCOUNT}"
"""The same in normalised text, where dots and blanks inside a name are gone."""
INVITE = (
    r"加(?:我|一下|下|个|个人)?(?:的)?"
    r"(?:微信|薇信|威信|v信|vx|wx|qq|扣扣|(?:微|薇|v)(?:$|[我你您聊详发咨私谈]))"
)
"""An invitation to go on elsewhere, in normalised text; 加微量 and 加v领 are none."""
CODE = (
    r"(?:扫|识别|长按)[^。!?]{0,6}码[^。!?]{0,6}(?:加|进群|入群|联系|添加|关注|付款|支付|转账|付)"
    r"|(?:加|进群|入群|联系|添加|付款|支付|转账|发)[^。!?]{0,6}二维码"
)
ADDRESS = r"(?:省|市|区|县|镇|街道|大道|路|街|巷|弄|村)[^。!?]{0,20}?[0-9]+(?:号|栋|幢|单元|室|楼)"

CARD_LENGTH = 19


def contacts(
    messages: pl.LazyFrame,
    *,
    known: pl.LazyFrame,
    domains: Iterable[str],
    hotlines: Iterable[str],
    returning: Iterable[str],
) -> pl.LazyFrame:
    """The messages with `contact` (String: the kinds found, joined by a space; null = none) and
    `contact_review` (Boolean: nothing but an address while a return is talked about).

    `known`: frame with a column `number`, the shop's order and waybill numbers; a run of digits
    that is one of them is no bank card. `hotlines`: digits of the platform's own numbers.
    """
    # Only suspects have their text (see `suspicion`); the others need no look at all.
    quiet = messages.filter(pl.col("content").is_null()).with_columns(
        contact=pl.lit(None, dtype=pl.String), contact_review=pl.lit(False)
    )
    plain = (
        pl.col("content").str.normalize("NFKC").str.replace_all(r"\p{Cf}+", "").str.to_lowercase()
    )
    text = messages.filter(pl.col("content").is_not_null()).with_columns(_plain=plain)
    cards = _cards(text, known)
    no_mail = pl.col("_plain").str.replace_all(MAIL, " ")
    foreign = no_mail.str.replace_all(_own_links(domains), "$1 ")
    stranger = pl.col("_plain").str.replace_all(_numbers(hotlines), " ")
    checks = {
        "link": foreign.str.contains(LINK),
        "mail": pl.col("_plain").str.contains(MAIL),
        "bank_card": pl.col("_card").fill_null(False),
        "chat_id": pl.col("_plain").str.contains(CHAT_ID) | _squeezed(),
        "qr_code": pl.col("_plain").str.contains(CODE),
        "phone": stranger.str.contains(PHONE),
        "address": pl.col("_plain").str.contains(ADDRESS),
    }
    kinds = pl.concat_str(
        [pl.when(check).then(pl.lit(name)) for name, check in checks.items()],
        separator=" ",
        ignore_nulls=True,
    )
    back = says(pl.col("text"), returning)
    only_address = pl.col("contact").is_in(("address", "phone address")).fill_null(False)
    looked_at = (
        text.join(cards, on=AT, how="left")
        .with_columns(contact=pl.when(kinds != "").then(kinds))
        .with_columns(contact_review=only_address & back)
        .drop("_plain", "_card")
    )
    return pl.concat([looked_at, quiet])


def _squeezed() -> pl.Expr:
    return pl.col("text").str.contains(rf"{SQUEEZED_ID}|{INVITE}").fill_null(False)


def _own_links(domains: Iterable[str]) -> str:
    hosts = "|".join(re.escape(domain) for domain in domains) or r"\z."
    return rf"(^|[^a-z0-9.-])(?:https?://)?(?:[a-z0-9-]+\.)*(?:{hosts})(?:[/?#][a-z0-9/_.?&=%#-]*)?"


def _numbers(hotlines: Iterable[str]) -> str:
    spelled = ["[- ]?".join(number) for number in hotlines]
    return "|".join(spelled) or r"\z."


def _cards(messages: pl.LazyFrame, known: pl.LazyFrame) -> pl.LazyFrame:
    """(_at, _card=True) of messages with a run of digits that passes as a bank card."""
    number = pl.col("number").str.replace_all(r"[^0-9]", "")
    return (
        messages.select(AT, number=pl.col("_plain").str.extract_all(CARD))
        .filter(pl.col("number").list.len() > 0)
        .explode("number")
        .with_columns(number=number)
        .filter(luhn(pl.col("number")))
        .join(known, on="number", how="anti")
        .select(AT, _card=pl.lit(True))
        .unique()
    )


def luhn(number: pl.Expr) -> pl.Expr:
    """Boolean: whether the digits (text, at most 19) pass the Luhn check."""
    padded = number.str.zfill(CARD_LENGTH)
    total = pl.lit(0, dtype=pl.Int64)
    for place in range(CARD_LENGTH):
        digit = padded.str.slice(place, 1).cast(pl.Int64)
        # Every second digit, counted from the right without the check digit, is doubled.
        doubled = digit * 2
        value = pl.when(doubled > 9).then(doubled - 9).otherwise(doubled)
        total = total + (value if (CARD_LENGTH - place) % 2 == 0 else digit)
    return total % 10 == 0

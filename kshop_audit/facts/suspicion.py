"""Which merchant messages a conduct rule could possibly object to.

Most messages cannot break a clause, and normalising all of them would cost more than everything
else. While a file is read, this superset is decided on the text as it stands, in one search of one
pattern (measured: 0.05 s for half a million messages); only the text of suspects is kept. It must
never be smaller than what the rules find: a test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from kshop_audit.facts.contacts import LATIN_NAMES, SHORT_LEVEL, TOP_LEVEL
from kshop_audit.facts.messages import fold

PLAIN = (
    r"\x00-\x7f"  # ASCII
    r"\u{4e00}-\u{9fff}\u{3400}-\u{4dbf}"  # the common ideographs
    r"\u{b7}\u{2010}\u{2014}\u{2018}\u{2019}\u{201c}\u{201d}\u{2026}"  # · ‐ — ‘ ’ “ ” …
    r"\u{3001}-\u{3003}\u{3008}-\u{3011}"  # 、 。 〃 and brackets
    r"\u{ff01}\u{ff08}\u{ff09}\u{ff0c}\u{ff1a}\u{ff1b}\u{ff1f}\u{ff5e}"  # ！（），：；？～
    r"\u{2600}-\u{26ff}\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}"  # emoji
)
"""Characters that NFKC leaves alone, or turns into punctuation that no pattern depends on."""

DISGUISED = f"[^{PLAIN}]"

GAP = r"[^0-9A-Za-z\u{4e00}-\u{9fff}\u{3400}-\u{4dbf}]*"
"""Everything that normalising removes from text that is not DISGUISED, and a little more."""

LETTERS = 3
"""So many letters of a word are looked for: more make the search slower and hardly ever rarer."""

NAMES = ("微信", "薇信", "威信", "徽信", "v信", "w信", "微号", "薇号", "扣扣", "企鹅号", "支付宝")
"""The Han names of `contacts.HAN_NAMES`, which may be taken apart by dots and blanks."""

INVITED = rf"加{GAP}(?:[我一下个人的]{GAP}){{0,3}}(?:[微薇vwq]|扣)"
"""The beginning of `contacts.INVITE`, taken apart likewise."""

CONTACT = (
    rf"https?[:：]|www\.|\.(?:{TOP_LEVEL}|{SHORT_LEVEL})|@|{LATIN_NAMES}"
    r"|(?:扫|识别|长按)[^。!?]{0,6}码|二维码"
    r"|[0-9](?:[- ]?[0-9]){6}"  # every phone and card
    r"|[0-9](?:号|栋|幢|单元|室|楼)"
)


def suspicious(content: pl.Expr, words: Iterable[str]) -> pl.Expr:
    """Boolean: whether a word of any list, a contact or a disguise may be in the text."""
    folded = {fold(word)[:LETTERS] for word in (*words, *NAMES)} - {""}
    listed = "|".join(GAP.join(map(re.escape, word)) for word in sorted(folded))
    return content.str.contains(f"(?i){DISGUISED}|{listed}|{INVITED}|{CONTACT}")

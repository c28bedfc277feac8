"""Which merchant messages a conduct rule could possibly object to.

Most messages cannot break a clause, and normalising all of them would cost more than everything
else. While a file is read, this superset is decided on the text as it stands; only the text of
suspects is kept. It must never be smaller than what the rules find: a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from kshop_audit.facts.contacts import HAN_NAMES, LATIN_NAMES, SHORT_LEVEL, TOP_LEVEL
from kshop_audit.facts.messages import alternation

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

CONTACT = (
    rf"https?[:：]|www\.|\.(?:{TOP_LEVEL}|{SHORT_LEVEL})|@|{LATIN_NAMES}|码"
    r"|[0-9](?:[- ]?[0-9]){15}"
    r"|1[3-9][0-9](?:[- ]?[0-9]{4}){2}|0[0-9]{2,3}-[0-9]{7}|[48]00[- ]?[0-9]{3}[- ]?[0-9]{4}"
    r"|[0-9](?:号|栋|幢|单元|室|楼)"
)


def suspicious(content: pl.Expr, words: Iterable[str]) -> pl.Expr:
    """Boolean: whether a word of any list, a contact or a disguise may be in the text."""
    bare = content.str.replace_all(r"[\s\p{P}\p{S}]+", "")
    listed = alternation(words) or r"\z."
    return (
        content.str.contains(DISGUISED)
        | bare.str.contains(rf"(?i){listed}|{HAN_NAMES}|加.{{0,3}}(?:微|薇|v)")
        | content.str.contains(f"(?i){CONTACT}")
    )

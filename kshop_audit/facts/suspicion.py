"""Which merchant messages a rule could possibly object to.

Most messages cannot break a clause, and normalising all of them would cost more than everything
else. While a file is read, this superset is decided on the text as it stands, in one search of one
pattern (measured: 0.05 s for half a million messages); only the text of suspects is kept. It must
never be smaller than what the rules find: a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from kshop_audit.facts.chat import narrowing
from kshop_audit.facts.chat.disclosing import HINTS
from kshop_audit.facts.contacts import SHORT_LEVEL, SPOKEN_DIGITS, TOP_LEVEL
from kshop_audit.facts.text import GAP, PLAIN, fold, taken_apart
from kshop_audit.model.settings import Lexicon

DISGUISED = f"[^{PLAIN}]"

LETTERS = 3
"""So many letters of a word are looked for: more make the search slower and hardly ever rarer."""

INVITED = (
    rf"[加+]{GAP}(?:[我们咱一下个人店主老板客服私工作的]{GAP}){{0,12}}(?:[微薇威徽溦嶶vwq]|扣)"
)
"""The beginning of an invitation (see `contacts.ChatPatterns`), taken apart by dots and blanks."""

SPOKEN_PHONE = rf"[幺一壹](?:{GAP}[{SPOKEN_DIGITS}]){{10}}"
"""A phone number in words."""

LETTER_NAME = r"(?:^|[^0-9A-Za-z])[A-Za-z]{1,8}(?:号|账|[:：=])"
"""A name of letters before an account; short ones are in no search for words."""

CONTACT = (
    rf"https?[:：]|www\.|\.(?:{TOP_LEVEL}|{SHORT_LEVEL})|@|艾特|点(?:{TOP_LEVEL})"
    r"|(?:扫|识别|长按)[^。!?]{0,6}码|二维码|(?:收款|付款|收钱)码"
    r"|[0-9](?:[-. ]?[0-9]){6}"  # every phone and card
    r"|[0-9A-Za-z](?:号|栋|幢|座|单元|室|楼|层)|实体店|线下店|门店|体验店"
    rf"|{SPOKEN_PHONE}|{LETTER_NAME}|群{GAP}号|[微薇威徽溦嶶]{GAP}[0-9A-Za-z_-]"
)


def suspicious(content: pl.Expr, words: Iterable[str]) -> pl.Expr:
    """Boolean: whether a word of any list, a contact or a disguise may be in the text.

    `words`: of every list and the names of `contacts`, with all their spellings; a single letter is
    looked for in INVITED and LETTER_NAME only.
    """
    folded = {fold(word)[:LETTERS] for word in words} - {""}
    folded = {word for word in folded if len(word) > 1 or not word.isascii()}
    listed = taken_apart(frozenset(folded))
    parts = "|".join(part for part in (DISGUISED, listed, INVITED, CONTACT) if part)
    return content.str.contains(f"(?i){parts}")


def suspects(content: pl.Expr, lexicons: Iterable[Lexicon]) -> pl.Expr:
    """Boolean: what `suspicious` says, and whatever the closer look of `facts.chat` may want.

    The words that are certain are looked for with anything between their letters; the many that
    are only likely as they stand, or set apart as people do it.
    """
    known = tuple(lexicons)
    asked = [suspicious(content, narrowing.certain(known))]
    if listed := narrowing.listed(known):
        asked.append(content.str.contains_any(listed))
    if disguised := narrowing.may_be_disguised(known):
        asked.append(content.str.contains(f"(?i){disguised}"))
    asked += [narrowing.telling(content), content.str.contains(f"{narrowing.SET_APART}|{HINTS}")]
    return pl.any_horizontal(asked)

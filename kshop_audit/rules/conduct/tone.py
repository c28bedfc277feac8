"""The tone of the merchant's side: only a person can tell, so every hit is for review."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.ends import relevant
from kshop_audit.facts.messages import matched, matches
from kshop_audit.model.metadata import MessageText, Text
from kshop_audit.model.settings import Terms
from kshop_audit.rules.conduct.hits import (
    EVIDENCE,
    FAMILY,
    NEEDS,
    NO_TEXT,
    allowed_notes,
    findings,
    joined,
    known,
    only_reviews,
    wanting,
)
from kshop_audit.rules.kit import doubts
from kshop_audit.rules.kit.rule import rule
from kshop_audit.rules.kit.shapes import Ratio, Shape
from kshop_audit.rules.kit.word_lists import TONE_LISTS


@rule(
    "tb-tone",
    family=FAMILY,
    title=Text(zh="客服语气（淘宝）", en="Tone of customer service (Taobao)"),
    fix=Text(
        zh="主管抽看列出的会话：争辩改为先认同，质问改为询问，命令改为建议，冷淡改为给出下一步。",
        en="Have a supervisor read the conversations listed: agree first instead of arguing, ask "
        "instead of questioning, suggest instead of commanding, and offer the next step.",
    ),
    unit=Text(zh="条消息语气不当", en="messages in a bad tone"),
    needs=NEEDS,
    text=MessageText.SUSPECTS,
    lists=TONE_LISTS,
    conclude=only_reviews,
)
def tb_tone(facts: Facts, terms: Terms) -> Shape:
    """Merchant messages that sound arguing, commanding, questioning or cold; for review only.

    商家侧消息中疑似争辩、命令、质问、冷淡的条数；只供人工复核，不判违规。

    Why it matters:
        A cold, arguing, questioning or commanding tone drives buyers away (S2-71) and ends in bad
        ratings.

        冷漠、争辩、质问、命令的语气会赶走顾客（S2-71），也会带来差评。

    How it is counted:
        Messages with a word of one of four lists, normalised, are listed with the tone. None is
        an offence: the numerator stays 0, and any hit makes a warning. Lists and the 30 days are
        an ASSUMPTION.

        归一化后命中四个词表之一的消息，注明语气列出。都不算违规：分子恒为 0，有命中即提示复核。
        词表和 30 天均为假设。

    Not counted:
        Buyers' messages, and words behind a negation.

        买家的消息，以及前面有否定词的说法。

    Example:
        Of 500 merchant messages one says “爱买不买”: 0 of 500, listed as cold, a warning.

        500 条商家消息，一条写“爱买不买”：0/500，按冷淡列出，提示复核。

    Why our number may differ:
        The platform publishes no list and judges by complaints and ratings; a short answer may
        be cold without any such word, and a quotation may be listed.

        平台没有公布词表，主要看投诉和评价；没有这些词的简短回复也可能冷淡，引用的话也可能被列出。
    """
    tones = {name: matched(name) for name in TONE_LISTS}
    listed = findings(
        pl.any_horizontal(tone.plainly for tone in tones.values()),
        joined([tone.spelled for tone in tones.values()], " / "),
        joined([tone.words for tone in tones.values()], " "),
        ("tone", "S2-71", ""),
        review=pl.lit(True),
        instead=NO_TEXT,
    )
    names = [
        pl.when(tone.plainly).then(pl.lit(name.removeprefix("tone_")))
        for name, tone in tones.items()
    ]
    return Ratio(
        unit=relevant(facts(matches, *TONE_LISTS), facts.tables, terms, "tb-tone", "sent_at"),
        at="sent_at",
        hit=known(pl.lit(False), facts.tables),
        wanting=wanting(facts.tables),
        maybe=doubts.maybe(facts.tables),
        offence=True,
        evidence=EVIDENCE,
        findings=replace(listed, columns={**listed.columns, "why": joined(names, " ")}),
        notes=allowed_notes(terms),
    )

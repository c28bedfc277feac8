"""What the conduct rules share: how a hit is listed, and when it is only for review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from kshop_audit.facts import Tables
from kshop_audit.facts.chat.borders import has_segmenter
from kshop_audit.facts.chat.folding import knows_all_variants
from kshop_audit.facts.chat.sounds import known_library
from kshop_audit.model.knowledge import Why
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Status
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit.evidence import EvidenceColumns, Findings
from kshop_audit.rules.kit.rule import Conclusion, Measured
from kshop_audit.tables import AT, LOST

FAMILY = "conduct"
NEEDS = ("chats.sent_at", "chats.sender_role", "chats.content")

EVIDENCE = EvidenceColumns(
    ids=("agent",), looked_up=("message_id", "session_id"), actual=pl.col("sent_at")
)


NO_TEXT = pl.lit(None, dtype=pl.String)


def only_reviews(measured: Measured, terms: Terms) -> Conclusion:
    """A message that only has hits to review is no offence, but a person must look at it."""
    waiting = any(finding.get("review") for finding in measured.findings)
    return Conclusion(instead={Status.PASS: Status.WARN} if waiting else {})


def broken_clause(rule_id: str, terms: Terms, usual: tuple[str, str, str]) -> tuple[str, str, str]:
    """The clause, its source and the consequence; another platform's pack names its own clause."""
    clause = terms.pack.rules[rule_id].options.get("clause")
    return usual if clause is None else (str(clause.value), clause.source, "")


def known(hit: pl.Expr, tables: Tables) -> pl.Expr:
    """The hit; null of messages whose text is lost, and of those that are not in the files."""
    if tables.texts_lost is not None:
        hit = pl.when(~pl.col(LOST).fill_null(False)).then(hit)
    if tables.one_sided:
        hit = pl.when(pl.col("why").ne_missing(Why.NOT_COVERED.value)).then(hit)
    return hit


def wanting(tables: Tables) -> Mapping[Why, Text]:
    """What is to be supplied where messages have lost their text."""
    if tables.texts_lost is None:
        return {}
    first, last = (f"{at:%m-%d}" for at in tables.texts_lost)
    text = Text(
        zh=f"{{}} 条商家消息没有文字或文字没解码（{first} 至 {last}），"
        "说了什么看不出来：请重新导出带消息内容的聊天",
        en=f"{{}} merchant messages lack their text or have it as codes ({first} to {last}), so "
        "what they say is not known: export the chats again with the content of the messages",
    )
    return {Why.NOT_COVERED: text}


BY_AGENT = {"agent": pl.col("agent")}


def allowed_notes(terms: Terms) -> tuple[Text, ...]:
    """The phrases that the shop lets pass, with its reasons: what is not searched is listed."""
    entries = [f"{entry.phrase} ({entry.reason})" for entry in terms.settings.allow]
    if not entries:
        return ()
    return (
        Text(
            zh=f"shop.toml 放行、不再查的词：{'、'.join(entries)}",
            en=f"let pass by shop.toml: {', '.join(entries)}",
        ),
    )


def extra_notes() -> tuple[Text, ...]:
    """What was not looked at for want of the packages of the extra."""
    if has_segmenter() and known_library() and knows_all_variants():
        return ()
    return (
        Text(
            zh="没有装全 chat 扩展：词典分词、生僻字谐音和少见的繁体字没有查，"
            "可用 pip install 'kshop-audit[chat]' 安装",
            en="the extra `chat` is not all there: no dictionary, rare sounds and rare traditional "
            "characters were looked at; pip install 'kshop-audit[chat]'",
        ),
    )


def joined(parts: Sequence[pl.Expr], separator: str) -> pl.Expr:
    """The parts that say something, one after the other."""
    filled = [pl.when(part != "").then(part) for part in parts]
    return pl.concat_str(filled, separator=separator, ignore_nulls=True)


def findings(
    where: pl.Expr,
    word: pl.Expr,
    normalised: pl.Expr,
    broken: tuple[str, str, str],
    *,
    review: pl.Expr,
    instead: pl.Expr,
) -> Findings:
    """One finding a message and clause.

    `broken`: the clause, its source, and the platform's consequence as far as it is published.
    `instead`: codes of the wording for what to say in its place, joined by a space.
    """
    clause, source, then = broken
    return Findings(
        {
            AT: pl.col(AT),
            "agent": pl.col("agent"),
            "at": pl.col("sent_at"),
            "word": word,
            "normalised": normalised,
            "clause": pl.lit(clause),
            "source": pl.lit(source),
            "consequence": pl.lit(then),
            "instead": instead,
            "review": review,
        },
        where=where,
        order=("at", "session_id", "message_id"),
        looked_up=("message_id", "session_id"),
    )

"""Chat conduct: words that must not be used and buyers who are written to without end.

Only what the rulebook fixes to the letter is measured: the five banned words (and the operator's
own), any word list that the caller hands over, and the run of unanswered messages. Disguised
contact data has no closed definition and therefore no oracle.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from .basis import DAY, NO_VERDICT, Case, Outcome, Row, text, tidy, time
from .service import place

WINDOW = 30
BANNED = ("高仿", "精仿", "非正品", "复印版", "扫描版")
NEGATIONS = ("不", "没", "无", "非", "未")
REACH = 4
MERCHANT_ROLES = ("agent", "robot")
LISTED_RULES = {
    "abusive-language": "abusive",
    "illegal-content": "illegal",
    "impersonation": "impersonation",
}
HARASSMENT_LIMIT = 10


def normalise(content: str) -> str:
    """NFKC, then letters, digits and marks only, letters folded: no disguise survives it."""
    wide = unicodedata.normalize("NFKC", content)
    kept = [
        letter for letter in wide if unicodedata.category(letter)[0] not in ("C", "Z", "P", "S")
    ]
    return "".join(kept).casefold()


def hits(content: str, words: Sequence[str], negations: Sequence[str]) -> tuple[int, int]:
    """(plain hits, hits in a negated phrase) of the words in one message."""
    body = normalise(content)
    plain = negated = 0
    for word in {normalise(word) for word in words} - {""}:
        start = body.find(word)
        while start >= 0:
            before = body[max(0, start - REACH) : start]
            if any(negation in before for negation in negations):
                negated += 1
            else:
                plain += 1
            start = body.find(word, start + 1)
    return plain, negated


def merchant_rows(case: Case) -> tuple[list[Row], Counter[str]]:
    excluded: Counter[str] = Counter()
    rows = []
    for row in case.rows("chats"):
        moment = time(row, "sent_at")
        if moment is None or text(row, "sender_role") not in MERCHANT_ROLES:
            continue
        if reason := case.outside(moment, WINDOW):
            excluded[reason] += 1
        else:
            rows.append(row)
    return rows, excluded


def word_rule(case: Case, words: Sequence[str]) -> Outcome:
    rows, excluded = merchant_rows(case)
    negations = case.words.get("negations", NEGATIONS)
    bad = review = 0
    for row in rows:
        plain, negated = hits(text(row, "content"), words, negations)
        bad += plain > 0
        review += plain == 0 and negated > 0
    return Outcome(bad, len(rows), tidy(excluded), extra={"review": review})


def harassment(case: Case) -> Outcome:
    limit = case.option("harassment", "limit", HARASSMENT_LIMIT)
    assert isinstance(limit, int)
    rows, excluded = merchant_rows(case)
    counted = {id(row) for row in rows}
    buyers: dict[tuple[str, str], list[Row]] = {}
    for row in case.rows("chats"):
        moment = time(row, "sent_at")
        if moment is None or not case.is_past(moment):
            continue
        if buyer := text(row, "buyer_id"):
            buyers.setdefault(("buyer", buyer), []).append(row)
        elif session := text(row, "session_id"):
            buyers.setdefault(("session", session), []).append(row)
    over = 0
    for talk in buyers.values():
        run: list[Row] = []
        for row in sorted(talk, key=place):
            role = text(row, "sender_role")
            if role == "buyer":
                run = []
            elif role in MERCHANT_ROLES:
                run.append(row)
                over += id(row) in counted and too_many(run, limit)
    return Outcome(over, len(rows), tidy(excluded))


def too_many(run: list[Row], limit: int) -> bool:
    """The newest message is at least the (limit + 1)th unanswered one of the last 24 hours."""
    if len(run) <= limit:
        return False
    newest, oldest = time(run[-1], "sent_at"), time(run[-1 - limit], "sent_at")
    assert newest is not None
    assert oldest is not None
    return newest - oldest <= timedelta(days=DAY.days)


def rules(case: Case) -> dict[str, Outcome]:
    listed = [name for name, words in LISTED_RULES.items() if words in case.words]
    if not case.has("chats", "sent_at", "sender_role", "content"):
        return dict.fromkeys(("banned-words", "harassment", *listed), NO_VERDICT)
    banned = [*BANNED, *case.words.get("own", ())]
    found = {"banned-words": word_rule(case, banned), "harassment": harassment(case)}
    for name in listed:
        found[name] = word_rule(case, case.words[LISTED_RULES[name]])
    return found

"""The closer look for contacts: what it adds to the patterns of `facts.contacts`, and corrects."""

from __future__ import annotations

import functools

import polars as pl

from kshop_audit.facts.chat import narrowing, weighing
from kshop_audit.facts.chat.disclosing import (
    BUYER_OWN,
    HINTS,
    NOT_OURS,
    REFUSED_LATER,
    RETURNED,
    Disclosed,
    Discloser,
    own_links,
)
from kshop_audit.facts.chat.reader import NOTHING, Strength
from kshop_audit.facts.chat.sayings import SAYING
from kshop_audit.facts.chat.second_look import CLOSELY, SCORED, Look
from kshop_audit.model.settings import Lexicon

LED = "other_shop"
LIST = "outside"
OURS = (Disclosed.CHAT, Disclosed.PHONE)
"""Kinds of which a label beside the number says that it is none."""
PLACES = (Disclosed.PHONE, Disclosed.ADDRESS, Disclosed.CARD)
"""Kinds that are ordinary in talk of a delivery or a return."""
NO_CONTACT = {"certain": "", "doubtful": ""}
READ = pl.Struct({"certain": pl.String, "doubtful": pl.String})


class ContactLook:
    """Reads messages for contacts. `names`, `outside`: the lists; `hotlines` (digits) and `domains`
    of the platform.
    """

    def __init__(
        self,
        names: Lexicon,
        outside: Lexicon,
        hotlines: tuple[str, ...],
        domains: tuple[str, ...],
    ) -> None:
        """Nothing costly is built before there is a message to read."""
        self._names, self.outside = names, outside
        self._hotlines, self._domains = hotlines, domains
        self._own_links = own_links(domains)

    @functools.cached_property
    def _discloser(self) -> Discloser:
        return Discloser(self._names, self._hotlines, self._domains)

    @functools.cached_property
    def look(self) -> Look:
        """Reads messages for the words that lead to other shops."""
        return Look({LIST: self.outside})

    def read(self, rows: pl.Series) -> pl.Series:
        """The kinds found, certain and doubtful ones, each joined by a space.

        `rows`: structs of SAYING, JOINED, SCORED, CLOSELY, and what the patterns found,
        `_certain` and `_doubtful`.
        """
        known: dict[tuple[str, bool, str, str], dict[str, str]] = {}
        told = []
        for row in rows.to_list():
            plainly = row["_certain"] or row["_doubtful"] or row[CLOSELY]
            if not plainly and not self.look.may_hold_phrase(row[weighing.JOINED]):
                told.append(NO_CONTACT)
                continue
            key = (row[SAYING] or "", row[SCORED], row["_certain"] or "", row["_doubtful"] or "")
            if key not in known:
                known[key] = self._told(*key)
            told.append(known[key])
        return pl.Series(rows.name, told, dtype=READ)

    def _told(self, content: str, scored: bool, certain: str, doubtful: str) -> dict[str, str]:
        verdicts = self.judged(content, certain.split(), doubtful.split(), scored=scored)
        return {
            "certain": " ".join(k for k, v in verdicts.items() if v is Strength.HIT),
            "doubtful": " ".join(k for k, v in verdicts.items() if v is Strength.REVIEW),
        }

    def judged(
        self, content: str, certain: list[str], doubtful: list[str], *, scored: bool = True
    ) -> dict[str, Strength]:
        """Disclosed → verdict, once what the patterns found is seen in its sentence."""
        read = self._discloser.read(content)
        harmless = any(phrase in content for phrase in self._names.innocent)
        led = NOTHING if harmless else self.look.readings(content, scored=scored)[LIST]
        if not led.words and self._own_links.search(content):
            led = NOTHING  # a score alone says nothing against a link that stays on the platform
        result: dict[str, Strength] = {}
        labelled = self._discloser.labelled(content)
        # Where a parcel goes back to leads nobody outside.
        back = {*certain, *doubtful, *read} == {Disclosed.ADDRESS} and RETURNED.search(content)
        for kind in dict.fromkeys([*certain, *doubtful, *read, *([LED] if led.verdict else [])]):
            plain = Strength.HIT if kind in certain else Strength.REVIEW
            if kind not in (*certain, *doubtful):
                plain = Strength.NOTHING
            closer = led.verdict if kind == LED else read.get(Disclosed(kind), Strength.NOTHING)
            if kind == LED and closer and back:
                closer = Strength.REVIEW
            result[kind] = self._both(kind, plain, closer, content, labelled=labelled)
        return {kind: verdict for kind, verdict in result.items() if verdict}

    @staticmethod
    def _both(
        kind: str, plain: Strength, closer: Strength, content: str, *, labelled: bool
    ) -> Strength:
        if plain is Strength.HIT and closer is not Strength.HIT:
            if kind in OURS and labelled and not closer:
                return Strength.NOTHING
            about = (BUYER_OWN, REFUSED_LATER, *((NOT_OURS, RETURNED) if kind in PLACES else ()))
            if any(part.search(content) for part in about):
                return Strength.REVIEW
            if kind == Disclosed.PHONE and closer is Strength.REVIEW:
                return Strength.REVIEW
        return max(plain, closer)


def worth_it(sayings: pl.LazyFrame, look: ContactLook) -> pl.LazyFrame:
    """The sayings with SCORED, CLOSELY, and `_worth` (Boolean): whether they get the closer look,
    apart from those in which the patterns find something.

    `sayings`: content and the columns of `weighing.with_scored`.
    """
    content, plainly, outside = pl.col("content"), pl.col(CLOSELY), (look.outside,)
    closely = [content.str.contains(HINTS), weighing.worth_a_score({LIST: look.outside})]
    if spoken := narrowing.spoken(outside):
        closely.append(content.str.contains_any(spoken))
    worth = [plainly]
    if anchored := narrowing.anchored(outside):
        worth.append(content.str.contains_any(anchored))
    return (
        sayings.with_columns(pl.any_horizontal(closely).fill_null(False).alias(CLOSELY))
        .with_columns(look.look.scored().alias(SCORED), _worth=pl.any_horizontal(worth))
        .with_columns(plainly | pl.col(SCORED))
    )

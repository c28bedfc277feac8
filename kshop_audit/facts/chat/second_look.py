"""The closer look as columns: which messages get it, and what it finds in them.

This is the one place where a Python function runs over rows. It sees the distinct texts that the
expressions of `narrowing` let through, and nothing else.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

import polars as pl

from kshop_audit.facts.chat import narrowing, scoring, weighing
from kshop_audit.facts.chat.reader import ListReader, Message, Strength, WordFinding, list_reader
from kshop_audit.model.patterns import regex
from kshop_audit.model.settings import Lexicon

KEPT = 2_048
"""So many messages are kept prepared, for several lists read the same ones."""
LONG_NUMBER = regex("[0-9]{8,}")
"""Messages that differ in the number of an order or a parcel alone are read once."""
SCORED = "_scored"
"""Boolean: whether a message may have a score to act on."""
CLOSELY = "_closely"
"""Boolean: whether there is more in a message than the rarest part of a phrase."""
DIGIT = regex(r"\d")
SHORTEST = 4
"""Messages below this length say too little to be scored."""


class Look:
    """Reads messages for some lists. `lexicons`: by name of list."""

    def __init__(self, lexicons: Mapping[str, Lexicon]) -> None:
        """Nothing costly is built before there is a message to read."""
        self._lexicons = dict(lexicons)
        self._known: dict[tuple[str, bool], dict[str, WordFinding]] = {}
        self.type = pl.Struct(
            {
                name: pl.Struct({"verdict": pl.Int8, "words": pl.String, "spelled": pl.String})
                for name in lexicons
            }
        )

    @functools.cached_property
    def _readers(self) -> dict[str, ListReader]:
        return {name: list_reader(lexicon) for name, lexicon in self._lexicons.items()}

    @functools.cached_property
    def _no_numbers(self) -> bool:
        """Whether no long number can be any part of what the lists find.

        A word that stands between borders is never part of one; phrases and harmless words may be.
        Nothing else looks at digits, but how many there are.
        """
        loose = (
            text
            for lexicon in self._lexicons.values()
            for texts in (
                lexicon.frames, lexicon.doubtful_frames, *lexicon.sets.values(),
                lexicon.innocent, lexicon.review, lexicon.around,
            )
            for text in texts
        )  # fmt: skip
        return not any(DIGIT.search(text) for text in loose)

    def anchored(self, content: pl.Expr) -> pl.Expr:
        """Boolean: whether the rarest part of a phrase stands in the message."""
        anchored = narrowing.anchored(tuple(self._lexicons.values()))
        return content.str.contains_any(anchored) if anchored else pl.lit(False)

    def closely(self, content: pl.Expr) -> pl.Expr:
        """Boolean: whether there is more in the message; over columns of `weighing.with_scored`."""
        lexicons = tuple(self._lexicons.values())
        squeezed = pl.col(weighing.JOINED)
        asked = []
        if certain := narrowing.certain(lexicons):
            asked.append(squeezed.str.contains_any(certain))
        if spoken := narrowing.spoken(lexicons):
            asked.append(content.str.contains_any(spoken))
        if listed := narrowing.listed(lexicons):
            apart = content.str.contains(narrowing.SET_APART)
            asked.append(apart & squeezed.str.contains_any(listed))
        if disguised := narrowing.may_be_disguised(lexicons):
            asked.append(pl.col(weighing.LOWERED).str.contains(disguised))
        asked.append(weighing.worth_a_score(self._lexicons))
        return pl.any_horizontal(asked).fill_null(False)

    def scored(self) -> pl.Expr:
        """Boolean: whether the message may have a score to act on; over columns of
        `weighing.with_scored`.
        """
        return weighing.scored({SCORED_AS.get(name, name) for name in self._lexicons})

    def read(self, rows: pl.Series) -> pl.Series:
        """The readings of the messages, as a struct of `type`.

        `rows`: structs of content, weighing.JOINED, SCORED and CLOSELY.
        """
        told = [
            self._told(row["content"], scored=row[SCORED])
            if row[CLOSELY] or self.may_hold_phrase(row[weighing.JOINED])
            else self._nothing
            for row in rows.to_list()
        ]
        return pl.Series(rows.name, told, dtype=self.type)

    def may_hold_phrase(self, joined: str) -> bool:
        """Whether all the parts of a phrase stand in the message; `joined`: its clauses."""
        return any(reader.may_hold_phrase(joined) for reader in self._readers.values())

    def readings(self, text: str, *, scored: bool = True) -> dict[str, WordFinding]:
        """List → reading of one message. `scored`: whether it may have a score to act on."""
        alike = LONG_NUMBER.sub(_zeros, text) if self._no_numbers else text
        found = self._known.get((alike, scored))
        if found is None:
            if len(self._known) >= KEPT:
                self._known.clear()
            found = self._known[alike, scored] = self._read(alike, scored=scored)
        return found

    def _read(self, text: str, *, scored: bool = True) -> dict[str, WordFinding]:
        message = _prepared(text)
        read = {name: reader.read(message) for name, reader in self._readers.items()}
        return {
            name: _weighed(message, name, reading) if scored or reading.verdict else reading
            for name, reading in read.items()
        }

    @property
    def _nothing(self) -> dict[str, dict[str, object]]:
        return {name: {"verdict": 0, "words": "", "spelled": ""} for name in self._lexicons}

    def _told(self, text: str, *, scored: bool) -> dict[str, dict[str, object]]:
        return {
            name: {
                "verdict": int(reading.verdict),
                "words": " ".join(reading.words),
                "spelled": " / ".join(reading.spelled),
            }
            for name, reading in self.readings(text, scored=scored).items()
        }


def _zeros(number: re.Match[str]) -> str:
    return "0" * len(number.group())


@functools.lru_cache(maxsize=KEPT)
def _prepared(text: str) -> Message:
    return Message(text)


SCORED_AS = {"slander": "abusive", "disparaging": "illegal"}
"""Lists of the same clause share a score."""


def _weighed(message: Message, name: str, reading: WordFinding) -> WordFinding:
    """The reading with what the scorer says: against a word that only may break the clause, and of
    messages in which no listed word stands.
    """
    known = scoring.scorer()
    model = SCORED_AS.get(name, name)
    if model not in known.lists:
        return reading
    score = message.scores[model]
    plain = not (message.warned or message.body.quoted)
    if reading.verdict is Strength.HIT:
        against = reading.likely and score < known.against[model]
        return replace(reading, verdict=Strength.REVIEW) if against else reading
    if reading.verdict is Strength.REVIEW:
        least = known.agreed[model] if reading.likely else known.hit[model]
        agreed = score >= least and plain and not reading.taken_back
        return replace(reading, verdict=Strength.HIT) if agreed else reading
    if name != model or len(message.body.text) < SHORTEST:
        return reading
    sure = score >= known.hit[model] and plain
    if score < known.review[model] or reading.innocent:
        return reading
    shown = known.telling(message.body, model)
    return WordFinding(Strength.HIT if sure else Strength.REVIEW, (), shown)


def worth_it(messages: pl.LazyFrame, look: Look) -> pl.LazyFrame:
    """The messages that get the closer look, with SCORED and CLOSELY.

    `messages`: content and the columns of `weighing.with_scored`.
    """
    content, plainly = pl.col("content"), pl.col(CLOSELY)
    return (
        messages.with_columns(look.closely(content).alias(CLOSELY))
        .filter(plainly | look.anchored(content))
        .with_columns(look.scored().alias(SCORED))
        .with_columns(plainly | pl.col(SCORED))
    )


def with_readings(messages: pl.LazyFrame, look: Look, names: Iterable[str]) -> pl.LazyFrame:
    """The messages that are worth it, with the columns of `column` for each list."""
    asked = pl.struct("content", weighing.JOINED, SCORED, CLOSELY)
    told = asked.map_batches(look.read, return_dtype=look.type, is_elementwise=True)
    rows = worth_it(messages, look).with_columns(_told=told)
    columns = {}
    for name in names:
        part = pl.col("_told").struct.field(name)
        verdict = part.struct.field("verdict")
        columns[column(name, "found")] = verdict > 0
        columns[column(name, "plainly")] = verdict == int(Strength.HIT)
        columns[column(name, "words")] = part.struct.field("words")
        columns[column(name, "spelled")] = part.struct.field("spelled")
    return rows.with_columns(**columns).drop("_told")


def column(name: str, part: str) -> str:
    """The name of a column: a list and a part of Match."""
    return f"{name} {part}"

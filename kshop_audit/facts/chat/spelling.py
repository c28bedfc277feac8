"""Words in the spellings that follow from a rule: Pinyin, like sounds, letters put in between.

A word of the pack or the shop needs no list of such spellings. What follows from no rule (卫星 for
微信) is listed with the word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple

from kshop_audit.facts.chat.sounds import sounds, syllables
from kshop_audit.model.frozen import frozen
from kshop_audit.model.patterns import regex

HAN = regex(r"[\u4e00-\u9fff\u3400-\u4dbf]")
PARTS = regex(r"[a-z]+|.", re.DOTALL)
RIDDLE = 9
"""So far from 字 the other characters of a described word may stand."""
FILLERS = frozenset("丶丨丿乀〇")
"""Strokes that are set between characters."""


class Likeness(IntEnum):
    """How surely a spelling is the word."""

    INITIALS = 1
    SOUND = 2
    CERTAIN = 3
    EXACT = 4


class SpokenSign(NamedTuple):
    """A character, a syllable in letters, or another sign; `start` and `end` in the text."""

    sign: str
    start: int
    end: int
    sounds: frozenset[str]
    letters: bool = False

    @property
    def filler(self) -> bool:
        """Whether the sign may be set between two characters and mean nothing."""
        return self.sign in FILLERS or (len(self.sign) == 1 and self.sign.isascii())


@frozen(slots=False)
class Spelling:
    """A word in a text: its place, the word meant, and how it is spelled."""

    start: int
    end: int
    word: str
    likeness: Likeness


def units(text: str) -> list[SpokenSign]:
    """The text as units; a run of letters that is no Pinyin stays as single letters."""
    result = []
    for part in PARTS.finditer(text):
        sign, start = part.group(), part.start()
        if not sign.isascii():
            result.append(SpokenSign(sign, start, start + 1, sounds(sign)))
            continue
        parts = syllables(sign) if sign.isalpha() and len(sign) > 1 else ()
        if not parts:
            result += [
                SpokenSign(c, start + i, start + i + 1, frozenset()) for i, c in enumerate(sign)
            ]
        for syllable in parts:
            after = start + len(syllable)
            result.append(SpokenSign(syllable, start, after, frozenset((syllable,)), letters=True))
            start = after
    return result


class Speller:
    """Finds words of characters in any spelling that follows from a rule.

    `sounding`: whether another character of the same sound may stand for one of the word.
    """

    def __init__(self, words: Iterable[str], *, sounding: bool, initials: bool = False) -> None:
        """Words with a letter or digit in them are not for a speller."""
        self.words = tuple(dict.fromkeys(w for w in words if len(w) > 1 and all(map(HAN.match, w))))
        self.sounding = sounding
        self.initials = initials

    @cached_property
    def _by_start(self) -> dict[tuple[str, str], list[str]]:
        """The words by their first two characters and how these may be written."""
        index: dict[tuple[str, str], list[str]] = {}
        for word in self.words:
            for first in (word[0], *sounds(word[0])):
                for second in (word[1], *sounds(word[1])):
                    index.setdefault((first, second), []).append(word)
        return index

    @cached_property
    def _firsts(self) -> frozenset[str]:
        """What a word may begin with."""
        return frozenset(first for first, _ in self._by_start)

    def _keys(self, unit: SpokenSign) -> tuple[str, ...]:
        return (unit.sign, *unit.sounds) if self.sounding else (unit.sign,)

    @cached_property
    def _by_initials(self) -> dict[str, str]:
        short = {}
        for word in self.words:
            letters = [min(sounds(char))[0] for char in word if sounds(char)]
            if len(letters) == len(word):
                short["".join(letters)] = word
        return short

    def find(self, text: str, spoken: list[SpokenSign]) -> Iterator[Spelling]:
        """Every word in the text, overlapping ones too; `spoken`: its units."""
        for at, unit in enumerate(spoken[:-1]):
            if unit.sign not in self._firsts and (
                not self.sounding or self._firsts.isdisjoint(unit.sounds)
            ):
                continue
            second = self._keys(spoken[at + 1])
            if spoken[at + 1].filler and at + 2 < len(spoken):
                second += self._keys(spoken[at + 2])
            for word in self._starting(self._keys(unit), second):
                if found := self._at(spoken, at, word):
                    yield found
        if self.initials:
            for run in re.finditer(r"[a-z]{2,6}", text):
                if short := self._by_initials.get(run.group()):
                    yield Spelling(run.start(), run.end(), short, Likeness.INITIALS)

    def _starting(self, first: tuple[str, ...], second: tuple[str, ...]) -> Iterable[str]:
        index = self._by_start
        listed = (index.get((one, two)) for one in first for two in second)
        return dict.fromkeys(word for words in listed if words for word in words)

    def _at(self, spoken: list[SpokenSign], at: int, word: str) -> Spelling | None:
        same = alike = filled = 0
        place = at
        for index, char in enumerate(word):
            if (
                index
                and place < len(spoken)
                and spoken[place].sign != char
                and spoken[place].filler
            ):
                place += 1
                filled += 1
            if place >= len(spoken):
                return None
            unit = spoken[place]
            if unit.sign == char:
                same += 1
            elif not unit.sounds & sounds(char):
                if not self.sounding or not _is_initial(unit, char):
                    return None
                alike += 1
            elif not unit.letters:
                alike += 1
            place += 1
        likeness = self._likeness(len(word), same, alike, filled)
        if likeness is None:
            return None
        return Spelling(spoken[at].start, spoken[place - 1].end, word, likeness)

    def riddles(self, text: str) -> Iterator[Spelling]:
        """Words that are described character by character: 高字后面加个仿字."""
        for told in re.finditer("字", text):
            named = text[told.start() - 1 : told.start()]
            near = text[max(0, told.start() - RIDDLE) : told.end() + RIDDLE]
            for word in self.words:
                if named in {word[0], word[-1]} and all(char in near for char in word):
                    yield Spelling(told.start() - 1, told.end(), word, Likeness.CERTAIN)

    def _likeness(self, length: int, same: int, alike: int, filled: int) -> Likeness | None:
        if same == length:
            return Likeness.CERTAIN if filled else Likeness.EXACT
        if not alike:
            return Likeness.CERTAIN if same or length > 2 else Likeness.SOUND
        if not self.sounding or filled or not same:
            return None
        if alike == 1:
            return Likeness.CERTAIN if length > 2 else Likeness.SOUND
        return Likeness.SOUND if same > 1 else None


def _is_initial(unit: SpokenSign, char: str) -> bool:
    return len(unit.sign) == 1 and any(sound.startswith(unit.sign) for sound in sounds(char))

"""Phrases with gaps: what a sentence must hold, in order and within one clause, to break a rule.

    {name}   a word of the set `name`
    {name?}  the same, or nothing
    …        up to eight characters
    ·        up to three characters
    ……       up to sixteen, past the ends of clauses too
    ^ $      the beginning and the end of a clause

Everything else stands for itself. No other gap reaches past the end of a clause.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from kshop_audit.facts.chat.folding import BREAK
from kshop_audit.facts.text import fold
from kshop_audit.model.patterns import regex

FAR, NEAR, FARTHEST = 8, 3, 16
PIECES = regex(r"\{([a-z]+)(\??)\}|(……)|(…)|(·)|([\^$|])|([^{…·^$|]+)")
JOINED = 600
"""So many words at most are made of two parts of a frame that follow each other directly."""
_INSIDE = rf"[^{re.escape(BREAK)}]"
_BORDERS = {
    "^": rf"(?:^|{re.escape(BREAK)})",
    "$": rf"(?:$|{re.escape(BREAK)})",
    "|": re.escape(BREAK),
}


class Frames:
    """The frames of a list, to be found in `Folded.clauses`.

    Finds what one alternation of all frames would, but tries only those of which a word of every
    part stands in the text: for most texts none. Measured: 30 µs a text instead of 1.2 ms.
    """

    def __init__(self, frames: Iterable[str], sets: Mapping[str, tuple[str, ...]]) -> None:
        """`sets`: the words of each name."""
        self._sets = sets
        self._frames: list[tuple[str, frozenset[str]]] = []
        self._patterns: dict[int, re.Pattern[str]] = {}
        parts: dict[str, frozenset[str]] = {}
        self._by_part: dict[str, list[int]] = {}
        for place, frame in enumerate(frames):
            needed = list(_required(frame, sets, parts))
            self._frames.append((frame, frozenset(needed)))
            # The part with the fewest words; without any part a frame is always tried.
            first = min(needed, key=lambda part: len(parts[part]), default="")
            self._by_part.setdefault(first, []).append(place)
        parts_of: dict[str, set[str]] = {}
        for part, words in parts.items():
            for word in words:
                parts_of.setdefault(word, set()).add(part)
        self._by_head: dict[str, list[tuple[str, set[str]]]] = {}
        for word, holding in parts_of.items():
            self._by_head.setdefault(word[:2], []).append((word, holding))

    def finditer(self, clauses: str, pairs: frozenset[str]) -> Iterator[re.Match[str]]:
        """The matches from left to right, none overlapping another; of several frames at one place
        that of the first frame. `pairs`: see `Folded`.
        """
        places = sorted(self._places(clauses, pairs))
        start = 0
        while found := self._next(places, clauses, start):
            yield found
            start = max(found.end(), start + 1)

    def may_match(self, clauses: str, pairs: frozenset[str]) -> bool:
        """Whether a word of every part of a frame stands in the text."""
        return any(self._frames[place][1] for place in self._places(clauses, pairs))

    def _places(self, clauses: str, pairs: frozenset[str]) -> Iterator[int]:
        """The frames of which a word of every part stands in the text, or that have no parts."""
        there = {""}
        for head in self._by_head.keys() & pairs:
            for word, parts in self._by_head[head]:
                if word in clauses:
                    there |= parts
        for part in there:
            for place in self._by_part.get(part, ()):
                if self._frames[place][1] <= there:
                    yield place

    def _next(self, places: list[int], clauses: str, start: int) -> re.Match[str] | None:
        first: re.Match[str] | None = None
        for place in places:
            found = self._pattern(place).search(clauses, start)
            if found and (first is None or found.start() < first.start()):
                first = found
        return first

    def _pattern(self, place: int) -> re.Pattern[str]:
        made = self._patterns.get(place)
        if made is None:
            frame, _ = self._frames[place]
            made = self._patterns[place] = re.compile(_one(frame, self._sets))
        return made


def _required(
    frame: str, sets: Mapping[str, tuple[str, ...]], parts: dict[str, frozenset[str]]
) -> Iterator[str]:
    """The parts of which one word must stand in the text; `parts`: their words, folded, to which
    new ones are added: the frames of a list share a few dozen sets.
    """
    for name, optional, _, _, _, _, literal in PIECES.findall(frame):
        if optional or not (name or literal):
            continue
        part = f"{{{name}}}" if name else literal
        if part not in parts:
            parts[part] = frozenset(map(fold, sets[name] if name else (literal,)))
        if parts[part] and all(parts[part]):
            yield part


def _one(frame: str, sets: Mapping[str, tuple[str, ...]]) -> str:
    parts = []
    for name, optional, farthest, far, near, border, literal in PIECES.findall(frame):
        if name:
            words = sorted({fold(word) for word in sets[name]}, key=lambda w: (-len(w), w))
            parts.append(f"(?:{'|'.join(map(re.escape, words))}){optional}")
        elif farthest:
            parts.append(rf".{{0,{FARTHEST}}}?")
        elif far or near:
            parts.append(rf"{_INSIDE}{{0,{FAR if far else NEAR}}}")
        elif border:
            parts.append(_BORDERS[border])
        else:
            parts.append(re.escape(fold(literal)))
    # The last part is a group of its own: a negation right before it takes the frame back.
    *before, last = parts
    return f"{''.join(before)}({last})"


def anchored(
    frames: Iterable[str],
    sets: Mapping[str, tuple[str, ...]],
    ordinary: Callable[[str], int],
    most: int,
) -> tuple[set[str], list[str]]:
    """Words of which every message that fits a frame holds one: of each frame the part whose words
    are the rarest in `ordinary` talk. And the frames of nothing but common words, as patterns for
    `Folded.clauses`: more than `most` of 10,000 ordinary messages would pass for a part's sake.
    """
    rarest = _rarest(frames, sets, ordinary)
    common = [_one(frame, sets) for frame, (frequent, _) in rarest.items() if frequent > most]
    rare = (words for frequent, words in rarest.values() if frequent <= most)
    return {fold(word) for words in rare for word in words}, common


def _rarest(
    frames: Iterable[str], sets: Mapping[str, tuple[str, ...]], ordinary: Callable[[str], int]
) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Of each frame, how frequent the words of its rarest part are, and these."""
    rare = {name: sum(ordinary(fold(word)) for word in words) for name, words in sets.items()}
    found = {}
    for frame in frames:
        parts: list[tuple[int, tuple[str, ...]]] = []
        before: tuple[str, ...] = ()
        for name, optional, _, _, _, _, literal in PIECES.findall(frame):
            words = sets[name] if name and not optional else (literal,) if literal else ()
            if words:
                parts.append((rare[name] if name else ordinary(fold(literal)), words))
            joined = tuple(first + second for first in before for second in words)
            if 0 < len(joined) <= JOINED:
                # What follows directly: two common words are rare together.
                parts.append((sum(ordinary(fold(word)) for word in joined), joined))
            before = words
        found[frame] = min(parts, key=lambda part: part[0])
    return found

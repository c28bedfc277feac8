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
from collections.abc import Callable, Iterable, Mapping

from kshop_audit.facts.chat.folding import BREAK
from kshop_audit.facts.text import fold

FAR, NEAR, FARTHEST = 8, 3, 16
PIECES = re.compile(r"\{([a-z]+)(\??)\}|(……)|(…)|(·)|([\^$|])|([^{…·^$|]+)")
_INSIDE = rf"[^{re.escape(BREAK)}]"
_BORDERS = {
    "^": rf"(?:^|{re.escape(BREAK)})",
    "$": rf"(?:$|{re.escape(BREAK)})",
    "|": re.escape(BREAK),
}


def pattern(frames: Iterable[str], sets: Mapping[str, tuple[str, ...]]) -> str:
    """One pattern of all frames, for `Folded.clauses`; empty where there is none."""
    return "|".join(_one(frame, sets) for frame in frames)


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


def anchors(
    frames: Iterable[str],
    sets: Mapping[str, tuple[str, ...]],
    ordinary: Callable[[str], int],
    most: int,
) -> set[str]:
    """Words of which every message that fits a frame holds one: of each frame the part whose words
    are the rarest in `ordinary` talk. A frame of nothing but common words has no anchor: more than
    `most` of 10,000 ordinary messages would pass for its sake.
    """
    rare = {name: sum(ordinary(fold(word)) for word in words) for name, words in sets.items()}
    found: set[str] = set()
    for frame in frames:
        parts = []
        for name, optional, _, _, _, _, literal in PIECES.findall(frame):
            if name and not optional:
                parts.append((rare[name], sets[name]))
            elif literal:
                parts.append((ordinary(fold(literal)), (literal,)))
        frequent, words = min(parts, key=lambda part: part[0])
        if frequent <= most:
            found |= {fold(word) for word in words}
    return found

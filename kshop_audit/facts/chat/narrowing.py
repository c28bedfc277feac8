"""Which messages are worth a closer look: expressions over all messages, cheap ones first.

Only what passes is read by `reader`, message by message; on ordinary talk that is less than one in
a hundred. What passes must be more than what the reader finds: a test compares the two.
"""

from __future__ import annotations

import functools
import re
from itertools import pairwise

import polars as pl

from kshop_audit.facts.chat import frames
from kshop_audit.facts.chat.folding import BREAK, COMPONENTS, ENDS, PICTURES, TWINS
from kshop_audit.facts.chat.scoring import scorer
from kshop_audit.facts.chat.sounds import SYLLABLES, common, sounds
from kshop_audit.facts.text import GAP, UNSEEN, fold
from kshop_audit.model.settings import Lexicon

FRAMES, DOUBTFUL_FRAMES = 8, 0
"""In so many of 10,000 ordinary messages the words that stand for a phrase may occur."""


KEPT = 64
"""So many sets of lists keep what is made of them: shops of a fleet share theirs."""

_HAN = r"[\u{4e00}-\u{9fff}]"
SET_APART = rf"{_HAN}[.*·_^|\\+=<>#@&%$￥丨丶✖×]{{1,2}}{_HAN}|{_HAN}\s{_HAN}\s{_HAN}"
"""Characters parted by what parts no two words."""


def clauses(content: pl.Expr) -> pl.Expr:
    """The text as `folding.folded` makes its clauses, but for traditional characters."""
    ends = re.escape("".join(sorted(ENDS)))
    return (
        content.str.normalize("NFKC")
        .str.replace_all(rf"[{ends}]+", BREAK)
        .str.replace_all(rf"[^\p{{L}}\p{{N}}{re.escape(BREAK)}]+|[{UNSEEN}]+", "")
        .str.to_lowercase()
    )


@functools.lru_cache(KEPT)
def may_be_disguised(lexicons: tuple[Lexicon, ...]) -> str:
    """A pattern of what the reader turns into other characters before it looks for words."""
    turned = "".join(
        sorted({chr(sign) for sign, other in TWINS.items() if sign != other} - set("乾"))
    )
    parts = [*map(re.escape, PICTURES), *map(re.escape, COMPONENTS), f"[{turned}]"]
    for lexicon in lexicons:
        parts += _spelled_by_rule(lexicon)
    return "|".join(parts)


def _spelled_by_rule(lexicon: Lexicon) -> list[str]:
    words = [word for word in map(fold, lexicon.words) if len(word) > 1 and not word.isascii()]
    if not words:
        return []
    spoken = {sound for word in words for char in word for sound in sounds(char)} & SYLLABLES
    one = "|".join(sorted((s for s in spoken if len(s) > 1), key=lambda s: (-len(s), s)))
    letters = rf"(?:^|[^A-Za-z])(?:{one}){{1,6}}(?:$|[^A-Za-z])"
    parts = [letters] if one else []
    if lexicon.sounding:
        parts += [part for word in words for part in _sounding(word)]
    return parts


def _sounding(word: str) -> list[str]:
    """Patterns of a word of which one character may be another of the same sound or a letter."""
    parts = []
    for left, right in pairwise(word):
        parts += [f"{left}{GAP}[{_like(right)}]", f"[{_like(left)}]{GAP}{right}"]
        parts.append(f"{left}{GAP}.?{GAP}{right}")
    if len(word) > 2:
        parts.append(f"{word[0]}{GAP}[{_like(word[1])}]{GAP}{word[2]}")
    short = "".join(min(sounds(char))[0] for char in word if sounds(char))
    parts += [rf"(?:^|[^A-Za-z]){short}(?:$|[^A-Za-z])", f"[{word}]字"]
    return parts


def _like(char: str) -> str:
    """Characters of the same sound, and its first letter."""
    alike = {other for sound in sounds(char) for other in common(sound)}
    return "".join(sorted({char, *alike, *(sound[0] for sound in sounds(char))}))


@functools.lru_cache(KEPT)
def certain(lexicons: tuple[Lexicon, ...]) -> list[str]:
    """The words of the lists with their spellings, but for those that are only likely."""
    found = {
        fold(word)
        for lexicon in lexicons
        for word in (*lexicon.words, *lexicon.certain, *lexicon.doubtful)
    }
    return sorted(found - {""})


@functools.lru_cache(KEPT)
def spoken(lexicons: tuple[Lexicon, ...]) -> list[str]:
    """Every word and spelling of the lists."""
    return sorted({fold(word) for lexicon in lexicons for word in lexicon.spoken} - {""})


@functools.lru_cache(KEPT)
def _anchored(lexicon: Lexicon) -> tuple[set[str], list[str]]:
    """See `frames.anchored`."""
    ordinary = functools.cache(scorer().ordinary)
    words, common = frames.anchored(lexicon.frames, lexicon.sets, ordinary, FRAMES)
    doubtful = frames.anchored(lexicon.doubtful_frames, lexicon.sets, ordinary, DOUBTFUL_FRAMES)
    return words | doubtful[0], common + doubtful[1]


@functools.lru_cache(KEPT)
def anchored(lexicons: tuple[Lexicon, ...]) -> list[str]:
    """Of every phrase with gaps its rarest part."""
    return sorted({word for lexicon in lexicons for word in _anchored(lexicon)[0]} - {""})


@functools.lru_cache(KEPT)
def listed(lexicons: tuple[Lexicon, ...]) -> list[str]:
    """What is `spoken` or `anchored`."""
    return sorted({*spoken(lexicons), *anchored(lexicons)})


@functools.lru_cache(KEPT)
def common_phrases(lexicons: tuple[Lexicon, ...]) -> str:
    """A pattern, for `Folded.clauses`, of the phrases of which `anchored` has no part."""
    return "|".join(pattern for lexicon in lexicons for pattern in _anchored(lexicon)[1])


def telling(text: pl.Expr) -> pl.Expr:
    """Boolean: enough runs of signs in the folded text that tell of some list (see `scoring`)."""
    known = scorer()
    if not known.cues:
        return pl.lit(False)
    found = text.str.extract_many(list(known.cues), overlapping=True)
    return found.list.n_unique() >= known.cues_needed

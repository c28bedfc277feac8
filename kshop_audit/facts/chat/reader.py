"""What one word list finds in one message, decided with the sentence in view."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from enum import IntEnum

from kshop_audit.facts.chat import borders, standing
from kshop_audit.facts.chat.folding import Folded, folded, pairs_of
from kshop_audit.facts.chat.frames import Frames
from kshop_audit.facts.chat.scoring import scorer
from kshop_audit.facts.chat.spelling import Likeness, Speller, Spelling, SpokenSign, units
from kshop_audit.facts.text import fold
from kshop_audit.model.frozen import frozen
from kshop_audit.model.patterns import regex
from kshop_audit.model.settings import Lexicon

MASK = "〇"
NUMBER = regex(r"[0-9]{4,}")


class Strength(IntEnum):
    """What a message is to a list; the greater one counts."""

    NOTHING = 0
    REVIEW = 1
    HIT = 2


@frozen(slots=False)
class WordFinding:
    """What a list finds in a message: the words meant and how they are written.

    `likely`: all that makes it a hit, or one for review, are words for or against which the scorer
    may speak. `innocent`: a phrase that is known to be harmless stands in the message.
    `taken_back`: a word that would be a hit is denied, quoted or otherwise for review here.
    """

    verdict: Strength = Strength.NOTHING
    words: tuple[str, ...] = ()
    spelled: tuple[str, ...] = ()
    likely: bool = False
    innocent: bool = False
    taken_back: bool = False


@frozen(slots=False)
class Spot:
    """A word or phrase in the folded text. `likely`: the scorer may speak against it.
    `taken_back`: a negation stands inside it.
    """

    start: int
    end: int
    word: str
    verdict: Strength
    likely: bool = False
    taken_back: bool = False


NOTHING = WordFinding()
TAKEN_BACK = regex(r"(?:不|没|没有|无|未|别|不会|不是|不敢|不能|绝不|从不)$")
"""A negation right before the part of a phrase that would break the clause."""
SOLD_AFTER = regex(r"^(?:的|款|版|货|鞋|包|表|衣|裤|帽|哈|啦|哦|啊|呀|嘛|，|\||$)")
LOOKS_ALIKE = frozenset("访彷防坊妨仿搞膏糕羔镐稿睛晶菁飞菲啡付苗瞄板扳频")
"""Characters that are written for another one on purpose; a pure slip looks otherwise."""


class Message:
    """A message, prepared once for all lists.

    Not by `cached_property`: up to Python 3.11 it has one lock for all messages, and threads that
    read a list each wait for one another longer than they read.
    """

    def __init__(self, content: str) -> None:
        """`content`: the text as written."""
        self.body: Folded = folded(content)
        self._spoken: list[SpokenSign] | None = None
        self._scores: dict[str, int] | None = None
        self._warned: bool | None = None

    @property
    def spoken(self) -> list[SpokenSign]:
        """The text as characters and syllables."""
        if self._spoken is None:
            self._spoken = units(self.body.text)
        return self._spoken

    @property
    def scores(self) -> dict[str, int]:
        """What the scorer says, by list."""
        if self._scores is None:
            self._scores = scorer().scores(self.body)
        return self._scores

    @property
    def warned(self) -> bool:
        """Whether it warns."""
        if self._warned is None:
            self._warned = standing.warned(self.body)
        return self._warned


class ListReader:
    """Reads messages for one word list."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Words of characters are sought in every spelling, others as they stand."""
        self._lexicon = lexicon
        self._speller = Speller(
            map(fold, (*lexicon.words, *lexicon.likely)),
            sounding=lexicon.sounding,
            initials=lexicon.sounding,
        )
        self._likely = frozenset(map(fold, lexicon.likely))
        folded = map(fold, (*lexicon.words, *lexicon.likely))
        self._plain = Words(set(folded).difference(self._speller.words))
        self._certain = {fold(s): w for s, w in lexicon.certain.items()}
        self._doubtful = {fold(s): w for s, w in lexicon.doubtful.items()}
        self._spelled = Words((*self._certain, *self._doubtful))
        self._innocent = Words(map(fold, lexicon.innocent))
        self._review = Words(map(fold, lexicon.review))
        self._around = Words(map(fold, lexicon.around))
        self._frames = Frames(lexicon.frames, lexicon.sets)
        self._doubtful_frames = Frames(lexicon.doubtful_frames, lexicon.sets)

    def may_hold_phrase(self, joined: str) -> bool:
        """Whether all the parts of a phrase stand in the clauses of a message."""
        pairs = pairs_of(joined)
        return any(f.may_match(joined, pairs) for f in (self._frames, self._doubtful_frames))

    def read(self, message: Message) -> WordFinding:
        """The verdict on the message and what it rests on."""
        body = message.body
        places = [place for place in self._places(message) if not self._is_innocent(body, place)]
        if not places:
            return WordFinding(innocent=True) if self._innocent.search(body) else NOTHING
        judged = [(place, self._judged(message, place)) for place in places]
        told = [(place, verdict) for place, verdict in judged if verdict]
        if not told:
            return NOTHING
        most = max(verdict for _, verdict in told)
        return WordFinding(
            most,
            tuple(dict.fromkeys(_shown(place.word) for place, _ in told)),
            tuple(dict.fromkeys(_shown(body.text[place.start : place.end]) for place, _ in told)),
            all(place.likely for place, verdict in told if verdict is most),
            taken_back=any(
                place.taken_back or verdict is not place.verdict for place, verdict in told
            ),
        )

    def _places(self, message: Message) -> Iterator[Spot]:
        body = message.body
        text = body.text
        for found in self._speller.find(text, message.spoken):
            verdict = self._of_spelling(body, found)
            if verdict:
                likely = found.word in self._likely
                yield Spot(found.start, found.end, found.word, verdict, likely)
        if self._lexicon.sounding:
            for found in self._speller.riddles(text):
                yield Spot(found.start, found.end, found.word, Strength.HIT)
        for hit in self._plain.finditer(body):
            if _bordered(text, *hit.span()):
                likely = hit.group() in self._likely
                yield Spot(*hit.span(), hit.group(), Strength.HIT, likely)
        for hit in self._spelled.finditer(body):
            spelling = hit.group()
            if not _bordered(text, *hit.span()):
                continue
            if spelling in self._certain:
                yield Spot(*hit.span(), self._certain[spelling], Strength.HIT)
            else:
                yield Spot(*hit.span(), self._doubtful[spelling], Strength.REVIEW)
        yield from self._framed(body)

    def _framed(self, body: Folded) -> Iterator[Spot]:
        clauses = self._innocent.hidden(body)
        for frames, verdict in (
            (self._frames, Strength.HIT),
            (self._doubtful_frames, Strength.REVIEW),
        ):
            for hit in frames.finditer(clauses, body.pairs):
                start = hit.start() - clauses.count("|", 0, hit.start())
                end = hit.end() - clauses.count("|", 0, hit.end())
                if end == start:
                    continue
                last = hit.start(hit.lastindex or 0)
                inside = last > hit.start() and TAKEN_BACK.search(clauses, hit.start(), last)
                yield Spot(
                    start,
                    end,
                    hit.group(),
                    Strength.REVIEW if inside else verdict,
                    likely=True,
                    taken_back=bool(inside),
                )

    def _of_spelling(self, body: Folded, found: Spelling) -> Strength:
        if found.likeness >= Likeness.CERTAIN:
            return self._of_certain(body, found)
        text = body.text
        written = text[found.start : found.end]
        if found.likeness is Likeness.INITIALS or written.isascii():
            return Strength.REVIEW
        broken = any(found.start < place < found.end for place in body.breaks)
        if broken or borders.known(text, found.start, found.end):
            return Strength.NOTHING
        _, after = standing.around(body, found.start, found.end)
        sold = SOLD_AFTER.match(after) and any(c.isascii() or c in LOOKS_ALIKE for c in written)
        return Strength.HIT if sold else Strength.REVIEW

    def _of_certain(self, body: Folded, found: Spelling) -> Strength:
        if self._lexicon.sounding:
            if borders.crossed(body.text, found.start, found.end):
                return Strength.REVIEW if self._reviewed(body, found) else Strength.NOTHING
            if borders.may_cross(body.text, found.end):
                return Strength.REVIEW
        elif borders.begins_another(body.text, found.start, found.end):
            return Strength.REVIEW
        broken = any(found.start < place < found.end for place in body.breaks)
        return Strength.REVIEW if broken and not _apart(body, found) else Strength.HIT

    def _is_innocent(self, body: Folded, place: Spot) -> bool:
        return any(
            (hit.start() <= place.start and place.end <= hit.end())
            or (hit.start() < place.end and place.start < hit.end() and hit.end() - hit.start() > 2)
            for hit in self._innocent.finditer(body)
        )

    def _reviewed(self, body: Folded, place: Spot | Spelling) -> bool:
        """Whether the word stands in a phrase that may be harmless."""
        return any(
            hit.start() < place.end and place.start < hit.end()
            for hit in self._review.finditer(body)
        )

    def _judged(self, message: Message, place: Spot) -> Strength:
        body = message.body
        if place.verdict is not Strength.HIT:
            return place.verdict
        doubtful = (
            self._reviewed(body, place)
            or self._around.search(body) is not None
            or message.warned
            or standing.denied(body, place.start, place.end)
            or standing.taken_up(body, place.start, place.end)
            or (self._lexicon.sounding and standing.said_of_others(body, place.start))
        )
        return Strength.REVIEW if doubtful else Strength.HIT


@functools.lru_cache(maxsize=64)
def list_reader(lexicon: Lexicon) -> ListReader:
    """The reader of a list, which takes milliseconds to make; the shops of a fleet share it."""
    return ListReader(lexicon)


def _shown(text: str) -> str:
    """The text without what may be somebody's number."""
    return NUMBER.sub("…", text)


def _apart(body: Folded, found: Spelling) -> bool:
    """Whether every character of the word is set apart, as in 非/正/品 or 复(印)版."""
    inside = [place for place in body.breaks if found.start < place < found.end]
    return len(inside) == found.end - found.start - 1 and found.end - found.start > 2


def _bordered(text: str, start: int, end: int) -> bool:
    """Whether letters and digits of the word do not run on: sb, but not usb."""
    first, last = text[start], text[end - 1]
    before, after = text[start - 1 : start], text[end : end + 1]
    clear_left = not (first.isascii() and before.isascii() and before.isalnum())
    clear_right = not (last.isascii() and after.isascii() and after.isalnum())
    return clear_left and clear_right


class Words:
    """Words to be found in a text, the longest of those that begin at a place."""

    def __init__(self, words: Iterable[str]) -> None:
        """Empty words are none."""
        kept = sorted({w for w in words if w}, key=lambda w: (-len(w), w))
        self._pattern = re.compile("|".join(map(re.escape, kept)) or r"(?!)")
        # The engine tries every word at every place; most texts hold no beginning of any.
        self._heads = frozenset(word[:2] for word in kept)

    def finditer(self, body: Folded) -> Iterator[re.Match[str]]:
        """The matches in `body.text`, from left to right."""
        if self._heads.isdisjoint(body.pairs):
            return iter(())
        return self._pattern.finditer(body.text)

    def search(self, body: Folded) -> re.Match[str] | None:
        """The first match in `body.text`."""
        return next(self.finditer(body), None)

    def hidden(self, body: Folded) -> str:
        """`body.clauses` with MASK in place of every sign of the words."""
        if self._heads.isdisjoint(body.pairs):
            return body.clauses
        return self._pattern.sub(lambda m: MASK * len(m.group()), body.clauses)

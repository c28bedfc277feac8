"""What an unknown header may mean: names that are like it, and the shape of its cells.

Only proposals for the operator to read: nothing here has any part in reading a file.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from importlib.resources import files
from itertools import islice

from kshop_audit.ingest.cells.cells import codes, flags
from kshop_audit.ingest.cells.protection import BLANKS
from kshop_audit.ingest.headers.catalogue import Layout, cell_text, layouts, normal, prefix
from kshop_audit.ingest.headers.locate import AMOUNT, DATED, DAY, IDENTITY, NOTHING, Sample
from kshop_audit.ingest.headers.recognise import match
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.model.patterns import regex
from kshop_audit.model.schema import TABLES, Column, Kind, Type

ALIKE = 62
"""Percent of likeness from which a name is evidence; lower are pairs that share a word only."""
CERTAIN = 90
CLEAR = 6
"""Points by which a guess must beat the next best one; what is closer could be either."""
FEWEST = 2
"""Cells that a column must show before their shape says anything."""

MOST = 150
"""Headers of a file that are guessed at; the widest export that is known has 64 columns."""
LONGEST = 40
"""Characters of a header that is guessed at; longer ones are no names."""

_JOINTS = regex(r"[\s_./:：-]+")
_SHAPES = {
    Type.TIME: Text("内容都是时间", "its cells are times"),
    Type.DATE: Text("内容都是日期", "its cells are dates"),
    Type.ID: Text("内容都是编号", "its cells are ids"),
    Type.MONEY: Text("内容都是金额", "its cells are amounts"),
    Type.INT: Text("内容都是整数", "its cells are whole numbers"),
    Type.BOOL: Text("内容是“是/否”", "its cells are yes or no"),
    Type.CODE: Text("内容只有几种取值", "its cells are a few words"),
}


@frozen
class Guess:
    """A header of a file and the canonical column that it may be, for the reason `why`.

    `strange`: of a column with a vocabulary, the first cells that are not in it.
    """

    header: str
    column: str
    why: Text
    points: int
    strange: tuple[str, ...] = ()


@frozen
class Near:
    """The kind that a file is nearest to. `known`: headers of it that were recognised."""

    kind: Kind
    known: tuple[str, ...]
    guesses: tuple[Guess, ...]

    @property
    def points(self) -> int:
        """How near: a header that is known says more than one that is guessed."""
        return 2 * len(self.known) + len(self.guesses)


def nearest(sample: Sample, pin: Kind | None = None) -> Near | None:
    """The kind whose columns a header has most of, known or guessed; None if hardly any.

    `pin`: the only kind to be looked at, if one is given.
    """
    near: list[Near] = []
    for layout in layouts():
        if pin is not None and layout.kind is not pin:
            continue
        found = match(layout, sample.header, None, pinned=True)
        columns = {} if found is None else found.columns
        places = {place for spots in columns.values() for place in spots}
        guessed = guesses(layout, sample, tuple(columns), places)
        known = tuple(sample.header[place].strip() for place in sorted(places))
        if len(known) + len(guessed) >= FEWEST:
            near.append(Near(layout.kind, known, guessed))
    # Of two kinds with as many of the headers, the smaller one has the larger part of its columns.
    return max(near, key=lambda one: (one.points, -len(TABLES[one.kind].columns)), default=None)


def guesses(
    layout: Layout, sample: Sample, present: Sequence[str], taken: set[int]
) -> tuple[Guess, ...]:
    """What the headers that are not understood may be, one column each and only where it is clear.

    `present`: columns that the file has anyway; `taken`: places of their headers.
    """
    table = TABLES[layout.kind]
    columns = [column for column in table.columns if column.name not in present]
    unknown = (
        place
        for place, header in enumerate(sample.header)
        if place not in taken
        and 0 < len(header) <= LONGEST
        and normal(header)
        and normal(header) not in layout.unused
    )
    open_places = list(islice(unknown, MOST))
    found = [
        (place, guess)
        for place in open_places
        for column in columns
        if (guess := _guess(layout, column, sample, place)) is not None
    ]
    return tuple(_clear(found))


def _clear(found: Sequence[tuple[int, Guess]]) -> Iterator[Guess]:
    """Guesses that nothing else comes near to, for the same header or for the same column."""
    for place, guess in found:
        rivals = [
            other.points
            for spot, other in found
            if other is not guess and (spot == place or other.column == guess.column)
        ]
        if guess.points >= max(rivals, default=0) + CLEAR:
            yield guess


def _guess(layout: Layout, column: Column, sample: Sample, place: int) -> Guess | None:
    header = sample.header[place]
    cells = [row[place].strip(BLANKS) for row in sample.below if place < len(row)]
    cells = [cell for cell in cells if cell.lower() not in NOTHING]
    if len(cells) >= FEWEST and not looks_like(column, cells):
        return None
    shaped = _SHAPES.get(column.type) if len(cells) >= FEWEST else None
    words = _vocabulary(layout.kind, column)
    spoken = [cell for cell in cells if cell_text(cell) in words]
    strange = tuple(dict.fromkeys(cell for cell in cells if words and cell not in spoken))
    points, alias = _like(layout.kind, column, header)
    if words and len(cells) >= FEWEST and 2 * len(spoken) >= len(cells):
        said = "、".join(dict.fromkeys(spoken))
        why = Text(f"取值有 {said}", f"its cells say {said}")
        return Guess(header, column.name, why, CERTAIN + points // 10, strange)
    if points < ALIKE or (shaped is None and points < CERTAIN):
        return None
    why = Text(f"名称像“{alias}”", f'the name is like "{alias}"')
    if shaped is not None:
        why = Text(f"{why.zh},{shaped.zh}", f"{why.en}, {shaped.en}")
    return Guess(header, column.name, why, points, strange)


def looks_like(column: Column, cells: Sequence[str]) -> bool:
    """Whether cells look like those of a column's type; all of them, but for one in ten."""
    match column.type:
        case Type.TIME | Type.DATE:
            good = [cell for cell in cells if DAY.match(cell)]
        case Type.ID:
            good = [cell for cell in cells if IDENTITY.match(cell) and not DATED.match(cell)]
        case Type.MONEY:
            good = [cell for cell in cells if AMOUNT.match(cell) and len(cell) < 12]
        case Type.INT:
            good = [cell for cell in cells if cell.isdecimal() and len(cell) < 8]
        case Type.BOOL:
            known = flags({})
            good = [cell for cell in cells if cell.lower() in known]
        case Type.CODE:
            few = len(set(cells)) <= max(FEWEST, len(cells) // 2)
            good = [cell for cell in cells if few and not DATED.match(cell) and len(cell) < 20]
        case Type.TEXT:
            good = [cell for cell in cells if not DATED.match(cell)]
    return 10 * len(good) >= 9 * len(cells)


@functools.cache
def _aliases(kind: Kind, name: str) -> tuple[str, ...]:
    found = [alias for layout in layouts() if layout.kind is kind for alias in layout.columns[name]]
    return tuple(dict.fromkeys(found))


def _vocabulary(kind: Kind, column: Column) -> frozenset[str]:
    """Every word that some platform has for a value of the column; numbers say nothing."""
    if column.type is not Type.CODE:
        return frozenset()
    known: dict[str, str] = codes(column.codes, {})
    for layout in layouts():
        if layout.kind is kind:
            known |= layout.values.get(column.name, {})
    return frozenset(word for word in known if not word.isdecimal())


def _like(kind: Kind, column: Column, header: str) -> tuple[int, str]:
    """Percent of likeness with the name of the column that is most like it, and that name."""
    said = _bare(header)
    return max((_likeness(said, _bare(alias)), alias) for alias in _aliases(kind, column.name))


@functools.cache
def _bare(header: str) -> str:
    """A header without its remark, words that mean the same made one."""
    text = _JOINTS.sub(" ", prefix(normal(header)))
    for word, *others in _alike():
        for other in others:
            pattern = rf"(?<![a-z]){other}(?![a-z])" if other.isascii() else other
            text = re.sub(pattern, word, text)
    return text.replace(" ", "")


@functools.cache
def _alike() -> tuple[tuple[str, ...], ...]:
    text = (files(__package__) / "alike.toml").read_text(encoding="utf-8")
    return tuple(tuple(group) for group in tomllib.loads(text)["groups"])


@functools.cache
def _likeness(one: str, other: str) -> int:
    """Percent; 0 below ALIKE, which quicker bounds show in nearly all cases."""
    pair = SequenceMatcher(None, one, other, autojunk=False)
    if min(pair.real_quick_ratio(), pair.quick_ratio()) * 100 < ALIKE - 1:
        return 0
    return round(100 * pair.ratio())

"""What a fact is, and the object that rules ask for facts."""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, Concatenate, Generic, ParamSpec, overload

import polars as pl

from kshop_audit.facts.tables import Tables
from kshop_audit.model.settings import Terms

P = ParamSpec("P")

Compute = Callable[[pl.LazyFrame], pl.LazyFrame]
"""What is done with a shared frame when it is first requested; the plan computes it."""


def lazily(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Return the frame as it is, for callers that only need its schema."""
    return frame


@dataclass(frozen=True, eq=False)
class Fact(Generic[P]):
    """A derived frame: the function that makes it, and whether its result is shared.

    A shared frame is passed to `Facts.compute` once. Left to the optimiser, a costly frame that
    several queries use would be computed again for some of them. `finds`: it has a row for each
    text in which something is found, and none for any other.
    """

    make: Callable[Concatenate[Facts, P], pl.LazyFrame]
    shared: bool = False
    finds: bool = False


@overload
def fact(make: Callable[Concatenate[Facts, P], pl.LazyFrame], /) -> Fact[P]: ...
@overload
def fact(
    *, shared: bool, finds: bool = False
) -> Callable[[Callable[Concatenate[Facts, P], pl.LazyFrame]], Fact[P]]: ...
def fact(
    make: Callable[Concatenate[Facts, P], pl.LazyFrame] | None = None,
    /,
    *,
    shared: bool = False,
    finds: bool = False,
) -> Fact[P] | Callable[[Callable[Concatenate[Facts, P], pl.LazyFrame]], Fact[P]]:
    """Make a fact of a function `(facts, *arguments) -> LazyFrame`.

    The arguments must be hashable. What depends on a rule (its window, its options) is such an
    argument: a fact never names a rule.
    """

    def of(function: Callable[Concatenate[Facts, P], pl.LazyFrame]) -> Fact[P]:
        return Fact(function, shared, finds)

    return of if make is None else of(make)


GOOD = "_good"
"""Boolean: what a row is to become in an `Edit`, good for the shop or bad."""


@dataclass(frozen=True, eq=False)
class Edit:
    """Rows of a fact that are something else than the files say: a what-if.

    `rows`: the columns of `key`, and GOOD. `good`, `bad`: column → what it holds then, an
    expression over the row as it was; columns that the fact does not have are left out.
    """

    fact: Fact[Any]
    key: tuple[str, ...]
    rows: pl.DataFrame
    good: Mapping[str, pl.Expr]
    bad: Mapping[str, pl.Expr]


def edited(frame: pl.LazyFrame, edit: Edit) -> pl.LazyFrame:
    """The rows of a fact with an edit; no row is added, none is lost."""
    schema = frame.collect_schema()
    names = [name for name in schema.names() if name in edit.good or name in edit.bad]
    good = pl.col(GOOD)
    return (
        frame.join(edit.rows.lazy(), on=edit.key, how="left", nulls_equal=True)
        .with_columns(
            pl.when(good).then(edit.good.get(name, pl.col(name)).cast(schema[name]))
            .when(~good).then(edit.bad.get(name, pl.col(name)).cast(schema[name]))
            .otherwise(pl.col(name)).alias(name)
            for name in names
        )
        .drop(GOOD)
    )  # fmt: skip


@dataclass
class _Slot:
    """The frame of one request, and the facts that it was made of; the lock makes later requests
    wait while it is being made.
    """

    lock: RLock = field(default_factory=RLock)
    frame: pl.LazyFrame | None = None
    made_of: set[Fact[Any]] = field(default_factory=set)


class Facts:
    """The derived frames of one audit, each made once per combination of arguments.

    `tables`: the rows of the inputs. `terms`: as-of, the pack and the settings. Calling the object
    with a fact and its arguments returns the frame, lazy; nothing is computed but shared frames,
    by `compute`. `edits`: what facts are assumed to hold instead, in their order. Safe to use from
    several threads: facts depend on one another without cycles, so the locks cannot block each
    other.
    """

    def __init__(
        self,
        tables: Tables,
        terms: Terms,
        compute: Compute = lazily,
        edits: Sequence[Edit] = (),
    ) -> None:
        """Nothing is computed here."""
        self.tables = tables
        self.terms = terms
        self.compute = compute
        self.edits = edits
        self.lists: frozenset[str] | None = None
        self.asked: set[Fact[Any]] = set()
        """The facts that were requested of this object, and all that these are made of."""
        self._slots: dict[Hashable, _Slot] = {}

    def declaring(self, lists: Iterable[str]) -> Facts:
        """The same frames, for a rule that declares these word lists. Before, any list goes."""
        own = copy.copy(self)
        own.lists = frozenset(lists)
        return own

    def asking(self, asked: set[Fact[Any]]) -> Facts:
        """The same frames, for a caller that wants to know what it requests: it is put there."""
        own = copy.copy(self)
        own.asked = asked
        return own

    @property
    def computes(self) -> bool:
        """Whether shared frames are computed, not left to whoever collects the whole."""
        return self.compute is not lazily

    def __call__(self, fact: Fact[P], /, *args: P.args, **kwargs: P.kwargs) -> pl.LazyFrame:
        """The frame of a fact; the same object for the same arguments."""
        slot = self._slots.setdefault((fact, args, tuple(sorted(kwargs.items()))), _Slot())
        with slot.lock:
            if slot.frame is None:
                frame = fact.make(self.asking(slot.made_of), *args, **kwargs)
                for edit in self.edits:
                    if edit.fact is fact:
                        frame = edited(frame, edit)
                slot.frame = self.compute(frame) if fact.shared else frame
            self.asked |= {fact, *slot.made_of}
            return slot.frame

    def requested(self, wanted: Callable[[Fact[Any]], bool]) -> list[pl.LazyFrame]:
        """The frames of these facts that were requested so far, of any arguments."""
        slots = list(self._slots.items())
        return [
            slot.frame
            for key, slot in slots
            if slot.frame is not None and isinstance(key, tuple) and wanted(key[0])
        ]

"""`frozen` against the dataclass that it stands for: the same classes, made by both."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import (
    FrozenInstanceError,
    asdict,
    astuple,
    dataclass,
    field,
    fields,
    replace,
)
from functools import cached_property
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kshop_audit.model.frozen import frozen


def defined(decorate: Callable[[type], type]) -> tuple[type, type]:
    """A class and one that inherits from it."""

    class Own:
        first: int
        second: str = "none"
        third: list[int] = field(default_factory=list)
        hidden: int = field(default=0, repr=False, compare=False)
        named: int | None = field(default=None, kw_only=True)

    Own.__qualname__ = "Own"
    base: Any = decorate(Own)

    class More(base):  # type: ignore[misc]
        fourth: int = 4

    More.__qualname__ = "More"
    return base, decorate(More)


OURS = defined(frozen)
THEIRS = defined(dataclass(frozen=True, slots=True))
small = st.integers(-2, 2)
places = st.lists(small, max_size=6)
names = ("first", "second", "third", "hidden", "named", "fourth", "other")
keywords = st.dictionaries(st.sampled_from(names), small, max_size=4)


def made(cls: type, values: list[int], named: dict[str, int]) -> Any:
    """The instance; TypeError if there is none."""
    try:
        return cls(*values, **named)
    except TypeError:
        return TypeError


@given(places, keywords, places, keywords, st.sampled_from([0, 1]))
def test_the_same_instances_as_a_dataclass(
    values: list[int], named: dict[str, int], others: list[int], more: dict[str, int], which: int
) -> None:
    own, their = made(OURS[which], values, named), made(THEIRS[which], values, named)
    assert (own is TypeError) == (their is TypeError)
    if own is TypeError:
        return
    assert repr(own) == repr(their)
    assert asdict(own) == asdict(their)
    assert astuple(own) == astuple(their)
    again, theirs = made(OURS[which], others, more), made(THEIRS[which], others, more)
    assert (own == again) == (their == theirs)
    if own == again and not isinstance(own.third, list):
        assert hash(own) == hash(again)
    assert replace(own, first=7) == OURS[which](**{**asdict(own), "first": 7})


@dataclass(frozen=True)
class Plain:
    value: int


@frozen
class Slotted:
    value: int
    rest: tuple[int, ...] = ()


@frozen(slots=False, kw_only=True)
class Open:
    value: int

    @cached_property
    def double(self) -> int:
        return 2 * self.value


def instances() -> tuple[Any, ...]:
    return Slotted(1, (2, 3)), Open(value=1)


def test_copies_are_equal() -> None:
    for instance in instances():
        copies = [copy.copy(instance), copy.deepcopy(instance)]
        copies += [pickle.loads(pickle.dumps(instance, how)) for how in (2, 5)]  # noqa: S301
        assert all(found == instance and hash(found) == hash(instance) for found in copies)


def test_nothing_changes() -> None:
    for instance in instances():
        with pytest.raises(FrozenInstanceError):
            instance.value = 2
        with pytest.raises(FrozenInstanceError):
            del instance.value
        assert instance.value == 1


def test_slots_and_keywords() -> None:
    slotted, opened = instances()
    assert not hasattr(slotted, "__dict__")
    assert opened.double == 2
    with pytest.raises(TypeError, match="Open"):
        Open(3)  # type: ignore[call-arg]


def test_equal_to_nothing_of_another_class() -> None:
    own: Any = Slotted(1)
    assert own != Plain(1)
    assert own != 1
    assert [entry.name for entry in fields(Slotted)] == ["value", "rest"]
    match own:
        case Slotted(value, rest):
            assert (value, rest) == (1, ())
        case _:
            pytest.fail("a pattern with places fits")


class Odd:
    """Equal to nothing, not even to itself, as an expression of a frame."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise NotImplementedError


def test_the_same_value_is_equal_whatever_it_says_of_itself() -> None:
    odd: Any = Odd()
    assert Slotted(odd) == Slotted(odd)

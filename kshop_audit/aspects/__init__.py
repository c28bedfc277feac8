"""What the service assessment asks of a shop beyond figures, as data, and how a shop stands.

A room of its own: a pack holds the figures of one platform and version, and these are none. They
are the same for every pack; `standing` drops the rules that a pack does not have.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from kshop_audit.model.aspects import Aspect, Part, Question
from kshop_audit.model.metadata import Text

__all__ = ["load", "questions"]

SOURCE = "S1"


@cache
def load() -> tuple[Aspect, ...]:
    """The fifteen aspects and the five processes, in the order of their source.

    KeyError if the data name a question that does not exist.
    """
    table = _table()
    asked = questions()
    return tuple(
        _aspect(entry, part, number, asked)
        for part in Part
        for number, entry in enumerate(table[part.value], 1)
    )


@cache
def questions() -> Mapping[str, Question]:
    """Every question by its id, in the order of the file."""
    return {
        name: Question(name, Text(zh=asked["zh"], en=asked["en"]))
        for name, asked in _table()["questions"].items()
    }


def _table() -> dict[str, Any]:
    text = (files(__name__) / "aspects.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _aspect(
    entry: Mapping[str, Any], part: Part, number: int, asked: Mapping[str, Question]
) -> Aspect:
    return Aspect(
        id=entry["id"],
        part=part,
        number=number,
        title=Text(**entry["title"]),
        duty=Text(**entry["duty"]),
        source=SOURCE,
        rules=tuple(entry.get("rules", ())),
        score=entry.get("score", False),
        questions=tuple(asked[name] for name in entry.get("questions", ())),
    )

"""What buyers write about, as data: topics and the words that tell them.

A room of its own: the words are nobody's rule, so they belong to no pack; none of them gates.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from kshop_audit.model.insights import Topic
from kshop_audit.model.metadata import Text

__all__ = ["load"]


@cache
def load() -> tuple[Topic, ...]:
    """All topics, in the order of the file."""
    text = (files(__name__) / "topics.toml").read_text(encoding="utf-8")
    return tuple(
        Topic(
            id=name,
            title=Text(zh=entry["zh"], en=entry["en"]),
            words=tuple(entry["words"]),
            courtesy=entry.get("courtesy", False),
        )
        for name, entry in tomllib.loads(text).items()
    )

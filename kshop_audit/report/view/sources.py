"""Where the figures of a pack come from, in words."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from kshop_audit.model.metadata import Text
from kshop_audit.model.patterns import regex
from kshop_audit.report.view.speech import Speech

_DOCUMENT = regex(r"\b(S\d|K)(?=-?\d)")
_FOLDER = "kshop_audit.report.wording"


@cache
def _chinese() -> Mapping[str, str]:
    entry = files(_FOLDER) / "sources" / "zh.toml"
    return {str(en): str(zh) for en, zh in tomllib.loads(entry.read_text(encoding="utf-8")).items()}


def source_text(source: str) -> Text:
    """The source of a figure as a pack states it, with its Chinese where we have one."""
    return Text(zh=_chinese().get(source, source), en=source)


def documents(sources: Iterable[str], speech: Speech) -> list[str]:
    """What the ids of these sources stand for, a line a document that we have a name of."""
    named = {found[1] for source in sources for found in _DOCUMENT.finditer(source)}
    keys = ((name, f"document.{name}") for name in sorted(named))
    return [speech.pair(name, speech.say(key)) for name, key in keys if speech.knows(key)]

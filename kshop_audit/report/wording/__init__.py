"""Every sentence of the tool's own reports, as data: TOML files, the same keys in each language.

`zh.toml` holds what most pages share, `<page>.zh.toml` what one page says alone.

A template is a `str.format` string. Where a language has a plural, the value is a pair
[one, many] and the argument `n` chooses. Values put into a template are never read as templates.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

LANGUAGES = ("zh", "en")


@cache
def load(lang: str) -> Mapping[str, str | tuple[str, str]]:
    """All templates of a language by dotted key; LookupError for a language without wording."""
    if lang not in LANGUAGES:
        raise LookupError(f"no wording for language {lang!r}")
    found: dict[str, str | tuple[str, str]] = {}
    for entry in sorted(
        files(__name__).iterdir(), key=lambda entry: entry.name.removesuffix(f"{lang}.toml")
    ):
        if f".{entry.name}".endswith(f".{lang}.toml"):
            own = _flatten(tomllib.loads(entry.read_text(encoding="utf-8")), "")
            if twice := found.keys() & dict(own):
                raise LookupError(f"{entry.name} says again: {', '.join(sorted(twice))}")
            found.update(own)
    return found


def _flatten(table: Mapping[str, object], prefix: str) -> list[tuple[str, str | tuple[str, str]]]:
    found: list[tuple[str, str | tuple[str, str]]] = []
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            found.extend(_flatten(value, f"{name}."))
        elif isinstance(value, list):
            one, many = value
            found.append((name, (str(one), str(many))))
        else:
            found.append((name, str(value)))
    return found

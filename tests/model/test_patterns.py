"""Patterns that are compiled when they are used."""

import pkgutil
import re
from importlib import import_module

import pytest

import kshop_audit
from kshop_audit.model import patterns
from kshop_audit.model.patterns import regex


def test_a_pattern_does_what_a_compiled_one_does() -> None:
    found = regex(r"(?P<a>x)(y)?", re.IGNORECASE)
    compiled = re.compile(r"(?P<a>x)(y)?", re.IGNORECASE)
    for name in ("pattern", "flags", "groups", "groupindex"):
        assert getattr(found, name) == getattr(compiled, name)
    assert found.sub(r"[\1]", "aXyx") == compiled.sub(r"[\1]", "aXyx") == "a[X][x]"
    assert regex(rb"\d").findall(b"1a2") == [b"1", b"2"]
    with pytest.raises(AttributeError):
        found.matches  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(re.error):
        regex("(").match("")


def test_every_pattern_of_the_package_compiles() -> None:
    seen = 0
    for entry in pkgutil.walk_packages(kshop_audit.__path__, "kshop_audit."):
        if entry.name == "kshop_audit.__main__":
            continue
        for value in vars(import_module(entry.name)).values():
            if isinstance(value, patterns._Pattern):
                assert value.pattern
                seen += 1
    assert seen > 100

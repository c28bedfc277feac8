"""The catalogue: every `Rule` object that a family holds; a family is a module or a package."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import ModuleType

from kshop_audit.rules import platforms
from kshop_audit.rules.kit.rule import Rule

__all__ = ["Rule", "catalogue", "families", "rules_in"]

_NO_FAMILIES = {"kit", "platforms"}


@cache
def catalogue() -> dict[str, Rule]:
    """All rules by id, in the order of the family modules and of their lines."""
    found: dict[str, Rule] = {}
    for name in families():
        found.update(rules_in(import_module(name)))
    return found


def families() -> Iterator[str]:
    """The names of the modules and packages that hold rules: here, and those of `platforms`."""
    for package in (import_module(__name__), platforms):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            if module.name.rpartition(".")[2] not in _NO_FAMILIES:
                yield module.name


def rules_in(family: ModuleType) -> dict[str, Rule]:
    """The rules that a family defines, by id; of a package those of all its modules."""
    found = {item.info.id: item for item in vars(family).values() if isinstance(item, Rule)}
    for module in pkgutil.iter_modules(getattr(family, "__path__", ()), f"{family.__name__}."):
        found |= rules_in(import_module(module.name))
    return found

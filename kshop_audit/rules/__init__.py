"""The catalogue: every `Rule` object that a family module holds."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType

from kshop_audit.rules.rule import Rule

__all__ = ["Rule", "catalogue", "rules_in"]

_MACHINERY = {"absent", "rule", "shapes", "compensation", "countdown"}


@cache
def catalogue() -> dict[str, Rule]:
    """All rules by id, in the order of the family modules and of their lines."""
    found: dict[str, Rule] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name not in _MACHINERY:
            found.update(rules_in(import_module(f"{__name__}.{module.name}")))
    return found


def rules_in(module: ModuleType) -> dict[str, Rule]:
    """The rules that a module defines, by id."""
    return {item.info.id: item for item in vars(module).values() if isinstance(item, Rule)}

"""Faults of a configuration: all of them at once, each with its place and its key.

pydantic finds what has the wrong shape; what it refuses is taken out and named here, so that the
rest can still be compared with the pack in the same run.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import TypeVar

from pydantic import ValidationError

from kshop_audit.config.layers import Layer, place_of
from kshop_audit.errors import ConfigError
from kshop_audit.validation import Fault, KeyPath, TomlTable, fault_of

_Root = TypeVar("_Root", bound=TomlTable)


def validate(table: Mapping[str, object], root: type[_Root]) -> tuple[_Root, list[Fault]]:
    """The model of what is right in the table, and what is not."""
    faults: list[Fault] = []
    rest = copy.deepcopy(dict(table))
    while True:
        try:
            return root.model_validate(rest), faults
        except ValidationError as error:
            errors = error.errors(include_url=False)
            # What was taken out as wrong is not missing as well.
            found = {fault.path for fault in faults}
            faults += [
                fault_of(details, root)
                for details in errors
                if details["type"] != "missing" or details["loc"] not in found
            ]
            for details in errors:
                _remove(rest, details["loc"], missing=details["type"] == "missing")


def report(faults: Sequence[Fault], layers: Sequence[Layer]) -> None:
    """Raise one ConfigError with a line for each fault; nothing if there is none."""
    if not faults:
        return
    placed = [(place_of(layers, fault.path) or "", fault) for fault in faults]
    zh, en = [], []
    for where, fault in sorted(placed, key=_reading_order):
        key = ".".join(str(step) for step in fault.path)
        # An option names its key itself.
        same = where == f"--set {key}" or where.lstrip("-").replace("-", "_") == key
        named = [where] if same else [where, key] if where else [key]
        zh.append("：".join([*named, fault.zh]))
        en.append(": ".join([*named, fault.en]))
    raise ConfigError("\n".join(zh), "\n".join(en))


def _reading_order(placed: tuple[str, Fault]) -> tuple[str, int]:
    name, _, line = placed[0].rpartition(":")
    return (name, int(line)) if line.isdigit() else (placed[0], 0)


def _remove(table: dict[str, object], path: KeyPath, *, missing: bool) -> None:
    """Take out what was refused; an entry of an array takes the whole array with it."""
    steps = path[:-1] if missing else path
    for index, step in enumerate(steps):
        if isinstance(step, int):
            steps = steps[:index]
            break
    value: object = table
    for step in steps[:-1]:
        if not isinstance(value, dict) or step not in value:
            return
        value = value[step]
    if isinstance(value, dict) and steps:
        value.pop(steps[-1], None)

"""Faults of a configuration: all of them at once, each with its place and its key.

pydantic finds what has the wrong shape; what it refuses is taken out and named here, so that the
rest can still be compared with the pack in the same run.
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kshop_audit.config.layers import Layer, place_of
from kshop_audit.config.lines import Path
from kshop_audit.config.models import (
    ClosingTable,
    ConfigFile,
    DeclaredTable,
    DoneTable,
    ExemptTable,
    InputTable,
    MuteTable,
    Table,
    WithdrawalTable,
)
from kshop_audit.errors import ConfigError

_TABLES: dict[str, type[Table]] = {
    "aspects": DoneTable,
    "closing": ClosingTable,
    "declared": DeclaredTable,
    "exempt": ExemptTable,
    "inputs": InputTable,
    "mutes": MuteTable,
    "withdrawals": WithdrawalTable,
}

_ZH = {
    "missing": "缺少此键",
    "string_type": "应为文本（加引号）",
    "string_too_short": "不能为空",
    "too_short": "不能为空",
    "string_too_long": "只能是一个字符",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "greater_than_equal": "不能小于 0",
    "bool_type": "应为 true 或 false",
    "list_type": "应为数组",
    "dict_type": "应为表",
    "model_type": "应为表",
}
_EN = {
    "missing": "is missing",
    "string_type": "must be a text (in quotes)",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "string_too_long": "must be one character",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "greater_than_equal": "must not be below 0",
    "bool_type": "must be true or false",
    "list_type": "must be an array",
    "dict_type": "must be a table",
    "model_type": "must be a table",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one key."""

    path: Path
    zh: str
    en: str


def unknown(path: Path, name: str, known: Iterable[str], zh: str, en: str) -> Fault:
    """A name that does not exist, with the nearest one that does."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return Fault(
            path,
            f"没有{zh} {name}，是不是 {close[0]}？",
            f"unknown {en} {name}; did you mean {close[0]}?",
        )
    listed = ", ".join(names) if len(names) <= 12 else ""
    return Fault(
        path,
        f"没有{zh} {name}" + (f"；可用：{listed}" if listed else ""),
        f"unknown {en} {name}" + (f"; known: {listed}" if listed else ""),
    )


_Root = TypeVar("_Root", bound=Table)


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
            told = {fault.path for fault in faults}
            faults += [
                fault_of(details, root)
                for details in errors
                if details["type"] != "missing" or details["loc"] not in told
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
        start = f"{where}: " if where else ""
        key = ".".join(str(step) for step in fault.path)
        zh.append(f"{start}{key}：{fault.zh}")
        en.append(f"{start}{key}: {fault.en}")
    raise ConfigError("\n".join(zh), "\n".join(en))


def _reading_order(placed: tuple[str, Fault]) -> tuple[str, int]:
    name, _, line = placed[0].rpartition(":")
    return (name, int(line)) if line.isdigit() else (placed[0], 0)


def fault_of(details: ErrorDetails, root: type[Table] = ConfigFile) -> Fault:
    """What pydantic found in a file of the shape of `root`, in our words."""
    path = details["loc"]
    kind = details["type"]
    context: dict[str, Any] = details.get("ctx", {})
    if kind == "extra_forbidden":
        model = _TABLES.get(str(path[0]), root) if len(path) > 1 else root
        known = [field.alias or name for name, field in model.model_fields.items()]
        return unknown(path, str(path[-1]), known, "这个键", "key")
    if kind == "kshop":
        return Fault(path, context["zh"], context["en"])
    if kind == "literal_error":
        allowed = context["expected"].replace("'", "").replace(" or ", ", ")
        return Fault(path, f"应为 {allowed} 之一", f"must be one of {allowed}")
    return Fault(path, _ZH.get(kind, details["msg"]), _EN.get(kind, details["msg"]))


def _remove(table: dict[str, object], path: Path, *, missing: bool) -> None:
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

"""Tables of TOML files checked by pydantic: closed models, and their faults in both languages.

Shared by the packs and the configuration. Strict and closed: a text is no number, and an unknown
key is a fault that names the nearest known one. Imports pydantic, so this module is imported only
where such a file is read, never by `--help`.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict
from pydantic_core import ErrorDetails, PydanticCustomError

from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.model.suggesting import NOTHING, suggest

KeyPath = tuple[str | int, ...]
"""The steps to a key: names of tables, and positions in arrays."""

_FEW = 12
"""Names that fit into a message."""

_TEXTS = {
    "missing": ("缺少此键", "is missing"),
    "string_type": ("应为文本（加引号）", "must be a text (in quotes)"),
    "string_too_short": ("不能为空", "must not be empty"),
    "too_short": ("不能为空", "must not be empty"),
    "string_too_long": ("只能是一个字符", "must be one character"),
    "int_type": ("应为整数", "must be a whole number"),
    "int_from_float": ("应为整数", "must be a whole number"),
    "greater_than": ("应为正数", "must be above 0"),
    "greater_than_equal": ("不能小于 0", "must not be below 0"),
    "bool_type": ("应为 true 或 false", "must be true or false"),
    "date_type": ("应为日期，如 2021-09-01", "must be a date such as 2021-09-01"),
    "list_type": ("应为数组", "must be an array"),
    "dict_type": ("应为表", "must be a table"),
    "model_type": ("应为表", "must be a table"),
}
"""pydantic's type of an error → the sentence in both languages."""

_SPOKEN = {"error": "（红线）", "warn": "（提醒）", "info": "（参考）", "off": "（关闭）"}
"""What the words for a level mean."""


class TomlTable(BaseModel):
    """A table that knows all its keys."""

    model_config = ConfigDict(strict=True, extra="forbid", populate_by_name=False, defer_build=True)


@frozen
class Fault:
    """What is wrong with one key."""

    path: KeyPath
    zh: str
    en: str


def fault(zh: str, en: str) -> PydanticCustomError:
    """A fault in both languages, to be raised by a validator; pydantic adds the key."""
    return PydanticCustomError("kshop", "{en}", {"zh": zh, "en": en})


def unknown(path: KeyPath, name: str, known: Iterable[str], zh: str, en: str) -> Fault:
    """A name that does not exist, with the nearest one that does, or all of them if they are few.

    `zh`, `en`: what kind of name it is, such as "规则" and "rule".
    """
    names = sorted(known)
    listed = ", ".join(names)
    few = Text(f"；可用：{listed}", f"; known: {listed}") if 0 < len(names) <= _FEW else NOTHING
    hint = suggest(name, names, few)
    return Fault(path, f"没有{zh} {name}{hint.zh}", f"unknown {en} {name}{hint.en}")


def fault_of(details: ErrorDetails, root: type[TomlTable]) -> Fault:
    """One error of pydantic over a file of the shape of `root`, as a `Fault`."""
    path = details["loc"]
    if path and path[-1] == "[key]":  # an error of the name of a table, not of what stands in it
        path = path[:-1]
    kind = details["type"]
    context: dict[str, Any] = details.get("ctx", {})
    if kind == "extra_forbidden":
        return unknown(path, str(path[-1]), _keys(root, path[:-1]), "这个键", "key")
    if kind == "kshop":
        return Fault(path, context["zh"], context["en"])
    if kind in ("literal_error", "enum"):
        allowed = context["expected"].replace("'", "").replace(" or ", ", ")
        spoken = "、".join(f"{one}{_SPOKEN.get(one, '')}" for one in allowed.split(", "))
        gap = "" if spoken.endswith("）") else " "
        return Fault(path, f"应为 {spoken}{gap}之一", f"must be one of {allowed}")
    return Fault(path, *_TEXTS.get(kind, (details["msg"], details["msg"])))


def _keys(root: type[TomlTable], path: KeyPath) -> list[str]:
    """The keys of the table at `path`."""
    found: Any = root
    for step in path:
        if fields := _fields(found):
            found = _plain(fields[str(step)])
        else:  # an entry of an array, or of a table with free names
            found = _plain(get_args(found)[-1])
    return list(_fields(found))


def _fields(found: Any) -> dict[str, Any]:
    """Key → annotation, of a model; empty for anything else."""
    if not (isinstance(found, type) and issubclass(found, TomlTable)):
        return {}
    return {field.alias or name: field.annotation for name, field in found.model_fields.items()}


def _plain(annotation: Any) -> Any:
    """The annotation without `Annotated` and without `None` as an alternative."""
    while get_origin(annotation) in (Annotated, Union, UnionType):
        others = (entry for entry in get_args(annotation) if entry is not type(None))
        annotation = next(others)
    return annotation

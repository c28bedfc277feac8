"""Report ⇄ JSON, field by field from the type hints of the dataclasses; other results to JSON.

`encode` and `decode` are inverse: `decode(encode(report)) == report`, and equal reports give equal
bytes, so a saved report can be compared as text. Figures stay exact: a Decimal is written as the
JSON number that it is and never passes through a binary float on the way back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from kshop_audit.errors import InputError
from kshop_audit.model.metadata import Text
from kshop_audit.model.patterns import regex
from kshop_audit.model.report import READABLE, Input, Report

_Read = TypeVar("_Read")

# `from` is a keyword of Python, so two names differ between the dataclass and the file.
_JSON_NAMES = {
    (name, field): written
    for name in ("Window", "Coverage")
    for field, written in (("since", "from"), ("until", "to"))
}

# Legal in JSON as they are, yet able to steer a terminal that the file is shown in, or (lone
# surrogates, from file names that are no UTF-8) impossible to write. Escaped, they do no harm.
_UNSAFE = regex("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

_INDENT = "  "

_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False)

# Far beyond any figure of a shop; a hostile file must not make us write a billion zeros.
_MAX_EXPONENT = 300


def encode(result: object) -> str:
    """A result, frozen dataclasses of `model`, as JSON text.

    Keys stand in the order of the fields, those of mappings are sorted.

    ValueError for a figure that JSON cannot hold (NaN, infinity).
    """
    return _write(result, "\n") + "\n"


def decode(text: str) -> Report:
    """The report that `encode` wrote; InputError says what is wrong with any other text."""
    try:
        data = json.loads(
            text.removeprefix("\ufeff"),
            parse_float=Decimal,
            parse_constant=_reject_constant,
            object_pairs_hook=_unique,
        )
    except (ValueError, RecursionError) as fault:
        detail = _wrong(fault)
        raise InputError(
            f"报告不是有效的 JSON：{detail.zh}；请用 check --out FILE.json 重新生成",
            f"the report is not valid JSON: {detail.en}; make it again with check --out FILE.json",
        ) from None
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema not in READABLE:
        known = ", ".join(READABLE)
        raise InputError(
            f"不认识的报告格式 {schema!r}，本版本能读 {known}",
            f"unknown report schema {schema!r}, this version reads {known}",
        )
    return cast("Report", _read(Report, data, ""))


def _wrong(fault: ValueError | RecursionError) -> Text:
    """What is wrong with a text that is no JSON, and where."""
    if isinstance(fault, json.JSONDecodeError):
        line, column = fault.lineno, fault.colno
        return Text(
            zh=f"第 {line} 行第 {column} 个字符起读不下去，文件不完整或被改过",
            en=f"it breaks off or was changed at line {line}, column {column}",
        )
    if isinstance(fault, RecursionError):
        return Text(zh="嵌套太深", en="it is nested too deeply")
    return Text(zh="里面有不允许的数或重复的键", en=str(fault))


def read(owner: type[_Read], text: str) -> _Read:
    """The object of this class that `encode` wrote; ValueError or InputError for any other text."""
    data = json.loads(text, parse_float=Decimal, object_pairs_hook=_unique)
    return cast("_Read", _read(owner, data, ""))


def json_name(owner: type, field: str) -> str:
    """The key in the JSON of a dataclass field."""
    return _JSON_NAMES.get((owner.__name__, field), field)


def _write(value: object, newline: str) -> str:
    """One value; `newline` is a line break with the indentation of the line it stands on."""
    if isinstance(value, str):
        return _string(value.value if isinstance(value, Enum) else value)
    if value is None or isinstance(value, bool | int | float):
        return _JSON.encode(value)
    if isinstance(value, Decimal):
        return _number(value)
    inner = newline + _INDENT
    if isinstance(value, tuple):
        return _write_items("[]", [_write(item, inner) for item in value], newline)
    if isinstance(value, Mapping):
        pairs = [(key, value[key]) for key in sorted(value)]
    elif is_dataclass(value):
        owner: Any = type(value)
        pairs = [(key, getattr(value, name)) for name, key in _keys_of(owner)]
    else:
        raise TypeError(f"{type(value).__name__} has no form in JSON")
    return _write_items("{}", [f"{_key(k)}: {_write(v, inner)}" for k, v in pairs], newline)


@cache
def _keys_of(owner: Any) -> tuple[tuple[str, str], ...]:
    """Field → JSON key."""
    return tuple((field.name, json_name(owner, field.name)) for field in fields(owner))


@cache
def _key(name: str) -> str:
    """A key of an object; a report has few different ones, and thousands of findings."""
    return _string(name)


def _write_items(brackets: str, items: Iterable[str], newline: str) -> str:
    inner = newline + _INDENT
    body = ("," + inner).join(items)
    return brackets[0] + inner + body + newline + brackets[1] if body else brackets


def _string(text: str) -> str:
    quoted = _JSON.encode(text)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def _number(value: Decimal) -> str:
    """Plain notation without trailing zeros, so that 4.5 and 4.50 are the same bytes."""
    if not value.is_finite():
        raise ValueError(f"{value} is no JSON number")
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _read(hint: Any, value: object, path: str) -> object:
    """`value` as the type that `hint` asks for; `path` tells where it stands."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _read_union(get_args(hint), value, path)
    if origin is tuple and isinstance(value, list):
        (item, _) = get_args(hint)
        return tuple(_read(item, entry, f"{path}[{i}]") for i, entry in enumerate(value))
    if origin is not None and isinstance(value, dict) and issubclass(origin, Mapping):
        (_, item) = get_args(hint)
        return {key: _read(item, entry, _join(path, key)) for key, entry in value.items()}
    if origin is None and is_dataclass(hint) and isinstance(value, dict):
        return _read_object(hint, value, path)
    return _read_scalar(hint, value, path)


def _read_union(options: tuple[Any, ...], value: object, path: str) -> object:
    """The first option that fits exactly; the fault of the only real one if none does."""
    if value is None and NoneType in options:
        return None
    real = [option for option in options if option is not NoneType]
    if len(real) == 1:
        return _read(real[0], value, path)
    for option in real:
        if type(value) is option:
            return value
    raise _mismatch(" | ".join(option.__name__ for option in real), value, path)


def _read_object(owner: Any, value: dict[str, object], path: str) -> object:
    names = _fields_of(owner)
    if owner is Input and "sha256" in value:  # of reports before there was a choice of digests
        value = dict(value)
        former = value.pop("sha256")
        value["digest"] = f"sha256:{former}" if isinstance(former, str) else former
    for key in value:
        if key not in names:
            raise _fault(path, f"未知的键 {key!r}", f"unknown key {key!r}")
    for key, (name, _) in names.items():
        if key not in value and name not in _optional(owner):
            raise _fault(path, f"缺少键 {key!r}", f"missing key {key!r}")
    arguments = {
        name: _read(hint, value[key], _join(path, key))
        for key, (name, hint) in names.items()
        if key in value
    }
    return owner(**arguments)


@cache
def _fields_of(owner: Any) -> dict[str, tuple[str, Any]]:
    """JSON key → field and its type."""
    hints = get_type_hints(owner)
    return {json_name(owner, f.name): (f.name, hints[f.name]) for f in fields(owner)}


@cache
def _optional(owner: Any) -> frozenset[str]:
    """Fields with a default: keys that reports saved by an earlier version lack."""
    return frozenset(
        field.name
        for field in fields(owner)
        if field.default is not MISSING or field.default_factory is not MISSING
    )


def _read_scalar(hint: Any, value: object, path: str) -> object:
    """A leaf. JSON does not tell 1 from 1.0, the field's type does."""
    if hint in (Decimal, float) and isinstance(value, int | Decimal) and type(value) is not bool:
        exact = Decimal(value)
        if abs(exact.adjusted()) > _MAX_EXPONENT:
            raise _mismatch(f"{hint.__name__} within range", value, path)
        return exact if hint is Decimal else float(exact)
    if isinstance(hint, type) and issubclass(hint, Enum) and isinstance(value, str):
        try:
            return hint(value)
        except ValueError:
            raise _mismatch(" | ".join(member.value for member in hint), value, path) from None
    if isinstance(hint, type) and type(value) is hint:
        return value
    raise _mismatch(getattr(hint, "__name__", str(hint)), value, path)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _mismatch(expected: str, value: object, path: str) -> InputError:
    shown = ascii(value)[:60]
    return _fault(path, f"应为 {expected}，实为 {shown}", f"expected {expected}, found {shown}")


def _fault(path: str, zh: str, en: str) -> InputError:
    return InputError(f"报告 {path or '$'}：{zh}", f"report {path or '$'}: {en}")


def _reject_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a key given twice: readers differ in which one they keep."""
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"key {key!r} stands twice")
        found[key] = value
    return found

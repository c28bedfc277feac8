"""One fact of `[closing]` as somebody types it, read by the very rules of `shop.toml`."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from decimal import Decimal
from typing import get_type_hints

from pydantic import ValidationError

from kshop_audit.config.models import ClosingTable
from kshop_audit.errors import ConfigError
from kshop_audit.model.settings import Closing
from kshop_audit.validation import fault_of

Answer = datetime | bool | int

_WORDS = {
    "y": True, "yes": True, "是": True, "有": True, "n": False, "no": False, "否": False,
    "没有": False, "无": False,
}  # fmt: skip


def read_answer(name: str, text: str) -> Answer | None:
    """The answer to one key of `[closing]`; None for an empty one, which is no answer.

    `name`: a key of the table. Yes and no may be typed in either language, times as in the file.
    ConfigError says what was expected.
    """
    typed = text.strip()
    if not typed:
        return None
    value = _value(typed)
    if get_type_hints(Closing)[name] == bool | None:
        value = _WORDS.get(typed.lower(), value)
        if not isinstance(value, bool):
            raise ConfigError("请答 y（是）或 n（否）", "answer y (yes) or n (no)")
    try:
        table = ClosingTable.model_validate({name: value})
    except ValidationError as error:
        fault = fault_of(error.errors(include_url=False)[0], ClosingTable)
        raise ConfigError(fault.zh, fault.en) from error
    answer: Answer = getattr(table, name)
    return answer


def snippet(answers: dict[str, Answer]) -> str:
    """The answers as lines of `shop.toml`."""
    lines = [f"{name} = {_written(value)}" for name, value in answers.items()]
    return "\n".join(["[closing]", *lines])


def _value(typed: str) -> object:
    """A number or a word of TOML; anything else is a text, in which times are looked for."""
    try:
        value = tomllib.loads(f"value = {typed}", parse_float=Decimal).get("value")
    except tomllib.TOMLDecodeError:
        return typed
    return value if isinstance(value, bool | int | date) else typed


def _written(value: Answer) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else str(value)

"""Options written into `shop.toml` so that every comment and every other line stays."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from kshop_audit.config.layers import FILE_NAME
from kshop_audit.errors import ConfigError, UsageError, os_reason
from kshop_audit.model.patterns import regex

_HEADER = regex(r"^\s*\[")
_PAIR = regex(r"""^(\s*["']?([\w-]+)["']?\s*=\s*)([^#]*?)(\s*(?:#.*)?)$""")


def written_to(path: Path, rule: str, options: Mapping[str, str | int | bool]) -> None:
    """Set the options of a rule in a file; it is made if there is none.

    ConfigError, and nothing is changed, where the lines cannot be put in without touching others.
    """
    wanted = {name: _toml(value) for name, value in options.items()}
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    after = _with_options(before, rule, wanted)
    if path.name != FILE_NAME or not _holds(after, rule, options):
        lines = "\n".join([f"[options.{rule}]", *(f"{k} = {v}" for k, v in wanted.items())])
        raise ConfigError(
            f"{path}：不能自动改写，请自己写上：\n{lines}",
            f"{path}: cannot be changed without touching other lines; write yourself:\n{lines}",
        )
    try:
        path.write_text(after, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path}：写不了：{os_reason(error).zh}",
            f"{path}: cannot be written: {os_reason(error).en}",
        ) from error


def learned_in(path: Path, entries: Sequence[Mapping[str, str]]) -> int:
    """Add `[[learned]]` entries to a file, those that it has already left out; how many were added.

    `entries`: rule, value, points, day, pack and version, as they are to be written. ConfigError,
    and nothing is changed, where that makes no valid file.
    """
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    blocks = [
        "\n".join(["[[learned]]", *(f"{name} = {_written(name, row[name])}" for name in row)])
        for row in entries
    ]
    new = [block for block in dict.fromkeys(blocks) if block not in before]
    if not new:
        return 0
    text = before.rstrip("\n") + ("\n\n" if before.strip() else "") + "\n\n".join(new) + "\n"
    try:
        tomllib.loads(text)
        path.write_text(text, encoding="utf-8")
    except (tomllib.TOMLDecodeError, OSError) as error:
        listed = "\n\n".join(new)
        raise ConfigError(
            f"{path}：不能自动改写，请自己写上：\n{listed}",
            f"{path}: cannot be changed; write yourself:\n{listed}",
        ) from error
    return len(new)


def _written(name: str, text: str) -> str:
    return text if name == "day" else _toml(text)


def _toml(value: str | int | bool) -> str:
    return json.dumps(value, ensure_ascii=False)


def _with_options(text: str, rule: str, wanted: Mapping[str, str]) -> str:
    """The text with the options under the header of the rule, or under a new one at the end."""
    lines = text.splitlines()
    header = re.compile(rf"""^\s*\[\s*options\s*\.\s*["']?{re.escape(rule)}["']?\s*\]""")
    start = next((number for number, line in enumerate(lines) if header.match(line)), None)
    if start is None:
        gap = [""] if lines and lines[-1].strip() else []
        return "\n".join([*lines, *gap, f"[options.{rule}]", *_pairs(wanted)]) + "\n"
    rest = range(start + 1, len(lines))
    end = next((number for number in rest if _HEADER.match(lines[number])), len(lines))
    left = dict(wanted)
    for number in range(start + 1, end):
        found = _PAIR.match(lines[number])
        if found is not None and found[2] in left:
            lines[number] = f"{found[1]}{left.pop(found[2])}{found[4]}"
    lines[start + 1 : start + 1] = _pairs(left)
    return "\n".join(lines) + "\n"


def _pairs(options: Mapping[str, str]) -> list[str]:
    return [f"{name} = {value}" for name, value in options.items()]


def _holds(text: str, rule: str, options: Mapping[str, str | int | bool]) -> bool:
    """Whether the text is valid and says what was wanted."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    found = table.get("options", {})
    own = found.get(rule, {}) if isinstance(found, dict) else {}
    return isinstance(own, dict) and all(own.get(name) == value for name, value in options.items())

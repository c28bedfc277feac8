"""Texts of the command line as values: instants, durations, delimiters, pinned files."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from kshop_audit.cli.options import InputOptions
from kshop_audit.errors import UsageError
from kshop_audit.model.schema import Kind

_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
_DURATION = re.compile(r"([0-9]+)([dhm])")
_DELIMITERS = {"comma": ",", "tab": "\t", "\\t": "\t", "semicolon": ";"}


def duration(text: str, flag: str) -> timedelta:
    """A duration such as `36h`, `7d` or `1d12h`."""
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise UsageError(
            f"{flag} {text}：应如 36h、7d、1d12h", f"{flag} {text}: write 36h, 7d or 1d12h"
        )
    return sum((int(number) * _UNITS[unit] for number, unit in parts), timedelta())


def score(text: str) -> Decimal:
    """`--min-score`, a number from 3 to 5."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 3 <= value <= 5:
        raise UsageError(
            f"--min-score {text}：应为 3 到 5 之间的数",
            f"--min-score {text}: must be a number from 3 to 5",
        )
    return value


def delimiter(text: str) -> str:
    """One character, or its name."""
    found = _DELIMITERS.get(text, text)
    if len(found) != 1:
        raise UsageError(
            f"--delimiter {text}：应为 comma、tab、semicolon 或单个字符",
            f"--delimiter {text}: must be comma, tab, semicolon or one character",
        )
    return found


def pins(options: InputOptions) -> dict[Path, Kind]:
    """The files whose kind was told; one file cannot be two kinds."""
    names = {kind: kind.value.replace("-", "_") for kind in Kind} | {Kind.EVIDENCE: "evidence_file"}
    pinned: dict[Path, Kind] = {}
    for kind, name in names.items():
        for path in getattr(options, name):
            if pinned.setdefault(path, kind) is not kind:
                raise UsageError(
                    f"{path} 被指定为两种文件：{pinned[path]}、{kind}",
                    f"{path} is pinned to two kinds: {pinned[path]} and {kind}",
                )
    return pinned

"""Texts of the command line as values: instants, durations, delimiters, pinned files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path

from kshop_audit.cli import naming
from kshop_audit.cli.options import InputOptions
from kshop_audit.errors import UsageError
from kshop_audit.model.metadata import Text
from kshop_audit.model.moments import ZONE
from kshop_audit.model.patterns import regex
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import DELIMITERS
from kshop_audit.model.suggesting import suggest

DIMENSIONS = ("agent", "hour", "day", "weekday", "carrier", "province", "product")
"""What a figure can be broken down by; a rule has those that its rows show."""

_DIMENSIONS_ZH = {
    "客服": "agent", "时段": "hour", "小时": "hour", "日期": "day", "天": "day", "按天": "day",
    "星期": "weekday", "快递": "carrier", "快递公司": "carrier", "省份": "province",
    "商品": "product",
}  # fmt: skip

_ZONE_ZH = ("北京", "上海", "中国", "东八区")

_UNITS = {
    "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}  # fmt: skip
_UNITS_ZH = (("分钟", "m"), ("小时", "h"), ("天", "d"), ("秒", "s"), (" ", ""))
_DURATION = regex(r"([0-9]+)([dhms])")
_LONGEST = timedelta(days=36_600)


def duration(text: str, flag: str) -> timedelta:
    """A duration such as `36h`, `7d` or `1d12h`."""
    plain = text
    for word, unit in _UNITS_ZH:
        plain = plain.replace(word, unit)
    parts = _DURATION.findall(plain)
    if not parts or "".join(number + unit for number, unit in parts) != plain:
        raise UsageError(
            f"{flag} {text}：应如 36h、7d、1d12h", f"{flag} {text}: write 36h, 7d or 1d12h"
        )
    try:
        length = sum((int(number) * _UNITS[unit] for number, unit in parts), timedelta())
    except (OverflowError, ValueError):  # Python reads no number of thousands of digits
        length = timedelta.max
    if length > _LONGEST:
        raise UsageError(
            f"{flag} {text}：最长 {_LONGEST.days}d", f"{flag} {text}: at most {_LONGEST.days}d"
        )
    return length


_SIZE = regex(r"(\d+)\s*(MB|GB|MIB|GIB|M|G)B?", re.IGNORECASE)


def size(text: str, flag: str) -> int:
    """Bytes, from text such as 512MB or 4GB (1,024 of a unit each)."""
    found = _SIZE.fullmatch(text.strip())
    if found is None or not int(found[1]):
        raise UsageError(
            f"{flag} {text}：应为内存大小，如 512MB 或 4GB",
            f"{flag} {text}: expected a size of memory such as 512MB or 4GB",
        )
    return int(found[1]) << (30 if found[2].upper().startswith("G") else 20)


def score(text: str, flag: str = "--min-score") -> Decimal:
    """A total of the score, a number from 3 to 5."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 3 <= value <= 5:
        raise UsageError(
            f"{flag} {text}：应为 3 到 5 之间的数",
            f"{flag} {text}: must be a number from 3 to 5",
        )
    return value


def share(text: str, flag: str) -> Fraction:
    """A share from 0 to 100 %, as `0.5%` or `0.005`."""
    number, percent = text.removesuffix("%"), text.endswith("%")
    try:
        value = Fraction(Decimal(number)) / (100 if percent else 1)
    except (InvalidOperation, ValueError, OverflowError):
        value = Fraction(-1)
    if not 0 <= value <= 1:
        raise UsageError(f"{flag} {text}：应如 0.5%", f"{flag} {text}: write it like 0.5%")
    return value


def dimensions(texts: Sequence[str]) -> tuple[str, ...]:
    """The dimensions of `--by`, each once, in the order given."""
    names = [_DIMENSIONS_ZH.get(name, name) for name in naming.listed(texts)]
    for name in names:
        if name not in DIMENSIONS:
            words = {code: word for word, code in reversed(_DIMENSIONS_ZH.items())}
            spoken = "、".join(words[code] for code in DIMENSIONS)
            known = Text(f"，可用 {spoken}", f", use {','.join(DIMENSIONS)}")
            hint = suggest(name, DIMENSIONS, known)
            raise UsageError(
                f"--by {name}：没有这个维度{hint.zh}", f"--by {name}: no such dimension{hint.en}"
            )
    return tuple(dict.fromkeys(names))


def zone(name: str) -> str:
    """`--tz`: a zone of the IANA database."""
    if name == ZONE or name.removesuffix("时间") in _ZONE_ZH:
        return ZONE
    from kshop_audit.ingest.cells import times

    if not times.is_zone(name):
        form = Text(zh=f"，应如 {ZONE}", en=f"; write it like {ZONE}")
        hint = suggest(name, times.zones(), form)
        raise UsageError(
            f"--tz {name}：没有这个时区{hint.zh}", f"--tz {name}: no such zone{hint.en}"
        )
    return name


def delimiter(text: str) -> str:
    """One character, or its name."""
    found = DELIMITERS.get(text, text)
    if len(found) != 1:
        raise UsageError(
            f"--delimiter {text}：应为 comma、tab、semicolon 或单个字符",
            f"--delimiter {text}: must be comma, tab, semicolon or one character",
        )
    return found


def pins(options: InputOptions) -> dict[Path, Kind]:
    """The files whose kind is given; one file cannot be two kinds."""
    pinned: dict[Path, Kind] = {}
    for kind, paths in options.pinned.items():
        for path in paths:
            if pinned.setdefault(path, kind) is not kind:
                raise UsageError(
                    f"{path} 被指定为两种文件：{pinned[path]}、{kind}",
                    f"{path} is pinned to two kinds: {pinned[path]} and {kind}",
                )
    return pinned

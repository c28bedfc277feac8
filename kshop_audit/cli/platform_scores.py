"""A file of what the platform shows: rule, day, value and perhaps points, a row each."""

from __future__ import annotations

import csv
import re
from datetime import date
from io import StringIO
from pathlib import Path

from kshop_audit.cli.naming import rule_name
from kshop_audit.errors import InputError, os_reason
from kshop_audit.model.frozen import frozen
from kshop_audit.model.suggesting import suggest

HEADERS = {
    "规则": "rule",
    "指标": "rule",
    "日期": "day",
    "数值": "value",
    "数字": "value",
    "得分": "points",
    "分数": "points",
}
"""Chinese headers of the columns; the English names are accepted as they stand."""

_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")


@frozen
class PlatformScore:
    """One row, as it is written."""

    rule: str
    day: date
    value: str
    points: str | None


def platform_scores(path: Path) -> list[PlatformScore]:
    """The rows of the file; InputError names the line that is wrong."""
    try:
        text = _decoded(path.read_bytes())
    except OSError as error:
        reason = os_reason(error)
        raise InputError(
            f"--platform-scores {path}：读不到：{reason.zh}",
            f"--platform-scores {path}: cannot be read: {reason.en}",
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"--platform-scores {path}：编码读不懂，请另存为“CSV UTF-8”",
            f"--platform-scores {path}: cannot be decoded; save it as CSV UTF-8",
        ) from error
    rows = csv.reader(StringIO(text))
    names = [HEADERS.get(name.strip(), name.strip()) for name in next(rows, [])]
    for name in ("rule", "day", "value"):
        if name not in names:
            hint = suggest(name, names)
            raise InputError(
                f"--platform-scores {path}：缺少列 {name}（规则、日期、数值、得分）{hint.zh}",
                f"--platform-scores {path}: no column {name} (rule,day,value,points){hint.en}",
            )
    found = []
    for number, cells in enumerate(rows, 2):
        row = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        if any(row.values()):
            found.append(_row(row, f"--platform-scores {path}:{number}"))
    return found


def _decoded(content: bytes) -> str:
    """The text of a file as spreadsheets save it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _day(text: str) -> date | None:
    """A day as spreadsheets write it: 2026-10-31, 2026/10/31, 2026年10月31日, 20261031."""
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _row(row: dict[str, str], place: str) -> PlatformScore:
    day = _day(row.get("day", ""))
    if day is None or not row.get("rule") or not row.get("value"):
        raise InputError(
            f"{place}：应如 RULE,2026-10-31,81.2%,4.60",
            f"{place}: write it like RULE,2026-10-31,81.2%,4.60",
        )
    rule = rule_name(row["rule"], "--platform-scores")
    return PlatformScore(rule, day, row["value"], row.get("points") or None)

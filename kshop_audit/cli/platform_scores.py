"""A file of what the platform shows: rule, day, value and perhaps points, a row each."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path

from kshop_audit.errors import InputError, os_reason
from kshop_audit.model.suggesting import suggest

HEADERS = {"规则": "rule", "日期": "day", "数值": "value", "得分": "points"}
"""Chinese headers of the columns; the English names are accepted as they stand."""


@dataclass(frozen=True, slots=True)
class PlatformScore:
    """One row, as it is written."""

    rule: str
    day: date
    value: str
    points: str | None


def platform_scores(path: Path) -> list[PlatformScore]:
    """The rows of the file; InputError names the line that is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = os_reason(error)
        raise InputError(
            f"--platform-scores {path}：读不到：{reason.zh}",
            f"--platform-scores {path}: cannot be read: {reason.en}",
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"--platform-scores {path}：不是 UTF-8", f"--platform-scores {path}: is not UTF-8"
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


def _row(row: dict[str, str], place: str) -> PlatformScore:
    try:
        day = date.fromisoformat(row.get("day", ""))
    except ValueError:
        day = None
    if day is None or not row.get("rule") or not row.get("value"):
        raise InputError(
            f"{place}：应如 RULE,2026-10-31,81.2%,4.60",
            f"{place}: write it like RULE,2026-10-31,81.2%,4.60",
        )
    return PlatformScore(row["rule"], day, row["value"], row.get("points") or None)

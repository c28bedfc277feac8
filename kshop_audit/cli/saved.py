"""Reports that were saved by `--out FILE.json`, read back."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import TYPE_CHECKING

from kshop_audit.errors import InputError, os_reason

if TYPE_CHECKING:
    from kshop_audit.model.report import Report


def saved_report(path: Path) -> Report:
    """The report in a file; InputError names the file and says what is wrong with it."""
    from kshop_audit import codec

    try:
        text = _decoded(path.read_bytes())
    except OSError as error:
        raise InputError(
            f"读不到 {path}：{os_reason(error).zh}", f"cannot read {path}: {os_reason(error).en}"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} 不是 UTF-8 或 UTF-16，不是报告", f"{path} is not UTF-8 or UTF-16, no report"
        ) from error
    try:
        return codec.decode(text)
    except InputError as error:
        raise InputError(f"{path}：{error.zh}", f"{path}: {error.en}") from error


def _decoded(content: bytes) -> str:
    """UTF-8, or UTF-16 with its mark: what `> report.json` writes in PowerShell."""
    utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if utf_16 else "utf-8")

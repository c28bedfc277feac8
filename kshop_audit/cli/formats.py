"""The formats of a report on the command line: by the suffix of a file, or printed on stdout."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from kshop_audit.cli import printing
from kshop_audit.errors import UsageError
from kshop_audit.report import formats
from kshop_audit.report.formats import Format

if TYPE_CHECKING:
    from kshop_audit.model.comparison import Comparison
    from kshop_audit.model.report import Report
    from kshop_audit.report.text.page import TextOptions


def format_of(path: Path, flag: str = "--out") -> Format:
    """The format of a file; UsageError if no format has its suffix, or its package is missing."""
    try:
        found = formats.of_suffix(path.suffix)
    except LookupError:
        listed = " ".join(entry.suffix for entry in formats.files())
        raise UsageError(
            f"{flag} {path}：后缀应为 {listed} 之一", f"{flag} {path}: the suffix must be {listed}"
        ) from None
    package, extra = found.package, found.extra
    if package and find_spec(package) is None:
        raise UsageError(
            f"{flag} {path}：要先安装 {package}：pip install 'kshop-audit[{extra}]'",
            f"{flag} {path}: needs {package}: pip install 'kshop-audit[{extra}]'",
        )
    return found


def show(report: Report, name: str, options: TextOptions) -> None:
    """Print the report on stdout in a format of `--format`."""
    found = formats.named(name)
    _emit(found.printed(report, options.lang, options), found)


def show_changes(comparison: Comparison, name: str, options: TextOptions) -> None:
    """Print what changed since an earlier report, where the format has room for it."""
    found = formats.named(name)
    text = found.compared(comparison, options)
    if text:
        _emit(f"\n{text}", found)


def _emit(text: str, found: Format) -> None:
    if found.terminal:
        printing.emit(text)
    else:
        printing.emit_data(text)

"""The formats of a report on the command line: by the suffix of a file, or printed on stdout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kshop_audit.cli import printing
from kshop_audit.errors import UsageError
from kshop_audit.report import formats
from kshop_audit.report.formats import Format

if TYPE_CHECKING:
    from kshop_audit.model.report import Report
    from kshop_audit.report.text.page import TextOptions


def file_of(name: str, flag: str = "--out") -> tuple[Path, Format]:
    """The file and its format: by the suffix, or named before it as `NAME:FILE`.

    UsageError if no format is meant.
    """
    before, colon, after = name.partition(":")
    names = [entry.name for entry in formats.FORMATS]
    # A single letter before a colon is a drive of Windows.
    meant = formats.called(before) if len(before) > 1 else None
    if colon and after and meant is not None:
        return Path(after), meant
    try:
        found = formats.of_suffix(Path(name).suffix)
    except LookupError:
        listed = " ".join(entry.suffix for entry in formats.files())
        raise UsageError(
            f"{flag} {name}：后缀应为 {listed} 之一，或写成 FORMAT:FILE，FORMAT 可以是 "
            f"{' '.join(names)}",
            f"{flag} {name}: the suffix must be {listed}, or write FORMAT:FILE with one of "
            f"{' '.join(names)}",
        ) from None
    return Path(name), found


def show(report: Report, name: str, options: TextOptions) -> None:
    """Print the report on stdout in a format of `--format`."""
    found = formats.named(name)
    _emit(found.printed(report, options.lang, options), found)


def _emit(text: str, found: Format) -> None:
    if found.terminal:
        printing.emit(text)
    else:
        printing.emit_data(text)

"""The formats of a report: by the suffix of a file, and by name on stdout."""

# ruff: noqa: PLC0415  heavy imports wait until the command runs

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from kshop_audit.errors import UsageError

if TYPE_CHECKING:
    from kshop_audit.model.report import Report

SUFFIXES = (".json", ".csv", ".html", ".md", ".sarif", ".xlsx", ".xml")
"""What `--out` can write; .xml is JUnit."""

_EXTRAS = {".html": ("jinja2", "html"), ".xlsx": ("xlsxwriter", "xlsx")}
"""Formats that need a package beyond the core: the package, and the extra that brings it."""


def suffix_of(path: Path, flag: str = "--out") -> str:
    """The format of a file; UsageError if there is none of this suffix, or not here."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        listed = " ".join(SUFFIXES)
        raise UsageError(
            f"{flag} {path}：后缀应为 {listed} 之一", f"{flag} {path}: the suffix must be {listed}"
        )
    package, extra = _EXTRAS.get(suffix, ("", ""))
    if package and find_spec(package) is None:
        raise UsageError(
            f"{flag} {path}：要先安装 {package}：pip install 'kshop-audit[{extra}]'",
            f"{flag} {path}: needs {package}: pip install 'kshop-audit[{extra}]'",
        )
    return suffix


def content(report: Report, suffix: str, lang: str) -> bytes:
    """The report as the bytes of a file of this suffix, one of SUFFIXES."""
    if suffix == ".xlsx":
        from kshop_audit.report import workbook

        return workbook.render(report, lang)
    return _text(report, suffix, lang).encode("utf-8")


def _text(report: Report, suffix: str, lang: str) -> str:
    if suffix == ".json":
        from kshop_audit import codec

        return codec.encode(report)
    if suffix == ".html":
        from kshop_audit.report import html

        return html.render(report, lang)
    from kshop_audit.report import csv, junit, markdown, sarif

    renderers = {
        ".csv": csv.render,
        ".md": markdown.render,
        ".sarif": sarif.render,
        ".xml": junit.render,
    }
    return renderers[suffix](report, lang)


def streamed(report: Report, name: str, lang: str) -> str:
    """The report in a format of `--format` that is for programs, not for this terminal."""
    if name == "json":
        from kshop_audit import codec

        return codec.encode(report)
    from kshop_audit.report import github, markdown

    if name == "github":
        # The annotations, then the lines of the job's summary.
        return github.render(report, lang) + "\n" + markdown.render(report, lang)
    return markdown.render(report, lang)

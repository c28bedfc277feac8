"""What changed since an earlier report, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping

from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Comparison
from kshop_audit.report.text.page import Style, TextOptions, paragraph, printed
from kshop_audit.report.view.changes import Sentence, sentences
from kshop_audit.report.view.speech import Speech

_STYLES = {"new": "bold red", "lost": "magenta", "worse": "yellow", "fixed": "green"}
_INDENT = 2


def changes(
    comparison: Comparison, options: TextOptions, titles: Mapping[str, Text] | None = None
) -> str:
    """Lines of at most `options.width` cells; `titles`: what the rules are called."""
    speech = Speech(options.lang, options.ascii)
    named = {rule: speech.text(title) for rule, title in (titles or {}).items()}
    lines = [
        line
        for entry in sentences(comparison, speech, named)
        for line in paragraph(
            entry.text, options.cells, _INDENT if entry.below else 0, _style(entry), _INDENT
        )
    ]
    return printed(lines, options)


def _style(entry: Sentence) -> str:
    if entry.heading:
        return Style.STRONG
    return _STYLES.get(entry.move, Style.PLAIN)

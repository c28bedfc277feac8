"""At most eight plain lines for a chat group: the verdict, what failed, what to do first."""

from __future__ import annotations

from itertools import chain

from kshop_audit.model.report import Report
from kshop_audit.report.view.contents import Mark, Row, View, view
from kshop_audit.report.view.speech import Speech

_FAILURES = 3
_NAMES = 3


def render(report: Report, lang: str) -> str:
    """Lines without symbols or colour; a line is never cut, names beyond a few are counted."""
    shown = view(report, lang)
    warnings = [shown.speech.text(warning) for warning in report.warnings]
    failures = _failures(shown, _FAILURES - len(warnings))
    lines = [_first(report, shown), *warnings, *failures, *_open(shown)]
    lines.append(_score(shown))
    if shown.first:
        lines.append(shown.speech.say("brief.action", text=shown.first))
    return "\n".join(lines) + "\n"


def _first(report: Report, shown: View) -> str:
    speech = shown.speech
    badge = speech.say("sign.badge", word=shown.badge)
    as_of = speech.say("brief.as_of", as_of=speech.instant(report.as_of, closing=True))
    shop = speech.data(report.shop or "")
    parts = [shop, as_of]
    if not _rows(shown, Mark.FAIL):
        parts.append(shown.headline)
    elif shown.muted:
        parts.append(shown.muted)
    separator = " " if badge.isascii() else ""
    return f"{badge}{separator}{speech.join(parts)}"


def _rows(shown: View, *marks: Mark) -> list[Row]:
    return list(chain.from_iterable(group.rows for group in shown.groups if group.mark in marks))


def _failures(shown: View, most: int) -> list[str]:
    """A line for each gate missed; where there are more than `most` they share the last line."""
    rows, speech = _rows(shown, Mark.FAIL), shown.speech
    kept = rows if len(rows) <= most else rows[: most - 1]
    lines = [_failure(row, speech) for row in kept]
    rest = [row.named for row in rows[len(kept) :]]
    if rest:
        names = speech.names(rest, _NAMES)
        lines.append(speech.say("brief.more_failed", len(rest), names=names))
    return lines


def _failure(row: Row, speech: Speech) -> str:
    target = speech.target(row.rule, marked=False)
    if row.rule.target is not None and row.rule.target.assumption:
        target += speech.say("sign.comma") + speech.say("figure.assumed_word")
    line = speech.say("brief.failed", title=row.named, value=row.value, target=target)
    return line + (speech.say("brief.distance", distance=row.distance) if row.distance else "")


def _open(shown: View) -> list[str]:
    """Warnings and rules without a verdict, a line each."""
    speech = shown.speech
    lines = []
    for key, marks in (("warned", (Mark.ALERT, Mark.REVIEW)), ("no_verdict", (Mark.UNKNOWN,))):
        names = [row.named for row in _rows(shown, *marks)]
        if names:
            listed = speech.names(names, _NAMES)
            lines.append(speech.say(f"brief.{key}", len(names), names=listed))
    return lines


def _score(shown: View) -> str:
    score, speech = shown.score, shown.speech
    if not score.total:
        return speech.say("brief.no_score", reason=score.reason or speech.say("column.none"))
    if not score.grade:
        return speech.say("brief.score_plain", total=score.total)
    return speech.say("brief.score", total=score.total, grade=score.grade)

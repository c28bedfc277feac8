"""At most eight plain lines for a chat group: the verdict and why, today, what changed."""

from __future__ import annotations

from itertools import chain

from kshop_audit.model.report import Report
from kshop_audit.report.view import short
from kshop_audit.report.view.contents import View, view
from kshop_audit.report.view.rows import Mark, Row
from kshop_audit.report.view.speech import Speech

_LINES = 8
_FAILURES = 3
_WARNINGS = 2
_NAMES = 3


def render(report: Report, lang: str) -> str:
    """Lines without symbols or colour; a line is never cut, names beyond a few are counted."""
    shown = view(report, lang)
    failures = max(_FAILURES - bool(shown.change) - len(shown.warnings), 1)
    lines = [
        _first(report, shown),
        _today(shown),
        *shown.warnings[:_WARNINGS],
        *_failures(shown, failures),
        _open(shown),
        shown.change,
        shown.speech.join([_score(shown), _next_date(shown)], "clause"),
        shown.speech.say("brief.action", text=shown.first) if shown.first else "",
    ]
    kept = [line for line in lines if line]
    return "\n".join(kept[:_LINES]) + "\n"


def _first(report: Report, shown: View) -> str:
    """The verdict, whose it is, up to when, and what it rests on."""
    speech = shown.speech
    badge = speech.say("sign.badge", word=shown.badge)
    as_of = speech.say("brief.as_of", as_of=speech.instant(report.as_of, closing=True))
    shop = speech.data(report.shop or "")
    named = not _rows(shown, Mark.FAIL)
    separator = " " if badge.isascii() else ""
    ground = shown.headline if named else shown.short
    return f"{badge}{separator}{speech.join([shop, as_of, ground])}"


def _rows(shown: View, *marks: Mark) -> list[Row]:
    return list(chain.from_iterable(group.rows for group in shown.groups if group.mark in marks))


def _failures(shown: View, most: int) -> list[str]:
    """A line for each red line missed; where there are more than `most` they share the last."""
    rows, speech = _rows(shown, Mark.FAIL), shown.speech
    kept = rows if len(rows) <= most else rows[: most - 1]
    lines = [_failure(row, speech) for row in kept]
    rest = [row.named for row in rows[len(kept) :]]
    if rest:
        names = speech.names(rest, _NAMES, counted=True)
        lines.append(speech.say("brief.more_failed", len(rest), names=names))
    return lines


def _failure(row: Row, speech: Speech) -> str:
    if row.rule.target is not None and row.rule.target.operator in ("none", "all"):
        # How many offend says all that the value and the target say.
        return speech.say("brief.offended", title=row.named, distance=row.distance or row.value)
    target = speech.target(row.rule, marked=False)
    if row.rule.target is not None and row.rule.target.assumption:
        target += speech.say("sign.comma") + speech.say("figure.assumed_word")
    line = speech.say("brief.failed", title=row.named, value=row.value, target=target)
    return line + (speech.say("brief.distance", distance=row.distance) if row.distance else "")


def _open(shown: View) -> str:
    """Warnings and rules without a verdict."""
    speech = shown.speech
    parts = []
    kinds = (("warned", Mark.ALERT), ("review", Mark.REVIEW), ("no_verdict", Mark.UNKNOWN))
    for key, mark in kinds:
        names = [row.named for row in _rows(shown, mark)]
        if names:
            listed = speech.names(names, _NAMES, counted=True)
            parts.append(speech.say(f"brief.{key}", len(names), names=listed))
    return speech.join(parts, "clause")


def _today(shown: View) -> str:
    """What is due within a day: the whole block in one line, so that the rest keeps its room."""
    if not shown.today:
        return ""
    block = shown.speech.join(shown.today, "clause")
    return shown.speech.pair(shown.speech.say("short.today"), block)


def _next_date(shown: View) -> str:
    """The day on which all red lines that are missed can pass, or the first one that will not."""
    speech, rows = shown.speech, _rows(shown, Mark.FAIL)
    date = short.latest(rows, speech)
    if date:
        return speech.say("short.all_pass", date=date)
    return next(iter(short.warnings(shown.groups, speech)), "")


def _score(shown: View) -> str:
    score, speech = shown.score, shown.speech
    if not score.total:
        reason = score.reason.rstrip("。.") or speech.say("column.none")
        return speech.say("brief.no_score", reason=reason)
    if not score.grade:
        return speech.say("brief.score_plain", total=score.total)
    return speech.say("brief.score", total=score.total, grade=score.grade)

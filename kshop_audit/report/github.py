"""Annotations of a GitHub workflow: an error a gate missed, a warning, a notice with the verdict.

The lines are commands to the runner; text from files can neither begin nor end one.
"""

from __future__ import annotations

from kshop_audit.model.report import Report
from kshop_audit.report.view import short
from kshop_audit.report.view.contents import view
from kshop_audit.report.view.rows import Mark, Row

_COMMANDS = {Mark.FAIL: "error", Mark.ALERT: "warning", Mark.UNKNOWN: "warning"}
_COMMANDS[Mark.REVIEW] = "notice"


def render(report: Report, lang: str) -> str:
    """The verdict and what is due today, a line a rule that is not met, then the score and what to
    do first.
    """
    shown = view(report, lang)
    speech = shown.speech
    command = {"pass": "notice", "fail": "error"}.get(shown.status, "warning")
    verdict = speech.join([shown.headline, shown.context, shown.counts])
    lines = [_command(command, shown.badge, verdict)]
    if shown.today:
        lines.append(_command("notice", speech.say("short.today"), "\n".join(shown.today)))
    rows = [row for group in shown.groups for row in group.rows if row.mark in _COMMANDS]
    lines += [_command(_COMMANDS[row.mark], row.title, _message(row)) for row in rows]
    score = shown.score
    total = speech.say("score.total", total=score.total) if score.total else score.reason
    lines.append(_command("notice", speech.say("score.title"), total))
    if shown.change:
        lines.append(_command("notice", speech.say("page.changed"), shown.change))
    if shown.first:
        lines.append(_command("notice", speech.say("headline.first"), shown.first))
    return "\n".join(lines) + "\n"


def _message(row: Row) -> str:
    return row.speech.aside(row.speech.join(short.parts(row.rule, row.speech)), row.id)


def _command(name: str, title: str, message: str) -> str:
    return f"::{name} title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

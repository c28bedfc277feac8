"""Whether the shop can be closed: each condition, what blocks it, and the earliest date."""

from __future__ import annotations

from dataclasses import dataclass

from kshop_audit.model.report import Report, RuleResult, Status
from kshop_audit.report.speech import Speech

DEPENDS = "depends"
_LISTED = 10
_MARKS = {Status.PASS: "√", Status.FAIL: "×"}
_IDS = ("order_id", "ticket_id", "violation_id", "product_id")


@dataclass(frozen=True, slots=True)
class Readiness:
    """When the closing can be applied for.

    `not_before`: the latest date on which a dated condition clears, None when none is left;
    `waiting`: conditions that somebody has to act on; `unknown`: conditions without a verdict.
    """

    not_before: str | None
    waiting: tuple[RuleResult, ...]
    unknown: tuple[RuleResult, ...]

    @property
    def ready(self) -> bool:
        """Whether every condition holds now."""
        return self.not_before is None and not self.waiting and not self.unknown


def readiness(report: Report) -> Readiness:
    """The latest of all conditions."""
    rules = [rule for rule in report.rules if rule.family == "closure"]
    failed = [rule for rule in rules if rule.status is Status.FAIL]
    dates = [date for rule in failed for date in _dates(rule)]
    return Readiness(
        not_before=max(dates, default=None),
        waiting=tuple(rule for rule in failed if not _dates(rule)),
        unknown=tuple(rule for rule in rules if rule.status is Status.NO_VERDICT),
    )


def _dates(rule: RuleResult) -> list[str]:
    told = (finding.get("clears_on") for finding in rule.findings)
    return [date for date in told if isinstance(date, str) and date != DEPENDS]


def render(report: Report, lang: str) -> str:
    """Plain lines: the conclusion, the date, one line a condition, what moves the date."""
    speech, state = Speech(lang), readiness(report)
    word = "ready" if state.ready else "unknown" if _open(state) else "blocked"
    as_of = speech.say("brief.as_of", as_of=speech.instant(report.as_of, closing=True))
    badge = speech.say("sign.badge", word=speech.say(f"closing.{word}"))
    first = speech.join([speech.data(report.shop or ""), as_of])
    lines = [f"{badge} {first}", _earliest(state, speech), ""]
    for rule in report.rules:
        if rule.family == "closure":
            lines += _condition(rule, speech)
    return (
        "\n".join([*lines, "", *(speech.say(f"closing.{key}") for key in ("moves", "steps"))])
        + "\n"
    )


def _open(state: Readiness) -> bool:
    """Whether nothing is known to block, but not everything is known."""
    return bool(state.unknown) and state.not_before is None and not state.waiting


def _earliest(state: Readiness, speech: Speech) -> str:
    if state.ready:
        return speech.say("closing.now")
    parts = []
    if state.not_before is not None:
        parts.append(speech.say("closing.not_before", date=speech.instant(state.not_before)))
    for key, rules in (("waiting", state.waiting), ("unanswered", state.unknown)):
        if rules:
            names = speech.join([speech.text(rule.title) for rule in rules], "list")
            parts.append(speech.say(f"closing.{key}", names=names))
    return speech.join(parts, "comma")


def _condition(rule: RuleResult, speech: Speech) -> list[str]:
    mark = _MARKS.get(rule.status, "?")
    line = f"{mark} {speech.text(rule.title)}"
    dates = _dates(rule)
    if rule.status is Status.FAIL:
        clears = speech.instant(max(dates)) if dates else speech.name("code", DEPENDS)
        line = speech.join([line, speech.pair(speech.name("finding", "clears_on"), clears)])
    lines = [line]
    if rule.reason is not None:
        lines.append(f"    {speech.text(rule.reason)}")
    ids = [
        speech.data(str(finding[key]))
        for finding in rule.findings
        for key in _IDS
        if finding.get(key) and rule.status is Status.FAIL
    ]
    names = list(dict.fromkeys(ids))
    if names:
        lines.append(f"    {speech.names(names, _LISTED)}")
    return lines

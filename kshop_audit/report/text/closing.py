"""Whether the shop can be closed: each condition, what blocks it, and the earliest date."""

from __future__ import annotations

from kshop_audit.model.frozen import frozen
from kshop_audit.model.report import Report, RuleResult, Status
from kshop_audit.model.schema import Kind
from kshop_audit.report.text.page import Style, TextOptions, paragraph, printed
from kshop_audit.report.view.speech import Speech

DEPENDS = "depends"
_LISTED = 10
_MARKS = {Status.PASS: "√", Status.FAIL: "×"}
_STYLES = {Status.PASS: "green", Status.FAIL: "bold red"}
_IDS = ("ticket_id", "violation_id", "product_id", "order_id")
"""What names a blocker best: a ticket has an order as well."""
_INDENT = 4
_DAY = len("2026-10-31")

_Line = tuple[int, str, str]
"""Indent, text and style."""


@frozen
class Readiness:
    """When the closing can be applied for.

    `not_before`: the latest date on which a dated condition clears, None when none is left;
    `latest`: the conditions that set it; `waiting`: conditions that need an action;
    `unknown`: conditions without a verdict.
    """

    not_before: str | None
    latest: tuple[RuleResult, ...]
    waiting: tuple[RuleResult, ...]
    unknown: tuple[RuleResult, ...]

    @property
    def ready(self) -> bool:
        """Whether every condition holds now."""
        return self.not_before is None and not self.waiting and not self.unknown


def readiness(report: Report) -> Readiness:
    """The latest of all conditions; the report is of the rules for closing and of no others."""
    rules = report.rules
    failed = [rule for rule in rules if rule.status is Status.FAIL]
    dates = [date for rule in failed for date in _dates(rule)]
    last = max(dates, default=None)
    return Readiness(
        not_before=last,
        latest=tuple(rule for rule in failed if last in _dates(rule)),
        waiting=tuple(rule for rule in failed if not _dates(rule)),
        unknown=tuple(rule for rule in rules if rule.status is Status.NO_VERDICT),
    )


def _dates(rule: RuleResult) -> list[str]:
    values = (finding.get("clears_on") for finding in rule.findings)
    return [date for date in values if isinstance(date, str) and date != DEPENDS]


def render(report: Report, options: TextOptions) -> str:
    """Lines of at most `options.cells` cells: the conclusion, the date and what sets it, then each
    condition with what blocks it and what to do next.
    """
    speech, state = Speech(options.lang, options.ascii), readiness(report)
    word = "ready" if state.ready else "unknown" if _open(state) else "blocked"
    as_of = speech.say("brief.as_of", as_of=speech.instant(report.as_of, closing=True))
    badge = speech.say("sign.badge", word=speech.say(f"closing.{word}"))
    first = speech.join([speech.data(report.shop or ""), as_of])
    lines: list[_Line] = [(0, f"{badge} {first}", Style.STRONG)]
    lines += [(0, line, Style.STRONG) for line in _earliest(state, speech)]
    lines.append((0, _seen(report, speech), Style.PLAIN))
    lines.append((0, "", Style.PLAIN))
    steps = {action.rule: speech.text(action.text) for action in report.actions}
    for rule in report.rules:
        lines += _condition(rule, steps.get(rule.id, ""), speech)
    lines.append((0, "", Style.PLAIN))
    asks = any("fact" in one for rule in state.unknown for one in rule.findings)
    keys = ("asks", "moves", "steps") if asks else ("moves", "steps")
    lines += [(0, speech.say(f"closing.{key}"), Style.DIM) for key in keys]
    return printed(
        (
            part
            for indent, line, style in lines
            for part in (paragraph(line, options.cells, indent, style) if line else [[]])
        ),
        options,
    )


def _open(state: Readiness) -> bool:
    """Whether nothing is known to block, but not everything is known."""
    return bool(state.unknown) and state.not_before is None and not state.waiting


def _seen(report: Report, speech: Speech) -> str:
    """How many orders the conclusion rests on, and of which days; an older one may be elsewhere."""
    orders = [item for item in report.inputs if item.kind == Kind.ORDERS]
    first = min((item.first_at for item in orders if item.first_at), default=None)
    last = max((item.last_at for item in orders if item.last_at), default=None)
    if first is None or last is None:
        return speech.say("closing.seen_none")
    looking = (rule for rule in report.rules if rule.coverage and rule.coverage.kind == Kind.ORDERS)
    known = max(
        ((rule.denominator or 0) + sum(rule.unknown.values()) for rule in looking), default=0
    )
    days = (speech.data(at[:_DAY]) for at in (first, last))
    since, until = days
    return speech.say("closing.seen", n=known, since=since, until=until)


def _earliest(state: Readiness, speech: Speech) -> list[str]:
    if state.ready:
        return [speech.say("closing.now")]
    lines = []
    if state.not_before is not None:
        date = speech.say("closing.not_before", date=speech.instant(state.not_before))
        titles = speech.join([speech.text(rule.title) for rule in state.latest], "list")
        lines.append(speech.aside(date, speech.say("closing.set_by", names=titles)))
    for key, rules in (("waiting", state.waiting), ("unanswered", state.unknown)):
        if rules:
            names = speech.join([speech.text(rule.title) for rule in rules], "list")
            lines.append(speech.say(f"closing.{key}", names=names))
    # A condition that still needs an action may move the date.
    lines += [speech.text(note) for rule in state.waiting for note in rule.notes]
    return lines


def _condition(rule: RuleResult, step: str, speech: Speech) -> list[_Line]:
    """The condition, and under it why, which ids block it, and what to do next."""
    failed = rule.status is Status.FAIL
    line = f"{speech.data(_MARKS.get(rule.status, '?'))} {speech.text(rule.title)}"
    dates = _dates(rule)
    if failed:
        clears = speech.instant(max(dates)) if dates else speech.name("code", DEPENDS)
        line = speech.join([line, speech.pair(speech.name("finding", "clears_on"), clears)])
    below = [speech.text(rule.reason)] if rule.reason is not None else []
    if failed:
        below += [_blockers(rule, speech), speech.say("closing.next", step=step) if step else ""]
    style = _STYLES.get(rule.status, "magenta")
    return [(0, line, style), *((_INDENT, text, Style.PLAIN) for text in below if text)]


def _blockers(rule: RuleResult, speech: Speech) -> str:
    """The ids that stand in the way, with the state each is in."""
    key = next((name for name in _IDS if any(row.get(name) for row in rule.findings)), None)
    if key is None:
        return ""
    names = {
        str(row[key]): speech.aside(
            speech.data(str(row[key])),
            speech.name("code", str(row["status"])) if row.get("status") else "",
        )
        for row in rule.findings
        if row.get(key)
    }
    return f"{speech.name('finding', key)} {speech.names(list(names.values()), _LISTED)}"

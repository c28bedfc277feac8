"""The cheapest steps to a goal, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from math import ceil

from kshop_audit.model.improvement import Improvement, ImprovementStep
from kshop_audit.model.metadata import Level
from kshop_audit.model.report import Report, RuleResult, Status
from kshop_audit.report.text.page import Spans, Style, TextOptions, paragraph, printed, stacked
from kshop_audit.report.view.speech import Speech

GATES = "gates"
_INDENT = 3


def render(plan: Improvement, before: Report, after: Report, options: TextOptions) -> str:
    """Lines of at most `options.cells` cells: the goal, each step, and what comes of them."""
    speech = Speech(options.lang, options.ascii)
    rules = {rule.id: rule for rule in before.rules}
    head = paragraph(_title(plan, before, speech), options.cells, 0, Style.STRONG)
    head += paragraph(_summary(plan, before, speech), options.cells, 0, Style.PLAIN)
    steps = [
        line
        for number, step in enumerate(plan.steps, 1)
        for line in _step(number, step, rules[step.rule], speech, options)
    ]
    end = [
        line
        for text in _end(plan, before, after, speech)
        for line in paragraph(text, options.cells, 0, Style.DIM)
    ]
    return printed(stacked((head, steps, end)), options)


def _title(plan: Improvement, before: Report, speech: Speech) -> str:
    as_of = speech.say("brief.as_of", as_of=speech.instant(plan.as_of, closing=True))
    if plan.goal == GATES:
        return speech.join([speech.say("plan.gates"), as_of])
    total = before.score.total
    now = speech.say("column.none") if total is None else f"{total:.2f}"
    return speech.join([speech.say("plan.total", goal=speech.data(plan.goal), now=now), as_of])


def _summary(plan: Improvement, before: Report, speech: Speech) -> str:
    if not plan.steps:
        if plan.reached:
            return speech.say("plan.there")
        if plan.goal == GATES:
            return speech.say(f"plan.{_stands(before)}")
        reason = before.score.reason
        return speech.say("plan.no_way") if reason is None else speech.text(reason)
    minutes = [step.effort_minutes for step in plan.steps]
    known = [part for part in minutes if part is not None]
    key = "plan.enough" if plan.reached else "plan.not_enough"
    return speech.say(key, len(plan.steps), effort=_effort(sum(known, Decimal(0)), speech))


def _stands(before: Report) -> str:
    """Why no step leads to green gates."""
    gates = [rule.status for rule in before.rules if rule.level is Level.ERROR]
    if not gates:
        return "no_gates"
    return "no_way" if Status.FAIL in gates else "no_data"


def _effort(minutes: Decimal, speech: Speech) -> str:
    """Hours and minutes of work; what is less than a minute counts as one."""
    whole = ceil(minutes)
    if whole < 60:
        return speech.say("plan.minutes", whole)
    return speech.say("plan.hours", whole // 60, rest=whole % 60)


def _step(
    number: int, step: ImprovementStep, rule: RuleResult, speech: Speech, options: TextOptions
) -> Iterator[Spans]:
    key = "plan.every" if step.count == step.of else "plan.step"
    said = speech.say(key, step.of, of=f"{step.of:,}", count=f"{step.count:,}")
    parts = [speech.pair(speech.text(rule.title), said)]
    if step.effort_minutes is not None:
        parts.append(_effort(step.effort_minutes, speech))
    if step.gain is not None and step.gain:
        parts.append(speech.say("plan.gain", gain=f"{step.gain:+.2f}"))
    if step.shows_on is not None:
        parts.append(speech.say("plan.shows_on", day=speech.data(step.shows_on)))
    yield from paragraph(f"{number}. {speech.join(parts)}", options.cells, 0, Style.STRONG, _INDENT)
    if unknown := sum(rule.unknown.values()):
        said = speech.say("plan.unknown", unknown)
        yield from paragraph(said, options.cells, _INDENT, Style.PLAIN)
    yield from paragraph(speech.text(step.action), options.cells, _INDENT, Style.PLAIN)


def _end(plan: Improvement, before: Report, after: Report, speech: Speech) -> Iterator[str]:
    total = plan.after.score
    status = speech.name("verdict", plan.after.status)
    if plan.steps and total is None:
        yield speech.say("plan.after_alone", status=status)
    elif plan.steps:
        yield speech.say("plan.after", score=f"{total:.2f}", status=status)
    left = [
        rule
        for rule in after.rules
        if rule.level is Level.ERROR and rule.status in (Status.FAIL, Status.NO_VERDICT)
    ]
    if plan.goal == GATES and left:
        titles = [speech.text(rule.title) for rule in left]
        yield speech.say("plan.left", names=speech.join(titles, "list"))
    if any(step.effort_minutes is not None for step in plan.steps):
        yield speech.say("plan.assumed")
    if before.score.total is not None:
        yield speech.say("plan.estimate")
    if plan.steps:
        yield speech.say("plan.nothing_added")

"""The cheapest steps to a goal, in words that the terminal and the page share."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from math import ceil

from kshop_audit.model.frozen import frozen
from kshop_audit.model.improvement import Improvement, ImprovementStep
from kshop_audit.model.metadata import Level
from kshop_audit.model.report import Report, RuleResult, Status
from kshop_audit.report.view import phrases
from kshop_audit.report.view.speech import Speech

GATES = "gates"


@frozen
class StepWords:
    """One step: which rule and how often, what is not known of it, and what to do."""

    head: str
    unknown: str
    action: str


def title(plan: Improvement, report: Report, speech: Speech) -> str:
    """The goal, and where the shop stands now."""
    if plan.goal == GATES:
        return speech.say("plan.gates")
    total = report.score.total
    now = speech.say("column.none") if total is None else f"{total:.2f}"
    return speech.say("plan.total", goal=f"{Decimal(plan.goal):.2f}", now=now)


def summary(plan: Improvement, report: Report, speech: Speech) -> str:
    """How many steps there are and what they take, or why there are none."""
    if not plan.steps:
        if plan.reached:
            return speech.say("plan.there")
        if plan.goal == GATES:
            return speech.say(f"plan.{_stands(report)}")
        reason = report.score.reason
        return speech.say("plan.no_way") if reason is None else speech.text(reason)
    minutes = [step.effort_minutes for step in plan.steps]
    known = [part for part in minutes if part is not None]
    key = "plan.enough" if plan.reached else "plan.not_enough"
    return speech.say(key, len(plan.steps), effort=_effort(sum(known, Decimal(0)), speech))


def _stands(report: Report) -> str:
    """Why no step leads to green gates."""
    gates = [rule.status for rule in report.rules if rule.level is Level.ERROR]
    if not gates:
        return "no_gates"
    return "no_way" if Status.FAIL in gates else "no_data"


def _effort(minutes: Decimal, speech: Speech) -> str:
    """Hours and minutes of work; what is less than a minute counts as one."""
    whole = ceil(minutes)
    if whole < 60:
        return speech.say("plan.minutes", whole)
    hours, rest = divmod(whole, 60)
    return speech.say("plan.hours" if rest else "plan.whole_hours", hours, rest=rest)


def steps(plan: Improvement, report: Report, speech: Speech) -> Iterator[StepWords]:
    """Each step, in the order of the plan."""
    rules = {rule.id: rule for rule in reversed(report.rules)}
    for step in plan.steps:
        yield _step(step, rules[step.rule], speech, several=len(report.packs) > 1)


def _step(step: ImprovementStep, rule: RuleResult, speech: Speech, *, several: bool) -> StepWords:
    said = speech.say(
        "plan.step",
        of=f"{step.of:,}",
        left=f"{step.of - step.count:,}",
        unit=phrases.unit(rule, speech, step.of),
    )
    title = speech.text(rule.title)
    if several:
        packs = speech.join([speech.data(pack) for pack in step.packs], "list")
        title = speech.aside(title, packs)
    parts = [speech.pair(title, said)]
    if step.effort_minutes is not None:
        parts.append(_effort(step.effort_minutes, speech))
    if step.gain is not None and step.gain:
        parts.append(speech.say("plan.gain", gain=f"{step.gain:+.2f}"))
    if step.shows_on is not None:
        parts.append(speech.say("plan.shows_on", day=speech.coming_day(step.shows_on)))
    unknown = sum(rule.unknown.values())
    return StepWords(
        head=speech.join(parts),
        unknown=speech.say("plan.unknown", unknown) if unknown else "",
        action=speech.text(step.action),
    )


def end(plan: Improvement, report: Report, speech: Speech) -> Iterator[str]:
    """What comes of the steps, and what the figures rest on."""
    total = plan.after.score
    status = speech.name("verdict", plan.after.status)
    if plan.steps and total is None:
        yield speech.say("plan.after_alone", status=status)
    elif plan.steps:
        yield speech.say("plan.after", score=f"{total:.2f}", status=status)
    if plan.goal == GATES and plan.after.left:
        titles = {rule.id: speech.text(rule.title) for rule in reversed(report.rules)}
        names = (titles[name] for name in plan.after.left if name in titles)
        yield speech.say("plan.left", names=speech.join(names, "list"))
    if any(step.effort_minutes is not None for step in plan.steps):
        yield speech.say("plan.assumed")
    if report.score.total is not None:
        yield speech.say("plan.estimate")
    if plan.steps:
        yield speech.say("plan.nothing_added")

"""A thing to do in words: when, what, which, and what missing it changes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from kshop_audit.model.due import DueItem
from kshop_audit.model.figures import points
from kshop_audit.model.frozen import frozen
from kshop_audit.model.report import Report, RuleResult
from kshop_audit.report.view import phrases
from kshop_audit.report.view.speech import Speech
from kshop_audit.report.view.today import length, yuan


@frozen
class Entry:
    """One item in one language; every text is safe to show, "" where there is nothing to say.

    `left`: how long there is, or how long it has been over. `ids`: field and text of all that
    names it. `effect` and `earned`: the figure and the points of the rule of that `title`, now and
    if this one is missed.
    """

    item: DueItem
    deadline: str
    left: str
    kind: str
    ids: tuple[tuple[str, str], ...]
    product: str
    area: str
    carrier: str
    cost: str
    grade: str
    effect: str
    earned: str
    action: str
    title: str


class Entries:
    """The items of one report, whose rules say what the figures are now."""

    def __init__(self, report: Report, speech: Speech) -> None:
        """For one report, in one language."""
        self._rules = {rule.id: rule for rule in reversed(report.rules)}
        self._speech = speech

    def entry(self, item: DueItem) -> Entry:
        """One of them."""
        speech = self._speech
        effect, earned = self._effect(item)
        rule = self._rules.get(item.rule)
        return Entry(
            item=item,
            deadline=speech.instant(item.deadline),
            left=length(item, speech),
            kind=speech.name("due_kind", item.kind),
            ids=tuple((name, speech.data(one)) for name, one in item.ids.named()),
            product=speech.data(item.product or ""),
            area=speech.data(item.province or ""),
            carrier=speech.data(item.carrier or ""),
            cost="" if item.cost_fen is None else yuan(item.cost_fen),
            grade="" if item.cost_grade is None else speech.name("grade_of", item.cost_grade),
            effect=effect,
            earned=earned,
            action=speech.text(item.action),
            title="" if rule is None else speech.text(rule.title),
        )

    def _effect(self, item: DueItem) -> tuple[str, str]:
        rule, then = self._rules.get(item.rule), item.effect
        if rule is None or then.rate is None:
            return "", ""
        missed = replace(
            rule, value=then.rate, numerator=then.numerator, denominator=then.denominator
        )
        now, after = self._figure(rule), self._figure(missed)
        if now == after:
            return self._speech.say("due.counted", now=now), ""
        return self._arrow(now, after), self._points(rule.points, then.points)

    def _figure(self, rule: RuleResult) -> str:
        value, counts = phrases.value(rule, self._speech), phrases.counts(rule)
        # A count is said once: 9/150, not 9 and 9/150.
        return counts if counts.startswith(f"{value}/") else self._speech.aside(value, counts)

    def _points(self, now: Decimal | None, then: Decimal | None) -> str:
        if now is None or then is None:
            return ""
        return self._arrow(points(now), points(then))

    def _arrow(self, now: str, after: str) -> str:
        return self._speech.say("due.change", now=now, after=after)

"""What changes under an assumption, in sentences that the terminal and Markdown share."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from kshop_audit.model.figures import Figure
from kshop_audit.model.frozen import frozen
from kshop_audit.model.report import Report, RuleResult, Status
from kshop_audit.model.whatif import WhatIf
from kshop_audit.report.view import phrases
from kshop_audit.report.view.speech import Speech


@frozen
class Moved:
    """A rule that stands otherwise: every text is safe to show."""

    title: str
    id: str
    before: str
    after: str
    status: Status


@frozen
class WhatIfView:
    """The changes, what was assumed, the totals, and the rules that moved."""

    title: str
    assumed: tuple[str, ...]
    totals: tuple[str, ...]
    moved: tuple[Moved, ...]
    rest: str
    estimate: str


def view(effect: WhatIf, before: Report, after: Report, speech: Speech) -> WhatIfView:
    """What the changes do. `before`, `after`: the reports that the effect compares."""
    moved = tuple(
        _moved(old, new, speech, several=len(after.packs) > 1)
        for old, new in zip(before.rules, after.rules, strict=True)
        if _differ(old, new)
    )
    as_of = speech.say("brief.as_of", as_of=speech.instant(effect.as_of, closing=True))
    rest = len(effect.rules) - len(moved)
    return WhatIfView(
        title=speech.join([speech.say("whatif.title", len(effect.changes)), as_of]),
        assumed=tuple(speech.text(text) for text in effect.assumptions),
        totals=tuple(_totals(effect, before, after, speech)),
        moved=moved,
        rest=speech.say("whatif.rest", rest),
        estimate=speech.say("whatif.estimate" if _scored(effect) else "whatif.assumption"),
    )


def _differ(old: RuleResult, new: RuleResult) -> bool:
    return (old.value, old.status, old.points, old.points_capped, old.bounds) != (
        new.value,
        new.status,
        new.points,
        new.points_capped,
        new.bounds,
    )


def _scored(effect: WhatIf) -> bool:
    return (effect.score.before, effect.score.after) != (None, None)


def _totals(effect: WhatIf, before: Report, after: Report, speech: Speech) -> Iterator[str]:
    none = speech.say("column.none")

    def step(label: str, before: str, after: str) -> str:
        said = speech.say("compare.step", before=before, after=after) if before != after else (
            speech.say("whatif.same", value=after))  # fmt: skip
        return speech.pair(speech.say(f"whatif.{label}"), said)

    score = [none if total is None else f"{total:.2f}" for total in (
        effect.score.before, effect.score.after)]  # fmt: skip
    if _scored(effect):
        yield step("score", *score)
    yield step("verdict", *(speech.name("verdict", report.verdict.status)
        for report in (before, after)))  # fmt: skip
    money = (effect.money_fen.before, effect.money_fen.after)
    if money != (None, None):
        yield step("money", *(
            none if fen is None else speech.value(Fraction(fen, 100), Figure.MONEY)
            for fen in money))  # fmt: skip


def _moved(old: RuleResult, new: RuleResult, speech: Speech, *, several: bool) -> Moved:
    title = speech.text(new.title)
    return Moved(
        speech.aside(title, speech.data(new.pack)) if several else title,
        speech.data(new.id),
        _standing(old, speech),
        _standing(new, speech),
        new.status,
    )


def _standing(rule: RuleResult, speech: Speech) -> str:
    points = rule.points if rule.points_capped is None else rule.points_capped
    parts = [phrases.value(rule, speech), speech.name("status", rule.status)]
    return speech.join([*parts, _points(points, speech)], "comma")


def _points(points: Decimal | None, speech: Speech) -> str:
    return "" if points is None else speech.say("whatif.points", points=f"{points:.2f}")

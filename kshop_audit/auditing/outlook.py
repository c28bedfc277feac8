"""What lies ahead of the measured rules of a pack, and of its score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import cast

from kshop_audit.auditing.completing import MeasuredPack, measured
from kshop_audit.judging import scoring
from kshop_audit.judging.judge import Judged
from kshop_audit.judging.scoring import Number
from kshop_audit.model.forecast import ScoreForecast
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.report import Score
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.plan.query import Wanted
from kshop_audit.projection.confidence import EARLIER, earlier_record
from kshop_audit.projection.forecast import Ahead, ahead_of
from kshop_audit.projection.ruling import Conclude, Concluded
from kshop_audit.projection.score import Paid, score_ahead
from kshop_audit.projection.series import series_of
from kshop_audit.rules import Rule
from kshop_audit.rules.kit.rule import Measured


def looked_ahead(
    whole: MeasuredPack,
    figures: Sequence[Measurement],
    judged: Sequence[Judged],
    assumed: Mapping[str, Fraction],
) -> dict[str, Ahead]:
    """Rule → what lies ahead of it, for rules whose figure is a sum over days.

    `assumed`: rule → the quality of coming days, in the unit of the rule's value.
    """
    found = {}
    for own, result, rule in zip(figures, judged, whole.run.rules, strict=True):
        ahead = ahead_of(
            own,
            result,
            rule.info,
            whole.terms,
            conclude_of(rule, whole.terms),
            assumed.get(rule.info.id),
        )
        if ahead is not None:
            found[rule.info.id] = ahead
    return found


def with_records(whole: MeasuredPack, ahead: Mapping[str, Ahead]) -> dict[str, Ahead]:
    """The same with how past projections did, where there is any confidence in a share or a mean.
    The rules concerned are measured once more, at an earlier as-of.
    """
    sure = {
        rule
        for rule, own in ahead.items()
        if own.forecast.confidence is not None and own.forecast.divided
    }
    if not sure:
        return dict(ahead)
    rules = tuple(rule for rule in whole.run.rules if rule.info.id in sure)
    # What is counted now is what must be counted then: no mute that is over takes anything out.
    present = whole.terms
    active = tuple(mute for mute in present.settings.mutes if mute.active(present.as_of))
    settings = replace(present.settings, mutes=active)
    terms = replace(present, as_of=present.end - EARLIER, settings=settings)
    run = replace(whole.run, rules=rules, terms=terms)
    earlier = measured(run, whole.exports, Wanted(), mask=whole.mask)
    found = dict(ahead)
    for own in earlier.measured:
        before, now = series_of(own, terms), ahead[own.rule]
        if before is None or now.forecast.confidence is None:
            continue
        record = earlier_record(now.series, before, now.closed)
        confidence = replace(now.forecast.confidence, record=record)
        found[own.rule] = replace(now, forecast=replace(now.forecast, confidence=confidence))
    return found


def with_forecasts(judged: Sequence[Judged], ahead: Mapping[str, Ahead]) -> list[Judged]:
    """The results with what lies ahead of them."""
    return [
        replace(own, result=replace(own.result, forecast=ahead[own.result.id].forecast))
        if own.result.id in ahead
        else own
        for own in judged
    ]


def score_forecast(
    whole: MeasuredPack, judged: Sequence[Judged], ahead: Mapping[str, Ahead], score: Score
) -> ScoreForecast | None:
    """The score of the coming days."""
    terms = whole.terms
    return score_ahead(judged, ahead, paid_of(whole), score, terms)


def paid_of(whole: MeasuredPack) -> Paid | None:
    """The paid orders of the pack's audit; None where no file tells of payments."""
    by_day, terms = whole.by_day.get("paid"), whole.terms
    if by_day is None or not terms.pack.dimensions:
        return None
    days = int(scoring.number(terms.pack.score["min_paid_days"]))
    _, empty = whole.reach.empty((Kind.ORDERS,), terms.end - timedelta(days=days))
    return Paid(by_day, frozenset(empty.missing))


def conclude_of(rule: Rule, terms: Terms) -> Conclude | None:
    """What the rule itself concludes of a figure; None for a rule that concludes nothing."""
    own = rule.conclude
    if own is None:
        return None

    def concluded(numerator: Number, denominator: Number, unknown: Number) -> Concluded:
        # Parts of a unit compare like whole ones; a list of present findings says nothing ahead.
        top, below, open_ = (cast("int", n) for n in (numerator, denominator, unknown))
        found = own(Measured(top, below, open_, ()), terms)
        return found.status, found.instead

    return concluded

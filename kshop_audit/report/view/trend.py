"""The stored runs of shops in words: the worst shop first, of each its runs and its rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from kshop_audit.model import figures
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Level
from kshop_audit.model.platforms import pack_name
from kshop_audit.model.report import Report, RuleResult, Status
from kshop_audit.report.view import phrases
from kshop_audit.report.view.speech import Speech

_BARS, _DIGITS = "▁▂▃▄▅▆▇█", "01234567"
_GAP, _PLAIN_GAP = "·", "."
_SIGNS = {Status.PASS: "√", Status.FAIL: "×", Status.WARN: "~", Status.NO_VERDICT: "?"}
_RANKS = {"fail": 0, "incomplete": 1, "measured": 2, "pass": 3}
_BEST = Decimal(5)
_MOST = 24
"""Runs that a line of bars shows."""


@frozen
class RunLine:
    """A run: up to when, and the verdict, the score and how many red lines were missed."""

    as_of: str
    status: str
    text: str


@frozen
class RuleLine:
    """A rule of the last run, and its values as bars, oldest first; of a single run none."""

    title: str
    value: str
    sign: str
    status: Status
    bars: str


@frozen
class ShopTrend:
    """The stored runs of one shop."""

    title: str
    runs: tuple[RunLine, ...]
    rules: tuple[RuleLine, ...]
    legend: str


def trends(reports: Sequence[Report], speech: Speech, *, plain: bool = False) -> list[ShopTrend]:
    """The shops, the one whose last run is the worst first; `plain`: bars as digits."""
    shops: dict[str, list[Report]] = {}
    for report in reports:
        shops.setdefault(report.shop or "", []).append(report)
    alone = len(shops) == 1
    return [_trend(shop, own, speech, plain, alone) for shop, own in _worst_first(shops)]


def _worst_first(shops: Mapping[str, list[Report]]) -> list[tuple[str, list[Report]]]:
    def standing(entry: tuple[str, list[Report]]) -> tuple[int, int, Decimal, str]:
        shop, own = entry
        last = own[-1]
        rank = _RANKS.get(last.verdict.status, len(_RANKS))
        score = last.score.total
        return rank, -len(last.verdict.failed), _BEST if score is None else score, shop

    return sorted(shops.items(), key=standing)


def _trend(shop: str, own: Sequence[Report], speech: Speech, plain: bool, alone: bool) -> ShopTrend:
    title = speech.say("trend.title", len(own), shop=speech.data(shop)).strip()
    legend = speech.say("trend.legend", gap=_PLAIN_GAP if plain else _GAP)
    if len(own) == 1:
        legend = speech.say("trend.first") if alone else ""
    rules = tuple(_rules(own, speech, plain=plain))
    return ShopTrend(title, tuple(_runs(own, speech)), rules, legend)


def _runs(reports: Sequence[Report], speech: Speech) -> Iterator[RunLine]:
    for report in reports[-_MOST:]:
        score = report.score.total
        total = speech.say("column.none") if score is None else f"{score:.2f}"
        missed = speech.say("trend.missed", len(report.verdict.failed))
        word = speech.name("verdict", report.verdict.status)
        text = speech.join([word, total, missed if report.verdict.failed else ""])
        as_of = speech.instant(report.as_of, closing=True)
        yield RunLine(as_of, report.verdict.status, text)


def _rules(reports: Sequence[Report], speech: Speech, *, plain: bool) -> Iterator[RuleLine]:
    """Each gate and warning of the last run that has a value in any of them."""
    several = len(reports[-1].packs) > 1
    for rule in reports[-1].rules:
        if rule.level not in (Level.ERROR, Level.WARN):
            continue
        series = [_number(_same(report, rule)) for report in reports[-_MOST:]]
        if all(number is None for number in series):
            continue
        yield RuleLine(
            title=speech.aside(
                speech.text(rule.title), speech.text(pack_name(rule.pack)) if several else ""
            ),
            value=phrases.value(rule, speech),
            sign=speech.data(_SIGNS.get(rule.status, " ")),
            status=rule.status,
            bars=_bars(series, plain=plain) if len(series) > 1 else "",
        )


def _same(report: Report, rule: RuleResult) -> RuleResult | None:
    found = (one for one in report.rules if (one.pack, one.id) == (rule.pack, rule.id))
    return next(found, None)


def _number(rule: RuleResult | None) -> Fraction | None:
    return None if rule is None else figures.exact(rule)


def _bars(numbers: Sequence[Fraction | None], *, plain: bool) -> str:
    """One letter a run between the least and the greatest; a gap where there is no value."""
    letters, gap = (_DIGITS, _PLAIN_GAP) if plain else (_BARS, _GAP)
    known = [number for number in numbers if number is not None]
    low, high = min(known), max(known)
    top = len(letters) - 1
    flat = letters[top // 2]
    return "".join(
        gap
        if number is None
        else flat
        if low == high
        else letters[round((number - low) / (high - low) * top)]
        for number in numbers
    )

"""The stored runs of a shop as a trend: a line a run, then a line a rule with its last values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from rich.cells import cell_len

from kshop_audit.model import figures
from kshop_audit.model.metadata import Level
from kshop_audit.model.report import Report, RuleResult, Status
from kshop_audit.report.text.layout import flush_right, pad
from kshop_audit.report.text.page import Spans, Style, TextOptions, paragraph, printed, stacked
from kshop_audit.report.view import phrases
from kshop_audit.report.view.speech import Speech

_BARS = "▁▂▃▄▅▆▇█"
_DIGITS = "01234567"
_SIGNS = {Status.PASS: "√", Status.FAIL: "×", Status.WARN: "~", Status.NO_VERDICT: "?"}
_GAP, _PLAIN_GAP = "·", "."
_STYLES = {Status.FAIL: "red", Status.PASS: "green"}
_MOST = 24
"""Runs that a line of bars shows."""


def render(reports: Sequence[Report], options: TextOptions) -> str:
    """The reports of one or several shops, oldest first within a shop."""
    speech = Speech(options.lang, options.ascii)
    shops: dict[str, list[Report]] = {}
    for report in reports:
        shops.setdefault(report.shop or "", []).append(report)
    sections: list[list[Spans]] = []
    for shop, own in shops.items():
        title = speech.say("trend.title", len(own), shop=speech.data(shop)).strip()
        sections.append([[(title, Style.STRONG)], *_runs(own, speech)])
        sections.append(list(_rules(own, speech, options)))
    return printed(stacked(sections), options)


def _runs(reports: Sequence[Report], speech: Speech) -> Iterator[Spans]:
    """When, the verdict, the score and how many gates were missed."""
    for report in reports[-_MOST:]:
        score = report.score.total
        total = speech.say("column.none") if score is None else f"{score:.2f}"
        missed = speech.say("trend.missed", len(report.verdict.failed))
        as_of = speech.instant(report.as_of, closing=True)
        word = speech.name("verdict", report.verdict.status)
        parts = [word, total, missed if report.verdict.failed else ""]
        yield [(f"  {as_of}  ", ""), (speech.join(parts), "")]


def _rules(reports: Sequence[Report], speech: Speech, options: TextOptions) -> Iterator[Spans]:
    """Of each gate and warning of the last run its values, as bars and in figures."""
    several = len(reports[-1].packs) > 1
    shown = [rule for rule in reports[-1].rules if rule.level in (Level.ERROR, Level.WARN)]
    lines = [(rule, [_same(report, rule) for report in reports[-_MOST:]]) for rule in shown]
    lines = [(rule, series) for rule, series in lines if any(_measured(one) for one in series)]
    titles = [_title(rule, speech, several=several) for rule, _ in lines]
    widest = max((cell_len(title) for title in titles), default=0)
    values = max((cell_len(phrases.value(rule, speech)) for rule, _ in lines), default=0)
    for title, (rule, series) in zip(titles, lines, strict=True):
        value = flush_right(phrases.value(rule, speech), values)
        sign = speech.data(_SIGNS.get(rule.status, " "))
        bars = _bars([_number(one) for one in series], plain=options.ascii)
        row = f"  {pad(title, widest)}  {value} {sign}  {bars}"
        style = _STYLES.get(rule.status, Style.PLAIN)
        if cell_len(row) <= options.cells:
            yield [(row, style)]
        else:
            yield from paragraph(f"{title}  {value.strip()} {sign}", options.cells, 2, style, 2)
            yield [(f"    {bars}", Style.DIM)]
    gap = _PLAIN_GAP if options.ascii else _GAP
    legend = speech.say("trend.legend", gap=gap)
    yield from paragraph(legend, options.cells, 0, Style.DIM)


def _title(rule: RuleResult, speech: Speech, *, several: bool) -> str:
    name = speech.data(f"{rule.pack}:{rule.id}" if several else rule.id)
    return f"{speech.text(rule.title)} {name}"


def _same(report: Report, rule: RuleResult) -> RuleResult | None:
    found = (one for one in report.rules if (one.pack, one.id) == (rule.pack, rule.id))
    return next(found, None)


def _measured(rule: RuleResult | None) -> bool:
    return _number(rule) is not None


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

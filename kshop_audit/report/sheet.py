"""Cells of a spreadsheet: the rules of a report as a table, and text that stays text."""

from __future__ import annotations

from decimal import Decimal

from kshop_audit.model.patterns import regex
from kshop_audit.model.platforms import pack_name
from kshop_audit.model.report import Report, RuleResult
from kshop_audit.report.view import phrases
from kshop_audit.report.view.clean import clean
from kshop_audit.report.view.speech import Speech

Cell = str | int | float | Decimal | None

_CENT = Decimal("0.01")
"""Points have two decimals, whether they come from a run or from a saved report."""

COLUMNS = (
    "title", "rule", "level", "status", "value", "shown", "target", "numerator", "denominator",
    "needed", "headroom", "points", "low", "high", "muted", "evidence", "since", "until", "family",
    "pack", "pack_id", "reason",
)  # fmt: skip

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""Beginnings of a formula; some spreadsheets take the full-width signs for the others."""
_NUMBER = regex(r"0[0-9]+|[0-9]{12,}|[0-9]+[eE][0-9]+")
"""Ids that a spreadsheet would take for a number and shorten."""


def safe(value: object) -> object:
    """A cell of a CSV as data: no control or invisible characters, no formula."""
    if not isinstance(value, str):
        return value  # our own figures and times
    text = clean(value).strip()
    if text.startswith(_FORMULA):
        return f"'{text}"
    # A tab keeps digits text in a spreadsheet, and is removed on reading.
    return f"\t{text}" if _NUMBER.fullmatch(text) else text


def head(speech: Speech) -> list[str]:
    """The names of COLUMNS."""
    return [speech.say(f"table.{name}") for name in COLUMNS]


def rows(report: Report, speech: Speech) -> list[list[Cell]]:
    """One row a rule, in the order of the report, with the cells of COLUMNS."""
    return [_row(rule, speech) for rule in report.rules]


def _row(rule: RuleResult, speech: Speech) -> list[Cell]:
    points = rule.points if rule.points_capped is None else rule.points_capped
    bounds, window, evidence = rule.bounds, rule.window, rule.evidence
    return [
        speech.text(rule.title),
        speech.data(rule.id),
        speech.name("level", rule.level.value),
        speech.name("status", rule.status.value),
        rule.value,
        None if rule.value is None else phrases.value(rule, speech),
        None if rule.target is None else speech.target(rule),
        rule.numerator,
        rule.denominator,
        rule.needed,
        rule.headroom,
        None if points is None else points.quantize(_CENT),
        None if bounds is None else bounds.low,
        None if bounds is None else bounds.high,
        None if rule.mute is None else rule.mute.units,
        None if evidence is None else evidence.count,
        None if window is None else speech.data(window.since),
        None if window is None else speech.data(window.until),
        speech.name("family", rule.family),
        speech.text(pack_name(rule.pack)),
        speech.data(rule.pack),
        None if rule.reason is None else speech.text(rule.reason),
    ]

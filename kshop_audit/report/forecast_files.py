"""The forecast as files: JSON for programs, CSV for a spreadsheet, a page for people."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from importlib.resources import files
from io import StringIO

from kshop_audit.codec import encode
from kshop_audit.model.forecast import SCHEMA, Forecast
from kshop_audit.model.report import Report
from kshop_audit.report import sheet
from kshop_audit.report.view.forecast import view
from kshop_audit.report.view.speech import Speech

COLUMNS = (
    "rule", "title", "day", "status", "nothing_new", "at_pace", "assumed", "low", "high", "leaves",
    "leaves_of",
)  # fmt: skip
_SCORE = "score"


def forecast_of(report: Report) -> Forecast:
    """What lies ahead, as one object of its own."""
    rules = tuple(rule.forecast for rule in report.rules if rule.forecast is not None)
    unknown = any(day.low is not None or day.high is not None for own in rules for day in own.days)
    return Forecast(
        schema=SCHEMA,
        as_of=report.as_of,
        partial=unknown or any(rule.unknown for rule in report.rules),
        score=report.score.forecast,
        rules=rules,
        not_by_day={
            rule.id: rule.days.reason
            for rule in report.rules
            if rule.days is not None and rule.days.reason is not None
        },
    )


def to_json(report: Report) -> str:
    """The object of `forecast_of`."""
    return encode(forecast_of(report))


def to_csv(report: Report, lang: str) -> str:
    """A row a rule and day, and the score as one more rule; UTF-8 with a BOM."""
    speech = Speech(lang)
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([speech.say(f"forecast_column.{name}") for name in COLUMNS])
    for rule in report.rules:
        for day in () if rule.forecast is None else rule.forecast.days:
            row = (
                rule.id, speech.text(rule.title), day.day, speech.name("status", day.status),
                day.nothing_new, day.at_pace, day.assumed, day.low, day.high,
                day.leaves.numerator, day.leaves.denominator,
            )  # fmt: skip
            writer.writerow([sheet.safe(cell) for cell in row])
    title = speech.say("forecast_column.score")
    for entry in () if report.score.forecast is None else report.score.forecast.days:
        values = (entry.nothing_new, entry.at_pace, entry.assumed)
        writer.writerow([_SCORE, title, entry.day, "", *values, "", "", "", ""])
    return "\ufeff" + out.getvalue()


def to_html(report: Report, lang: str) -> str:
    """A page that needs nothing else; every text is escaped."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415  an extra; only pages need it

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = files("kshop_audit.report") / "templates" / "forecast.html"
    speech = Speech(lang)
    shown = view(report, speech)
    entries = [*([shown.score] if shown.score else []), *shown.rules]
    template = environment.from_string(source.read_text(encoding="utf-8"))
    language = "zh-CN" if lang == "zh" else "en"
    return template.render(view=shown, entries=entries, say=speech.say, lang=language)


WRITERS: Mapping[str, Callable[[Report, str], str]] = {
    ".json": lambda report, _: to_json(report),
    ".csv": to_csv,
    ".html": to_html,
}
"""Suffix of a file → what writes it."""

"""The summary for a terminal: a line a shop, worst first, a column a red line."""

from __future__ import annotations

from string import ascii_lowercase

from kshop_audit.model.fleet import Summary
from kshop_audit.report.fleet.contents import (
    PLAIN_SIGNS,
    SIGNS,
    Titles,
    changed,
    gates,
    headline,
    named,
    rows,
)
from kshop_audit.report.text.layout import packed, table, wrap
from kshop_audit.report.text.page import Spans, Style, TextOptions, printed, stacked
from kshop_audit.report.view.speech import Speech

_STYLES = {"none": "magenta", "fail": "red", "incomplete": "yellow", "pass": "green"}
_MOST = 200
"""Shops that are listed without --verbose; the files list all."""
_CHANGES = 20


def render(
    summary: Summary, titles: Titles, options: TextOptions, place: str = "", pages: bool = False
) -> str:
    """The page; shops beyond the first 200 are counted.

    `place`: where the reports of the shops lie, which is said last; `pages`: whether there are
    pages among them.
    """
    speech = Speech(options.lang, options.ascii)
    columns = gates(summary, titles)
    head: list[Spans] = [
        [(line, Style.STRONG)] for line in wrap(headline(summary, speech), options.cells)
    ]
    shown = list(rows(summary, titles, speech))
    cut = shown if options.verbose else shown[:_MOST]
    signs = PLAIN_SIGNS if options.ascii else SIGNS
    cells = [
        [
            row.verdict,
            row.score or speech.say("column.none"),
            "".join(" " if status is None else signs[status] for status in row.gates),
            speech.join([row.shop, row.reason], "comma"),
        ]
        for row in cut
    ]
    lines: list[Spans] = []
    if cells:
        letters = "".join(_letter(place) for place in range(len(columns)))
        top = [
            speech.say("fleet.verdict"),
            speech.say("fleet.score"),
            letters,
            speech.say("fleet.shop"),
        ]
        lines = [[(line, "")] for line in table([top, *cells], options.cells, right={1})]
    if len(shown) > len(cut):
        lines.append([("  " + speech.say("fleet.more", len(shown) - len(cut)), Style.DIM)])
    legend = [
        f"{_letter(place)} {title}" for place, title in enumerate(named(columns, titles, speech))
    ]
    key: list[Spans] = [
        [("  " + line, Style.DIM)] for line in packed("  ".join(legend), "  ", options.cells - 2)
    ]
    differ = _differ(summary, speech, verbose=options.verbose)
    where = _where(place if any(shop.report for shop in summary.shops) else "", pages, speech)
    last: list[Spans] = [[(line, "")] for line in wrap(where, options.cells)] if where else []
    return printed(stacked([head, lines, key, differ, last]), options)


def _differ(summary: Summary, speech: Speech, *, verbose: bool) -> list[Spans]:
    fresh = changed(summary, speech)
    if not fresh:
        return []
    kept = fresh if verbose else fresh[:_CHANGES]
    title: Spans = [(speech.say("fleet.changes", len(fresh)), Style.STRONG)]
    return [title, *([("  " + line, "")] for line in kept)]


def _where(place: str, pages: bool, speech: Speech) -> str:
    key = "pages" if pages else "reports"
    return speech.say(f"fleet.{key}", place=speech.data(place)) if place else ""


def _letter(place: int) -> str:
    """Letters small and capital, and a dot for what comes then."""
    letters = ascii_lowercase + ascii_lowercase.upper()
    return letters[place] if place < len(letters) else "."

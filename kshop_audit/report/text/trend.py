"""The stored runs of a shop as a trend: a line a run, then a line a rule with its last values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from kshop_audit.model.report import Report, Status
from kshop_audit.report.text.layout import flush_right, pad
from kshop_audit.report.text.page import Spans, Style, TextOptions, paragraph, printed, stacked
from kshop_audit.report.view.speech import Speech
from kshop_audit.report.view.trend import ShopTrend, trends

_STYLES = {Status.FAIL: "red", Status.PASS: "green"}


def render(reports: Sequence[Report], options: TextOptions) -> str:
    """The reports of one or several shops, the worst shop first, oldest first within a shop."""
    speech = Speech(options.lang, options.ascii)
    sections: list[list[Spans]] = []
    shops = trends(reports, speech, plain=options.ascii)
    for shop in shops:
        runs: list[Spans] = [[(f"  {run.as_of}  ", ""), (run.text, "")] for run in shop.runs]
        sections.append([[(shop.title, Style.STRONG)], *runs])
        sections.append(list(_rules(shop, options)))
    # Said once, below the last shop.
    legends = dict.fromkeys(shop.legend for shop in shops if shop.legend)
    sections.extend(paragraph(legend, options.cells, 0, Style.DIM) for legend in legends)
    return printed(stacked(sections), options)


def _rules(shop: ShopTrend, options: TextOptions) -> Iterator[Spans]:
    """Of each red line and warning of the last run its values, as bars and in figures."""
    widest = max((cell_len(rule.title) for rule in shop.rules), default=0)
    values = max((cell_len(rule.value) for rule in shop.rules), default=0)
    for rule in shop.rules:
        value = flush_right(rule.value, values)
        row = f"  {pad(rule.title, widest)}  {value} {rule.sign}  {rule.bars}".rstrip()
        style = _STYLES.get(rule.status, Style.PLAIN)
        if cell_len(row) <= options.cells:
            yield [(row, style)]
        else:
            text = f"{rule.title}  {rule.value} {rule.sign}"
            yield from paragraph(text, options.cells, 2, style, 2)
            if rule.bars:
                yield [(f"    {rule.bars}", Style.DIM)]

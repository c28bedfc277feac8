"""The summary as a page: shops and red lines, worst first, sortable, with links to the reports."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from kshop_audit.model.fleet import Summary
from kshop_audit.model.report import Status
from kshop_audit.report.fleet.contents import SIGNS, Titles, changed, gates, headline, named, rows
from kshop_audit.report.page.scripts import Scripts
from kshop_audit.report.view.speech import Speech

_WORST_FIRST = (
    Status.FAIL, Status.NO_VERDICT, Status.WARN, Status.INFO, Status.PASS, Status.NOT_APPLICABLE,
)  # fmt: skip
_ORDER = {status: place for place, status in enumerate(_WORST_FIRST)}


def render(summary: Summary, titles: Titles, lang: str, links: Mapping[str, str]) -> str:
    """The page. `links`: path of a shop → relative address of its page or report."""
    speech, scripts = Speech(lang), Scripts("tables.js")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = files("kshop_audit.report") / "templates" / "fleet.html"
    return environment.from_string(source.read_text(encoding="utf-8")).render(
        say=speech.say,
        name=speech.name,
        lang="zh-CN" if lang == "zh" else "en",
        headline=headline(summary, speech),
        as_of=None if summary.as_of is None else speech.instant(summary.as_of, closing=True),
        gates=named(gates(summary, titles), titles, speech),
        shops=[
            (row, links.get(shop.path))
            for row, shop in zip(rows(summary, titles, speech), summary.shops, strict=True)
        ],
        changes=changed(summary, speech),
        signs=SIGNS,
        order=_ORDER,
        script=scripts.text,
        digest=scripts.digest,
    )

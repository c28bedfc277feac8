"""The report as one HTML file that needs nothing else: no network and no other file.

Its one small script sorts, filters, copies and switches parts; the policy of the page names the
script by its digest, so that nothing else can run. Without it every figure is still there.
"""

from __future__ import annotations

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from kshop_audit.model.report import Report
from kshop_audit.report.page import charts, contents
from kshop_audit.report.page.calendars import roll_offs, score_ahead
from kshop_audit.report.page.heard import heard
from kshop_audit.report.page.scripts import Scripts, part
from kshop_audit.report.page.whatif import whatif
from kshop_audit.report.view.contents import view


def render(report: Report, lang: str) -> str:
    """A page for phone, desktop and paper, light and dark; every text is escaped."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    shown = view(report, lang)
    speech = shown.speech
    due, more = contents.due_rows(report, speech)
    total = report.score.total
    scripts = Scripts("tables.js", "whatif.js", "parts.js")
    return environment.from_string(part("page.html")).render(
        view=shown,
        say=speech.say,
        lang="zh-CN" if lang == "zh" else "en",
        shop=speech.data(report.shop or report.tool.name),
        as_of=speech.instant(report.as_of, closing=True),
        style=Markup(part("page.css")),  # noqa: S704  our own file
        script=scripts.text,
        digest=scripts.digest,
        hatch=charts.HATCH,
        ring=charts.ring(total, speech.say("picture.ring")),
        due=due,
        due_more=more,
        whens=contents.whens(report, speech),
        all_by=contents.all_by(shown),
        calm=contents.calm(report, speech),
        tabs=contents.tabs(report, shown),
        heard=heard(report, speech),
        whatif=whatif(report, speech),
        plan=contents.plan(report, speech),
        roll_offs=roll_offs(report, speech),
        score_ahead=score_ahead(report, speech),
        files=contents.file_rows(report, speech),
    )

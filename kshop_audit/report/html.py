"""The report as one HTML file that needs nothing else: no network, no script, no other file."""

from __future__ import annotations

from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from kshop_audit.model.report import Report
from kshop_audit.report.view.contents import view


def render(report: Report, lang: str) -> str:
    """A page for phone, desktop and paper, light and dark; every text is escaped."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = files("kshop_audit.report") / "templates" / "report.html"
    template = environment.from_string(source.read_text(encoding="utf-8"))
    shown = view(report, lang)
    return template.render(
        view=shown,
        say=shown.speech.say,
        lang="zh-CN" if lang == "zh" else "en",
        shop=shown.speech.data(report.shop or report.tool.name),
    )

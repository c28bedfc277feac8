"""The trend of stored runs as one HTML file without scripts, the worst shop first."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from kshop_audit.model.report import Report
from kshop_audit.report.view.speech import Speech
from kshop_audit.report.view.trend import trends


def render(reports: Sequence[Report], lang: str) -> str:
    """A page for phone, desktop and paper; every text is escaped."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = files("kshop_audit.report") / "templates" / "trend.html"
    template = environment.from_string(source.read_text(encoding="utf-8"))
    speech = Speech(lang)
    return template.render(
        shops=trends(reports, speech), say=speech.say, lang="zh-CN" if lang == "zh" else "en"
    )

"""The whole report as JSON, to be read again by `diff`, `render` and other programs."""

from __future__ import annotations

from kshop_audit import codec
from kshop_audit.model.report import Report
from kshop_audit.model.whatif import WhatIf
from kshop_audit.report.text.page import TextOptions


def render(report: Report, _lang: str) -> str:
    """The report as `codec` writes it; it holds both languages."""
    return codec.encode(report)


def effects(effect: WhatIf, _before: Report, _after: Report, _options: TextOptions) -> str:
    """A what-if as JSON; see `model.whatif`."""
    return codec.encode(effect)

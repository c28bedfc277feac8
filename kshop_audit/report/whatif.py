"""What would change under an assumption, as Markdown for the page of a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from kshop_audit.model.report import Report
from kshop_audit.model.whatif import WhatIf
from kshop_audit.report.text.page import TextOptions
from kshop_audit.report.view.escaping import escape
from kshop_audit.report.view.speech import Speech
from kshop_audit.report.view.whatif import WhatIfView, view


def effects(effect: WhatIf, before: Report, after: Report, options: TextOptions) -> str:
    """What was assumed, the totals, and a table of the rules that move."""
    speech = Speech(options.lang)
    shown = view(effect, before, after, speech)
    return "\n".join(_lines(shown, speech)) + "\n"


def _lines(shown: WhatIfView, speech: Speech) -> Iterator[str]:
    yield f"## {escape(shown.title)}"
    yield ""
    yield from (f"- {escape(text)}" for text in (*shown.assumed, *shown.totals))
    if shown.moved:
        yield ""
        names = [speech.say(f"whatif.{name}") for name in ("rule", "before", "after")]
        yield f"| {' | '.join(map(escape, names))} |"
        yield "| --- | --- | --- |"
    for moved in shown.moved:
        cells = (f"{moved.title} {moved.id}", moved.before, moved.after)
        yield f"| {' | '.join(map(escape, cells))} |"
    yield from ("", escape(shown.rest), "", escape(shown.estimate))

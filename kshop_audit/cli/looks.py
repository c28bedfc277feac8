"""How a page for this terminal looks: what the options say, else what the terminal is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kshop_audit.cli import printing
from kshop_audit.cli.naming import known_rules
from kshop_audit.cli.options import EVERY_RULE, LookOptions

if TYPE_CHECKING:
    from kshop_audit.report.text.page import TextOptions


def look_of(options: LookOptions, lang: str) -> TextOptions:
    """The options of a page in `lang`."""
    from kshop_audit.report.text.page import TextOptions

    named = getattr(options, "details", ())

    return TextOptions(
        lang=lang,
        width=printing.width_of(options.width),
        color=printing.wants_color(options.color, os.environ),
        ascii=options.ascii,
        verbose=options.verbose or EVERY_RULE in named,
        details=known_rules((name for name in named if name != EVERY_RULE), "--details"),
    )

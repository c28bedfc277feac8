"""`render`: other formats of a saved report, without running again."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import Annotated

import typer

from kshop_audit.cli import looks
from kshop_audit.cli.binding import takes
from kshop_audit.cli.language import say
from kshop_audit.cli.options import (
    DEFAULT_FORMAT,
    DetailsOption,
    FormatOption,
    LookOptions,
    OutOption,
)
from kshop_audit.errors import EXIT_OK, UsageError
from kshop_audit.model.frozen import frozen


@frozen(slots=False, kw_only=True)
class RenderOptions(LookOptions):
    """Which report, and as what."""

    report: Annotated[Path, typer.Argument(metavar="REPORT.json", show_default=False)]
    out: OutOption = field(default_factory=list)
    format: FormatOption = DEFAULT_FORMAT
    details: DetailsOption = field(default_factory=list)


def register(app: typer.Typer) -> None:
    """Put the command into the application."""
    app.command(
        "render",
        help=say(
            "把保存的报告（.json）写成别的格式，不重新审计。",
            "Write a saved report (.json) in other formats without auditing again.",
        ),
    )(takes(RenderOptions)(_render))


def _render(options: RenderOptions) -> int:
    from kshop_audit.cli import formats, outputs
    from kshop_audit.cli.saved import saved_report

    places = outputs.files_of(options.out)
    for place in places:
        if place.path.resolve() == options.report.resolve():
            raise UsageError(
                f"--out {place.path}：不能覆盖读入的报告",
                f"--out {place.path}: this is the report to read",
            )
    report = saved_report(options.report)
    for place in places:
        outputs.save(place, report, options.spoken)
    if not options.out or "-" in options.out or "format" in options.given:
        formats.show(report, options.format, looks.look_of(options, options.spoken))
    return EXIT_OK

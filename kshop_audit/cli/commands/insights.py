"""`insights`: what customers say: reasons, topics, waits, busy hours, buyers with trouble."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import typer

from kshop_audit.cli import looks, printing, progress, stopping
from kshop_audit.cli.binding import option, takes
from kshop_audit.cli.language import say
from kshop_audit.cli.options import (
    ConfigOptions,
    InputOptions,
    LookOptions,
    MaskOptions,
    MomentOptions,
)
from kshop_audit.errors import EXIT_OK
from kshop_audit.model.frozen import frozen


@frozen(slots=False, kw_only=True)
class InsightsOptions(MaskOptions, LookOptions, MomentOptions, ConfigOptions, InputOptions):
    """All options of `insights`."""

    format: Annotated[
        Literal["text", "json"], option("--format", "标准输出的格式", "format on stdout")
    ] = "text"
    top: Annotated[
        int, option("--top", "每张表最多列多少行", "rows of a table at most", min=1, metavar="N")
    ] = 10


def register(app: typer.Typer) -> None:
    """Put the command into the application."""
    app.command(
        "insights",
        help=say(
            "客户在说什么：售后原因、消息话题、等得最久的问题、什么时候缺人、反复出问题的买家。",
            "What customers say: reasons of after-sales, topics, longest waits, when staff is "
            "needed, buyers with repeated trouble.",
        ),
    )(takes(InsightsOptions)(_insights))


def _insights(options: InsightsOptions) -> int:
    from kshop_audit.cli.preparing import instant_of, language_of, request_of, settings_of_one_pack
    from kshop_audit.insights.insights import Survey, insights

    settings = settings_of_one_pack(options, options.paths)
    lang = language_of(options, settings)
    with stopping.scratch() as scratch, progress.shown(options, lang) as watch:
        asked = Survey(
            inputs=replace(request_of(options, settings), watch=watch),
            settings=settings,
            as_of=instant_of(options),
            top=options.top,
            mask=not options.no_mask,
        )
        found = insights(asked, scratch)
    if options.format == "json":
        from kshop_audit import codec

        printing.emit_data(codec.encode(found))
    else:
        from kshop_audit.report.text.insights import render

        printing.emit(render(found, looks.look_of(options, lang)))
    return EXIT_OK

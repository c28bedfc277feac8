"""`aspects`: what the service assessment asks for, what measures it, what a person must check."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kshop_audit.cli import looks, printing, progress, stopping
from kshop_audit.cli.binding import option, takes
from kshop_audit.cli.language import say
from kshop_audit.cli.options import ConfigOptions, InputOptions, LookOptions, MomentOptions
from kshop_audit.errors import EXIT_OK
from kshop_audit.model.frozen import frozen

if TYPE_CHECKING:
    from kshop_audit.model.aspects import Aspects
    from kshop_audit.model.report import Report
    from kshop_audit.model.settings import Settings


@frozen(slots=False, kw_only=True)
class AspectsOptions(LookOptions, MomentOptions, ConfigOptions, InputOptions):
    """All options of `aspects`."""

    format: Annotated[
        Literal["text", "json"], option("--format", "标准输出的格式", "format on stdout")
    ] = "text"


def register(app: typer.Typer) -> None:
    """Put the command into the application."""
    app.command(
        "aspects",
        help=say(
            "服务考核的十五个方面：由哪些规则衡量、结果如何、哪些要人工核对。",
            "The fifteen aspects of the service assessment: the rules that measure each, how they "
            "stand, and what is left to a person.",
        ),
    )(takes(AspectsOptions)(_aspects))


def _aspects(options: AspectsOptions) -> int:
    from kshop_audit.cli import values
    from kshop_audit.cli.preparing import language_of, settings_of_one_pack

    settings = settings_of_one_pack(options, options.paths)
    report = _audited(options, settings) if options.paths or values.pins(options) else None
    found = _standing(settings, report)
    if options.format == "json":
        from kshop_audit import codec

        printing.emit_data(codec.encode(found))
    else:
        from kshop_audit.report.text.aspects import render

        printing.emit(render(found, looks.look_of(options, language_of(options, settings))))
    return EXIT_OK


def _audited(options: AspectsOptions, settings: Settings) -> Report:
    from kshop_audit.auditing.audit import audit
    from kshop_audit.auditing.request import AuditRequest
    from kshop_audit.cli.preparing import instant_of, language_of, request_of

    lang = language_of(options, settings)
    with stopping.scratch() as scratch, progress.shown(options, lang) as watch:
        order = AuditRequest(
            inputs=replace(request_of(options, settings), watch=watch),
            settings=settings,
            as_of=instant_of(options),
        )
        return audit(order, scratch).report


def _standing(settings: Settings, report: Report | None) -> Aspects:
    from kshop_audit import __version__, packs
    from kshop_audit.aspects.standing import standing
    from kshop_audit.model.report import Tool
    from kshop_audit.rules import catalogue

    infos = {name: rule.info for name, rule in catalogue().items()}
    tool = Tool(printing.PROGRAM, __version__)
    return standing(tool, packs.load(settings.packs[0]), infos, settings, report)

"""`due`: what will breach next, soonest first, with what it costs and what to do."""

from __future__ import annotations

from dataclasses import field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kshop_audit.cli import formats, looks, outputs, printing, progress, stopping
from kshop_audit.cli.binding import option, takes
from kshop_audit.cli.language import say
from kshop_audit.cli.options import ConfigOptions, InputOptions, LookOptions, MomentOptions
from kshop_audit.cli.requests import with_pack
from kshop_audit.errors import EXIT_FAILED, EXIT_OK, UsageError
from kshop_audit.model.frozen import frozen
from kshop_audit.report.formats import named

if TYPE_CHECKING:
    from kshop_audit.auditing.assemble import Audit
    from kshop_audit.auditing.request import AuditRequest
    from kshop_audit.model.progress import Watch
    from kshop_audit.model.settings import Settings


FILES = ("csv", "xlsx", "json")
"""What `--out` can write; each is the format of the report of that name, for a list."""


@frozen(slots=False, kw_only=True)
class DueOptions(LookOptions, MomentOptions, ConfigOptions, InputOptions):
    """All options of `due`."""

    within: Annotated[
        str,
        option(
            "--within",
            "看多久以内到期的（如 24h、2d）",
            "how far to look ahead (24h, 2d)",
            metavar="DURATION",
        ),
    ] = "24h"
    format: Annotated[
        Literal["text", "json"], option("--format", "标准输出的格式", "format on stdout")
    ] = "text"
    out: Annotated[
        list[str],
        option(
            "--out",
            f"另存清单，可多次，后缀定格式：{'、'.join(FILES)}",
            f"write the list too (repeatable); the suffix tells the format: {', '.join(FILES)}",
            metavar="FILE",
        ),
    ] = field(default_factory=list)
    exit_code: Annotated[
        bool,
        option("--exit-code", "有任何一件时退出码为 1", "exit code 1 if there is anything"),
    ] = False
    no_mask: Annotated[bool, option("--no-mask", "不遮盖买家信息", "show buyer data")] = False


def register(app: typer.Typer) -> None:
    """Put the command into the application."""
    app.command(
        "due",
        help=say(
            "今天要做什么：马上到期的订单、包裹、售后、咨询和申诉，先到期的在前。",
            "What to do today: orders, parcels, tickets, questions and appeals that are about to "
            "be late, the soonest first.",
        ),
    )(takes(DueOptions)(_due))


def _due(options: DueOptions) -> int:
    from kshop_audit.auditing.audit import audit
    from kshop_audit.cli.preparing import language_of, settings_of

    settings = settings_of(options, options.paths)
    lang = language_of(options, settings)
    with stopping.scratch() as scratch, progress.shown(options, lang) as watch:
        request = _request(options, settings, watch)
        files = _files(options, request)
        done = audit(request, scratch)
    for path in files:
        outputs.save_bytes(path, _content(path, done, lang))
    if options.format == "json":
        from kshop_audit import codec

        printing.emit_data(codec.encode(done.due))
    else:
        from kshop_audit.report.due.text import render

        printing.emit(render(done.due, done.report, looks.look_of(options, lang)))
    return EXIT_FAILED if options.exit_code and done.due.items else EXIT_OK


def _request(options: DueOptions, settings: Settings, watch: Watch) -> AuditRequest:
    from kshop_audit.auditing.request import AuditRequest
    from kshop_audit.cli import values
    from kshop_audit.cli.preparing import instant_of, request_of
    from kshop_audit.plan.query import Wanted

    return AuditRequest(
        inputs=replace(request_of(options, settings), watch=watch),
        settings=settings,
        as_of=instant_of(options),
        wanted=Wanted(within=values.duration(options.within, "--within")),
        mask=not options.no_mask,
        with_pack=None if settings.pack_chosen else partial(with_pack, options, options.paths),
        deadlines=True,
    )


def _files(options: DueOptions, request: AuditRequest) -> tuple[Path, ...]:
    """The files of `--out`; UsageError for one that cannot be written as it is named."""
    paths = tuple(dict.fromkeys(Path(name) for name in options.out if name != "-"))
    for path in paths:
        _, found = formats.file_of(str(path))
        if found.name not in FILES:
            listed = " ".join(named(name).suffix for name in FILES)
            raise UsageError(
                f"--out {path}：清单的后缀应为 {listed} 之一",
                f"--out {path}: for a list the suffix must be {listed}",
            )
        outputs.keep_out(f"--out {path}", path, request.inputs)
    return paths


def _content(path: Path, done: Audit, lang: str) -> bytes:
    """The list as the bytes of a file."""
    from kshop_audit import codec
    from kshop_audit.report.due import table

    name = formats.file_of(str(path))[1].name
    if name == "json":
        return codec.encode(done.due).encode("utf-8")
    make = table.as_csv if name == "csv" else table.as_workbook
    return make(done.due, done.report, lang)

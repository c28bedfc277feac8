"""`render`: other formats of a saved report, without running again."""

# ruff: noqa: PLC0415  heavy imports wait until the command runs

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kshop_audit.cli import looks, printing
from kshop_audit.cli.binding import option, takes
from kshop_audit.cli.language import say
from kshop_audit.cli.options import LookOptions, StreamFormat
from kshop_audit.errors import EXIT_OK, UsageError
from kshop_audit.model.progress import Stage, Step, Watch

if TYPE_CHECKING:
    from kshop_audit.model.report import Report


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class RenderOptions(LookOptions):
    """Which report, and as what."""

    report: Annotated[Path, typer.Argument(metavar="REPORT.json", show_default=False)]
    out: Annotated[
        list[str],
        option(
            "--out",
            "写成文件，按后缀定格式（可多次）；- = 标准输出",
            "write FILE, its suffix tells the format (repeatable); - = stdout",
            metavar="FILE",
        ),
    ] = field(default_factory=list)
    format: Annotated[StreamFormat, option("--format", "标准输出的格式", "format on stdout")] = (
        "text"
    )


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
    from kshop_audit.cli import outputs
    from kshop_audit.cli.saved import saved_report

    places = outputs.files_of(options.out)
    for place in places:
        if place.resolve() == options.report.resolve():
            raise UsageError(
                f"--out {place}：不能覆盖读入的报告", f"--out {place}: this is the report to read"
            )
    report = saved_report(options.report)
    for place in places:
        outputs.save(place, report, options.spoken)
    if not options.out or "-" in options.out or "format" in options.given:
        shown(report, options.format, options, options.spoken)
    return EXIT_OK


def loading(name: StreamFormat, lang: str, watch: Watch) -> Watch:
    """`watch`; and what `shown` needs is loaded as soon as the engine computes.

    Python has nothing else to do then; afterwards somebody would wait for it, 0.01 s (measured).
    """

    def tell(step: Step) -> None:
        watch(step)
        if step.stage is Stage.COMPUTING:
            threading.Thread(target=_load, args=(name, lang), daemon=True).start()

    return tell


def _load(name: StreamFormat, lang: str) -> None:
    with suppress(Exception):  # what is wrong is told when it is needed
        if name == "json":
            import kshop_audit.codec
        else:
            from kshop_audit.report.view.speech import Speech

            Speech(lang)
        if name == "text":
            import kshop_audit.report.text  # noqa: F401


def shown(report: Report, name: StreamFormat, options: LookOptions, lang: str) -> None:
    """Print the report in a format of `--format`."""
    if name == "text":
        from kshop_audit.report.text.terminal import render

        printing.emit(render(report, looks.look_of(options, lang)))
    elif name == "brief":
        from kshop_audit.report.text import brief

        printing.emit(brief.render(report, lang))
    else:
        from kshop_audit.cli import formats

        printing.emit_data(formats.streamed(report, name, lang))

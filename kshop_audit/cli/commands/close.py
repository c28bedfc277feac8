"""`close`: whether the shop can be closed, what blocks it, and from when it can."""

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
    from kshop_audit.model.report import Report


@frozen(slots=False, kw_only=True)
class CloseOptions(LookOptions, MomentOptions, ConfigOptions, InputOptions):
    """All options of `close`."""

    format: Annotated[
        Literal["text", "json"], option("--format", "标准输出的格式", "format on stdout")
    ] = "text"
    quiet: Annotated[
        bool, option("--quiet", "可以关店时不输出", "print nothing when it can be closed", "-q")
    ] = False
    no_input: Annotated[
        bool,
        option(
            "--no-input",
            "不提问；未回答的事实没有结论",
            "ask nothing; facts without an answer have no verdict",
        ),
    ] = False


def register(app: typer.Typer) -> None:
    """Put the command into the application."""
    app.command(
        "close",
        help=say(
            "关店条件：逐项结论、阻碍的单号、最早可申请的日期。退出码同 check。",
            "Closing the shop: every condition, what blocks it, the earliest date. Exit codes as "
            "for check.",
        ),
    )(takes(CloseOptions)(_close))


def _close(options: CloseOptions) -> int:
    from kshop_audit.auditing.audit import conclude, read
    from kshop_audit.auditing.request import AuditRequest, for_closing, with_answers
    from kshop_audit.cli import asking
    from kshop_audit.cli.preparing import instant_of, language_of, request_of, settings_of_one_pack

    settings = settings_of_one_pack(options, options.paths)
    lang = language_of(options, settings)
    order = for_closing(
        AuditRequest(
            inputs=request_of(options, settings),
            settings=settings,
            as_of=instant_of(options),
        )
    )
    with stopping.scratch() as scratch:
        with progress.shown(options, lang) as watch:
            exports = read(replace(order, inputs=replace(order.inputs, watch=watch)), scratch)
            report = conclude(order, exports).report
        facts = asking.unanswered(report)
        asked = facts and not options.no_input and not options.quiet and asking.can_ask()
        answers = asking.ask(facts, lang) if asked else {}
        if answers:
            report = conclude(with_answers(order, answers), exports).report
    _print(report, options, lang)
    if answers:
        asking.offer(answers, lang)
    return report.verdict.exit_code


def _print(report: Report, options: CloseOptions, lang: str) -> None:
    if options.quiet and report.verdict.exit_code == EXIT_OK:
        return
    if options.format == "json":
        from kshop_audit import codec

        printing.emit_data(codec.encode(report))
    else:
        from kshop_audit.report.text import closing

        printing.emit(closing.render(report, looks.look_of(options, lang)))

"""`plan`: the cheapest steps to a total, or to green gates."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Literal

import typer

from kshop_audit.cli import looks, printing, progress, stopping
from kshop_audit.cli.binding import option, takes
from kshop_audit.cli.language import say
from kshop_audit.cli.options import LookOptions
from kshop_audit.cli.requests import AuditOptions, audit_request, now
from kshop_audit.errors import EXIT_OK, UsageError
from kshop_audit.model.frozen import frozen


@frozen(slots=False, kw_only=True)
class PlanOptions(LookOptions, AuditOptions):
    """All options of `plan`."""

    target: Annotated[
        str | None,
        option("--target", "要达到的估算总分，如 4.8", "the total to reach, such as 4.8",
               metavar="N"),
    ] = None  # fmt: skip
    gates: Annotated[
        bool, option("--gates", "目标是红线全部达标", "the goal is that every gate passes")
    ] = False
    format: Annotated[
        Literal["text", "json"], option("--format", "标准输出的格式", "format on stdout")
    ] = "text"


def register(app: typer.Typer) -> None:
    """Put the command into the application."""
    app.command(
        "plan",
        help=say(
            "要做到哪些才够：最省工夫的几步，达到某个总分或让红线全部达标。",
            "What it takes: the cheapest steps to a total, or until every gate passes.",
        ),
    )(takes(PlanOptions)(_plan))


def _plan(options: PlanOptions) -> int:
    from kshop_audit.auditing.improving import improve
    from kshop_audit.cli.preparing import language_of, settings_of

    goal = _goal(options)
    settings = settings_of(options, options.paths)
    lang = language_of(options, settings)
    order = audit_request(options, settings, now)
    with stopping.scratch() as scratch, progress.shown(options, lang) as watch:
        done = improve(replace(order, inputs=replace(order.inputs, watch=watch)), goal, scratch)
    if options.format == "json":
        from kshop_audit import codec

        printing.emit_data(codec.encode(done.plan))
    else:
        from kshop_audit.report.text.plan import render

        look = looks.look_of(options, lang)
        printing.emit(render(done.plan, done.before, look))
    return EXIT_OK


def _goal(options: PlanOptions) -> Decimal | None:
    """The total to reach; None = the gates."""
    from kshop_audit.cli import values

    if (options.target is None) is not options.gates:
        raise UsageError(
            "请给出 --target 4.8 或 --gates 其中一个",
            "give either --target 4.8 or --gates",
        )
    return None if options.target is None else values.score(options.target, "--target")

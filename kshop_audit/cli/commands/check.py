"""`check`: read the exports, run the rules, print the report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from kshop_audit.cli import looks, progress, stopping
from kshop_audit.cli.binding import takes
from kshop_audit.cli.commands import history
from kshop_audit.cli.language import say
from kshop_audit.cli.options import QUIET_FORMAT, EarlierOptions, OutputOptions
from kshop_audit.cli.requests import AuditOptions, audit_request, now
from kshop_audit.errors import EXIT_OK, UsageError
from kshop_audit.model.frozen import frozen

if TYPE_CHECKING:
    from kshop_audit.auditing.request import AuditRequest
    from kshop_audit.model.report import Report
    from kshop_audit.model.settings import Settings
    from kshop_audit.report.text.page import TextOptions


_PLACES = 100
"""Rows of evidence of a rule for formats that show places, and for a page beside them."""


@frozen(slots=False, kw_only=True)
class CheckOptions(OutputOptions, EarlierOptions, AuditOptions):
    """All options of `check`."""


def register(app: typer.Typer) -> None:
    """Put the command into the application."""
    app.command(
        "check",
        help=say(
            "审计导出数据并打印报告。退出码：0 达标，1 不达标，2 无法审计，3 必需规则没有结论。",
            "Audit the exports and print the report. Exit codes: 0 passed, 1 failed, "
            "2 no audit, 3 a required rule has no verdict.",
        ),
    )(takes(CheckOptions)(_check))


def _check(options: CheckOptions) -> int:
    from kshop_audit.auditing.audit import audit
    from kshop_audit.cli import outputs
    from kshop_audit.cli.preparing import language_of, settings_of

    settings = settings_of(options, options.paths)
    lang = language_of(options, settings)
    look = looks.look_of(options, lang)
    order = _order(options, settings)
    store = history.place_of(options.history)
    targets = outputs.outputs_of(options.out, options.evidence, order.inputs, store)
    if targets.places and not order.wanted.evidence:
        order = replace(order, wanted=replace(order.wanted, evidence=True, evidence_limit=_PLACES))
    if targets.heat or look.details:
        order = replace(order, wanted=replace(order.wanted, heat=True))
    with stopping.scratch() as scratch, progress.shown(options, lang) as watch:
        done = audit(replace(order, inputs=replace(order.inputs, watch=watch)), scratch)
        if targets.evidence is not None:
            from kshop_audit.cli import evidence

            evidence.write(done, targets.evidence, lang, mask=not options.no_mask)
    report = history.compared(store, done.report)
    for target in targets.reports:
        outputs.save(target, report, lang)
    history.keep(store, done.report, now(), lang)
    _print(report, options, look)
    code = done.report.verdict.exit_code
    if options.notify and not (options.quiet and code == EXIT_OK):
        from kshop_audit.cli import notify

        notify.send(options.notify, report, lang)
    return code


def _order(options: CheckOptions, settings: Settings) -> AuditRequest:
    from kshop_audit.cli import values
    from kshop_audit.plan.query import Wanted

    return replace(
        audit_request(options, settings, now),
        wanted=Wanted(
            evidence=options.evidence is not None,
            evidence_limit=options.evidence_limit,
            by=values.dimensions(options.by),
        ),
        earlier=_earlier(options),
        fail_on_regression=options.fail_on_regression,
        listed=options.evidence is not None,
    )


def _earlier(options: CheckOptions) -> Report | None:
    from kshop_audit.cli.saved import saved_report

    if options.compare is not None:
        return saved_report(options.compare)
    if options.fail_on_regression:
        raise UsageError(
            "--fail-on-regression 要和 --compare REPORT.json 一起用",
            "--fail-on-regression needs --compare REPORT.json",
        )
    return None


def _print(report: Report, options: CheckOptions, look: TextOptions) -> None:
    from kshop_audit.cli import formats

    if options.quiet and report.verdict.exit_code == EXIT_OK:
        return
    formats.show(report, QUIET_FORMAT if options.quiet else options.format, look)

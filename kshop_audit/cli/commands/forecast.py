"""`forecast`: when each figure passes or fails, the budget left, and the score of coming days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kshop_audit.cli import looks, printing, progress, stopping
from kshop_audit.cli.binding import option, takes
from kshop_audit.cli.language import say
from kshop_audit.cli.options import LookOptions
from kshop_audit.cli.requests import AuditOptions, audit_request, now
from kshop_audit.errors import EXIT_OK, UsageError
from kshop_audit.model.frozen import frozen

if TYPE_CHECKING:
    from fractions import Fraction

    from kshop_audit.model.report import Report


@frozen(slots=False, kw_only=True)
class ForecastOptions(LookOptions, AuditOptions):
    """All options of `forecast`."""

    assume: Annotated[
        list[str],
        option(
            "--assume",
            "往后按这个比率推算（可多次），如 reply-rate=90%；时长类写小时数",
            "the rate of coming days (repeatable), such as reply-rate=90%; hours for durations",
            metavar="RULE=RATE",
        ),
    ] = field(default_factory=list)
    out: Annotated[
        list[str],
        option(
            "--out",
            "另存预测，可多次，按后缀定格式：表格、网页或 JSON",
            "write the forecast too (repeatable); the suffix tells the format: table, page or JSON",
            metavar="FILE",
        ),
    ] = field(default_factory=list)
    format: Annotated[
        Literal["text", "json"], option("--format", "标准输出的格式", "format on stdout")
    ] = "text"


def register(app: typer.Typer) -> None:
    """Put the command into the application."""
    app.command(
        "forecast",
        help=say(
            "往后 30 天：各项哪天达标或掉线、余量还有多少、估算总分怎么走。只推算，不作承诺。",
            "The coming 30 days: when each figure passes or fails, the budget left, the estimated "
            "score. A projection, no promise.",
        ),
    )(takes(ForecastOptions)(_forecast))


def _forecast(options: ForecastOptions) -> int:
    from kshop_audit.auditing.audit import audit
    from kshop_audit.cli import outputs
    from kshop_audit.cli.preparing import language_of, settings_of
    from kshop_audit.report import forecast_files

    settings = settings_of(options, options.paths)
    lang = language_of(options, settings)
    assumed = _assumed(options.assume)
    order = replace(audit_request(options, settings, now), assumed=assumed, records=True)
    files = [_file(name) for name in options.out]
    for path in files:
        outputs.keep_out(f"--out {path}", path, order.inputs)
    with stopping.scratch() as scratch, progress.shown(options, lang) as watch:
        done = audit(replace(order, inputs=replace(order.inputs, watch=watch)), scratch)
    _refuse(assumed, done.report)
    for path in files:
        text = forecast_files.WRITERS[path.suffix.lower()](done.report, lang)
        outputs.save_bytes(path, text.encode("utf-8"))
    if options.format == "json":
        printing.emit_data(forecast_files.to_json(done.report))
    else:
        from kshop_audit.report.text.forecast import render

        printing.emit(render(done.report, looks.look_of(options, lang)))
    return EXIT_OK


def _file(name: str) -> Path:
    from importlib.util import find_spec

    from kshop_audit.report.forecast_files import WRITERS

    path, listed = Path(name), " ".join(WRITERS)
    if path.suffix.lower() not in WRITERS:
        raise UsageError(
            f"--out {name}：后缀应为 {listed} 之一", f"--out {name}: the suffix must be {listed}"
        )
    if path.suffix.lower() == ".html" and find_spec("jinja2") is None:
        raise UsageError(
            f"--out {name}：要先安装 jinja2：pip install 'kshop-audit[html]'",
            f"--out {name}: needs jinja2: pip install 'kshop-audit[html]'",
        )
    return path


def _assumed(texts: Sequence[str]) -> dict[str, Fraction]:
    """Rule → the quality of coming days; UsageError for what is no rule, or no rate of it."""
    from kshop_audit.cli import naming
    from kshop_audit.model.suggesting import suggest
    from kshop_audit.rules import catalogue

    rules = catalogue() if texts else {}
    found = {}
    for text in naming.listed(texts):
        name, sign, value = naming.valued(text, "--assume").partition("=")
        if not sign:
            raise UsageError(
                f"--assume {text}：应如 reply-rate=90%", f"--assume {text}: write reply-rate=90%"
            )
        if name not in rules:
            hint = suggest(name, rules)
            raise UsageError(
                f"--assume {text}：没有名为 {name} 的规则{hint.zh}",
                f"--assume {text}: unknown rule {name}{hint.en}",
            )
        found[name] = _rate(text, value, ratio=rules[name].info.value_unit == "ratio")
    return found


def _rate(text: str, value: str, *, ratio: bool) -> Fraction:
    from kshop_audit.model.rates import share_of, written

    said = None if ratio else written(value, share=False)
    rate = share_of(value) if ratio else None if said is None else said.value
    if rate is None and ratio:
        raise UsageError(
            f"--assume {text}：应为 0 到 100% 的比率，如 90% 或 0.9",
            f"--assume {text}: must be a share such as 90% or 0.9",
        )
    if rate is None:
        raise UsageError(
            f"--assume {text}：应为不小于 0 的数，如 20",
            f"--assume {text}: must be a number, not below 0, such as 20",
        )
    return rate


def _refuse(assumed: dict[str, Fraction], report: Report) -> None:
    """UsageError for an assumption of which nothing followed."""
    rules = {rule.id: rule for rule in report.rules}
    for name in assumed:
        rule = rules.get(name)
        if rule is None:
            raise UsageError(
                f"--assume {name}：这次没有检查这条规则", f"--assume {name}: the rule was not run"
            )
        if rule.forecast is not None and rule.forecast.pace is not None:
            continue
        reason = rule.days.reason if rule.days is not None else None
        raise UsageError(
            f"--assume {name}：{reason.zh if reason else '已结算的日子不足 3 天，无法推算。'}",
            f"--assume {name}: {reason.en if reason else 'fewer than three closed days.'}",
        )

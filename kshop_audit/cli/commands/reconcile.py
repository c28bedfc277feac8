"""`reconcile`: which definition makes the figure that the platform shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kshop_audit.cli import looks, printing, progress, stopping
from kshop_audit.cli.binding import option, takes
from kshop_audit.cli.language import say
from kshop_audit.cli.options import LookOptions
from kshop_audit.cli.platform_scores import PlatformScore, platform_scores
from kshop_audit.cli.requests import AuditOptions, audit_request, now
from kshop_audit.errors import EXIT_OK, UsageError
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.model.suggesting import suggest

if TYPE_CHECKING:
    from kshop_audit.auditing.reconciling import Reconciled, RulesOf, StatedFigure
    from kshop_audit.model.settings import Settings


@frozen(slots=False, kw_only=True)
class ReconcileOptions(LookOptions, AuditOptions):
    """All options of `reconcile`."""

    platform: Annotated[
        list[str],
        option(
            "--platform",
            "后台显示的数字（同一条规则可多次，每天一个）：规则=81.2%@2026-10-31",
            "a figure that the platform shows (repeatable for one rule, a day each): "
            "RULE=81.2%@2026-10-31",
            metavar="RULE=FIGURE[@DAY]",
        ),
    ] = field(default_factory=list)
    platform_scores: Annotated[
        Path | None,
        option(
            "--platform-scores",
            "后台数字的 CSV：规则、日期、数值、得分；得分用来学出本店的得分表（配合 --keep）",
            "a CSV of the platform's figures: rule,day,value,points; points teach the table of "
            "points (with --keep)",
            metavar="FILE",
        ),
    ] = None
    keep: Annotated[
        bool,
        option(
            "--keep",
            "确定是哪种口径时写进 shop.toml（注释不动）",
            "write the definition into shop.toml if it is proven; comments stay",
        ),
    ] = False
    format: Annotated[
        Literal["text", "json"], option("--format", "标准输出的格式", "format on stdout")
    ] = "text"


def register(app: typer.Typer) -> None:
    """Put the command into the application."""
    app.command(
        "reconcile",
        help=say(
            "后台的数字是按哪种口径算的：把公布的口径全部试一遍。",
            "Which of the published definitions makes the figure that the platform shows.",
        ),
    )(takes(ReconcileOptions)(_reconcile))


def _reconcile(options: ReconcileOptions) -> int:
    from kshop_audit.auditing.reconciling import reconcile, rules_here
    from kshop_audit.cli.preparing import language_of, settings_of

    rows = [] if options.platform_scores is None else platform_scores(options.platform_scores)
    given = [*map(_figure, options.platform)]
    if not given and not rows:
        raise UsageError(
            "请用 --platform 写后台显示的数字，如 --platform 规则=81.2%@2026-10-31",
            "give what the platform shows: --platform RULE=81.2%@2026-10-31",
        )
    settings = settings_of(options, options.paths)
    lang = language_of(options, settings)
    order = audit_request(options, settings, now)
    with stopping.scratch() as scratch, progress.shown(options, lang) as watch:
        order = replace(order, inputs=replace(order.inputs, watch=watch))
        known = rules_here(order, scratch) if rows else {}
        asked = {figure.rule for figure in given} or {*order.select}
        rows = [row for row in rows if not asked or row.rule in asked]
        figures = [*given, *_of_file(rows, known, options)]
        groups = _groups(given, figures, options)
        done = [reconcile(order, group, scratch) for group in groups]
    for number, own in enumerate(done):
        _shown(own, options, lang, first=not number)
    if options.keep:
        for own in done:
            _keep(own, settings, lang)
        _learn(rows, known, settings, lang)
    return EXIT_OK


def _shown(done: Reconciled, options: ReconcileOptions, lang: str, *, first: bool) -> None:
    """One rule on stdout."""
    if options.format == "json":
        from kshop_audit import codec

        printing.emit_data(codec.encode(done.result))
        return
    from kshop_audit.report.text.reconcile import render
    from kshop_audit.rules import catalogue

    info = catalogue()[done.result.platform[0].rule].info
    text = render(done.result, looks.look_of(options, lang), info)
    printing.emit(text if first else f"\n{text}")


def _groups(
    given: Sequence[StatedFigure], figures: Sequence[StatedFigure], options: ReconcileOptions
) -> list[list[StatedFigure]]:
    """The figures of each rule; of the command line and in JSON there is one rule."""
    names = list(dict.fromkeys(figure.rule for figure in figures))
    if given or len(names) < 2:
        return [list(figures)] if figures else []
    if options.format == "json":
        raise UsageError(
            f"--format json：一次只能对一条规则；请加 --select，文件里有 {'、'.join(names)}",
            f"--format json: one rule at a time; add --select, the file has {', '.join(names)}",
        )
    return [[figure for figure in figures if figure.rule == name] for name in names]


def _of_file(
    rows: Sequence[PlatformScore], known: Mapping[str, RulesOf], options: ReconcileOptions
) -> list[StatedFigure]:
    """The figures of a file, of the rules that have readings to try. UsageError for a rule that is
    none of those that are looked at, and where neither is tried nor learned anything.
    """
    from kshop_audit.auditing.reconciling import StatedFigure

    for row in rows:
        if row.rule not in known:
            hint = suggest(row.rule, known, Text("；用 rules 查看全部", "; see rules"))
            raise UsageError(
                f"--platform-scores {options.platform_scores}：没有规则 {row.rule}{hint.zh}",
                f"--platform-scores {options.platform_scores}: unknown rule {row.rule}{hint.en}",
            )
    tried = [row for row in rows if known[row.rule].readings]
    if rows and not tried and not (options.keep and any(row.points for row in rows)):
        raise UsageError(
            "文件里的规则都没有不同的口径可试；要学得分，请写上“得分”列并加 --keep",
            "none of the rules of the file has readings to try; to learn points, give a column of "
            "points and add --keep",
        )
    return [StatedFigure(row.rule, row.value, row.day) for row in tried]


def _learn(
    rows: Sequence[PlatformScore], known: Mapping[str, RulesOf], settings: Settings, lang: str
) -> None:
    """Write the points of the platform into the configuration."""
    from kshop_audit.config.keeping import learned_in

    entries = [
        {
            "rule": row.rule,
            "value": row.value,
            "points": row.points,
            "day": row.day.isoformat(),
            "pack": known[row.rule].pack,
            "version": known[row.rule].version,
        }
        for row in rows
        if row.points is not None and known[row.rule].points
    ]
    without = {row.rule for row in rows if row.points is not None and not known[row.rule].points}
    if without:
        zh = f"这些规则不计分，得分没有写：{'、'.join(sorted(without))}"
        en = f"rules without points, not learned: {', '.join(sorted(without))}"
        printing.notice(en if lang == "en" else zh)
    if entries:
        file = Path(settings.file or "shop.toml")
        added = learned_in(file, entries)
        zh, en = f"学到 {added} 个得分，已写入 {file}", f"{added} points learned, written to {file}"
        printing.notice(en if lang == "en" else zh)


def _figure(text: str) -> StatedFigure:
    from kshop_audit.auditing.reconciling import StatedFigure
    from kshop_audit.cli.naming import valued

    rule, sign, rest = valued(text, "--platform").partition("=")
    figure, at, day = rest.partition("@")
    try:
        on = date.fromisoformat(day.strip()) if at else None
    except ValueError:
        on, sign = None, ""
    if not sign or not rule.strip() or not figure.strip():
        raise UsageError(
            f"--platform {text}：应如 规则=81.2%@2026-10-31",
            f"--platform {text}: write it like RULE=81.2%@2026-10-31",
        )
    return StatedFigure(rule.strip(), figure.strip(), on)


def _keep(done: Reconciled, settings: Settings, lang: str) -> None:
    """Write the winner into the configuration that was used, else into ./shop.toml."""
    from kshop_audit.config.keeping import written_to

    result = done.result
    zh = en = ""
    if result.verdict != "one":
        zh, en = (
            "没有写 shop.toml：还不能确定是哪种口径",
            "shop.toml is as it was: nothing is proven",
        )
    elif not done.keep:
        zh, en = "shop.toml 不用改：现在用的就是这种口径", "shop.toml is as it was: this is in use"
    else:
        file = Path(settings.file or "shop.toml")
        written_to(file, result.platform[0].rule, done.keep)
        zh, en = f"已写入 {file}", f"written to {file}"
    printing.notice(en if lang == "en" else zh)

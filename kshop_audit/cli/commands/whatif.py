"""`whatif`: the same audit if something were otherwise, before and after."""

from __future__ import annotations

import tomllib
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kshop_audit.cli import looks, printing, progress, stopping
from kshop_audit.cli.binding import option, takes
from kshop_audit.cli.language import say
from kshop_audit.cli.options import DEFAULT_FORMAT, EffectFormatOption, LookOptions
from kshop_audit.cli.requests import AuditOptions, audit_request, now
from kshop_audit.errors import EXIT_OK, ConfigError, UsageError, os_reason
from kshop_audit.model.frozen import frozen

if TYPE_CHECKING:
    from kshop_audit.auditing.whatif import Compared


@frozen(slots=False, kw_only=True)
class WhatIfOptions(LookOptions, AuditOptions):
    """All options of `whatif`."""

    change: Annotated[
        list[str],
        option(
            "--change",
            "改一项（可多次）：RULE=99%、RULE=+12、agent:小李=team_median、hours:22-24=staffed、"
            "carrier:极兔=others、ship:-6h、dispute:T1=won",
            "what is otherwise (repeatable): RULE=99%, RULE=+12, agent:NAME=team_median, "
            "hours:22-24=staffed, carrier:NAME=others, ship:-6h, dispute:T1=won",
            metavar="CHANGE",
        ),
    ] = field(default_factory=list)
    scenario: Annotated[
        Path | None,
        option(
            "--scenario",
            'TOML 文件，用 changes = ["…", "…"] 一次写多项改变',
            'TOML file with several changes, changes = ["…", "…"], in it',
            metavar="FILE",
        ),
    ] = None
    format: EffectFormatOption = DEFAULT_FORMAT
    report: Annotated[
        Path | None,
        option(
            "--report",
            "把改变后的完整报告写到文件，按后缀定格式",
            "write the whole report after the changes; the suffix tells the format",
            metavar="FILE",
        ),
    ] = None
    by: Annotated[
        list[str],
        option(
            "--by",
            "报告里按维度细分（同 check）",
            "break figures down in the report, as in check",
            metavar="NAME,…",
        ),
    ] = field(default_factory=list)


def register(app: typer.Typer) -> None:
    """Put the command into the application."""
    app.command(
        "whatif",
        help=say(
            "假如某项做到了，规则、总分、结论和费用会怎样：改变前 → 改变后。",
            "What rules, score, verdict and fees would be if something were otherwise.",
        ),
    )(takes(WhatIfOptions)(_whatif))


def _whatif(options: WhatIfOptions) -> int:
    from kshop_audit.auditing.whatif import whatif
    from kshop_audit.cli import formats, naming, outputs, values
    from kshop_audit.cli.preparing import language_of, settings_of
    from kshop_audit.plan.query import Wanted

    settings = settings_of(options, options.paths)
    lang = language_of(options, settings)
    changes = [
        naming.valued(text, "--change", settings.packs)
        for text in (*_of_scenario(options.scenario), *naming.changes(options.change))
    ]
    if not changes and options.report is None:
        raise UsageError(
            "请用 --change 写明改什么，如 --change 48小时发货率=99%；或用 --report FILE 写报告",
            "say what is otherwise: --change ship-48h=99%; or give --report FILE",
        )
    order = replace(
        audit_request(options, settings, now), wanted=Wanted(by=values.dimensions(options.by))
    )
    target = None
    if options.report is not None:
        target = outputs.OutTarget(*formats.file_of(str(options.report), "--report"))
        outputs.keep_out(f"--report {target.path}", target.path, order.inputs)
        order = replace(order, wanted=replace(order.wanted, heat=target.format.heat))
    with stopping.scratch() as scratch, progress.shown(options, lang) as watch:
        done = whatif(replace(order, inputs=replace(order.inputs, watch=watch)), changes, scratch)
    if target is not None:
        outputs.save(target, done.after.report, lang, "--report")
    if changes:
        _print(done, options, lang)
    return EXIT_OK


def _of_scenario(path: Path | None) -> list[str]:
    """The changes of a file: an array of texts called `changes`, and perhaps a `title`."""
    if path is None:
        return []
    text = ""
    try:
        text = path.read_text(encoding="utf-8-sig")
        table = tomllib.loads(text)
    except OSError as error:
        raise UsageError(
            f"--scenario {path}：读不到：{os_reason(error).zh}",
            f"--scenario {path}: cannot be read: {os_reason(error).en}",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        from kshop_audit.model.toml_faults import toml_fault

        fault = toml_fault(error, text)
        raise ConfigError(
            f"--scenario {path}：不是有效的 TOML：{fault.zh}",
            f"--scenario {path}: is no valid TOML: {fault.en}",
        ) from error
    from kshop_audit.model.suggesting import suggest

    for key in table:
        if key not in ("changes", "title"):
            hint = suggest(key, ("changes", "title"))
            raise ConfigError(
                f"--scenario {path}：未知的键 {key}{hint.zh}",
                f"--scenario {path}: unknown key {key}{hint.en}",
            )
    changes = table.get("changes")
    if not isinstance(changes, list) or not all(isinstance(entry, str) for entry in changes):
        raise ConfigError(
            f'--scenario {path}：changes 应为文本数组，如 ["ship:-6h"]',
            f'--scenario {path}: changes must be an array of texts such as ["ship:-6h"]',
        )
    return changes


def _print(done: Compared, options: WhatIfOptions, lang: str) -> None:
    from kshop_audit.report import formats

    found = formats.named(options.format)
    look = looks.look_of(options, lang)
    text = found.effect(done.effect, done.before.report, done.after.report, look)
    if found.terminal:
        printing.emit(text)
    else:
        printing.emit_data(text)

"""`config [KEY]`: the values in effect, and where each of them was set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kshop_audit.cli import looks, printing
from kshop_audit.cli.binding import option, takes
from kshop_audit.cli.language import say
from kshop_audit.cli.options import ConfigOptions, LookOptions
from kshop_audit.errors import EXIT_OK, UsageError
from kshop_audit.model.frozen import frozen
from kshop_audit.model.suggesting import suggest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kshop_audit.config import Origin


@frozen(slots=False, kw_only=True)
class ShowConfigOptions(LookOptions, ConfigOptions):
    """Which values are shown."""

    key: Annotated[
        str | None,
        typer.Argument(
            metavar="KEY",
            show_default=False,
            help=say(
                "只看这一项：配置的键（如 targets），或规则的编号、名称",
                "this alone: a key (such as targets), or a rule by its id or title",
            ),
        ),
    ] = None
    format: Annotated[
        Literal["text", "json"], option("--format", "标准输出的格式", "format on stdout")
    ] = "text"


def register(app: typer.Typer) -> None:
    """Put the command into the application."""
    app.command(
        "config",
        help=say(
            "现在生效的配置：每个值来自哪里（选项、环境变量、文件第几行、规则包、默认）。",
            "The configuration in effect, and where each value comes from: flag, environment, "
            "file and line, pack, default.",
        ),
    )(takes(ShowConfigOptions)(_config))


def _config(options: ShowConfigOptions) -> int:
    from kshop_audit.cli.preparing import language_of, settings_and_origins

    settings, origins = settings_and_origins(options)
    shown = _chosen(origins, options.key, settings.packs)
    if options.format == "json":
        import json

        table = [{"key": one.key, "value": one.value, "origin": one.origin} for one in shown]
        printing.emit_data(json.dumps(table, ensure_ascii=False, indent=2) + "\n")
        return EXIT_OK
    from kshop_audit.report.text.settings import render
    from kshop_audit.rules import catalogue

    rows = [(one.key, one.value, one.origin) for one in shown]
    titles = {name: rule.info.title for name, rule in catalogue().items()}
    look = looks.look_of(options, language_of(options, settings))
    printing.emit(render(rows, titles, look))
    return EXIT_OK


def _chosen(origins: Sequence[Origin], key: str | None, packs: Sequence[str]) -> Sequence[Origin]:
    """All of them; or those of a key and what lies below it; or all of a rule, by id or title."""
    if key is None:
        return origins
    from kshop_audit.cli.naming import rule_name
    from kshop_audit.rules import catalogue

    found = [one for one in origins if one.key == key or one.key.startswith(f"{key}.")]
    if not found and (rule := rule_name(key, "config", packs)) in catalogue():
        found = [one for one in origins if one.key.split(".")[1:2] == [rule]]
    if not found:
        parts = [one.key.split(".") for one in origins]
        known = {".".join(part[:n]) for part in parts for n in range(1, len(part) + 1)}
        hint = suggest(key, known)
        raise UsageError(f"没有配置项 {key}{hint.zh}", f"there is no key {key}{hint.en}")
    return found

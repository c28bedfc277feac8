"""The help of a command: its options in panels, in the language of the process.

Typer's own page is English and breaks Chinese lines at spaces only.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from kshop_audit.cli.language import say
from kshop_audit.model.kinds import KIND_NAMES
from kshop_audit.model.patterns import regex
from kshop_audit.model.schema import Kind

_WIDEST, _NARROWEST = 100, 40

_COMMON, _INPUT, _VERDICT, _OUTPUT, _ADVANCED = range(5)
_TITLES = {
    _COMMON: ("常用", "Common"),
    _INPUT: ("输入文件", "Input"),
    _VERDICT: ("结论怎么定", "Verdict"),
    _OUTPUT: ("输出", "Output"),
    _ADVANCED: ("高级", "Advanced"),
}
_PANELS = {
    _INPUT: (
        "encoding", "delimiter", "password-env", "shop", "tz", "max-bad-rows", "evidence-file",
        *(kind.value for kind in KIND_NAMES if kind is not Kind.EVIDENCE),
    ),
    _VERDICT: (
        "level", "require", "fail-on", "min-score", "max-age", "mutes", "compare",
        "fail-on-regression",
    ),
    _OUTPUT: (
        "evidence", "evidence-limit", "by", "color", "ascii", "width", "no-progress", "notify",
        "history", "no-mask",
    ),
    _ADVANCED: (
        "config", "set", "isolated", "no-cache", "install-completion", "show-completion",
    ),
}  # fmt: skip
_OF_OPTION = {f"--{name}": panel for panel, names in _PANELS.items() for name in names}
"""An option that stands in no panel is one of the command's own, or common."""

_CHINESE = {
    "Show this message and exit.": "显示这页帮助",
    "Install completion for the current shell.": "给当前的命令行装上自动补全",
    "Show completion for the current shell, to copy it or customize the installation.":
        "显示自动补全的脚本",
    "TEXT": "文字", "INTEGER": "整数", "[OPTIONS]": "[选项]", "COMMAND [ARGS]...": "命令 [参数]...",
    "required": "必填",
}  # fmt: skip
_TYPE = regex(r" <(?:str|int|float|Path|list\[\w+\])>")
_LEAST = regex(r"x>=(.*)")
_EXTRA = regex(r"\s*\[([^\[\]]*)\]$")


def _local(text: str) -> str:
    return say(_CHINESE.get(text, text), text)


class PanelCommand(TyperCommand):
    """A command whose help stands in panels."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Usage, what it does, then the panels."""
        formatter.write(_page(self, ctx))


class PanelGroup(TyperGroup):
    """All commands, each in a line."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Usage, what the tool does, the commands, the options of all of them."""
        formatter.write(_page(self, ctx))


def _page(command: Any, ctx: typer.Context) -> str:
    from kshop_audit.report.text.layout import plain_cells, table, wrap

    width = min(max(shutil.get_terminal_size((80, 24)).columns, _NARROWEST), _WIDEST)
    pieces = (_local(piece) for piece in command.collect_usage_pieces(ctx))
    lines = [say("用法：", "Usage: ") + " ".join((ctx.command_path, *pieces)), ""]
    lines += [f"  {line}" for line in wrap(command.help or "", width - 2, 0, plain_cells)]
    panels: dict[str, list[tuple[str, str]]] = {}
    for title, row in (*_commands(command), *_options(command, ctx)):
        panels.setdefault(title, []).append(row)
    for title, rows in panels.items():
        lines += ["", title, *table(rows, width, measure=plain_cells)]
    if command.epilog:
        lines += ["", *wrap(command.epilog, width, 0, plain_cells)]
    return "\n".join(lines) + "\n"


def _commands(command: Any) -> Iterator[tuple[str, tuple[str, str]]]:
    for name, found in getattr(command, "commands", {}).items():
        if not found.hidden:
            yield say("命令", "Commands"), (name, _first(found.help or ""))


def _first(text: str) -> str:
    """The first sentence: a list of commands has room for no more."""
    return re.split(r"(?<=。)|(?<=\.) ", text)[0].rstrip("。.")


def _options(command: Any, ctx: typer.Context) -> Iterator[tuple[str, tuple[str, str]]]:
    records = [
        (_panel(param), param.param_type_name == "option", _row(*record))
        for param in command.get_params(ctx)
        if (record := param.get_help_record(ctx)) is not None
    ]
    for panel, _, row in sorted(records, key=lambda entry: entry[:2]):
        yield say(*_TITLES[panel]), row


def _panel(param: Any) -> int:
    return _OF_OPTION.get(param.opts[0], _COMMON)


def _row(names: str, text: str) -> tuple[str, str]:
    """Names and help, with what Typer says itself in our language."""
    names = _TYPE.sub("", names)
    for word in ("TEXT", "INTEGER"):
        names = re.sub(rf"\b{word}\b", _local(word), names)
    found = _EXTRA.search(text)
    if found is None:
        return names, _local(text)
    extras = [_extra(extra) for extra in found[1].split("; ")]
    return names, _local(text[: found.start()]) + say(
        f"（{'，'.join(extras)}）", f" [{', '.join(extras)}]"
    )


def _extra(text: str) -> str:
    name, colon, value = text.partition(": ")
    least = _LEAST.fullmatch(text)
    if least is not None:
        return say(f"至少 {least[1]}", f"at least {least[1]}")
    return say(f"默认 {value}", text) if colon and name == "default" else _local(text)

"""What was typed: understood where it is plain, else a fault in the language of the process."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from kshop_audit.cli import printing
from kshop_audit.cli.language import say
from kshop_audit.errors import UsageError
from kshop_audit.model.patterns import regex
from kshop_audit.model.suggesting import suggest
from kshop_audit.report import formats

_DASHES = regex("^[-—–‒―−－﹣‐‑]+")
"""A dash as input methods and word processors write it: one of theirs stands for two of ours."""

_QUOTES = "“”„‘’「」『』＂"


def understood(arguments: Sequence[str], commands: Collection[str]) -> list[str]:
    """The arguments with the command that was left out, or named in Chinese.

    `kshop-audit exports/` is a check of that folder. UsageError for dashes and quotes of an input
    method, with the command to type.
    """
    typed = _worded(arguments)
    _refuse_foreign(typed)
    if typed and typed[0] in _COMMANDS:
        meant = _COMMANDS[typed[0]]
        printing.notice(
            say(
                f"{typed[0]}：按 {meant} 执行：{printing.PROGRAM} {meant}",
                f"{typed[0]}: taken as {printing.PROGRAM} {meant}",
            )
        )
        typed[0] = meant
    if typed and typed[0] not in commands and not typed[0].startswith("-") and _is_input(typed[0]):
        printing.notice(
            say(
                f"没有写命令，按 check 审计：{printing.PROGRAM} check {typed[0]}",
                f"no command was given, taken as: {printing.PROGRAM} check {typed[0]}",
            )
        )
        return ["check", *typed]
    return typed


_COMMANDS = {
    "检查": "check", "审计": "check", "今天": "due", "到期": "due", "待办": "due", "关店": "close",
    "对比": "diff", "比较": "diff", "体检": "doctor", "诊断": "doctor", "前瞻": "forecast",
    "预测": "forecast", "假如": "whatif", "计划": "plan", "对账": "reconcile", "多店": "fleet",
    "洞察": "insights", "方面": "aspects", "历史": "history", "缓存": "cache", "初始化": "init",
    "开始": "init", "配置": "config", "规则": "rules", "帮助": "--help",
}  # fmt: skip
"""Chinese word → the command that is meant."""

_WORDS = {
    "--lang": {"中文": "zh", "英文": "en"},
    "--fail-on": {
        "红线": "error", "错误": "error", "提醒": "warn", "警告": "warn", "从不": "never",
    },
    "--color": {"自动": "auto", "总是": "always", "从不": "never"},
}  # fmt: skip
"""Option → Chinese words for its values."""


def _worded(arguments: Sequence[str]) -> list[str]:
    """The arguments with our names for values that were given by Chinese ones."""
    found: list[str] = []
    for given in arguments:
        argument = "--color=never" if given == "--no-color" else given
        flag, sign, value = argument.partition("=")
        if sign and flag.startswith("--"):
            found.append(f"{flag}={_named(flag, value)}")
        else:
            found.append(_named(found[-1], argument) if found else argument)
    return found


def _named(flag: str, value: str) -> str:
    if flag == "--format":
        meant = formats.called(value)
        return value if meant is None else meant.name
    return _WORDS.get(flag, {}).get(value, value)


def _is_input(text: str) -> bool:
    try:
        return Path(text).exists() or any(letter in text for letter in "*?/\\")
    except (OSError, ValueError):
        return False


def _refuse_foreign(arguments: Sequence[str]) -> None:
    """UsageError for an argument that an input method changed."""
    meant = [_meant(argument) for argument in arguments]
    if list(arguments) == meant:
        return
    wrong = next(a for a, b in zip(arguments, meant, strict=True) if a != b)
    command = " ".join([printing.PROGRAM, *(_quoted(argument) for argument in meant)])
    raise UsageError(
        f"{wrong}：里面有输入法的破折号或引号，请切换到英文输入再打：{command}",
        f"{wrong}: has dashes or quotes of an input method; type: {command}",
    )


def _meant(argument: str) -> str:
    dashes = _DASHES.match(argument)
    if dashes is not None and set(dashes[0]) != {"-"} and len(argument) > dashes.end():
        rest = argument[dashes.end() :]
        # A file may begin with a dash; an option is a plain word.
        if re.match(r"[A-Za-z]", rest) and not Path(argument).exists():
            short = len(rest) == 1
            argument = f"{'-' if short else '--'}{rest}"
    if any(quote in argument for quote in _QUOTES) and not Path(argument).exists():
        bare = argument.strip(_QUOTES)
        if bare != argument and bare:
            return bare
    return argument


def _quoted(argument: str) -> str:
    return f'"{argument}"' if re.search(r"\s", argument) else argument


_MESSAGES = (
    (r"No such command '(.*)'\.", "没有 {0} 这个命令"),
    (r"Missing command\.", "请写一个命令"),
    (r"No such option: (\S+)", "没有 {0} 这个选项"),
    (r"Option '(.*)' does not take a value\.", "选项 {0} 后面不写值"),
    (r"Option '(.*)' requires an argument\.", "选项 {0} 后面要写一个值"),
    (r"Option '(.*)' requires (\d+) arguments\.", "选项 {0} 后面要写 {1} 个值"),
    (r"Argument '(.*)' takes (\d+) values\.", "参数 {0} 要写 {1} 个值"),
    (r"Got unexpected extra arguments?(?:\(s\))? ?\((.*)\)", "多出来的参数：{0}"),
    (r"Missing argument '(.*?)'\..*", "缺少参数 {0}"),
    (r"Missing option '(.*?)'\..*", "缺少选项 {0}"),
    (r"Missing parameter.*", "缺少参数"),
    (r"'?(.*?)'? is not one of (.*?)\.?", "{0} 不在可选的值里：{1}"),
    (r"(?:Value )?'?(.*?)'? is not a valid (?:integer|int)\.?(?: .*)?", "{0} 不是整数"),
    (r"(?:Value )?'?(.*?)'? is not a valid (?:float|number)\.?(?: .*)?", "{0} 不是数"),
    (r"(?:Value )?'?(.*?)'? is not a valid (.*?)\.?", "{0} 不是有效的 {1}"),
    (r"'?(.*?)'? is not in the range (.*?)\.?", "{0} 不在范围 {1} 内"),
    (r"Input should be greater than or equal to (.*)", "不能小于 {0}"),
    (r"Input should be less than or equal to (.*)", "不能大于 {0}"),
    (r"Input should be a valid integer.*", "不是整数"),
    (r"Input should be a valid number.*", "不是数"),
    (r"Input should be a valid boolean.*", "应为 true 或 false"),
    (r"Could not open file '(.*)': (.*)", "打不开 {0}"),
)
_PLACED = regex(r"Invalid value(?: for (?P<hint>[^:]*))?: (?P<rest>.*)", re.DOTALL)


def fault(error: Any, commands: Collection[str]) -> str:
    """A fault of the command line in one line, with the command that shows its help."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else printing.PROGRAM
    # The library that checks values speaks of itself.
    message = " ".join(error.format_message().split()).replace("Value error, ", "")
    hint = say(f"（帮助：{command} --help）", f" (see {command} --help)")
    told = say(_chinese(message, error, commands), message)
    more = _of_a_file(message, context) or _likely(message)
    return (told.removesuffix(".") + more if more else told) + hint


_CHOICE = regex(r"for '(?P<flag>--[\w-]+)[^:]*: '(?P<value>.*?)' is not one of (?P<known>.*)")


def _likely(message: str) -> str:
    """The value that was meant, of an option that takes few; "" if there is none."""
    wrong = _CHOICE.search(message)
    if wrong is None:
        return ""
    words = _WORDS.get(wrong["flag"], {})
    known = re.findall(r"'([^']*)'", wrong["known"])
    hint = suggest(wrong["value"].casefold(), [*known, *words])
    return say(hint.zh, hint.en)


def _of_a_file(message: str, context: Any) -> str:
    """How a format is got that is written to a file, where it was asked for on stdout."""
    wanted = re.search(r"for '--format': .*?'(.*?)' is not one of", message)
    found = None if wanted is None else formats.called(wanted[1])
    if found is None or context is None or found.stdout:
        return ""
    if not any("--out" in own.opts for own in context.command.params):
        return ""
    before = "" if found.suffix else f"{found.name}:"
    suffix = found.suffix or ".json"
    return say(
        f"；这种格式写进文件：--out {before}报告{suffix}",
        f"; it is written to a file: --out {before}report{suffix}",
    )


def _chinese(message: str, error: Any, commands: Collection[str]) -> str:
    placed = _PLACED.fullmatch(message)
    if placed is not None:
        where = f"{placed['hint']} 的值不对：".replace("'", "") if placed["hint"] else "值不对："
        return where + _translated(placed["rest"])
    possible = getattr(error, "possibilities", None)
    said = _translated(message.partition(" (Possible options")[0].partition(" Did you mean")[0])
    if possible:
        return f"{said}，是不是 {' 或 '.join(sorted(possible))}？"
    unknown = re.match(r"No such command '(.*?)'", message)
    return said + (suggest(unknown[1], commands).zh if unknown else "")


def _translated(message: str) -> str:
    for pattern, words in _MESSAGES:
        found = re.fullmatch(pattern, message)
        if found is not None:
            parts = (part.replace("'", "").replace(", ", "、") for part in found.groups())
            return words.format(*parts)
    return message

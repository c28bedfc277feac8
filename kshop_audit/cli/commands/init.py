"""`init [DIR]`: everything that a shop needs to begin, as files that can be read and changed."""

from __future__ import annotations

import json
import os
import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kshop_audit import __version__
from kshop_audit.cli import asking, printing
from kshop_audit.cli.binding import Options, option, takes
from kshop_audit.cli.language import say
from kshop_audit.errors import EXIT_OK, UsageError, os_reason
from kshop_audit.model.frozen import frozen
from kshop_audit.model.kinds import KIND_NAMES
from kshop_audit.model.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

_ASKED = {
    Kind.ORDERS: ("", ""),
    Kind.TICKETS: ("", ""),
    Kind.CHATS: ("reply-rate", "numerator = 0\ndenominator = 0"),
    Kind.SHIPMENTS: ("", ""),
    Kind.RATINGS: ("cs-satisfaction", "numerator = 0\ndenominator = 0"),
}
"""The kinds that a shop is asked for, each with the rule whose figure can stand instead."""

_TEMPLATES = ("shop.toml", "mutes.toml", "README.txt", "github-workflow.yml")
_SHARED = (
    "kshop-audit.cron", "kshop-audit.service", "kshop-audit.timer", "kshop-audit-task.cmd",
)  # fmt: skip
_SAMPLES = ("orders.csv", "chats.csv")
_SAMPLE_FOLDER, _USUAL, _HERE = "sample_exports", "exports", "."
_SEE_SAMPLES = {
    "zh": "\n先看样子：{} check sample_exports\n",
    "en": "\nTo see what comes of it: {} check sample_exports\n",
}
_EXPORTED = frozenset({".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".et", ".zip", ".gz"})
"""Suffixes of what a back office exports."""


@frozen(slots=False, kw_only=True)
class InitOptions(Options):
    """Where to begin, and whether to ask."""

    folder: Annotated[Path, typer.Argument(metavar="[DIR]", show_default=False)] = Path()
    yes: Annotated[
        bool,
        option("--yes", "不提问，全部用默认回答", "ask nothing, take the default answers", "-y"),
    ] = False


@frozen
class _FirstAnswers:
    """What the operator said: the shop's name, where the exports lie, what cannot be exported."""

    shop: str
    exports: str
    lacking: tuple[Kind, ...] = ()


def register(app: typer.Typer) -> None:
    """Put the command into the application."""
    app.command(
        "init",
        help=say(
            "开始使用：问几个问题，写好配置、例外清单、示例、定时任务；已有的文件不动。",
            "Begin: asks a few questions, writes configuration, exceptions, samples and scheduled "
            "jobs; overwrites nothing.",
        ),
    )(takes(InitOptions)(_init))


def _init(options: InitOptions) -> int:
    if not options.yes and not asking.can_ask():
        raise UsageError(
            "这里不是终端，不能提问；加 --yes 用默认回答",
            "there is no terminal to ask at; add --yes to take the default answers",
        )
    zh = options.spoken == "zh"
    answers = _FirstAnswers(options.folder.absolute().name, _place(options.folder))
    if not options.yes:
        answers = _asked(answers, zh=zh)
    try:
        made, kept = _write(options.folder, answers, options.spoken)
    except OSError as error:
        reason = os_reason(error)
        raise UsageError(
            f"{options.folder}：写不了：{reason.zh}",
            f"{options.folder}: cannot be written: {reason.en}",
        ) from error
    for name in made:
        printing.emit(f"写好 {name}\n" if zh else f"wrote {name}\n")
    for name in kept:
        printing.emit(f"已有 {name}，没有动\n" if zh else f"kept {name}, which was there\n")
    _next(options, answers)
    return EXIT_OK


def _place(folder: Path) -> str:
    """Where exports lie already: one folder in this one, or this one itself; else `exports`."""
    from kshop_audit.ingest.files.walk import never_read

    if not folder.is_dir():
        return _USUAL
    inside = [
        entry.name
        for entry in sorted(folder.iterdir())
        if entry.is_dir()
        and entry.name != _SAMPLE_FOLDER
        and not never_read(entry.name)
        and any(map(_is_export, entry.rglob("*")))
    ]
    here = any(map(_is_export, folder.iterdir()))
    if _USUAL in inside or not (inside or here):
        return _USUAL
    return _HERE if here or len(inside) > 1 else inside[0]


def _is_export(path: Path) -> bool:
    from kshop_audit.ingest.files.walk import never_read

    return path.suffix.lower() in _EXPORTED and not never_read(path.name) and path.is_file()


def _asked(usual: _FirstAnswers, *, zh: bool) -> _FirstAnswers:
    """The answers at the terminal; an empty one takes what stands in brackets."""
    shop = _line(f"店铺名称（{usual.shop}）：" if zh else f"name of the shop ({usual.shop}): ")
    there = usual.exports
    exports = _line(
        f"导出文件放在哪个文件夹（{there}）：" if zh else f"folder of the exports ({there}): "
    )
    lacking = []
    for kind in _ASKED:
        name = KIND_NAMES[kind]
        question = f"能导出{name.zh}吗？（Y/n）" if zh else f"can you export {name.en}? (Y/n) "
        answer = _line(question)
        if answer.lower().startswith("n") or answer in ("否", "不能"):
            lacking.append(kind)
    return _FirstAnswers(shop or usual.shop, exports or usual.exports, tuple(lacking))


def _line(question: str) -> str:
    printing.prompt(question)
    try:
        return input().strip()
    except EOFError:
        printing.prompt("\n")
        return ""


def _write(folder: Path, answers: _FirstAnswers, lang: str) -> tuple[list[str], list[str]]:
    """The names of the files written, and of those that were there before."""
    made, kept = [], []
    (folder / answers.exports).mkdir(parents=True, exist_ok=True)
    if answers.exports != _HERE:
        (folder / _SAMPLE_FOLDER).mkdir(exist_ok=True)
    for name, text in _contents(folder, answers, lang):
        path = folder / name
        try:
            with path.open("x", encoding="utf-8", newline="") as file:
                file.write(text)
            made.append(name)
        except FileExistsError:
            kept.append(name)
    return made, kept


def _contents(folder: Path, answers: _FirstAnswers, lang: str) -> Iterator[tuple[str, str]]:
    values = {
        "shop": json.dumps(answers.shop, ensure_ascii=False)[1:-1],
        "exports": answers.exports,
        "version": __version__,
        "samples": "" if answers.exports == _HERE else _SEE_SAMPLES[lang].format(_command()),
        "folder": str(folder.absolute()),
        "command": _command(),
        "lacking": "".join(_declared(kind, lang) for kind in answers.lacking),
        "files": "\n".join(
            f"    {KIND_NAMES[kind][lang]}" for kind in _ASKED if kind not in answers.lacking
        ),
    }
    source = files("kshop_audit.cli.setup")
    for name in _TEMPLATES:
        text = (source / lang / name).read_text("utf-8").format(**values)
        # A .txt among the exports would be taken for one of them.
        aside = answers.exports == _HERE
        yield name.replace(".txt", ".md") if aside else name, text
    for name in _SHARED:
        text = (source / name).read_text("utf-8").format(**values)
        yield name, text.replace("\n", "\r\n") if name.endswith(".cmd") else text
    # Samples among the shop's own exports would be audited with them.
    for name in _SAMPLES if answers.exports != _HERE else ():
        yield f"{_SAMPLE_FOLDER}/{name}", (source / _SAMPLE_FOLDER / name).read_text("utf-8")


def _command() -> str:
    """The command that runs this program from a scheduled job, where no PATH can be relied on."""
    python = f'"{sys.executable}"' if os.name == "nt" else sys.executable
    return f"{python} -m kshop_audit"


def _declared(kind: Kind, lang: str) -> str:
    """A table to fill in by hand instead of a file that cannot be exported."""
    rule, figures = _ASKED[kind]
    if not rule:
        return ""
    zh = f"没有{KIND_NAMES[kind].zh}文件时，填后台看到的数，再去掉 #"
    en = f"without a file of {KIND_NAMES[kind].en}: fill in the back office's figures, remove the #"
    lines = [f"[declared.{rule}]", *figures.splitlines(), "from = 2026-10-02", "to = 2026-10-31"]
    lines.append('source = ""')
    head = f"\n# {zh if lang == 'zh' else en}\n"
    return head + "".join(f"# {line}\n" for line in lines)


def _next(options: InitOptions, answers: _FirstAnswers) -> None:
    """What to do now: look at the files that are there, or where to put them."""
    place = options.folder / answers.exports
    there = any(map(_is_export, place.rglob("*")))
    if there:
        printing.emit("\n")
        _diagnosed(place, options.spoken)
    command = f'{printing.PROGRAM} check "{answers.exports}"'
    inside = "" if options.folder == Path() else f'cd "{options.folder}"'
    steps = [step for step in (inside, command) if step]
    zh = options.spoken == "zh"
    head = "接下来运行：" if zh else "now run:"
    if not there:
        head = (
            f"把导出文件放进 {place}，然后运行：" if zh else f"put the exports into {place}, then:"
        )
    printing.emit(f"\n{head}\n" + "".join(f"  {step}\n" for step in steps))


def _diagnosed(folder: Path, lang: str) -> None:
    """What `doctor` says of the files that are there already."""
    from kshop_audit.cli import stopping
    from kshop_audit.diagnose.diagnose import diagnose
    from kshop_audit.ingest import Request
    from kshop_audit.ingest.files.walk import listed
    from kshop_audit.model.settings import Settings
    from kshop_audit.report.text.diagnosis import render
    from kshop_audit.report.text.page import TextOptions
    from kshop_audit.rules import catalogue

    with stopping.scratch() as scratch:
        found = diagnose(
            listed(Request(paths=(folder,), lenient=True)), Settings(), scratch, mask=True
        )
    titles = {name: rule.info.title for name, rule in catalogue().items()}
    printing.emit(render(found, TextOptions(lang, width=printing.width_of(None)), titles))

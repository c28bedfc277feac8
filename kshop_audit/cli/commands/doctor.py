"""`doctor`: what the tool understood of each file, and what it cannot measure without more."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kshop_audit.cli import looks, printing, progress, stopping
from kshop_audit.cli.binding import option, takes
from kshop_audit.cli.language import say
from kshop_audit.cli.options import ConfigOptions, InputOptions, LookOptions
from kshop_audit.errors import EXIT_NO_AUDIT, EXIT_OK, UsageError, os_reason
from kshop_audit.model.frozen import frozen

if TYPE_CHECKING:
    from kshop_audit.ingest import Request
    from kshop_audit.model.diagnosis import Diagnosis

DRAFT = "shop.draft.toml"
"""Not `shop.toml`: a draft must be checked before it is used."""


@frozen(slots=False, kw_only=True)
class DoctorOptions(LookOptions, ConfigOptions, InputOptions):
    """The files, how they are read, and where a draft of the configuration goes."""

    format: Annotated[
        Literal["text", "json"], option("--format", "标准输出的格式", "format on stdout")
    ] = "text"
    write: Annotated[
        Path | None,
        option(
            "--write",
            f"把看不懂的列和取值起草成配置文件（默认 {DRAFT}，不覆盖已有文件）",
            f"draft a configuration of what was not understood ({DRAFT}; overwrites nothing)",
            metavar="[FILE]",
            without_value=DRAFT,
        ),
    ] = None
    no_mask: Annotated[
        bool, option("--no-mask", "不遮盖买家信息", "show what could tell a person")
    ] = False


def register(app: typer.Typer) -> None:
    """Put the command into the application."""
    app.command(
        "doctor",
        help=say(
            "只检查文件：识别成什么、哪些列没认出、哪些行读不了、缺什么数据。",
            "Look at the files only: what they are, what was not understood, what is missing.",
        ),
    )(takes(DoctorOptions)(_doctor))


def _doctor(options: DoctorOptions) -> int:
    from kshop_audit.cli.preparing import language_of, request_of, settings_of
    from kshop_audit.diagnose.diagnose import diagnose

    settings = settings_of(options, options.paths)
    lang = language_of(options, settings)
    request = replace(request_of(options, settings), lenient=True)
    if options.write is not None:
        _check(options.write, request)
    with stopping.scratch() as scratch, progress.shown(options, lang) as watch:
        request = replace(request, watch=watch)
        diagnosis = diagnose(request, settings, scratch, mask=not options.no_mask)
    if options.write is not None:
        _write(options.write, diagnosis, lang)
    if options.format == "json":
        printing.emit_data(json.dumps(asdict(diagnosis), ensure_ascii=False, indent=1) + "\n")
    else:
        from kshop_audit.report.text.diagnosis import render
        from kshop_audit.rules import catalogue

        titles = {name: rule.info.title for name, rule in catalogue().items()}
        printing.emit(render(diagnosis, looks.look_of(options, lang), titles))
    return EXIT_OK if diagnosis.readable else EXIT_NO_AUDIT


def _check(path: Path, request: Request) -> None:
    """UsageError for a place where a draft must not go."""
    from kshop_audit.cli import outputs

    what = f"--write {path}"
    if path.exists() or path.is_symlink():
        raise UsageError(
            f"{what}：已经存在，不会覆盖；请换个名字：--write 文件名",
            f"{what}: exists and is not overwritten; give another name: --write FILE",
        )
    if path.suffix.lower() != ".toml":
        raise UsageError(f"{what}：应为 .toml 文件", f"{what}: must be a .toml file")
    outputs.keep_out(what, path, request)


def _write(path: Path, diagnosis: Diagnosis, lang: str) -> None:
    from kshop_audit.report.draft import render

    try:
        with stopping.replacing(path) as part:
            part.write_text(render(diagnosis, lang), encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(
            f"--write {path}：写不了：{os_reason(error).zh}",
            f"--write {path}: cannot be written: {os_reason(error).en}",
        ) from error
    zh, en = f"已起草 {path}，请核对后使用", f"drafted {path}; check it before you use it"
    printing.notice(en if lang == "en" else zh)

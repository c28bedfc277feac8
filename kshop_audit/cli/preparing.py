"""From options to settings and to the files to read; shared by the commands that audit."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kshop_audit.cli import naming, printing, values
from kshop_audit.cli.binding import ENVIRONMENT, Options
from kshop_audit.cli.options import ConfigOptions, InputOptions, MomentOptions, RuleOptions
from kshop_audit.config import environment_keys, load_settings
from kshop_audit.config.layers import FILE_NAME, folder_of, pairs
from kshop_audit.errors import UsageError
from kshop_audit.model import moments
from kshop_audit.model.settings import Settings
from kshop_audit.model.suggesting import suggest

if TYPE_CHECKING:
    from kshop_audit.config import Origin
    from kshop_audit.ingest import Request


def settings_of(
    options: ConfigOptions, paths: Iterable[Path] = (), pack: str | None = None
) -> Settings:
    """The settings with everything the command line says on top of them. `pack`: the one to use
    where nobody chose any.
    """
    if not options.isolated:
        own = options.password_env if isinstance(options, InputOptions) else None
        _warn_of_unknown(options.spoken, own)
    return settings_and_origins(options, paths, pack)[0]


def settings_and_origins(
    options: ConfigOptions, paths: Iterable[Path] = (), pack: str | None = None
) -> tuple[Settings, tuple[Origin, ...]]:
    """`settings_of`, and where each value was set."""
    paths = list(paths)
    pinned = options.pinned.values() if isinstance(options, InputOptions) else ()
    folders = [path for path in paths if path.is_dir()]
    beside = folder_of([*paths, *(path for given in pinned for path in given)])
    settings, origins = load_settings(
        config=options.config,
        folders=folders,
        beside=beside,
        cwd=Path(),
        environ=os.environ,
        flags=flags_of(options) | ({} if pack is None else {"pack": [pack]}),
        sets=options.sets if "sets" in options.given else (),
        isolated=options.isolated,
        mutes=options.mutes if isinstance(options, RuleOptions) else None,
    )
    if settings.file is None and not options.isolated:
        _hint_at_text_file(
            [Path(), *folders, *([] if beside is None else [beside])], options.spoken
        )
    return settings, origins


def _hint_at_text_file(folders: Iterable[Path], lang: str) -> None:
    """Windows hides the `.txt` that its editor adds to the name."""
    for folder in folders:
        hidden = folder / f"{FILE_NAME}.txt"
        if hidden.is_file():
            zh = f"没有 {FILE_NAME}，但有 {hidden}：记事本多加了 .txt，请改名为 {FILE_NAME}"
            en = f"there is no {FILE_NAME}, but {hidden}: rename it to {FILE_NAME}"
            printing.notice(en if lang == "en" else zh)


def settings_of_one_pack(options: ConfigOptions, paths: Iterable[Path] = ()) -> Settings:
    """`settings_of` for a command whose answer has room for one pack only."""
    settings = settings_of(options, paths)
    if len(settings.packs) > 1:
        listed = ", ".join(settings.packs)
        raise UsageError(
            f"--pack：这个命令一次只能用一个规则包，现有 {listed}",
            f"--pack: this command takes one pack, not {listed}",
        )
    return settings


def request_of(options: InputOptions, settings: Settings) -> Request:
    """The files to read; UsageError if there is none."""
    from kshop_audit.cli.caching import cache_of
    from kshop_audit.ingest import Request
    from kshop_audit.ingest.files.walk import listed

    pinned = values.pins(options)
    if not options.paths and not pinned:
        raise UsageError(
            "请给出导出文件或文件夹，如 exports；就在当前文件夹的，写一个点：.",
            "name the exported files, or the folder they are in; a dot stands for this folder: .",
        )
    request = Request(
        paths=tuple(options.paths),
        pins=pinned,
        mappings=settings.inputs,
        encoding=options.encoding,
        delimiter=None if options.delimiter is None else values.delimiter(options.delimiter),
        password=_password(options.password_env),
        zone=values.zone(options.tz),
        shop=options.shop,
        cache=cache_of(options, settings),
    )
    return listed(request)


def _password(variable: str | None) -> str | None:
    """The password in a variable; on the command line itself everybody could read it."""
    if variable is None:
        return None
    password = os.environ.get(variable)
    if not password:
        raise UsageError(
            f"--password-env {variable}：没有这个环境变量，或它是空的；请先设置它",
            f"--password-env {variable}: no such environment variable, or it is empty; set it",
        )
    return password


def instant_of(options: MomentOptions) -> datetime | None:
    """As-of as it is given; None = the newest event of the files."""
    return None if options.as_of is None else moments.parse_as_of(options.as_of)


def language_of(options: Options, settings: Settings) -> str:
    """Flag, environment, configuration, else by locale."""
    return settings.lang or options.spoken


def flags_of(options: ConfigOptions) -> dict[str, object]:
    """What stands on the command line, in the shape of the configuration."""
    # Of the environment only the command line's own values count here: it is a layer of its own.
    packs = options.pack if "pack" in options.given else ()
    flags: dict[str, object] = {"pack": list(naming.listed(packs)), "lang": options.lang}
    if isinstance(options, InputOptions):
        flags["max_bad_rows"] = options.max_bad_rows
    if isinstance(options, RuleOptions):
        flags["level"] = pairs(naming.levels(options.level, options.pack), "--level")
        flags["require"] = list(naming.rule_names(options.require, "--require", options.pack))
    given = {key: value for key, value in flags.items() if key in options.given}
    if "level" in given:
        given["levels"] = given.pop("level")
    return given


def _warn_of_unknown(lang: str, own: str | None) -> None:
    """A misspelt variable would silently do nothing; `own` is one that an option names."""
    ours = [name for name in sorted(os.environ) if name.startswith(ENVIRONMENT)]
    if not ours:
        return
    from kshop_audit.cli.catalogue import variables

    known = variables() | {own, *(ENVIRONMENT + key.upper() for key in environment_keys())}
    for name in ours:
        if name not in known:
            hint = suggest(name, filter(None, known))
            zh = f"忽略未知的环境变量 {name}{hint.zh}"
            en = f"unknown environment variable {name} is ignored{hint.en}"
            printing.notice(en if lang == "en" else zh)

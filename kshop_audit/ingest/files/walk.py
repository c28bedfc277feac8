"""Which files are read: the paths of the command line, folders opened, always in the same order."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePath

from kshop_audit.errors import InputError
from kshop_audit.ingest.contract import InputFile, Request
from kshop_audit.ingest.files.access import refused, while_reading
from kshop_audit.ingest.files.staging import shown
from kshop_audit.model.metadata import Text
from kshop_audit.model.suggesting import suggest

UNFINISHED = (".bak", ".part", ".crdownload")
DATA = frozenset(
    {
        ".csv",
        ".tsv",
        ".tab",
        ".txt",
        ".gz",
        ".zip",
        ".xlsx",
        ".xlsm",
        ".xlsb",
        ".xls",
        ".jsonl",
        ".ndjson",
        ".et",
        ".xml",
        # These cannot be read; they are listed, so that no export is missed without a word.
        ".rar",
        ".7z",
        ".tar",
        ".tgz",
        ".bz2",
        ".xz",
        ".zst",
        ".ods",
        ".numbers",
        ".mht",
        ".mhtml",
        "",
    }
)
"""Suffixes that may hold data; some tools write none. Anything else in a folder (.toml, .md …) is
none of ours.
"""
ANYTHING = frozenset({".json", ".html", ".htm"})
"""In a folder such a file is one of ours only if it holds records; it may be a report."""

NEVER = Text(
    "临时或未下载完的文件，从不读取；如需要，请重新下载完整的文件",
    "a temporary or unfinished file, never read; download it whole if it is needed",
)
_NOWHERE = Text(
    "链接所指的文件不存在；请删除链接，或放入文件本身",
    "a link that leads nowhere; remove it, or put the file itself there",
)
_NO_FILE = Text(
    "既不是文件也不是文件夹，在文件夹中不读取；如需要，请单独指定它",
    "neither a file nor a folder, and not read in a folder; name it itself if it is needed",
)


def may_be_anything(path: Path) -> bool:
    """Whether a file of this name in a folder may be none of ours without being listed."""
    return path.suffix.lower() in ANYTHING


def may_hold_data(path: PurePath) -> bool:
    """Whether a file of this name is looked into."""
    return path.suffix.lower() in DATA | ANYTHING


def never_read(name: str) -> bool:
    """Whether a file of this name is hidden, temporary or unfinished."""
    return name.startswith((".", "~$")) or name.lower().endswith(UNFINISHED)


def _inside(folder: Path) -> Iterator[Path]:
    # os.walk does not follow links to folders, so a loop of links cannot trap it.
    for here, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            yield Path(here, name)


def _refuse(error: OSError) -> None:
    """A folder that cannot be opened may hold half of the exports."""
    raise refused(shown(PurePath(error.filename)), error) from error


def _why_not(path: Path) -> Text | None:
    """Why a file of a folder is never read; opening a pipe could wait for ever."""
    if never_read(path.name):
        return NEVER
    if path.is_file():
        return None
    return _NO_FILE if path.exists() else _NOWHERE


def _check(path: Path) -> None:
    name = shown(path)
    with while_reading(name):
        there = path.exists()
    if not there and any(letter in path.name for letter in "*?["):
        raise InputError(f"{name}：没有文件符合这个通配符", f"{name}: no file matches")
    if not there:
        meant = _meant(path)
        raise InputError(
            f"{name}：文件或文件夹不存在{meant.zh}", f"{name}: no such file or folder{meant.en}"
        )


def _meant(path: Path) -> Text:
    """What there is instead: a name beside it that holds this one, or is like it.

    A link that leads nowhere stands there under the name itself, which helps nobody.
    """
    try:
        beside = sorted({entry.name for entry in path.parent.iterdir()} - {path.name})
    except OSError:
        beside = []
    holding = [name for name in beside if path.name and path.name in name]
    if holding:
        return suggest(holding[0], holding)
    return suggest(path.name, beside, Text("；请检查路径", "; check the path"))


def find_files(request: Request) -> tuple[InputFile, ...]:
    """All files of the request. A file reached twice is listed once, as the name given to it.

    Folders are walked once in a run: a request that is `listed` already keeps its list.
    """
    if request.files is not None:
        return request.files
    arguments = list(dict.fromkeys((*request.paths, *request.pins)))
    # Only what exists can be resolved: a loop of links has no end.
    for path in arguments:
        _check(path)
    pins = {path.resolve(): kind for path, kind in request.pins.items()}
    named = {path.resolve() for path in arguments if not path.is_dir()}
    seen: set[Path] = set()
    result: list[InputFile] = []
    for argument in arguments:
        if not argument.is_dir():
            real = argument.resolve()
            if real not in seen:
                seen.add(real)
                name = shown(PurePath(argument.name))
                result.append(InputFile(argument, name, pins.get(real), named=True))
            continue
        for path in _inside(argument):
            if not (never_read(path.name) or may_hold_data(path)):
                continue
            name = shown(path.relative_to(argument))
            with while_reading(name):
                why = _why_not(path)
                # A loop of links has no end to be resolved.
                real = path.absolute() if why is _NOWHERE else path.resolve()
            if real in seen or real in named:
                continue
            seen.add(real)
            result.append(InputFile(path, name, None, named=False, why=why))
    return tuple(result)


OURS = frozenset({".toml", ".md"})
"""Suffixes of what this program reads or writes beside the exports."""


def other_files(request: Request) -> Iterator[str]:
    """Names of the files in the folders of a request that are never looked into."""
    for argument in dict.fromkeys(request.paths):
        for path in _inside(argument) if argument.is_dir() else ():
            ours = path.suffix.lower() in OURS
            if not (ours or never_read(path.name) or may_hold_data(path)):
                yield shown(path.relative_to(argument))


def listed(request: Request) -> Request:
    """The request with its files, so that all who ask for them see the same ones.

    InputError for a path that does not exist and for a folder that cannot be opened.
    """
    return replace(request, files=find_files(request))

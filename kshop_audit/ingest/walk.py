"""Which files are read: the paths of the command line, folders opened, always in the same order."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from kshop_audit.errors import InputError
from kshop_audit.ingest.contract import Request
from kshop_audit.ingest.staging import shown
from kshop_audit.model.schema import Kind

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
    }
)
"""Suffixes that may hold data. Anything else in a folder (.toml, .md, .json …) is none of ours."""


@dataclass(frozen=True, slots=True)
class Found:
    """One file to look at. `named`: it was named itself; `never`: listed, but never read."""

    path: Path
    name: str
    pin: Kind | None
    named: bool
    never: bool


def never_read(name: str) -> bool:
    """Whether a file of this name is hidden, temporary or unfinished."""
    return name.startswith((".", "~$")) or name.lower().endswith(UNFINISHED)


def _inside(folder: Path) -> Iterator[Path]:
    # os.walk does not follow links to folders, so a loop of links cannot trap it.
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            yield Path(here, name)


def _check(path: Path) -> None:
    if not path.exists():
        name = shown(path)
        raise InputError(
            f"{name}:文件或文件夹不存在;请检查路径",
            f"{name}: no such file or folder; check the path",
        )


def find_files(request: Request) -> tuple[Found, ...]:
    """All files of the request. A file reached twice is listed once, as the name given to it."""
    arguments = list(dict.fromkeys((*request.paths, *request.pins)))
    # Only what exists can be resolved: a loop of links has no end.
    for path in arguments:
        _check(path)
    pins = {path.resolve(): kind for path, kind in request.pins.items()}
    named = {path.resolve() for path in arguments if not path.is_dir()}
    seen: set[Path] = set()
    result: list[Found] = []
    for argument in arguments:
        if not argument.is_dir():
            real = argument.resolve()
            if real not in seen:
                seen.add(real)
                name = shown(PurePath(argument.name))
                result.append(Found(argument, name, pins.get(real), True, False))
            continue
        for path in _inside(argument):
            if not path.is_file():  # opening a pipe could wait for ever
                continue
            real = path.resolve()
            never = never_read(path.name)
            if real in seen or real in named or not (never or path.suffix.lower() in DATA):
                continue
            seen.add(real)
            name = shown(path.relative_to(argument))
            result.append(Found(path, name, None, False, never))
    return tuple(result)

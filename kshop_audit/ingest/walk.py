"""Which files are read: the paths of the command line, folders opened, always in the same order."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kshop_audit.errors import InputError
from kshop_audit.ingest.contract import Request
from kshop_audit.model.schema import Kind

UNFINISHED = (".bak", ".part", ".crdownload")
DATA = frozenset(
    {".csv", ".tsv", ".tab", ".txt", ".gz", ".zip", ".xlsx", ".xlsm", ".xls", ".jsonl", ".ndjson"}
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


def _never_read(name: str) -> bool:
    return name.startswith((".", "~$")) or name.lower().endswith(UNFINISHED)


def _inside(folder: Path) -> Iterator[Path]:
    # os.walk does not follow links to folders, so a loop of links cannot trap it.
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            yield Path(here, name)


def _check(path: Path) -> None:
    if not path.exists():
        raise InputError(
            f"{path}:文件或文件夹不存在;请检查路径",
            f"{path}: no such file or folder; check the path",
        )


def find_files(request: Request) -> tuple[Found, ...]:
    """All files of the request. A file reached twice is listed once, as the name given to it."""
    pins = {path.resolve(): kind for path, kind in request.pins.items()}
    arguments = list(dict.fromkeys((*request.paths, *request.pins)))
    for path in arguments:
        _check(path)
    named = {path.resolve() for path in arguments if not path.is_dir()}
    seen: set[Path] = set()
    result: list[Found] = []
    for argument in arguments:
        if not argument.is_dir():
            real = argument.resolve()
            if real not in seen:
                seen.add(real)
                result.append(Found(argument, argument.name, pins.get(real), True, False))
            continue
        for path in _inside(argument):
            real = path.resolve()
            never = _never_read(path.name)
            if real in seen or real in named or not (never or path.suffix.lower() in DATA):
                continue
            if not path.is_file():
                continue
            seen.add(real)
            name = path.relative_to(argument).as_posix()
            result.append(Found(path, name, None, False, never))
    return tuple(result)

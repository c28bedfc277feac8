"""Packs: the numbers of one platform and version, each with its source, as dated TOML.

`names()` lists the packs that come with the tool; `load()` reads one of them, or a file of the
operator's own. A pack is checked to the last key: an unknown key, a figure without a source or
a threshold that is a binary float is a `ConfigError` that names the file and the key.

Importing this package loads no pydantic; reading a pack does.
"""

from __future__ import annotations

import functools
import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path

from kshop_audit.errors import ConfigError, os_reason
from kshop_audit.model.metadata import Pack, Text
from kshop_audit.model.platforms import platform_of
from kshop_audit.model.suggesting import suggest
from kshop_audit.model.toml_faults import toml_fault

__all__ = ["load", "load_all", "names"]


@functools.cache
def names() -> tuple[str, ...]:
    """Names of the packs that come with the tool, sorted."""
    found = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


def pack_id(name_or_path: str) -> str:
    """The name of the pack of a platform that is named as people name it; any other text as it is.

    快手 is kuaishou.
    """
    platform = None if name_or_path in names() else platform_of(name_or_path)
    return platform if platform in names() and platform is not None else name_or_path


def load(name_or_path: str) -> Pack:
    """The pack of that name, or the one in a TOML file; ConfigError if it is unknown or wrong.

    Its digest is that of the file; of a pack that takes from another, of both files, the other
    first; of a series, of its file and the digests of its versions.
    """
    file, content = _read(pack_id(name_or_path))
    table = _table(file, content)
    if "versions" in table:
        from kshop_audit.packs.series import series  # noqa: PLC0415  loads pydantic

        return series(table, file, content, load)
    if "takes" in table:
        from kshop_audit.packs.taking import taken_from  # noqa: PLC0415  the same

        return _pack(file, content, _read(taken_from(table, file)))
    return _pack(file, content, None)


@functools.lru_cache(maxsize=32)
def _pack(file: str, content: bytes, base: tuple[str, bytes] | None) -> Pack:
    """The pack of a file, with what it takes from the other; a run loads it many times."""
    from kshop_audit.packs.building import build  # noqa: PLC0415  loads pydantic

    table = _table(file, content)
    if base is not None:
        from kshop_audit.packs.taking import with_taken  # noqa: PLC0415  the same

        table = with_taken(table, _table(*base), file)
        content = base[1] + content
    return build(table, file, hashlib.sha256(content).hexdigest())


def load_all(names_or_paths: Iterable[str]) -> tuple[Pack, ...]:
    """The packs of one audit; ConfigError if two of them cannot be told apart in its report."""
    packs = tuple(load(name) for name in names_or_paths)
    listed = [part.id for pack in packs for part in (pack, *pack.versions)]
    for name in listed:
        if listed.count(name) > 1:
            raise ConfigError(f"规则包 {name} 给出了两次", f"the pack {name} is given twice")
    return packs


@functools.lru_cache(maxsize=32)
def _table(file: str, content: bytes) -> Mapping[str, object]:
    text = ""
    try:
        text = content.decode("utf-8")
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        fault = toml_fault(error, text)
        raise ConfigError(
            f"规则包 {file} 不是有效的 TOML：{fault.zh}",
            f"pack {file} is no valid TOML: {fault.en}",
        ) from error


def _read(name_or_path: str) -> tuple[str, bytes]:
    """The file's name as shown in faults, and its content."""
    if name_or_path in names():
        entry = files(__name__) / f"{name_or_path}.toml"
        return entry.name, entry.read_bytes()
    path = Path(name_or_path)
    if path.suffix == ".toml" or path.name != name_or_path:
        try:
            return str(path), path.read_bytes()
        except OSError as error:
            raise ConfigError(
                f"读不到规则包 {path}：{os_reason(error).zh}",
                f"cannot read the pack {path}: {os_reason(error).en}",
            ) from error
    known = Text(f"；可用：{'、'.join(names())}", f"; known: {', '.join(names())}")
    hint = suggest(name_or_path, names(), known)
    raise ConfigError(
        f"没有名为 {name_or_path} 的规则包{hint.zh}", f"unknown pack {name_or_path}{hint.en}"
    )

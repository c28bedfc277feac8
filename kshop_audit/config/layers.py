"""Where settings come from: the file, the environment, `--set`, flags; each knows its places.

Every layer holds a table of the shape of `shop.toml`; merging lets the later one win.
"""

from __future__ import annotations

import hashlib
import shlex
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from kshop_audit.config.lines import key_lines, line_of
from kshop_audit.errors import ConfigError, UsageError, os_reason
from kshop_audit.model.frozen import frozen
from kshop_audit.model.here import below_here
from kshop_audit.model.toml_faults import toml_fault
from kshop_audit.validation import KeyPath

FILE_NAME = "shop.toml"
PROJECT_FILE = "pyproject.toml"
TABLE = ("tool", "kshop-audit")
ENVIRONMENT = "KSHOP_AUDIT_"
PLAIN_TEXTS = ("shop", "lang", "force_majeure_file")
FLAGS = {
    "pack": "--pack",
    "lang": "--lang",
    "levels": "--level",
    "require": "--require",
    "max_bad_rows": "--max-bad-rows",
}


@frozen
class Layer:
    """Settings of one origin; `place` gives the file and line, flag or variable of a key."""

    table: Mapping[str, object]
    place: Callable[[KeyPath], str]

    def depth(self, path: KeyPath) -> int:
        """How many steps of the path lead to something in this layer."""
        value: Any = self.table
        for step, name in enumerate(path):
            inside = isinstance(value, list) and isinstance(name, int) and name < len(value)
            if not inside and not (isinstance(value, dict) and name in value):
                return step
            value = value[name]
        return len(path)


@frozen
class ConfigSource:
    """The file that was found: its name as shown, digest, folder and layer."""

    name: str | None = None
    sha256: str | None = None
    folder: Path = field(default_factory=Path)
    layer: Layer | None = None


def find_file(
    config: Path | None, folders: Sequence[Path], cwd: Path, beside: Path | None = None
) -> ConfigSource:
    """The configuration to use: `config`, else the working directory, else the audited folder or
    the folder `beside`, of which nothing below is looked at.
    """
    if config is not None:
        found = read(cwd / config, _named(config))
        if found is None:
            raise ConfigError(
                f"{config} 里没有 [tool.kshop-audit]", f"{config} has no [tool.kshop-audit]"
            )
        return found
    _refuse_several(folders, cwd)
    for name in (FILE_NAME, PROJECT_FILE):
        if (cwd / name).is_file() and (found := read(cwd / name, name)):
            return found
    places = [*folders, *([] if beside is None else [beside])]
    for folder in (place for place in places if (cwd / place / FILE_NAME).is_file()):
        if found := read(cwd / folder / FILE_NAME, _named(folder / FILE_NAME)):
            return found
    return ConfigSource(folder=cwd)


def _named(file: Path) -> str:
    return below_here(file) or str(file)


def _refuse_several(folders: Sequence[Path], cwd: Path) -> None:
    """Each configuration is a shop's own: several below the audited folders mean several shops."""
    found = {place.resolve() for folder in folders for place in _below(cwd / folder)}
    if len(found) > 1:
        base = cwd.resolve()
        shown = (str(p.relative_to(base) if p.is_relative_to(base) else p) for p in sorted(found))
        listed = ", ".join(shown)
        raise ConfigError(
            f"有多个配置文件，也就是多家店铺：{listed}；请逐个审计各店的文件夹，用 fleet 一起审，"
            "或用 --config 指定其中一个",
            f"there are several configurations, so several shops: {listed}; audit the folder of "
            "each, use fleet for all of them, or name one with --config",
        )


def _below(folder: Path) -> Iterator[Path]:
    """Every configuration in a folder, hidden folders left out."""
    for place in folder.rglob(FILE_NAME):
        inside = place.relative_to(folder).parts
        if place.is_file() and not any(name.startswith(".") for name in inside):
            yield place


def read(path: Path, shown: str) -> ConfigSource | None:
    """A TOML file of the operator; None for a pyproject.toml without our table."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
        table: object = tomllib.loads(text, parse_float=Decimal)
    except OSError as error:
        raise ConfigError(
            f"读不到 {shown}：{os_reason(error).zh}", f"cannot read {shown}: {os_reason(error).en}"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{shown} 不是 UTF-8，请另存为 UTF-8", f"{shown} is not UTF-8, save it as UTF-8"
        ) from error
    except tomllib.TOMLDecodeError as error:
        fault = toml_fault(error, text)
        raise ConfigError(
            f"{shown} 不是有效的 TOML：{fault.zh}", f"{shown} is no valid TOML: {fault.en}"
        ) from error
    above: KeyPath = ()
    if path.name == PROJECT_FILE:
        above = TABLE
        for name in TABLE:
            table = table.get(name) if isinstance(table, dict) else None
    if not isinstance(table, dict):
        return None

    lines = cache(lambda: key_lines(text))

    def place(key: KeyPath) -> str:
        line = line_of(lines(), above + key)
        return shown if line is None else f"{shown}:{line}"

    digest = hashlib.sha256(content).hexdigest()
    return ConfigSource(shown, digest, path.parent, Layer(normal(table), place))


def from_environment(environ: Mapping[str, str], keys: Sequence[str]) -> list[Layer]:
    """Layers of the variables that set something: one a key, and those of the plural flags."""
    layers = []
    for key in keys:
        variable = ENVIRONMENT + key.upper()
        if text := environ.get(variable):
            value = text if key in PLAIN_TEXTS else _value(text)
            if key == "pack":
                value = shlex.split(text)
            layers.append(Layer(normal({key: value}), _fixed(variable)))
    if text := environ.get(ENVIRONMENT + "LEVEL"):
        table = {"levels": pairs(text.split(), ENVIRONMENT + "LEVEL")}
        layers.append(Layer(table, _fixed(ENVIRONMENT + "LEVEL")))
    if text := environ.get(ENVIRONMENT + "REQUIRE"):
        layers.append(Layer({"require": text.split()}, _fixed(ENVIRONMENT + "REQUIRE")))
    if text := environ.get(ENVIRONMENT + "SET"):
        layers += from_sets(shlex.split(text), ENVIRONMENT + "SET")
    return layers


def from_sets(sets: Sequence[str], origin: str = "--set") -> list[Layer]:
    """One layer for each `key=value`; the value in TOML syntax, else it is a text."""
    layers = []
    for entry in sets:
        key, equals, text = entry.partition("=")
        try:
            table = tomllib.loads(f"{key} = 0")
        except tomllib.TOMLDecodeError:
            table = {}
        if not equals or not table or "\n" in key:
            raise UsageError(
                f"{origin} {entry}：应写成 键=值，如 targets.ship-48h=98%",
                f"{origin} {entry}: write key=value, such as targets.ship-48h=98%",
            )
        layers.append(Layer(normal(_filled(table, _value(text))), _fixed(f"{origin} {key}")))
    return layers


def from_flags(flags: Mapping[str, object]) -> list[Layer]:
    """One layer for each flag that was given."""
    return [
        Layer(normal({key: value}), _fixed(FLAGS.get(key, f"--{key.replace('_', '-')}")))
        for key, value in flags.items()
        if value is not None and value not in ((), {}, [])
    ]


def pairs(entries: Sequence[str], origin: str) -> dict[str, str]:
    """`ID=level` texts as a table."""
    table = {}
    for entry in entries:
        name, equals, value = entry.partition("=")
        if not (name and equals and value):
            raise UsageError(
                f"{origin} {entry}：应写成 规则=级别，如 cs-satisfaction=error",
                f"{origin} {entry}: write ID=level, such as cs-satisfaction=error",
            )
        table[name.strip()] = value.strip()
    return table


def normal(table: Mapping[str, object]) -> dict[str, object]:
    """A copy in which `closing = true` has become the table it is short for."""
    copy = dict(table)
    if isinstance(copy.get("closing"), bool):
        copy["closing"] = {"closing": copy["closing"]}
    return copy


def merge(layers: Sequence[Layer]) -> dict[str, object]:
    """One table; a later layer wins, tables are merged key by key."""
    merged: dict[str, object] = {}
    for layer in layers:
        merged = _merged(merged, layer.table)
    return merged


def place_of(layers: Sequence[Layer], path: KeyPath) -> str | None:
    """Where the effective value of a key was set; None if nowhere."""
    best = max(reversed(layers), key=lambda layer: layer.depth(path), default=None)
    return best.place(path) if best is not None and best.depth(path) > 0 else None


def _merged(below: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    result = dict(below)
    for name, value in above.items():
        old = result.get(name)
        both = isinstance(old, dict) and isinstance(value, dict)
        result[name] = _merged(old, value) if both else value  # type: ignore[arg-type]
    return result


def _fixed(place: str) -> Callable[[KeyPath], str]:
    return lambda _path: place


def _value(text: str) -> object:
    try:
        parsed = tomllib.loads(f"value = {text}", parse_float=Decimal)
    except tomllib.TOMLDecodeError:
        parsed = {}
    # More than one line could add another key; such a text is no single value, and stays a text.
    return parsed["value"] if parsed.keys() == {"value"} else text


def _filled(table: dict[str, object], value: object) -> dict[str, object]:
    """The table of a dotted key with its one leaf replaced."""
    ((name, below),) = table.items()
    return {name: _filled(below, value) if isinstance(below, dict) else value}


def folder_of(paths: Sequence[Path]) -> Path | None:
    """The folder in which all these files lie, None if there are several or a folder among them.

    The files that a wildcard stands for belong to the same shop as their folder does.
    """
    if any(path.is_dir() for path in paths):
        return None
    found = {path.absolute().parent: path.parent for path in paths}
    return next(iter(found.values())) if len(found) == 1 else None

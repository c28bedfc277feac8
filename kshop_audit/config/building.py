"""From a checked configuration to `Settings`, and the origin of each value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from kshop_audit.config.checks import ALL, ALLOW, option_value
from kshop_audit.config.layers import ConfigSource, Layer, place_of
from kshop_audit.config.models import ConfigFile, InputTable
from kshop_audit.errors import os_reason
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import LearnedPoint, Level, Pack, Sourced
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import (
    Allowed,
    Closing,
    Declared,
    Done,
    InputMapping,
    Interval,
    Learned,
    NoBusiness,
    Settings,
    Withdrawal,
)
from kshop_audit.packs import pack_id
from kshop_audit.validation import Fault, KeyPath

NOT_IN_REPORT = ("lang", "cache")
"""Neither changes a figure, and the report must be the same with any of their values."""


@frozen
class Origins:
    """The file, what stands above it, and the folder that paths of a flag start from."""

    found: ConfigSource
    outside: Sequence[Layer]
    cwd: Path

    @property
    def layers(self) -> list[Layer]:
        """All layers, the strongest last."""
        return [*([self.found.layer] if self.found.layer else []), *self.outside]

    def folder(self, key: str) -> Path:
        """Where a relative path in this key starts: beside the file, if the file sets it."""
        above = any(layer.depth((key,)) for layer in self.outside)
        return self.cwd if above else self.found.folder


def pack_names(config: ConfigFile, origins: Origins) -> tuple[str, ...]:
    """Names of the packs, or the paths of their files."""
    folder = origins.folder("pack")
    named = (pack_id(name) for name in config.pack)
    return tuple(str(folder / name) if name.endswith(".toml") else name for name in named)


def force_majeure(config: ConfigFile, origins: Origins) -> tuple[frozenset[str], list[Fault]]:
    """Ids of the orders reported as force majeure: those listed, and one a line of the file."""
    ids = set(config.force_majeure)
    if config.force_majeure_file is None:
        return frozenset(ids), []
    path = origins.folder("force_majeure_file") / config.force_majeure_file
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        fault = Fault(
            ("force_majeure_file",),
            f"读不到 {config.force_majeure_file}：{os_reason(error).zh}",
            f"cannot read {config.force_majeure_file}: {os_reason(error).en}",
        )
        return frozenset(), [fault]
    except UnicodeDecodeError:
        name = config.force_majeure_file
        fault = Fault(("force_majeure_file",), f"{name} 不是 UTF-8", f"{name} is not UTF-8")
        return frozenset(), [fault]
    lines = (line.strip() for line in text.splitlines())
    return frozenset(ids | {line for line in lines if line and not line.startswith("#")}), []


def used(config: ConfigFile, unused: Sequence[KeyPath]) -> ConfigFile:
    """The configuration without the entries that apply to none of the chosen packs."""
    rest = config.model_copy(deep=True)
    for path in unused:
        table = getattr(rest, str(path[0]))
        if path == ("weights",):
            table.clear()
        elif path[0] == "required":
            table.remove(path[1])
        elif len(path) == 3:
            del table[path[1]][path[2]]
        else:
            del table[path[1]]
    return rest


def dotted(path: KeyPath) -> str:
    """A key as it is written in the file."""
    return ".".join(str(step) for step in path)


def build(
    config: ConfigFile,
    packs: Sequence[Pack],
    origins: Origins,
    also: Sequence[str],
    reported: frozenset[str],
) -> Settings:
    """The settings of a configuration without faults."""
    levels = {rule: Level(level) for rule, level in config.levels.items()}
    gates = _gates(packs, levels)
    return Settings(
        packs=pack_names(config, origins),
        pack_chosen=place_of(origins.layers, ("pack",)) is not None,
        shop=config.shop,
        lang=config.lang,
        opened_at=config.opened_at,
        levels=levels,
        required=_expand(also, gates),
        required_instead=None if config.required is None else _expand(config.required, gates),
        required_by_name=tuple(r for r in (*also, *(config.required or ())) if r != ALL),
        targets=config.targets,
        weights=config.weights,
        options=_options(config, packs),
        effort=config.effort,
        learned=tuple(
            Learned(row.rule, row.pack, row.version, LearnedPoint(row.value, row.points, row.day))
            for row in config.learned
        ),
        exempt=tuple(Interval(row.since, row.until, row.reason) for row in config.exempt),
        coverage={Kind(k): (row.since, row.until) for k, row in config.coverage.items()},
        no_business=_no_business(config),
        force_majeure=reported,
        words={name: tuple(words) for name, words in config.words.items() if name != ALLOW},
        allow=_allowed(config),
        declared={
            rule: Declared(row.numerator, row.denominator, row.since, row.until, row.source)
            for rule, row in config.declared.items()
        },
        closing=_closing(config),
        withdrawals=tuple(
            Withdrawal(row.at, row.amount, row.channel) for row in config.withdrawals
        ),
        aspects={name: Done(row.done, row.at, row.note) for name, row in config.aspects.items()},
        inputs={Kind(kind): _mapping(row) for kind, row in config.inputs.items()},
        max_bad_rows=config.max_bad_rows,
        cache=config.cache,
        file=origins.found.name,
        sha256=origins.found.sha256,
        overrides=_overrides(origins.outside),
    )


def _mapping(row: InputTable) -> InputMapping:
    return InputMapping(
        row.columns,
        row.values,
        row.encoding,
        row.delimiter,
        row.skip_rows,
        tuple(row.sheet),
        row.copied_on,
    )


def effective(
    config: ConfigFile, packs: Sequence[Pack], origins: Origins, merged: Mapping[str, object]
) -> Iterator[tuple[str, str, str]]:
    """(key, value, where it was set) of every setting, those of the packs included.

    Where two packs have a figure for the same key, the first one's is listed.
    """
    for name in ("shop", "pack", "lang", "opened_at", "required", "max_bad_rows"):
        place = place_of(origins.layers, (name,))
        yield name, _show(getattr(config, name)), place or "default"
    figures: set[KeyPath] = set()
    for pack in packs:
        for path, value in _pack_figures(pack):
            if path not in figures:
                own = _leaf(merged, path)
                place = place_of(origins.layers, path) if own is not None else None
                yield dotted(path), _show(value if own is None else own), place or f"pack {pack.id}"
                figures.add(path)
    listed = {"shop", "pack", "lang", "opened_at", "required", "max_bad_rows"}
    for leaf, value in _leaves(merged):
        if leaf[0] not in listed and leaf not in figures:
            place = place_of(origins.layers, leaf)
            yield dotted(leaf), _show(value), place or "default"


def _options(config: ConfigFile, packs: Sequence[Pack]) -> dict[str, dict[str, object]]:
    return {
        rule: {
            name: option_value(value, _default(packs, rule, name))
            for name, value in options.items()
        }
        for rule, options in config.options.items()
    }


def _default(packs: Sequence[Pack], rule: str, name: str) -> Sourced:
    """The pack's value of an option, of the first pack that has it."""
    having = (pack.rules[rule].settable for pack in packs if rule in pack.rules)
    return next(options[name] for options in having if name in options)


def _closing(config: ConfigFile) -> Closing:
    facts = {name: getattr(config.closing, name) for name in type(config.closing).model_fields}
    wanted = facts.pop("closing")
    given = any(value is not None for value in facts.values())
    return Closing(wanted=given if wanted is None else wanted, **facts)


def _no_business(config: ConfigFile) -> NoBusiness:
    days = config.no_business_days
    return NoBusiness(
        tuple((day.since, day.until) for day in days if not isinstance(day, int)),
        frozenset(day for day in days if isinstance(day, int)),
    )


def _allowed(config: ConfigFile) -> tuple[Allowed, ...]:
    entries = config.words.get(ALLOW, {})
    if not isinstance(entries, dict):
        return ()  # a list without reasons is a fault already reported
    return tuple(Allowed(phrase, reason) for phrase, reason in entries.items())


def _gates(packs: Sequence[Pack], levels: Mapping[str, Level]) -> tuple[str, ...]:
    return tuple(
        rule
        for pack in packs
        for rule, terms in pack.rules.items()
        if levels.get(rule, terms.level) is Level.ERROR
    )


def _expand(rules: Sequence[str], gates: tuple[str, ...]) -> tuple[str, ...]:
    """The rules in order, once each; `all` stands for every gating rule."""
    expanded = [entry for rule in rules for entry in (gates if rule == ALL else (rule,))]
    return tuple(dict.fromkeys(expanded))


def _overrides(outside: Sequence[Layer]) -> tuple[str, ...]:
    given = {
        ".".join(str(step) for step in path): _show(value)
        for layer in outside
        for path, value in _leaves(layer.table)
        if path[0] not in NOT_IN_REPORT
    }
    return tuple(f"{key}={value}" for key, value in sorted(given.items()))


def _pack_figures(pack: Pack) -> Iterator[tuple[tuple[str, ...], object]]:
    for name, weight in pack.weights.items():
        yield ("weights", name), weight.value
    for rule, terms in pack.rules.items():
        yield ("levels", rule), terms.level.value
        if terms.target is not None and terms.target.operator.value in ("<=", ">="):
            yield ("targets", rule), terms.target.value
        for option, figure in terms.options.items():
            yield ("options", rule, option), figure.value
    for rule, minutes in pack.effort.items():
        yield ("effort", rule), minutes.value


def _leaf(table: Mapping[str, object], path: KeyPath) -> object:
    value: object = table
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _leaves(value: object, above: KeyPath = ()) -> Iterator[tuple[KeyPath, object]]:
    if isinstance(value, dict):
        for name, entry in value.items():
            yield from _leaves(entry, (*above, name))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for index, entry in enumerate(value):
            yield from _leaves(entry, (*above, index))
    else:
        yield above, value


def _show(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ",".join(_show(entry) for entry in value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)

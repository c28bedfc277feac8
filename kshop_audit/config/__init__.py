"""The operator's configuration: found, merged and checked, with the origin of each value.

Flag > environment > file > pack > default. The one function most callers need is
`load_settings`; `schema` gives the JSON Schema for editors. Importing this package loads pydantic:
the command line does so only when a command runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from kshop_audit import packs
from kshop_audit.config import building, own_packs
from kshop_audit.config.checks import Known, against_packs
from kshop_audit.config.faults import report, validate
from kshop_audit.config.layers import (
    ConfigSource,
    Layer,
    find_file,
    from_environment,
    from_flags,
    from_sets,
    merge,
)
from kshop_audit.config.models import ConfigFile
from kshop_audit.config.mutes import with_mutes
from kshop_audit.errors import ConfigError, UsageError
from kshop_audit.model.frozen import frozen
from kshop_audit.model.settings import Settings
from kshop_audit.validation import Fault

__all__ = ["Origin", "environment_keys", "load_settings", "schema"]


@frozen
class Origin:
    """One effective value and where it was set: flag, variable, file:line, pack or default."""

    key: str
    value: str
    origin: str


def load_settings(
    *,
    config: Path | None = None,
    folders: Sequence[Path] = (),
    beside: Path | None = None,
    cwd: Path,
    environ: Mapping[str, str],
    flags: Mapping[str, object],
    sets: Sequence[str] = (),
    isolated: bool = False,
    mutes: Path | None = None,
) -> tuple[Settings, tuple[Origin, ...]]:
    """Settings of every origin merged, and the origin of each value.

    `folders`: audited folders, where a `shop.toml` may lie. `beside`: the folder of the files that
    were named themselves, where all of them lie in one. `flags`: keys of the configuration in
    its own shape, `require` beside them. `isolated`: neither file nor environment. `mutes`: the
    file of accepted exceptions, else `mutes.toml` where `shop.toml` is looked for.
    Raises ConfigError with one line for each fault, UsageError for a malformed flag.
    """
    if isolated and config is not None:
        raise UsageError(
            "--isolated 与 --config 不能同时使用", "--isolated and --config exclude each other"
        )
    found = ConfigSource(folder=cwd)
    outside: list[Layer] = []
    if not isolated:
        found = find_file(config, folders, cwd, beside)
        outside += from_environment(environ, environment_keys())
    outside += [*from_sets(sets), *from_flags(flags)]
    settings, origins = _resolve(found, outside, cwd)
    places = folders if beside is None else [*folders, beside]
    return with_mutes(settings, mutes, places, cwd, isolated=isolated), origins


def environment_keys() -> tuple[str, ...]:
    """The keys that `KSHOP_AUDIT_<KEY>` sets."""
    return tuple(ConfigFile.model_fields)


def schema() -> dict[str, object]:
    """JSON Schema (2020-12) of `shop.toml`."""
    shape = ConfigFile.model_json_schema(by_alias=True)
    closing = shape["properties"]["closing"]
    shape["properties"]["closing"] = {"anyOf": [{"type": "boolean"}, closing]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "kshop-audit/config/1",
        **shape,
    }


def _resolve(
    found: ConfigSource, outside: Sequence[Layer], cwd: Path
) -> tuple[Settings, tuple[Origin, ...]]:
    origins = building.Origins(found, outside, cwd)
    merged = merge(origins.layers)
    also = _listed(merged.pop("require", ()))
    model, faults = validate(merged, ConfigFile)
    reported, unread = building.force_majeure(model, origins)
    faults += unread
    try:
        known = Known(packs.load_all(building.pack_names(model, origins)))
    except ConfigError as error:
        # Without the packs nothing else can be compared; the faults found so far still help.
        report([*faults, Fault(("pack",), error.zh, error.en)], origins.layers)
        raise
    against = against_packs(model, known, also)
    faults += own_packs.faults(known.chosen)
    report([*faults, *against.faults], origins.layers)
    model = building.used(model, against.unused)
    shown = building.effective(model, known.chosen, origins, merged)
    settings = building.build(model, known.chosen, origins, also, reported)
    settings = replace(settings, unused=tuple(map(building.dotted, against.unused)))
    return settings, tuple(Origin(*entry) for entry in shown)


def _listed(value: object) -> tuple[str, ...]:
    entries = value if isinstance(value, list | tuple) else (value,)
    return tuple(str(entry) for entry in entries)

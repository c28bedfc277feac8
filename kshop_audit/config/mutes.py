"""`mutes.toml`: accepted exceptions, each with who accepted it, why, and until when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from kshop_audit import packs
from kshop_audit.config.checks import Known
from kshop_audit.config.faults import report, validate
from kshop_audit.config.layers import ConfigSource, read
from kshop_audit.config.models import MutesFile
from kshop_audit.config.rule_names import unknown_rule
from kshop_audit.errors import ConfigError
from kshop_audit.model.schema import IDS
from kshop_audit.model.settings import Mute, Settings
from kshop_audit.validation import Fault, unknown

FILE_NAME = "mutes.toml"


def with_mutes(
    settings: Settings, given: Path | None, folders: Sequence[Path], cwd: Path, *, isolated: bool
) -> Settings:
    """The settings with the mutes of the given file, else of the one found.

    Looked for in the working directory, then in the audited folder; `isolated`: only the given one.
    Raises ConfigError with one line for each fault.
    """
    source = _find(given, () if isolated else folders, cwd, here=not isolated)
    if source is None or source.layer is None:
        return settings
    model, faults = validate(source.layer.table, MutesFile)
    place = source.layer.place
    faults += _against_packs(model, Known(packs.load_all(settings.packs)))
    report(faults, [source.layer])
    mutes = tuple(
        Mute(
            rule=row.rule,
            match={name: tuple(ids) for name, ids in row.match.items()},
            reason=row.reason,
            by=row.by,
            until=row.until,
            place=place(("mutes", index)),
        )
        for index, row in enumerate(model.mutes)
    )
    return replace(settings, mutes=mutes, mutes_file=source.name, mutes_sha256=source.sha256)


def _find(
    given: Path | None, folders: Sequence[Path], cwd: Path, *, here: bool
) -> ConfigSource | None:
    if given is not None:
        return read(cwd / given, str(given))
    if here and (cwd / FILE_NAME).is_file():
        return read(cwd / FILE_NAME, FILE_NAME)
    found = [folder / FILE_NAME for folder in folders if (cwd / folder / FILE_NAME).is_file()]
    if len(found) > 1:
        listed = ", ".join(map(str, found))
        raise ConfigError(
            f"有多个例外清单：{listed}；请用 --mutes 指定",
            f"there are several files of mutes: {listed}; name one with --mutes",
        )
    return read(cwd / found[0], str(found[0])) if found else None


def _against_packs(model: MutesFile, known: Known) -> Iterator[Fault]:
    for index, row in enumerate(model.mutes):
        path = ("mutes", index)
        if not any(row.rule in pack.rules for pack in known.chosen) and row.rule not in known.rules:
            yield unknown_rule((*path, "rule"), row.rule, known.rules)
        for name, ids in row.match.items():
            if name not in IDS:
                yield unknown((*path, "match", name), name, IDS, "编号", "id")
            elif not ids:
                yield Fault((*path, "match", name), "不能为空", "must not be empty")

"""The Python interface: an audit as one function, its report as one object.

`from kshop_audit import audit, Report`; documented in docs/python.md.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from kshop_audit import codec
from kshop_audit.model import moments
from kshop_audit.model import report as model
from kshop_audit.model.report import RuleResult, Score, Verdict

if TYPE_CHECKING:
    import polars as pl

    from kshop_audit.auditing.request import AuditRequest
    from kshop_audit.model.settings import Settings

PathText = str | PathLike[str]


@dataclass(frozen=True, slots=True)
class AuditReport:
    """An audit's result; `data` is all of it, with the field names of the JSON."""

    data: model.Report
    rules: Mapping[str, RuleResult] = field(init=False)

    def __post_init__(self) -> None:
        """Rules by id; of several packs the first one's result."""
        rules = {rule.id: rule for rule in reversed(self.data.rules)}
        ordered = {rule.id: rules[rule.id] for rule in self.data.rules}
        object.__setattr__(self, "rules", MappingProxyType(ordered))

    @property
    def verdict(self) -> Verdict:
        """What the run concludes: `status` is pass, fail, incomplete or measured."""
        return self.data.verdict

    @property
    def score(self) -> Score:
        """The estimate; its `total` is None where there is none."""
        return self.data.score

    @property
    def as_of(self) -> str:
        """The instant of the audit, naive Asia/Shanghai."""
        return self.data.as_of

    def to_json(self) -> str:
        """The report as `--format json` prints it."""
        return codec.encode(self.data)

    @classmethod
    def from_json(cls, text: str) -> AuditReport:
        """A report that was saved; InputError for any other text."""
        return cls(codec.decode(text))

    def to_polars(self) -> pl.DataFrame:
        """One row a rule and pack: id, pack, family, level, title, status, value, unit, numerator,
        denominator, operator, target, points, needed, headroom, low, high, reason. `value`,
        `target`, `low` and `high` are in the unit; what is not known is null.
        """
        import polars as pl  # noqa: PLC0415  a report is read without it

        return pl.DataFrame([_row(rule) for rule in self.data.rules], schema=_schema())

    def to_text(self, lang: Literal["zh", "en"] = "zh", width: int = 80) -> str:
        """The report as the terminal shows it."""
        from kshop_audit.report.text import terminal  # noqa: PLC0415
        from kshop_audit.report.text.page import TextOptions  # noqa: PLC0415

        return terminal.render(self.data, TextOptions(lang, width=width))

    def _repr_html_(self) -> str:
        """What a notebook shows: the report as text, escaped."""
        from html import escape  # noqa: PLC0415

        return f"<pre>{escape(self.to_text())}</pre>"


def audit(
    paths: PathText | Iterable[PathText],
    *,
    as_of: str | date | datetime | None = None,
    pack: str | Sequence[str] | None = None,
    config: PathText | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    compare: AuditReport | None = None,
    settings: Mapping[str, object] | None = None,
    min_score: Decimal | None = None,
    by: Iterable[str] = (),
    mask: bool = True,
) -> AuditReport:
    """Audit exports: what `kshop-audit check` does, without printing and without a clock.

    `paths`: folders and files. `as_of`: a day means its end; None takes the newest event of the
    files. `config`: a shop.toml; without one it is looked for as the command does. `settings`: keys
    of the configuration that stand above the file, such as `{"levels": {"cs-satisfaction":
    "error"}}`. `compare`: an earlier report; what changed is then in `data.comparison`. The
    environment is not read. Raises KshopError and its kinds (`kshop_audit.errors`).
    """
    from kshop_audit.auditing.audit import audit as run  # noqa: PLC0415
    from kshop_audit.plan.query import Wanted  # noqa: PLC0415

    given = [paths] if isinstance(paths, str | PathLike) else list(paths)
    named = (pack,) if isinstance(pack, str) else tuple(pack or ())
    source = _Given(tuple(map(Path, given)), config, dict(settings or {}))
    request = replace(
        source.request(named),
        as_of=None if as_of is None else moments.parse_as_of(_instant(as_of)),
        select=tuple(select),
        ignore=tuple(ignore),
        min_score=min_score,
        earlier=None if compare is None else compare.data,
        wanted=Wanted(by=tuple(by)),
        mask=mask,
    )
    with tempfile.TemporaryDirectory(prefix="kshop-audit-") as scratch:
        return AuditReport(run(request, Path(scratch)).report)


@dataclass(frozen=True, slots=True)
class _Given:
    """Where files and settings come from."""

    paths: tuple[Path, ...]
    config: PathText | None
    flags: Mapping[str, object]

    def request(self, packs: Sequence[str]) -> AuditRequest:
        """The files to read, by the settings of file and arguments."""
        from kshop_audit.auditing.request import AuditRequest  # noqa: PLC0415
        from kshop_audit.errors import UsageError  # noqa: PLC0415
        from kshop_audit.ingest import Request  # noqa: PLC0415
        from kshop_audit.ingest.files.walk import listed  # noqa: PLC0415

        if not self.paths:
            raise UsageError("请给出导出文件或文件夹", "name the exported files, or their folder")
        found = self._settings(packs)
        return AuditRequest(
            inputs=listed(Request(paths=self.paths, mappings=found.inputs)),
            settings=found,
            with_pack=None if found.pack_chosen else self._with_pack,
        )

    def _settings(self, packs: Sequence[str]) -> Settings:
        from kshop_audit.config import load_settings  # noqa: PLC0415
        from kshop_audit.config.layers import folder_of  # noqa: PLC0415

        settings, _ = load_settings(
            config=None if self.config is None else Path(self.config),
            folders=[path for path in self.paths if path.is_dir()],
            beside=folder_of(self.paths),
            cwd=Path(),
            environ={},
            flags={**self.flags, **({"pack": list(packs)} if packs else {})},
        )
        return settings

    def _with_pack(self, name: str) -> Settings:
        """The settings with the pack of the files' platform, where nobody chose one."""
        return self._settings((name,)).with_pack_of_files()


def _instant(given: str | date | datetime) -> str:
    return given if isinstance(given, str) else given.isoformat()


def _row(rule: RuleResult) -> dict[str, object]:
    target, bounds = rule.target, rule.bounds
    return {
        "id": rule.id,
        "pack": rule.pack,
        "family": rule.family,
        "level": rule.level.value,
        "title": rule.title.zh,
        "status": rule.status.value,
        "value": rule.value,
        "unit": None if rule.value_unit is None else rule.value_unit.value,
        "numerator": rule.numerator,
        "denominator": rule.denominator,
        "operator": None if target is None else target.operator,
        "target": None if target is None or target.value is None else float(target.value),
        "points": None if rule.points is None else float(rule.points),
        "needed": rule.needed,
        "headroom": rule.headroom,
        "low": None if bounds is None else bounds.low,
        "high": None if bounds is None else bounds.high,
        "reason": None if rule.reason is None else rule.reason.zh,
    }


def _schema() -> dict[str, type]:
    """The columns of `to_polars` and their types, whatever is null."""
    numbers = dict.fromkeys(("value", "target", "points", "low", "high"), float)
    counts = dict.fromkeys(("numerator", "denominator", "needed", "headroom"), int)
    names = ("id", "pack", "family", "level", "title", "status", "value", "unit", "numerator",
             "denominator", "operator", "target", "points", "needed", "headroom", "low", "high",
             "reason")  # fmt: skip
    kinds: dict[str, type] = {**numbers, **counts}
    return {name: kinds.get(name, str) for name in names}

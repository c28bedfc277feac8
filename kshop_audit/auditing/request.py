"""What is to be audited, and how: everything that the command line or a program decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from kshop_audit.ingest import Request
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import CLOSING
from kshop_audit.model.report import Report
from kshop_audit.model.settings import Settings
from kshop_audit.plan.query import Wanted
from kshop_audit.rules import catalogue


@frozen(slots=False)
class AuditRequest:
    """One audit.

    `not_before`: an as-of older than this instant is too old for the required rules (--max-age).
    `earlier`: the report to compare with; with `fail_on_regression` what is worse decides.
    `with_pack`: the settings with another pack, where nobody chose one, so that the platform of
    the files decides. `reject_future`: rows far later than all others are damaged, which for a
    shop that closes its last completion may be. `assumed`: rule → the quality of coming days in the
    forecast, in the unit of the rule's value; `records`: whether to compute how past ones did.
    `mask`: cells that could identify a person are shortened wherever they are shown. `deadlines`:
    only the rules that know of deadlines are run. `listed`: whether evidence that is wanted is also
    written to files, which the report then names.
    """

    inputs: Request
    settings: Settings
    as_of: datetime | None = None
    not_before: datetime | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str = "error"
    min_score: Decimal | None = None
    earlier: Report | None = None
    fail_on_regression: bool = False
    wanted: Wanted = field(default_factory=Wanted)
    assumed: Mapping[str, Fraction] = field(default_factory=dict)
    records: bool = False
    mask: bool = True
    with_pack: Callable[[str], Settings] | None = None
    reject_future: bool = True
    deadlines: bool = False
    listed: bool = False


def for_closing(request: AuditRequest) -> AuditRequest:
    """The same request for a shop that wants to close: all closure rules, each of them required."""
    closure = [rule.info for rule in catalogue().values() if rule.info.gates_when == CLOSING]
    rules = tuple(info.id for info in closure)
    families = tuple(dict.fromkeys(info.family for info in closure))
    wanted = replace(request.settings.closing, wanted=True)
    settings = replace(request.settings, closing=wanted, required_instead=rules)
    return replace(request, settings=settings, select=families, reject_future=False)


def with_answers(
    request: AuditRequest, answers: Mapping[str, datetime | bool | int]
) -> AuditRequest:
    """The same request with these facts of `[closing]`; the report lists them as overrides."""
    settings = request.settings
    closing = replace(settings.closing, **answers)  # type: ignore[arg-type]  # by key
    added = {f"closing.{name}={_written(value)}" for name, value in answers.items()}
    overrides = tuple(sorted({*settings.overrides, *added}))
    return replace(request, settings=replace(settings, closing=closing, overrides=overrides))


def _written(value: datetime | bool | int) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value).lower()

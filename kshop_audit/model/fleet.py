"""Many shops in one run: what is asked of each, what became of each, and the summary.

Standard library only, and small: results travel between processes and machines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from decimal import Decimal

from kshop_audit.errors import EXIT_FAILED, EXIT_INCOMPLETE, EXIT_NO_AUDIT, EXIT_OK
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Status

WORST_FIRST = (EXIT_NO_AUDIT, EXIT_FAILED, EXIT_INCOMPLETE, EXIT_OK)
"""Exit codes in the order in which one wins over the next."""


@frozen
class ShopResult:
    """One shop of a fleet. Holds no row of it: the report lies where `report` says.

    `shop`: its name in the configuration, else that of its folder. `path`: the folder as it was
    found, unique in the run. `status`: of the verdict, None where there was no audit; `reason`:
    then why not. `score`: None where there is none. `gates`: rule → status, of the rules at level
    error. `report`: file or address of the JSON report, None without one.
    """

    shop: str
    path: str
    exit_code: int
    status: str | None = None
    reason: Text | None = None
    score: Decimal | None = None
    gates: Mapping[str, Status] = field(default_factory=dict)
    report: str | None = None
    as_of: str | None = None


@frozen
class Finished:
    """A result with the digest of what it was made of: the exports, the settings, the request."""

    digest: str
    result: ShopResult


@frozen
class ShopChange:
    """What differs of a shop since the last run; None: it was, or is, not among the shops."""

    path: str
    before: int | None
    after: int | None


@frozen
class Summary:
    """All shops of a run, worst first; every shop that was found is among them.

    `as_of`: the newest one of the shops. `exit_code`: of the worst shop.
    """

    as_of: str | None
    shops: tuple[ShopResult, ...]
    exit_code: int
    changes: tuple[ShopChange, ...] = ()


def summary(results: Sequence[ShopResult], last: Summary | None = None) -> Summary:
    """The results put together, and what changed since the last summary."""
    shops = tuple(sorted(results, key=_place))
    code = min((r.exit_code for r in shops), key=WORST_FIRST.index, default=EXIT_NO_AUDIT)
    newest = max((r.as_of for r in shops if r.as_of), default=None)
    return Summary(newest, shops, code, () if last is None else _changes(last, shops))


def _place(result: ShopResult) -> tuple[int, int, Decimal, str]:
    """Worst first: by exit code, gates missed, score, path."""
    missed = sum(status is Status.FAIL for status in result.gates.values())
    score = Decimal(99) if result.score is None else result.score
    return WORST_FIRST.index(result.exit_code), -missed, score, result.path


def _changes(last: Summary, shops: Sequence[ShopResult]) -> tuple[ShopChange, ...]:
    before = {result.path: result.exit_code for result in last.shops}
    after = {result.path: result.exit_code for result in shops}
    return tuple(
        ShopChange(path, before.get(path), after.get(path))
        for path in sorted({*before, *after})
        if before.get(path) != after.get(path)
    )

"""What speaks against the shop, as a report holds it. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping

from kshop_audit.model.frozen import frozen


@frozen
class EvidencePlace:
    """A row of an input: the file as the `place` of an input, the row as a spreadsheet counts."""

    file: str
    row: int


@frozen
class EvidenceUnit:
    """One unit that speaks against the shop: its ids, until when it had to be done and when it was,
    both as times of the report, by how many seconds it was late, why it counts, what it costs.
    """

    ids: Mapping[str, str]
    deadline: str | None
    actual: str | None
    late_seconds: int | None
    why: str | None
    cost_fen: int | None


@frozen
class Evidence:
    """How many rows speak against the shop, and the file that lists them.

    `places`: where the first of them stand, in reports made for a format that shows places.
    `units`: the first of them, the worst ones, in reports made for a format that lists them.
    """

    count: int
    file: str | None
    truncated: bool
    places: tuple[EvidencePlace, ...] = ()
    units: tuple[EvidenceUnit, ...] = ()

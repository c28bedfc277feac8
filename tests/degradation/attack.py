"""One attack: a shop, what is taken away from its files, and what the product makes of the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from tests.degradation.builders import spans_of
from tests.degradation.cells import (
    Degraded,
    coarse_times,
    damaged_cells,
    emptied_cells,
    missing_times,
    unknown_words,
)
from tests.degradation.days import cut_days, late_tickets, stale_tickets
from tests.degradation.exports import Exports, Loss, exports_of
from tests.degradation.focus import focused, is_whole
from tests.degradation.judge import Fault, Report, audited, faults, measured, needless
from tests.degradation.lines import (
    columns_of_faults,
    double_rows,
    first_row_only,
    side_files,
    split_lines,
)
from tests.degradation.older import (
    FROM,
    days_inside,
    judgements_to_come,
    old_export,
)
from tests.degradation.packs import DATED, KUAISHOU, OPTIONS, RULES, SETTINGS, pack_of, truths
from tests.degradation.shops import GONE, Whole, whole_shop

Degradation = Callable[[Random, Exports], Degraded]

DEGRADATIONS: Mapping[str, Degradation] = {
    "split_lines": split_lines,
    "double_rows": double_rows,
    "unknown_words": unknown_words,
    "emptied_cells": emptied_cells,
    "columns_of_faults": columns_of_faults,
    "side_files": side_files,
    "missing_times": missing_times,
    "damaged_cells": damaged_cells,
    "stale_tickets": stale_tickets,
    "cut_days": cut_days,
    "late_tickets": late_tickets,
    "coarse_times": coarse_times,
    "first_row_only": first_row_only,
}
"""In the order in which they are done: what is cut is weighed after rows have been damaged."""
NEWER: Mapping[str, Degradation] = {
    "judgements_to_come": judgements_to_come,
    "days_inside": days_inside,
    "old_export": old_export,
}
"""Those that seeds from FROM on draw as well; they are done after the others."""
REJECTIONS = "rejection_times"
"""No export tells when a ticket was rejected: it was answered between application and finish
(§1b.7). The shop itself is made with such tickets.
"""
FIRST_NAMES = sorted((*DEGRADATIONS, REJECTIONS))
NAMES = sorted((*DEGRADATIONS, *NEWER, REJECTIONS))
EACH = "each"
TRIES = 12


@dataclass(frozen=True)
class Attack:
    """A shop by its seed, the files that are left of it and what was taken away."""

    seed: int
    whole: Whole
    exports: Exports
    losses: tuple[Loss, ...]
    touched: frozenset[str] = frozenset()
    """Kinds of files from which something was taken."""

    @property
    def spared(self) -> frozenset[str]:
        return frozenset().union(*(loss.spared for loss in self.losses))

    @property
    def pack(self) -> str:
        """The pack whose rules judge the shop; four seeds in ten have another platform's."""
        return pack_of(self.seed)

    @property
    def names(self) -> str:
        return "+".join(loss.name for loss in self.losses)

    def stated(self) -> str:
        rhythm = self.whole.rhythm
        shop = f"{self.pack}, {rhythm.name} shop, as of {rhythm.as_of}, good {rhythm.good}/1000"
        return "; ".join((shop, *(f"{loss.name}: {loss.detail}" for loss in self.losses)))


def attack_of(seed: int, only: str | None = None) -> Attack:
    """The attack of a seed; half of them take one thing away, the others two or three.

    Args:
        seed: Makes the shop, its layout and its losses.
        only: Name of the one degradation that is wanted, or "each" for one that the seed names;
            the attack has no loss where none of several tries applies to the shop.
    """
    rng = Random(seed)
    names = NAMES if seed >= FROM else FIRST_NAMES
    wanted = [only] if only else rng.sample(names, rng.choice((1, 1, 1, 2, 3)))
    if only == EACH:
        wanted = [names[seed % len(names)]]
    quick = pack_of(seed) in DATED
    whole = whole_shop(rng, hidden_rejections=REJECTIONS in wanted, quick=quick)
    exports = exports_of(rng, whole)
    losses: list[Loss] = []
    if hidden := sum(row[GONE] is not None for row in whole.rows["tickets"]):
        losses.append(Loss(REJECTIONS, f"{hidden} tickets"))
    touched = {"tickets"} if hidden else set[str]()
    for name, degrade in {**DEGRADATIONS, **NEWER}.items():
        if name not in wanted:
            continue
        for _ in range(TRIES):
            degraded = degrade(rng, exports)
            if degraded is not None:
                touched |= changed(exports, degraded[0])
                exports, loss = degraded
                losses.append(loss)
                break
    return Attack(seed, whole, exports, tuple(losses), frozenset(touched))


def changed(before: Exports, after: Exports) -> set[str]:
    """Kinds whose files are not the same."""
    return {
        kind
        for kind in before.tables
        if after.tables.get(kind) is not before.tables[kind]
        or after.headers[kind] != before.headers[kind]
    }


def untouched(seed: int, size: int = 1) -> Attack:
    """A shop, `size` times as large as usual, whose files have lost nothing."""
    rng = Random(seed)
    whole = whole_shop(rng, size=size)
    return Attack(seed, whole, exports_of(rng, whole), ())


def outcome_of(attack: Attack, *, tight: bool = False) -> tuple[Report, list[Fault]]:
    """The report on what is left, and where it contradicts the whole shop.

    With `tight` also where it gives no verdict though the second implementation has one.
    """
    files, rules, pack = attack.exports, RULES[attack.pack], attack.pack
    if is_whole(attack.seed) or tight:
        chosen = () if pack == KUAISHOU else ("--pack", pack, *SETTINGS.get(pack, ()))
        report = audited(files, rules, chosen)
    else:
        report = measured(*focused(files, rules, attack.touched), pack, OPTIONS.get(pack, {}))
    found = list(faults(report, truths(attack.whole, pack), attack.spared))
    if tight and pack == KUAISHOU:
        spans = spans_of(files.tables, files.headers, files.as_of, files.opened_at)
        found += needless(report, spans)
    return report, found

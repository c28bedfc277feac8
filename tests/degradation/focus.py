"""What of an attack must be judged: the rules that read a file from which something was taken.

The others see the very same rows as before. A tenth of all attacks is judged whole nevertheless, by
the command itself, for the case that a loss reaches further than it should.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from tests.degradation.exports import Exports

CHATS = ("chats",)
SHIPPING = ("orders", "shipments", "tickets")
TICKETS = ("tickets", "disputes", "orders", "shipments")
READS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("reply-rate", "reply-rate-daily", "reply-rate-agent", "banned-words"), CHATS),
    **dict.fromkeys(("pdd-reply-rate", "tb-reply-3m", "dy-reply-3m"), CHATS),
    **dict.fromkeys(("reply-rate-3m", "fast-reply-badge"), CHATS),
    "cs-satisfaction": ("ratings", "chats"),
    **dict.fromkeys(("ship-48h", "ship-promise", "pickup-24h", "waybill-integrity"), SHIPPING),
    **dict.fromkeys(("tb-pickup-48h", "pickup-composite"), SHIPPING),
    "quality-refund-rate": TICKETS,
    "dispute-fault-rate": TICKETS,
    **dict.fromkeys(("refund-only-hours", "return-refund-hours", "refund-deadlines"), TICKETS),
    **dict.fromkeys(("reject-without-reason", "tb-refund-hours"), TICKETS),
    **dict.fromkeys(("jd-review-12h", "jd-finish-7d"), TICKETS),
    "no-source": ("violations", "orders"),
    **dict.fromkeys(("close-orders", "close-aftersales", "close-cooldown"), TICKETS),
}
"""Rule → the kinds of files that it may read."""
GAPS = frozenset({"orders", "chats"})
"""A gap in one of them says something about gaps in the other."""
WHOLE = 10
"""One attack in so many is judged whole."""


def is_whole(seed: int) -> bool:
    """Whether all rules judge the attack of this seed; of any ten seeds with one last digit."""
    return seed // WHOLE % WHOLE == 0


def focused(
    exports: Exports, rules: Collection[str], touched: Collection[str]
) -> tuple[Exports, tuple[str, ...]]:
    """The rules that read a touched kind, and the files without those that none of them reads."""
    chosen = tuple(rule for rule in rules if {*READS[rule]} & {*touched})
    if not chosen:
        return exports, tuple(rules)
    read = {kind for rule in chosen for kind in READS[rule]}
    if GAPS & {*touched}:
        read |= GAPS
    tables = {kind: rows for kind, rows in exports.tables.items() if kind in read}
    headers = {kind: header for kind, header in exports.headers.items() if kind in read}
    older = {kind: rows for kind, rows in exports.older.items() if kind in read}
    return replace(exports, tables=tables, headers=headers, older=older), chosen

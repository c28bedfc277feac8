"""Bounds of the faults among completed refund tickets, from files of which part is unknown."""

from __future__ import annotations

from .aftersales import AT_FAULT, COMPLETED, REFUND_TYPES
from .basis import DAY
from .gaps import late_start
from .knowledge import (
    ANYTHING,
    HIT,
    MISS,
    OUT,
    Cells,
    Files,
    Span,
    Unit,
    fullest,
    interval_of,
    is_known,
    missing_dates,
    span_of,
    turns,
)

INTERVENED = ("平台介入", "已介入")
STALE = 3
LAG = 7
WINDOW = 30
ENOUGH = 10


def dispute_span(files: Files) -> Span | None:
    """Faults / completed; None where no file tells enough for bounds."""
    tickets = files["tickets"]
    if not tickets.has("type", "status", "finished_at"):
        return None
    if tickets.good and not any(row["finished_at"] for row in tickets.good):
        return None  # empty in every row that should fill it: the column counts as missing
    touched = tickets.touched("ticket_id")
    units = [
        ANYTHING if row["ticket_id"] in touched else unit_of(files, row) for row in tickets.good
    ]
    ids = {row["ticket_id"] for row in tickets.good}
    units += [ANYTHING for _ in touched - ids]
    turns(units, tickets.keyless("ticket_id"), HIT)
    turns(units, tickets.keyless("ticket_id"), MISS)
    turns(units, files["disputes"].keyless("ticket_id"), HIT)
    turns(units, files["disputes"].keyless("ticket_id"), MISS)
    units += [ANYTHING] * (stale_units(files) + late_units(files))
    return span_of(units)


def unit_of(files: Files, row: Cells) -> Unit:
    """What one ticket may be: a fault, a completed ticket without, or none of both."""
    inside: set[bool] = set()
    moment = interval_of(row["finished_at"])
    inside |= {True, False} if moment is None else files.inside(moment)
    for name, wanted in (("type", REFUND_TYPES), ("status", COMPLETED)):
        word = row[name]
        if not is_known("tickets", name, word):
            inside.add(False)
        elif word not in wanted:
            return frozenset({OUT})
    # A ticket that is not completed has no end; one of an unknown state without an end may be so.
    if True not in inside:
        return frozenset({OUT})
    faults = {HIT if fault else MISS for fault in faults_of(files, row)}
    return frozenset(faults | ({OUT} if False in inside else set()))


def faults_of(files: Files, row: Cells) -> set[bool]:
    disputes = files["disputes"]
    named = disputes.by("ticket_id").get(row["ticket_id"], [])
    entries = [line["liable_party"] for line in named] or [row.get("liable_party", "")]
    entry = entries[0] or row.get("liable_party", "")
    open_entry = row["ticket_id"] in disputes.touched("ticket_id") or (
        entry != "" and not is_known("tickets", "liable_party", entry)
    )
    verdict = {True, False} if open_entry or not entry else {entry in AT_FAULT}
    if "arbitration" not in row:
        return verdict
    word = row["arbitration"]
    if word in INTERVENED:
        return verdict
    if is_known("tickets", "arbitration", word):
        return {False}
    return verdict | {False}


def late_units(files: Files) -> int:
    """How many tickets may have ended in days that orders reach and the first tickets do not."""
    rows = files["tickets"].good
    born = [m.low for row in rows if (m := interval_of(row["applied_at"]))]
    orders = [
        (row["order_id"], m.low)
        for row in files["orders"].good
        if (m := interval_of(row["created_at"])) and m.low <= files.as_of
    ]
    lost = set(missing_dates(files, orders))
    opened = [moment for _, moment in orders]
    head = late_start(born, opened, lost, files.since(WINDOW), LAG)
    ends = [m.low for row in rows if (m := interval_of(row["finished_at"]))]
    return fullest(ends) * len(head)


def stale_units(files: Files) -> int:
    """How many tickets may have ended in days that only the orders reach (§1b.5)."""
    rows = files["tickets"].good
    names = ("applied_at", "agreed_at", "return_signed_at", "finished_at")
    moments = [m.low for row in rows for name in names if (m := interval_of(row.get(name, "")))]
    orders = [m.low for row in files["orders"].good if (m := interval_of(row["created_at"]))]
    orders = [moment for moment in orders if moment <= files.as_of]
    if not moments or not orders:
        return 0
    newest = max(moments)
    if max(orders) - newest < STALE * DAY:
        return 0
    days = max(1, (files.as_of - min(moments)) / DAY)
    expected = len(rows) / days * ((max(orders) - newest) / DAY)
    if expected < ENOUGH or len(rows) < ENOUGH:
        return 0
    ends = [m.low for row in rows if (m := interval_of(row["finished_at"]))]
    return fullest(ends) * ((files.as_of - newest) // DAY + 1)

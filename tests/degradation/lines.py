"""Degradations of rows, columns and files: what is cut off, doubled, split or left without key.

The same contract as for single cells: a pure function of a random source and the files, which
leaves the truth a possible completion of what the files still say.
"""

from __future__ import annotations

from random import Random

from tests.degradation.cells import Degraded, places_of, some, stated
from tests.degradation.exports import Cells, Exports, Loss

DURATIONS = frozenset({"refund-only-hours", "return-refund-hours"})
STATES = {
    ("orders", "status"): ("paid", "shipped", "completed", "closed"),
    ("orders", "aftersale_state"): ("none", "open", "refunded"),
    ("tickets", "status"): ("open", "succeeded", "closed", "rejected"),
    ("tickets", "liable_party"): ("merchant", "buyer", "platform"),
    ("disputes", "liable_party"): ("merchant", "buyer", "platform"),
}


def side_files(rng: Random, exports: Exports) -> Degraded:
    """What a shipments or disputes file does not name is unknown (§1b.3).

    An order leaves the file with all its waybills, and only where the orders themselves hold no
    pickup time; a judgement only where no other column names who was at fault.
    """
    kinds = []
    if exports.rows("shipments") and not exports.has("orders", "picked_up_at"):
        kinds.append(("shipments", "order_id"))
    if exports.rows("disputes") and not exports.has("tickets", "liable_party"):
        kinds.append(("disputes", "ticket_id"))
    if not kinds:
        return None
    kind, key = rng.choice(kinds)
    rows = exports.rows(kind)
    ids = sorted({row[key] for row in rows})
    way = rng.choice(("newest", "oldest", "some", "others"))
    lost = {ids[place] for place in some(rng, list(range(len(ids))))}
    if way == "newest":
        lost = set(ids[-len(lost) :])
    elif way == "oldest":
        lost = set(ids[: len(lost)])
    if way == "others":
        changed = [row | {key: "9" + row[key][1:]} for row in rows]
    else:
        changed = [row for row in rows if row[key] not in lost]
    detail = f"{kind} {way} {len(ids) if way == 'others' else len(lost)}/{len(ids)}"
    return exports.with_rows(kind, changed), Loss(f"side_file_{kind}", detail)


def columns_of_faults(rng: Random, exports: Exports) -> Degraded:
    """Without liability 0 to all intervened tickets are faults; without a column of intervention
    a judgement decides only for the tickets that it names (§2, liability).

    The durations are spared where the column of intervention goes: for them an absent column
    counts as empty (§1, needed columns).
    """
    if "tickets" not in exports.tables:
        return None
    way = rng.choice(("no liability", "no intervention", "neither"))
    spared: frozenset[str] = frozenset()
    if way != "no intervention":
        if exports.has("tickets", "liable_party"):
            exports = exports.without_column("tickets", "liable_party")
        if "disputes" in exports.tables:
            exports = exports.without_file("disputes")
    if way != "no liability":
        exports = exports.without_column("tickets", "arbitration")
        spared = DURATIONS
    return exports, Loss("columns_of_faults", way, spared)


def first_row_only(rng: Random, exports: Exports) -> Degraded:
    """In group layouts the key stands on the first row of a group only; in CSV the rows below are
    unknown, never groups of their own (§1b.9). Rows stand together with those of their group.
    """
    if rng.randrange(4) == 0:
        return order_ids_on_top(exports)
    names = [name for name in ("session_id", "buyer_id") if exports.has("chats", name)]
    talks: dict[str, list[Cells]] = {}
    for row in exports.rows("chats"):
        talks.setdefault(row["session_id"], []).append(row)
    long = sorted(talk for talk, rows in talks.items() if len(rows) > 1)
    backward = exports.rows("chats")[:1] and runs_backward(exports.rows("chats"))
    if not long or backward:
        return None  # newest first and without seconds nothing would tell the direction any more
    blanked = {long[place] for place in some(rng, list(range(len(long))))}
    rows = []
    for talk, of_talk in talks.items():
        for place, row in enumerate(of_talk):
            hidden = place > 0 and talk in blanked
            rows.append(row | dict.fromkeys(names, "") if hidden else row)
    detail = stated("chats", "session_id", len(blanked), len(talks))
    return exports.with_rows("chats", rows), Loss("first_row_only", detail)


def runs_backward(rows: list[Cells]) -> bool:
    return rows[0]["sent_at"] > rows[-1]["sent_at"]


def order_ids_on_top(exports: Exports) -> Degraded:
    seen: set[str] = set()
    rows = []
    for row in sorted(exports.rows("orders"), key=lambda row: row["order_id"]):
        again = row["order_id"] in seen
        seen.add(row["order_id"])
        rows.append(row | {"order_id": ""} if again else row)
    hidden = len(rows) - len(seen)
    if hidden <= 0:
        return None
    detail = stated("orders", "order_id", hidden, len(rows))
    return exports.with_rows("orders", rows), Loss("first_row_only", detail)


def double_rows(rng: Random, exports: Exports) -> Degraded:
    """The same key twice in one file with different states or judgements: nothing tells which is
    the newer one, so that cell is unknown (§1, keys and duplicates); the truth is one of the two.
    """
    choices = [key for key in STATES if exports.rows(key[0]) and exports.has(*key)]
    kind, column = rng.choice(choices)
    places = places_of(exports, kind, lambda row: row[column] != "")
    if not places:
        return None
    chosen = some(rng, places)
    rows: list[Cells] = []
    for place, row in enumerate(exports.rows(kind)):
        rows.append(row)
        if place in chosen:
            others = [word for word in STATES[kind, column] if word != row[column]]
            twin = row | {column: rng.choice(others)}
            rows.insert(len(rows) - rng.randrange(2), twin)
    detail = stated(kind, column, len(chosen), len(exports.rows(kind)))
    return exports.with_rows(kind, rows), Loss("double_rows", detail)


def split_lines(rng: Random, exports: Exports) -> Degraded:
    """A second line of an order: it left earlier than the one that was there, so that the last
    line, by which the order is judged, stays the same (§1b.8). Nothing is taken away.

    Pickup and waybills are spared where the lines left at different times: no rule says whose
    time counts for them.
    """
    places = places_of(
        exports, "orders", lambda row: row["paid_at"] != "" and row["status"] != "closed"
    )
    if not places or not exports.has("orders", "sub_order_id"):
        return None
    chosen = some(rng, places)
    earlier = rng.randrange(2) == 0 and "shipments" not in exports.tables
    rows: list[Cells] = []
    for place, row in enumerate(exports.rows("orders")):
        rows.append(row)
        if place not in chosen:
            continue
        twin = row | {"sub_order_id": row["sub_order_id"] + "s", "product_id": "P8"}
        if earlier:
            twin["shipped_at"] = row["paid_at"]
            twin["status"] = "shipped" if row["shipped_at"] == "" else row["status"]
        rows.append(twin)
    spared = (
        {"pickup-24h", "tb-pickup-48h", "waybill-integrity", "close-orders"}
        if earlier
        else {"close-orders"}
    )
    detail = f"orders {len(chosen)}/{len(places)}{' sent before' if earlier else ''}"
    return exports.with_rows("orders", rows), Loss("split_lines", detail, frozenset(spared))

"""Degradations of single cells: words, empty cells, damage, precision, times that are missing.

Each is a pure function of a random source and the files; it returns other files and what it took
away, or None where the files hold nothing to take. Each leaves the truth a possible completion of
what the files still say, and names the paragraph of the rules that covers it.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.degradation.exports import Cells, Exports, Loss

Degraded = tuple[Exports, Loss] | None

NEW_WORDS = {
    ("chats", "sender_role"): ("粉丝", "主播助理", "role_7"),
    ("chats", "message_type"): ("互动卡", "msg_99", "福袋"),
    ("orders", "status"): ("火星态", "履约中台处理", "st_42"),
    ("orders", "aftersale_state"): ("协商冻结", "as_13", "半退"),
    ("tickets", "type"): ("极速退款", "价保", "ty_5"),
    ("tickets", "status"): ("流转中台", "st_77", "复核"),
    ("tickets", "first_reason"): ("其它问题甲", "rs_1"),
    ("tickets", "liable_party"): ("连带责任甲", "lp_3"),
    ("tickets", "arbitration"): ("一级仲裁队列", "ar_9"),
    ("disputes", "liable_party"): ("连带责任甲", "lp_3"),
    ("ratings", "rating"): ("五味杂陈", "rt_6"),
}
"""Words that are in no vocabulary, for each column that decides whether or how a row counts."""
EMPTY_UNKNOWN = (
    ("chats", "sender_role"),
    ("orders", "status"),
    ("tickets", "type"),
    ("tickets", "status"),
    ("tickets", "first_reason"),
    ("tickets", "liable_party"),
    ("ratings", "rating"),
)
"""Columns in which an empty cell is unknown."""
TIMES = {
    "orders": ("created_at", "paid_at", "shipped_at", "picked_up_at", "promised_ship_at",
               "received_at", "finished_at"),
    "chats": ("sent_at",),
    "tickets": ("applied_at", "agreed_at", "return_signed_at", "finished_at"),
    "shipments": ("shipped_at", "picked_up_at", "signed_at"),
    "ratings": ("rated_at",),
    "violations": ("notified_at",),
}  # fmt: skip
UNREADABLE = ("2026-13-40 10:00:00", "########", "2026-10-1O 1O:30", "约三点")
KEYS = {
    "orders": ("order_id",),
    "chats": ("session_id", "message_id"),
    "tickets": ("ticket_id", "order_id"),
    "shipments": ("order_id",),
    "disputes": ("ticket_id",),
    "ratings": ("session_id",),
}


E_NOTATION = "2.6E+17"


def is_damaged(row: Cells) -> bool:
    """Whether a row of these files is rejected as a whole."""
    return any(cell in UNREADABLE or cell == E_NOTATION for cell in row.values())


def some(rng: Random, places: list[int], most: int | None = None) -> set[int]:
    """A few, a part or all of the places; at least one."""
    share = rng.choice((1, 1, 2, 5, len(places) // 10, len(places) // 2, len(places)))
    count = max(1, min(share, len(places), most or len(places)))
    return set(rng.sample(places, count))


def places_of(exports: Exports, kind: str, wanted: Callable[[Cells], bool]) -> list[int]:
    return [place for place, row in enumerate(exports.rows(kind)) if wanted(row)]


def stated(kind: str, column: str, count: int, of: int) -> str:
    return f"{kind}.{column} {count}/{of}"


def unknown_words(rng: Random, exports: Exports) -> Degraded:
    """A text in no vocabulary in a deciding column is unknown (§1b.1): it may mean anything,
    so also what the cell said before.
    """
    choices = [key for key in NEW_WORDS if exports.rows(key[0]) and exports.has(*key)]
    kind, column = rng.choice(choices)
    rows = exports.rows(kind)
    places = places_of(exports, kind, lambda row: row[column] != "")
    if not places:
        return None
    if rng.randrange(2):  # one word of the platform's that the vocabulary does not have
        meant = rows[rng.choice(places)][column]
        places = [place for place in places if rows[place][column] == meant]
    chosen = some(rng, places)
    word = rng.choice(NEW_WORDS[kind, column])
    names = ("first_reason", "reason") if column == "first_reason" else (column,)
    changed = exports.edited(kind, chosen, lambda row: row | dict.fromkeys(names, word))
    detail = f"{stated(kind, column, len(chosen), len(rows))} {word}"
    return changed, Loss("unknown_words", detail)


def emptied_cells(rng: Random, exports: Exports) -> Degraded:
    """An empty cell in a deciding column is unknown, except where empty has a meaning (§1b.1).

    A liability is emptied only on an intervened ticket and only where no judgement names it: an
    intervened ticket without an entry is unknown (§1b.3).
    """
    choices = [key for key in EMPTY_UNKNOWN if exports.rows(key[0]) and exports.has(*key)]
    if "disputes" in exports.tables or not exports.has("tickets", "arbitration"):
        choices = [key for key in choices if key[1] != "liable_party"]
    kind, column = rng.choice(choices)
    places = places_of(exports, kind, lambda row: row[column] != "")
    if not places:
        return None
    chosen = some(rng, places)
    names = ("first_reason", "reason") if column == "first_reason" else (column,)
    changed = exports.edited(kind, chosen, lambda row: row | dict.fromkeys(names, ""))
    detail = stated(kind, column, len(chosen), len(exports.rows(kind)))
    return changed, Loss("emptied_cells", detail)


def damaged_cells(rng: Random, exports: Exports) -> Degraded:
    """A row with a time that nobody can read, or an id in E-notation, is rejected (§1b.2, §1b.10):
    with a readable key it is one more row of that key, without one any row of its kind.
    """
    kind = rng.choice(sorted(kind for kind in TIMES if exports.rows(kind)))
    column = rng.choice([name for name in TIMES[kind] if exports.has(kind, name)])
    keys = [name for name in KEYS.get(kind, ()) if exports.has(kind, name)]
    way = rng.randrange(3) if keys else 0
    places = places_of(exports, kind, lambda row: row[column] != "")
    if not places:
        return None
    chosen = some(rng, places, most=12)
    edit: Cells = {}
    if way != 1:
        edit[column] = rng.choice(UNREADABLE)
    if way != 0:
        edit |= dict.fromkeys(keys if rng.randrange(2) else keys[:1], E_NOTATION)
    changed = exports.edited(kind, chosen, lambda row: row | edit)
    names = "+".join(edit)
    return changed, Loss(
        "damaged_time" if way == 0 else "damaged_key",
        stated(kind, names, len(chosen), len(exports.rows(kind))),
    )


def damaged_times(exports: Exports, kind: str, column: str, places: set[int]) -> Exports:
    """The same files with a time that nobody can read in some rows; their keys stay."""
    return exports.edited(kind, places, lambda row: row | {column: UNREADABLE[0]})


def coarse_times(rng: Random, exports: Exports) -> Degraded:
    """A time written without seconds is an interval of a minute, a date one of a day (§1b.4).

    The order of rows stays (it is the order of time), or is reversed, or is visibly neither;
    only then which of two equal times came first would be read from the file against the truth.
    """
    kind = rng.choice(sorted(kind for kind in TIMES if exports.rows(kind)))
    columns = [name for name in TIMES[kind] if exports.has(kind, name)]
    if rng.randrange(2):
        columns = [rng.choice(columns)]
    length = 10 if rng.randrange(4 if kind == "chats" else 2) == 0 else 16
    places = set(range(len(exports.rows(kind))))
    if rng.randrange(3) == 0:
        places = some(rng, sorted(places))

    def cut(row: Cells) -> Cells:
        return row | {name: row[name][:length] for name in columns if readable(row[name])}

    changed = exports.edited(kind, places, cut)
    order = "as exported"
    if kind == "chats":
        order, changed = reordered(rng, changed)
    form = "day" if length == 10 else "minute"
    names = columns[0] if len(columns) == 1 else "times"
    detail = f"{stated(kind, names, len(places), len(exports.rows(kind)))} to the {form}, {order}"
    return changed, Loss(f"to_the_{form}", detail)


def readable(cell: str) -> bool:
    return len(cell) == 19 and cell[4] == "-" and cell[13] == ":" and cell not in UNREADABLE


def reordered(rng: Random, exports: Exports) -> tuple[str, Exports]:
    rows = list(exports.rows("chats"))
    order = list(range(len(rows)))
    way = rng.randrange(4)
    if way == 0:
        order.reverse()
    elif way == 1:
        rng.shuffle(order)
    else:
        return "oldest first", exports
    changed = [rows[place] for place in order]
    honest = tells_its_direction(changed) if way == 0 else claims_nothing_false(changed, order)
    if not honest:
        return "oldest first", exports
    name = "newest first" if way == 0 else "shuffled"
    return name, exports.with_rows("chats", changed)


def by_talk(rows: list[Cells], order: list[int]) -> list[tuple[list[str], list[int]]]:
    """(times, true places) of each conversation in the order of the file."""
    talks: dict[str, tuple[list[str], list[int]]] = {}
    for row, place in zip(rows, order, strict=True):
        times, places = talks.setdefault(row["session_id"], ([], []))
        times.append(row["sent_at"])
        places.append(place)
    return list(talks.values())


def tells_its_direction(rows: list[Cells]) -> bool:
    """Whether one conversation at least has two times, from which newest first can be seen."""
    return any(times[0] > times[-1] for times, _ in by_talk(rows, list(range(len(rows)))))


def claims_nothing_false(rows: list[Cells], order: list[int]) -> bool:
    """Whether each conversation that stands in an order of time stands in its true order."""
    for times, places in by_talk(rows, order):
        if times == sorted(times):
            if places != sorted(places):
                return False
        elif times == sorted(times, reverse=True) and places != sorted(places, reverse=True):
            return False
    return True


def missing_times(rng: Random, exports: Exports) -> Degraded:
    """An order that its state calls shipped or done, without a shipping time, and a completed
    ticket or order without its end: when it happened is unknown, not whether (§1b.7).

    Closed and refunded orders keep their times: without one they would count as cancelled. An order
    loses the shipping times of all its lines: a line without one beside a line with one waits
    (§1b.8).
    """
    way = rng.choice(("shipped", "ticket", "order"))
    if way == "ticket":
        kind, column = "tickets", "finished_at"
        states: tuple[str, ...] = ("succeeded", "closed")
    elif way == "shipped":
        if "shipments" in exports.tables:
            return None
        kind, column, states = "orders", "shipped_at", ("shipped", "received", "completed")
    else:
        kind, column, states = "orders", "finished_at", ("completed",)
    if kind not in exports.tables:
        return None
    places = places_of(
        exports,
        kind,
        lambda row: (
            row["status"] in states
            and row[column] != ""
            and row.get("aftersale_state", "none") == "none"
        ),
    )
    if not places:
        return None
    chosen = some(rng, places)
    if way == "shipped":
        ids = {exports.rows(kind)[place]["order_id"] for place in chosen}
        chosen = {place for place in places if exports.rows(kind)[place]["order_id"] in ids}
    changed = exports.edited(kind, chosen, lambda row: row | {column: ""})
    return changed, Loss(
        "missing_times", stated(kind, column, len(chosen), len(exports.rows(kind)))
    )

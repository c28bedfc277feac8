"""Ground the oracle stands on: cells, windows, duplicates, exclusions.

Everything here is written for reading, not for speed: rows are plain dicts, each question is asked
of one row at a time, and nothing is shared with the product.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

Row = dict[str, object]
Shop = dict[str, list[Row]]
Interval = tuple[datetime, datetime]

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

EXCLUSION_ORDER = (
    "unpaid",
    "after_as_of",
    "outside_window",
    "outside_hours",
    "not_consultation",
    "exempt",
    "force_majeure",
    "cancelled",
    "presale",
    "refund_before_pickup",
    "intervened",
    "no_agreement",
    "no_signature",
    "damaged",
    "pending",
)

# Only things that happened count; a promise or a deadline may lie far ahead of the export.
AS_OF_COLUMNS = (
    "created_at",
    "paid_at",
    "shipped_at",
    "picked_up_at",
    "received_at",
    "signed_at",
    "finished_at",
    "sent_at",
    "applied_at",
    "agreed_at",
    "rated_at",
    "reviewed_at",
)
NOT_EVENTS = frozenset({"promised_ship_at", "deadline_at", "updated_at"})
DAMAGE_GAP = timedelta(days=60)
STRAYS = 5
STRAY_SHARE = 20
"""Up to five rows, at most one in twenty of their file, may be stray."""


@dataclass(frozen=True)
class Outcome:
    """What one rule measured: integers only, so that a comparison is exact."""

    numerator: int | None = None
    denominator: int | None = None
    excluded: dict[str, int] = field(default_factory=dict)
    unmapped: dict[str, int] = field(default_factory=dict)
    unknown: int = 0
    no_verdict: bool = False
    extra: dict[str, object] = field(default_factory=dict)


NO_VERDICT = Outcome(no_verdict=True)


@dataclass(frozen=True)
class Case:
    """One shop at one instant with the options of one run; rows are already free of duplicates."""

    shop: Shop
    as_of: datetime
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    exempt: Sequence[Interval] = ()
    force_majeure: frozenset[str] = frozenset()
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    raw_columns: Mapping[str, frozenset[str]] = field(default_factory=dict)
    orders: dict[str, object] = field(default_factory=dict)
    """What was put together from the rows, once a case."""

    def rows(self, kind: str) -> list[Row]:
        return self.shop.get(kind, [])

    def has(self, kind: str, *columns: str) -> bool:
        """The file is there and no named column is missing; a header without rows has them all.

        What every row should fill and none does counts as missing (§1b.3).
        """
        if kind not in self.shop:
            return False
        if not (rows := self.shop[kind]):
            return True
        filled = {name for name in columns if any(text(row, name) for row in rows)}
        owed = {name for name in columns if (kind, name) in IN_EVERY_ROW}
        return owed <= filled and all(column in self.raw_columns[kind] for column in columns)

    def option(self, rule: str, name: str, default: object) -> object:
        return self.options.get(rule, {}).get(name, default)

    def window_start(self, days: int) -> datetime:
        return window_end(self.as_of) - days * DAY

    def outside(self, moment: datetime, days: int) -> str | None:
        """Name of the window exclusion of an instant; its first second is inside."""
        if not self.is_past(moment):
            return "after_as_of"
        if moment < self.window_start(days):
            return "outside_window"
        return None

    def is_past(self, moment: datetime) -> bool:
        """As-of itself has happened, but a midnight closes the day before it."""
        if self.as_of == window_end(self.as_of):
            return moment < self.as_of
        return moment <= self.as_of

    def is_exempt(self, moment: datetime) -> bool:
        return any(start <= moment <= end for start, end in self.exempt)

    def happened(self, moment: datetime | None) -> datetime | None:
        """An event after as-of has not happened yet."""
        return moment if moment is not None and self.is_past(moment) else None


def window_end(as_of: datetime) -> datetime:
    """The next midnight at or after as-of: a midnight closes the day before it."""
    midnight = as_of.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight if midnight == as_of else midnight + DAY


def columns(rows: Iterable[Row]) -> frozenset[str]:
    return frozenset(name for row in rows for name in row)


def time(row: Row, name: str) -> datetime | None:
    value = row.get(name)
    if value is None:
        return None
    assert isinstance(value, datetime), (name, value)
    return value


def text(row: Row, name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value).strip()


def flag(row: Row, name: str) -> bool | None:
    value = row.get(name)
    if value is None:
        return None
    assert isinstance(value, bool), (name, value)
    return value


def whole(row: Row, name: str) -> int | None:
    value = row.get(name)
    if value is None:
        return None
    assert isinstance(value, int), (name, value)
    return value


def money(row: Row, name: str) -> Decimal | None:
    value = row.get(name)
    if value is None:
        return None
    assert isinstance(value, Decimal), (name, value)
    return value


def seconds(span: timedelta) -> int:
    """Whole seconds of a span; exports know no smaller unit."""
    return span.days * 86_400 + span.seconds


def tidy(counts: Counter[str]) -> dict[str, int]:
    """Counts in the published order of exclusions, other names after them, zeros dropped."""
    known = [name for name in EXCLUSION_ORDER if counts[name]]
    others = sorted(name for name in counts if name not in EXCLUSION_ORDER and counts[name])
    return {name: counts[name] for name in [*known, *others]}


# --- duplicates -------------------------------------------------------------------------------


IN_EVERY_ROW = {
    ("orders", "status"),
    ("chats", "sender_role"),
    ("tickets", "type"),
    ("tickets", "status"),
}


def key_of(row: Row, kind: str) -> tuple[str, ...] | None:  # noqa: PLR0911  one a kind
    """The identity of a row, or None when the row cannot be distinguished by a key."""
    match kind:
        case "orders":
            line = text(row, "sub_order_id") or "product:" + text(row, "product_id")
            parts = (text(row, "order_id"), line)
            return parts if parts[0] else None
        case "shipments":
            parts = (text(row, "order_id"), text(row, "tracking_no"))
            return parts if all(parts) else None
        case "ratings":
            parts = (text(row, "session_id"), str(time(row, "rated_at") or ""))
            return parts if all(parts) else None
        case "chats":
            return single(row, "message_id")
        case "tickets" | "disputes":
            return single(row, "ticket_id")
        case "reviews":
            return single(row, "review_id")
        case "violations":
            return single(row, "violation_id")
        case _:
            return None


def single(row: Row, name: str) -> tuple[str, ...] | None:
    value = text(row, name)
    return (value,) if value else None


FILE_NEWEST = "_newest event of its file"


def newest(row: Row) -> tuple[tuple[datetime, datetime], datetime, tuple[str, ...]]:
    """Order of two rows of one key: updated_at and the newest event of the file, which decide; else
    the latest event, else the text.
    """
    age = time(row, "updated_at") or datetime.min, time(row, FILE_NEWEST) or datetime.min
    own = {name: value for name, value in row.items() if name != FILE_NEWEST}
    events = [
        value
        for name, value in own.items()
        if isinstance(value, datetime) and name not in NOT_EVENTS
    ]
    as_text = tuple(f"{name}={own[name]}" for name in sorted(own) if own[name] is not None)
    return age, max(events, default=datetime.min), as_text


DECIDING = {
    "orders": ("status", "aftersale_state"),
    "chats": ("sender_role", "message_type"),
    "tickets": ("type", "status", "liable_party", "arbitration"),
    "disputes": ("liable_party",),
    "ratings": ("rating",),
    "reviews": ("appeal",),
    "violations": ("status",),
}
"""Cells of states and judgements, by which a row counts or does not."""
EMPTY_MEANS = {"aftersale_state": "none", "arbitration": "无"}


def dedupe(rows: list[Row], kind: str) -> tuple[list[Row], int]:
    """Rows with one row a key, and how many were dropped; rows without a key all stay.

    Rows of several files say in FILE_NEWEST which is the later one. Where neither that nor a time
    of change tells which version is newer, a deciding cell in which versions differ is unknown: it
    holds a text that means nothing.
    """
    versions: dict[tuple[str, ...], list[Row]] = {}
    loose: list[Row] = []
    for row in rows:
        key = key_of(row, kind)
        if key is None:
            loose.append(row)
        else:
            versions.setdefault(key, []).append(row)
    kept = [*(settled(same, kind) for same in versions.values()), *loose]
    return kept, len(rows) - len(kept)


def settled(versions: list[Row], kind: str) -> Row:
    """The version that counts, its contested cells made unknown."""
    if len(versions) == 1:
        return dict(versions[0])
    best = max(versions, key=newest)
    tied = [row for row in versions if newest(row)[0] == newest(best)[0]]
    contested: Row = {}
    for name in DECIDING.get(kind, ()):
        said = {text(row, name) or EMPTY_MEANS.get(name, "") for row in tied} - {""}
        if len(said) > 1:
            contested[name] = " or ".join(sorted(said))
    if "status" in contested and "rejected" in best:
        contested["rejected"] = None  # read from the state
    return best | contested


# --- as-of ------------------------------------------------------------------------------------


def latest_event(row: Row) -> datetime | None:
    moments = [moment for name in AS_OF_COLUMNS if (moment := time(row, name)) is not None]
    return max(moments, default=None)


def default_as_of(shop: Shop) -> datetime | None:
    """The newest thing that happened, without a few rows that lie 60 days after all others."""
    latest = sorted(
        (moment, kind)
        for kind, rows in shop.items()
        for row in rows
        if (moment := latest_event(row))
    )
    for strays in range(min(STRAYS, len(latest) - 1), 0, -1):
        gap = latest[-strays][0] - latest[-strays - 1][0]
        kinds = Counter(kind for _, kind in latest[-strays:])
        few = all(count * STRAY_SHARE <= len(shop[kind]) for kind, count in kinds.items())
        if gap > DAMAGE_GAP and (strays == 1 or few):
            return latest[-strays - 1][0]
    return latest[-1][0] if latest else None


def missing_days(
    case: Case, kind: str, days: int, opened_at: datetime | None = None
) -> tuple[list[datetime], Decimal]:
    """Window days without a row while the others average 20 rows, and the median day's rows."""
    column = {"orders": "created_at", "chats": "sent_at"}[kind]
    if kind == "orders" and all("created_at" not in row for row in case.rows(kind)):
        column = "paid_at"
    end = window_end(case.as_of)
    first = end - days * DAY
    counts = {first + number * DAY: 0 for number in range(days)}
    for row in case.rows(kind):
        moment = case.happened(time(row, column))
        if moment is None:
            continue
        day = moment.replace(hour=0, minute=0, second=0)
        if day in counts:
            counts[day] += 1
    open_days = [day for day in counts if opened_at is None or day + DAY > opened_at]
    present = sorted(counts[day] for day in open_days if counts[day])
    empty = [day for day in open_days if not counts[day]]
    if not present or sum(present) < 20 * len(present):
        return [], Decimal(0)
    middle = len(present) // 2
    if len(present) % 2:
        return empty, Decimal(present[middle])
    return empty, Decimal(present[middle - 1] + present[middle]) / 2

"""Customer service: how fast buyers are answered and how they rate it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .basis import NO_VERDICT, Case, Outcome, Row, text, tidy, time, whole

LIMIT = timedelta(seconds=300)
WINDOW = 30
OPENING_HOUR = 8
REPLYING_ROLES = ("agent", "robot")
KNOWN_ROLES = ("buyer", "agent", "robot", "system")
CONSULTATION_TYPES = ("", "text", "image")


@dataclass(frozen=True)
class Unit:
    """One thing that is counted: a message, or with the clock `round` a burst."""

    message: tuple[str, str]  # conversation (session, else buyer) and message id
    day: date
    state: str  # "answered", "late" or "pending"
    agent: str
    agent_state: str


def can_measure(case: Case) -> bool:
    return case.has("chats", "sent_at", "sender_role") and (
        case.has("chats", "session_id") or case.has("chats", "buyer_id")
    )


def reply_rules(case: Case) -> dict[str, Outcome]:
    if not can_measure(case):
        return from_daily_figures(case)
    units, excluded = reply_units(case)
    unmapped = unknown_roles(case)
    return {
        "reply-rate": shop_rate(units, excluded, unmapped),
        "reply-rate-daily": daily_rate(units, unmapped),
        "reply-rate-agent": agent_rate(units, unmapped),
    }


def from_daily_figures(case: Case) -> dict[str, Outcome]:
    """The back office's own figures a day, where no conversation was exported."""
    nothing = dict.fromkeys(("reply-rate", "reply-rate-daily", "reply-rate-agent"), NO_VERDICT)
    if not case.has("service-stats", "date", "messages", "answered"):
        return nothing
    table: dict[object, list[int]] = {}
    for row in case.rows("service-stats"):
        day, messages = time(row, "date"), whole(row, "messages")
        answered = whole(row, "answered")
        if day is None or not messages or answered is None:
            continue
        # A day's total belongs to the window if the day has begun by as-of and lies inside.
        if case.window_start(WINDOW) <= day < case.as_of:
            entry = table.setdefault(day.date(), [0, 0])
            entry[0] += answered
            entry[1] += messages
    answered_total = sum(pair[0] for pair in table.values())
    message_total = sum(pair[1] for pair in table.values())
    return nothing | {
        "reply-rate": Outcome(answered_total, message_total),
        "reply-rate-daily": group_rate(table, {}, "days"),
    }


def unknown_roles(case: Case) -> dict[str, int]:
    """Rows of the window whose sender is neither a known side nor the platform."""
    counts: Counter[str] = Counter()
    for row in case.rows("chats"):
        moment = time(row, "sent_at")
        if moment is None or case.outside(moment, WINDOW):
            continue
        role = text(row, "sender_role")
        if role not in KNOWN_ROLES:
            counts[role] += 1
    return dict(counts)


def shop_rate(units: list[Unit], excluded: Counter[str], unmapped: dict[str, int]) -> Outcome:
    states = Counter(unit.state for unit in units)
    counts = excluded + Counter({"pending": states["pending"]})
    return Outcome(
        numerator=states["answered"],
        denominator=states["answered"] + states["late"],
        excluded=tidy(counts),
        unmapped=unmapped,
        extra={"messages": sorted((*unit.message, unit.state) for unit in units)},
    )


def daily_rate(units: list[Unit], unmapped: dict[str, int]) -> Outcome:
    table: dict[object, list[int]] = {}
    for unit in units:
        if unit.state != "pending":
            tally(table, unit.day, unit.state == "answered")
    return group_rate(table, unmapped, "days")


def agent_rate(units: list[Unit], unmapped: dict[str, int]) -> Outcome:
    table: dict[object, list[int]] = {}
    for unit in units:
        if unit.agent and unit.agent_state != "pending":
            tally(table, unit.agent, unit.agent_state == "answered")
    return group_rate(table, unmapped, "agents")


def tally(table: dict[object, list[int]], key: object, good: bool) -> None:
    entry = table.setdefault(key, [0, 0])
    entry[0] += good
    entry[1] += 1


def group_rate(table: dict[object, list[int]], unmapped: dict[str, int], name: str) -> Outcome:
    """How many groups reach 80 %: answered / counted >= 80 / 100 in whole numbers."""
    reached = sum(answered * 100 >= 80 * counted for answered, counted in table.values())
    pairs = {key: (answered, counted) for key, (answered, counted) in table.items()}
    return Outcome(reached, len(table), unmapped=unmapped, extra={name: pairs})


# --- conversations ----------------------------------------------------------------------------


def conversation(row: Row, position: int) -> tuple[str, str]:
    if session := text(row, "session_id"):
        return "session", session
    if buyer := text(row, "buyer_id"):
        return "buyer", buyer
    return "row", str(position)


def is_reply(row: Row) -> bool:
    return (
        text(row, "sender_role") in REPLYING_ROLES
        and text(row, "message_type") in CONSULTATION_TYPES
    )


def place(row: Row) -> tuple[datetime, int, int, int, str, str]:
    """Order inside a conversation: time, sequence, and at a draw the buyer before the reply."""
    moment = time(row, "sent_at")
    assert moment is not None
    sequence = whole(row, "message_seq")
    return (
        moment,
        1 if sequence is None else 0,
        sequence or 0,
        0 if text(row, "sender_role") == "buyer" else 1,
        text(row, "message_id"),
        text(row, "agent_account"),
    )


def refusal(case: Case, row: Row) -> str | None:
    """Why a buyer's message is not counted; the first reason in the published order."""
    moment = time(row, "sent_at")
    assert moment is not None
    if reason := case.outside(moment, WINDOW):
        return reason
    if moment.hour < OPENING_HOUR:
        return "outside_hours"
    if text(row, "message_type") not in CONSULTATION_TYPES:
        return "not_consultation"
    if case.is_exempt(moment):
        return "exempt"
    return None


def reply_units(case: Case) -> tuple[list[Unit], Counter[str]]:
    talks: dict[tuple[str, str], list[Row]] = {}
    robots = {
        text(row, "agent_account")
        for row in case.rows("chats")
        if text(row, "sender_role") == "robot"
    }
    for position, row in enumerate(case.rows("chats")):
        if time(row, "sent_at") is not None:
            talks.setdefault(conversation(row, position), []).append(row)
    units: list[Unit] = []
    excluded: Counter[str] = Counter()
    for rows in talks.values():
        for burst, reply in bursts(case, sorted(rows, key=place), excluded):
            units.extend(judge(case, burst, reply, robots, excluded))
    return units, excluded


def bursts(
    case: Case, rows: list[Row], excluded: Counter[str]
) -> list[tuple[list[Row], Row | None]]:
    """Runs of counted buyer messages of one day, each with the first reply after it."""
    open_runs: list[list[Row]] = []
    done: list[tuple[list[Row], Row | None]] = []
    for row in rows:
        moment = time(row, "sent_at")
        assert moment is not None
        if text(row, "sender_role") == "buyer":
            if reason := refusal(case, row):
                excluded[reason] += 1
                continue
            previous = time(open_runs[-1][0], "sent_at") if open_runs else None
            whole = not case.option("reply-rate", "split_at_midnight", True)
            if previous is not None and (whole or previous.date() == moment.date()):
                open_runs[-1].append(row)
            else:
                open_runs.append([row])
        elif is_reply(row) and case.is_past(moment):
            done.extend((run, row) for run in open_runs)
            open_runs = []
    done.extend((run, None) for run in open_runs)
    return done


def state_of(case: Case, own: datetime, clock: datetime, reply: Row | None) -> str:
    """What became of a message sent at `own`: answered, late, or pending."""
    if reply is None:
        return "pending" if clock + LIMIT >= case.as_of else "late"
    answered_at = time(reply, "sent_at")
    assert answered_at is not None
    if answered_at - clock == LIMIT and not case.option("reply-rate", "reply_inclusive", True):
        return "late"
    another_day = answered_at.date() != own.date()
    if another_day and case.option("reply-rate", "cross_midnight", "elapsed") == "day_bounded":
        return "late"
    return "answered" if answered_at - clock <= LIMIT else "late"


def dropped(case: Case, own: datetime, clock: datetime, reply: Row | None) -> bool:
    """Whether a message is left out because it was open at midnight with time left."""
    if case.option("reply-rate", "cross_midnight", "elapsed") != "exclude":
        return False
    midnight = datetime.combine(own.date() + timedelta(days=1), datetime.min.time())
    answered_at = None if reply is None else time(reply, "sent_at")
    answered_that_day = answered_at is not None and answered_at < midnight
    return not answered_that_day and clock + LIMIT >= midnight


def judge(
    case: Case, burst: list[Row], reply: Row | None, robots: set[str], excluded: Counter[str]
) -> list[Unit]:
    mode = case.option("reply-rate", "clock", "first_of_burst")
    first = time(burst[0], "sent_at")
    assert first is not None
    units = []
    for row in burst[:1] if mode == "round" else burst:
        own = time(row, "sent_at")
        assert own is not None
        clock = own if mode == "own" else first
        if dropped(case, own, clock, reply):
            excluded["outside_hours"] += 1
            continue
        served = case.happened(time(row, "served_at"))
        agent_clock = clock if served is None else max(clock, served)
        units.append(
            Unit(
                message=(text(row, "session_id") or text(row, "buyer_id"), text(row, "message_id")),
                day=own.date(),
                state=state_of(case, own, clock, reply),
                agent=agent_of(row, reply, robots),
                agent_state=state_of(case, own, agent_clock, reply),
            )
        )
    return units


def agent_of(row: Row, reply: Row | None, robots: set[str]) -> str:
    """The account named on the buyer's row, else that of the first reply; a robot is no agent."""
    named = text(row, "agent_account")
    if named and named not in robots:
        return named
    if reply is None or text(reply, "sender_role") == "robot":
        return ""
    account = text(reply, "agent_account")
    return "" if account in robots else account


# --- ratings ----------------------------------------------------------------------------------


def satisfaction(case: Case) -> Outcome:
    if not case.has("ratings", "rating", "rated_at"):
        return NO_VERDICT
    excluded: Counter[str] = Counter()
    unmapped: Counter[str] = Counter()
    votes: Counter[str] = Counter()
    for row in case.rows("ratings"):
        moment = time(row, "rated_at")
        if moment is None:
            continue
        rating = text(row, "rating")
        if reason := case.outside(moment, WINDOW):
            excluded[reason] += 1
        elif rating in ("satisfied", "neutral", "dissatisfied"):
            votes[rating] += 1
        else:
            unmapped[rating] += 1
    return Outcome(votes["satisfied"], votes.total(), tidy(excluded), dict(unmapped))

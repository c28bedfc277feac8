"""Bounds of the buyers' messages answered in time, from a file of which part is unknown.

A conversation whose unknown words are few is lived through with every meaning that they may have;
where a row of it is damaged, or the order of its rows is not known, each message may be anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise, product

from .knowledge import (
    ANYTHING,
    HIT,
    MISS,
    OUT,
    SECOND,
    Cells,
    Files,
    Interval,
    Pair,
    Span,
    Unit,
    interval_of,
    is_known,
    missing_dates,
    span_of,
    turns,
)

LIMIT = timedelta(seconds=300)
OPENING = 8
MEANINGS = 4
"""Unknown words of one conversation up to which every meaning of each is tried."""
ASKS, REPLIES, NEITHER = "asks", "replies", "neither"


@dataclass(frozen=True)
class Message:
    at: Interval
    parts: tuple[str, ...]  # what the message may be: asks, replies, neither


def reply_span(files: Files) -> Span | None:
    chats = files["chats"]
    if not chats.has("sent_at", "sender_role", "session_id"):
        return None
    talks: dict[str, list[Cells]] = {}
    for row in chats.good:
        if row["session_id"]:
            talks.setdefault(row["session_id"], []).append(row)
    days = missing_dates(files, [(row["session_id"], moment(row).low) for row in chats.good])
    files = replace(files, lost=frozenset(days))
    touched = chats.touched("session_id")
    direction = direction_of(list(talks.values()))
    units: list[Unit] = []
    for talk, rows in talks.items():
        units += talk_units(files, ordered(rows, direction), damaged=talk in touched)
    units += [ANYTHING for row in chats.rejected if row.get("session_id")]
    largest = max((burst_size(rows) for rows in talks.values()), default=1)
    add_strays(files, units, largest)
    asked = [row for row in chats.good if row["sender_role"] == "buyer"]
    units += [ANYTHING] * (most_in_a_day(asked) * len(days))
    return span_of(units)


def moment(row: Cells) -> Interval:
    at = interval_of(row["sent_at"])
    assert at is not None
    return at


def most_in_a_day(rows: Sequence[Cells]) -> int:
    days: dict[str, int] = {}
    for row in rows:
        days[row["sent_at"][:10]] = days.get(row["sent_at"][:10], 0) + 1
    return max(days.values(), default=0)


def burst_size(rows: Sequence[Cells]) -> int:
    """No burst of a conversation holds more than all that may be asked in it."""
    return sum(row["sender_role"] not in ("agent", "robot", "system") for row in rows)


def add_strays(files: Files, units: list[Unit], largest: int) -> None:
    """Rows without conversation: a reply may answer a whole burst, a question may start one.

    All messages of hidden conversations may stand in one burst, so a burst is as large as the
    largest conversation together with the strays themselves.
    """
    chats = files["chats"]
    strays = [row for row in (*chats.good, *chats.rejected) if not row["session_id"]]
    largest += len(strays) if strays else 0
    for row in strays:
        role = row["sender_role"]
        may_ask = role not in ("agent", "robot", "system")
        may_reply = role not in ("buyer", "system")
        if may_ask:
            units.append(ANYTHING)
            turns(units, largest, MISS)
        if may_reply or may_ask:
            turns(units, largest, HIT)


# --- order ------------------------------------------------------------------------------------


def direction_of(talks: list[list[Cells]]) -> int:
    """1 where the file runs forward in each conversation, -1 backward, 0 where in neither."""
    times = [[row["sent_at"] for row in rows] for rows in talks]
    if all(of_talk == sorted(of_talk) for of_talk in times):
        return 1
    return -1 if all(of_talk == sorted(of_talk, reverse=True) for of_talk in times) else 0


def ordered(rows: list[Cells], direction: int) -> list[Cells] | None:
    """Rows in the order of time; None where nobody can tell it."""
    if all(row.get("message_seq") for row in rows):
        return sorted(rows, key=lambda row: (moment(row).low, int(row["message_seq"])))
    if direction:
        return sorted(rows[::direction], key=lambda row: moment(row).low)
    rows = sorted(rows, key=lambda row: (moment(row).low, row["sender_role"] != "buyer"))
    overlaps = any(
        moment(one).high >= moment(other).low and not (moment(one).exact and moment(other).exact)
        for one, other in pairwise(rows)
    )
    return None if overlaps else rows


# --- one conversation -------------------------------------------------------------------------


def talk_units(files: Files, rows: list[Cells] | None, *, damaged: bool) -> list[Unit]:
    """Everything that a conversation may come to, as one unit or as one a message."""
    if rows is None:
        return [ANYTHING] * 40
    messages = [message_of(row) for row in rows]
    open_words = sum(len(message.parts) > 1 for message in messages)
    coarse = bool(files.lost) or any(not message.at.exact for message in messages)
    if damaged or open_words > MEANINGS or not in_turn(messages):
        return [ANYTHING for message in messages if ASKS in message.parts]
    outcomes: set[Pair] = set()
    for parts in product(*(message.parts for message in messages)):
        lived = [(message.at, part) for message, part in zip(messages, parts, strict=True)]
        outcomes |= live(files, lived) if coarse else {exactly(files, lived)}
    return [frozenset(outcomes)]


def in_turn(messages: list[Message]) -> bool:
    """Whether no message may be older than the one before, but for messages of one minute."""
    return all(
        one.at.low <= other.at.low and one.at.high <= other.at.high
        for one, other in pairwise(messages)
    )


def message_of(row: Cells) -> Message:
    role, kind = row["sender_role"], row.get("message_type", "")
    parts = {"buyer": [ASKS], "agent": [REPLIES], "robot": [REPLIES], "system": [NEITHER]}.get(
        role, [ASKS, REPLIES, NEITHER]
    )
    if not is_known("chats", "message_type", kind):
        parts = [*{*parts, NEITHER}]
    elif kind in ("card", "system"):
        parts = [NEITHER]
    return Message(moment(row), tuple(sorted(parts)))


def counts(files: Files, at: Interval) -> set[bool]:
    """Whether a question at that instant may be counted, and whether it may not."""
    inside = set(files.inside(at))
    if at.low.hour >= OPENING and at.low.date() == at.high.date():
        return inside
    hours = {at.low.hour >= OPENING, at.high.hour >= OPENING}
    if at.low.date() != at.high.date() or at.high - at.low > timedelta(hours=1):
        hours = {True, False}
    return {one and other for one in inside for other in hours}


def bursts(
    files: Files, lived: list[tuple[Interval, str]]
) -> list[tuple[list[Interval], Interval | None]]:
    """Runs of questions that may count, of one day, each with the first reply after it."""
    waiting: list[list[Interval]] = []
    done: list[tuple[list[Interval], Interval | None]] = []
    for at, part in lived:
        if part == ASKS and True in counts(files, at):
            if waiting and waiting[-1][0].low.date() == at.low.date():
                waiting[-1].append(at)
            else:
                waiting.append([at])
        elif part == REPLIES and at.low <= files.as_of - SECOND:
            done += [(run, at) for run in waiting]
            waiting = []
    return [*done, *((run, None) for run in waiting)]


def fates(files: Files, run: list[Interval], reply: Interval | None) -> set[Pair]:
    """What each message of a burst may be: answered in time, late, or still waiting."""
    clock = run[0]
    outcomes: set[Pair] = set()
    until = (clock.high + LIMIT).replace(hour=0, minute=0, second=0)
    if until in files.lost and clock.high < until:
        outcomes.add(HIT)  # its answer may stand in the day that is missing
    if reply is None:
        if clock.low + LIMIT < files.as_of:
            outcomes.add(MISS)
        if clock.high + LIMIT >= files.as_of:
            outcomes.add(OUT)
        return outcomes
    if reply.low - clock.high <= LIMIT:
        outcomes.add(HIT)
    if reply.high - clock.low > LIMIT:
        outcomes.add(MISS)
    return outcomes


def exactly(files: Files, lived: list[tuple[Interval, str]]) -> Pair:
    """The one outcome of a conversation whose times are given to the second."""
    hits = misses = 0
    for run, reply in bursts(files, lived):
        (pair,) = fates(files, run, reply)
        hits += pair[0] * len(run)
        misses += pair[1] * len(run)
    return hits, misses


def live(files: Files, lived: list[tuple[Interval, str]]) -> set[Pair]:
    """All outcomes where times are given to the minute or the day; bursts are independent."""
    if any(at.low.date() != at.high.date() or at.high - at.low > LIMIT for at, _ in lived):
        asked = sum(part == ASKS for _, part in lived)
        return {(hits, misses) for hits in range(asked + 1) for misses in range(asked + 1 - hits)}
    sums = {(0, 0)}
    for run, reply in bursts(files, lived):
        doubtful = sum(False in counts(files, at) for at in run)
        sizes = range(len(run) - doubtful, len(run) + 1)
        choices = {
            (pair[0] * size, pair[1] * size) for pair in fates(files, run, reply) for size in sizes
        }
        if doubtful:
            choices |= {(size, 0) for size in sizes} | {(0, size) for size in sizes}
        sums = {(a + c, b + d) for a, b in sums for c, d in choices}
    return sums

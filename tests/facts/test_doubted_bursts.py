"""Every completion of a doubtful conversation lies within what the facts say of it.

Each part that is not understood is filled in as a buyer's question, as a reply and as nothing; the
completed conversation is counted by a few lines of plain Python.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise, product
from random import Random

import polars as pl
import pytest

from kshop_audit.facts import Facts, Tables
from kshop_audit.facts.questions import questions
from kshop_audit.facts.tables import narrowed
from kshop_audit.model.knowledge import Why
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Settings, Terms
from kshop_audit.packs import load
from kshop_audit.tables import FILE, ROW, WHY, schema

PACK = load("kuaishou")
BEGIN = datetime(2026, 10, 20, 23, 50)
LIMIT = timedelta(seconds=300)


@dataclass(frozen=True)
class Message:
    """`role`: buyer, agent, or "" where nobody knows; `at`: None where nobody knows."""

    role: str
    at: datetime | None
    rejected: bool = False

    @property
    def known(self) -> bool:
        return not self.rejected and self.role != ""


AS_OF = (BEGIN + timedelta(seconds=1500), datetime(2026, 10, 21, 8, 3), datetime(2026, 10, 22))
CLOCKS = ("first_of_burst", "own", "round")
TALKS = 120
PLACES = 10
MOST = 3
"""Doubtful messages of one conversation; each triples its completions, and more without a time."""


def talk(dice: Random) -> tuple[Message, ...]:
    """A conversation of one evening and the next morning."""
    messages: list[Message] = []
    for _ in range(dice.randrange(1, 8)):
        evening = BEGIN + timedelta(seconds=dice.randrange(40) * 60)
        morning = datetime(2026, 10, 21, 8) + timedelta(seconds=dice.randrange(7) * 100)
        doubt = sum(not m.known for m in messages) < MOST
        roles = ("buyer", "buyer", "agent", "agent", "") if doubt else ("buyer", "agent")
        rejected = doubt and dice.randrange(5) == 0
        lost = rejected and dice.randrange(3) == 0 and all(m.at for m in messages)
        at = None if lost else dice.choice((evening, morning))
        messages.append(Message(dice.choice(roles), at, rejected))
    return tuple(messages)


def counted(messages: list[Message], as_of: datetime, clock: str) -> dict[int, bool]:
    """Place of a counted message → whether it was answered in time; pending ones are left out."""
    order = sorted(
        (n for n, m in enumerate(messages) if m.at is not None and m.at <= as_of),
        key=lambda n: (messages[n].at, messages[n].role != "buyer", n),
    )
    open_: list[list[int]] = []
    done: list[tuple[list[int], datetime | None]] = []
    for n in order:
        at = messages[n].at
        assert at is not None
        if messages[n].role == "agent":
            done += [(burst, at) for burst in open_]
            open_ = []
        elif at.hour >= 8:
            before = messages[open_[-1][0]].at if open_ else None
            if before is not None and before.date() == at.date():
                open_[-1].append(n)
            else:
                open_.append([n])
    done += [(burst, None) for burst in open_]
    found: dict[int, bool] = {}
    for burst, reply in done:
        for n in burst[:1] if clock == "round" else burst:
            start = messages[n if clock == "own" else burst[0]].at
            assert start is not None
            if reply is None and start + LIMIT >= as_of:
                continue
            found[n] = reply is not None and reply - start <= LIMIT
    return found


def completions(messages: tuple[Message, ...]) -> Iterator[list[Message]]:
    """The conversation with every doubtful message filled in, in all ways."""
    times = sorted({m.at for m in messages if m.at is not None})
    ends = [t + timedelta(seconds=s) for t in times for s in (-1, 1, 299)] or [BEGIN]
    choices = []
    for message in messages:
        if message.known:
            choices.append([message])
            continue
        roles = [message.role] if message.role else ["buyer", "agent"]
        moments = [message.at] if message.at is not None else ends
        filled = [Message(role, at) for role in roles for at in moments]
        choices.append([Message("system", BEGIN), *filled])
    for filled_in in product(*choices):
        yield [m if m.role != "system" else replace(m, at=None) for m in filled_in]


def facts_of(talks: list[tuple[Message, ...]], as_of: datetime, clock: str) -> Facts:
    """The conversations in one file; `_row` is the number of the conversation times PLACES, and the
    place of the message in it.
    """
    columns = ("session_id", "buyer_id", "sender_role", "sent_at", "message_type")
    kinds = {**schema(Kind.CHATS, columns), FILE: pl.UInt16(), ROW: pl.UInt32()}
    rows: dict[bool, list[dict[str, object]]] = {False: [], True: []}
    for number, messages in enumerate(talks):
        for place, message in enumerate(messages):
            cells: dict[str, object] = {
                "session_id": f"s{number}",
                "buyer_id": f"b{number}",
                "sender_role": message.role or None,
                "sent_at": message.at,
                "message_type": "text",
                FILE: 0,
                ROW: number * PLACES + place,
            }
            rows[message.rejected].append(cells)
    doubtful = pl.DataFrame(rows[True], schema=kinds).with_columns(
        pl.lit(Why.NOT_READABLE.value).alias(WHY)
    )
    frame, numerals = narrowed(pl.DataFrame(rows[False], schema=kinds), Kind.CHATS)
    tables = Tables(
        {Kind.CHATS: frame},
        {Kind.CHATS: {0: frozenset(columns)}},
        doubtful={Kind.CHATS: doubtful},
        numerals={Kind.CHATS: numerals},
    )
    return Facts(tables, Terms(as_of, PACK, Settings(options={"reply-rate": {"clock": clock}})))


Known = dict[int, tuple[bool, bool | None]]
"""Place of a message that counts or may → whether it surely does, and its outcome."""


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("as_of", AS_OF, ids=str)
def test_what_is_known_holds_in_every_completion(as_of: datetime, clock: str) -> None:
    dice = Random(f"{as_of} {clock}")
    talks = [talk(dice) for _ in range(TALKS)]
    units = facts_of(talks, as_of, clock)(questions, "reply-rate").collect()
    known: dict[int, Known] = {number: {} for number in range(TALKS)}
    for row in units.filter(pl.col("excluded").is_null()).to_dicts():
        number, place = divmod(row[ROW], PLACES)
        known[number][place] = (row["why"] is None, row["answered"])
    for number, messages in enumerate(talks):
        found = [counted(filled, as_of, clock) for filled in completions(messages)]
        seen = f"{messages}\n{known[number]}"
        totals_are_within_bounds(known[number], found, seen)
        if clock != "round":
            messages_are_as_known(messages, known[number], found, seen)


def totals_are_within_bounds(known: Known, found: list[dict[int, bool]], seen: str) -> None:
    of_it = list(known.values())
    hits, misses = (of_it.count((True, outcome)) for outcome in (True, False))
    open_ = [outcome for sure, outcome in of_it if not sure or outcome is None]
    may_hit, may_miss = (sum(one is not other for one in open_) for other in (False, True))
    surely = sum(sure for sure, _ in of_it)
    for outcomes in found:
        true_hits = sum(outcomes.values())
        assert hits <= true_hits <= hits + may_hit, seen
        assert misses <= len(outcomes) - true_hits <= misses + may_miss, seen
        assert surely <= len(outcomes) <= len(of_it), seen


def messages_are_as_known(
    messages: tuple[Message, ...], known: Known, found: list[dict[int, bool]], seen: str
) -> None:
    """Each message by itself, and nothing is unknown of which every completion says the same."""
    for place, message in enumerate(messages):
        sure, outcome = known.get(place, (False, None))
        truly = {outcomes.get(place) for outcomes in found}
        assert place in known or truly == {None}, seen
        assert not sure or None not in truly, seen
        assert outcome is None or truly <= {outcome, None}, seen
        if message.known and place in known and all(one.at for one in messages):
            assert sure or None in truly, seen
            assert outcome is not None or truly >= {True, False}, seen


ORDERS = ("forward", "backward", "jumbled")
SECONDS = (0, 1, 58, 59)


def in_minutes(dice: Random, order: str) -> tuple[Message, ...]:
    """A conversation whose times have no seconds, in the order of its rows in the file."""
    begin = datetime(2026, 10, 20, 23, 55)
    minutes = sorted(dice.randrange(10) for _ in range(dice.randrange(2, 6)))
    rows = [
        Message(dice.choice(("buyer", "buyer", "agent")), begin + timedelta(minutes=minute))
        for minute in minutes
    ]
    if order == "backward":
        rows.reverse()
    if order == "jumbled":
        dice.shuffle(rows)
    return tuple(rows)


def with_seconds(messages: tuple[Message, ...], order: str) -> Iterator[list[Message]]:
    """The conversation with seconds, in all ways that agree with the order of the file."""
    stated = messages[::-1] if order == "backward" else messages
    for seconds in product(SECONDS, repeat=len(stated)):
        filled = [
            replace(message, at=message.at + timedelta(seconds=second))
            for message, second in zip(stated, seconds, strict=True)
            if message.at is not None
        ]
        pairs = pairwise(filled)
        # Of one second the question comes first, so a reply before it was a second earlier.
        if order == "jumbled" or all(
            (one.at, one.role != "buyer") <= (two.at, two.role != "buyer")
            for one, two in pairs
            if one.at is not None and two.at is not None
        ):
            yield filled[::-1] if order == "backward" else filled


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("order", ORDERS)
def test_what_is_known_of_minutes_holds_for_all_seconds(order: str, clock: str) -> None:
    dice = Random(f"{order} {clock}")
    as_of = datetime(2026, 10, 21, 12)
    talks = [in_minutes(dice, order) for _ in range(TALKS)]
    facts = facts_of(talks, as_of, clock)
    chats = facts.tables.frames[Kind.CHATS].with_columns(sent_at_span=pl.lit(59, pl.Int32))
    minutes = replace(facts.tables, frames={Kind.CHATS: chats}, doubtful={})
    units = Facts(minutes, facts.terms)(questions, "reply-rate").collect()
    known: dict[int, Known] = {number: {} for number in range(TALKS)}
    for row in units.filter(pl.col("excluded").is_null()).to_dicts():
        number, place = divmod(row[ROW], PLACES)
        known[number][place] = (row["why"] is None, row["answered"])
    for number, messages in enumerate(talks):
        found = [counted(filled, as_of, clock) for filled in with_seconds(messages, order)]
        seen = f"{messages}\n{known[number]}"
        totals_are_within_bounds(known[number], found, seen)
        if clock != "round" and order != "jumbled":
            messages_are_as_known(messages, known[number], found, seen)
    firm = [outcome for of_it in known.values() for sure, outcome in of_it.values() if sure]
    assert {True, False, None} <= set(firm)

"""What shows that chats cannot be right, against plain Python over the same messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kshop_audit.facts import plausible
from kshop_audit.facts.tables import MERCHANT, Tables
from kshop_audit.model.schema import Kind

START = datetime(2026, 10, 1, 10)
ROLES = ("buyer", "agent", "robot", "system")

message = st.tuples(
    st.integers(0, 29), st.sampled_from(ROLES), st.integers(0, 1), st.sampled_from("甲乙")
)
"""Conversation, role, second, buyer."""
one_sided = st.tuples(st.integers(0, 29), st.integers(0, 3)).map(
    lambda pair: (pair[0], "buyer" if pair[0] % 2 else "agent", pair[1], "甲")
)
Rows = Sequence[tuple[int, str, int, str]]
chats = st.lists(message, max_size=90) | st.lists(one_sided, max_size=90)
mostly_one_sided = st.tuples(st.lists(one_sided, min_size=40, max_size=90), message).map(
    lambda both: [*both[0], both[1]]
)


def tables(rows: Rows) -> Tables:
    frame = pl.DataFrame(
        {
            "session_id": [f"s{talk}" for talk, *_ in rows],
            "buyer_id": [f"{buyer}{talk}" for talk, _, _, buyer in rows],
            "sender_role": [role for _, role, _, _ in rows],
            "sent_at": [START + timedelta(seconds=second) for _, _, second, _ in rows],
        },
        schema={
            "session_id": pl.String, "buyer_id": pl.String, "sender_role": pl.String,
            "sent_at": pl.Datetime("ms"),
        },
    )  # fmt: skip
    return Tables({Kind.CHATS: frame}, {Kind.CHATS: {0: frozenset(frame.columns)}})


def talks(rows: Rows) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    return found


def sides(rows: Rows) -> tuple[bool, bool]:
    return any(r[1] == "buyer" for r in rows), any(r[1] in MERCHANT for r in rows)


@pytest.mark.parametrize("few", [1, 5, 10_000])
@given(rows=chats | mostly_one_sided)
def test_conversations_of_one_side_each(few: int, rows: Rows) -> None:
    heard = [sides(own) for own in talks(rows).values()]
    asked, replied = sum(a for a, _ in heard), sum(r for _, r in heard)
    several = len(heard) >= plausible.ENOUGH and len(rows) >= 2 * plausible.ENOUGH
    expected = (asked, replied) if asked and replied and several else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plausible, "FEW_ROWS", few)
        found = plausible.talks_of_one_side(tables(rows))
    assert found == (None if (True, True) in heard else expected)


@given(chats)
def test_conversations_with_several_buyers(rows: Rows) -> None:
    shared = buyers = messages = 0
    for own in talks(rows).values():
        names = {buyer for _, role, _, buyer in own if role == "buyer"}
        if len(names) > 1:
            shared += 1
            buyers += len(names)
            messages += sum(role == "buyer" for _, role, _, _ in own)
    asked = sum(role == "buyer" for _, role, _, _ in rows)
    expected = (shared, buyers) if buyers >= plausible.ENOUGH and messages * 2 > asked else None
    assert plausible.talks_of_several(tables(rows)) == expected


@pytest.mark.parametrize(("giant", "found"), [(6_001, True), (5_999, False)])
def test_one_conversation_of_most_buyers_among_thousands_of_others(giant: int, found: bool) -> None:
    """No sample of the conversations would hold it."""
    rows = [(talk, "buyer", 0, "甲") for talk in range(1, 6_001)]
    rows += [(0, "buyer", second, f"丙{second % 40}") for second in range(giant)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plausible, "SAMPLE", 1_000)
        assert plausible.talks_of_several(tables(rows)) == ((1, 40) if found else None)


@given(st.lists(message, max_size=90), st.integers(0, 9))
def test_conversations_of_one_time(rows: Rows, apart: int) -> None:
    whole = [*rows, *((talk, role, 0, "甲") for talk in range(30, 50) for role in TURNS)]
    whole += [(talk, role, 1, "甲") for talk in range(30, 30 + apart) for role in TURNS]
    long = [
        own
        for own in talks(whole).values()
        if all(sides(own)) and len([r for r in own if r[1] in ("buyer", *MERCHANT)]) >= 3
    ]
    alike = [own for own in long if len({r[2] for r in own if r[1] != "system"}) == 1]
    expected = len(alike) if len(alike) >= 10 and len(alike) * 10 >= len(long) * 9 else 0
    assert plausible.talks_of_one_time(tables(whole)) == expected


TURNS = ("buyer", "agent", "buyer")


def many(share: int, rows: Rows, others: Rows) -> Rows:
    """Conversations, so many of a hundred of the first form, all others of the second."""
    forms = (rows if talk % 100 < share else others for talk in range(6_000))
    return [(talk, *row[1:]) for talk, form in enumerate(forms) for row in form]


ONE_TIME = [(0, role, 0, "甲") for role in TURNS]
OWN_TIMES = [(0, role, second, "甲") for second, role in enumerate(TURNS)]
SHARED = [(0, "buyer", 0, "甲"), (0, "buyer", 1, "乙")]
OF_ONE = [(0, "buyer", 0, "甲"), (0, "buyer", 1, "甲")]


@pytest.mark.parametrize("share", [0, 35, 45, 55, 78, 88, 92, 100])
def test_a_sample_of_a_large_file_settles_only_what_is_plain(share: int) -> None:
    one_time, shared = (
        tables(many(share, *forms)) for forms in ((ONE_TIME, OWN_TIMES), (SHARED, OF_ONE))
    )
    whole = plausible.talks_of_one_time(one_time), plausible.talks_of_several(shared)
    assert (whole[0] > 0, whole[1] is not None) == (share >= 90, share > 50)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plausible, "SAMPLE", 4_000)
        sampled = plausible.talks_of_one_time(one_time), plausible.talks_of_several(shared)
    assert sampled == whole


@pytest.mark.parametrize("share", [0, 35, 45, 55, 100])
def test_a_sample_of_many_parcels_settles_only_what_is_plain(share: int) -> None:
    numbers = range(20_000)
    early = [START - timedelta(hours=8) if n % 100 < share else START for n in numbers]
    orders = pl.DataFrame(
        {"order_id": [f"o{n}" for n in numbers], "paid_at": [START] * len(numbers)},
        schema={"order_id": pl.String, "paid_at": pl.Datetime("ms")},
    )
    shipments = pl.DataFrame(
        {"order_id": orders["order_id"], "picked_up_at": early},
        schema={"order_id": pl.String, "picked_up_at": pl.Datetime("ms")},
    )
    frames = {Kind.ORDERS: orders, Kind.SHIPMENTS: shipments}
    columns = {kind: {0: frozenset(frame.columns)} for kind, frame in frames.items()}
    given = Tables(frames, columns)
    whole = plausible.before_payment(given, Kind.SHIPMENTS)
    assert (whole is not None) == (share > 50)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plausible, "SAMPLE", 4_000)
        assert plausible.before_payment(given, Kind.SHIPMENTS) == whole

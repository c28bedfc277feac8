"""A wrong year and another zone, against shops whose clocks are right however they live."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kshop_audit.facts.clocks import half_a_day, one_second, other_clock, wrong_years
from kshop_audit.facts.tables import Tables
from kshop_audit.model.schema import Kind

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FIRST = datetime(2026, 8, 29)
BUSY = (9, 10, 11, 13, 14, 15, 17, 19, 20, 21, 22, 23)
"""Hours at which buyers are awake."""


def tables(**frames: pl.DataFrame) -> Tables:
    given_ = {Kind(kind): frame for kind, frame in frames.items()}
    columns = {kind: {0: frozenset(frame.columns)} for kind, frame in given_.items()}
    return Tables(frames=given_, columns=columns)


def placed(times: list[datetime], column: str, **more: object) -> pl.DataFrame:
    rows = {"_file": [0] * len(times), "_row": [*range(2, len(times) + 2)], column: times}
    return pl.DataFrame({**rows, **more}).with_columns(pl.col(column).cast(pl.Datetime("ms")))


def moments(rng: Random, days: int, per_day: int, hours: tuple[int, ...] = BUSY) -> list[datetime]:
    times = [
        FIRST + day * DAY + rng.choice(hours) * HOUR + rng.randrange(3_600) * timedelta(seconds=1)
        for day in range(days)
        for _ in range(per_day)
    ]
    return sorted(times)


def a_year_before(moment: datetime) -> datetime:
    day = 28 if (moment.month, moment.day) == (2, 29) else moment.day
    return moment.replace(year=moment.year - 1, day=day)


seeds = st.integers(0, 10**6)


@given(seeds, st.integers(20, 90), st.integers(2, 6), st.integers(5, 95))
def test_rows_of_the_year_before_between_those_of_today_are_found(
    seed: int, days: int, per_day: int, share: int
) -> None:
    rng = Random(seed)
    wrong = [rng.randrange(100) < share for _ in range(days * per_day)]
    times = moments(rng, days, per_day)
    told = [a_year_before(at) if bad else at for at, bad in zip(times, wrong, strict=True)]
    found = wrong_years(tables(orders=placed(told, "created_at")), Kind.ORDERS)
    steps = sum(one != other for one, other in pairwise(wrong))
    assert (found is not None) == (steps >= 10)
    if found is not None:
        assert (found.rows, found.of) == (min(sum(wrong), len(wrong) - sum(wrong)), len(wrong))


@given(seeds, st.integers(40, 90), st.integers(2, 6))
def test_in_a_file_without_an_order_the_gap_of_seasons_tells(
    seed: int, days: int, per_day: int
) -> None:
    rng = Random(seed)
    times = [a_year_before(at) if rng.randrange(2) else at for at in moments(rng, days, per_day)]
    rng.shuffle(times)
    found = wrong_years(tables(tickets=placed(times, "applied_at")), Kind.TICKETS)
    assert found is not None
    assert found.rows == min(sum(at.year == year for at in times) for year in (2025, 2026))


@given(
    seeds, st.integers(1, 800), st.integers(1, 3), st.sampled_from(["sorted", "by id", "by sku"])
)
def test_files_of_any_length_and_order_are_of_no_wrong_year(
    seed: int, days: int, per_day: int, order: str
) -> None:
    rng = Random(seed)
    times = moments(rng, days, per_day)
    if order == "id":
        rng.shuffle(times)
    if order == "sku":
        times = [at for sku in range(20) for at in times[sku::20]]
    assert wrong_years(tables(orders=placed(times, "created_at")), Kind.ORDERS) is None


def test_two_years_one_after_the_other_are_of_no_wrong_year() -> None:
    times = moments(Random(1), 60, 4)
    for told in ([*map(a_year_before, times), *times], [*times, *map(a_year_before, times)]):
        assert wrong_years(tables(orders=placed(told, "created_at")), Kind.ORDERS) is None


@pytest.mark.parametrize(("early", "rows"), [(1, 1), (30, 30)])
def test_what_left_a_year_before_its_payment_is_of_a_wrong_year(early: int, rows: int) -> None:
    times = moments(Random(2), 30, 2)
    ids = [str(n) for n in range(60)]
    orders = placed(times, "created_at", order_id=ids, paid_at=times)
    orders = orders.with_columns(pl.col("paid_at").cast(pl.Datetime("ms")))
    left = [a_year_before(at) if n < early else at + HOUR for n, at in enumerate(times)]
    shipments = placed(left, "shipped_at", order_id=ids)
    for kind in (Kind.ORDERS, Kind.SHIPMENTS):
        found = wrong_years(tables(orders=orders, shipments=shipments), kind)
        assert found is not None
        assert (found.rows, found.of) == (rows, 60)


def talking(rng: Random, hours: tuple[int, ...], shift: timedelta = timedelta(0)) -> Tables:
    said = [at + shift for at in moments(rng, 40, 4, hours)]
    chats = placed(said, "sent_at", sender_role=["buyer"] * len(said))
    return tables(chats=chats, orders=placed(moments(rng, 40, 4), "created_at"))


@given(seeds)
def test_chats_eight_hours_early_or_late_are_of_another_clock(seed: int) -> None:
    for hours in (8, -8):
        found = other_clock(talking(Random(seed), BUSY, hours * HOUR))
        assert found is not None
        assert found.early == (hours < 0)


LIVES = (BUSY, (8, 9, 10, 11, 14, 15), (19, 20, 21, 22, 23), (20, 22, 23, 0, 1), (*range(24),))


@given(seeds, st.sampled_from(LIVES), st.sampled_from(LIVES))
def test_whenever_buyers_ask_and_buy_the_clock_is_right(
    seed: int, asked: tuple[int, ...], bought: tuple[int, ...]
) -> None:
    rng = Random(seed)
    said = moments(rng, 40, 4, asked)
    chats = placed(said, "sent_at", sender_role=["buyer"] * len(said))
    orders = placed(moments(rng, 40, 4, bought), "created_at")
    assert other_clock(tables(chats=chats, orders=orders)) is None


@given(seeds)
def test_a_clock_of_twelve_hours_is_seen_where_buyers_come_by_day(seed: int) -> None:
    times = moments(Random(seed), 40, 4)
    assert half_a_day(tables(chats=placed(times, "sent_at")), Kind.CHATS) is None
    half = [at.replace(hour=(at.hour - 1) % 12 + 1) for at in times]
    found = half_a_day(tables(chats=placed(half, "sent_at")), Kind.CHATS)
    early = sum(1 <= at.hour < 6 for at in half)
    assert found == (early * 100 // len(half) if early * 6 >= len(half) else None)


@given(seeds, st.sampled_from([(8, 9, 10, 11, 12), (6, 7, 8, 9, 10, 11), *LIVES]))
def test_shops_of_the_morning_have_a_whole_clock(seed: int, hours: tuple[int, ...]) -> None:
    orders = placed(moments(Random(seed), 40, 4, hours), "created_at")
    assert half_a_day(tables(orders=orders), Kind.ORDERS) is None


@pytest.mark.parametrize(
    ("days", "apart", "seen"), [(40, 40, True), (20, 20, False), (60, 30, False)]
)
def test_one_second_for_the_orders_of_two_months_is_that_of_a_program(
    days: int, apart: int, seen: bool
) -> None:
    """`apart`: of so many days the orders left at once; the others a day after their payment."""
    paid = moments(Random(days), days, 3)
    at_once = paid[-1] + HOUR
    sent = [at_once if n >= 3 * (days - apart) else at + DAY for n, at in enumerate(paid)]
    frame = placed(paid, "paid_at", shipped_at=sent)
    frame = frame.with_columns(pl.col("shipped_at").cast(pl.Datetime("ms")))
    found = one_second(tables(orders=frame), Kind.ORDERS)
    assert (found is not None) == seen
    if found is not None:
        assert (found.column, found.rows, found.of) == ("shipped_at", 3 * days, 3 * days)

"""Days that a file of tickets lacks: which orders they may take out of the pickup rate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest

from kshop_audit.judging.bounds import extremes
from kshop_audit.model.knowledge import Doubts, Why
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.report import RuleResult, Status
from tests.shops.audits import audit_folder

AS_OF = datetime(2026, 11, 1)
DAY = timedelta(days=1)
DAYS, EACH = 30, 10
ORDERS = "order_id,status,created_at,paid_at,shipped_at,picked_up_at"
TICKETS = "ticket_id,order_id,type,status,applied_at"


def rates(hits: int, misses: int, dropped: int) -> Iterator[Fraction | None]:
    """The rate after each way of leaving out up to so many units."""
    for good, bad in product(range(hits + 1), range(misses + 1)):
        if good + bad <= dropped:
            left = hits + misses - good - bad
            yield Fraction(hits - good, left) if left else None


@pytest.mark.parametrize(
    ("hits", "misses", "dropped"), [*product(range(5), range(5), range(4))], ids=str
)
def test_the_ends_are_the_least_and_greatest_rate_that_is_left(
    hits: int, misses: int, dropped: int
) -> None:
    doubts = {Why.EMPTY_DAYS: Doubts(dropped=dropped)}
    ends = extremes(Measurement("r", hits, hits + misses, doubts=doubts))
    assert ends is not None
    got = {Fraction(e.numerator, e.denominator) if e.denominator else None for e in ends}
    wanted = [*rates(hits, misses, dropped)]
    known = [rate for rate in wanted if rate is not None]
    assert got <= set(wanted)
    if None not in got:
        assert got == {min(known), max(known)}
    elif dropped < hits + misses:  # all of one kind may be left out, and there is no other
        assert 0 in (hits, misses)


def pickups(folder: Path, late: int, ticketed: range) -> RuleResult:
    """Three hundred orders, so many of them picked up late, tickets for two of a day."""
    lines, tickets = [ORDERS], [TICKETS]
    for number in range(DAYS * EACH):
        paid = AS_OF - DAYS * DAY + number // EACH * DAY + timedelta(hours=9)
        picked = paid + (2 * DAY if number % (DAYS * EACH // late) == 1 else timedelta(hours=5))
        if picked < AS_OF:
            lines.append(f"o{number},shipped,{paid},{paid},{paid},{picked}")
        if number % 5 == 0 and number // EACH in ticketed:
            tickets.append(f"t{number},o{number},refund_only,open,{picked + DAY / 24}")
    (folder / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "tickets.csv").write_text("\n".join(tickets) + "\n", encoding="utf-8")
    return audit_folder(folder, as_of=AS_OF, select=["pickup-24h"]).report.rules[0]


def test_tickets_of_every_day_leave_the_verdict(tmp_path: Path) -> None:
    assert pickups(tmp_path, 10, range(DAYS)).status is Status.FAIL


@pytest.mark.parametrize("ticketed", [range(15), range(15, DAYS)], ids=["ends early", "late"])
def test_days_without_tickets_may_take_out_what_was_late(tmp_path: Path, ticketed: range) -> None:
    """Ten late ones in three hundred are one too many; thirty unseen tickets could be theirs."""
    result = pickups(tmp_path, 10, ticketed)
    assert result.status is Status.NO_VERDICT
    assert result.coverage is not None
    assert len(result.coverage.days_missing) >= 14


@pytest.mark.parametrize("ticketed", [range(15), range(15, DAYS)], ids=["ends early", "late"])
def test_what_they_could_not_turn_stands(tmp_path: Path, ticketed: range) -> None:
    assert pickups(tmp_path, 100, ticketed).status is Status.FAIL

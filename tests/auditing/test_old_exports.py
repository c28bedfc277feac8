"""Exports that were made before as-of: what had not happened in them may have happened since.

A shop of twenty orders a day ships each of them a day and a half after its payment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kshop_audit.model.knowledge import Why
from kshop_audit.model.report import RuleResult, Status
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Settings
from tests.shops.audits import audit_folder

AS_OF = datetime(2026, 11, 1)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
HEADER = "order_id,status,created_at,paid_at,shipped_at,picked_up_at"
TICKETS = "ticket_id,order_id,type,status,applied_at,agreed_at,finished_at"
FIRST = AS_OF - 35 * DAY


def shown(moment: datetime, made_at: datetime) -> str:
    return str(moment) if moment < made_at else ""


def orders(since: datetime, until: datetime, made_at: datetime, late: int = 0) -> Iterable[str]:
    """The orders of some days in an export of an instant; `late` of each day leave after 50 h."""
    day = since
    while day < until:
        for n in range(20):
            paid = day + 9 * HOUR + n * HOUR / 4
            sent = paid + (50 if n < late else 36) * HOUR
            state = "shipped" if sent < made_at else "paid"
            cells = (paid, paid, shown(sent, made_at), shown(sent + 5 * HOUR, made_at))
            yield f"o{day:%m%d}{n},{state},{','.join(map(str, cells))}"
        day += DAY


def write(folder: Path, name: str, rows: Iterable[str], header: str = HEADER) -> None:
    (folder / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def weekly(folder: Path, late: int = 0) -> None:
    for week in range(5):
        since = FIRST + 7 * week * DAY
        write(folder, f"week{week}", orders(since, since + 7 * DAY, since + 7 * DAY, late))


def results(folder: Path, *rules: str, as_of: datetime = AS_OF, **said: object) -> Mapping[
    str, RuleResult
]:  # fmt: skip
    settings = Settings(**said)  # type: ignore[arg-type]
    report = audit_folder(folder, settings, as_of, select=rules).report
    return {rule.id: rule for rule in report.rules}


def test_last_weeks_orders_that_wait_in_last_weeks_export_are_not_known(tmp_path: Path) -> None:
    weekly(tmp_path)
    found = results(tmp_path, "ship-48h", "pickup-24h")
    for rule in found.values():
        assert rule.status is Status.NO_VERDICT
        assert rule.numerator == rule.denominator
        assert set(rule.unknown) == {Why.NOT_COVERED}
        assert rule.reason is not None
        assert "重新导出" in rule.reason.zh


def test_what_those_exports_show_still_decides(tmp_path: Path) -> None:
    weekly(tmp_path, late=5)
    rule = results(tmp_path, "ship-48h")["ship-48h"]
    assert rule.status is Status.FAIL


def test_a_younger_export_of_the_same_orders_settles_it(tmp_path: Path) -> None:
    weekly(tmp_path)
    write(tmp_path, "all", orders(FIRST, AS_OF, AS_OF))
    found = results(tmp_path, "ship-48h", "pickup-24h")
    assert {rule.status for rule in found.values()} == {Status.PASS}
    assert not any(rule.unknown for rule in found.values())


def test_pieces_of_one_day_tell_of_every_order(tmp_path: Path) -> None:
    """Both were made at as-of, and the first one says so by what happened to its orders."""
    half = AS_OF - 1 * DAY
    write(tmp_path, "one", orders(FIRST, half, AS_OF, late=1))
    write(tmp_path, "two", orders(half, AS_OF, AS_OF, late=1))
    rule = results(tmp_path, "ship-48h")["ship-48h"]
    assert rule.status is Status.FAIL
    assert not rule.unknown


def test_an_as_of_that_the_file_does_not_reach(tmp_path: Path) -> None:
    write(tmp_path, "orders", orders(FIRST, AS_OF, AS_OF))
    later = AS_OF + 2 * DAY
    rule = results(tmp_path, "ship-48h", as_of=later)["ship-48h"]
    assert rule.status is Status.NO_VERDICT
    assert rule.unknown[Why.NOT_COVERED] == 20 + 8
    said = {Kind.ORDERS: (FIRST.date(), later.date())}
    told = results(tmp_path, "ship-48h", as_of=later, coverage=said)["ship-48h"]
    assert told.status is Status.FAIL
    assert not told.unknown


def test_a_shop_that_sells_no_more_has_no_old_file(tmp_path: Path) -> None:
    """Nine orders a month let nobody expect another one, and so the file may be of today."""
    rows = [f"o{n},shipped,{FIRST},{FIRST},{FIRST + DAY},{FIRST + DAY}" for n in range(8)]
    write(tmp_path, "orders", [*rows, f"x,paid,{AS_OF - 9 * DAY},{AS_OF - 9 * DAY},,"])
    rule = results(tmp_path, "ship-48h")["ship-48h"]
    assert rule.status is Status.FAIL


@pytest.mark.parametrize("kinds", [("old",), ("old", "new")])
def test_tickets_that_were_open_in_an_old_export(tmp_path: Path, kinds: tuple[str, ...]) -> None:
    write(tmp_path, "orders", orders(FIRST, AS_OF, AS_OF))
    made = AS_OF - 10 * DAY
    for name in kinds:
        at = made if name == "old" else AS_OF
        write(tmp_path, name, tickets(FIRST, made, at) if name == "old" else
              tickets(FIRST, AS_OF, at), TICKETS)  # fmt: skip
    found = results(tmp_path, "refund-deadlines", "close-aftersales")
    settled = kinds == ("old", "new")
    assert (found["refund-deadlines"].status is Status.PASS) is settled
    assert found["close-aftersales"].status is (Status.FAIL if settled else Status.NO_VERDICT)


def tickets(since: datetime, until: datetime, made_at: datetime) -> Iterable[str]:
    """Three a day, each answered after ten hours and settled after twenty."""
    day = since
    while day < until:
        for n in range(3):
            at = day + (10 + 5 * n) * HOUR
            answered, settled = (shown(at + hours * HOUR, made_at) for hours in (10, 20))
            state = "succeeded" if settled else "open"
            yield f"t{day:%m%d}{n},o{day:%m%d}{n},refund_only,{state},{at},{answered},{settled}"
        day += DAY


def test_days_in_the_middle_that_a_ticket_file_lacks_may_leave_orders_out(tmp_path: Path) -> None:
    write(tmp_path, "orders", orders(FIRST, AS_OF, AS_OF, late=1))
    lost = (AS_OF - 15 * DAY, AS_OF - 10 * DAY)
    rows = [*tickets(FIRST, lost[0], AS_OF), *tickets(lost[1], AS_OF, AS_OF)]
    write(tmp_path, "tickets", rows, TICKETS)
    found = results(tmp_path, "pickup-24h", "dispute-fault-rate", "refund-only-hours")
    pickups = found["pickup-24h"]
    assert pickups.unknown == {Why.EMPTY_DAYS: 5 * 3}
    for rule in ("dispute-fault-rate", "refund-only-hours"):
        assert found[rule].status is Status.NO_VERDICT
        coverage = found[rule].coverage
        assert coverage is not None
        assert coverage.days_missing == tuple(f"2026-10-{n}" for n in range(17, 22))
    said = {Kind.TICKETS: (FIRST.date(), (AS_OF - DAY).date())}
    told = results(tmp_path, "pickup-24h", "refund-only-hours", coverage=said)
    assert not any(rule.unknown for rule in told.values())


def test_a_week_without_tickets_is_usual_where_there_is_another(tmp_path: Path) -> None:
    write(tmp_path, "orders", orders(FIRST, AS_OF, AS_OF))
    parts = [(FIRST, 5), (FIRST + 11 * DAY, 5), (FIRST + 22 * DAY, 13)]
    rows = [row for day, days in parts for row in tickets(day, day + days * DAY, AS_OF)]
    write(tmp_path, "tickets", rows, TICKETS)
    found = results(tmp_path, "pickup-24h", "refund-only-hours")
    assert not any(rule.unknown for rule in found.values())

"""The effect that an item states is the audit at the same as-of in which that unit is missed.

The file is edited so that its deadline lies a second before as-of and it is still not done; then
the audit is made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kshop_audit.auditing.audit import audit
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.ingest import Request
from kshop_audit.model.due import DueItem
from kshop_audit.model.report import Report, RuleResult
from kshop_audit.model.settings import Settings
from tests.due.shop import DAY, HOUR, SECOND, Maker, Row, write
from tests.due.test_finder import due

Shop = dict[str, list[Row]]


def report(folder: Path, as_of: datetime, pack: str = "kuaishou") -> Report:
    scratch = folder.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    request = AuditRequest(
        inputs=Request((folder,)),
        settings=Settings(packs=(pack,), pack_chosen=True),
        as_of=as_of,
        deadlines=True,
    )
    return audit(request, scratch).report


def of(shop: Shop, kind: str, name: str, value: str | None) -> list[Row]:
    found = [row for row in shop[kind] if row[name] == value]
    assert found
    return found


def ship(shop: Shop, item: DueItem, as_of: datetime) -> None:
    for row in of(shop, "orders", "order_id", item.ids.order_id):
        row |= {"paid_at": as_of - 48 * HOUR - SECOND, "status": "paid", "aftersale_state": "none"}


def promise(shop: Shop, item: DueItem, as_of: datetime) -> None:
    for row in of(shop, "orders", "order_id", item.ids.order_id):
        row |= {"promised_ship_at": as_of - SECOND, "status": "paid", "aftersale_state": "none"}


def pickup(shop: Shop, item: DueItem, as_of: datetime) -> None:
    sent = as_of - 24 * HOUR - SECOND
    of(shop, "orders", "order_id", item.ids.order_id)[0]["shipped_at"] = sent
    for row in shop["shipments"]:
        if row["order_id"] == item.ids.order_id:
            row |= {"shipped_at": sent, "picked_up_at": None}


def ticket(shop: Shop, item: DueItem, as_of: datetime) -> None:
    row = of(shop, "tickets", "ticket_id", item.ids.ticket_id)[0]
    row |= {"applied_at": as_of - 48 * HOUR - SECOND, "status": "open"}


def question(shop: Shop, item: DueItem, as_of: datetime) -> None:
    """The whole conversation took place so much earlier."""
    off = as_of - SECOND - datetime.fromisoformat(item.deadline)
    for row in of(shop, "chats", "session_id", item.ids.session_id):
        sent = row["sent_at"]
        assert isinstance(sent, datetime)
        row["sent_at"] = sent + off


def finish(shop: Shop, item: DueItem, as_of: datetime) -> None:
    row = of(shop, "tickets", "ticket_id", item.ids.ticket_id)[0]
    row |= {"applied_at": as_of - 7 * DAY - SECOND, "status": "open"}


def repay(shop: Shop, item: DueItem, as_of: datetime) -> None:
    row = of(shop, "violations", "violation_id", item.ids.violation_id)[0]
    row["notified_at"] = as_of - 5 * DAY - SECOND


MISSED: Mapping[tuple[str, str], Callable[[Shop, DueItem, datetime], None]] = {
    ("kuaishou", "ship"): ship, ("kuaishou", "promise"): promise, ("kuaishou", "pickup"): pickup,
    ("kuaishou", "ticket"): ticket, ("kuaishou", "question"): question,
    ("jd", "ticket"): ticket, ("jd", "finish"): finish, ("jd", "repay"): repay,
    ("taobao", "question"): question, ("kuaishou-2021-09", "question"): question,
}  # fmt: skip
"""Pack and kind → how the unit is missed."""


class Afternoon(Maker):
    """As-of is three in the afternoon; conversations are of the last minutes before it."""

    def __init__(self, seed: int, size: int = 40) -> None:
        super().__init__(seed, size, 24 * HOUR)
        self.as_of = datetime(2026, 11, 1, 15)
        self.begin = datetime(2026, 10, 3)

    def talk(self, number: int) -> list[Row]:
        self.deadline = self.soon  # type: ignore[method-assign]
        rows = super().talk(number)
        del self.deadline
        return rows[:2]

    def soon(self) -> datetime:
        return self.as_of + self.rng.choice((0, 1, 30, 120)) * SECOND


def rule_of(made: Report, item: DueItem) -> RuleResult:
    return next(rule for rule in made.rules if rule.id == item.rule)


@pytest.mark.parametrize(("pack", "kind"), MISSED)
def test_the_effect_is_the_audit_in_which_the_unit_is_missed(
    pack: str, kind: str, tmp_path: Path
) -> None:
    seed = [*MISSED].index((pack, kind))
    shop = Afternoon(seed, 40 if pack == "kuaishou" else 150).shop()
    for number, row in enumerate(shop["violations"]):
        if pack == "jd":
            noticed = datetime(2026, 10, 27, 15) + number * HOUR
            row |= {"kind": "先行赔付", "notified_at": noticed}
    # A ticket before the pickup would take the order out.
    shop["tickets"] = [row | {"order_id": f"X{row['ticket_id']}"} for row in shop["tickets"]]
    as_of = datetime(2026, 11, 1, 15)
    write(tmp_path / "shop", shop)
    now = report(tmp_path / "shop", as_of, pack)
    chosen = [item for item in now.today if item.kind == kind and not item.late and item.certain]
    # Of JD's tickets the file may name a later deadline than the rule, by which they are late.
    moved = [item for item in chosen if item.effect.rate != rule_of(now, item).value]
    assert moved, "nothing to look at"
    for item in (moved[0], chosen[-1]):
        edited = deepcopy(shop)
        MISSED[pack, kind](edited, item, as_of)
        write(tmp_path / "edited", edited)
        then = rule_of(report(tmp_path / "edited", as_of, pack), item)
        assert then.value is not None
        assert (then.value != rule_of(now, item).value) is (item in moved)
        effect = item.effect
        assert (effect.rate, effect.points) == (then.value, then.points)
        assert (effect.numerator, effect.denominator) == (then.numerator, then.denominator)


def test_an_uncertain_unit_becomes_a_certain_miss(tmp_path: Path) -> None:
    """Its state is made known as well: what was a doubt is none any more."""
    shop = Afternoon(7).shop()
    as_of = datetime(2026, 11, 1, 15)
    write(tmp_path / "shop", shop)
    now = report(tmp_path / "shop", as_of)
    item = next(i for i in now.today if i.kind == "ship" and i.late and not i.certain)
    for row in of(shop, "orders", "order_id", item.ids.order_id):
        row |= {"status": "paid", "aftersale_state": "none"}
    write(tmp_path / "edited", shop)
    then = rule_of(report(tmp_path / "edited", as_of), item)
    assert (item.effect.rate, item.effect.points) == (then.value, then.points)
    assert then.unknown != rule_of(now, item).unknown


def test_what_is_late_already_changes_nothing_more(tmp_path: Path) -> None:
    write(tmp_path / "shop", Afternoon(3).shop())
    as_of = datetime(2026, 11, 1, 15)
    now = report(tmp_path / "shop", as_of)
    late = [i for i in now.today if i.late and i.certain and i.kind in ("ship", "pickup")]
    assert late
    for item in late:
        assert item.effect.rate == rule_of(now, item).value
        assert item.effect.points == rule_of(now, item).points


def test_what_the_days_of_a_rule_have_not_reached_moves_no_figure_yet(tmp_path: Path) -> None:
    """Taobao's pickups are looked at four days later: one that is late now is in no figure."""
    shop, as_of = Afternoon(3, 60).shop(), datetime(2026, 11, 1, 15)
    write(tmp_path / "shop", shop)
    now = report(tmp_path / "shop", as_of, "taobao")
    item = next(i for i in now.today if i.kind == "pickup" and not i.late and i.certain)
    ship(shop, item, as_of)
    write(tmp_path / "edited", shop)
    then = rule_of(report(tmp_path / "edited", as_of, "taobao"), item)
    assert then.value is not None
    assert (item.effect.rate, item.effect.points) == (then.value, then.points)
    assert (then.numerator, then.denominator) == (
        rule_of(now, item).numerator, rule_of(now, item).denominator,
    )  # fmt: skip


def test_a_step_that_no_figure_counts_has_no_effect(tmp_path: Path) -> None:
    write(tmp_path / "shop", Afternoon(3).shop())
    found = due(tmp_path / "shop", datetime(2026, 11, 1, 15), timedelta(days=3)).items
    steps = [item for item in found if item.kind in ("return", "appeal")]
    assert {item.kind for item in steps} == {"return", "appeal"}
    assert {item.effect.rate for item in steps} == {None}

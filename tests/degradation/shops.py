"""Random shops whose truth is known to the last cell, of any size and rhythm.

Every shop is complete and settles all that the rules ask: each intervened ticket is judged, each
order that left has its time. Only what no export can hold is missing from the files later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from tests.degradation.builders import Row, Shop
from tests.degradation.rhythms import (
    DAY,
    HOUR,
    SECOND,
    Rhythm,
    goes_well,
    moment_of,
    rhythm_of,
)

QUALITY = ("质量问题", "商品破损", "与描述不一致", "假冒品牌")
PERSONAL = ("不想要了", "七天无理由", "拍错/多拍")
AGENTS = ("店铺:小李", "店铺:小王", "店铺:小陈")
ROBOT = "店铺:智能助手"
WAITS = ((5, 60, 200, 299, 300), (301, 355, 900))
QUICK_WAITS = ((5, 60, 120, 179, 180), (181, 240, 900))
"""Seconds until a reply, if all goes well and if not."""
GONE = "rejected_at"
"""Hidden column: when a ticket was rejected. No export has it."""


@dataclass(frozen=True)
class Whole:
    """A shop of which everything is known.

    Attributes:
        rows: All rows of all kinds; a ticket also holds the hidden time of its rejection.
        rhythm: What kind of shop it is, and the instant of the audit.
        closing: Whether it sells nothing more and waits to be closed.
    """

    rows: Shop
    rhythm: Rhythm
    closing: bool

    @property
    def as_of(self) -> datetime:
        return self.rhythm.as_of


@dataclass(frozen=True)
class Habits:
    """Chances in a hundred, of one shop."""

    tickets: int
    intervened: int
    faulty: int
    quality: int
    banned: int
    lines: int
    waybills: int
    hidden: bool
    """Whether tickets are rejected at an instant that no export tells."""
    quick: bool
    """Whether its good replies come within three minutes, not five."""


def whole_shop(
    rng: Random, *, hidden_rejections: bool = False, quick: bool = False, size: int = 1
) -> Whole:
    """A shop of which everything is known.

    With `hidden_rejections` some tickets were rejected at an instant that no export tells; else
    a rejected ticket ends with its rejection, within the limit of its answer. A `quick` one keeps
    to three minutes where another one keeps to five.
    """
    rhythm = rhythm_of(rng, size)
    habits = Habits(
        tickets=rng.choice((0, 5, 20, 60, 100)),
        intervened=rng.choice((2, 5, 20)),
        faulty=rng.choice((0, 20, 50, 100)),
        quality=rng.choice((0, 1, 30)),
        banned=rng.choice((0, 0, 0, 1)),
        lines=rng.choice((0, 0, 10)),
        waybills=rng.choice((0, 0, 0, 2)),
        hidden=hidden_rejections,
        quick=quick,
    )
    closing = rng.randrange(10) == 0
    shop: Shop = {kind: [] for kind in ("orders", "chats", "tickets", "ratings", "violations")}
    shop |= {"shipments": [], "disputes": []}
    number = 0
    for day, orders in zip(rhythm.days(), rhythm.orders, strict=True):
        for _ in range(orders):
            number += 1
            add_order(rng, rhythm, habits, shop, (moment_of(rng, rhythm, day), number, closing))
    number = 0
    for day, talks in zip(rhythm.days(), rhythm.talks, strict=True):
        for _ in range(talks):
            number += 1
            add_talk(rng, rhythm, habits, shop, (moment_of(rng, rhythm, day), number))
    for number in range(rng.choice((0, 0, 1, 4))):
        shop["violations"].append(violation(rng, rhythm, number))
    shop["chats"].sort(key=lambda row: (str(row["sent_at"]), str(row["message_id"])))
    shop["orders"].sort(key=lambda row: (str(row["created_at"]), str(row["sub_order_id"])))
    shop["tickets"].sort(key=lambda row: str(row["applied_at"]))
    return Whole(shop, rhythm, closing)


def seen(rhythm: Rhythm, moment: datetime | None) -> datetime | None:
    """The moment if the export was made after it; most are made at as-of."""
    if moment is None or rhythm.later:
        return moment
    return moment if moment < rhythm.as_of else None


# --- orders -----------------------------------------------------------------------------------


def add_order(
    rng: Random, rhythm: Rhythm, habits: Habits, shop: Shop, birth: tuple[datetime, int, bool]
) -> None:
    created, number, closing = birth
    if seen(rhythm, created) is None:
        return
    paid = seen(rhythm, created + rng.randrange(1, 1_200) * SECOND)
    order: Row = {
        "order_id": f"26{number:08d}01",
        "sub_order_id": f"26{number:08d}01-0",
        "status": "pending_payment",
        "aftersale_state": "none",
        "created_at": created,
        "paid_at": paid if rng.randrange(25) else None,
        "is_presale": rng.randrange(40) == 0,
        "promised_ship_at": None,
        "shipped_at": None,
        "picked_up_at": None,
        "received_at": None,
        "finished_at": None,
        "tracking_no": None,
        "product_id": f"P{rng.randrange(4)}",
        "address": f"浙江省幸福路{number}号",
    }
    if rng.randrange(6) == 0 and paid is not None:
        order["promised_ship_at"] = paid + rng.choice((1, 3, 7)) * DAY
    if isinstance(order["paid_at"], datetime):
        live(rng, rhythm, habits, order, order["paid_at"])
    if closing:
        finish_order(rhythm, order)
    shop["orders"].extend(lines_of(rng, habits, order))
    if order["shipped_at"] is not None:
        shop["shipments"].append(
            {
                "order_id": order["order_id"],
                "tracking_no": order["tracking_no"],
                "shipped_at": order["shipped_at"],
                "picked_up_at": order["picked_up_at"],
                "signed_at": order["received_at"],
            }
        )
    if order["paid_at"] is not None and rng.randrange(100) < habits.tickets:
        for index in range(rng.choice((1, 1, 1, 2))):
            add_ticket(rng, rhythm, habits, shop, (order, f"7{number:06d}{index}"))


def live(rng: Random, rhythm: Rhythm, habits: Habits, order: Row, paid: datetime) -> None:
    """From payment on: given up, waiting, on its way, at the buyer's, done."""
    order["status"] = "paid"
    if rng.randrange(30) == 0:
        gone: Row = {"status": "closed", "aftersale_state": rng.choice(("none", "refunded"))}
        order |= gone
        return
    late = rng.choice((1, 3_600, 90_000))
    wait = rng.randrange(3_600, 48 * 3_600) if goes_well(rng, rhythm) else 48 * 3_600 + late
    shipped = seen(rhythm, paid + wait * SECOND)
    if shipped is None:
        return
    waybill = f"YT{str(order['order_id'])[2:]}"
    if rng.randrange(100) < habits.waybills:
        waybill = f"YT99{rng.randrange(2)}"
    order |= {"status": "shipped", "shipped_at": shipped, "tracking_no": waybill}
    wait = rng.randrange(1, 24 * 3_600) if goes_well(rng, rhythm) else 24 * 3_600 + late
    picked = seen(rhythm, shipped + wait * SECOND)
    order["picked_up_at"] = picked
    if picked is None:
        return
    received = seen(rhythm, picked + rng.randrange(20, 90) * HOUR)
    if received is None:
        return
    order |= {"status": "received", "received_at": received}
    finished = seen(rhythm, received + rng.randrange(1, 200) * HOUR)
    if finished is not None:
        order |= {"status": "completed", "finished_at": finished}


def finish_order(rhythm: Rhythm, order: Row) -> None:
    """A shop that closes has nothing on its way."""
    if order["status"] in ("shipped", "received") and order["received_at"] is not None:
        order |= {"status": "completed", "finished_at": order["received_at"]}
    elif order["status"] not in ("completed", "closed"):
        order |= {"status": "closed"}


def lines_of(rng: Random, habits: Habits, order: Row) -> list[Row]:
    """One row an order; at times a second one of another product, sent along or given up."""
    if rng.randrange(100) >= habits.lines:
        return [order]
    other = {**order, "sub_order_id": f"{order['order_id']}-1", "product_id": "P9"}
    if rng.randrange(3) == 0 and order["shipped_at"] is not None:
        other |= {"status": "closed", "aftersale_state": "refunded"}
        other |= dict.fromkeys(("shipped_at", "picked_up_at", "received_at", "tracking_no"))
    return [order, other]


# --- tickets ----------------------------------------------------------------------------------


def add_ticket(
    rng: Random, rhythm: Rhythm, habits: Habits, shop: Shop, about: tuple[Row, str]
) -> None:
    order, ticket_id = about
    paid = order["paid_at"]
    assert isinstance(paid, datetime)
    applied = seen(rhythm, paid + rng.randrange(60, rng.choice((2, 9, 9)) * 86_400) * SECOND)
    if applied is None:
        return
    reason = rng.choice(QUALITY if rng.randrange(100) < habits.quality else PERSONAL)
    row: Row = {
        "ticket_id": ticket_id,
        "order_id": order["order_id"],
        "type": rng.choice(("refund_only", "refund_only", "return_refund", "exchange")),
        "status": "open",
        "first_reason": reason,
        "reason": reason,
        "applied_at": applied,
        "agreed_at": None,
        "return_signed_at": None,
        "finished_at": None,
        "arbitration": "无",
        "liable_party": None,
        "reject_reason": None,
        GONE: None,
    }
    if rng.randrange(12) == 0:
        hours = rng.choice((1, 12, 23, 47, 60) if habits.hidden else (1, 12, 23))
        answered = seen(rhythm, applied + hours * HOUR)
        if answered is not None:
            row |= {"status": "rejected", GONE if habits.hidden else "finished_at": answered}
            row["reject_reason"] = rng.choice(("商品没问题", "商品没问题", None))
    elif rng.randrange(15):
        settle(rng, rhythm, row, applied)
    if rng.randrange(100) < habits.intervened:
        faulty = rng.randrange(100) < habits.faulty
        row["arbitration"] = rng.choice(("平台介入", "已介入"))
        row["liable_party"] = rng.choice(("merchant", "both") if faulty else ("buyer", "platform"))
    shop["tickets"].append(row)
    if row["liable_party"] is not None:
        judgement: Row = {"ticket_id": ticket_id, "liable_party": row["liable_party"]}
        shop["disputes"].append(judgement)


def settle(rng: Random, rhythm: Rhythm, row: Row, applied: datetime) -> None:
    """Agreed, sent back, closed: as far as it went by the export."""
    hours = rng.choice((1, 10, 20, 23, 24, 25, 47, 49)) if rng.randrange(4) else rng.randrange(1, 9)
    agreed = seen(rhythm, applied + hours * HOUR + rng.choice((-1, 0, 1, 900)) * SECOND)
    if agreed is None:
        return
    row["agreed_at"] = agreed
    row["status"] = "refunding"
    finished: datetime | None = agreed + rng.randrange(1, 7_200) * SECOND
    if row["type"] == "return_refund":
        signed = seen(rhythm, agreed + rng.randrange(20, 120) * HOUR)
        row |= {"return_signed_at": signed, "status": "awaiting_receipt"}
        if signed is None:
            row["status"] = "awaiting_return"
            return
        finished = signed + rng.randrange(1, rng.choice((30, 150))) * HOUR
    finished = seen(rhythm, finished)
    if finished is not None:
        row |= {"finished_at": finished, "status": "succeeded"}
        if rng.randrange(10) == 0:
            row["status"] = "closed"


# --- conversations ----------------------------------------------------------------------------


def add_talk(
    rng: Random, rhythm: Rhythm, habits: Habits, shop: Shop, birth: tuple[datetime, int]
) -> None:
    now, number = birth
    talk = Talk(rng, rhythm, number, now)
    for _ in range(rng.choice((1, 1, 2, 3))):
        talk.ask()
        talk.answer(habits)
    shop["chats"].extend(talk.rows)
    if rng.randrange(3) == 0 and (rated := seen(rhythm, talk.now + 60 * SECOND)) is not None:
        content = goes_well(rng, rhythm)
        rating = "satisfied" if content else rng.choice(("neutral", "dissatisfied"))
        row: Row = {"session_id": talk.session, "agent_account": talk.agent}
        shop["ratings"].append(row | {"rating": rating, "rated_at": rated})


class Talk:
    """A conversation under way; no two of its messages share a second."""

    def __init__(self, rng: Random, rhythm: Rhythm, number: int, now: datetime) -> None:
        self.rng = rng
        self.rhythm = rhythm
        self.session = f"c{number:05d}"
        self.now = now
        self.asked = now
        self.agent = rng.choice(AGENTS)
        self.rows: list[Row] = []

    def ask(self) -> None:
        for index in range(self.rng.choice((1, 1, 1, 2, 4))):
            self.now += self.rng.choice((1, 20, 70) if index else (1, 400, 4_000)) * SECOND
            self.asked = self.now if index == 0 else self.asked
            kind = "card" if self.rng.randrange(20) == 0 else self.rng.choice(("text", "image"))
            self.write("buyer", kind, "什么时候发货")

    def answer(self, habits: Habits) -> None:
        rng = self.rng
        if rng.randrange(12) == 0:
            self.now += SECOND
            self.write("system", "system", "会话提示")
        well = goes_well(rng, self.rhythm)
        good, late = QUICK_WAITS if habits.quick else WAITS
        wait = rng.choice(good if well else late)
        if not well and rng.randrange(3) == 0:
            return
        self.now = max(self.now + SECOND, self.asked + timedelta(seconds=wait))
        content = "这是高仿" if rng.randrange(100) < habits.banned else "亲，今天发货"
        self.write("robot" if rng.randrange(15) == 0 else "agent", "text", content)

    def write(self, role: str, kind: str, content: str) -> None:
        if seen(self.rhythm, self.now) is None:
            return
        index = len(self.rows)
        self.rows.append(
            {
                "session_id": self.session,
                "message_id": f"m{self.session[1:]}{index:03d}",
                "message_seq": index + 1,
                "buyer_id": f"B{self.session[1:]}",
                "agent_account": {"robot": ROBOT, "system": None}.get(role, self.agent),
                "sender_role": role,
                "sent_at": self.now,
                "message_type": kind,
                "content": content,
            }
        )


def violation(rng: Random, rhythm: Rhythm, number: int) -> Row:
    notified = rhythm.as_of - rng.randrange(1, 20 * 86_400) * SECOND
    return {
        "violation_id": f"X{number:05d}",
        "order_id": None,
        "kind": rng.choice(("no_source", "other")),
        "notified_at": notified,
        "status": rng.choice(("open", "closed")),
        "points": rng.choice((0, 6, 20)),
        "study_points": rng.choice((0, 5)),
        "quantity": rng.choice((1, 4, 5, 19, 20)),
    }


def without_hidden(rows: Mapping[str, list[Row]]) -> Shop:
    """What a perfect export could hold: everything but the times that no export has."""
    return {
        kind: [{name: row[name] for name in row if name != GONE} for row in of_kind]
        for kind, of_kind in rows.items()
    }


def with_answers(rows: Mapping[str, list[Row]]) -> Shop:
    """The rows for the oracle: a rejection is the answer of its ticket."""
    stated = without_hidden(rows)
    stated["tickets"] = [
        {name: value for name, value in row.items() if name != GONE}
        | ({"agreed_at": row[GONE]} if row[GONE] is not None else {})
        for row in rows["tickets"]
    ]
    return stated

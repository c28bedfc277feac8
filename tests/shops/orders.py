"""Pieces of a random shop that hang on an order: its lines, waybills, tickets, reviews, money."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from random import Random

from tests.shops.profile import DAY, HOUR, SECOND, Profile, Row, Shop, around, moment_near

PROVINCES = ("浙江省", "广东省", "四川省")
CARRIERS = ("中通快递", "圆通速递", "顺丰速运")
QUALITY = ("质量问题", "商品破损", "与描述不一致", "假冒品牌")
PERSONAL = ("不想要了", "七天无理由", "拍错/多拍")
REJECTIONS = (None, None, "需买家承担发货运费", "商品没问题，买家未举证")
INTERVENED = ("平台介入", "客服介入", "是")
STATUSES = (
    "open",
    "rejected",
    "disputed",
    "awaiting_return",
    "awaiting_receipt",
    "refunding",
    "succeeded",
    "succeeded",
    "succeeded",
    "succeeded",
    "closed",
    "closed",
)
TYPES = ("refund_only",) * 4 + ("return_refund",) * 4 + ("exchange", "resend", "repair")


def order_piece(rng: Random, profile: Profile, number: int) -> Shop:
    """One order with everything that belongs to it; ids are unique through `number`."""
    order = order_row(rng, profile, number)
    shop: Shop = {kind: [] for kind in ("orders", "shipments", "tickets", "disputes")}
    shop["shipments"] = shipment_rows(rng, profile, order)
    shop["orders"] = order_lines(rng, order)
    for index in range(rng.choice((0, 0, 0, 1, 1, 2))):
        ticket = ticket_row(rng, profile, order, f"7{number:06d}{index}")
        add_ticket(rng, profile, shop, ticket)
    shop["reviews"] = review_rows(rng, profile, order, number)
    shop["settlements"] = settlement_rows(rng, order)
    return shop


def money(rng: Random) -> Decimal:
    return Decimal(rng.randrange(1, 50_000)) / 100


def order_row(rng: Random, profile: Profile, number: int) -> Row:
    paid = profile.bounded(moment_near(rng, profile.as_of, 30 if rng.randrange(3) else 60))
    row: Row = dict.fromkeys(
        ("deposit_paid_at", "promised_ship_at", "shipped_at", "picked_up_at", "received_at")
    )
    place = rng.choice(PROVINCES)
    row |= {
        "order_id": f"26{number:08d}01",
        "sub_order_id": None,
        "shop_id": "S1",
        "created_at": paid - rng.randrange(3_600) * SECOND,
        "paid_at": paid,
        "is_presale": rng.randrange(10) == 0 if rng.randrange(5) else None,
        "finished_at": None,
        "carrier": rng.choice(CARRIERS),
        "tracking_no": None,
        "paid_amount": money(rng),
        "postage": rng.choice((Decimal(0), Decimal(0), Decimal(6))),
        "commission": rng.choice((None, Decimal(0), round(money(rng) / 10, 2))),
        "product_id": f"P{rng.randrange(4)}",
        "quantity": rng.randrange(1, 4),
        "buyer_id": f"B{rng.randrange(12):03d}",
        "province": place,
        "address": f"{place}幸福路{rng.randrange(40)}号",
        "force_majeure": rng.choice((None, None, None, None, None, False, True)),
    }
    if rng.randrange(10) == 0:
        row["deposit_paid_at"] = paid - rng.randrange(1, 5 * 86_400) * SECOND
    if rng.randrange(3):
        days = rng.choice((1, 2, 2, 3, 7))
        row["promised_ship_at"] = paid + days * DAY + rng.choice((0, 0, 3_600)) * SECOND
    live(rng, profile, row, paid)
    changes = [value for key, value in row.items() if key.endswith("_at") and value is not None]
    row["updated_at"] = max(
        value
        for value in changes
        if isinstance(value, datetime) and value != row["promised_ship_at"]
    )
    return row


def live(rng: Random, profile: Profile, row: Row, paid: datetime) -> None:
    """Lets the order live: unpaid, cancelled, waiting, shipped, picked up, received, done."""
    row["aftersale_state"] = "none"
    fate = rng.randrange(20)
    if fate == 0:
        row |= {"paid_at": None, "status": rng.choice(("pending_payment", "closed"))}
    elif fate == 1:
        row |= {"status": "closed", "aftersale_state": rng.choice(("none", "refunded"))}
    elif fate == 2:
        row |= {"status": "paid", "aftersale_state": rng.choice(("refunded", "open"))}
    elif fate < 6:
        row["status"] = "paid"
    else:
        ship(rng, profile, row, paid)


def ship(rng: Random, profile: Profile, row: Row, paid: datetime) -> None:
    promise = row["promised_ship_at"]
    shipped = paid + around(rng, rng.choice((24, 48, 48)) * HOUR)
    if rng.randrange(15) == 0:
        shipped = paid - rng.randrange(7_200) * SECOND
    elif isinstance(promise, datetime) and rng.randrange(4) == 0:
        shipped = promise + rng.choice((-1, 0, 1)) * SECOND
    shipped = profile.bounded(shipped)
    row |= {"status": "shipped", "shipped_at": shipped}
    if rng.randrange(30):
        number = str(row["order_id"])[2:10]
        row["tracking_no"] = f"YT{number}" if rng.randrange(12) else f"YT99{rng.randrange(3):06d}"
    picked = None
    if rng.randrange(6):
        picked = profile.bounded(shipped + around(rng, 24 * HOUR))
        if rng.randrange(15) == 0:
            picked = shipped - rng.randrange(1, 3 * 3_600) * SECOND
        elif rng.randrange(25) == 0:
            picked = paid - rng.choice((0, 1, 3_600)) * SECOND
    row["picked_up_at"] = picked
    if picked is None or rng.randrange(3) == 0:
        return
    received = profile.bounded(picked + rng.randrange(1, 6 * 86_400) * SECOND)
    row |= {"status": "received", "received_at": received}
    if rng.randrange(2):
        finished = profile.bounded(received + rng.randrange(10 * 86_400) * SECOND)
        row |= {"status": "completed", "finished_at": finished}
        if rng.randrange(8) == 0:
            row |= {"status": "closed", "aftersale_state": "refunded"}


def order_lines(rng: Random, order: Row) -> list[Row]:
    """The row itself, sometimes in two lines, sometimes exported once more in an older state."""
    if rng.randrange(25) == 0:
        return [
            {
                **order,
                "sub_order_id": f"{order['order_id']}-{index}",
                "product_id": f"P{index}",
                "paid_amount": money(rng),
                "status": rng.choice((order["status"], order["status"], "closed")),
                "aftersale_state": rng.choice((order["aftersale_state"], "refunded")),
            }
            for index in range(2)
        ]
    if rng.randrange(10):
        return [order]
    if rng.randrange(2):
        return [order, dict(order)]
    older = order | dict.fromkeys(("shipped_at", "picked_up_at", "received_at", "finished_at"))
    changed = order["updated_at"]
    assert isinstance(changed, datetime)
    older |= {"tracking_no": None, "status": "paid", "updated_at": changed - HOUR}
    return [older, order] if rng.randrange(2) else [order, older]


def shipment_rows(rng: Random, profile: Profile, order: Row) -> list[Row]:
    shipped, waybill = order["shipped_at"], order["tracking_no"]
    if not isinstance(shipped, datetime) or waybill is None or rng.randrange(15) == 0:
        return []
    first: Row = {
        "order_id": order["order_id"],
        "tracking_no": waybill,
        "carrier": order["carrier"],
        "shipped_at": shipped,
        "picked_up_at": order["picked_up_at"],
        "signed_at": order["received_at"],
    }
    rows = [first]
    if rng.randrange(8) == 0 and not str(waybill).startswith("YT99"):
        for index in range(rng.randrange(1, 3)):
            sent = profile.bounded(shipped + around(rng, 48 * HOUR))
            picked = profile.bounded(sent + around(rng, 24 * HOUR)) if rng.randrange(3) else None
            again = {"tracking_no": f"{waybill}R{index}", "shipped_at": sent}
            rows.append({**first, **again, "picked_up_at": picked, "signed_at": None})
        if rng.randrange(2):
            order |= {"tracking_no": rows[-1]["tracking_no"]}
    if rng.randrange(12) == 0:
        rows.append(dict(rows[0]))
    return rows


# --- tickets ----------------------------------------------------------------------------------


def applied_at(rng: Random, profile: Profile, order: Row) -> datetime:
    """Applications love the moments that decide: pickup, shipping + 24 h, the window's edges."""
    shipped, picked = order["shipped_at"], order["picked_up_at"]
    choice = rng.randrange(5)
    if choice == 0 and isinstance(picked, datetime):
        return profile.bounded(picked + rng.choice((-60, -1, 0, 1, 3_600)) * SECOND)
    if choice == 1 and isinstance(shipped, datetime):
        return profile.bounded(shipped + 24 * HOUR + rng.choice((-1, 0, 1)) * SECOND)
    if choice == 2 and isinstance(order["paid_at"], datetime):
        return profile.bounded(order["paid_at"] + rng.randrange(1, 4 * 86_400) * SECOND)
    return profile.bounded(moment_near(rng, profile.as_of, rng.choice((30, 30, 60))))


def ticket_row(rng: Random, profile: Profile, order: Row, ticket_id: str) -> Row:
    applied = applied_at(rng, profile, order)
    kind, status = rng.choice(TYPES), rng.choice(STATUSES)
    if status in ("succeeded", "closed") and rng.randrange(4):
        applied -= rng.randrange(1, 12 * 86_400) * SECOND  # so that most of them end by as-of
    reasons = (*QUALITY, *PERSONAL, *PERSONAL)
    first = rng.choice(reasons)
    row: Row = dict.fromkeys(("agreed_at", "return_signed_at", "finished_at", "liable_party"))
    row |= {
        "ticket_id": ticket_id,
        "order_id": order["order_id"],
        "buyer_id": order["buyer_id"],
        "type": kind,
        "status": status,
        "first_reason": rng.choice((first, first, first, None)),
        "reason": rng.choice((first, first, rng.choice(reasons))),
        "applied_at": applied,
        "deadline_at": applied + 48 * HOUR,
        "arbitration": rng.choice((None, None, None, "无", "否", "未介入", "介入")),
        "rejected": rng.choice((None, False, status in ("rejected", "closed", "succeeded"))),
        "reject_reason": rng.choice(REJECTIONS) if status in ("rejected", "disputed") else None,
        "refund_amount": money(rng),
    }
    if row["arbitration"] == "介入":
        row["arbitration"] = rng.choice(INTERVENED)
        row["liable_party"] = rng.choice(("merchant", "both", "buyer", "platform", "none", None))
    if status in ("succeeded", "closed"):
        finish(rng, profile, row, applied)
    elif status in ("awaiting_return", "awaiting_receipt", "refunding"):
        row["agreed_at"] = profile.bounded(applied + around(rng, 24 * HOUR))
    row["updated_at"] = row["finished_at"] or row["agreed_at"] or applied
    return row


def finish(rng: Random, profile: Profile, row: Row, applied: datetime) -> None:
    limit = rng.choice((24, 48)) * HOUR
    agreed = profile.bounded(applied + around(rng, limit))
    signed = None
    finished = profile.bounded(agreed + rng.randrange(3_600) * SECOND)
    if row["type"] == "return_refund" and (row["status"] == "succeeded" or rng.randrange(5) == 0):
        signed = profile.bounded(agreed + rng.randrange(86_400, 5 * 86_400) * SECOND)
        finished = profile.bounded(signed + around(rng, 48 * HOUR))
    match rng.randrange(24):
        case 0:
            finished = agreed = applied - rng.randrange(1, 7_200) * SECOND
        case 1:
            finished = profile.as_of - rng.randrange(20 * 86_400) * SECOND
            row["applied_at"] = finished - 180 * DAY - rng.choice((0, 1)) * SECOND
            agreed, signed = finished, None
        case 2 | 3:
            finished = profile.bounded(max(moment_near(rng, profile.as_of, 30), agreed))
    row |= {
        "finished_at": finished,
        "agreed_at": agreed if rng.randrange(5) else None,
        "return_signed_at": signed if rng.randrange(6) else None,
    }


def add_ticket(rng: Random, profile: Profile, shop: Shop, ticket: Row) -> None:
    shop["tickets"].append(ticket)
    if rng.randrange(10) == 0:
        older = dict(ticket)
        if ticket["finished_at"] is not None and ticket["status"] == "succeeded":
            changed = ticket["updated_at"]
            assert isinstance(changed, datetime)
            older |= {"finished_at": None, "status": "open", "updated_at": changed - HOUR}
        shop["tickets"].insert(rng.randrange(len(shop["tickets"]) + 1), older)
    # A judgement never contradicts the ticket's own column; which one wins is nobody's business.
    party = ticket["liable_party"]
    own_column = ("tickets", "liable_party") not in profile.lacks
    if party is not None and (not own_column or rng.randrange(2)):
        shop["disputes"].append({"ticket_id": ticket["ticket_id"], "liable_party": party})


# --- reviews and money ------------------------------------------------------------------------


def review_rows(rng: Random, profile: Profile, order: Row, number: int) -> list[Row]:
    if rng.randrange(3):
        return []
    review: Row = {
        "review_id": f"V{number:06d}",
        "order_id": order["order_id"],
        "product_id": order["product_id"],
        "rating": rng.randrange(1, 6),
        "reviewed_at": profile.bounded(moment_near(rng, profile.as_of, 60)),
        "appeal": rng.choice(("none", "none", "pending", "succeeded", "rejected", None)),
    }
    return [review, dict(review)] if rng.randrange(10) == 0 else [review]


def settlement_rows(rng: Random, order: Row) -> list[Row]:
    if order["paid_at"] is None or rng.randrange(3) == 0:
        return []
    return [
        {
            "order_id": order["order_id"],
            "paid_at": order["paid_at"],
            "amount": order["paid_amount"],
            "commission": rng.choice((None, Decimal(0), round(money(rng) / 10, 2))),
        }
    ]

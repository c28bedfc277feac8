"""Manners of honest shops that look, to a hasty eye, like damage of their files.

Each changes the rows of a shop in place: files and truth follow from the same rows, nothing is
lost. What an operator would add to `shop.toml` for it, a manner returns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random

from tests.degradation.builders import Row, window_end
from tests.degradation.rhythms import DAY, SECOND
from tests.degradation.shops import Whole
from tests.honest.talking import (
    few_talks,
    many_never_answered,
    masked_names,
    one_agent,
    one_id_a_buyer,
    only_pictures,
    robots_answer,
    sent,
    shop_speaks_first,
    silent_week,
    silent_weekends,
)

Manner = Callable[[Random, Whole], str]
UNSENT = dict.fromkeys(("shipped_at", "picked_up_at", "received_at", "finished_at", "tracking_no"))


def at(row: Row, name: str) -> datetime | None:
    moment = row.get(name)
    return moment if isinstance(moment, datetime) else None


# --- orders -----------------------------------------------------------------------------------


def mostly_presale(rng: Random, whole: Whole) -> str:
    """Most orders are presale ones, which leave a fortnight after they were paid."""
    share = rng.choice((60, 90, 100))
    chosen = {row["order_id"] for row in whole.rows["orders"] if rng.randrange(100) < share}
    gone: set[object] = set()
    for row in whole.rows["orders"]:
        paid = at(row, "paid_at")
        if row["order_id"] not in chosen or paid is None:
            continue
        row |= {"is_presale": True, "promised_ship_at": paid + 15 * DAY}
        if row["shipped_at"] is None:
            continue
        row.update(UNSENT)
        row.update(status="paid", aftersale_state="none")
        shipped = paid + 14 * DAY + rng.randrange(86_400) * SECOND
        gone.add(row["order_id"])
        if shipped < whole.as_of:
            row |= {"shipped_at": shipped, "status": "shipped"}
            row["tracking_no"] = f"YT{row['order_id']}"
    without_parcels(whole, gone)
    return ""


def virtual_goods(rng: Random, whole: Whole) -> str:
    """Nothing is carried: an order leaves in the second of its payment, or a few later."""
    for row in whole.rows["orders"]:
        if (paid := at(row, "paid_at")) is not None and row["status"] != "closed":
            shipped = paid + rng.choice((0, 1, 3)) * SECOND
            if shipped >= whole.as_of:
                continue
            row |= {"shipped_at": shipped, "tracking_no": None, "picked_up_at": None}
            row |= {"received_at": shipped, "finished_at": shipped, "status": "completed"}
    whole.rows["shipments"] = []
    return ""


def refunds_before_shipping(rng: Random, whole: Whole) -> str:
    """Many orders are given up before they leave; no ticket is about these."""
    gone: set[object] = set()
    for row in whole.rows["orders"]:
        if row["paid_at"] is not None and rng.randrange(3) == 0:
            gone.add(row["order_id"])
    for row in whole.rows["orders"]:
        if row["order_id"] in gone:
            row.update(UNSENT)
            row.update(status="closed", aftersale_state="refunded")
    without_parcels(whole, gone)
    tickets = whole.rows["tickets"]
    whole.rows["tickets"] = [row for row in tickets if row["order_id"] not in gone]
    named = {row["ticket_id"] for row in whole.rows["tickets"]}
    judged = whole.rows["disputes"]
    whole.rows["disputes"] = [row for row in judged if row["ticket_id"] in named]
    return ""


def without_parcels(whole: Whole, gone: set[object]) -> None:
    rows = whole.rows["shipments"]
    whole.rows["shipments"] = [row for row in rows if row["order_id"] not in gone]


def paid_after_arrival(rng: Random, whole: Whole) -> str:
    """先用后付: the buyer pays when the parcel has arrived; no export knows a payment before."""
    for row in whole.rows["orders"]:
        received = at(row, "received_at")
        if received is not None and rng.randrange(10):
            paid = received + rng.randrange(1, 3 * 86_400) * SECOND
            row["paid_at"] = paid if paid < whole.as_of else whole.as_of - SECOND
    return ""


def gifts(rng: Random, whole: Whole) -> str:
    """Some orders were never paid for, and were sent all the same."""
    for row in whole.rows["orders"]:
        if row["shipped_at"] is not None and rng.randrange(15) == 0:
            row["paid_at"] = None
    whole.rows["tickets"] = [
        row for row in whole.rows["tickets"]
        if row["order_id"] not in {o["order_id"] for o in whole.rows["orders"] if not o["paid_at"]}
    ]  # fmt: skip
    return ""


def once_a_day(rng: Random, whole: Whole) -> str:
    """All parcels of a day leave at six o'clock, and are picked up at seven."""
    hour = rng.choice((9, 18, 23))
    for row in whole.rows["orders"]:
        shipped = at(row, "shipped_at")
        if shipped is None:
            continue
        new = shipped.replace(hour=hour, minute=0, second=0)
        if new < (at(row, "paid_at") or new):
            new += DAY
        if new < whole.as_of and (at(row, "picked_up_at") or new) >= new:
            row["shipped_at"] = new
            for parcel in whole.rows["shipments"]:
                if parcel["order_id"] == row["order_id"]:
                    parcel["shipped_at"] = new
    return ""


def holiday(rng: Random, whole: Whole) -> str:
    """No business on some days, of which the operator tells; parcels still move."""
    first = window_end(whole.as_of) - rng.choice((3, 7, 12, 20)) * DAY
    last = min(first + rng.choice((3, 7)) * DAY, window_end(whole.as_of))
    closed = {
        row["order_id"] for row in whole.rows["orders"]
        if first <= (at(row, "created_at") or first) < last
    }  # fmt: skip
    rows = whole.rows
    rows["orders"] = [row for row in rows["orders"] if row["order_id"] not in closed]
    without_parcels(whole, closed)
    rows["tickets"] = [row for row in rows["tickets"] if row["order_id"] not in closed]
    named = {row["ticket_id"] for row in rows["tickets"]}
    rows["disputes"] = [row for row in rows["disputes"] if row["ticket_id"] in named]
    rows["chats"] = [row for row in rows["chats"] if not first <= sent(row) < last]
    rows["ratings"] = [
        row for row in rows["ratings"] if not first <= (at(row, "rated_at") or first) < last
    ]
    span = f"{{from = {first:%Y-%m-%d}, to = {last - DAY:%Y-%m-%d}}}"
    return f"no_business_days = [{span}]"


def quick_shipping(rng: Random, whole: Whole) -> str:
    """Everything leaves within the hour: no order waits at the end."""
    sooner: dict[object, datetime] = {}
    for row in whole.rows["orders"]:
        paid, picked = at(row, "paid_at"), at(row, "picked_up_at")
        if paid is None or row["status"] in ("closed", "pending_payment"):
            continue
        shipped = paid + rng.randrange(60, 3_600) * SECOND
        if shipped < whole.as_of and (picked is None or shipped < picked):
            sooner[row["order_id"]] = shipped
            row |= {
                "shipped_at": shipped,
                "tracking_no": row["tracking_no"] or f"YT{row['order_id']}",
            }
            row["status"] = "shipped" if row["status"] == "paid" else row["status"]
    for parcel in whole.rows["shipments"]:
        parcel["shipped_at"] = sooner.get(parcel["order_id"], parcel["shipped_at"])
    return ""


def kept_at_midnight(rng: Random, whole: Whole) -> str:
    """Orders are closed by a program that runs at midnight."""
    for row in whole.rows["orders"]:
        if (finished := at(row, "finished_at")) is not None:
            row["finished_at"] = window_end(finished)
            if window_end(finished) >= whole.as_of:
                row |= {"finished_at": None, "status": "received"}
    return ""


def deposits(rng: Random, whole: Whole) -> str:
    """A deposit is paid first, the rest days later."""
    for row in whole.rows["orders"]:
        if (paid := at(row, "paid_at")) is not None and rng.randrange(2):
            row["created_at"] = row["deposit_paid_at"] = paid - rng.randrange(1, 6) * DAY
        else:
            row["deposit_paid_at"] = None
    return ""


# --- tickets ----------------------------------------------------------------------------------


def instant_refunds(rng: Random, whole: Whole) -> str:
    """A refund takes minutes, by a program: no ticket is open."""
    for row in whole.rows["tickets"]:
        applied = at(row, "applied_at")
        if applied is None or row["arbitration"] != "无":
            continue
        done = applied + rng.choice((0, 1, 30)) * SECOND
        if done < whole.as_of:
            row |= {"type": "refund_only", "status": "succeeded", "agreed_at": done}
            row |= {"finished_at": done, "reject_reason": None, "return_signed_at": None}
    return ""


def tickets_of_a_month(rng: Random, whole: Whole) -> str:
    """The tickets are those applied for in the last weeks; the orders go further back."""
    since = window_end(whole.as_of) - rng.choice((30, 31, 45)) * DAY
    kept = {
        row["ticket_id"] for row in whole.rows["tickets"]
        if (at(row, "applied_at") or since) >= since
    }  # fmt: skip
    for kind in ("tickets", "disputes"):
        whole.rows[kind] = [row for row in whole.rows[kind] if row["ticket_id"] in kept]
    return ""


def orders_of_a_month(rng: Random, whole: Whole) -> str:
    """The orders are those of the last weeks, the tickets and parcels go further back."""
    since = window_end(whole.as_of) - rng.choice((31, 40)) * DAY
    rows = whole.rows["orders"]
    whole.rows["orders"] = [row for row in rows if (at(row, "created_at") or since) >= since]
    return ""


def few_tickets(rng: Random, whole: Whole) -> str:
    """A shop with a ticket now and then."""
    kept = {row["ticket_id"] for row in whole.rows["tickets"] if rng.randrange(15) == 0}
    for kind in ("tickets", "disputes"):
        whole.rows[kind] = [row for row in whole.rows[kind] if row["ticket_id"] in kept]
    return ""


MANNERS: Mapping[str, Manner] = {
    manner.__name__: manner
    for manner in (
        robots_answer, shop_speaks_first, many_never_answered, silent_weekends, silent_week,
        only_pictures, masked_names, one_agent, mostly_presale, virtual_goods, deposits,
        one_id_a_buyer, few_talks, tickets_of_a_month,
        orders_of_a_month,
        refunds_before_shipping, paid_after_arrival, gifts, once_a_day, holiday, quick_shipping,
        kept_at_midnight, instant_refunds, few_tickets,
    )
}  # fmt: skip

"""A small shop as rows, so that a row can be edited and the files written again."""

from __future__ import annotations

import csv
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

Row = dict[str, str]
AS_OF = datetime(2026, 11, 1)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
CARRIERS = ("中通快递", "圆通速递", "极兔速递")
AGENTS = ("小李", "小王", "小陈")
FAULTS = ("商家责任", "买家责任", "双方有责")


def written(at: datetime | None) -> str:
    return "" if at is None else at.strftime("%Y-%m-%d %H:%M:%S")


def read(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@dataclass
class SmallShop:
    """Rows by kind; every conversation asks once, every order has one line and one waybill."""

    rows: dict[str, list[Row]]

    def copy(self) -> SmallShop:
        return SmallShop(deepcopy(self.rows))

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for kind, rows in self.rows.items():
            with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        return folder


def small_shop(seed: int, orders: int = 60, talks: int = 90) -> SmallShop:
    """Everything lies within 29 days before AS_OF, which the newest row sets."""
    rng = Random(seed)
    rows: dict[str, list[Row]] = {
        kind: [] for kind in ("orders", "chats", "ratings", "tickets", "disputes")
    }
    for number in range(orders):
        rows["orders"].append(_order(rng, number))
    for number in range(talks):
        _talk(rng, rows, number)
    for number in range(30):
        _ticket(rng, rows, number)
    return SmallShop(rows)


def _moment(rng: Random, before: timedelta) -> datetime:
    span = int((timedelta(days=29) - before).total_seconds())
    return AS_OF - before - timedelta(seconds=rng.randrange(span))


def _order(rng: Random, number: int) -> Row:
    paid = _moment(rng, timedelta(days=6))
    waited = rng.choice((rng.randrange(1, 48), rng.randrange(40, 80))) * HOUR
    shipped = paid + waited + rng.randrange(3600) * timedelta(seconds=1)
    picked = shipped + rng.choice((rng.randrange(1, 24), rng.randrange(20, 40))) * HOUR
    return {
        "order_id": f"26315{number:011d}",
        "status": "shipped",
        "created_at": written(paid),
        "paid_at": written(paid),
        "is_presale": "false",
        "shipped_at": written(shipped),
        "picked_up_at": written(picked),
        "carrier": rng.choice(CARRIERS),
        "tracking_no": f"JT{number:013d}",
        "paid_amount": f"{rng.randrange(500, 60000) / 100:.2f}",
        "province": "浙江省",
    }


def _talk(rng: Random, rows: dict[str, list[Row]], number: int) -> None:
    day = _moment(rng, timedelta(days=1)).replace(hour=0, minute=0, second=0)
    asked = day + timedelta(seconds=rng.randrange(8 * 3600, 24 * 3600 - 1200))
    wait = rng.choice((rng.randrange(1, 300), rng.randrange(250, 1000)))
    agent = rng.choice(AGENTS)
    for place, (role, at) in enumerate(
        (("buyer", asked), ("agent", asked + timedelta(seconds=wait)))
    ):
        rows["chats"].append(
            {
                "session_id": f"S{number:05d}",
                "message_id": f"M{number:05d}{place}",
                "message_seq": str(place),
                "buyer_id": f"B{number:05d}",
                "agent_account": agent,
                "sender_role": role,
                "sent_at": written(at),
                "message_type": "text",
                "content": "好的",
            }
        )
    rows["ratings"].append(
        {
            "session_id": f"S{number:05d}",
            "rating": rng.choice(("satisfied",) * 8 + ("neutral", "dissatisfied")),
            "rated_at": written(asked + HOUR),
        }
    )


def _ticket(rng: Random, rows: dict[str, list[Row]], number: int) -> None:
    applied = _moment(rng, timedelta(days=5))
    agreed = applied + timedelta(seconds=rng.randrange(1, 60 * 3600))
    intervened = number % 3 == 0
    rows["tickets"].append(
        {
            "ticket_id": f"T{number:04d}",
            "order_id": rows["orders"][number]["order_id"],
            "type": "refund_only",
            "status": "succeeded",
            "first_reason": rng.choice(("质量问题", "不想要了", "拍错")),
            "applied_at": written(applied),
            "agreed_at": written(agreed),
            "finished_at": written(agreed),
            "arbitration": "yes" if intervened else "no",
            "refund_amount": "1.00",
        }
    )
    if intervened:
        rows["disputes"].append({"ticket_id": f"T{number:04d}", "liable_party": rng.choice(FAULTS)})

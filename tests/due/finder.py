"""What is due, found in the raw CSV files by plain Python, written from the specification.

Nothing of the product is imported. A file is a list of dicts of texts; a time is parsed where it is
looked at. For shops of one line an order, whose files have canonical headers and whole seconds.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

Row = Mapping[str, str]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LEFT = ("shipped", "received", "completed")
ORDER_STATES = ("pending_payment", "paid", *LEFT, "closed")
AFTERSALE_STATES = ("", "none", "open", "refunded")
TICKET_STATES = (
    "open", "rejected", "disputed", "awaiting_return", "awaiting_receipt", "refunding",
    "succeeded", "closed",
)  # fmt: skip
TICKET_TYPES = ("refund_only", "return_refund", "exchange", "resend", "repair")


@dataclass(frozen=True, order=True)
class Found:
    """One thing to do: kind, deadline, the id that names it, late, certain, cost in fen."""

    kind: str
    deadline: datetime
    name: str
    late: bool
    certain: bool
    cost: int | None = None


def at(row: Row, name: str) -> datetime | None:
    text = row.get(name, "")
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S") if text else None


@dataclass(frozen=True)
class Finder:
    """Looks through a folder at one instant."""

    folder: Path
    as_of: datetime
    within: timedelta = 24 * HOUR

    def rows(self, kind: str) -> list[Row]:
        path = self.folder / f"{kind}.csv"
        if not path.exists():
            return []
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def happened(self, moment: datetime | None) -> bool:
        """By as-of; but a midnight closes the day before it."""
        if moment is None:
            return False
        midnight = self.as_of.time() == datetime.min.time()
        return moment < self.as_of if midnight else moment <= self.as_of

    def since(self) -> datetime:
        """The first instant of a window of 30 days."""
        midnight = datetime(self.as_of.year, self.as_of.month, self.as_of.day)
        return (midnight if midnight == self.as_of else midnight + DAY) - 30 * DAY

    def near(self, deadline: datetime, counted_at: datetime) -> bool:
        """Soon enough; what is late only while it is inside the window."""
        late = deadline < self.as_of
        return deadline <= self.as_of + self.within and not (late and counted_at < self.since())

    def everything(self) -> list[Found]:
        return sorted([
            *self.orders(), *self.pickups(), *self.tickets(), *self.questions(), *self.appeals()
        ])  # fmt: skip

    def one(
        self, kind: str, deadline: datetime, row: Row, name: str, certain: bool,
        cost: int | None = None,
    ) -> Found:  # fmt: skip
        return Found(kind, deadline, row[name], deadline < self.as_of, certain, cost)

    # ---------------------------------------------------------------- orders

    def shipped(self, order: Row) -> datetime | None:
        """The first of its own time and those of its waybills, if that has happened."""
        sent = [at(order, "shipped_at")]
        sent += [at(r, "shipped_at") for r in self.waybills(order)]
        known = [moment for moment in sent if moment is not None]
        return min(known) if known and self.happened(min(known)) else None

    def waybills(self, order: Row) -> list[Row]:
        return [r for r in self.rows("shipments") if r["order_id"] == order["order_id"]]

    def orders(self) -> Iterator[Found]:
        for order in self.rows("orders"):
            paid, promised = at(order, "paid_at"), at(order, "promised_ship_at")
            if paid is None or not self.happened(paid) or order["force_majeure"] == "true":
                continue
            state, after = order["status"], order["aftersale_state"]
            no_time = not order["shipped_at"] and not any(
                r["shipped_at"] for r in self.waybills(order)
            )
            if no_time and (state == "closed" or after == "refunded"):
                continue  # cancelled
            if self.shipped(order) is not None or (no_time and state in LEFT):
                continue
            strange = state not in ORDER_STATES or after not in AFTERSALE_STATES
            certain = not (no_time and strange)
            presale = order["is_presale"] == "true" or (
                not order["is_presale"] and bool(order["deposit_paid_at"])
            )
            cost = self.compensation(order)
            if not presale and self.near(paid + 48 * HOUR, paid):
                yield self.one("ship", paid + 48 * HOUR, order, "order_id", certain, cost)
            own = promised or (paid + 48 * HOUR if presale else None)
            if own is not None and self.near(own, paid):
                yield self.one("promise", own, order, "order_id", certain, cost)

    def compensation(self, order: Row) -> int | None:
        """A tenth of the payment, half up to a fen, between 5 and 30 yuan."""
        if not order["paid_amount"]:
            return None
        fen = round(float(order["paid_amount"]) * 100)
        return min(max((fen + 5) // 10, 500), 3000)

    def pickups(self) -> Iterator[Found]:
        tickets = self.rows("tickets")
        for order in self.rows("orders"):
            sent = self.shipped(order)
            if sent is None or order["force_majeure"] == "true":
                continue
            waybills = self.waybills(order)
            picked = [at(order, "picked_up_at"), *(at(r, "picked_up_at") for r in waybills)]
            signed = [at(order, "received_at"), *(at(r, "signed_at") for r in waybills)]
            if any(self.happened(moment) for moment in (*picked, *signed)):
                continue
            limit = sent + 24 * HOUR
            applied = [at(t, "applied_at") for t in tickets if t["order_id"] == order["order_id"]]
            asked = any(a is not None and self.happened(a) and a <= limit for a in applied)
            if asked and waybills:
                continue  # a refund before the pickup, of which the file would tell
            if self.near(limit, sent):
                yield self.one("pickup", limit, order, "order_id", bool(waybills))

    # ---------------------------------------------------------------- tickets

    def tickets(self) -> Iterator[Found]:
        for ticket in self.rows("tickets"):
            applied, signed = at(ticket, "applied_at"), at(ticket, "return_signed_at")
            kind, state = ticket["type"], ticket["status"]
            if applied is None or not self.happened(applied):
                continue
            if kind in TICKET_TYPES and kind not in ("refund_only", "return_refund"):
                continue
            over = state in ("succeeded", "closed") and (
                not ticket["finished_at"] or self.happened(at(ticket, "finished_at"))
            )
            known = kind in TICKET_TYPES and state in TICKET_STATES
            done = any(self.happened(at(ticket, n)) for n in ("agreed_at", "finished_at"))
            if not (done or over or state == "rejected" or ticket["rejected"] == "true"):
                deadline = at(ticket, "deadline_at") or applied + self.limit(ticket)
                exact = bool(ticket["deadline_at"]) or self.knows_pickup(ticket)
                if self.near(deadline, applied):
                    yield self.one("ticket", deadline, ticket, "ticket_id", known and exact)
            back = kind == "return_refund" or kind not in TICKET_TYPES
            waits = back and not over and state != "rejected"
            if signed is not None and self.happened(signed) and waits:
                deadline = signed + 48 * HOUR
                if self.near(deadline, applied):
                    yield self.one("return", deadline, ticket, "ticket_id", known)

    def limit(self, ticket: Row) -> timedelta:
        """24 hours for goods that were not picked up, else 48."""
        applied = at(ticket, "applied_at")
        orders = [o for o in self.rows("orders") if o["order_id"] == ticket["order_id"]]
        picked = [at(r, "picked_up_at") for o in orders for r in (o, *self.waybills(o))]
        before = any(p is not None and applied is not None and p <= applied for p in picked)
        return (48 if ticket["type"] == "return_refund" or before else 24) * HOUR

    def knows_pickup(self, ticket: Row) -> bool:
        """Whether the files would tell of a pickup of the ticket's order: only then is the limit of
        a refund without return known.
        """
        if ticket["type"] == "return_refund":
            return True
        for order in self.rows("orders"):
            if order["order_id"] == ticket["order_id"]:
                waits = not order["shipped_at"] and order["status"] in ORDER_STATES
                gone = order["status"] in LEFT
                return bool(self.waybills(order)) or (waits and not gone)
        return False

    # ---------------------------------------------------------------- other platforms

    def of_jd(self) -> list[Found]:
        """Reviews within 12 hours, ends within seven days, advances within five."""
        return sorted([*self.reviews(), *self.ends(), *self.advances()])

    def reviews(self) -> Iterator[Found]:
        for ticket in self.rows("tickets"):
            applied, state = at(ticket, "applied_at"), ticket["status"]
            if applied is None or not self.happened(applied):
                continue
            done = any(self.happened(at(ticket, n)) for n in ("agreed_at", "finished_at"))
            if done or self.over(ticket) or state == "rejected" or ticket["rejected"] == "true":
                continue
            deadline = at(ticket, "deadline_at") or applied + 12 * HOUR
            if self.near(deadline, applied):
                yield self.one("ticket", deadline, ticket, "ticket_id", state in TICKET_STATES)

    def ends(self) -> Iterator[Found]:
        for ticket in self.rows("tickets"):
            applied, kind = at(ticket, "applied_at"), ticket["type"]
            if applied is None or not self.happened(applied):
                continue
            if kind in ("refund_only", "resend") or self.over(ticket):
                continue
            if self.happened(at(ticket, "finished_at")):
                continue
            known = kind in TICKET_TYPES and ticket["status"] in TICKET_STATES
            if self.near(applied + 7 * DAY, applied):
                yield self.one("finish", applied + 7 * DAY, ticket, "ticket_id", known)

    def over(self, ticket: Row) -> bool:
        """Whether its state says that it is over, at no later time than as-of."""
        return ticket["status"] in ("succeeded", "closed") and (
            not ticket["finished_at"] or self.happened(at(ticket, "finished_at"))
        )

    def advances(self) -> Iterator[Found]:
        for row in self.rows("violations"):
            noticed, state = at(row, "notified_at"), row["status"]
            if not self.happened(noticed) or state in ("closed", "revoked"):
                continue
            if "赔付" not in row["kind"]:
                continue
            assert noticed is not None
            deadline, known = noticed + 5 * DAY, state in ("open", "appealing")
            if deadline <= self.as_of + self.within:
                yield self.one("repay", deadline, row, "violation_id", known)

    def of_taobao(self) -> list[Found]:
        """Rounds that a person must answer within three minutes, of 8:00 to 23:00; and pickups
        within 48 hours of the payment, or by a shorter promise, of 33 days.
        """
        return sorted([*self.questions(close=23, seconds=180), *self.parcels()])

    def parcels(self) -> Iterator[Found]:
        for order in self.rows("orders"):
            paid, promised = at(order, "paid_at"), at(order, "promised_ship_at")
            if paid is None or not self.happened(paid) or order["force_majeure"] == "true":
                continue
            if self.presale(order) or self.cancelled(order):
                continue
            waybills = self.waybills(order)
            own = [at(row, "picked_up_at") for row in waybills or [order]]
            signed = [at(order, "received_at"), *(at(r, "signed_at") for r in waybills)]
            if all(map(self.happened, own)) or any(map(self.happened, signed)):
                continue
            states = order["status"], order["aftersale_state"]
            understood = states[0] in ORDER_STATES and states[1] in AFTERSALE_STATES
            told = bool(waybills) or self.stays(order)
            tickets = [t for t in self.rows("tickets") if t["order_id"] == order["order_id"]]
            asked = any(self.happened(at(ticket, "applied_at")) for ticket in tickets)
            certain = told and (understood or self.sent(order))
            if asked and certain:
                continue  # a refund before the pickup
            deadline = min(paid + 48 * HOUR, promised or datetime.max)
            since = self.since() - 3 * DAY
            if deadline <= self.as_of + self.within and not deadline < min(since, self.as_of):
                yield self.one("pickup", deadline, order, "order_id", certain and not asked)

    def sent(self, order: Row) -> bool:
        """Whether there is a time at which it left."""
        return bool(order["shipped_at"]) or any(r["shipped_at"] for r in self.waybills(order))

    def stays(self, order: Row) -> bool:
        """Whether it has not left, by its state."""
        return (
            not order["shipped_at"]
            and order["status"] in ORDER_STATES
            and (order["status"] not in LEFT)
        )

    def cancelled(self, order: Row) -> bool:
        gone = order["status"] == "closed" or order["aftersale_state"] == "refunded"
        return gone and not self.sent(order)

    def presale(self, order: Row) -> bool:
        unsaid = not order["is_presale"] and bool(order["deposit_paid_at"])
        return order["is_presale"] == "true" or unsaid

    # ---------------------------------------------------------------- questions and appeals

    def questions(self, close: int = 24, seconds: int = 300) -> Iterator[Found]:
        """Bursts without a reply: of one conversation and one day, from 8:00 to the hour given."""
        for rows in self.talks():
            yield from self.open_bursts(rows, close, seconds)

    def talks(self) -> Iterator[list[Row]]:
        """The messages of each conversation in their order."""
        talks: dict[str, list[Row]] = {}
        for row in self.rows("chats"):
            if self.happened(at(row, "sent_at")) and row["message_type"] in ("", "text"):
                talks.setdefault(row["session_id"], []).append(row)
        for rows in talks.values():
            yield sorted(rows, key=lambda row: (row["sent_at"], int(row["message_seq"])))

    def open_bursts(self, rows: Sequence[Row], close: int, seconds: int) -> Iterator[Found]:
        clocks: dict[str, Row] = {}
        for row in rows:
            sent = at(row, "sent_at")
            assert sent is not None
            if row["sender_role"] in ("agent", "robot"):
                clocks = {}
            elif row["sender_role"] == "buyer" and 8 <= sent.hour < close and sent >= self.since():
                clocks.setdefault(row["sent_at"][:10], row)
        for row in clocks.values():
            sent = at(row, "sent_at")
            assert sent is not None
            deadline = sent + timedelta(seconds=seconds)
            if self.as_of - 24 * HOUR <= deadline <= self.as_of + self.within:
                yield self.one("question", deadline, row, "session_id", True)

    def buyers(self, close: int, seconds: int) -> Iterator[Found]:
        """Buyers' days with a message that nobody answered, each message on its own clock; one
        whose time ended more than a day ago is given up. What only a robot answered waits for
        nobody: it is answered, or no question to people.
        """
        for rows in self.talks():
            first: dict[str, Row] = {}
            for place, row in enumerate(rows):
                sent = at(row, "sent_at")
                assert sent is not None
                after = {other["sender_role"] for other in rows[place + 1 :]}
                waits = row["sender_role"] == "buyer" and not after & {"agent", "robot"}
                fresh = sent + timedelta(seconds=seconds) >= self.as_of - DAY
                if waits and fresh and 8 <= sent.hour < close:
                    first.setdefault(row["sent_at"][:10], row)
            for row in first.values():
                sent = at(row, "sent_at")
                assert sent is not None
                deadline = sent + timedelta(seconds=seconds)
                if deadline <= self.as_of + self.within:
                    yield self.one("question", deadline, row, "session_id", True)

    def appeals(self) -> Iterator[Found]:
        for row in self.rows("violations"):
            noticed, state = at(row, "notified_at"), row["status"]
            if not self.happened(noticed) or state in ("appealing", "closed", "revoked"):
                continue
            assert noticed is not None
            deadline = at(row, "deadline_at") or noticed + 7 * DAY
            if deadline <= self.as_of + self.within:
                yield self.one("appeal", deadline, row, "violation_id", state == "open")

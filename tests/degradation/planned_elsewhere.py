"""Shops of other platforms whose figures are planned: see `planned`.

Each has what the gates of its pack ask for: days with enough consumers, enough rounds, tickets that
were answered and finished in time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from tests.degradation.exports import Cells, Exports
from tests.degradation.planned import AS_OF, DAY, HOUR, SECOND, WINDOW

CONSUMERS = 120
"""Of a day that is assessed; the pack asks for a hundred."""
FEW_CONSUMERS = 60
SHARES = (0, 0, 10, 20, 30, 40, 45, 49, 51, 60, 90)
"""How many of a hundred are bad, on the worst day."""
REVIEW, FINISH = 12 * HOUR, 7 * DAY


@dataclass(frozen=True)
class Planned:
    """A shop of a pack, its figures and where its margin is wide.

    Attributes:
        figures: Rule → good (of counts: bad) and all units.
        passes: Rule → whether its target is met.
        wide: The rules whose verdict one damaged row in five hundred may not cost.
    """

    pack: str
    exports: Exports
    figures: Mapping[str, tuple[int, int]]
    passes: Mapping[str, bool]
    wide: frozenset[str]


def days_of(rng: Random) -> list[datetime]:
    """Every day, or every second one, of more than a window; or of a shop that is new."""
    age = rng.choice((12, 40, 45))
    days = [AS_OF - back * DAY for back in range(age, 0, -1)]
    return days[1::2] if rng.randrange(3) == 0 else days


def exports_of(days: list[datetime], kind: str, rows: list[Cells]) -> Exports:
    opened_at = days[0] if (AS_OF - days[0]) < WINDOW * DAY else None
    return Exports({kind: rows}, {kind: tuple(rows[0])}, AS_OF, opened_at)


def of_consumers(rng: Random) -> Planned:
    """Pinduoduo: consumers of a day whose message was answered within an hour."""
    days = days_of(rng)
    worst = rng.choice(SHARES)
    rows: list[Cells] = []
    good_days, assessed = 0, 0
    for day in days:
        few = rng.randrange(5) == 0
        consumers = FEW_CONSUMERS if few else CONSUMERS
        bad = consumers * rng.choice((0, worst)) // 100
        for n in range(consumers):
            wait = 3_601 if n < bad else rng.choice((1, 60, 3_600))
            rows += talk(f"{day:%m%d}{n:03d}", day + 8 * HOUR + n * 300 * SECOND, wait)
        if not few and AS_OF - day <= WINDOW * DAY:
            assessed += 1
            good_days += bad * 2 <= consumers
    figures = {"pdd-reply-rate": (good_days, assessed)}
    passes = {"pdd-reply-rate": good_days == assessed}
    far = worst <= 40 or (worst >= 60 and not passes["pdd-reply-rate"])
    wide = frozenset(figures) if far and assessed else frozenset[str]()
    return Planned("pinduoduo", exports_of(days, "chats", rows), figures, passes, wide)


def of_rounds(rng: Random) -> Planned:
    """Taobao: rounds answered within three minutes."""
    days = days_of(rng)
    share = rng.choice((0, 5, 80, 88, 89, 90, 91, 92, 110, 112, 300))  # of a thousand
    each = rng.choice((30, 60))
    asked = [day + 9 * HOUR + n * 600 * SECOND for day in days for n in range(each)]
    inside = [n for n, moment in enumerate(asked) if AS_OF - moment <= WINDOW * DAY]
    bad = set(rng.sample(inside, len(inside) * share // 1000))
    rows: list[Cells] = []
    for n, moment in enumerate(asked):
        rows += talk(f"{n:06d}", moment, 181 if n in bad else rng.choice((1, 60, 180)))
    good, rounds = len(inside) - len(bad), len(inside)
    passes = {"tb-reply-3m": good * 10 >= rounds * 9}
    wide = frozenset(passes) if abs(good * 100 - rounds * 90) >= rounds else frozenset[str]()
    figures = {"tb-reply-3m": (good, rounds)}
    return Planned("taobao", exports_of(days, "chats", rows), figures, passes, wide)


def of_tickets(rng: Random) -> Planned:
    """JD: tickets answered within 12 hours and finished within 7 days; none may be late."""
    days = days_of(rng)
    each = rng.choice((2, 40))
    born = [day + 9 * HOUR + n * 60 * SECOND for day in days for n in range(each)]
    old = [n for n, at in enumerate(born) if 8 * DAY < AS_OF - at <= WINDOW * DAY]
    slow = set(rng.sample(old, min(len(old), rng.choice((0, 0, 1, 30)))))
    long = set(rng.sample(old, min(len(old), rng.choice((0, 0, 1, 30))))) - slow
    rows = []
    for n, applied in enumerate(born):
        agreed = applied + (REVIEW + SECOND if n in slow else rng.choice((HOUR, REVIEW)))
        finished = applied + FINISH + SECOND if n in long else agreed + HOUR
        rows.append(ticket(n, applied, agreed, finished))
    window = [at for at in born if AS_OF - at <= WINDOW * DAY]
    answered = sum(row["agreed_at"] != "" for row in rows[-len(window) :])
    ended = sum(row["finished_at"] != "" for row in rows[-len(window) :])
    figures = {"jd-review-12h": (len(slow), answered), "jd-finish-7d": (len(long), ended)}
    passes = {rule: not late for rule, (late, _) in figures.items()}
    # Of none, any row that was lost may be the first; of thirty not all are lost.
    wide = frozenset(rule for rule, (late, _) in figures.items() if late > 10)
    return Planned("jd", exports_of(days, "tickets", rows), figures, passes, wide)


PLANS: Mapping[str, Callable[[Random], Planned]] = {
    "pinduoduo": of_consumers,
    "taobao": of_rounds,
    "jd": of_tickets,
}


def talk(name: str, asked: datetime, wait: int) -> list[Cells]:
    common = {"session_id": f"C{name}", "buyer_id": f"B{name}", "message_type": "text"}
    return [
        common | {
            "message_id": f"M{name}a", "agent_account": "", "sender_role": "buyer",
            "sent_at": f"{asked}", "content": "在吗",
        },
        common | {
            "message_id": f"M{name}b", "agent_account": "店铺:小李", "sender_role": "agent",
            "sent_at": f"{asked + timedelta(seconds=wait)}", "content": "在的",
        },
    ]  # fmt: skip


def ticket(n: int, applied: datetime, agreed: datetime, finished: datetime) -> Cells:
    return {
        "ticket_id": f"T{n:06d}",
        "order_id": f"P{n:06d}",
        "type": "return_refund",
        "status": "succeeded" if finished < AS_OF else "refunding",
        "applied_at": f"{applied}",
        "agreed_at": f"{agreed}" if agreed < AS_OF else "",
        "finished_at": f"{finished}" if finished < AS_OF else "",
    }

"""Manners of conversations: see `manners`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from random import Random

from tests.degradation.builders import Row, Shop, window_end
from tests.degradation.rhythms import DAY, SECOND
from tests.degradation.shops import AGENTS, ROBOT, Whole

REPLIES = ("agent", "robot")


def sent(row: Row) -> datetime:
    moment = row["sent_at"]
    assert isinstance(moment, datetime)
    return moment


def talks(shop: Shop) -> list[list[Row]]:
    """The messages of each conversation, in the order of the file."""
    found: dict[object, list[Row]] = defaultdict(list)
    for row in shop["chats"]:
        found[row["session_id"]].append(row)
    return list(found.values())


def put_back(shop: Shop, rows: Iterable[Row]) -> None:
    """The conversations in order of time, with new numbers of their messages."""
    kept = sorted(rows, key=lambda row: (sent(row), str(row["session_id"]), row["message_seq"]))
    numbers: dict[object, int] = defaultdict(int)
    for row in kept:
        session = row["session_id"]
        numbers[session] += 1
        row["message_seq"] = numbers[session]
        row["message_id"] = f"m{session}{numbers[session]:03d}"
    shop["chats"] = kept


def message(session: str, role: str, moment: datetime, text: str, seq: int = 0) -> Row:
    return {
        "session_id": session,
        "message_id": "",
        "message_seq": seq,
        "buyer_id": f"B{session[1:]}",
        "agent_account": {"robot": ROBOT, "buyer": AGENTS[0]}.get(role, AGENTS[0]),
        "sender_role": role,
        "sent_at": moment,
        "message_type": "text",
        "content": text,
    }


def robots_answer(rng: Random, whole: Whole) -> str:
    """Every question is answered in its own second, by two messages; the file calls the robot an
    agent where it speaks under an agent's account.
    """
    role = rng.choice(REPLIES)
    several = rng.randrange(2)
    rows: list[Row] = []
    for talk in talks(whole.rows):
        asked: Row | None = None
        for row in talk:
            if row["sender_role"] == "buyer":
                if asked is not None and not several:
                    continue
                asked = row
                rows.append(row)
                for number in range(2):
                    moment = sent(row)
                    rows.append({**row, "sender_role": role, "agent_account": ROBOT,
                                 "message_type": "text", "content": "亲，稍等" * (number + 1),
                                 "message_seq": int(str(row["message_seq"])) + number / 10 + 0.1,
                                 "sent_at": moment})  # fmt: skip
    put_back(whole.rows, rows)
    return ""


def daily(
    rng: Random, whole: Whole, choices: Sequence[int], *, until_hour: int
) -> Iterator[tuple[int, datetime]]:
    """Moments of each day from 8:00 on, as many a day as one of the choices, with their number."""
    per_day, number = rng.choice(choices), 0
    for day in whole.rhythm.days():
        for _ in range(per_day):
            moment = day + rng.randrange(8 * 3_600, until_hour * 3_600) * SECOND
            if moment < whole.as_of:
                number += 1
                yield number, moment


def shop_speaks_first(rng: Random, whole: Whole) -> str:
    """A greeting opens each conversation, and reminders to pay are conversations of their own."""
    rows = list(whole.rows["chats"])
    for talk in talks(whole.rows):
        first = sent(talk[0])
        rows.append(message(str(talk[0]["session_id"]), "robot", first - 2 * SECOND, "欢迎光临"))
    for number, moment in daily(rng, whole, (0, 1, 3, 9), until_hour=23):
        rows.append(message(f"r{number:05d}", "agent", moment, "亲，您还没有付款"))
    put_back(whole.rows, rows)
    return ""


def many_never_answered(rng: Random, whole: Whole) -> str:
    """Buyers who write one message and get no answer, on each day."""
    rows = list(whole.rows["chats"])
    for number, moment in daily(rng, whole, (1, 2, 5), until_hour=24):
        rows.append(message(f"u{number:05d}", "buyer", moment, "在吗"))
    put_back(whole.rows, rows)
    return ""


def silent_weekends(rng: Random, whole: Whole) -> str:
    """Nobody answers on certain days of the week."""
    off = rng.choice(((5, 6), (6,), (0, 1), (2,)))
    rows = whole.rows["chats"]
    put_back(whole.rows, [row for row in rows if row["sender_role"] not in REPLIES
                          or sent(row).weekday() not in off])  # fmt: skip
    return ""


def silent_week(rng: Random, whole: Whole) -> str:
    """Nobody answers for some days, and the operator says that the chats are complete."""
    first = window_end(whole.as_of) - rng.randrange(10, 29) * DAY
    last = first + rng.choice((2, 4, 8)) * DAY
    rows = whole.rows["chats"]
    put_back(whole.rows, [row for row in rows if row["sender_role"] not in REPLIES
                          or not first <= sent(row) < last])  # fmt: skip
    end = window_end(whole.as_of) - DAY
    return f"[coverage.chats]\nfrom = {end - 29 * DAY:%Y-%m-%d}\nto = {end:%Y-%m-%d}"


def only_pictures(rng: Random, whole: Whole) -> str:
    """An agent who answers with pictures alone, or the robot with cards."""
    who = rng.choice((*AGENTS, ROBOT))
    kind = "card" if who == ROBOT else "image"
    for row in whole.rows["chats"]:
        if row["sender_role"] in REPLIES and row["agent_account"] == who:
            row |= {"message_type": kind, "content": ""}
    return ""


def masked_names(rng: Random, whole: Whole) -> str:
    """Names are masked; the conversations have ids."""
    for talk in talks(whole.rows):
        name = f"{rng.choice('张王李赵')}**"
        for row in talk:
            row["buyer_id"] = name
    return ""


def one_id_a_buyer(rng: Random, whole: Whole) -> str:
    """A buyer's conversations of all days have one id."""
    buyers = max(1, len(talks(whole.rows)) // 3)
    for talk in talks(whole.rows):
        number = rng.randrange(buyers)
        for row in talk:
            row |= {"session_id": f"c{number:05d}", "buyer_id": f"B{number:05d}"}
    for row in whole.rows["ratings"]:
        row["session_id"] = whole.rows["chats"][0]["session_id"]
    put_back(whole.rows, whole.rows["chats"])
    return ""


def few_talks(rng: Random, whole: Whole) -> str:
    """Somebody asks something every few days."""
    kept = {str(talk[0]["session_id"]) for talk in talks(whole.rows) if rng.randrange(9) == 0}
    for kind in ("chats", "ratings"):
        whole.rows[kind] = [row for row in whole.rows[kind] if row["session_id"] in kept]
    return ""


def one_agent(rng: Random, whole: Whole) -> str:
    for row in whole.rows["chats"]:
        if row["sender_role"] in ("agent", "buyer"):
            row["agent_account"] = AGENTS[0]
    return ""

"""Pieces of a random shop that hang on a conversation: messages and the rating after it."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from tests.shops.profile import DAY, HOUR, SECOND, Profile, Row, Shop, moment_near

AGENTS = ("店铺:小李", "店铺:小王", "店铺:小陈")
ROBOT = "店铺:智能助手"
BUYER_TEXTS = ("在吗", "什么时候发货,\n急", '尺码"偏大"吗', "=1+1", "退款怎么还没到", "好的")
AGENT_TEXTS = (
    "亲，您好",
    "今天发货",
    "这是高仿",
    "我们绝不卖精仿",
    "没有复印版的",
    "高 仿的哦",
    "扫\u200b描版发您",
    "这款不是高仿",
    "非正品",
)
GAPS = (0, 0, 1, 30, 120, 240, 299, 300, 301, 600, 3_600)


def start_of(rng: Random, profile: Profile) -> datetime:
    """Conversations gather at opening time, before midnight and just before as-of."""
    base = moment_near(rng, profile.as_of, 30)
    day = base.replace(hour=0, minute=0, second=0)
    match rng.randrange(8):
        case 0:
            return day + 8 * HOUR + rng.choice((-301, -60, -1, 0, 1)) * SECOND
        case 1:
            return day + DAY - rng.choice((301, 300, 299, 120, 1, 0)) * SECOND
        case 2:
            return profile.as_of - rng.choice((0, 1, 299, 300, 301, 600)) * SECOND
        case 3:
            return base
        case _:
            at = day + 8 * HOUR + rng.randrange(16 * 3_600) * SECOND
            return at if at <= profile.as_of or rng.randrange(4) == 0 else at - DAY


def session_piece(rng: Random, profile: Profile, number: int) -> Shop:
    """One conversation; ids are unique through `number`, buyers come back."""
    talk = Talk(rng, profile, number)
    for _ in range(rng.choice((1, 2, 3, 4, 6, 9))):
        talk.turn()
    if rng.randrange(40) == 0:
        talk.nag()
    rows = talk.rows
    if ("chats", "message_id") not in profile.lacks:
        rows = rows + [dict(row) for row in rows if rng.randrange(25) == 0]
    return {"chats": rows, "ratings": talk.ratings()}


class Talk:
    """A conversation under way: who serves it, when it entered the list, what was written."""

    def __init__(self, rng: Random, profile: Profile, number: int) -> None:
        self.rng = rng
        self.profile = profile
        self.number = number
        self.rows: list[Row] = []
        self.buyer = f"B{rng.randrange(12):03d}"
        self.session = f"c{number:05d}"
        self.now = start_of(rng, profile)
        self.clock = self.now
        self.queued = rng.randrange(8) == 0
        self.enter(rng.choice(AGENTS))

    def enter(self, agent: str) -> None:
        """The session enters an agent's list, at times only after a wait in the queue."""
        self.agent = agent
        entered = self.now + self.rng.choice((0, 0, 5, 60, 300, 420)) * SECOND
        happened = entered <= self.profile.as_of and not self.queued
        self.served: datetime | None = entered if happened else None

    def turn(self) -> None:
        rng = self.rng
        self.now += rng.choice(GAPS) * SECOND
        if rng.randrange(25) == 0:
            self.now += rng.randrange(86_400) * SECOND
        fate = rng.randrange(20)
        if fate < 9:
            if not self.rows or self.rows[-1]["sender_role"] != "buyer":
                self.clock = self.now
            self.write("buyer", rng.choice(BUYER_TEXTS))
        elif fate < 16:
            if rng.randrange(3) == 0:  # exactly on the limit of the burst, or a second off it
                aimed = self.clock + timedelta(seconds=300 + rng.choice((-1, 0, 1)))
                self.now = max(self.now, aimed)
            if rng.randrange(6) == 0:
                self.now += SECOND
                self.enter(rng.choice(AGENTS))
            self.write("agent", rng.choice(AGENT_TEXTS))
        elif fate < 18:
            self.now += SECOND  # two answering accounts never share a second: no order between them
            self.write("robot", "您好，我是智能助手")
            self.now += SECOND
        else:
            self.write(rng.choice(("system", "system", "notice", "visitor")), "会话提示")

    def nag(self) -> None:
        for _ in range(self.rng.randrange(9, 14)):
            self.now += self.rng.choice((1, 60, 3_600, 7_855)) * SECOND
            self.write("agent", "亲，在吗")

    def write(self, role: str, content: str) -> None:
        rng = self.rng
        self.now = self.profile.bounded(self.now)
        account: str | None = ROBOT if role == "robot" else self.agent
        if role not in ("agent", "robot") and (self.queued or rng.randrange(3) == 0):
            account = None
        kind = rng.choice((None, "text", "text", "text", "text", "image", "card", "recalled"))
        if role == "system":
            kind = rng.choice(("system", "order", "card"))
        index = len(self.rows)
        self.rows.append(
            {
                "session_id": self.session,
                "message_id": f"m{self.number:05d}{index:03d}",
                "message_seq": index + 1,
                "buyer_id": self.buyer,
                "agent_account": account,
                # Of a whole shop every sender is known.
                "sender_role": "system" if role in ("notice", "visitor") else role,
                "sent_at": self.now,
                "served_at": self.served if role == "buyer" else None,
                "message_type": kind,
                "content": content,
            }
        )

    def ratings(self) -> list[Row]:
        rng = self.rng
        if rng.randrange(2):
            return []
        row: Row = {
            "session_id": self.session,
            "agent_account": self.agent,
            "rating": rng.choice(("satisfied",) * 6 + ("neutral", "dissatisfied", "unknown")),
            "rated_at": self.profile.bounded(moment_near(rng, self.profile.as_of, 30)),
        }
        return [row, dict(row)] if rng.randrange(12) == 0 else [row]

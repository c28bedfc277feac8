"""A second, slow reading of the rules, to be certain what each example shop must show.

It works on the rows of the files as text, knows nothing of the generator and shares no code
with the product. Rates stay pairs of integers: hits and cases.
"""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from sample_data.spec import Row

Pair = tuple[int, int]
BANNED = ("高仿", "精仿", "非正品", "复印版", "扫描版")
QUALITY = ("质量问题", "商品破损", "与描述不一致", "假冒品牌")
NEGATIONS = "不没非无未"
TIME_COLUMNS = (
    "订单创建时间", "订单支付时间", "发货时间", "揽收时间", "签收时间", "售后申请时间",
    "售后完结时间", "发送时间", "评价时间",
)  # fmt: skip


@dataclass(frozen=True)
class Files:
    """The rows of one folder by kind."""

    orders: list[Row]
    shipments: list[Row]
    tickets: list[Row]
    disputes: list[Row]
    chats: list[Row]
    ratings: list[Row]
    reviews: list[Row]


@dataclass(frozen=True)
class Clock:
    """As-of and the windows that end at the next midnight."""

    as_of: datetime

    def inside(self, moment: datetime | None, days: int = 30) -> bool:
        if moment is None or moment > self.as_of:
            return False
        midnight = self.as_of.replace(hour=0, minute=0, second=0)
        end = midnight if midnight == self.as_of else midnight + timedelta(days=1)
        return moment >= end - timedelta(days=days)


def when(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def newest(files: Files) -> datetime:
    tables = (
        files.orders, files.shipments, files.tickets, files.chats, files.ratings, files.reviews
    )  # fmt: skip
    return max(
        datetime.fromisoformat(row[name])
        for table in tables
        for row in table
        for name in TIME_COLUMNS
        if row.get(name)
    )


@dataclass(frozen=True)
class Answered:
    """One counted buyer message."""

    day: str
    hour: int
    agent: str
    in_time: bool


def buyer_messages(files: Files, clock: Clock) -> list[Answered]:
    sessions: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(files.chats, key=lambda r: (r["发送时间"], r["发送方"] != "买家")):
        sessions[row["会话ID"]].append(row)
    found: list[Answered] = []
    for rows in sessions.values():
        burst: list[Row] = []
        for row in rows:
            at = datetime.fromisoformat(row["发送时间"])
            if row["发送方"] in ("客服", "机器人"):
                found += _close(burst, at, clock)
                burst = []
            elif row["发送方"] == "买家" and row["消息类型"] != "商品卡片" and at.hour >= 8:
                if burst and burst[0]["发送时间"][:10] != row["发送时间"][:10]:
                    found += _close(burst, None, clock)
                    burst = []
                burst.append(row)
        found += _close(burst, None, clock)
    return found


def _close(burst: list[Row], reply: datetime | None, clock: Clock) -> list[Answered]:
    if not burst:
        return []
    first = datetime.fromisoformat(burst[0]["发送时间"])
    if not clock.inside(first):
        return []
    limit = first + timedelta(seconds=300)
    if reply is None and limit >= clock.as_of:
        return []
    good = reply is not None and reply <= limit
    return [
        Answered(row["发送时间"][:10], int(row["发送时间"][11:13]), row["客服账号"], good)
        for row in burst
    ]


def share(messages: list[Answered]) -> Pair:
    return sum(m.in_time for m in messages), len(messages)


def by_key(messages: list[Answered], name: str) -> dict[str, Pair]:
    groups: dict[str, list[Answered]] = defaultdict(list)
    for message in messages:
        groups[str(getattr(message, name))].append(message)
    return {key: share(group) for key, group in sorted(groups.items())}


def shipped_in_48h(files: Files, clock: Clock) -> Pair:
    hits = cases = 0
    for row in files.orders:
        paid, shipped = when(row["订单支付时间"]), when(row["发货时间"])
        if paid is None or not clock.inside(paid) or row["预售定金支付时间"]:
            continue
        if shipped is None and (row["订单状态"] == "交易关闭" or row["售后状态"] == "退款成功"):
            continue
        due = paid + timedelta(hours=48)
        if shipped is None and due >= clock.as_of:
            continue
        cases += 1
        hits += shipped is not None and shipped <= due
    return hits, cases


def promise_broken(files: Files, clock: Clock) -> int:
    late = 0
    for row in files.orders:
        paid, shipped = when(row["订单支付时间"]), when(row["发货时间"])
        if paid is None or not clock.inside(paid):
            continue
        if shipped is None and (row["订单状态"] == "交易关闭" or row["售后状态"] == "退款成功"):
            continue
        promise = when(row["预售/承诺发货时间"]) or paid + timedelta(hours=48)
        late += (shipped or clock.as_of) > promise
    return late


def picked_up_in_24h(files: Files, clock: Clock) -> Pair:
    applied: dict[str, list[datetime]] = defaultdict(list)
    for row in files.tickets:
        applied[row["订单编号"]].append(datetime.fromisoformat(row["售后申请时间"]))
    hits = cases = 0
    for row in files.shipments:
        shipped, picked = when(row["发货时间"]), when(row["揽收时间"])
        if shipped is None or not clock.inside(shipped):
            continue
        limit = shipped + timedelta(hours=24)
        tickets = applied[row["订单编号"]]
        if any(at < picked if picked else at <= limit for at in tickets):
            continue
        if picked is None and limit >= clock.as_of:
            continue
        cases += 1
        hits += picked is not None and picked <= limit
    return hits, cases


def disputes(files: Files, clock: Clock) -> Pair:
    faulty = {r["售后单号"] for r in files.disputes if r["责任方"] in ("商家责任", "双方责任")}
    done = [
        row
        for row in files.tickets
        if row["售后类型"] in ("仅退款", "退货退款")
        and row["售后状态"] in ("售后成功", "售后关闭")
        and clock.inside(when(row["售后完结时间"]))
    ]
    return sum(row["售后单号"] in faulty for row in done), len(done)


def quality_refunds(files: Files, clock: Clock) -> Pair:
    first: dict[str, Row] = {}
    for row in sorted(files.tickets, key=lambda r: (r["售后申请时间"], r["售后单号"])):
        first.setdefault(row["订单编号"], row)
    hits = sum(
        row["售后原因"] in QUALITY and clock.inside(when(row["售后申请时间"]), 60)
        for row in first.values()
    )
    return hits, sum(clock.inside(when(row["订单支付时间"]), 60) for row in files.orders)


def refund_hours(files: Files, clock: Clock) -> Fraction | None:
    seconds = [
        int((datetime.fromisoformat(row["售后完结时间"]) - at).total_seconds())
        for row in files.tickets
        if row["售后类型"] == "仅退款"
        and not row["客服仲裁"]
        and clock.inside(when(row["售后完结时间"]))
        and (at := when(row["售后申请时间"])) is not None
    ]
    return Fraction(sum(seconds), 3600 * len(seconds)) if seconds else None


def late_answers(files: Files, clock: Clock) -> int:
    """Tickets finished after their handling limit; parcels count as picked up by 揽收时间."""
    picked = {row["订单编号"]: when(row["揽收时间"]) for row in files.shipments}
    late = 0
    for row in files.tickets:
        applied = when(row["售后申请时间"])
        if applied is None or not clock.inside(applied):
            continue
        pickup = picked.get(row["订单编号"])
        quick = row["售后类型"] == "仅退款" and (pickup is None or pickup > applied)
        limit = applied + timedelta(hours=24 if quick else 48)
        late += (when(row["售后完结时间"]) or clock.as_of) > limit
    return late


def satisfied(files: Files, clock: Clock) -> Pair:
    grades = [row["评价"] for row in files.ratings if clock.inside(when(row["评价时间"]))]
    known = [grade for grade in grades if grade in ("满意", "一般", "失望")]
    return known.count("满意"), len(known)


def rating_sum(files: Files, clock: Clock) -> Pair:
    scores = [
        int(row["评分"])
        for row in files.reviews
        if row["申诉状态"] != "申诉成功" and clock.inside(when(row["评价时间"]), 60)
    ]
    return sum(scores), len(scores)


def banned_words(files: Files, clock: Clock) -> tuple[int, int]:
    """Messages with a plain hit, and messages whose every hit is negated."""
    hits = reviews = 0
    for row in files.chats:
        if row["发送方"] not in ("客服", "机器人") or not clock.inside(when(row["发送时间"])):
            continue
        text = unicodedata.normalize("NFKC", row["消息内容"])
        text = "".join(c for c in text if unicodedata.category(c)[0] in "LNM")
        found = [m for word in BANNED for m in re.finditer(word, text)]
        plain = [
            m
            for m in found
            if not any(c in NEGATIONS for c in text[max(0, m.start() - 4) : m.start()])
        ]
        hits += bool(plain)
        reviews += bool(found) and not plain
    return hits, reviews


def waybill_faults(files: Files) -> list[str]:
    """Orders that share a waybill with another address or were picked up before payment."""
    orders = {row["订单号"]: row for row in files.orders}
    addresses: dict[str, set[str]] = defaultdict(set)
    for row in files.orders:
        if row["快递单号"]:
            addresses[row["快递单号"]].add(row["收货地址"])
    bad = [n for n, row in orders.items() if len(addresses.get(row["快递单号"], ())) > 1]
    bad += [n for n, row in orders.items() if row["发货时间"] and not row["快递单号"]]
    for row in files.shipments:
        picked = row["揽收时间"]
        if picked and picked < orders[row["订单编号"]]["订单支付时间"]:
            bad.append(row["订单编号"])
    return sorted(set(bad))

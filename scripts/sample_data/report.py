"""Measure the written files and insist on what each example shop is meant to show."""

import csv
import io
from collections.abc import Mapping
from fractions import Fraction

from sample_data import measure
from sample_data.measure import Clock, Files, Pair
from sample_data.spec import Row


def read(files: Mapping[str, bytes]) -> Files:
    """The rows as any CSV reader sees them, so that a mistake in writing cannot hide."""

    def rows(start: str) -> list[Row]:
        for name, data in files.items():
            if name.startswith(start):
                return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        return []

    return Files(
        rows("订单"),
        rows("物流"),
        rows("售后"),
        rows("纠纷"),
        rows("聊天"),
        rows("客服"),
        rows("商品评价"),
    )


def percent(pair: Pair) -> str:
    hits, cases = pair
    return f"{hits}/{cases}" + (
        f" = {Fraction(100 * hits, cases).__float__():.2f}%" if cases else ""
    )


def at_least(pair: Pair, target: int) -> bool:
    return pair[0] * 100 >= target * pair[1]


def dispute_passes(pair: Pair) -> bool:
    return pair[0] < 4 or pair[0] * 10000 <= 35 * pair[1]


def describe(files: Files) -> list[str]:
    clock = Clock(measure.newest(files))
    messages = measure.buyer_messages(files, clock)
    days = measure.by_key(messages, "day")
    agents = measure.by_key(messages, "agent")
    hours = measure.by_key([m for m in messages if m.hour >= 21], "hour")
    mean = measure.refund_hours(files, clock)
    banned, review = measure.banned_words(files, clock)
    return [
        (
            f"as-of {clock.as_of}; rows: {len(files.orders)} orders, "
            f"{len(files.shipments)} shipments, {len(files.tickets)} tickets, "
            f"{len(files.chats)} messages, {len(files.ratings)} ratings, "
            f"{len(files.reviews)} reviews, {len(files.disputes)} judgements"
        ),
        f"reply-rate {percent(measure.share(messages))}",
        f"reply-rate-daily {sum(at_least(p, 80) for p in days.values())}/{len(days)} days",
        "reply-rate-agent " + ", ".join(f"{a or '-'} {percent(p)}" for a, p in agents.items()),
        "evening hours " + ", ".join(f"{h}h {percent(p)}" for h, p in hours.items()),
        (
            f"ship-48h {percent(measure.shipped_in_48h(files, clock))}; "
            f"promise broken {measure.promise_broken(files, clock)}"
        ),
        f"pickup-24h {percent(measure.picked_up_in_24h(files, clock))}",
        f"dispute-fault-rate {percent(measure.disputes(files, clock))}",
        f"banned-words {banned}, for review {review}",
        f"cs-satisfaction {percent(measure.satisfied(files, clock))}",
        f"quality-refund-rate {percent(measure.quality_refunds(files, clock))}",
        f"refund-only-hours {float(mean):.2f}" if mean is not None else "refund-only-hours -",
        f"refund-deadlines late {measure.late_answers(files, clock)}",
        f"product-rating {'/'.join(map(str, measure.rating_sum(files, clock)))}",
        f"waybill-integrity {len(measure.waybill_faults(files))} orders",
    ]


def insist(folder: str, files: Files) -> None:
    """Raise AssertionError if the shop does not show what its folder is named for."""
    clock = Clock(measure.newest(files))
    messages = measure.buyer_messages(files, clock)
    reply = measure.share(messages)
    ship = measure.shipped_in_48h(files, clock)
    pickup = measure.picked_up_in_24h(files, clock)
    dispute = measure.disputes(files, clock)
    happy = measure.satisfied(files, clock)
    assert str(clock.as_of)[:10] == "2026-10-31", clock.as_of
    if folder == "healthy":
        _insist_healthy(files, clock)
    elif folder == "failing":
        _insist_failing(files, clock)
    elif folder == "closing":
        assert ship == (0, 0) and pickup == (0, 0) and at_least(reply, 80)
        assert sum(not row["售后完结时间"] for row in files.tickets) == 1
        assert {row["订单状态"] for row in files.orders} == {"交易成功", "交易关闭"}
    if folder != "closing":
        # A day without rows would widen every bound; fewer than 30 paid orders give no score.
        for rows, name in ((files.orders, "订单创建时间"), (files.chats, "发送时间")):
            assert len({r[name][:10] for r in rows if r[name] >= "2026-10-02"}) == 30
        assert sum(row["订单支付时间"] >= "2026-10-02" for row in files.orders) >= 30
    if folder in ("healthy", "damaged"):
        assert at_least(reply, 80) and at_least(ship, 97) and at_least(pickup, 97)
        assert at_least(happy, 94) and dispute_passes(dispute)
        assert measure.banned_words(files, clock) == (0, 0)


def _insist_healthy(files: Files, clock: Clock) -> None:
    messages = measure.buyer_messages(files, clock)
    assert all(at_least(p, 80) for p in measure.by_key(messages, "day").values())
    assert all(at_least(p, 80) for p in measure.by_key(messages, "agent").values())
    assert len(measure.by_key(messages, "day")) == 30
    assert measure.promise_broken(files, clock) == 0 == measure.late_answers(files, clock)
    assert not measure.waybill_faults(files)
    hits, paid = measure.quality_refunds(files, clock)
    assert hits >= 1 and hits * 200 <= paid
    mean = measure.refund_hours(files, clock)
    assert mean is not None and mean <= 24
    assert not any(row["售后状态"] not in ("售后成功", "售后关闭") and row["客服仲裁"]
                   for row in files.tickets)  # fmt: skip


def _insist_failing(files: Files, clock: Clock) -> None:
    messages = measure.buyer_messages(files, clock)
    reply, ship = measure.share(messages), measure.shipped_in_48h(files, clock)
    assert at_least(reply, 70) and not at_least(reply, 74)
    assert at_least(ship, 93) and not at_least(ship, 95)
    assert not at_least(measure.picked_up_in_24h(files, clock), 97)
    faults, done = measure.disputes(files, clock)
    assert faults == 5 and 80 <= done <= 110
    assert measure.banned_words(files, clock) == (2, 1)
    happy = measure.satisfied(files, clock)
    assert at_least(happy, 86) and not at_least(happy, 90)
    agents = measure.by_key(messages, "agent")
    worst = agents.pop("小陈")
    assert not at_least(worst, 60) and all(at_least(p, 70) for p in agents.values())
    hits, paid = measure.quality_refunds(files, clock)
    assert hits * 200 > paid
    assert len(measure.waybill_faults(files)) == 2

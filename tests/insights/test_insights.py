"""What buyers say: the product against a second, slow program, on random shops."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from kshop_audit import topics
from kshop_audit.auditing.voices import OWN_REASONS
from kshop_audit.codec import encode
from kshop_audit.ingest import Request
from kshop_audit.insights.insights import ENOUGH, Survey, insights
from kshop_audit.model.insights import Insights
from kshop_audit.model.settings import Settings
from tests import oracle
from tests.oracle import voices
from tests.oracle.basis import Case
from tests.shops.audits import settings_of, written
from tests.shops.shop import random_exempt, random_options

WORDS: Mapping[str, tuple[str, ...]] = {topic.id: topic.words for topic in topics.load()}
POLITE = {topic.id for topic in topics.load() if topic.courtesy}
ALL = 10_000
SEEDS = [(seed, (4, 20, 40, 90)[seed % 4], seed % 3 == 0) for seed in range(7000, 7048)]


def looked_at(folder: Path, settings: Settings, **more: object) -> Insights:
    asked = Survey(Request((folder,)), settings, **more)  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as scratch:
        return insights(asked, Path(scratch))


@pytest.fixture(scope="module", params=SEEDS, ids=lambda one: f"seed-{one[0]}")
def both(request: pytest.FixtureRequest) -> tuple[Insights, Case]:
    """A random shop through the product and, with the same settings, as the oracle sees it."""
    seed, size, kuaishou = request.param
    options = random_options(seed)
    with tempfile.TemporaryDirectory() as folder:
        shop, as_of = written(seed, size, Path(folder), kuaishou=kuaishou)
        exempt = random_exempt(seed, as_of)
        got = looked_at(
            Path(folder), settings_of(options, exempt), as_of=as_of, top=ALL, mask=False
        )
    return got, oracle.case_of(shop, as_of=as_of, options=options, exempt=exempt)


def test_the_heat_table(both: tuple[Insights, Case]) -> None:
    got, case = both
    assert got.heat is not None
    cells = {(c.weekday, c.hour): (c.arrivals, c.counted, c.answered) for c in got.heat.cells}
    assert cells == voices.heat(case)
    bad = {
        (c.weekday, c.hour)
        for c in got.heat.cells
        if c.counted >= ENOUGH and c.answered * 100 < c.counted * 80
    }
    late = [cell.counted - cell.answered for cell in got.heat.worst]
    assert {(cell.weekday, cell.hour) for cell in got.heat.worst} == bad
    assert late == sorted(late, reverse=True)


def test_the_waits(both: tuple[Insights, Case]) -> None:
    got, case = both
    answered, unanswered = voices.waits(case)
    waits = got.waits
    assert waits is not None
    assert [wait.waited_seconds for wait in waits.slowest] == answered
    assert (waits.questions, waits.unanswered) == (len(answered) + len(unanswered), len(unanswered))
    assert len(waits.unanswered_longest) == len(unanswered) - waits.courtesy
    listed = [wait.waited_seconds for wait in waits.unanswered_longest]
    assert listed == sorted(listed, reverse=True)
    polite = [one for one in waits.unanswered_longest if one.topics and {*one.topics} <= POLITE]
    assert polite == []
    for wait in (*waits.slowest, *waits.unanswered_longest):
        said = voices.normal(wait.text or "")
        assert set(wait.topics) == {
            name for name, own in WORDS.items() if any(voices.normal(one) in said for one in own)
        }


def test_the_topics(both: tuple[Insights, Case]) -> None:
    got, case = both
    counts, unmatched = voices.topics(case, WORDS)
    assert got.topics is not None
    assert got.topics.unmatched == unmatched
    assert {topic.id: topic.messages for topic in got.topics.topics if topic.messages} == counts
    assert got.topics.messages == sum(cell[0] for cell in voices.heat(case).values())


def test_the_reasons(both: tuple[Insights, Case]) -> None:
    got, case = both
    refunds = got.refunds
    if refunds is None:
        assert not case.has("tickets", "order_id", "applied_at")
        return
    want = voices.refunds(case)
    assert refunds.aftersales == sum(want.reasons.values())
    assert refunds.unstated == want.reasons.pop("", 0)
    assert {voices.normal(one.reason): one.orders for one in refunds.reasons} == want.reasons
    for one in refunds.reasons:
        spans = want.handled.get(voices.normal(one.reason), [])
        assert (one.ended, one.seconds) == (len(spans), sum(spans))
    if refunds.products_missing is not None:
        assert not case.has("orders", "order_id", "product_id", "paid_at")
        return
    assert refunds.paid == want.paid
    stated = {name: goods for name, goods in want.products.items() if goods.reasons}
    assert {one.product_id for one in refunds.products} == set(stated)
    for product in refunds.products:
        goods = stated[product.product_id]
        assert (product.paid, product.aftersales) == (goods.paid, sum(goods.reasons.values()))
        goods.reasons.pop("", None)
        top = {voices.normal(one.reason): one.orders for one in product.reasons}
        most = [count for _, count in goods.reasons.most_common(OWN_REASONS)]
        assert [one.orders for one in product.reasons] == most
        assert all(goods.reasons[name] == count for name, count in top.items())


def test_the_buyers_with_repeated_trouble(both: tuple[Insights, Case]) -> None:
    got, case = both
    if got.repeats is None:
        return
    want, unknown = voices.repeats(case)
    assert got.repeats.unknown == unknown
    assert got.repeats.buyers_count == len(want)
    for buyer in got.repeats.buyers:
        one = want[buyer.buyer]
        assert buyer.tickets == len(one.tickets)
        assert (buyer.disputed, buyer.orders) == (one.disputed, len(one.orders))
        assert list(buyer.ticket_ids) == sorted(one.tickets)[: len(buyer.ticket_ids)]


# ------------------------------------------------------------------ a shop made by hand

CHATS = """session_id,message_id,buyer_id,sender_role,sent_at,content
S1,M1,小明13812345678,buyer,2026-10-20 10:00:00,"亲,什 么时候·发货?我叫王小明"
S1,M2,小明13812345678,buyer,2026-10-20 10:01:00,质量好吗
S1,M3,小明13812345678,agent,2026-10-20 10:30:00,亲在的
S2,M4,小红,buyer,2026-10-20 11:00:00,谢谢
S3,M5,小刚,buyer,2026-10-20 12:00:00,有现货吗
S4,M6,小白,buyer,2026-10-20 03:00:00,嗯
"""
TICKETS = """ticket_id,order_id,buyer_id,type,status,first_reason,applied_at,finished_at
T1,O1,小明13812345678,refund_only,succeeded,质量问题,2026-10-19 10:00:00,2026-10-19 12:00:00
T2,O2,小明13812345678,refund_only,open,我叫王小明电话13812345678不要了,2026-10-19 11:00:00,
T3,O3,小红,exchange,open,质 量问题!,2026-10-19 11:00:00,
"""
DISPUTES = "ticket_id,liable_party\nT2,buyer\n"
ORDERS = """order_id,product_id,paid_at
O1,P1,2026-10-18 10:00:00
O1,P2,2026-10-18 10:00:00
O2,P1,2026-10-18 10:00:00
O4,P1,2026-07-18 10:00:00
"""
FILES = {"chats": CHATS, "tickets": TICKETS, "disputes": DISPUTES, "orders": ORDERS}
SECRETS = ("小明", "王小明", "13812345678", "小红", "什 么时候")


def shop(folder: Path, *kinds: str) -> Path:
    for kind in kinds or FILES:
        (folder / f"{kind}.csv").write_text(FILES[kind], encoding="utf-8")
    return folder


def test_a_small_shop_by_hand(tmp_path: Path) -> None:
    got = looked_at(shop(tmp_path), Settings())
    refunds, said, waits, repeats = got.refunds, got.topics, got.waits, got.repeats
    assert refunds is not None
    assert (refunds.aftersales, refunds.paid, refunds.unstated) == (3, 2, 0)
    first = refunds.reasons[0]
    assert (first.orders, first.quality, first.ended, first.seconds) == (2, True, 1, 7200)
    counts = {one.product_id: (one.aftersales, one.paid) for one in refunds.products}
    assert counts == {"P1": (2, 2), "P2": (1, 1)}
    assert said is not None
    assert (said.messages, said.unmatched) == (5, 1)
    assert {one.id: one.messages for one in said.topics if one.messages} == {
        "shipping": 1, "quality": 1, "stock": 1, "thanks": 1,
    }  # fmt: skip
    assert waits is not None
    assert (waits.questions, waits.unanswered, waits.courtesy) == (3, 2, 1)
    assert [(one.message_id, one.waited_seconds) for one in waits.slowest] == [("M1", 1800)]
    assert [one.message_id for one in waits.unanswered_longest] == ["M5"]
    assert repeats is not None
    assert [(one.tickets, one.disputed, one.ticket_ids) for one in repeats.buyers] == [
        (2, 1, ("T1", "T2"))
    ]


def test_no_buyer_and_no_text_unless_asked(tmp_path: Path) -> None:
    folder = shop(tmp_path)
    hidden = encode(looked_at(folder, Settings()))
    assert [secret for secret in SECRETS if secret in hidden] == []
    open_ = encode(looked_at(folder, Settings(), mask=False))
    assert all(secret in open_ for secret in ("小明13812345678", "我叫王小明", "什 么时候"))


@pytest.mark.parametrize(
    ("kinds", "there"),
    [
        (("chats",), {"topics", "waits", "heat"}),
        (("tickets",), {"refunds", "repeats"}),
        (("orders",), set()),
        (("tickets", "orders"), {"refunds", "repeats"}),
    ],
)
def test_each_section_stands_on_its_own_exports(
    kinds: tuple[str, ...], there: set[str], tmp_path: Path
) -> None:
    got = looked_at(shop(tmp_path, *kinds), Settings())
    sections = ("refunds", "topics", "waits", "heat", "repeats")
    assert {name for name in sections if getattr(got, name) is not None} == there
    assert set(got.missing) == set(sections) - there
    if got.refunds is not None:
        assert (got.refunds.products_missing is None) == ("orders" in kinds)
        assert (got.refunds.paid is None) == ("orders" not in kinds)
    if kinds == ("orders",):
        assert "商家后台导出（售后管理" in got.missing["refunds"].zh
        assert "no chats file" in got.missing["heat"].en


def test_a_pack_without_the_rule_says_so(tmp_path: Path) -> None:
    got = looked_at(shop(tmp_path), Settings(packs=("taobao",)))
    assert (got.heat, got.refunds) == (None, None)
    assert got.repeats is not None
    assert "reply-rate" in got.missing["heat"].en


def test_the_order_of_the_rows_changes_nothing(tmp_path: Path) -> None:
    for name, turn in (("as-is", 1), ("turned", -1)):
        (tmp_path / name).mkdir()
        for kind, text in FILES.items():
            head, *rows = text.strip().splitlines()
            stated = "\n".join([head, *rows[::turn]]) + "\n"
            (tmp_path / name / f"{kind}.csv").write_text(stated, encoding="utf-8")
    one, other = (looked_at(tmp_path / name, Settings()) for name in ("as-is", "turned"))
    assert replace(one, inputs=()) == replace(other, inputs=())


def test_topics_are_distinct_and_each_word_is_one_topics(tmp_path: Path) -> None:
    words = [voices.normal(word) for own in WORDS.values() for word in own]
    assert all(words)
    assert [word for word, count in Counter(words).items() if count > 1] == []
    assert len(WORDS) == len({topic.title.zh for topic in topics.load()})

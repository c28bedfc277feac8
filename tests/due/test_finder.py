"""`due` lists exactly what plain Python finds in the raw files, at every boundary."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kshop_audit.auditing.audit import audit
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.ingest import Request
from kshop_audit.model.due import DueItem, DueList
from kshop_audit.model.settings import Settings
from kshop_audit.plan.query import Wanted
from tests.due.finder import Finder, Found
from tests.due.shop import HOUR, Maker, Row, write


def due(
    folder: Path, as_of: datetime, within: timedelta = 24 * HOUR, settings: Settings | None = None
) -> DueList:
    request = AuditRequest(
        inputs=Request((folder,)),
        settings=settings or Settings(),
        as_of=as_of,
        wanted=Wanted(within=within),
        deadlines=True,
    )
    scratch = folder.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    return audit(request, scratch).due


NAMES = {"question": "session_id", "ticket": "ticket_id", "return": "ticket_id",
         "appeal": "violation_id", "finish": "ticket_id", "repay": "violation_id"}  # fmt: skip


def plain(item: DueItem) -> Found:
    """An item as the finder says it."""
    return Found(
        item.kind,
        datetime.fromisoformat(item.deadline),
        getattr(item.ids, NAMES.get(item.kind, "order_id")),
        item.late,
        item.certain,
        item.cost_fen if item.kind in ("ship", "promise") else None,
    )


RUNS = [
    pytest.param(seed, within, id=f"{seed}-{within}", marks=[pytest.mark.slow] if seed > 3 else [])
    for seed in range(20)
    for within in (timedelta(0), 24 * HOUR, 50 * HOUR)[seed % 3 :][:1]
]


@pytest.mark.parametrize(("seed", "within"), RUNS)
def test_the_list_is_what_plain_python_finds(seed: int, within: timedelta, tmp_path: Path) -> None:
    maker = Maker(seed, 60, within)
    folder = tmp_path / "shop"
    write(folder, maker.shop())
    found = due(folder, maker.as_of, within)
    expected = Finder(folder, maker.as_of, within).everything()
    mine = Counter(map(plain, found.items))
    assert mine - Counter(expected) == Counter(), "listed, but not there"
    assert Counter(expected) - mine == Counter(), "there, but not listed"


def test_every_kind_and_every_boundary_was_met(tmp_path: Path) -> None:
    """Else the test above would show nothing."""
    met: set[tuple[str, object]] = set()
    within = 24 * HOUR
    for seed in range(6):
        maker = Maker(seed, 60, within)
        write(tmp_path / str(seed), maker.shop())
        for item in Finder(tmp_path / str(seed), maker.as_of, within).everything():
            beside = {
                item.deadline - end: name
                for name, end in (("now", maker.as_of), ("end", maker.as_of + within))
            }
            for off, name in beside.items():
                if abs(off) <= timedelta(seconds=1):
                    met.add((item.kind, (name, off.total_seconds())))
            met.add((item.kind, item.certain))
    kinds = ("ship", "promise", "pickup", "ticket", "return", "appeal")
    for kind in kinds:
        for boundary in (("now", -1), ("now", 0), ("now", 1), ("end", -1), ("end", 0)):
            assert (kind, boundary) in met, (kind, boundary)
        assert (kind, False) in met, kind
    assert ("question", ("now", 0)) in met


def test_the_soonest_stands_first_and_what_is_late_last(tmp_path: Path) -> None:
    maker = Maker(1, 60, 24 * HOUR)
    write(tmp_path / "shop", maker.shop())
    found = due(tmp_path / "shop", maker.as_of).items
    places = [(item.late, item.deadline) for item in found]
    assert places == sorted(places)
    for item in found:
        left = (datetime.fromisoformat(item.deadline) - maker.as_of) / HOUR
        assert item.hours_left == pytest.approx(left)
        assert item.late is (left < 0)


@pytest.mark.parametrize(
    "seed", [1, 2, *(pytest.param(n, marks=pytest.mark.slow) for n in range(3, 12))]
)
def test_the_deadlines_of_other_platforms(seed: int, tmp_path: Path) -> None:
    """By the limits of their own packs, on the same shops; an advance must be one by its kind."""
    within = (timedelta(0), 24 * HOUR, 50 * HOUR)[seed % 3]
    maker = Maker(seed, 60, within)
    shop = maker.shop()
    shop["violations"] = [
        {**row, "kind": ("先行赔付", row["kind"])[n % 3 == 0], "notified_at": shifted(maker, n)}
        for n, row in enumerate(shop["violations"])
    ]
    folder = tmp_path / "shop"
    write(folder, shop)
    finder, met = Finder(folder, maker.as_of, within), set()
    for pack, expected in (("jd", finder.of_jd()), ("taobao", finder.of_taobao())):
        asked = [item.kind for item in expected]
        found = due(folder, maker.as_of, within, Settings(packs=(pack,), pack_chosen=True)).items
        mine = Counter(plain(item) for item in found if item.kind in {*asked, "finish", "repay"})
        assert mine - Counter(expected) == Counter(), "listed, but not there"
        assert Counter(expected) - mine == Counter(), "there, but not listed"
        met |= set(asked)
    assert met >= {"ticket", "finish", "repay", "question", "pickup"}


BY_DAY = [
    ("douyin", 23, 180),
    ("pinduoduo", 23, 3600),
    ("kuaishou-2021-09", 24, 180),
    ("kuaishou-2023-03", 23, 180),
]
"""Pack, closing hour and seconds of the rules that judge days, or buyers' days."""


@pytest.mark.parametrize(("pack", "close", "seconds"), BY_DAY)
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_questions_of_rules_that_judge_days(
    pack: str, close: int, seconds: int, seed: int, tmp_path: Path
) -> None:
    """With robots that answer some of them."""
    within = (timedelta(0), 24 * HOUR)[seed % 2]
    maker = Maker(seed, 150, within)
    maker.as_of, maker.begin = datetime(2026, 11, 1, 15), datetime(2026, 10, 3)
    shop = maker.shop()
    for number, row in enumerate(shop["chats"]):
        sent = row["sent_at"]
        assert isinstance(sent, datetime)
        row["sent_at"] = sent + timedelta(seconds=300 - seconds)  # the time ends on a boundary
        if row["sender_role"] == "agent" and number % 3 == 0:
            row["sender_role"] = "robot"
    folder = tmp_path / "shop"
    write(folder, shop)
    expected = Counter(Finder(folder, maker.as_of, within).buyers(close, seconds))
    settings = Settings(packs=(pack,), pack_chosen=True)
    items = due(folder, maker.as_of, within, settings).items
    mine = Counter(plain(item) for item in items if item.kind == "question")
    assert {found.late for found in expected} >= ({True, False} if within else {True})
    assert mine - expected == Counter(), "listed, but not there"
    assert expected - mine == Counter(), "there, but not listed"


@pytest.mark.parametrize(("pack", "close", "seconds"), BY_DAY)
def test_a_message_of_an_unknown_sender_may_have_been_the_answer(
    pack: str, close: int, seconds: int, tmp_path: Path
) -> None:
    now = datetime(2026, 11, 1, 15)
    asked = now - timedelta(seconds=60)
    says = [("S1", "buyer", 60), ("S1", "神秘人", 30), ("S2", "buyer", 60), ("S3", "agent", 90)]
    chats: list[Row] = [
        {"session_id": name, "message_id": f"M{number}", "message_seq": number,
         "buyer_id": f"B{name}", "sender_role": role, "message_type": "text", "content": "在吗",
         "sent_at": now - timedelta(seconds=ago)}
        for number, (name, role, ago) in enumerate(says)
    ]  # fmt: skip
    write(tmp_path / "shop", {"chats": chats})
    items = due(tmp_path / "shop", now, settings=Settings(packs=(pack,), pack_chosen=True)).items
    found = {item.ids.session_id: item for item in items if item.kind == "question"}
    assert {name: item.certain for name, item in found.items()} == {"S1": False, "S2": True}
    deadline = str(asked + timedelta(seconds=seconds))
    assert {item.deadline for item in found.values()} == {deadline}


def shifted(maker: Maker, number: int) -> datetime:
    """A notice whose five days end at as-of, at the end of the hours ahead, or a second beside."""
    end = (maker.as_of, maker.as_of + maker.within)[number % 2]
    return end - timedelta(days=5, seconds=number % 3 - 1)

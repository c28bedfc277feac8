"""A cache changes no answer: whatever was kept before, by whichever request, of whichever files.

The reference is the same request without a cache. Requests come one after another over one folder
of the cache, so that what one of them kept is what the next one finds.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kshop_audit.auditing.audit import audit
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.cache.store import Store
from kshop_audit.codec import encode
from kshop_audit.errors import KshopError
from kshop_audit.ingest import Reading, Request, Source
from kshop_audit.ingest.files.digests import Digests
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Allowed, InputMapping, Settings
from kshop_audit.plan.keeping import Keeping
from kshop_audit.plan.query import Wanted
from tests.laws.source_tree import ROOT
from tests.shops.audits import written

NOW = 1_800_000_000

Ask = Callable[[Path], AuditRequest]


def plain(folder: Path) -> AuditRequest:
    return AuditRequest(
        inputs=Request((folder,)), settings=Settings(), wanted=Wanted(evidence=True)
    )


def told(request: AuditRequest, cache: Path | None, now: int = NOW) -> str:
    """Everything that a run says, faults included."""
    store = None if cache is None else Store(cache, now)
    order = replace(request, inputs=replace(request.inputs, cache=store, digests=Digests()))
    with tempfile.TemporaryDirectory() as scratch:
        try:
            done = audit(order, Path(scratch))
        except KshopError as fault:
            return f"{type(fault).__name__}: {fault.zh}"
        listed = [f"{name} {rows}" for name, rows in sorted(done.evidence.items())]
        return "\n".join([encode(done.report), encode(done.due), *listed, repr(done.rejects)])


def shop_of(tmp_path: Path, name: str) -> Path:
    return Path(shutil.copytree(ROOT / "sample_data" / name, tmp_path / name))


def chats_of(folder: Path) -> Path:
    return next(path for path in folder.iterdir() if "聊天" in path.name)


def orders_of(folder: Path) -> Path:
    return next(path for path in folder.iterdir() if path.name.startswith("订单"))


def asks() -> dict[str, Ask]:
    """Requests over one shop, each different in something that reading or looking depends on."""

    def having(**parts: Any) -> Ask:
        return lambda folder: replace(plain(folder), **parts)

    def read_as(**parts: Any) -> Ask:
        def ask(folder: Path) -> AuditRequest:
            request = plain(folder)
            return replace(request, inputs=replace(request.inputs, **parts))

        return ask

    def by(**parts: Any) -> Ask:
        return having(settings=Settings(**parts))

    role = {"sender_role": {"客服": "robot", "机器人": "agent"}}
    hours = {"reply-3min": {"open_hour": 9}}
    return {
        "plain": plain,
        "one rule": having(select=("banned-words",)),
        "another rule": having(select=("third-party-info",)),
        "no conduct": having(ignore=("conduct",)),
        "due": having(deadlines=True),
        "unmasked": having(mask=False),
        "earlier": having(as_of=datetime(2026, 10, 20)),
        "much earlier": having(as_of=datetime(2026, 5, 20)),
        "future rows stay": having(reject_future=False),
        "by day": having(wanted=Wanted(by=("day", "agent", "hour"))),
        "own words": by(words={"abusive": ("您好",)}),
        "allowed": by(allow=(Allowed("微信", "ours"),)),
        "allowed otherwise": by(allow=(Allowed("没脑子", "ours"), Allowed("qq.com", "ours"))),
        "roles": by(inputs={Kind.CHATS: InputMapping(values=role)}),
        "roles read": read_as(mappings={Kind.CHATS: InputMapping(values=role)}),
        "zone": read_as(zone="Europe/London"),
        "wrong encoding": read_as(encoding="gb18030"),
        "wrong delimiter": read_as(delimiter=";"),
        "two packs": by(packs=("kuaishou", "douyin")),
        "by date": by(packs=("kuaishou-by-date",)),
        "douyin": by(packs=("douyin",)),
        "taobao": by(packs=("taobao",)),
        "strict": by(max_bad_rows=Decimal(0)),
        "options": by(options=hours),
        "force majeure": by(force_majeure=frozenset({"1", "2"})),
    }


ASKS = asks()


def asked_in_turn(folder: Path, cache: Path, names: Sequence[str]) -> None:
    references: dict[str, str] = {}
    for name in names:
        request = ASKS[name](folder)
        if name not in references:
            references[name] = told(request, None)
        assert told(request, cache) == references[name], (name, names)


@pytest.mark.slow
def test_no_request_is_answered_with_what_another_one_kept(tmp_path: Path) -> None:
    folder = shop_of(tmp_path, "failing")
    few = ("one rule", "another rule", "no conduct", "allowed otherwise", "one rule")
    asked_in_turn(folder, tmp_path / "cache", few)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", ["failing", "damaged"])
def test_requests_in_any_order(name: str, seed: int, tmp_path: Path) -> None:
    order = random.Random(f"{name} {seed}").sample(sorted(ASKS), 7)
    folder = shop_of(tmp_path, name)
    asked_in_turn(folder, tmp_path / "cache", (*order, "plain", *order[:3]))


@pytest.mark.slow
@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    kuaishou=st.booleans(),
    shift=st.sampled_from([0, 1, 31 * 86_400, -2 * 86_400]),
)
def test_random_shops(seed: int, kuaishou: bool, shift: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder, cache = Path(place, "shop"), Path(place, "cache")
        written(seed, 25, folder, kuaishou=kuaishou)
        request = plain(folder)
        reference = told(request, None)
        for now in (NOW, NOW + shift):
            assert told(request, cache, now) == reference


# ------------------------------------------------------------------ names and places


@pytest.mark.slow
def test_the_same_bytes_elsewhere_and_under_another_name(tmp_path: Path) -> None:
    folder, cache = shop_of(tmp_path, "failing"), tmp_path / "cache"
    told(plain(folder), cache)
    moved = tmp_path / "moved"
    folder.rename(moved)
    assert told(plain(moved), cache) == told(plain(moved), None)
    chats = chats_of(moved)
    chats.rename(moved / "别的名字.csv")
    assert told(plain(moved), cache) == told(plain(moved), None)
    (moved / "0.csv").write_bytes((moved / "别的名字.csv").read_bytes())
    assert told(plain(moved), cache) == told(plain(moved), None)
    orders_of(moved).unlink()
    assert told(plain(moved), cache) == told(plain(moved), None)
    named = replace(plain(moved), inputs=Request((moved / "别的名字.csv",)))
    assert told(named, cache) == told(named, None)
    pinned = Request((), pins={moved / "0.csv": Kind.CHATS})
    assert told(replace(plain(moved), inputs=pinned), cache) == told(
        replace(plain(moved), inputs=pinned), None
    )


# ------------------------------------------------------------------ while a file is being read


def test_what_was_found_in_other_bytes_is_not_recalled_for_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file changes after its digest was taken and before it is read, and is restored later."""
    folder, cache = shop_of(tmp_path, "failing"), tmp_path / "cache"
    chats = chats_of(folder)
    was = chats.read_bytes()
    harmless = b"".join(was.splitlines(keepends=True)[:3])
    asked = replace(plain(folder), select=("conduct",))
    reference = told(asked, None)
    recalled = Keeping.recalled

    def replaced(kept: Keeping, reading: Reading) -> Source | None:
        found = recalled(kept, reading)
        if reading.path.name == chats.name:
            chats.write_bytes(harmless)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(Keeping, "recalled", replaced)
        assert told(asked, cache) != reference
    chats.write_bytes(was)
    for _ in range(2):
        assert told(asked, cache) == reference

"""How much can still be borne, where not all is known: whatever the unknown turns out to be."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kshop_audit.judging.judge import judge
from kshop_audit.model.knowledge import Doubts, Why
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.report import RuleResult, Status
from kshop_audit.model.settings import Settings, Terms
from kshop_audit.rules import catalogue
from tests.shops.audits import PACK

TERMS = Terms(datetime(2026, 4, 1), PACK, Settings())
LINE = Fraction(80, 100)


def replies(hits: int, misses: int, unknown: int) -> RuleResult:
    doubts = {Why.NOT_COVERED: Doubts(either=unknown)} if unknown else {}
    own = Measurement("reply-rate", hits, hits + misses, doubts=doubts)
    return judge(own, catalogue()["reply-rate"].info, TERMS).result


@given(st.integers(0, 300), st.integers(0, 40), st.integers(0, 20))
def test_so_many_more_misses_are_borne_whatever_is_not_known(
    hits: int, misses: int, unknown: int
) -> None:
    found = replies(hits, misses, unknown)
    if found.status is not Status.PASS or not hits + misses:
        return
    assert found.headroom is not None
    worst = misses + unknown
    assert Fraction(hits, hits + worst + found.headroom) >= LINE
    assert Fraction(hits, hits + worst + found.headroom + 1) < LINE


@pytest.mark.parametrize(("unknown", "room"), [(0, 5), (3, 2), (5, 0)])
def test_what_is_not_known_takes_from_what_can_be_borne(unknown: int, room: int) -> None:
    assert replies(100, 20, unknown).headroom == room

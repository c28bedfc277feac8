"""Facts: made once per combination of arguments; the shared ones are computed once."""

from __future__ import annotations

import threading
import time
from datetime import datetime

import polars as pl

from kshop_audit.facts import Facts, Tables, fact
from kshop_audit.facts.sharing import Compute, lazily
from kshop_audit.model.settings import Settings, Terms
from kshop_audit.packs import load


@fact(shared=True)
def parcels(facts: Facts) -> pl.LazyFrame:
    """All of them."""
    return pl.LazyFrame({"parcel": [1, 2, 3]})


@fact(shared=True)
def late(facts: Facts, least: int) -> pl.LazyFrame:
    """Some of them."""
    return facts(parcels).filter(pl.col("parcel") > least)


@fact
def last(facts: Facts, *, least: int = 0) -> pl.LazyFrame:
    """One of them; not shared."""
    return facts(late, least).tail(1)


def shop(compute: Compute = lazily) -> Facts:
    terms = Terms(datetime(2026, 3, 31), load("kuaishou"), Settings())
    return Facts(Tables({}, {}), terms, compute)


def test_a_shared_frame_is_computed_once_and_after_what_it_is_made_of() -> None:
    computed: list[int] = []

    def compute(frame: pl.LazyFrame) -> pl.LazyFrame:
        time.sleep(0.02)  # long enough for all others to ask as well
        found = frame.collect()
        computed.append(found.height)
        return found.lazy()

    facts = shop(compute)
    asked: list[pl.LazyFrame] = []
    requests = (
        lambda: facts(late, 1), lambda: facts(parcels), lambda: facts(last, least=1),
        lambda: facts(parcels), lambda: facts(late, 1),
    )  # fmt: skip
    threads = [
        threading.Thread(target=lambda request=request: asked.append(request()))
        for request in requests
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert computed == [3, 2]
    assert len(asked) == len(requests)
    frames = {id(facts(late, 1)), id(facts(parcels)), id(facts(last, least=1))}
    assert {id(frame) for frame in asked} == frames


def test_other_arguments_make_another_frame() -> None:
    facts = shop()
    assert facts(late, 1) is facts(late, 1)
    assert facts(late, 1) is not facts(late, 2)
    assert facts(last, least=1) is facts(last, least=1)
    assert facts(last, least=1) is not facts(last)


def test_only_shared_frames_are_computed() -> None:
    computed: list[pl.LazyFrame] = []

    def compute(frame: pl.LazyFrame) -> pl.LazyFrame:
        computed.append(frame)
        return frame

    shop(compute)(last)
    assert len(computed) == 2


def test_each_audit_has_its_own_frames() -> None:
    assert shop()(parcels) is not shop()(parcels)


def test_a_fault_while_making_a_frame_is_raised_again_at_the_next_request() -> None:
    calls: list[int] = []

    @fact(shared=True)
    def broken(facts: Facts) -> pl.LazyFrame:
        calls.append(1)
        raise ZeroDivisionError

    facts = shop()
    for expected in (1, 2):
        try:
            facts(broken)
        except ZeroDivisionError:
            assert len(calls) == expected
        else:
            raise AssertionError("the fault was swallowed")

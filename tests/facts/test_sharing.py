"""Shared frames: computed once, by whoever asks first, whoever else asks meanwhile."""

from __future__ import annotations

import threading
import time

import polars as pl

from kshop_audit.facts.sharing import Compute, shared


class Shop:
    """Two frames, one made of the other."""

    def __init__(self, compute: Compute) -> None:
        self.compute = compute

    @shared
    def orders(self) -> pl.LazyFrame:
        """All of them."""
        return pl.LazyFrame({"order_id": [1, 2, 3]})

    @shared
    def late(self) -> pl.LazyFrame:
        """Some of them."""
        return self.orders.filter(pl.col("order_id") > 1)


def test_a_shared_frame_is_computed_once_and_after_what_it_is_made_of() -> None:
    computed: list[int] = []

    def compute(frame: pl.LazyFrame) -> pl.LazyFrame:
        time.sleep(0.02)  # long enough for all others to ask as well
        found = frame.collect()
        computed.append(found.height)
        return found.lazy()

    shop = Shop(compute)
    asked: list[pl.LazyFrame] = []
    threads = [
        threading.Thread(target=lambda name=name: asked.append(getattr(shop, name)))
        for name in ("late", "orders", "late", "orders", "late")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert computed == [3, 2]
    assert len(asked) == 5
    assert {id(frame) for frame in asked} == {id(shop.orders), id(shop.late)}


def test_each_owner_has_its_own() -> None:
    first, second = Shop(lambda frame: frame), Shop(lambda frame: frame)
    assert first.orders is first.orders
    assert first.orders is not second.orders
    assert Shop.orders.__doc__ == "All of them."

"""The rows of one shop, of files that may hold several."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.model.schema import Kind
from kshop_audit.plan.read import FileRows
from kshop_audit.tables import FILE

SHOWN = 5
"""Shops that a message lists."""


@frozen(slots=False)
class OneShop:
    """What is left of the files.

    `partners`: the orders of the other shops, of which the waybills matter. `problem`: why no shop
    is meant.
    """

    kinds: Mapping[Kind, FileRows]
    partners: pl.DataFrame | None = None
    problem: Text | None = None


def of_one_shop(kinds: Mapping[Kind, FileRows], shop: str | None) -> OneShop:
    """The rows of a shop by the shop_id of its orders; of all rows if there is but one shop.

    Rows of other kinds follow the orders that they name. A row that names no shop stays. Those of
    the other shops count as skipped.
    """
    orders = kinds.get(Kind.ORDERS)
    found: tuple[str, ...] = ()
    if orders is not None and "shop_id" in orders.good.columns:
        found = tuple(orders.good["shop_id"].drop_nulls().unique().sort())
    if shop is None:
        return OneShop(kinds, problem=_several(found) if len(found) > 1 else None)
    if orders is None or shop not in found:
        return OneShop(kinds, problem=_none(shop, found))
    other = (pl.col("shop_id") != shop).fill_null(False)
    partners = orders.good.filter(other)
    if partners.is_empty():
        return OneShop(kinds)
    own = orders.good.filter(~other).get_column("order_id")
    theirs = partners.get_column("order_id").unique()
    theirs = theirs.filter(~theirs.is_in(own.unique().implode()))
    named = pl.col("order_id").is_in(theirs.implode()).fill_null(False)
    kept = {
        kind: _without(part, "shop_id", other)
        if kind is Kind.ORDERS
        else _without(part, "order_id", named)
        for kind, part in kinds.items()
    }
    return OneShop(kept, partners)


def _without(part: FileRows, column: str, theirs: pl.Expr) -> FileRows:
    """The rows without those of other shops, by a column that not all have."""
    skipped = dict(part.skipped)
    kept = []
    for frame in (part.good, part.bad, part.strays):
        own = frame.filter(~theirs) if column in frame.columns else frame
        kept.append(own)
        if own.height < frame.height:
            for file, count in frame.filter(theirs)[FILE].value_counts().iter_rows():
                skipped[file] = skipped.get(file, 0) + count
    good, bad, strays = kept
    return FileRows(good, bad, strays, skipped)


def _listed(ids: tuple[str, ...]) -> str:
    return ", ".join(ids[:SHOWN]) + (" …" if len(ids) > SHOWN else "")


def _several(ids: tuple[str, ...]) -> Text:
    return Text(
        f"文件里有 {len(ids)} 家店铺的订单（{_listed(ids)}）：请用 --shop 店铺ID 只审其中一家，"
        "或把各店的文件分到各自的文件夹，用 fleet 一起审",
        f"the orders are of {len(ids)} shops ({_listed(ids)}): audit one of them with --shop ID, "
        "or put the files of each into a folder of its own and use fleet",
    )


def _none(shop: str, ids: tuple[str, ...]) -> Text:
    if not ids:
        return Text(
            f"--shop {shop}：订单文件里没有店铺ID，分不出是哪家店铺的订单",
            f"--shop {shop}: no order names its shop, so that nothing tells whose it is",
        )
    return Text(
        f"--shop {shop}：没有这家店铺的订单；文件里有 {_listed(ids)}",
        f"--shop {shop}: no order is of this shop; the files have {_listed(ids)}",
    )

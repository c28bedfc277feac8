"""Files that say something which no figure may be made of: they are refused by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from kshop_audit.model.metadata import Text
from kshop_audit.model.schema import TABLES, Kind, Type
from kshop_audit.tables import FILE, ROW

LEAST_IDS, LEAST_DIGITS, CERTAIN = 10, 18, 15
"""A file has so many ids of so many digits, of which a spreadsheet keeps the first CERTAIN."""

_LONG = rf"^[0-9]{{{LEAST_DIGITS},}}$"
_ROUNDED = rf"^[0-9]{{{CERTAIN}}}0+$"
_SAMPLE = 40


def lost_digits(kind: Kind, good: pl.DataFrame, names: Mapping[int, str]) -> Iterator[Text]:
    """Files of which nearly all long ids of a column end in zeros from the 16th digit on.

    A spreadsheet that takes an id for a number does that, and two ids become one. `names`: of the
    files of the kind.
    """
    for column in TABLES[kind].columns:
        if column.type is not Type.ID or column.name not in good.columns:
            continue
        for file, name in names.items():
            rows = good if len(names) == 1 else good.filter(pl.col(FILE) == file)
            ids = rows.get_column(column.name)
            # Nearly all would be like that, so that a few tell whether all are to be looked at.
            if not ids.head(_SAMPLE).cast(pl.String).str.contains(_ROUNDED).any():
                continue
            ids = ids.cast(pl.String)
            long = ids.filter(ids.str.contains(_LONG))
            rounded = long.filter(long.str.contains(_ROUNDED))
            several = len(long) >= LEAST_IDS and rounded.n_unique() > 1
            if several and len(rounded) * 10 >= len(long) * 9:
                yield _lost(name, column.name, str(rounded.min()))


def two_figures(good: pl.DataFrame, names: Mapping[int, str]) -> Iterator[Text]:
    """Files of daily figures that say two things of one day."""
    key = [name for name in TABLES[Kind.SERVICE_STATS].key if name in good.columns]
    figures = [name for name in ("messages", "answered") if name in good.columns]
    several = pl.struct(figures).n_unique().over(key) > 1
    for day, file in good.filter(several).sort("date").select("date", FILE).head(1).iter_rows():
        name = names.get(file, "")
        yield Text(
            f"{name}：{day} 有两个不同的数字，不知道该用哪一个；"
            "若是分客服或分班次的数据，请保留“客服”或“班次”列",
            f"{name}: two different figures for {day}, and nothing says which one holds; if they "
            "are of agents or shifts, keep that column",
        )


SEVERAL = 10
"""So many numbers, and one in ten of all, that stand for orders of different times."""


def shared_numbers(good: pl.DataFrame, names: Mapping[int, str]) -> Iterator[Text]:
    """Files of orders of which one number stands for several orders, as masked ones do: an order is
    made once. `names`: of the files of orders.
    """
    at = next((name for name in ("created_at", "paid_at") if name in good.columns), None)
    if at is None or "order_id" not in good.columns:
        return
    again = good.filter(pl.col("order_id").hash().is_duplicated() & pl.col(at).is_not_null())
    if again.is_empty():
        return
    times = again.group_by(FILE, "order_id").agg(times=pl.col(at).n_unique())
    for file, name in names.items():
        several = times.filter((pl.col(FILE) == file) & (pl.col("times") > 1)).height
        own = good.filter(pl.col(FILE) == file)["order_id"].n_unique() if several else 0
        if several >= SEVERAL and several * 10 >= own:
            yield Text(
                f"{name}：{several} 个订单号各有几个不同的下单时间，一个号不是一单（打了码、"
                "截短了，或者列对错了）；请导出完整的订单号",
                f"{name}: {several} order numbers have several times at which they were made, so "
                "one number is not one order (masked, cut short, or another column); export whole "
                "order numbers",
            )


def _lost(name: str, column: str, example: str) -> Text:
    return Text(
        f"{name}：{column} 的编号第 15 位以后都是 0（如 {example}），是表格软件改掉的，"
        "不同的单号会变成同一个；请重新导出，不要用 Excel 打开后另存",
        f"{name}: nearly all ids of {column} end in zeros after the 15th digit (as {example}): a "
        "spreadsheet has changed them, so that different ids become one; export again and do not "
        "save the file from a spreadsheet",
    )


def without_a_day(strays: pl.DataFrame, names: Mapping[int, str]) -> Iterator[Text]:
    """Files of daily figures with rows that say no day: whose day it is decides the figures."""
    for file, rows in strays.group_by(FILE, maintain_order=True).agg(pl.col(ROW)).iter_rows():
        first, count = min(rows), len(rows)
        yield Text(
            zh=f"{names[file]}：{count} 行有客服或班次却没有日期（第一处在第 {first} 行）；"
            "日期若只写在每组的第一行，请填满每一行，或导出不合并的表",
            en=f"{names[file]}: {count} rows name an agent or a shift and no day (the first one is "
            f"row {first}); where the day stands on the first row of a group only, fill every row, "
            "or export a table without groups",
        )

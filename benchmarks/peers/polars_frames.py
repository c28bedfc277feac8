"""The figures by Polars as its guide teaches it: lazy scans, expressions, one collect.

python benchmarks/peers/polars_frames.py FOLDER
"""

import json
import sys
from datetime import timedelta
from pathlib import Path

import polars as pl

BANNED = "高仿|精仿|非正品|复印版|扫描版"
DENIED = f"[不没无].{{0,3}}?(?:{BANNED})"
QUALITY = ("质量问题", "商品破损", "与描述不一致")
TIMES = {"sent", "created", "paid", "shipped", "picked", "signed", "applied", "finished"}
COLUMNS = {
    "订单导出": {
        "订单号": "order_id",
        "订单创建时间": "created",
        "订单支付时间": "paid",
        "发货时间": "shipped",
        "预售定金支付时间": "deposit",
        "订单状态": "status",
        "售后状态": "aftersale",
    },
    "物流导出": {
        "订单编号": "order_id",
        "发货时间": "shipped",
        "揽收时间": "picked",
        "签收时间": "signed",
    },
    "售后单导出": {
        "售后单号": "ticket_id",
        "订单编号": "order_id",
        "售后类型": "type",
        "售后状态": "status",
        "售后原因": "reason",
        "客服仲裁": "arbitration",
        "售后申请时间": "applied",
        "售后完结时间": "finished",
    },
    "聊天记录": {
        "会话ID": "session",
        "发送方": "role",
        "发送时间": "sent",
        "消息类型": "kind",
        "消息内容": "content",
    },
}

buyer = pl.col("role") == "买家"
merchant = pl.col("role").is_in(["客服", "机器人"])
month, two_months, now = pl.col("month"), pl.col("two_months"), pl.col("now")
minutes_5, hours_24, hours_48 = timedelta(minutes=5), timedelta(hours=24), timedelta(hours=48)


def table(folder: Path, name: str) -> pl.LazyFrame:
    """The needed columns of one export, times as times."""
    names = COLUMNS[name]
    return (
        pl.scan_csv(folder / f"{name}*.csv", infer_schema=False)
        .select(pl.col(old).alias(new) for old, new in names.items())
        .with_columns(pl.col(TIMES & set(names.values())).str.to_datetime("%Y-%m-%d %H:%M:%S"))
    )


def figures(folder: Path) -> dict[str, list[int]]:
    """Rule → numerator and denominator of the exports in a folder."""
    orders, shipments, tickets, chats = (table(folder, name) for name in COLUMNS)
    clock = clock_of(orders, shipments, tickets, chats)
    lines = [
        reply_rate(chats.join(clock, how="cross")),
        banned_words(chats.join(clock, how="cross")),
        ship_48h(orders.join(clock, how="cross")),
        pickup_24h(shipments.join(clock, how="cross"), tickets),
        refund_only_hours(tickets.join(clock, how="cross")),
        quality_refund_rate(orders.join(clock, how="cross"), tickets.join(clock, how="cross")),
    ]
    found = pl.concat(line.select(pl.all().cast(pl.Int64)) for line in lines).collect()
    rules = ("reply-rate", "banned-words", "ship-48h", "pickup-24h", "refund-only-hours")
    return dict(zip((*rules, "quality-refund-rate"), map(list, found.iter_rows()), strict=True))


def clock_of(*tables: pl.LazyFrame) -> pl.LazyFrame:
    """The newest event, and where windows of 30 and 60 days to its midnight begin."""
    newest = pl.concat(
        frame.select(at=pl.max_horizontal(TIMES & set(frame.collect_schema().names()))).max()
        for frame in tables
    ).max()
    today = (pl.col("at") - timedelta(seconds=1)).dt.truncate("1d")
    return newest.select(
        now="at", month=today - timedelta(days=29), two_months=today - timedelta(days=59)
    )


def reply_rate(chats: pl.LazyFrame) -> pl.LazyFrame:
    """Messages of buyers answered five minutes after the first of their burst."""
    spoken = chats.filter(
        ~pl.col("kind").is_in(["商品卡片", "系统"]),
        merchant | buyer & (pl.col("sent").dt.hour() >= 8),
    )
    reply = pl.when(merchant).then("sent")
    due = pl.col("due")
    return (
        spoken.sort("session", "sent", merchant)
        .with_columns(
            replies=merchant.cum_sum().over("session"),
            answer=reply.backward_fill().over("session"),
        )
        .filter(buyer, pl.col("sent") >= month)
        .group_by("session", "replies", pl.col("sent").dt.date().alias("day"))
        .agg(
            pl.len(),
            pl.col("answer", "now").first(),
            due=pl.col("sent").min() + minutes_5,
        )
        .filter(pl.col("answer").is_not_null() | (due < now))
        .select(hits=pl.col("len").filter(pl.col("answer") <= due).sum(), all=pl.col("len").sum())
    )


def banned_words(chats: pl.LazyFrame) -> pl.LazyFrame:
    """Messages of the shop that have a banned word with no denial before it."""
    content = pl.col("content")
    named = content.str.contains(BANNED)
    left = content.str.replace_all(DENIED, "").str.contains(BANNED)
    return (
        chats.filter(merchant, pl.col("sent") >= month)
        .select("content", named=named)
        .select(hits=left.filter("named").sum(), all=pl.len())
    )


def ship_48h(orders: pl.LazyFrame) -> pl.LazyFrame:
    """Orders shipped two days after payment."""
    shipped, due = pl.col("shipped"), pl.col("paid") + hours_48
    over = (pl.col("status") == "交易关闭") | pl.col("aftersale").eq_missing("退款成功")
    return orders.filter(
        pl.col("paid") >= month,
        pl.col("deposit").is_null(),
        shipped.is_not_null() | (~over & (due < now)),
    ).select(hits=(shipped <= due).sum(), all=pl.len())


def pickup_24h(shipments: pl.LazyFrame, tickets: pl.LazyFrame) -> pl.LazyFrame:
    """Parcels picked up a day after their waybill was uploaded."""
    picked, applied, due = pl.col("picked"), pl.col("applied"), pl.col("shipped") + hours_24
    waiting = (due < now) & (applied.is_null() | (applied > due))
    refunds = tickets.group_by("order_id").agg(applied.min())
    return (
        shipments.group_by("order_id")
        .agg(pl.col("shipped", "picked").min(), pl.col("month", "now").first())
        .filter(pl.col("shipped") >= month)
        .join(refunds, on="order_id", how="left")
        .filter(
            pl.when(picked.is_null())
            .then(waiting)
            .otherwise((applied < picked).not_().fill_null(True))
        )
        .select(hits=(picked <= due).sum(), all=pl.len())
    )


def refund_only_hours(tickets: pl.LazyFrame) -> pl.LazyFrame:
    """Seconds from application to the end, and tickets."""
    return tickets.filter(
        pl.col("type") == "仅退款",
        pl.col("status").is_in(["售后成功", "售后关闭"]),
        pl.col("arbitration").is_null(),
        pl.col("finished") >= month,
    ).select(hits=(pl.col("finished") - pl.col("applied")).sum().dt.total_seconds(), all=pl.len())


def quality_refund_rate(orders: pl.LazyFrame, tickets: pl.LazyFrame) -> pl.LazyFrame:
    """Orders whose first ticket names a fault of quality, and paid orders."""
    first = tickets.sort("applied", "ticket_id").group_by("order_id").first()
    faulty = first.filter(pl.col("applied") >= two_months, pl.col("reason").is_in(QUALITY))
    paid = orders.filter(pl.col("paid") >= two_months)
    return pl.concat([faulty.select(hits=pl.len()), paid.select(all=pl.len())], how="horizontal")


if __name__ == "__main__":
    print(json.dumps(figures(Path(sys.argv[1]))))

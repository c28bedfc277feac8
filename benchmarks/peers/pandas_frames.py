"""The figures by pandas: whole frames in memory, masks and group-bys.

python benchmarks/peers/pandas_frames.py FOLDER
"""

import json
import sys
from pathlib import Path

import pandas as pd

BANNED = "高仿|精仿|非正品|复印版|扫描版"
DENIED = f"[不没无].{{0,3}}?(?:{BANNED})"
MERCHANT = ("客服", "机器人")
QUALITY = ("质量问题", "商品破损", "与描述不一致")
FIVE_MINUTES, DAY = pd.Timedelta(minutes=5), pd.Timedelta(days=1)

ORDERS = (
    "订单号",
    "订单创建时间",
    "订单支付时间",
    "发货时间",
    "预售定金支付时间",
    "订单状态",
    "售后状态",
)
SHIPMENTS = ("订单编号", "发货时间", "揽收时间", "签收时间")
TICKETS = (
    "售后单号",
    "订单编号",
    "售后类型",
    "售后状态",
    "售后原因",
    "客服仲裁",
    "售后申请时间",
    "售后完结时间",
)
CHATS = ("会话ID", "发送方", "发送时间", "消息类型", "消息内容")


def table(folder: Path, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """The needed columns of one export, times as times."""
    [path] = folder.glob(f"{name}*.csv")
    frame = pd.read_csv(path, usecols=columns, dtype=str, encoding="utf-8-sig")
    for column in columns:
        if column.endswith("时间"):
            frame[column] = pd.to_datetime(frame[column], format="%Y-%m-%d %H:%M:%S")
    return frame


def figures(folder: Path) -> dict[str, list[int]]:
    """Rule → numerator and denominator of the exports in a folder."""
    orders = table(folder, "订单导出", ORDERS)
    shipments = table(folder, "物流导出", SHIPMENTS)
    tickets = table(folder, "售后单导出", TICKETS)
    chats = table(folder, "聊天记录", CHATS)
    frames = (orders, shipments, tickets, chats)
    now = max(frame.select_dtypes("datetime").max().max() for frame in frames)
    today = (now - pd.Timedelta(seconds=1)).normalize()
    month, two_months = today - 29 * DAY, today - 59 * DAY
    found = {
        "reply-rate": reply_rate(chats, month, now),
        "banned-words": banned_words(chats, month),
        "ship-48h": ship_48h(orders, month, now),
        "pickup-24h": pickup_24h(shipments, tickets, month, now),
        "refund-only-hours": refund_only_hours(tickets, month),
        "quality-refund-rate": quality_refund_rate(orders, tickets, two_months),
    }
    return {rule: [int(hits), int(total)] for rule, (hits, total) in found.items()}


def reply_rate(chats: pd.DataFrame, month: pd.Timestamp, now: pd.Timestamp) -> tuple[int, int]:
    """Messages of buyers answered five minutes after the first of their burst."""
    reply = chats["发送方"].isin(MERCHANT)
    buyer = (chats["发送方"] == "买家") & (chats["发送时间"].dt.hour >= 8)
    spoken = chats.loc[
        (reply | buyer) & ~chats["消息类型"].isin(["商品卡片", "系统"]), ["会话ID", "发送时间"]
    ]
    spoken = spoken.assign(reply=reply).sort_values(["会话ID", "发送时间", "reply"])
    spoken["replies"] = spoken.groupby("会话ID")["reply"].cumsum()
    spoken["answer"] = spoken["发送时间"].where(spoken["reply"])
    spoken["answer"] = spoken.groupby("会话ID")["answer"].bfill()
    asked = spoken[~spoken["reply"] & (spoken["发送时间"] >= month)]
    bursts = asked.groupby(["会话ID", "replies", asked["发送时间"].dt.normalize()]).agg(
        messages=("reply", "size"), start=("发送时间", "min"), answer=("answer", "first")
    )
    due = bursts["start"] + FIVE_MINUTES
    decided = bursts["answer"].notna() | (due < now)
    return bursts["messages"][bursts["answer"] <= due].sum(), bursts["messages"][decided].sum()


def banned_words(chats: pd.DataFrame, month: pd.Timestamp) -> tuple[int, int]:
    """Messages of the shop that have a banned word with no denial before it."""
    said = chats.loc[chats["发送方"].isin(MERCHANT) & (chats["发送时间"] >= month), "消息内容"]
    named = said[said.str.contains(BANNED, na=False)]
    left = named.str.replace(DENIED, "", regex=True)
    return left.str.contains(BANNED).sum(), len(said)


def ship_48h(orders: pd.DataFrame, month: pd.Timestamp, now: pd.Timestamp) -> tuple[int, int]:
    """Orders shipped two days after payment."""
    shipped, due = orders["发货时间"], orders["订单支付时间"] + 2 * DAY
    over = (orders["订单状态"] == "交易关闭") | (orders["售后状态"] == "退款成功")
    counted = (
        (orders["订单支付时间"] >= month)
        & orders["预售定金支付时间"].isna()
        & (shipped.notna() | (~over & (due < now)))
    )
    return (counted & (shipped <= due)).sum(), counted.sum()


def pickup_24h(
    shipments: pd.DataFrame, tickets: pd.DataFrame, month: pd.Timestamp, now: pd.Timestamp
) -> tuple[int, int]:
    """Parcels picked up a day after their waybill was uploaded."""
    parcels = shipments.groupby("订单编号")[["发货时间", "揽收时间"]].min()
    parcels = parcels[parcels["发货时间"] >= month]
    parcels = parcels.join(tickets.groupby("订单编号")["售后申请时间"].min())
    picked, applied, due = parcels["揽收时间"], parcels["售后申请时间"], parcels["发货时间"] + DAY
    counted = (picked.notna() & ~(applied < picked)) | (
        picked.isna() & (due < now) & ~(applied <= due)
    )
    return (counted & (picked <= due)).sum(), counted.sum()


def refund_only_hours(tickets: pd.DataFrame, month: pd.Timestamp) -> tuple[int, int]:
    """Seconds from application to the end, and tickets."""
    counted = tickets[
        (tickets["售后类型"] == "仅退款")
        & tickets["售后状态"].isin(["售后成功", "售后关闭"])
        & tickets["客服仲裁"].isna()
        & (tickets["售后完结时间"] >= month)
    ]
    took = (counted["售后完结时间"] - counted["售后申请时间"]).sum()
    return took // pd.Timedelta(seconds=1), len(counted)


def quality_refund_rate(
    orders: pd.DataFrame, tickets: pd.DataFrame, two_months: pd.Timestamp
) -> tuple[int, int]:
    """Orders whose first ticket names a fault of quality, and paid orders."""
    first = tickets.sort_values(["售后申请时间", "售后单号"]).drop_duplicates("订单编号")
    faulty = first["售后原因"].isin(QUALITY) & (first["售后申请时间"] >= two_months)
    return faulty.sum(), (orders["订单支付时间"] >= two_months).sum()


if __name__ == "__main__":
    print(json.dumps(figures(Path(sys.argv[1]))))

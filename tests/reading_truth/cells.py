"""Realistic cells, each with what it says: the truth that reading is held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from kshop_audit.model.schema import TABLES, Type
from tests.reading_truth.layouts import Layout

Value = object
Row = dict[str, Value]

BEGIN = datetime(2026, 9, 1, 8)
SYLLABLES = "云山竹溪雨松石桥柳岸晴川梅雪枫林渔舟秋荷春燕星河灯火长亭古道青苔白鹭远帆孤村"
CARRIERS = ("韵达快递", "中通快递", "极兔速递", "顺丰速运")
PROVINCES = ("山东省", "江苏省", "内蒙古自治区", "北京")

WORDS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("orders", "status"): {
        "待发货": "paid", "已发货": "shipped", "交易关闭": "closed", "completed": "completed",
    },
    ("orders", "aftersale_state"): {"退款成功": "refunded", "售后处理中": "open"},
    ("tickets", "type"): {"仅退款": "refund_only", "退货退款": "return_refund", "换货": "exchange"},
    ("tickets", "status"): {"售后成功": "succeeded", "售后关闭": "closed", "退款成功": "succeeded"},
    ("tickets", "liable_party"): {"商家责任": "merchant", "买家责任": "buyer"},
    ("tickets", "arbitration"): {"平台已介入": "yes", "未介入": "no"},
    ("disputes", "liable_party"): {"商家责任": "merchant", "买家责任": "buyer"},
    ("chats", "sender_role"): {"买家": "buyer", "客服": "agent", "系统": "system"},
    ("chats", "message_type"): {"文本": "text", "图片": "image"},
    ("shipments", "node"): {"揽收": "picked_up", "派件": "delivering", "签收": "signed"},
    ("ratings", "rating"): {"满意": "satisfied", "一般": "neutral", "不满意": "dissatisfied"},
    ("reviews", "appeal"): {"申诉中": "pending", "申诉成功": "succeeded"},
    ("products", "status"): {"在售": "on_sale", "下架": "off_sale"},
    ("service-assessment", "scope"): {"店铺数据": "shop", "客服": "agent"},
    ("violations", "status"): {"生效中": "open", "申诉中": "appealing", "已完结": "closed"},
}  # fmt: skip

SHARES = ("reply_3m_", "good_", "bad_", "im_bad_", "no_service")
"""Columns of text that hold exact decimals."""

OFTEN = frozenset(
    {
        "created_at", "sent_at", "applied_at", "status", "type", "sender_role", "content", "rating",
        "rated_at", "reviewed_at", "liable_party", "session_id", "amount", "messages", "answered",
        "title", "notified_at", "invoice_name", "shipped_at", "tracking_no", "sub_order_id",
    }
)  # fmt: skip
"""Columns that a real export leaves empty in no row, besides the key."""


@dataclass(frozen=True)
class Table:
    """A clean file: the text of every cell, and what the rows say.

    `secrets`: words of the cells that no message on a file that is not understood may hold.
    """

    layout: Layout
    texts: tuple[tuple[str, ...], ...]
    rows: tuple[Row, ...]
    secrets: tuple[str, ...]


def table(rng: Random, layout: Layout, count: int) -> Table:
    """A clean file of so many rows."""
    texts, rows, secrets = [], [], []
    for number in range(count):
        line: list[str] = []
        row: Row = {}
        for place, (header, name) in enumerate(layout.columns):
            late = place >= len(layout.columns) - 4
            if name:
                text, value = _known(rng, layout, name, number)
                row[name] = value
            else:
                text = _noise(rng, header, 0.15 if late else 0.45)
            line.append(text)
        texts.append(tuple(line))
        rows.append(row)
        secrets += [word for word in map(_secret, line) if word]
    return Table(layout, tuple(texts), tuple(rows), tuple(secrets))


def _secret(text: str) -> str:
    """What of a cell must stay unsaid: an id, or the made-up name in a text."""
    if len(text) >= 10 and text.isdigit():
        return text
    at = next((at for at, char in enumerate(text) if char == "〇"), -1)
    return text[at : at + 7] if at >= 0 else ""


def _name(rng: Random) -> str:
    """A made-up word that stands nowhere else; 〇 marks its beginning."""
    return "〇" + "".join(rng.choices(SYLLABLES, k=6))


def _phrase(rng: Random) -> str:  # noqa: PLR0911  one answer a form
    """What people write: commas, quotes, line breaks, other separators."""
    a, b = _name(rng), rng.choice(SYLLABLES)
    match rng.randrange(10):
        case 0:
            return f"{a},要{b}色的"
        case 1:
            return f'问过"{a}"了'
        case 2:
            return f"{a}\n尽快发货"
        case 3:
            return f"{a};{b}\t{b}"
        case 4:
            return f'{a},"{b}",再说'
        case 5:
            return f"{a}\n\n1,2,{b}"
        case 6:
            return f'"{a}"'
        case _:
            return f"{a}，{b}码"


def _known(  # noqa: PLR0911  one answer a type
    rng: Random, layout: Layout, name: str, number: int
) -> tuple[str, Value]:
    column = TABLES[layout.kind].column(name)
    key = name in (TABLES[layout.kind].key[0], TABLES[layout.kind].row)
    if not key and name not in OFTEN and column.type is not Type.DATE and rng.random() < 0.3:
        return "", None
    words = layout.words.get(name) or WORDS.get((layout.kind, name))
    if words is not None:
        text = rng.choice(sorted(words))
        return text, words[text]
    match column.type:
        case Type.ID:
            text = _identity(rng, name, number)
            return text, text
        case Type.TIME:
            at = BEGIN + timedelta(seconds=rng.randrange(60 * 86400))
            return f"{at:%Y-%m-%d %H:%M:%S}", at
        case Type.DATE:
            day = date(2026, 9, 1) + timedelta(days=number)
            return day.isoformat(), day
        case Type.MONEY:
            fen = rng.randrange(1, 99_999)
            return f"{fen // 100}.{fen % 100:02}", fen
        case Type.INT:
            whole = rng.randrange(1, 6) if name == "rating" else rng.randrange(1, 90)
            return str(whole), whole
        case Type.BOOL:
            yes = rng.randrange(2) == 1
            return ("是" if yes else "否"), yes
        case _:
            return _text(rng, name)


def _identity(rng: Random, name: str, number: int) -> str:
    if name in ("agent_account", "buyer_id") and rng.randrange(2):
        return f"KS{rng.randrange(10**8, 10**9)}"
    return f"26{number:03}{rng.randrange(10**10, 10**11 - 10)}{rng.randrange(1, 10)}"


def _text(rng: Random, name: str) -> tuple[str, Value]:
    if name == "carrier":
        text = rng.choice(CARRIERS)
    elif name == "province":
        text = rng.choice(PROVINCES)
    elif name.startswith(SHARES):
        text = f"0.{rng.randrange(10_000):04}"
    else:
        text = _phrase(rng)
    return text, text


def _noise(rng: Random, header: str, filled: float) -> str:
    """A cell of a column that no rule reads."""
    if rng.random() > filled:
        return ""
    if "时间" in header:
        return f"{BEGIN + timedelta(seconds=rng.randrange(60 * 86400)):%Y-%m-%d %H:%M:%S}"
    if any(word in header for word in ("金额", "价", "款", "费", "补贴", "优惠", "佣金", "收入")):
        return f"{rng.randrange(500)}.{rng.randrange(100):02}"
    if any(word in header for word in ("号", "ID", "id", "编码", "电话", "数量", "库存")):
        return str(rng.randrange(10**9, 10**12))
    return _phrase(rng)

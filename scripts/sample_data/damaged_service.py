"""Damaged after-sales, chat, rating, review and judgement files."""

from sample_data import headers
from sample_data.damaged_orders import Part
from sample_data.dirt import full_width, odd_empty, odd_id, odd_money, odd_time, record
from sample_data.spec import Row, Shop
from sample_data.tickets import OPEN_STATUS

TIMES = ("订单创建时间", "售后申请时间", "售后完结时间")
HOLLOW = ("申请描述", "客服仲裁", "售后完结时间", "退货物流单号", "退货异常", "插旗备注")
OLD_BEFORE = "2026-10-01"


def _dirty_ticket(row: Row, turn: int) -> list[str]:
    cells = dict(row)
    for index, name in enumerate(TIMES):
        cells[name] = odd_time(row[name], turn + index * 5)
    cells["超时时间"] = row["超时时间"][:10] if turn % 3 else odd_time(row["超时时间"], turn)
    for name in ("实付款", "退款金额"):
        cells[name] = odd_money(row[name], turn)
    for index, name in enumerate(HOLLOW):
        cells[name] = odd_empty(row[name], turn + index)
    if not row["客服仲裁"] and turn % 2:
        cells["客服仲裁"] = ("未介入", "否", "无")[turn % 3]
    if turn % 7 == 0:
        cells["申请描述"] = '客服说"可以退",\n但是一直没有处理,\n请尽快'
    cells["售后单号"] = (
        full_width(row["售后单号"]) if turn % 6 == 5 else odd_id(row["售后单号"], turn)
    )
    cells["订单编号"] = odd_id(row["订单编号"], turn + 2)
    return list(cells.values())


def tickets(shop: Shop) -> Part:
    """UTF-8 with BOM; an older state of some tickets above the newer one; quotes in a cell."""
    width = len(headers.TICKETS)
    rows = [row for row in shop.tickets if row["售后申请时间"] >= OLD_BEFORE]
    done = [row for row in rows if row["售后完结时间"]]
    older = [row | {"售后状态": OPEN_STATUS, "售后完结时间": ""} for row in done[3:6]]
    lines = [record(headers.TICKETS)]
    lines += [record(list(row.values())) for row in older]
    lines += [record(_dirty_ticket(row, turn)) for turn, row in enumerate(rows)]
    # A duplicate of a sound row in every other respect, so that no figure hangs on it.
    lines.append(record(list((done[8] | {"商品规格": '"M码"加大'}).values())))
    lines.append(record(list((done[9] | {"售后单号": "5.26102E+14"}).values())))
    no_time = done[10] | {"售后单号": "526103149999001", "售后申请时间": "昨天下午"}
    lines.append(record(list(no_time.values())))
    lines += [record([""] * width), record(["总计"] + ["-"] * (width - 1))]
    text = "\r\n".join(lines) + "\r\n"
    note = (
        f"{len(rows)} tickets, 3 duplicates in an older state, 1 with text behind a closing quote "
        "(duplicate or rejected), 2 rejected (lost digits, no time), skipped: blank, 总计"
    )
    return "售后单导出_20261101.csv", text.encode("utf-8-sig"), note


def older_tickets(shop: Shop) -> Part:
    """The 2022 layout: 申请时间 instead of 售后申请时间; tabs between cells; GB18030."""
    header = ["申请时间" if name == "售后申请时间" else name for name in headers.TICKETS]
    rows = [row for row in shop.tickets if row["售后申请时间"] < OLD_BEFORE]
    lines = [record(header, "\t")] + [record(list(row.values()), "\t") for row in rows]
    text = "\r\n".join(lines) + "\r\n"
    return "售后单导出_2026年9月_旧版.csv", text.encode("gb18030"), f"{len(rows)} tickets"


def chats(shop: Shop) -> Part:
    """UTF-8 without BOM, both line ends; every row readable, so that no word can hide."""
    lines = [
        record(
            [
                "会话id",
                "消息ID\u200b",
                " 买家ID",
                "客服帐号",
                "发送方",
                "发送时间\u3000",
                *headers.CHATS[6:],
            ]
        )
    ]
    for turn, row in enumerate(shop.chats):
        cells = dict(row)
        cells["消息ID"] = odd_id(row["消息ID"], turn)
        cells["发送时间"] = odd_time(row["发送时间"], turn)
        cells["客服账号"] = odd_empty(row["客服账号"], turn)
        if row["发送方"] == "客服" and turn % 40 < 3:
            cells["消息内容"] = row["消息内容"] + "\n\n如还有疑问,随时留言"
        if row["发送方"] == "买家" and turn % 40 == 7:
            cells["消息内容"] = '他说"有货",\n我才拍的'
        lines.append(record(list(cells.values())))
    plain = [row for row in shop.chats if row["发送方"] == "客服"]
    lines += [record(list(row.values())) for row in plain[10:14]]
    guest = plain[20] | {"消息ID": "2610999000001", "发送方": "主播", "消息内容": "欢迎来直播间"}
    lines.append(record(list(guest.values())))
    # Inch marks are quotes too.
    inch = plain[30] | {"消息ID": "2610999000002", "消息内容": '有24"和28"两种尺寸'}
    lines.append(record(list(inch.values())))
    last = plain[31] | {"消息ID": "2610999000003", "消息内容": "好的亲"}
    lines.append(record(list(last.values())))
    lines += ["", ""]
    ends = ("\n", "\r\n", "\n")
    text = "".join(line + ends[turn % 3] for turn, line in enumerate(lines))
    note = f"{len(shop.chats)} messages + 3, 4 duplicates, 0 rejected, skipped: 2 blank"
    return "聊天记录_20261101.csv", text.encode(), note


def ratings(shop: Shop) -> Part:
    """UTF-16 with tabs, as a spreadsheet saves 'Unicode text'."""
    lines = [record(headers.RATINGS, "\t")]
    lines += [record(list(row.values()), "\t") for row in shop.ratings]
    text = "\ufeff" + "\r\n".join(lines) + "\r\n"
    return "客服评价_20261101.csv", text.encode("utf-16-le"), f"{len(shop.ratings)} ratings"


def reviews(shop: Shop) -> Part:
    """Semicolons; one row with bytes that are no UTF-8."""
    lines = [record(headers.REVIEWS, ";").encode()]
    for turn, row in enumerate(shop.reviews):
        cells = row | {
            "评价时间": odd_time(row["评价时间"], turn),
            "订单编号": row["订单编号"] + "\t",
        }
        lines.append(record(list(cells.values()), ";").encode())
    bad = shop.reviews[3] | {"评价编号": "PJ261001499990001"}
    lines.append(record(list(bad.values()), ";").encode() + b"\xff\xfe\x80")
    note = f"{len(shop.reviews)} reviews, 1 rejected (bytes that are no UTF-8)"
    return "商品评价_20261101.csv", b"\n".join(lines) + b"\n", note


def disputes(shop: Shop) -> Part:
    """A remark in full-width brackets inside the header."""
    lines = [record(["售后单号", "责任方（平台判定）"])]
    lines += [record(list(row.values())) for row in shop.disputes]
    return (
        "纠纷判责_20261101.csv",
        ("\n".join(lines) + "\n").encode("utf-8-sig"),
        f"{len(lines) - 1} judgements",
    )

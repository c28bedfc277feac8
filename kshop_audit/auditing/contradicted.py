"""What files say of one another that shows one of them to be incomplete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from kshop_audit.auditing.coverage import Reach
from kshop_audit.facts import Tables
from kshop_audit.facts.belonging import untold_refunds
from kshop_audit.facts.clocks import OtherClock, WrongYears
from kshop_audit.judging.settling import MASKED, other_side
from kshop_audit.model.kinds import KIND_NAMES
from kshop_audit.model.knowledge import Doubts, Why, added
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.metadata import Text
from kshop_audit.model.schema import Kind


def of_chats(measured: Measurement, tables: Tables) -> Measurement:
    """The measurement with what is to be supplied where chats hold one side of the conversations
    only, or do not tell their buyers apart.
    """
    wanting = dict(measured.wanting)
    if tables.masked_buyers:
        wanting[Why.NO_KEY] = MASKED
    for own in tables.one_sided:
        _add(wanting, other_side(own.days, buyers=own.buyers))
    return replace(measured, wanting=wanting)


def of_refunds(
    measured: Measurement, kinds: Sequence[Kind], since: datetime | None, reach: Reach
) -> Measurement:
    """The measurement of a rule with a window, with the tickets of refunded orders that no ticket
    names: each may be one more unit, or take one out of the count.
    """
    leaves_out = Kind.TICKETS in measured.keyless
    if since is None or not (leaves_out or Kind.TICKETS in kinds):
        return measured
    terms = reach.terms
    if Kind.TICKETS in terms.settings.coverage:
        return measured
    untold = untold_refunds(reach.loaded.tables, since, terms.last)
    if not untold:
        return measured
    own = Doubts(dropped=untold) if leaves_out else Doubts(either=untold)
    first, last = since.date(), (terms.end - timedelta(days=1)).date()
    line = f"coverage.tickets = {{from = {first}, to = {last}}}"
    wanting = dict(measured.wanting)
    _add(
        wanting,
        Text(
            zh=f"{untold} 单订单写着已退款，售后文件里却没有它们的售后单：请导出 {first:%m-%d} 至 "
            f"{last:%m-%d} 的全部售后单；文件确实完整就在 shop.toml 写 {line}",
            en=f"{untold} orders say that they were refunded, and the tickets name none of them: "
            f"export all tickets of {first:%m-%d} to {last:%m-%d}, or if the file is complete "
            f"write {line}",
        ),
    )
    doubts = added(measured.doubts, {Why.NOT_COVERED: own})
    return replace(measured, doubts=doubts, wanting=wanting)


def of_years(measured: Measurement, kinds: Sequence[Kind], reach: Reach) -> Measurement:
    """The measurement with the rows that seem to be of a wrong year: each may be one more unit of
    its days, or change another one. A message may change a whole conversation.
    """
    for kind in kinds:
        found = reach.wrong_years(kind)
        if found is None:
            continue
        units = measured.denominator or 1
        rows = max(found.rows, units) if kind is Kind.CHATS else found.rows
        wanting = {**measured.wanting, Why.NOT_READABLE: of_another_year(found)}
        own = {Why.NOT_READABLE: Doubts(turned=rows)}
        if measured.population and kind is Kind.ORDERS:
            measured = replace(measured, below=added(measured.below, own))
        measured = replace(measured, doubts=added(measured.doubts, own), wanting=wanting)
    return measured


AGEING = (Kind.ORDERS, Kind.SHIPMENTS, Kind.TICKETS)
"""Kinds of files whose rows go on after they were exported."""


def of_age(measured: Measurement, kinds: Sequence[Kind], reach: Reach) -> Measurement:
    """The measurement with what is to be supplied where a file was made before as-of."""
    unknown = Why.NOT_COVERED in measured.doubts or Why.NOT_COVERED in measured.below
    if not unknown:
        return measured
    wanting, terms = dict(measured.wanting), reach.terms
    until = (terms.end - timedelta(days=1)).date()
    for kind in AGEING:
        found = reach.outdated(kind) if kind in kinds else None
        if found is None:
            continue
        name, last = found
        line = f"coverage.{kind} = {{from = {reach.first_day(kind)}, to = {until}}}"
        _add(
            wanting,
            Text(
                zh=f"{name} 在 {last:%m-%d %H:%M} 之后没有动态，像是那时导出的，{{}} 个后来怎样"
                f"看不出：请重新导出；确实是刚导出的就在 shop.toml 写 {line}",
                en=f"nothing happens in {name} after {last:%m-%d %H:%M}, as if it was made then, "
                f"and what became of {{}} since is not known: export it again, or if it is new "
                f"write {line}",
            ),
        )
    return replace(measured, wanting=wanting)


def of_another_year(found: WrongYears) -> Text:
    """Which rows seem to be of a wrong year, and what to do."""
    name, rows, of, column = KIND_NAMES[found.kind], found.rows, found.of, found.column
    beside = ("前后的行", "the rows around them")
    if found.of_payment:
        beside = ("订单支付时间", "the payment")
    return Text(
        zh=f"{name.zh}文件 {of} 行里有 {rows} 行的 {column} 与{beside[0]}差了大约一年，像是年份写"
        "错了：请改对年份或重新导出",
        en=f"{rows} of {of} rows of the {name.en} have {column} about a year from {beside[1]}, as "
        "if the year was wrong: correct it, or export the file again",
    )


def of_unseen(
    measured: Measurement, kind: Kind | None, reach: Reach, largest: int
) -> tuple[Measurement, Doubts]:
    """What conversations may hide that buyers rated and the chats do not hold, or orders that
    tickets name and the orders do not; and the measurement with what is to be supplied.

    `largest`: the questions of the largest burst of the chats.
    """
    lacking = reach.unseen_orders() if kind is Kind.ORDERS else None
    if lacking is not None:
        wanting = dict(measured.wanting)
        _add(wanting, _of_filtered(*lacking, reach))
        return replace(measured, wanting=wanting), Doubts(either=lacking[0])
    unseen = reach.unseen_talks() if kind is Kind.CHATS else 0
    if not unseen:
        return measured, Doubts()
    if measured.gap in ("groups", "days"):  # any day or agent may be a better or a worse one
        return measured, Doubts(turned=measured.denominator or 1)
    return measured, Doubts(either=unseen * largest)


def _of_filtered(unseen: int, of: int, reach: Reach) -> Text:
    """That the orders that tickets name are missing, and what to supply."""
    last = (reach.terms.end - timedelta(days=1)).date()
    line = f"coverage.orders = {{from = {reach.first_day(Kind.ORDERS)}, to = {last}}}"
    return Text(
        zh=f"售后单里的 {of} 个订单有 {unseen} 个不在订单文件里，像是导出时筛掉了有售后的订单："
        f"请导出全部订单；订单文件确实完整就在 shop.toml 写 {line}",
        en=f"{unseen} of {of} orders that tickets name are not among the orders, as if these were "
        f"filtered to those without after-sales: export all orders, or if the file is complete "
        f"write {line}",
    )


def refused(
    measured: Measurement,
    needs: Sequence[str],
    kinds: Sequence[Kind],
    since: datetime | None,
    reach: Reach,
) -> Text | None:
    """Why the files of a rule say nothing at all of what it looks for; None if they do."""
    if reach.silent(kinds[0] if kinds else None):
        return SILENT
    return None if since is None else ended_alone(needs, measured, reach)


SILENT = Text(
    zh="文件只有表头，又没有订单说明是哪段时间，不能证明没有发生：请连同订单一起导出，"
    "或用 [coverage] 写明文件完整。",
    en="The file holds a header alone, and no orders tell of which days: that proves nothing. "
    "Export it with the orders, or state with [coverage] that it is complete.",
)


def backwards(kinds: Sequence[Kind], reach: Reach) -> Text | None:
    """Why nothing can be said by files of which most times lie before what they follow."""
    for kind in kinds:
        found = reach.backwards(kind)
        if found is not None:
            name = KIND_NAMES[kind]
            return Text(
                zh=f"{name.zh}文件 {found.of} 行里有 {found.rows} 行的 {found.column} 早于 "
                f"{found.start}，次序反了：时间不是北京时间，或者列对错了。请按北京时间重新导出、"
                "核对列名；整批文件都是别的时区时用 --tz 写明",
                en=f"{found.rows} of {found.of} rows of the {name.en} have {found.column} before "
                f"{found.start}, which it follows: these are no Beijing times, or the columns are "
                "mixed up. Export them in Beijing time and check the columns, or name the zone "
                "with --tz if all files have it",
            )
    return None


def odd_clock(
    measured: Measurement, needs: Sequence[str], kinds: Sequence[Kind], reach: Reach
) -> Text | None:
    """Why times say nothing that are those of half a day, or one for all; None where they do."""
    for kind in kinds:
        if kind is Kind.CHATS and measured.offence:
            continue  # what was said counts at any hour
        if kind is Kind.CHATS and (clock := reach.other_clock) is not None and clock.orders:
            return of_clock(clock)  # the orders tell which of the two it is
        if (early := reach.half_a_day(kind)) is not None:
            return _of_half_a_day(kind, early)
    found = reach.one_second if Kind.ORDERS in kinds else None
    asked = {name for need in needs for name in need.split("|")}
    if found is None or f"orders.{found.column}" not in asked:
        return None
    rows, of, column = found.rows, found.of, found.column
    return Text(
        zh=f"订单文件 {of} 个 {column} 里有 {rows} 个是同一秒，像是程序写入的时间，不是每单自己的："
        "请导出每单真正的时间",
        en=f"{rows} of {of} times in {column} of the orders are one second, which seems to be that "
        "of a program: export the time of each order",
    )


def _of_half_a_day(kind: Kind, early: int) -> Text:
    name = KIND_NAMES[kind]
    return Text(
        zh=f"{name.zh}文件没有一个时间在 13 点以后，却有 {early}% 在 1 点到 6 点，像是 12 小时制"
        "丢了上午、下午：请导出 24 小时制的时间",
        en=f"no time of the {name.en} is after 12:59, and {early} % are from 1 to 6 o'clock, as if "
        "by a clock of twelve hours without a.m. and p.m.: export times of 24 hours",
    )


def untold_replies(measured: Measurement, kinds: Sequence[Kind], reach: Reach) -> Text | None:
    """Why chats do not tell which question was answered, how soon, or at what hour; None where they
    do.
    """
    if Kind.CHATS not in kinds or measured.offence:
        return None
    if (clock := reach.other_clock) is not None:
        return of_clock(clock)
    if talks := reach.one_time:
        return Text(
            zh=f"聊天文件里 {talks} 个会话的所有消息都是同一个时间，像是会话的时间，"
            "不是每条消息的发送时间，看不出多久才回复：请导出带每条消息时间的聊天记录。",
            en=f"All messages of {talks} conversations have one time, which seems to be that of "
            "the conversation: it does not tell how soon they were answered. Export the chats with "
            "the time of each message.",
        )
    if sides := reach.one_side:
        return Text(
            zh=f"聊天文件里没有一个会话同时有买家和客服的消息（{sides[0]} 个只有买家，"
            f"{sides[1]} 个只有客服），对不上谁回复了谁：请核对会话编号、买家编号两列。",
            en=f"No conversation holds both sides ({sides[0]} have buyers alone, {sides[1]} the "
            "shop alone), so nothing tells who answered whom: check the columns of conversation "
            "and buyer ids.",
        )
    if shared := reach.shared_talks:
        return Text(
            zh=f"聊天文件的会话编号不是一个买家一个：{shared[0]} 个编号下有 {shared[1]} 个买家，"
            "看不出谁回复了谁：请导出带真正会话编号的聊天，或去掉这一列（按买家算会话）。",
            en=f"The conversation ids are not those of one buyer: {shared[0]} of them hold "
            f"{shared[1]} buyers, so nothing tells who answered whom. Export the ids of the "
            "conversations, or leave the column out (then a buyer is a conversation).",
        )
    return None


def of_clock(clock: OtherClock) -> Text:
    """That chats are of another clock than that of Beijing, and what to do."""
    night, evening = clock.chats
    zh = f"买家消息有 {night}% 在 0 点到 8 点、{evening}% 在 16 点到 24 点"
    en = f"{night} % of the messages of buyers were sent before 8 o'clock and {evening} % after 16"
    if clock.orders is not None:
        zh += f"，而订单是 {clock.orders[0]}% 和 {clock.orders[1]}%"
        en += f", and {clock.orders[0]} % and {clock.orders[1]} % of the orders made"
    guess = ("早了 8 小时（UTC 时间）", "8 hours early (UTC)")
    if not clock.early:
        guess = ("晚了 8 小时", "8 hours late")
    return Text(
        zh=f"{zh}：聊天时间像是{guess[0]}，看不出哪些在 8 点到 24 点之间。请按北京时间重新导出"
        "聊天；整批文件都是别的时区时用 --tz 写明；时间确实没错就写 [coverage.chats]。",
        en=f"{en}: their times seem to be {guess[1]}, so nothing tells which were sent from 8 to "
        "24 o'clock. Export the chats in Beijing time, name the zone with --tz if all files have "
        "it, or write [coverage.chats] if the times are right.",
    )


def ended_alone(needs: Sequence[str], measured: Measurement, reach: Reach) -> Text | None:
    """Why a rule that looks for what waits says nothing by files that lack it."""
    if measured.population:
        return None
    if "orders.paid_at" in needs and reach.ended_alone(Kind.ORDERS):
        return SHIPPED_ALONE
    looks = "tickets.applied_at" in needs and "tickets.finished_at" not in needs
    return CLOSED_ALONE if looks and reach.ended_alone(Kind.TICKETS) else None


SHIPPED_ALONE = Text(
    zh="订单文件里没有一单待发货，最近支付的订单也没有，像是按发货时间导出的：没发货的订单看不到。"
    "请按下单或支付时间导出全部状态的订单。",
    en="No order waits for shipment and none was paid lately, while shipments go on: the export "
    "seems to be by the time of shipping, without the orders that wait. Export orders of every "
    "state by the time of their payment.",
)
CLOSED_ALONE = Text(
    zh="售后文件里没有一单处理中，最近申请的也没有，像是只导出了已完结的：没处理的售后单看不到。"
    "请按申请时间导出全部状态的售后单。",
    en="No ticket is open and none was applied for lately, while tickets go on being closed: the "
    "export seems to hold closed ones only. Export tickets of every state by their application.",
)


def _add(wanting: dict[Why, Text], more: Text) -> None:
    told = wanting.get(Why.NOT_COVERED)
    both = more if told is None else Text(f"{told.zh}；{more.zh}", f"{told.en}; {more.en}")
    wanting[Why.NOT_COVERED] = both

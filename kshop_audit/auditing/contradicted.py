"""What files say of one another that shows one of them to be incomplete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from kshop_audit.auditing.coverage import Reach
from kshop_audit.auditing.odd_times import of_clock
from kshop_audit.facts import Tables
from kshop_audit.facts.belonging import untold_refunds
from kshop_audit.judging.settling import MASKED, other_side
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


def of_unseen(
    measured: Measurement, kind: Kind | None, reach: Reach, largest: int
) -> tuple[Measurement, Doubts]:
    """What conversations may hide that buyers rated and the chats do not hold, or orders that
    tickets name and the orders do not; and the measurement with what is to be supplied.

    `largest`: the questions of the largest burst of the chats.
    """
    lacking = reach.unseen_orders() if kind is Kind.ORDERS else None
    if lacking is not None:
        return _lacking(measured, lacking, _of_filtered(*lacking, reach))
    shipped = reach.unseen_of_parcels if kind is Kind.ORDERS else None
    if shipped is not None:
        return _lacking(measured, shipped, _of_shipped(*shipped, reach))
    unseen = reach.unseen_talks() if kind is Kind.CHATS else 0
    if not unseen:
        return measured, Doubts()
    if measured.gap in ("groups", "days"):  # any day or agent may be a better or a worse one
        return measured, Doubts(turned=measured.denominator or 1)
    return measured, Doubts(either=unseen * largest)


def _lacking(
    measured: Measurement, lacking: tuple[int, int], more: Text
) -> tuple[Measurement, Doubts]:
    wanting = dict(measured.wanting)
    _add(wanting, more)
    return replace(measured, wanting=wanting), Doubts(either=lacking[0])


def _orders_line(reach: Reach) -> str:
    """What says in `shop.toml` that no order is missing."""
    last = (reach.terms.end - timedelta(days=1)).date()
    return f"coverage.orders = {{from = {reach.first_day(Kind.ORDERS)}, to = {last}}}"


def _of_shipped(unseen: int, of: int, reach: Reach) -> Text:
    """That the orders that parcels name are missing, and what to supply."""
    line = _orders_line(reach)
    return Text(
        zh=f"物流文件里的 {of} 个订单有 {unseen} 个不在订单文件里，像是导出时筛掉了一部分订单："
        f"请导出全部订单；它们是别的店铺的、订单文件确实完整就在 shop.toml 写 {line}",
        en=f"{unseen} of {of} orders that parcels name are not among the orders, as if these were "
        f"filtered: export all orders, or if they are those of another shop and the file is "
        f"complete write {line}",
    )


def of_judgements(measured: Measurement, kinds: Sequence[Kind], reach: Reach) -> Measurement:
    """The measurement of a rule of judgements, with the tickets found to be the merchant's fault
    that no file of tickets holds: each may be one more.
    """
    strangers = reach.judged_strangers if Kind.DISPUTES in kinds else 0
    if not strangers:
        return measured
    wanting, last = dict(measured.wanting), (reach.terms.end - timedelta(days=1)).date()
    first = reach.first_day(Kind.TICKETS)
    line = f"coverage.tickets = {{from = {first}, to = {last}}}"
    _add(
        wanting,
        Text(
            zh=f"判责文件里判商家责任的 {strangers} 个售后单号不在售后文件里：请导出 {first:%m-%d} "
            f"至 {last:%m-%d} 的全部售后单；它们不在这段时间、文件确实完整就在 shop.toml 写 {line}",
            en=f"{strangers} tickets that were judged the merchant's fault are not among the "
            f"tickets: export all tickets of {first:%m-%d} to {last:%m-%d}, or if they are not of "
            f"these days and the file is complete write {line}",
        ),
    )
    doubts = added(measured.doubts, {Why.NOT_COVERED: Doubts(either=strangers)})
    return replace(measured, doubts=doubts, wanting=wanting)


def _of_filtered(unseen: int, of: int, reach: Reach) -> Text:
    """That the orders that tickets name are missing, and what to supply."""
    line = _orders_line(reach)
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

"""What files say of one another that shows one of them to be incomplete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from kshop_audit.auditing.coverage import Reach
from kshop_audit.facts import Tables
from kshop_audit.facts.belonging import untold_refunds
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
    """Why nothing can be said by files whose times lie before the payment in most rows."""
    for kind in kinds:
        found = reach.backwards(kind)
        if found is not None:
            name = KIND_NAMES[kind]
            return Text(
                zh=f"{name.zh}文件 {found.of} 行里有 {found.rows} 行的 {found.column} 早于订单的"
                "支付时间，这些时间不是北京时间，或者读错了：请按北京时间重新导出；"
                "整批文件都是别的时区时用 --zone 写明",
                en=f"{found.rows} of {found.of} rows of the {name.en} have {found.column} before "
                "the payment of their order, so these are no Beijing times, or were read wrongly: "
                "export them in Beijing time, or name the zone with --zone if all files have it",
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

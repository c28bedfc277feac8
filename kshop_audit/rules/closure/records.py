"""Preconditions that the exports themselves show: orders and after-sales."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.completions import aftersales_left, endings, last_completions
from kshop_audit.model.knowledge import Why
from kshop_audit.model.metadata import CLOSING, Text
from kshop_audit.model.report import Finding, Status
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.rules.closure.blockers import (
    DEPENDS,
    FAMILY,
    blockers,
    nothing_blocks,
    unanswered,
)
from kshop_audit.rules.kit.evidence import EvidenceColumns, Findings
from kshop_audit.rules.kit.rule import Conclusion, Measured, rule
from kshop_audit.rules.kit.shapes import Gap, Ratio, Shape, Stated

COOLDOWN = "close-cooldown"


def _finished_at_best(measured: Measured, terms: Terms) -> Conclusion:
    """While orders are open the cooldown's own date is only right if none of them completes."""
    concluded = nothing_blocks(measured, terms)
    if not measured.numerator or COOLDOWN not in terms.pack.rules:
        return concluded
    ready = ready_after(terms.as_of, terms)
    note = Text(
        zh=f"未完结订单只要有一单完成（而不是关闭），“完结满30天”最早 {ready:%Y-%m-%d} 才满足。",
        en="As soon as one of the unfinished orders completes, instead of being closed, the time "
        f"after the last order is not over before {ready:%Y-%m-%d}.",
    )
    return replace(concluded, notes=(note,))


@rule(
    "close-orders",
    family=FAMILY,
    title=Text(zh="未完结订单", en="Unfinished orders"),
    fix=Text(
        zh="发完待发货订单，跟进在途签收，协商关闭无法履约的订单。",
        en=(
            "Ship what waits, follow parcels on their way, and agree with buyers on closing what "
            "cannot be fulfilled."
        ),
    ),
    unit=Text(zh="单未完结", en="orders not finished"),
    needs=("orders.status",),
    gates_when=CLOSING,
    conclude=_finished_at_best,
)
def close_orders(facts: Facts, terms: Terms) -> Shape:
    """Every order is completed or closed.

    所有订单均为交易完成或交易关闭。

    Why it matters:
        An order in any other state blocks the closing (S0-10).

        有任何其他状态的订单就不能关店（S0-10）。

    How it is counted:
        Orders by as-of whose status is neither 交易完成 nor 交易关闭 / all orders.

        截止时刻状态不是交易完成、交易关闭的订单 ÷ 全部订单。

    Not counted:
        Completed and closed orders. Without an orders file there is no verdict. No verdict by a
        file without any row, and while the state of an order is not understood or a row of it
        cannot be read, and none is surely open.

        已完成或已关闭的订单；没有订单文件则没有结论。
        判不了：订单文件一行也没有，或有订单的状态看不懂、行读不出来，且没有确定未完结的订单。

    Example:
        500 orders, 498 completed, 1 closed, 1 on its way: 1 left, blocked, with its number.

        500 单，498 单完成，1 单关闭，1 单在途：剩 1 单，列出订单号。

    Why our number may differ:
        Orders older than your export are not in it, and states move after the export.

        导出时间范围之外的老订单看不到；导出之后状态也会变。
    """
    if facts.tables.empty(Kind.ORDERS) and Kind.ORDERS not in terms.settings.coverage:
        return Stated(Status.NO_VERDICT, reason=NO_ORDERS)
    left = pl.col("unfinished")
    # A state of a file that tells of later events may have been reached after as-of.
    stated = terms.settings.closing.last_completed_at is not None
    undated = ~left & pl.col("undated") & (not stated and facts.tables.run_past(terms.last))
    pending = pl.when(~undated.fill_null(False)).then(left)
    return Ratio(
        unit=facts(endings),
        hit=pending,
        offence=True,
        excluded={"after_as_of": pl.col("created_at") > terms.last},
        maybe={Why.NOT_PRECISE: pl.col("dawns")},
        unknown={
            Why.NO_TIME: undated,
            Why.NOT_PRECISE: left.is_null() & pl.col("vague"),
            Why.NOT_COVERED: left.is_null() & pl.col("outdated") & ~pl.col("vague"),
            Why.NOT_UNDERSTOOD: left.is_null() & ~pl.col("vague") & ~pl.col("outdated"),
        },
        evidence=EvidenceColumns(ids=("order_id",)),
        findings=blockers("order_id", "status", where=pending.fill_null(False)),
        unmapped=("status",),
    )


NO_ORDERS = Text(
    zh="订单文件里一行也没有，不能证明订单都已完结：请导出全部订单；"
    "确实没有订单时在 shop.toml 写 [coverage.orders]。",
    en="The orders file holds no row, which does not prove that every order is over: export all "
    "orders, or if there is none, say so with [coverage.orders] in shop.toml.",
)


def _cooled(measured: Measured, terms: Terms) -> Conclusion:
    """By the last completion that is known, the operator's answer included; it can only be later.

    A completed order without a time was completed after all else that is known of it, and by the
    answer only if that is so.
    """
    given = terms.settings.closing.last_completed_at
    rows = {str(row["why"]): row for row in measured.findings}
    undated, unclear, left = (rows.get(why) for why in ("undated", "unclear", "open"))
    ends = [_end(rows["dated"], "completed_at")] if "dated" in rows else []
    known = [*ends, *([_end(undated, "begun_at")] if undated and undated["begun_at"] else [])]
    early = given is not None and undated is not None and _before(given, undated)
    if given is not None:
        ends.append((given, None))
    if (undated or unclear) and (given is None or early):
        least = max(known, default=None, key=_rank)
        if least is not None and ready_after(least[0], terms) > terms.as_of:
            # Whatever the open question turns out to be; the day itself may be a later one.
            return replace(_cooling(*least, terms), next_step=None)
        if left is None:
            asked: Finding = {"fact": "last_completed_at"}
            shown = tuple(_shown(row) for row in (undated, unclear) if row)
            reason = _TOO_EARLY if early else _NO_TIMES
            return Conclusion(status=Status.NO_VERDICT, findings=(asked, *shown), reason=reason)
    cooled = _cooling(*max(ends, key=_rank), terms) if ends else None
    if left is not None:
        if cooled is None or cooled.status is Status.PASS:
            return _not_begun(left, terms)
        return replace(cooled, next_step=None)  # its days begin anew with each that is completed
    return cooled or Conclusion(status=Status.PASS, count=True, findings=())


def _not_begun(left: Finding, terms: Terms) -> Conclusion:
    """While an order is open the last one is not completed, however long ago the others were."""
    blocker: Finding = {"order_id": left["order_id"], "completed_at": None, "clears_on": DEPENDS}
    return Conclusion(
        status=Status.FAIL,
        numerator=1,
        count=True,
        findings=(blocker,),
        reason=Text(
            zh="还有未完结的订单，30 天要等最后一单完结后才知道从哪天算起；只要有一单是完成的，"
            f"最早 {ready_after(terms.as_of, terms):%Y-%m-%d} 满足。",
            en="Orders are still open, so the time after the last one has not begun; if any of "
            f"them completes, it is not over before {ready_after(terms.as_of, terms):%Y-%m-%d}.",
        ),
    )


_NO_TIMES = Text(
    zh="有订单的完成时间或状态看不出来：请在 shop.toml 的 [closing] 填写最后一单的完成时间"
    "（last_completed_at）。",
    en="Some orders show no finish time or no known state: set last_completed_at in [closing] of "
    "shop.toml.",
)
_TOO_EARLY = Text(
    zh="[closing] 的 last_completed_at 早于一笔已完成、但没有完成时间的订单的付款或发货：请改成最后"
    "一单真正完成的时间。",
    en="last_completed_at in [closing] lies before the payment or shipment of a completed order "
    "that has no finish time: set it to the time at which the last order was completed.",
)


def _end(row: Finding, name: str) -> tuple[datetime, object]:
    return datetime.fromisoformat(str(row[name])), row["order_id"]


def _rank(end: tuple[datetime, object]) -> tuple[datetime, str]:
    return end[0], str(end[1])


def _before(given: datetime, undated: Finding) -> bool:
    """Whether the answer lies on a day before the order's last known event; times are optional."""
    begun = undated["begun_at"]
    return begun is not None and given.date() < datetime.fromisoformat(str(begun)).date()


def _shown(row: Finding) -> Finding:
    return {"order_id": row["order_id"], "completed_at": None}


def _cooling(last: datetime, order_id: object, terms: Terms) -> Conclusion:
    clears = ready_after(last, terms)
    passed = clears <= terms.as_of
    blocker: Finding = {
        "order_id": None if order_id is None else str(order_id),
        "completed_at": last.isoformat(" "),
        "clears_on": clears.isoformat(" "),
    }
    return Conclusion(
        status=Status.PASS if passed else Status.FAIL,
        numerator=0 if passed else 1,
        count=True,
        findings=() if passed else (blocker,),
        next_step=clears if terms.settings.closing.wanted and not passed else None,
    )


def ready_after(last_completed_at: datetime, terms: Terms) -> datetime:
    """Midnight after the full days that follow the day of the last completion (Z1-Z3)."""
    first = datetime.combine(last_completed_at.date(), time.min) + timedelta(days=1)
    return first + timedelta(days=terms.number(COOLDOWN, "days"))


@rule(
    COOLDOWN,
    family=FAMILY,
    title=Text(zh="完结满30天", en="Thirty days after the last order"),
    fix=Text(
        zh="最后一单完成后不再接新单，等到上面的日期再提交关店申请。",
        en="Take no order after the last one and apply on the date given, not before.",
    ),
    unit=Text(zh="单完结未满 30 天", en="orders finished less than 30 full days ago"),
    also=("orders",),
    gates_when=CLOSING,
    due={
        "closure": Text(
            zh="最后一单完结到此满 30 天：再运行 close，其余条件也满足就提交关店申请。",
            en=(
                "The 30 days after the last order are over: run `close` again, and apply if "
                "nothing else blocks."
            ),
        )
    },
    conclude=_cooled,
)
def close_cooldown(facts: Facts, terms: Terms) -> Shape:
    """Thirty full days have passed since the day after the last order finished.

    自最后一单完成次日起已满 30 天。

    Why it matters:
        The closing needs 30 full days from the day after the last completion (S0-11).

        关店要求自最后一笔订单完成次日起满 30 天（S0-11）。

    How it is counted:
        Last finishing time on day D: ready on D + 31 at 00:00. Without the column
        `last_completed_at` in [closing] is used.

        最后完成日为 D，则 D+31 日 00:00 起满足；没有完成时间列时
        取 [closing] 的 last_completed_at。

    Not counted:
        Closed orders. An order of several lines ends with the last of them. While an order is open
        the 30 days have not begun: each one that finishes starts them anew. No verdict while a
        completed order has no time and `last_completed_at` is not given or lies before its payment,
        or while days of the orders are missing or a row cannot be read; what is known still gives
        the earliest date.

        已关闭的订单。多行的订单以最后一行为准。还有未完结的订单时，30 天还没有开始：每完成一单都
        重新起算。判不了：已完成的订单没有完成时间，而 last_completed_at 没填或早于它的付款；订单文
        件缺了几天，或有行读不出来。已知的时间仍给出最早日期。

    Example:
        Last completion 1 March 2026: ready 1 April 2026 00:00. 31 January 2026: ready 3 March
        2026 00:00.

        2026 年 3 月 1 日完成：4 月 1 日 00:00 满足。1 月 31 日完成：3 月 3 日 00:00 满足。

    Why our number may differ:
        Orders outside your export may have finished later, and the platform may lengthen its
        own check while refunds arise.

        导出范围之外的订单可能完成得更晚；期间产生退款，平台审核也可能延长。
    """
    given = terms.settings.closing.last_completed_at
    tables = facts.tables
    nothing = tables.empty(Kind.ORDERS) and Kind.ORDERS not in terms.settings.coverage
    if nothing or not tables.has(Kind.ORDERS, "status"):
        if given is None:
            return unanswered(terms.settings.closing, "last_completed_at")
        ready = _cooling(given, None, terms)
        return Stated(
            ready.status or Status.NO_VERDICT,
            numerator=ready.numerator,
            findings=ready.findings or (),
            next_step=ready.next_step,
        )
    return Ratio(
        unit=facts(last_completions),
        hit=pl.lit(True),
        offence=True,
        # An order that is not in the files may have been completed later, unless this is told.
        gaps=Gap.ROWS if given is None else Gap.NONE,
        evidence=EvidenceColumns(ids=("order_id",), actual=pl.col("ended_at")),
        findings=Findings(
            {
                "order_id": pl.col("order_id"),
                "completed_at": pl.when(pl.col("why") == "dated").then("ended_at"),
                "begun_at": pl.col("begun_at"),
                "why": pl.col("why"),
            },
            order=("order_id",),
        ),
        unmapped=("status",),
    )


@rule(
    "close-aftersales",
    family=FAMILY,
    title=Text(zh="未完结售后与纠纷", en="Open after-sales and disputes"),
    fix=Text(
        zh="逐单处理完售后，配合平台结束纠纷，再重新导出复核。",
        en="Finish each ticket, see disputes through with the platform, and export again to check.",
    ),
    unit=Text(zh="单售后或纠纷未完结", en="after-sales or disputes open"),
    needs=("tickets.status",),
    also=("orders",),
    gates_when=CLOSING,
    conclude=nothing_blocks,
)
def close_aftersales(facts: Facts, terms: Terms) -> Shape:
    """No after-sales ticket or dispute is still in process.

    没有流程中的售后单或纠纷单。

    Why it matters:
        An open ticket or dispute blocks the closing (S0-11).

        有流程中的售后单或纠纷单就不能关店（S0-11）。

    How it is counted:
        Tickets applied for by as-of that are neither succeeded nor closed by then / all
        tickets.

        截止时刻已申请、尚未成功或关闭的售后单 ÷ 全部售后单。

    Not counted:
        Finished tickets. Without a tickets file there is no verdict. An order whose own after-sales
        cell says open blocks as well. No verdict while a state is not understood or a row cannot be
        read, and none is surely open.

        已完结的售后单；没有售后文件则没有结论。
        订单自己的售后状态仍在处理中的也算未完结。判不了：有状态看不懂或行读不出来，且没有确定未完结
        的单。

    Example:
        40 tickets, 39 finished, 1 awaiting the return: 1 open, blocked, with its number.

        40 单售后，39 单完结，1 单待买家寄回：剩 1 单，列出单号。

    Why our number may differ:
        A dispute may be reopened after the ticket closed, which the export does not tell.

        售后单关闭后纠纷可能重启，导出表看不出来。
    """
    pending = pl.col("pending")
    return Ratio(
        unit=facts(aftersales_left),
        hit=pending,
        offence=True,
        excluded={"after_as_of": pl.col("begun_at") > terms.last},
        unknown={
            Why.NO_TIME: pl.col("undated").fill_null(False),
            Why.NOT_PRECISE: pl.col("vague").fill_null(False),
            Why.NOT_UNDERSTOOD: pending.is_null() & ~pl.col("vague").fill_null(False),
        },
        # Applied for at a time that cannot be read, perhaps after as-of.
        maybe={Why.NOT_READABLE: pl.col("unread") & pl.col("begun_at").is_null()},
        evidence=EvidenceColumns(ids=("ticket_id", "order_id")),
        findings=blockers("ticket_id", "order_id", "status", where=pending.fill_null(False)),
        unmapped=("status", "aftersale_state"),
    )

"""After-sales: how fast refunds are handled, and who is at fault in disputes."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.conversations import within
from kshop_audit.facts.messages import normalised, says
from kshop_audit.facts.tickets import judged
from kshop_audit.model.metadata import Text
from kshop_audit.model.settings import Terms
from kshop_audit.rules.rule import Conclusion, Measured, rule
from kshop_audit.rules.shapes import Findings, Proof, Ratio, Shape, Tally

FAMILY = "aftersales"

HANDLED = ("tickets.type", "tickets.status", "tickets.applied_at", "tickets.finished_at")
BY = {
    "product": pl.lit(None, dtype=pl.String),
    "day": pl.col("finished_at").dt.date(),
    "weekday": pl.col("finished_at").dt.weekday(),
}


def _damaged(*spans: tuple[str, str], longest: timedelta) -> pl.Expr:
    """Boolean: one of the spans is negative or longer than any ticket can take (A11)."""
    lengths = [pl.col(until) - pl.col(since) for since, until in spans]
    return pl.any_horizontal(
        [((length < timedelta(0)) | (length > longest)).fill_null(False) for length in lengths]
    )


def _seconds(since: str, until: str) -> pl.Expr:
    return (pl.col(until) - pl.col(since)).dt.total_seconds()


def _target_seconds(rule_id: str, terms: Terms) -> int:
    target = terms.pack.rules[rule_id].target
    return int(target.fraction * 3600) if target else 0


@rule("refund-only-hours", family=FAMILY, scale=3600, title=Text(zh="仅退款自主完结时长", en="Refund-only handling time"), fix=Text(zh="仅退款工单每天至少清两次，设专人值守；小额未发货单开启极速退款，别拖到平台介入。", en="Clear refund-only tickets at least twice a day, name a person in charge, and let small unshipped orders be refunded automatically."), unit=Text(zh="秒（处理总时长）", en="seconds of handling in all"), needs=HANDLED)
def refund_only_hours(facts: Facts, terms: Terms) -> Shape:
    """Mean hours from a refund-only application to the merchant's agreement, last 30 days.

    近 30 天完结的仅退款单，从买家申请到商家确认的平均小时数。

    Why it matters:
        The duration is part of the service score (S2-23, S2-24); while the dispute-fault rate
        fails, its points are capped at 4 (S2-31).

        该时长计入服务分（S2-23、S2-24）；商责纠纷率不达标时，本项最高 4 分（S2-31）。

    How it is counted:
        Sum of [application → agreement, else finish] / tickets 退款成功 or 退款关闭 (S2-26) by
        finishing time. The target of 24 h, a limit per ticket taken as a mean, is an
        ASSUMPTION.

        各单［申请→同意，无同意时间则到完结］之和 ÷ 退款成功或退款关闭的单数（S2-26），按完结时
        间。24 小时本是单笔时限，当作均值是假设。

    Not counted:
        Open tickets, tickets with platform intervention (S2-27), applications in exempt
        periods, and negative or over-180-day durations (damaged, listed).

        未完结、平台介入的单（S2-27）、豁免时段内申请的单，以及时长为负或超过 180 天的异常单（单
        独列出）。

    Example:
        Tickets of 2 h and 4 h, and one of 100 h with intervention: (2 + 4) / 2 = 3.0 h, met.

        两单 2 小时、4 小时，另一单 100 小时但平台介入：（2 + 4）÷ 2 = 3.0 小时，达标。

    Why our number may differ:
        Read literally the formula divides by all completed tickets, intervened ones too (2.0 h
        above), and another sentence runs the clock to the final completion (S2-25).

        按公式字面，分母含平台介入单（上例为 2.0 小时）；另有说法计到退款最终完结（S2-25）。
    """
    longest = timedelta(days=terms.number("refund-only-hours", "max_days"))
    tickets = facts.refund_only.with_columns(
        confirmed_at=pl.coalesce("agreed_at", "finished_at")
    )
    seconds = _seconds("applied_at", "confirmed_at")
    return Tally(
        unit=tickets,
        at="finished_at",
        amount=seconds,
        weight=pl.lit(1),
        each=(0, int(longest.total_seconds())),
        left_out={
            "exempt": within("applied_at", terms.settings.exempt),
            "intervened": pl.col("intervened"),
            "damaged": _damaged(("applied_at", "confirmed_at"), longest=longest)
            | pl.col("applied_at").is_null(),
        },
        slow=seconds > _target_seconds("refund-only-hours", terms),
        proof=Proof(
            ids=("ticket_id", "order_id"),
            deadline=pl.col("applied_at")
            + timedelta(seconds=_target_seconds("refund-only-hours", terms)),
            actual=pl.col("confirmed_at"),
        ),
        by=BY,
        unmapped=("type", "status"),
    )


@rule(
    "return-refund-hours",
    family=FAMILY,
    scale=3600,
    title=Text(zh="退货退款自主完结时长", en="Return-refund handling time"), fix=Text(zh="申请当天同意退货；退货签收后 24 小时内拆包验货并退款，仓库与客服每天对一次签收清单。", en="Agree on the day of the application, unpack and refund within a day of the return's arrival, and match the arrivals with the warehouse daily."), unit=Text(zh="秒（处理总时长）", en="seconds of handling in all"),
    needs=(*HANDLED, "tickets.agreed_at", "tickets.return_signed_at"),
)
def return_refund_hours(facts: Facts, terms: Terms) -> Shape:
    """Mean hours the merchant takes in both steps of a return-refund, last 30 days.

    近 30 天完结的退货退款单，商家两段处理时长之和的平均小时数。

    Why it matters:
        The duration is part of the service score (S2-28, S2-29); while the dispute-fault rate
        fails, its points are capped at 4 (S2-31).

        该时长计入服务分（S2-28、S2-29）；商责纠纷率不达标时，本项最高 4 分（S2-31）。

    How it is counted:
        [Application → agreement] + [return signed for → finish], the transit between left out;
        sum / completed tickets (S2-26) by finishing time. The target of 72 h is an ASSUMPTION.

        ［申请→同意］+［退货签收→完结］，中间寄回在途不算；合计 ÷ 完结单数（S2-26），按完结时
        间。72 小时是假设。

    Not counted:
        Open or intervened tickets (S2-27), exempt applications, damaged durations, and refunded
        returns without a time of agreement or of signature (both listed).

        未完结、平台介入（S2-27）、豁免时段申请、时长异常的单；退款成功却缺同意时间或退货签收时
        间的单（单独列出）。

    Example:
        Applied 1 March 10:00, agreed 12:00, signed 5 March 09:00, refunded 6 March 09:00: 2 +
        24 = 26 h. Agreed after 2 h, never sent back, closed: 2 h.

        3 月 1 日 10:00 申请，12:00 同意，5 日 9:00 签收，6 日 9:00 退款：2 + 24 = 26 小时。2 小
        时同意、买家未寄回而关闭：2 小时。

    Why our number may differ:
        An older text subtracts only the buyer's own time, so transit stays in. Signature times
        come from the export and may lag behind the courier's.

        旧口径只扣除买家操作时间，在途仍计入；签收时间取自导出表，可能晚于快递实际签收。
    """
    longest = timedelta(days=terms.number("return-refund-hours", "max_days"))
    signed = pl.col("return_signed_at").is_not_null()
    succeeded = pl.col("status") == "succeeded"
    first = _seconds("applied_at", "agreed_at")
    second = pl.when(signed).then(_seconds("return_signed_at", "finished_at")).otherwise(0)
    spans = (("applied_at", "agreed_at"), ("return_signed_at", "finished_at"))
    return Tally(
        unit=facts.return_refunds,
        at="finished_at",
        amount=first + second,
        weight=pl.lit(1),
        each=(0, int(longest.total_seconds())),
        left_out={
            "exempt": within("applied_at", terms.settings.exempt),
            "intervened": pl.col("intervened"),
            "no_agreement": pl.col("agreed_at").is_null(),
            "no_signature": succeeded & ~signed,
            "damaged": _damaged(*spans, longest=longest) | pl.col("applied_at").is_null(),
        },
        slow=first + second > _target_seconds("return-refund-hours", terms),
        proof=Proof(ids=("ticket_id", "order_id"), actual=pl.col("finished_at")),
        by=BY,
        unmapped=("type", "status"),
    )


def _dispute_notes(measured: Measured, terms: Terms) -> Conclusion:
    target = terms.pack.rules["dispute-fault-rate"].target
    faults, tickets = measured.numerator, measured.denominator
    if target is None or target.count_below is None or not tickets or faults is None:
        return Conclusion()
    if faults != target.count_below or measured.unknown or faults <= target.fraction * tickets:
        return Conclusion()
    return Conclusion(
        notes=(
            Text(
                zh=f"正好 {faults} 单：种子原文“商责纠纷单4”前的运算符已丢失，按“少于 4”判定；"
                "可用选项 dispute_count_op = \"le\" 改为“不超过 4”。",
                en=f"Exactly {faults}: the operator before the 4 is lost in the seed; fewer than 4 "
                "is required here, option dispute_count_op = \"le\" reads it as at most 4.",
            ),
        )
    )


@rule(
    "dispute-fault-rate",
    family=FAMILY,
    title=Text(zh="商责纠纷率", en="Merchant-fault dispute rate"), fix=Text(zh="先与买家协商再驳回，驳回必附凭证；平台介入后按时举证；对判商责的单逐一复盘并申诉。", en="Talk to the buyer before rejecting, attach evidence, answer interventions in time, and review and appeal every ticket judged against you."), unit=Text(zh="单判商家责任", en="tickets judged merchant fault"),
    needs=("tickets.status", "tickets.finished_at"),
    conclude=_dispute_notes,
)
def dispute_fault_rate(facts: Facts, terms: Terms) -> Shape:
    """Completed refund tickets judged the merchant's fault, of all completed, last 30 days.

    近 30 天完结的退款单中，被判商家责任的纠纷单数及占比。

    Why it matters:
        Missing it caps both refund durations at 4 points (S2-31).

        不达标时，仅退款和退货退款两项时长的得分都不超过 4 分（S2-31）。

    How it is counted:
        Merchant fault, shared fault too (S2-32 to S2-35) / all completed refund tickets
        (S2-30), by finishing time. Met with fewer than 4 OR at most 0.35 %. The window of 30
        days is an ASSUMPTION.

        判商责（含双方有责，S2-32 至 S2-35）÷ 全部完结退款单（S2-30，含平台介入），按完结时间。
        少于 4 单或 ≤ 0.35% 即达标；30 天窗口是假设。

    Not counted:
        Undecided disputes, tickets judged the buyer's fault or withdrawn (both stay in the
        denominator once completed), exchanges. Exempt days do not apply.

        未判定的纠纷、换货单；买家责任或撤销的不算商责（完结后仍在分母）。豁免时段不适用于纠纷。

    Example:
        3 of 500 (0.6 %): met by count. 7 of 2,000 (exactly 0.35 %): met. 4 of 1,000 (0.40 %):
        missed, with a warning.

        3/500（0.6%）：单数达标。7/2000（正好 0.35%）：达标。4/1000（0.40%）：不达标并提示。

    Why our number may differ:
        The text lost the operator before the 4: fewer than 4 follows a copy of 2023-04-22
        (option `dispute_count_op`). Exports name no liability: without a disputes file only bounds are
        known.

        原文“4”前的符号缺失，按 2023-04-22 的副本取“少于 4”（选项 dispute_count_op）；导出表没有责任判
        定，缺纠纷表时只能给出上下限。
    """
    known = judged(facts.tables)
    look_up = Findings(
        {
            "ticket_id": pl.col("ticket_id"),
            "order_id": pl.col("order_id"),
            "at": pl.col("finished_at"),
            "why": pl.lit("look_up"),
        },
        where=pl.col("at_fault").is_null(),
        order=("at", "ticket_id"),
    )
    return Ratio(
        unit=facts.refunds,
        at="finished_at",
        hit=pl.col("at_fault"),
        offence=True,
        proof=Proof(
            ids=("ticket_id", "order_id"), actual=pl.col("finished_at"), why=pl.col("arbitration")
        ),
        by={"day": pl.col("finished_at").dt.date()},
        findings=None if known else look_up,
        unknown_hides=not known,
        unmapped=("type", "status", "liable_party"),
    )


@rule("refund-deadlines", family=FAMILY, title=Text(zh="退款处理超时", en="Refund-handling deadlines"), fix=Text(zh="按剩余时间排序处理售后，未揽收的仅退款优先；每天固定时段清一遍，夜间与节假日安排值班。", en="Handle tickets by time left, refund-only before pickup first, at fixed hours every day, nights and holidays included."), unit=Text(zh="单处理超时", en="tickets answered too late"), needs=("tickets.type", "tickets.applied_at"))
def refund_deadlines(facts: Facts, terms: Terms) -> Shape:
    """Refund tickets answered after the handling limit, applications of the last 30 days.

    近 30 天申请的退款单中，超过处理时限才响应的单数。

    Why it matters:
        Refunds must be handled within the set time (S1-03); a late answer invites the platform
        to step in.

        商家须在规定时间内处理退款（S1-03）；超时容易引来平台介入。

    How it is counted:
        Answer = agreement, else finish. Limit: refund-only 24 h if not picked up by the
        application (S3-14), else 48 h; return-refund 48 h (notice of 2022-01-17). Late /
        answered or due.

        响应 = 同意，否则完结。时限：仅退款申请时未揽收 24 小时（S3-14），已揽收 48 小时；退货退
        款 48 小时（2022-01-17 公告）。超时 ÷ 已响应或已到期。

    Not counted:
        Exchanges, applications in exempt periods, and unanswered tickets whose limit still
        runs. Exactly on the limit is in time.

        换货单、豁免时段内申请的单，以及未响应但时限未到的单；正好到时限算按时。

    Example:
        Not picked up, applied 10:00:00: answer next day 10:00:00 in time, 10:00:01 late.
        Waybill uploaded but not picked up: still 24 h.

        未揽收，10:00:00 申请：次日 10:00:00 响应按时，10:00:01 超时。只传了单号未揽收，仍
        是 24 小时。

    Why our number may differ:
        Festivals had longer limits and a text of 2025 says 36 h (options). The 30 days are an
        ASSUMPTION, and a rejection leaves no time in the export, so it counts from the finish.

        节假日时限更长，2025 年口径有 36 小时（可改选项）；30 天窗口是假设；导出表没有驳回时间，
        驳回单按完结时间算。
    """
    hours = {
        name: timedelta(hours=terms.number("refund-deadlines", f"{name}_hours"))
        for name in ("refund_only", "refund_only_shipped", "return_refund")
    }
    # "Shipped" is judged by the courier's pickup, not by the waybill (S3-14, H2).
    picked = (pl.col("picked_up_at") <= pl.col("applied_at")).fill_null(False)
    limit = (
        pl.when(pl.col("type") == "return_refund").then(pl.lit(hours["return_refund"]))
        .when(picked).then(pl.lit(hours["refund_only_shipped"]))
        .otherwise(pl.lit(hours["refund_only"]))
    )  # fmt: skip
    tickets = facts.refund_requests.with_columns(
        due_at=pl.col("applied_at") + limit,
        answered_at=pl.coalesce(
            *(
                pl.when(pl.col(name) <= terms.as_of).then(name)
                for name in ("agreed_at", "finished_at")
            )
        ),
    )
    answered = pl.col("answered_at").is_not_null()
    return Ratio(
        unit=tickets,
        at="applied_at",
        hit=pl.coalesce("answered_at", pl.lit(terms.as_of)) > pl.col("due_at"),
        offence=True,
        left_out={
            "exempt": within("applied_at", terms.settings.exempt),
            "pending": ~answered & (pl.col("due_at") >= terms.as_of),
        },
        proof=Proof(
            ids=("ticket_id", "order_id"),
            deadline=pl.col("due_at"),
            actual=pl.col("answered_at"),
        ),
        by={"day": pl.col("applied_at").dt.date(), "hour": pl.col("applied_at").dt.hour()},
        unmapped=("type",),
    )


@rule(
    "reject-without-reason",
    family=FAMILY,
    title=Text(zh="驳回未写原因", en="Rejections without a reason"), fix=Text(zh="驳回前先联系买家；驳回时写清具体原因并上传凭证，不写“无”“其他”。", en="Contact the buyer first, then state the concrete reason of a rejection and attach evidence."), unit=Text(zh="单驳回未写原因", en="rejections without a reason"),
    needs=("tickets.applied_at", "tickets.rejected|tickets.status", "tickets.reject_reason"),
)
def reject_without_reason(facts: Facts, terms: Terms) -> Shape:
    """Rejected after-sales tickets with an empty reject reason, last 30 days.

    近 30 天申请并被商家驳回的售后单中，驳回原因为空的单数。

    Why it matters:
        A rejection should follow a talk with the buyer or state its reason (S3-17); without
        either an intervention is harder to win.

        应先与买家沟通再拒绝，或写明拒绝原因（S3-17）；否则平台介入时很难占理。

    How it is counted:
        Rejected tickets with an empty reject reason / rejected tickets, by application time.
        The 30 days are an ASSUMPTION.

        驳回原因为空的单 ÷ 被驳回的单，按申请时间；30 天窗口是假设。

    Not counted:
        Tickets that were never rejected. Any text counts as a reason, however thin.

        从未驳回的单。只要写了文字就算有原因，不论是否充分。

    Example:
        Of 12 rejected tickets 2 have an empty reason: 2 of 12, missed.

        12 单驳回中 2 单原因为空：2/12，不达标。

    Why our number may differ:
        The export keeps only the ticket's last state: an earlier rejection may be gone, and a
        reason told in chat is not seen here.

        导出表只有最新状态，早先的驳回可能看不到；在聊天里说明的原因这里也看不到。
    """
    reason = pl.col("reject_reason").str.strip_chars()
    silent = reason.is_null() | (reason == "")
    return Ratio(
        unit=facts.rejected_tickets,
        at="applied_at",
        hit=silent,
        offence=True,
        proof=Proof(ids=("ticket_id", "order_id"), actual=pl.col("applied_at")),
        unmapped=("status",),
    )


@rule("dispute-risk", family=FAMILY, title=Text(zh="纠纷风险单", en="Tickets at risk of a lost dispute"), fix=Text(zh="在途仅退款：联系快递召回或请买家拒签；包邮商品不向买家要发货运费；揽收前申请退款的先问买家再发货。", en="In transit: recall the parcel or ask the buyer to refuse it. Free postage: never charge the outbound freight. Refund before pickup: ask before shipping."), unit=Text(zh="单有商责风险", en="tickets likely to be lost"), needs=("tickets.type", "tickets.status", "tickets.applied_at"))
def dispute_risk(facts: Facts, terms: Terms) -> Shape:
    """Open or rejected tickets that match a pattern the platform decides for the buyer.

    未完结或已驳回的售后单中，符合易判商责情形的单数。

    Why it matters:
        Each pattern tends to end as merchant fault once the platform steps in (S3-12 to S3-15)
        and then counts in the dispute-fault rate.

        平台介入后这几种情形容易判商责（S3-12 至 S3-15），并计入商责纠纷率。

    How it is counted:
        A: refund-only in transit, rejected. B: free postage, and the rejection asks the buyer
        for outbound freight. C: applied before pickup, shipped without a message to the buyer
        between. Last 30 days.

        A：在途仅退款被驳回；B：包邮商品却以买家承担发货运费驳回；C：揽收前申请退款，未联系买家
        就发货。命中单 ÷ 未完结或驳回单，近 30 天申请。

    Not counted:
        Finished tickets without a rejection, and other reasons to lose. It is a risk, not a
        violation.

        已完结且未驳回的单，以及其他可能败诉的情形。这是风险提示，不是违规判定。

    Example:
        Applied 10:00, shipped 11:00, picked up 15:00, no message from 10:00 to 11:00: pattern
        C. One message at 10:30: no hit.

        10:00 申请，11:00 发货，15:00 揽收，10:00–11:00 没联系买家：命中 C；10:30 发过消息则不命
        中。

    Why our number may differ:
        Phone calls are not in the chat export, spellings of freight demands and the 30 days are
        an ASSUMPTION, and the platform decides by evidence we do not see.

        电话沟通不在聊天导出里；运费话术词表和 30 天窗口是假设；平台还会看我们看不到的凭证。
    """
    applied, sent, turned_down = (pl.col(n) for n in ("applied_at", "sent_at", "turned_down"))
    arrived = (pl.col("signed_at") <= applied).fill_null(False)
    before = (applied < sent).fill_null(False)
    patterns = {
        "A": turned_down & (pl.col("type") == "refund_only") & (sent <= applied) & ~arrived,
        "B": turned_down
        & (pl.col("postage_fen") == 0)
        & says(normalised(pl.col("reject_reason")), terms.words("shared_freight")),
        "C": before & ~pl.col("contacted").fill_null(True),
    }
    found = pl.concat_str(
        [pl.when(check.fill_null(False)).then(pl.lit(name)) for name, check in patterns.items()],
        separator=" ",
        ignore_nulls=True,
    )
    tickets = facts.open_tickets.with_columns(pattern=pl.when(found != "").then(found))
    risky = pl.col("pattern").is_not_null()
    # Without the buyer's chats nobody can tell whether pattern C applies.
    silent = before & pl.col("contacted").is_null()
    return Ratio(
        unit=tickets,
        at="applied_at",
        hit=pl.when(risky | ~silent).then(risky),
        offence=True,
        proof=Proof(
            ids=("ticket_id", "order_id"), deadline=pl.col("deadline_at"), why=pl.col("pattern")
        ),
        findings=Findings(
            {
                "ticket_id": pl.col("ticket_id"),
                "order_id": pl.col("order_id"),
                "at": applied,
                "pattern": pl.col("pattern"),
            },
            where=risky,
            order=("at", "ticket_id"),
        ),
        unmapped=("type", "status"),
    )

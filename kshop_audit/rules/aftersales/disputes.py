"""Who is at fault in disputes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import polars as pl

from kshop_audit.facts import Facts, Tables
from kshop_audit.facts.liability import has_entries, judged, why_open
from kshop_audit.facts.tickets import (
    pending_disputes,
    possible_refunds,
    tickets,
)
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Finding, Status
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.rules.aftersales.limits import next_due
from kshop_audit.rules.kit import absent
from kshop_audit.rules.kit.countdown import hours_left
from kshop_audit.rules.kit.evidence import EvidenceColumns, Findings
from kshop_audit.rules.kit.membership import in_window, perhaps
from kshop_audit.rules.kit.rule import Conclusion, Measured, rule
from kshop_audit.rules.kit.shapes import Ratio, Shape
from kshop_audit.rules.kit.side_files import strangers
from kshop_audit.rules.kit.turning import Turning

FAMILY = "aftersales"


def _if_all_lost(measured: Measured, terms: Terms) -> Finding | None:
    """What the rule would say if every pending dispute were lost (D11); None without any."""
    target = terms.pack.rules["dispute-fault-rate"].target
    pending = sum(row["why"] == "pending_dispute" for row in measured.findings)
    if not pending or target is None or target.count_below is None:
        return None
    faults = (measured.numerator or 0) + pending
    tickets = (measured.denominator or 0) + pending
    most = target.count_below - (terms.option("dispute-fault-rate", "dispute_count_op") == "lt")
    met = faults <= most or faults <= target.fraction * tickets
    # Faults that nobody knows of can only make it worse.
    status = Status.FAIL if not met else None if measured.unknown else Status.PASS
    return {
        "fact": "if_all_lost",
        "count": pending,
        "numerator": faults,
        "denominator": tickets,
        "status": None if status is None else str(status),
    }


def _dispute_notes(measured: Measured, terms: Terms) -> Conclusion:
    projected = _if_all_lost(measured, terms)
    noted = _exactly_four(measured, terms)
    if projected is None:
        return noted
    return replace(noted, findings=(projected, *measured.findings))


def _exactly_four(measured: Measured, terms: Terms) -> Conclusion:
    target = terms.pack.rules["dispute-fault-rate"].target
    faults, tickets = measured.numerator, measured.denominator
    if target is None or target.count_below is None or not tickets or faults is None:
        return Conclusion()
    if terms.option("dispute-fault-rate", "dispute_count_op") != "lt":
        return Conclusion()
    if faults != target.count_below or measured.unknown or faults <= target.fraction * tickets:
        return Conclusion()
    return Conclusion(
        notes=(
            Text(
                zh=f"正好 {faults} 单：种子原文“商责纠纷单4”前的运算符已丢失，按“少于 4”判定；"
                '可用选项 dispute_count_op = "le" 改为“不超过 4”。',
                en=f"Exactly {faults}: the operator before the 4 is lost in the seed; fewer than 4 "
                'is required here, option dispute_count_op = "le" reads it as at most 4.',
            ),
        )
    )


LIABLE = (Kind.TICKETS, "liable_party")
JUDGED = Turning(tickets, ("ticket_id",), {"at_fault": pl.lit(False)}, {"at_fault": pl.lit(True)})
JUDGEMENTS = (Kind.DISPUTES, Kind.TICKETS, "ticket_id")


def _sources(
    tables: Tables, terms: Terms, *, known: bool, side: tuple[int, int] | None
) -> Iterator[Text]:
    """Where the judgements come from, and what their absence means."""
    if side is not None and side[0]:
        yield Text(
            zh=f"判责文件的 {side[1]} 个售后单号中，售后文件里有 {side[0]} 个。",
            en=f"{side[0]} of {side[1]} ids of the file of judgements are among the tickets.",
        )
    if tables.empty(Kind.TICKETS):
        yield Text(
            zh="售后文件只有表头：按订单所在的日子里没有售后单判定。",
            en="The file of tickets has a header and no row: taken as no ticket in the days of "
            "the orders.",
        )
    if not known and tables.has(*LIABLE):
        yield absent.NO_LIABILITY
    said = Kind.DISPUTES in terms.settings.coverage
    if known and not said and not tables.has(Kind.TICKETS, "arbitration"):
        first = terms.since("dispute-fault-rate").date()
        last = (terms.end - timedelta(days=1)).date()
        line = f"[coverage.disputes] from = {first}, to = {last}"
        yield Text(
            zh="售后文件没有平台介入列：判责结果只对写明的单有效，其余的单都可能是商责。如果判责结果"
            f"是完整的，请在 shop.toml 写明：{line}",
            en="The tickets do not tell where the platform stepped in, so a judgement decides only "
            "for the ticket that it names, and any other may be a fault. If the judgements are "
            f"complete, say so in shop.toml: {line}",
        )


@rule(
    "dispute-fault-rate",
    family=FAMILY,
    title=Text(zh="商责纠纷率", en="Merchant-fault dispute rate"),
    fix=Text(
        zh="先与买家协商再驳回，驳回必附凭证；平台介入后按时举证；对判商责的单逐一复盘并申诉。",
        en=(
            "Talk to the buyer before rejecting, attach evidence, answer interventions in time, "
            "and review and appeal every ticket judged against you."
        ),
    ),
    unit=Text(zh="单判商家责任", en="tickets judged merchant fault"),
    needs=("tickets.type", "tickets.status", "tickets.finished_at"),
    also=("disputes",),
    conclude=_dispute_notes,
    absent={
        "tickets.liable_party|disputes.liable_party": absent.NO_LIABILITY,
    },
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
        denominator once completed), exchanges. Exempt days do not apply. Undecided ones are listed,
        with what comes out if all of them are lost. No verdict while judgements of intervened
        tickets, words of type, state or intervention, or times of completed tickets are unknown and
        could reach the line.

        未判定的纠纷、换货单；买家责任或撤销的不算商责（完结后仍在分母）。豁免时段不适用于纠纷。
        未判定的会列出，并给出全部判商责时的结果。
        判不了：介入单缺判责、类型/状态/介入的写法看不懂、完结单没有时间，且足以影响结论时。

    Example:
        3 of 500 (0.6 %): met by count. 7 of 2,000 (exactly 0.35 %): met. 4 of 1,000 (0.40 %):
        missed, with a warning.

        3/500（0.6%）：单数达标。7/2000（正好 0.35%）：达标。4/1000（0.40%）：不达标并提示。

    Why our number may differ:
        The text lost the operator before the 4: fewer than 4 follows a copy of 2023-04-22
        (option `dispute_count_op`). Exports name no liability: without a disputes file only
        bounds are known.

        原文“4”前的符号缺失，按 2023-04-22 的副本取“少于 4”（选项 dispute_count_op）；
        导出表没有责任判定，缺纠纷表时只能给出上下限。
    """
    tables, settings = facts.tables, terms.settings
    known = judged(tables, settings)
    side = tables.matched(*JUDGEMENTS) if Kind.DISPUTES in tables.frames else None
    none_at_all = tables.empty(Kind.TICKETS)
    inside = in_window("finished_at", "dispute-fault-rate", tables, terms)
    member = pl.col("refund") & pl.col("ended") & inside
    pending = facts(pending_disputes).with_columns(at=pl.col("applied_at"), due=next_due(terms))
    listed = Findings(
        {
            "ticket_id": pl.col("ticket_id"),
            "order_id": pl.col("order_id"),
            "at": pl.col("finished_at"),
            "why": pl.lit("look_up"),
        },
        where=pl.col("at_fault").is_null() & (pl.col("intervened").fill_null(not known)),
        order=("why", "at", "ticket_id"),
        limit=None,
        beside=pending.select(
            "ticket_id", "order_id", "at",
            why=pl.lit("pending_dispute"),
            deadline=pl.col("due"),
            hours_left=hours_left(pl.col("due"), terms),
        ),
    )  # fmt: skip
    return Ratio(
        unit=facts(possible_refunds),
        at="finished_at",
        hit=pl.col("at_fault"),
        offence=True,
        maybe=perhaps(
            member, "finished_at", unclear=(pl.col("refund") & pl.col("ended")).is_null()
        ),
        unknown=why_open(),
        evidence=EvidenceColumns(ids=("ticket_id", "order_id"), actual=pl.col("finished_at")),
        by={"day": pl.col("finished_at").dt.date()},
        findings=listed,
        unknown_hides=not known,
        unmapped=("type", "status", "liable_party", "arbitration"),
        side=side,
        unsettled=strangers(Kind.DISPUTES, Kind.TICKETS, *side)
        if side and not has_entries(tables)
        else None,
        instead={Status.NOT_APPLICABLE: Status.PASS} if none_at_all else {},
        turn=JUDGED,
        notes=tuple(_sources(tables, terms, known=known, side=side)),
    )

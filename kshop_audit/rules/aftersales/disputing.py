"""Rejections without a reason, and tickets that may end as a lost dispute."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.text import normalised, says
from kshop_audit.facts.tickets import doubtful_tickets, rejected_tickets
from kshop_audit.model.knowledge import Why
from kshop_audit.model.metadata import Text
from kshop_audit.model.settings import Terms
from kshop_audit.rules.aftersales.limits import next_due
from kshop_audit.rules.kit import absent, by_day
from kshop_audit.rules.kit.countdown import hours_left
from kshop_audit.rules.kit.evidence import EvidenceColumns, Findings
from kshop_audit.rules.kit.membership import in_window, perhaps
from kshop_audit.rules.kit.rule import rule
from kshop_audit.rules.kit.shapes import Ratio, Shape

FAMILY = "aftersales"


@rule(
    "reject-without-reason",
    family=FAMILY,
    title=Text(zh="驳回未写原因", en="Rejections without a reason"),
    fix=Text(
        zh="驳回前先联系买家；驳回时写清具体原因并上传凭证，不写“无”“其他”。",
        en=(
            "Contact the buyer first, then state the concrete reason of a rejection and attach "
            "evidence."
        ),
    ),
    unit=Text(zh="单驳回未写原因", en="rejections without a reason"),
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
        Tickets that were never rejected. Any text counts as a reason, however thin. No verdict
        while none is surely without a reason and the state of some is not understood or their row
        cannot be read.

        从未驳回的单。只要写了文字就算有原因，不论是否充分。
        判不了：没有确定缺原因的单，但有单的状态看不懂或行读不出来。

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
    refused = pl.col("turned_down")
    inside = in_window("applied_at", "reject-without-reason", facts.tables, terms)
    return Ratio(
        unit=facts(rejected_tickets),
        at="applied_at",
        hit=pl.when(pl.col("doubt").is_null() | ~silent).then(silent),
        offence=True,
        maybe=perhaps(refused & inside, "applied_at", unclear=refused.is_null()),
        evidence=EvidenceColumns(ids=("ticket_id", "order_id"), actual=pl.col("applied_at")),
        unmapped=("status",),
    )


def _pattern(terms: Terms) -> tuple[pl.Expr, pl.Expr]:
    """The patterns that a ticket matches (String, null when none), and whether a word that is not
    understood could make it match one (Boolean).
    """
    applied, sent, turned_down = (pl.col(n) for n in ("applied_at", "sent_at", "turned_down"))
    arrived = (pl.col("signed_at") <= applied).fill_null(False)
    before = (applied < sent).fill_null(False)
    refused, kind = turned_down.fill_null(False), pl.col("type")
    in_transit = (sent <= applied).fill_null(False) & ~arrived
    demanded = (pl.col("postage_fen") == 0).fill_null(False) & says(
        normalised(pl.col("reject_reason")), terms.words("shared_freight")
    )
    patterns = {
        "A": refused & (kind == "refund_only") & in_transit,
        "B": refused & demanded.fill_null(False),
        "C": before & ~pl.col("contacted").fill_null(True),
    }
    found = pl.concat_str(
        [pl.when(check.fill_null(False)).then(pl.lit(name)) for name, check in patterns.items()],
        separator=" ",
        ignore_nulls=True,
    )
    # What a word that is not understood could make of it.
    word = (turned_down & (kind == "refund_only") & in_transit).is_null() | (
        (turned_down & demanded).is_null()
    )
    return pl.when(found != "").then(found), word


@rule(
    "dispute-risk",
    family=FAMILY,
    title=Text(zh="纠纷风险单", en="Tickets at risk of a lost dispute"),
    fix=Text(
        zh=(
            "在途仅退款：联系快递召回或请买家拒签；包邮商品不向买家要发货运费；"
            "揽收前申请退款的先问买家再发货。"
        ),
        en=(
            "In transit: recall the parcel or ask the buyer to refuse it. Free postage: never "
            "charge the outbound freight. Refund before pickup: ask before shipping."
        ),
    ),
    no_days=by_day.PRESENT_STATE,
    unit=Text(zh="单有商责风险", en="tickets likely to be lost"),
    needs=("tickets.type", "tickets.status", "tickets.applied_at"),
    absent={
        "tickets.reject_reason": absent.NO_REASON_FOR_B,
        "orders.postage": absent.NO_POSTAGE_FOR_B,
    },
)
def dispute_risk(facts: Facts, terms: Terms) -> Shape:
    """Open or rejected tickets that match a pattern the platform decides for the buyer.

    未完结或已驳回的售后单中，符合易判商责情形的单数。

    Why it matters:
        Each pattern tends to end as merchant fault once the platform steps in (S3-12 to S3-15)
        and then counts in the dispute-fault rate.

        平台介入后这几种情形容易判商责（S3-12 至 S3-15），并计入商责纠纷率。

    How it is counted:
        A: refund-only in transit, rejected. B: free postage, and the rejection asks the buyer
        for outbound freight. C: applied before pickup (S3-14; without one, the shipment), sent
        without a message to the buyer between. Last 30 days.

        A：在途仅退款被驳回；B：包邮商品却以买家承担发货运费驳回；C：揽收前申请退款，未联系买家
        就发货。命中单 ÷ 未完结或驳回单，近 30 天申请。

    Not counted:
        Finished tickets without a rejection, and other reasons to lose. It is a risk, not a
        violation. No verdict while no pattern surely fits and the type, the state or the chats of
        some tickets are unknown.

        已完结且未驳回的单，以及其他可能败诉的情形。这是风险提示，不是违规判定。
        判不了：没有确定命中的单，但有单的类型、状态或聊天看不出来。

    Example:
        Applied 10:00, shipped 11:00, picked up 15:00, no message from 10:00 to 15:00: pattern
        C. One message at 10:30: no hit.

        10:00 申请，11:00 发货，15:00 揽收，10:00–15:00 没联系买家：命中 C；10:30 发过消息则不命
        中。

    Why our number may differ:
        Phone calls are not in the chat export, spellings of freight demands and the 30 days are
        an ASSUMPTION, and the platform decides by evidence we do not see.

        电话沟通不在聊天导出里；运费话术词表和 30 天窗口是假设；平台还会看我们看不到的凭证。
    """
    applied, sent, turned_down = (pl.col(n) for n in ("applied_at", "sent_at", "turned_down"))
    before = (applied < sent).fill_null(False)
    found, word = _pattern(terms)
    tickets = facts(doubtful_tickets).with_columns(pattern=found, due=next_due(terms))
    risky = pl.col("pattern").is_not_null()
    # Without the buyer's chats nobody can tell whether pattern C applies.
    silent = before & pl.col("contacted").is_null()
    doubt = pl.col("doubt").is_not_null()
    over = pl.when((pl.col("finished_at") > terms.last).fill_null(False)).then(False)
    pending = ~over.fill_null(pl.col("ended")) | turned_down
    inside = in_window("applied_at", "dispute-risk", facts.tables, terms)
    return Ratio(
        unit=tickets,
        at="applied_at",
        hit=pl.when(risky | ~(silent | word | doubt)).then(risky),
        offence=True,
        maybe=perhaps(pending & inside, "applied_at", unclear=pending.is_null()),
        unknown={
            Why.NOT_UNDERSTOOD: word & ~doubt,
            Why.NOT_READABLE: doubt & (pl.col("doubt") != Why.NOT_COVERED.value),
        },
        evidence=EvidenceColumns(
            ids=("ticket_id", "order_id"), deadline=pl.col("due"), why=pl.col("pattern")
        ),
        findings=Findings(
            {
                "ticket_id": pl.col("ticket_id"),
                "order_id": pl.col("order_id"),
                "at": applied,
                "pattern": pl.col("pattern"),
                "deadline": pl.col("due"),
                "hours_left": hours_left(pl.col("due"), terms),
                "todo": pl.col("pattern").str.replace_all(r"(\w+)", "pattern_$1"),
            },
            where=risky,
            order=("deadline", "at", "ticket_id"),
        ),
        unmapped=("type", "status"),
    )

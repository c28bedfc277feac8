"""Preconditions that rest on what the operator answers, or on lists he keeps."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.violations import pending_violations
from kshop_audit.model.knowledge import Why
from kshop_audit.model.metadata import CLOSING, Text
from kshop_audit.model.report import Finding, Status
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.rules.closure.blockers import (
    DEPENDS,
    FAMILY,
    answered,
    blockers,
    nothing_blocks,
    unanswered,
)
from kshop_audit.rules.kit.evidence import EvidenceColumns
from kshop_audit.rules.kit.rule import rule
from kshop_audit.rules.kit.shapes import Ratio, Shape, Stated


@rule(
    "close-notice",
    family=FAMILY,
    title=Text(zh="关店公示", en="Closing notice"),
    fix=Text(
        zh="公示开着就保持到满 30 天，中途不要关闭；还没开就在关店页开启，日期写入 shop.toml 的 "
        "[closing]。",
        en=(
            "Keep the notice until the 30 days are over, without a break; if there is none yet, "
            "open it on the closing page and write its date into [closing] of shop.toml."
        ),
    ),
    unit=Text(zh="项公示未满足", en="notice conditions open"),
    gates_when=CLOSING,
    due={
        "closure": Text(
            zh="关店公示到此满 30 天：再运行 close，其余条件也满足就提交关店申请。",
            en=(
                "The closing notice has been shown for 30 days: run `close` again, and apply if "
                "nothing else blocks."
            ),
        )
    },
)
def close_notice(facts: Facts, terms: Terms) -> Shape:
    """Whether the closing notice was shown for 30 days without a break.

    关店公示是否已连续展示满 30 天。

    Why it matters:
        The notice must be shown for 30 full days before closing (S0-07); the owner's own steps
        (S0-06) remain a checklist.

        关店前须在店铺页公示满 30 天（S0-07）；勾选原因、验证手机号等（S0-06）需人工完成。

    How it is counted:
        `notice_started_at` + 30 × 24 h by as-of, not `notice_interrupted`. Hours instead of
        natural days are an ASSUMPTION.

        notice_started_at + 30×24 小时不晚于截止时刻，且 notice_interrupted 为否；按小时而非自然
        日是假设。

    Not counted:
        Days before an interruption: the notice starts anew. Without an answer there is no verdict.
        An unanswered interruption changes nothing before the 30 days are over.

        中断之前的天数不算，要重新公示；未填写则没有结论。
        未满 30 天时，是否中断过不影响结论。

    Example:
        Started 10 March 2026 12:00: cleared 9 April 2026 12:00.

        2026 年 3 月 10 日 12:00 开始：4 月 9 日 12:00 满足。

    Why our number may differ:
        The platform may count natural days and alone knows of short interruptions.

        平台可能按自然日计算；短暂中断只有平台知道。
    """
    closing = terms.settings.closing
    started, broken = closing.notice_started_at, closing.notice_interrupted
    if started is None:
        return unanswered(closing, "notice_started_at", "notice_interrupted")
    clears = started + timedelta(days=terms.number("close-notice", "days"))
    if clears > terms.as_of:  # even if it was never interrupted
        return _cleared("notice_interrupted" if broken else "notice_started_at", clears, terms)
    if broken is None:
        return unanswered(closing, "notice_interrupted")
    if broken:
        finding: Finding = {"fact": "notice_interrupted", "clears_on": DEPENDS}
        return Stated(Status.FAIL, numerator=1, findings=(finding,))
    return _cleared("notice_started_at", clears, terms)


def _cleared(name: str, clears: datetime, terms: Terms) -> Stated:
    if clears <= terms.as_of:
        return Stated(Status.PASS, numerator=0)
    finding: Finding = {"fact": name, "clears_on": clears.isoformat(" ")}
    sure = terms.settings.closing.wanted and not terms.settings.closing.notice_interrupted
    return Stated(Status.FAIL, numerator=1, findings=(finding,), next_step=clears if sure else None)


@rule(
    "close-qualification",
    family=FAMILY,
    title=Text(zh="资质变更", en="Pending qualification change"),
    fix=Text(
        zh="等待主体、行业、品牌资质变更审核完成，或主动撤回。",
        en="Wait for the pending change of owner, trade or brand qualification, or withdraw it.",
    ),
    unit=Text(zh="项资质变更待审", en="pending qualification changes"),
    gates_when=CLOSING,
)
def close_qualification(facts: Facts, terms: Terms) -> Shape:
    """No change of owner, trade or brand qualification is pending.

    没有审核中的主体、行业、品牌资质变更。

    Why it matters:
        A pending change blocks the closing (S0-08).

        有审核中的变更就不能关店（S0-08）。

    How it is counted:
        `qualification_change_open` in [closing] of shop.toml: true blocks, false clears.

        取 shop.toml [closing] 的 qualification_change_open：true 阻塞，false 通过。

    Not counted:
        Finished or withdrawn changes. Without an answer there is no verdict.

        已完成或已撤回的变更；未填写则没有结论。

    Example:
        A brand licence under review: 1 open, blocked until the review ends.

        品牌资质审核中：1 项未清，审核结束前不能关店。

    Why our number may differ:
        No export holds it: the answer is yours and as fresh as you keep it.

        没有导出文件记录此项，以你填写的为准，请及时更新。
    """
    pending = terms.settings.closing.qualification_change_open
    if pending is None:
        return unanswered(terms.settings.closing, "qualification_change_open")
    return answered("qualification_change_open", int(pending))


@rule(
    "close-violations",
    family=FAMILY,
    title=Text(zh="未处理违约单", en="Open violation tickets before closing"),
    fix=Text(
        zh="逐张处理或申诉违约单，缴清违约金，直到后台显示无待处理。",
        en="Settle or appeal each ticket and pay what is due until the back office shows none.",
    ),
    unit=Text(zh="张违约单未处理", en="open violation tickets"),
    gates_when=CLOSING,
    conclude=nothing_blocks,
)
def close_violations(facts: Facts, terms: Terms) -> Shape:
    """No violation ticket is still open.

    没有待处理的违约单。

    Why it matters:
        An open violation ticket blocks the closing (S0-08).

        有待处理的违约单就不能关店（S0-08）。

    How it is counted:
        Tickets not closed in the violations file, else `violations_open` in [closing] of
        shop.toml.

        违规文件中未关闭的违约单；没有文件时取 shop.toml [closing] 的 violations_open。

    Not counted:
        Closed tickets. Without file and answer there is no verdict. No verdict while the state of a
        ticket is not understood or its row cannot be read, and none is surely open.

        已关闭的违约单；既无文件又未填写则没有结论。
        判不了：有单的状态看不懂或行读不出来，且没有确定未处理的单。

    Example:
        Two tickets, one closed: 1 open, blocked, with its id.

        两张违约单，一张已关闭：1 张未清，不能关店，列出单号。

    Why our number may differ:
        The file is as old as its export; the platform may open a new ticket meanwhile.

        文件停留在导出那一刻，之后平台可能又开新单。
    """
    given = terms.settings.closing.violations_open
    if facts.tables.has(Kind.VIOLATIONS, "status"):
        pending = pl.col("pending")
        return Ratio(
            unit=facts(pending_violations),
            hit=pending,
            offence=True,
            excluded={"after_as_of": pl.col("notified_at") > terms.last},
            unknown={Why.NOT_UNDERSTOOD: pending.is_null()},
            evidence=EvidenceColumns(ids=("violation_id",)),
            findings=blockers("violation_id", "order_id", where=pending.fill_null(False)),
            unmapped=("status",),
        )
    if given is None:
        return unanswered(terms.settings.closing, "violations_open")
    return answered("violations_open", given)


@rule(
    "close-products",
    family=FAMILY,
    title=Text(zh="在售与审核中商品", en="Products on sale or in review"),
    fix=Text(
        zh="下架全部在售商品，撤回审核中的商品，再导出商品表复核。",
        en=(
            "Delist everything on sale, withdraw what is in review, and export the products "
            "again to check."
        ),
    ),
    unit=Text(zh="个商品在售或审核中", en="products on sale or in review"),
    gates_when=CLOSING,
    conclude=nothing_blocks,
)
def close_products(facts: Facts, terms: Terms) -> Shape:
    """No product is on sale or in review.

    没有在售或审核中的商品。

    Why it matters:
        A single product on sale or in review blocks the closing (S0-09).

        只要有一个商品在售或审核中就不能关店（S0-09）。

    How it is counted:
        Products with such a status, else `products_on_sale` + `products_in_review` in [closing]
        of shop.toml.

        商品表中在售、审核中的商品；没有文件时
        取 [closing] 的 products_on_sale 与 products_in_review 之和。

    Not counted:
        Delisted, rejected and deleted products. Without file and answer there is no verdict. A file
        with a header and no row counts as no file.

        已下架、审核驳回、已删除的商品；既无文件又未填写则没有结论。
        只有表头的文件当作没有文件。

    Example:
        120 delisted, 2 on sale, 1 in review: 3 left, blocked.

        120 个已下架，2 个在售，1 个审核中：剩 3 个，不能关店。

    Why our number may differ:
        An export may leave out products in review; a status we do not know is listed as
        unmapped.

        导出可能不含审核中的商品；不认识的状态单独列出。
    """
    closing = terms.settings.closing
    if facts.tables.has(Kind.PRODUCTS, "status") and not facts.tables.empty(Kind.PRODUCTS):
        listed = pl.col("status").is_in(("on_sale", "in_review"))
        return Ratio(
            unit=facts.tables.rows(Kind.PRODUCTS),
            hit=pl.when(pl.col("status").is_not_null()).then(listed),
            offence=True,
            evidence=EvidenceColumns(ids=("product_id",)),
            findings=blockers("product_id", "status", where=listed),
        )
    if closing.products_on_sale is None or closing.products_in_review is None:
        return unanswered(closing, "products_on_sale", "products_in_review")
    return answered("products_on_sale", closing.products_on_sale + closing.products_in_review)


@rule(
    "close-complaints",
    family=FAMILY,
    title=Text(zh="未完结投诉", en="Open complaints"),
    fix=Text(
        zh="在后台处理完全部投诉工单，并更新 complaints_open。",
        en="Settle every complaint in the back office and update `complaints_open`.",
    ),
    unit=Text(zh="单投诉未完结", en="complaints open"),
    gates_when=CLOSING,
)
def close_complaints(facts: Facts, terms: Terms) -> Shape:
    """No complaint is still in process.

    没有流程中的投诉工单。

    Why it matters:
        An open complaint blocks the closing (S0-11).

        有流程中的投诉工单就不能关店（S0-11）。

    How it is counted:
        `complaints_open` in [closing] of shop.toml; 0 clears.

        取 shop.toml [closing] 的 complaints_open，为 0 通过。

    Not counted:
        Settled complaints. Without an answer there is no verdict.

        已结案的投诉；未填写则没有结论。

    Example:
        One complaint waiting for the platform: 1 open, blocked.

        一单投诉等待平台处理：1 单未清，不能关店。

    Why our number may differ:
        No export holds it; complaints made to authorities may reach you late.

        没有导出文件记录此项；向监管部门的投诉可能很晚才转到店铺。
    """
    given = terms.settings.closing.complaints_open
    if given is None:
        return unanswered(terms.settings.closing, "complaints_open")
    return answered("complaints_open", given)


@rule(
    "close-freight-service",
    family=FAMILY,
    title=Text(zh="退货补运费服务", en="Return-freight service"),
    fix=Text(
        zh="在后台关闭退货补运费服务，确认显示“已关闭”后把 freight_service_off 设为 true。",
        en=(
            "Switch the service off, wait until the back office says so, then set "
            "`freight_service_off` to true."
        ),
    ),
    unit=Text(zh="项服务未关闭", en="services still on"),
    gates_when=CLOSING,
)
def close_freight_service(facts: Facts, terms: Terms) -> Shape:
    """The return-freight service was switched off.

    退货补运费服务已成功关闭。

    Why it matters:
        The closing needs the service to be off for certain, not merely asked for (S0-12).

        关店要求该服务已成功关闭，只提交申请不算（S0-12）。

    How it is counted:
        `freight_service_off` in [closing] of shop.toml: true clears, false blocks.

        取 shop.toml [closing] 的 freight_service_off：true 通过，false 阻塞。

    Not counted:
        Shops that never had it answer true. Without an answer there is no verdict.

        从未开通的店铺填 true；未填写则没有结论。

    Example:
        Asked to switch off yesterday, still shown as on: 1 left, blocked.

        昨天申请关闭，后台仍显示开启：1 项未清，不能关店。

    Why our number may differ:
        No export holds it: the answer is yours, and switching off may take days.

        没有导出文件记录此项，以你填写的为准；关闭可能需要几天生效。
    """
    off = terms.settings.closing.freight_service_off
    if off is None:
        return unanswered(terms.settings.closing, "freight_service_off")
    return answered("freight_service_off", int(not off))

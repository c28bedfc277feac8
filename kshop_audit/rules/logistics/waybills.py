"""What follows a waybill: its pickup, and whether it is sound."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.orders import orders, span_of
from kshop_audit.facts.pickups import parcels
from kshop_audit.facts.shipments import imprecise_pickups, imprecise_shipments
from kshop_audit.facts.spans import TimeRange, span
from kshop_audit.facts.tables import Tables
from kshop_audit.facts.waiting import products_to_pick_up
from kshop_audit.facts.waybills import shipped_orders
from kshop_audit.model.knowledge import Why
from kshop_audit.model.metadata import Text
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit import absent, by_day
from kshop_audit.rules.kit.chances import (
    NEVER,
    Chances,
    because,
    in_time,
    inside,
    laid_out,
    maybe,
    not_yet,
)
from kshop_audit.rules.kit.due import Due
from kshop_audit.rules.kit.evidence import EvidenceColumns, Findings
from kshop_audit.rules.kit.rule import rule
from kshop_audit.rules.kit.shapes import Ratio, Shape
from kshop_audit.rules.kit.shipped import shipped_at
from kshop_audit.rules.kit.side_files import strangers
from kshop_audit.rules.kit.turning import by_carrier, picked_up

FAMILY = "logistics"

STATED = pl.col("pickup_known").fill_null(False)
"""Boolean: if the order had been picked up, the files would say so."""

PICKUP = "orders.picked_up_at|shipments.picked_up_at|shipments.node_at|shipments.signed_at"


@rule(
    "pickup-24h",
    family=FAMILY,
    title=Text(zh="24小时揽收率", en="24-hour pickup rate"),
    fix=Text(
        zh=(
            "先出库再上传单号，别提前打单；与快递约定每日揽收时段，24 "
            "小时无揽收记录的当天催办或换快递。"
        ),
        en=(
            "Upload the waybill when the parcel is ready, not before; fix daily pickup times "
            "with the courier, and chase or change it when no scan appears."
        ),
    ),
    unit=Text(zh="单在 24 小时内揽收", en="orders picked up within 24 hours"),
    needs=("orders.order_id", "orders.shipped_at|shipments.shipped_at", PICKUP),
    levers=("carrier",),
    absent={
        "tickets.applied_at": absent.NO_APPLICATIONS,
    },
    due={
        "pickup": Text(
            zh="催快递今天上门揽收，并确认揽收已扫描。",
            en="Have the courier pick the parcel up, and make sure that it was scanned.",
        )
    },
)
def pickup_24h(facts: Facts, terms: Terms) -> Shape:
    """Share of due shipped orders picked up within 24 hours of the waybill, last 30 days.

    近 30 天发货的订单中，上传单号后 24 小时内有揽收记录的比例。

    Why it matters:
        After the waybill is uploaded a pickup record must follow within 24 h (S3-04); otherwise
        the shipment may be taken for a sham.

        单号上传后 24 小时内要有揽收记录（S3-04），否则容易被看作虚假发货。

    How it is counted:
        Earliest pickup at most 24 h after the first waybill / orders due, presale included:
        picked up by as-of, or the 24 h ran out. Pickup before upload passes. Target 97 % is an
        ASSUMPTION.

        首次上传单号后 24 小时内（含）揽收 ÷ 已揽收或已满 24 小时的订单，含预售；先揽收后传单号
        算按时。97% 是假设。

    Not counted:
        Reported force majeure (S3-05), orders with a refund applied for before the pickup (or
        within the 24 h where none came), and parcels whose 24 h still run.

        已报备不可抗力（S3-05）、揽收前已申请退款的订单（未揽收的看 24 小时内是否申请），以及未
        满 24 小时的包裹。

    Example:
        Waybill 10:00:00, pickup next day 10:00:00: in time; 10:00:01: late. Refund applied for
        a minute before the pickup: left out.

        10:00:00 上传单号，次日 10:00:00 揽收：按时；10:00:01：超时。揽收前 1 分钟申请退款：剔
        除。

    Why our number may differ:
        Several waybills on one order are read as replacements (option `parcels`); the export's
        six-node column is no pickup time unless the row names its node; and couriers may scan
        late. Unknown here: orders in no shipments file (unless `[coverage.shipments]` says that it
        is complete), all of them where the pickup column is empty throughout, and whether orders
        count for which the days that the ticket file lacks may hold a refund.

        一单多个单号按换单处理（parcels 选项可改）；六节点物流时间列未注明节点时不当揽收时间；快
        递也可能补扫描。物流文件里没有的订单判不了（除非 [coverage.shipments] 写明文件完整）；揽收
        时间整列为空时全部判不了；售后文件缺的日子里可能有退款申请，牵涉的订单算不算也不知道。
    """
    hours = terms.number("pickup-24h", "hours")
    each = terms.option("pickup-24h", "parcels") == "parcels"
    tables = facts.tables
    uploaded = span_of(tables, "uploaded_at")
    limit = uploaded.plus(timedelta(hours=hours))
    chances = _of_parcels(tables) if each else _of_pickup(limit, tables, terms)
    sure, possible = _refunded(limit, tables, terms)
    window = inside(uploaded, "pickup-24h", terms)
    chances = Chances(chances.hit, chances.miss, chances.out | possible)
    if not uploaded.precise:
        chances = Chances(chances.hit, chances.miss, chances.out | window.out)
    unstated = uploaded.early.is_null()
    touched = unstated | pl.col("doubt").is_not_null() | pl.col("waybill_doubt").is_not_null()
    excluded = {"force_majeure": pl.col("exempted"), "refund_before_pickup": sure & ~touched}
    parcel = facts(parcels, hours if each else None)
    unit, chances = laid_out(parcel, chances.unless(touched))
    unsure = chances.unsure(~window.hit, *excluded.values())
    causes = _causes(tables, unstated)
    for why, cause in because(tables, {Kind.TICKETS: "ticket_doubt"}).items():
        causes[why] = causes.get(why, NEVER) | cause
    rough = imprecise_pickups(tables) or not uploaded.precise
    side = facts.tables.side_of_orders(Kind.SHIPMENTS)
    return Ratio(
        unit=unit,
        at="uploaded_at",
        hit=chances.outcome,
        grace=timedelta(hours=hours),
        keyless=(Kind.TICKETS,),
        side=side,
        unsettled=strangers(Kind.SHIPMENTS, Kind.ORDERS, *side) if side else None,
        excluded={**excluded, "pending": ~chances.counts},
        limit=timedelta(hours=hours),
        maybe=maybe(causes, unsure, Why.NOT_PRECISE if rough else Why.NOT_COVERED),
        unknown=causes,
        evidence=EvidenceColumns(
            ids=("order_id",), deadline=limit.early, actual=pl.col("picked_up_at")
        ),
        by={
            "carrier": pl.col("carrier"),
            "province": pl.col("province"),
            "product": pl.col("product_id"),
            "hour": pl.col(shipped_at(terms)).dt.hour(),
            "weekday": pl.col(shipped_at(terms)).dt.weekday(),
            "day": pl.col(shipped_at(terms)).dt.date(),
        },
        due={"pickup": _due(limit, facts, terms, each=each)},
        turn=None if each else picked_up(orders, limit.early),
        levers=by_carrier(pl.col("carrier")),
    )


def _due(limit: TimeRange, facts: Facts, terms: Terms, *, each: bool) -> Due:
    """Orders that were sent and not picked up by as-of, or may not have been."""
    tables = facts.tables
    touched = pl.col("doubt").is_not_null() | pl.col("waybill_doubt").is_not_null()
    gone = span_of(tables, "picked_up_at").early.is_not_null()
    deadline = limit.early
    if each:
        gone, deadline = pl.col("parcel_due_at").is_null(), pl.col("parcel_due_at")
    # A later node or the buyer says that it was picked up, whenever that was.
    signed = (pl.col("signed_at") <= terms.last).fill_null(False)
    gone = gone | pl.col("proven_by").is_not_null() | pl.col("later_node").fill_null(False) | signed
    return Due(
        deadline=deadline,
        exact=pl.lit(True) if limit.precise else limit.early == limit.late,
        waits=pl.when(~touched & (gone | STATED)).then(~gone),
        ids=("order_id", "tracking_no"),
        product="product_id",
        products=None if Kind.ORDERS in tables.single else facts(products_to_pick_up, False),
        province="province",
        carrier="carrier",
    )


def _of_pickup(limit: TimeRange, tables: Tables, terms: Terms) -> Chances:
    """An order whose first pickup must come by the limit."""
    picked, proven = span_of(tables, "picked_up_at"), span_of(tables, "proven_by")
    known = picked.early.is_not_null()
    # What no file tells of counts as unknown, also while its hours run.
    # A file that never names its nodes proves at most that a pickup was in time.
    proof = ~known & (proven.late <= limit.early).fill_null(False)
    none = ~known & ~proof & STATED & proven.early.is_null()
    unknown = ~known & ~proof & ~none
    return (
        in_time(picked, limit, terms).where(known)
        | Chances(proof | unknown, unknown, NEVER)
        | not_yet(limit, terms).where(none | unknown)
    )


def _of_parcels(tables: Tables) -> Chances:
    """An order of which every parcel must be picked up within the hours of its own shipment."""
    late, waits = (pl.col(n).fill_null(False) for n in ("parcel_late", "parcel_waiting"))
    open_ = ~STATED & (late | waits)
    if imprecise_pickups(tables) or imprecise_shipments(tables):
        open_ = pl.lit(True)
    return Chances(open_ | ~(late | waits), late | open_, ~late & waits)


def _refunded(limit: TimeRange, tables: Tables, terms: Terms) -> tuple[pl.Expr, pl.Expr]:
    """Booleans: a refund was applied for before the pickup, for sure; and perhaps."""
    applied = span("applied_at", precise=not tables.imprecise(Kind.TICKETS, "applied_at"))
    picked = span_of(tables, "picked_up_at")
    known, stated = picked.early.is_not_null(), STATED & pl.col("proven_by").is_null()
    before = (
        pl.when(known).then(applied.late < picked.early)
        .when(stated).then(applied.late <= limit.early)
        .otherwise(pl.lit(False))
    )  # fmt: skip
    perhaps = (
        pl.when(known).then(applied.early < picked.late)
        .when(stated).then(applied.early <= limit.late)
        .otherwise(pl.lit(True))
    )  # fmt: skip
    happened = (applied.early <= terms.last).fill_null(False)
    sure = (applied.late <= terms.last) & before
    if not picked.precise:
        sure = sure & ~(picked.late > terms.last).fill_null(False)
    possible = happened & perhaps.fill_null(False)
    return sure.fill_null(False), possible | pl.col("ticket_doubt").is_not_null()


def _causes(tables: Tables, unstated: pl.Expr) -> dict[Why, pl.Expr]:
    """Why a shipped order is not known; `unstated`: no shipping time is."""
    causes = because(tables, {Kind.ORDERS: "doubt", Kind.SHIPMENTS: "waybill_doubt"})
    unclear = unstated & pl.col("unclear").fill_null(False)
    old = unstated & pl.col("outdated").fill_null(False) & ~unclear
    left = unstated & pl.col("may_have_left").fill_null(False) & ~unclear & ~old
    causes[Why.NOT_UNDERSTOOD] = causes.get(Why.NOT_UNDERSTOOD, NEVER) | unclear
    causes[Why.NO_TIME] = causes.get(Why.NO_TIME, NEVER) | left
    causes[Why.NOT_COVERED] = causes.get(Why.NOT_COVERED, NEVER) | old
    if imprecise_pickups(tables) or imprecise_shipments(tables):
        known = pl.col("picked_up_at").is_not_null()
        causes[Why.NOT_PRECISE] = causes.get(Why.NOT_PRECISE, NEVER) | known
    return causes


@rule(
    "waybill-integrity",
    family=FAMILY,
    title=Text(zh="运单合规", en="Waybill integrity"),
    fix=Text(
        zh=(
            "核对发货单号与收货地址一一对应，不提前传单号、不复用单号、不买空单；"
            "命中的订单立即换成真实单号。"
        ),
        en=(
            "Match each waybill to one address, never upload early, reuse or buy numbers, and "
            "replace the reported ones by real waybills at once."
        ),
    ),
    no_days=by_day.OTHER_ROWS,
    unit=Text(zh="单运单异常", en="orders with a waybill problem"),
    needs=("orders.shipped_at",),
    absent={
        "orders.tracking_no|shipments.tracking_no": absent.NO_WAYBILL,
        "orders.address": absent.NO_ADDRESS,
        "orders.shop_id": absent.NO_SHOP,
        "orders.picked_up_at|shipments.picked_up_at|shipments.node_at": absent.NO_PICKUP_FOR_K3,
    },
)
def waybill_integrity(facts: Facts, terms: Terms) -> Shape:
    """Orders whose waybill the platform's shipping checks would stop, last 30 days.

    近 30 天发货的订单中，会被平台发货校验拦截或没有单号的单数。

    Why it matters:
        The platform stops such shipments (checks K1009 of 2024-08-27), and a merchant owes the
        buyer tracking (S1-02).

        平台发货接口会拦截这类单号（K1009 校验，2024-08-27）；商家也应提供物流跟踪（S1-02）。

    How it is counted:
        Shipped orders with a waybill that goes to several addresses (K2), was picked up before
        payment (K3), serves another shop (K4), or joins orders shipped over 30 days apart (K6),
        or without one.

        一个单号对应多个地址（K2）、揽收早于付款（K3）、被其他店铺使用（K4）、合单发货间隔
        超 30 天（K6），或没有单号的订单 ÷ 已发货订单。

    Not counted:
        Orders not shipped. The other order of a pair is looked for in all rows up to as-of,
        also outside the window.

        未发货订单。配对的另一单在截止时刻前的全部数据里查找，不限于 30 天窗口。

    Example:
        One waybill on two orders to one address: fine if shipped 30 days apart, both reported
        if 31 days. Pickup 09:00, payment 10:00: K3.

        同一单号发同一地址的两单：间隔 30 天正常，31 天两单都命中 K6。9:00 揽收、10:00 付款：
        K3。

    Why our number may differ:
        We see your files only: other merchants' use of a number, courier codes and label data
        are the platform's, and masked addresses may look alike. Unknown here: orders whose waybill
        or pickup only a shipments file tells, and that are not in it.

        我们只看得到你的文件：其他商家是否用过该单号、电子面单数据只有平台有；地址脱敏后也可能误
        判。单号或揽收时间只有物流文件才有、文件里又没有的订单判不了。
    """
    tables, flawed = facts.tables, pl.col("why").is_not_null()
    shipped = span("shipped_at", precise=not imprecise_shipments(tables))
    window = inside(shipped, "waybill-integrity", terms)
    unstated = shipped.early.is_null()
    touched = unstated | pl.col("doubt").is_not_null() | pl.col("waybill_doubt").is_not_null()
    known = Chances(flawed | pl.col("suspect"), ~flawed, NEVER if shipped.precise else window.out)
    shipments = facts(shipped_orders, terms.number("waybill-integrity", "combined_days"))
    unit, chances = laid_out(shipments, known.unless(touched))
    unsure = chances.unsure(~window.hit)
    causes = _causes(tables, unstated)
    unlisted = pl.col("unlisted") & ~touched
    causes[Why.NOT_COVERED] = causes.get(Why.NOT_COVERED, NEVER) | unlisted
    return Ratio(
        unit=unit,
        at="shipped_at",
        hit=chances.outcome,
        offence=True,
        maybe=maybe(causes, unsure, Why.NOT_PRECISE),
        unknown=causes,
        evidence=EvidenceColumns(
            ids=("order_id", "tracking_no"), actual=pl.col("shipped_at"), why=pl.col("why")
        ),
        findings=Findings(
            {
                "order_id": pl.col("order_id"),
                "tracking_no": pl.col("tracking_no"),
                "at": pl.col("shipped_at"),
                "why": pl.col("why"),
            },
            where=flawed,
            order=("at", "order_id"),
        ),
    )

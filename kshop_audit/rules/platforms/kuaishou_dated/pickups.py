"""The composite pickup rate of Kuaishou's shop score from 2023."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.orders import span_of
from kshop_audit.facts.pickups import promised_pickups
from kshop_audit.model.frozen import frozen
from kshop_audit.model.knowledge import Why, together
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Finding, Status
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit import by_day
from kshop_audit.rules.kit.chances import because, maybe
from kshop_audit.rules.kit.evidence import EvidenceColumns, Findings
from kshop_audit.rules.kit.rule import Conclusion, Measured, rule
from kshop_audit.rules.kit.shapes import Ratio, Shape
from kshop_audit.rules.kit.shipped import shipped_at

ID = "pickup-composite"
MODES = ("spot", "presale")


def _share(name: str, terms: Terms) -> Fraction:
    return Fraction(str(terms.option(ID, name)))


@frozen
class _Orders:
    """The orders of one mode: paid (they give it its share), due, their credit, and those of which
    not all is known.
    """

    paid: int
    due: int
    credit: Fraction
    open: int = 0


Mean = tuple[tuple[int, Fraction], ...]
"""Shares and rates, rates already weighted."""


def composite(
    spot: tuple[int, int, int], presale: tuple[int, int], shares: tuple[int, int], terms: Terms
) -> Fraction | None:
    """The composite pickup rate; None without an order that is due.

    `spot`: due, in 48 h, in 48 to 72 h; `presale`: due, in time; `shares`: paid orders of each.
    A kind without a due order has no rate, and the other one stands for both.
    """
    credit = spot[1] + _share("late_credit", terms) * spot[2]
    return _value(
        (
            _Orders(shares[0], spot[0], credit),
            _Orders(shares[1], presale[0], Fraction(presale[1])),
        ),
        terms,
    )


def _value(parts: tuple[_Orders, _Orders], terms: Terms) -> Fraction | None:
    weights = (Fraction(1), _share("presale_weight", terms))
    return _mean(
        tuple(
            (part.paid, weight * part.credit / part.due)
            for part, weight in zip(parts, weights, strict=True)
            if part.due
        )
    )


def _mean(rates: Mean) -> Fraction | None:
    paid = sum(share for share, _ in rates)
    return sum((share * rate for share, rate in rates), Fraction(0)) / paid if paid else None


def _parts(findings: tuple[Finding, ...], terms: Terms) -> tuple[_Orders, _Orders]:
    by = {str(found["mode"]): found for found in findings}
    credit = _share("late_credit", terms)

    def part(mode: str) -> _Orders:
        found = {
            name: int(count or 0) for name, count in by.get(mode, {}).items() if name != "mode"
        }
        own = found.get("in_time", 0) + credit * found.get("partial", 0)
        return _Orders(found.get("paid", 0), found.get("due", 0), own, found.get("open", 0))

    return part("spot"), part("presale")


def _ends(
    parts: tuple[_Orders, _Orders], anywhere: int, turned: int, terms: Terms
) -> tuple[Fraction, Fraction]:
    """Between what the composite lies, whatever became of the orders that are not wholly known.

    `anywhere`: of them those of either mode; `turned`: known orders that may be other ones. Rates
    and shares are taken at their ends independently of each other: the mean lies at a corner.
    """
    weights = (Fraction(1), _share("presale_weight", terms))
    corners: list[list[tuple[int, Fraction]]] = []
    for part, weight in zip(parts, weights, strict=True):
        more = part.open + anywhere
        most = part.due + more
        if not most:
            corners.append([(0, Fraction(0))])
            continue
        low = max(part.credit - turned, Fraction(0)) / most
        high = min((part.credit + more + turned) / most, Fraction(1))
        least = max(part.paid - turned, 0) if part.due > turned else 0
        corners.append([(s, weight * r) for s in (least, part.paid + more) for r in (low, high)])
    means = [mean for corner in product(*corners) if (mean := _mean(corner)) is not None]
    return min(means), max(means)


def _composite(measured: Measured, terms: Terms) -> Conclusion:
    value = _value(_parts(measured.findings, terms), terms)
    return Conclusion() if value is None else Conclusion(status=Status.INFO, value=value)


def _with_bounds(measured: Measurement, terms: Terms) -> Measurement:
    """Bounds of the composite itself: those of the orders in time are another figure."""
    parts, doubts = _parts(measured.findings, terms), together(measured.doubts)
    if not doubts.units:
        exact = measured.value
        return measured if exact is None else replace(measured, bounds=(exact, exact))
    turned = doubts.turned + doubts.dropped
    anywhere = max(doubts.units - turned - sum(part.open for part in parts), 0)
    # Of a mode of which nothing is known to be due no finding says how many orders wait.
    waiting = measured.excluded.get("pending", 0)
    spot, ahead = (part if part.due else replace(part, paid=waiting) for part in parts)
    # A row that does not say what it belongs to may be another order as well.
    bounds = _ends((spot, ahead), anywhere + doubts.turned, turned, terms)
    reason = Text(
        zh=f"{doubts.units} 单看不出是否按时揽收，综合揽收及时率只知道上下限。",
        en=f"{doubts.units} orders do not show whether they were picked up in time: of the "
        "composite only the bounds are known.",
    )
    reason = measured.reason or reason
    return replace(measured, bounds=bounds, status=Status.NO_VERDICT, reason=reason)


@rule(
    "pickup-composite",
    family="logistics",
    title=Text(zh="综合揽收及时率", en="Composite pickup rate"),
    fix=Text(
        zh="现货付款后 48 小时内完成揽收；预售按承诺时间前发货并在 24 小时内揽收。",
        en="Have spot orders picked up within 48 h of payment; ship presale orders before the "
        "promise and have them picked up within 24 h.",
    ),
    no_days=by_day.SEVERAL_RATES,
    unit=Text(zh="单按时揽收", en="orders picked up in time"),
    needs=(
        "orders.paid_at",
        "orders.shipped_at|shipments.shipped_at",
        "orders.picked_up_at|shipments.picked_up_at|shipments.node_at",
    ),
    conclude=_composite,
    complete=_with_bounds,
)
def pickup_composite(facts: Facts, terms: Terms) -> Shape:
    """Spot and presale orders picked up in time, by their share, last 90 days.

    近 90 天现货与预售订单的揽收及时率，按占比合成。

    Why it matters:
        It was the main figure of the logistics dimension of the shop score from 2023
        (hn-besturn.com/dianshangbaike/967.html, undated).

        2023 年起店铺体验分物流维度的主要指标（hn-besturn，日期不详）。

    How it is counted:
        Spot share × (in 48 h + 0.2 × in 48 to 72 h) + 0.8 × presale share × (shipped by the promise
        and picked up within 24 h). Hours run from payment (ASSUMPTION), shares are of the paid
        orders that are not left out, waiting ones included; a kind of which nothing is due has no
        rate, and the other stands for both.

        现货占比 ×（48 小时内 + 0.2 × 48–72 小时）+ 0.8 × 预售占比 ×（承诺前发货且 24 小时内揽收）。
        从付款起算（假设），占比按未剔除的已付款订单（含时限未到的）；某一类没有到期订单时只看另一类。

    Not counted:
        Unpaid, cancelled, reported force majeure, a refund applied for before the pickup, and
        orders whose time still runs. Orders of which no file tells the pickup, or of which a state,
        a time or a row is not understood, are unknown: only the bounds of the composite hold them.

        未付款、已取消、已报备不可抗力、揽收前申请退款，以及时限未到的订单。没有文件记录揽收的订单，或
        状态、时间、整行看不懂的订单判不了，只计入上下限。

    Example:
        100 spot orders, 90 in 48 h and 5 in 72 h, and 100 presale orders, 80 in time: 0.5 × 0.91 +
        0.8 × 0.5 × 0.80 = 0.775. A shop of presale only cannot pass 0.8.

        现货 100 单：90 单 48 小时内、5 单 72 小时内；预售 100 单，80 单及时：0.5×0.91 +
        0.8×0.5×0.80 = 0.775。全预售店铺最高 0.8。

    Why our number may differ:
        The text does not say from when the 48 h run, nor whether spot is known by the promise or by
        the presale flag; we use payment and the flag.

        原文未说明 48 小时从何时起算，也未说明现货按承诺还是按预售标记区分；这里用付款时间和预售
        标记。
    """
    tables = facts.tables
    doubts = {Kind.ORDERS: "doubt", Kind.SHIPMENTS: "waybill_doubt", Kind.TICKETS: "ticket_doubt"}
    causes = because(tables, doubts)
    times = ("paid_at", "picked_up_at", "promised_at", shipped_at(terms))
    rough = not all(span_of(tables, name).precise for name in times)
    rough |= tables.imprecise(Kind.TICKETS, "applied_at")
    rest = Why.NOT_PRECISE if rough else Why.NOT_COVERED
    return Ratio(
        unit=facts(promised_pickups, ID, shipped_at(terms)),
        at="paid_at",
        hit=pl.col("in_time"),
        excluded_column="excluded",
        maybe=maybe(causes, pl.col("unsure"), rest),
        unknown={**causes, Why.NOT_PRECISE: pl.col("picked_up_at").is_not_null()}
        if rough
        else causes,
        keyless=(Kind.TICKETS,),
        evidence=EvidenceColumns(
            ids=("order_id",), deadline=pl.col("due_at"), actual=pl.col("picked_up_at")
        ),
        findings=Findings(
            {
                "mode": pl.col("mode"),
                "paid": pl.col("paid"),
                "due": pl.col("due"),
                "in_time": pl.col("good"),
                "partial": pl.col("partial"),
                "open": pl.col("open"),
            },
            where=pl.col("speaks"),
            order=("mode",),
        ),
    )

"""Violations: the no-source ladder, appeal deadlines, points."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.violations import appeals, no_source_tickets, violation_tickets
from kshop_audit.model.knowledge import Why
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Finding, Status
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit import absent, by_day
from kshop_audit.rules.kit.compensation import compensation, grade, yuan
from kshop_audit.rules.kit.countdown import hours_left
from kshop_audit.rules.kit.due import Due
from kshop_audit.rules.kit.evidence import EvidenceColumns, Findings
from kshop_audit.rules.kit.rule import Conclusion, Measured, rule
from kshop_audit.rules.kit.shapes import Ratio, Shape, Tally

FAMILY = "violations"

BRACKETS = ("minor", "serious", "very_serious", "extreme")


def bracket(orders: int, triggered: bool, terms: Terms) -> Finding:
    """Where the ladder of S2-05 to S2-10 puts a shop: bracket, penalty, distance to the next."""
    steps = {name: terms.number("no-source", name) for name in BRACKETS}
    reached = [name for name in BRACKETS if orders >= steps[name]]
    now = "extreme" if triggered else (reached[-1] if reached else "none")
    above = BRACKETS[BRACKETS.index(now) + 1 :] if now != "none" else BRACKETS
    fined, costly = now == "minor", now in BRACKETS[1:]
    return {
        "bracket": now,
        "orders": orders,
        "fine_yuan": terms.number("no-source", "minor_fine_yuan") if fined else None,
        "points_taken": terms.number("no-source", f"{now}_points") if costly else None,
        "next_bracket": above[0] if above else None,
        "next_at": steps[above[0]] if above else None,
    }


def _doubts() -> dict[Why, pl.Expr]:
    """Reason → Boolean, why it is not known whether a violation counts."""
    reasons = (Why.NOT_UNDERSTOOD, Why.NOT_READABLE, Why.NO_KEY)
    return {why: (pl.col("doubt") == why.value).fill_null(False) for why in reasons}


def _partial(terms: Terms, since: date | None) -> Text | None:
    """Why a clean file proves nothing, if `[coverage.violations]` says that it leaves out days
    between `since` and as-of; None if it does not, or if nothing is said of it.

    A file of violations has no pace, so that nothing else tells how far it reaches.
    """
    said = terms.settings.coverage.get(Kind.VIOLATIONS)
    last = (terms.end - timedelta(days=1)).date()
    if said is None or (said[1] >= last and (since is None or said[0] <= since)):
        return None
    asked = "" if since is None else f"{since} "
    return Text(
        zh=f"[coverage.violations] 写明违规文件只有 {said[0]} 至 {said[1]}，其余日子看不到："
        f"请导出 {asked}至 {last} 的全部违规单。",
        en=f"[coverage.violations] says that the violations are those of {said[0]} to {said[1]}, "
        f"and nothing tells of other days: export all of {asked}to {last}.",
    )


def _unless_partial(concluded: Conclusion, terms: Terms, since: date | None) -> Conclusion:
    """What is there already fails; what is not there passes only if the file would hold it."""
    reason = _partial(terms, since)
    if reason is None or concluded.status is not Status.PASS:
        return concluded
    return replace(concluded, status=Status.NO_VERDICT, reason=reason)


def _opened(terms: Terms) -> date | None:
    opened = terms.settings.opened_at
    return None if opened is None else opened.date()


def _ladder(measured: Measured, terms: Terms) -> Conclusion:
    triggered = any(row["media"] or row["repeated"] for row in measured.findings)
    placed = bracket(measured.numerator or 0, triggered, terms)
    status = Status.PASS if placed["bracket"] == "none" else Status.FAIL
    found = Conclusion(status=status, findings=(placed, *measured.findings), count=True)
    return _unless_partial(found, terms, _opened(terms))


@rule(
    "no-source",
    family=FAMILY,
    title=Text(zh="无货源店铺", en="No-source shop"),
    fix=Text(
        zh="停售没有现货或授权的商品，备齐进货发票、授权书和发货底单；收到违约单后 7 日内申诉。",
        en=(
            "Stop selling goods without stock or authorisation, collect invoices, authorisations "
            "and shipping receipts, and appeal within 7 days of the ticket."
        ),
    ),
    no_days=by_day.LADDER,
    unit=Text(zh="单被判无货源", en="orders flagged as no-source"),
    needs=("violations.kind",),
    conclude=_ladder,
)
def no_source(facts: Facts, terms: Terms) -> Shape:
    """Orders flagged as sold without stock or authority, and the penalty step they reach.

    被判定为无货源的订单数，以及对应的处罚档位。

    Why it matters:
        Selling other shops' listings without authority (S2-04) costs from 500 yuan up to 100
        points, and goods may be delisted for good (S2-05, S2-15).

        未获授权搬运他店商品（S2-04），轻则每次 500 元违约金，重则扣 100 分，商品可能永久下架
        （S2-05、S2-15）。

    How it is counted:
        Flagged orders: 5 minor, 500 yuan; 20 serious, 6 points; 50 very serious, 20; 100
        extreme, 100 (S2-06 to S2-09). Media cases or repeats are extreme at any number (S2-10).

        涉事订单满 5 单轻微（500 元）、20 单严重（6 分）、50 单特别严重（20 分）、100 单极其严重
        （100 分）（S2-06 至 S2-09）；舆情或屡犯不看单数（S2-10）。

    Not counted:
        Violations of other kinds. Fewer than 5 orders reach no step unless a media or repeat flag
        is set. Tickets appealed with success do not count. No verdict while tickets with an unknown
        state or in unreadable rows could reach a step.

        其他类型的违规。少于 5 单且无舆情、屡犯标记的，不到任何档位。
        申诉成功的单不算。判不了：状态看不懂或读不出来的单可能达到档位时。

    Example:
        19 orders: minor, one more is serious. 50 orders: very serious. 3 orders with a media
        flag: extreme.

        19 单：轻微，再多 1 单即严重。50 单：特别严重。3 单但有舆情标记：极其严重。

    Why our number may differ:
        The numbers are lower bounds and examples (S2-11): the highest step reached is an
        ASSUMPTION, and the platform also weighs complaints. Take ours as a projection.

        单数只是下限和举例（S2-11），取达到的最高档是假设；平台还看投诉量，本结果仅为预估。
    """
    sure = pl.col("doubt").is_null()
    return Tally(
        unit=facts(no_source_tickets),
        amount=pl.when(sure).then("flagged"),
        weight=pl.lit(1),
        unknown=_doubts(),
        least=pl.when(sure).then("flagged").otherwise(0),
        most=pl.col("flagged"),
        unmapped=("status",),
        findings=Findings(
            {
                "violation_id": pl.col("violation_id"),
                "order_id": pl.col("order_id"),
                "quantity": pl.col("quantity"),
                "media": pl.col("media").fill_null(False) & sure,
                "repeated": pl.col("repeated").fill_null(False) & sure,
            },
            order=("violation_id",),
            limit=None,
        ),
    )


def _none_waits(measured: Measured, terms: Terms) -> Conclusion:
    """Without one in the file none waits, if the file holds the days that can still be appealed."""
    days = terms.number("appeal-window", "days")
    reason = _partial(terms, (terms.as_of - timedelta(days=days)).date())
    if reason is None or measured.numerator or measured.unknown:
        return Conclusion()
    return Conclusion(status=Status.NO_VERDICT, reason=reason)


def _evidence_ok() -> pl.Expr:
    """Boolean: null without evidence, and where a part of it could not be compared."""
    lacking, open_question = pl.col("flaws").is_not_null(), pl.col("unchecked").is_not_null()
    return pl.when(pl.col("filed").fill_null(False) & (lacking | ~open_question)).then(~lacking)


@rule(
    "appeal-window",
    family=FAMILY,
    title=Text(zh="违约单申诉时限", en="Time left to appeal"),
    fix=Text(
        zh="按剩余小时从少到多处理：发票、货品、进货时间、物流底单核对齐再提交，别等最后一天。",
        en=(
            "Work by hours left: check invoice, goods, dates and courier receipt, then submit, "
            "not on the last day."
        ),
    ),
    no_days=by_day.PRESENT_STATE,
    unit=Text(zh="张违约单待处理", en="open violation tickets"),
    needs=("violations.violation_id", "violations.notified_at"),
    conclude=_none_waits,
    absent={
        "violations.status": absent.NO_VIOLATION_STATUS,
    },
    due={
        "appeal": Text(
            zh="核对凭证，在截止前提交申诉。",
            en="Check the evidence and submit the appeal before the deadline.",
        )
    },
)
def appeal_window(facts: Facts, terms: Terms) -> Shape:
    """Open violation tickets with the hours left until their appeal deadline.

    未处理的违约单，以及距申诉截止的剩余小时。

    Why it matters:
        An appeal must come within 7 days of the ticket; the penalty runs meanwhile (S2-12), and
        a missed deadline ends the right to appeal.

        收到违约单后 7 日内可申诉，期间处罚照常执行（S2-12）；逾期就没有机会了。

    How it is counted:
        Deadline = the file's own, else notice + 7 × 24 h (ASSUMPTION, the cautious reading).
        Evidence: invoice in the shop's name, same goods, bought on a day before the sale (S2-13),
        courier receipt (S2-14); without the shop's name or the listing there is no answer, never a
        yes. A ticket for fraudulent shipment shows what the buyer is owed: 30 % of the payment, 5
        to 200 yuan.

        截止 = 文件里的申诉截止时间，没有则通知时间 + 7×24 小时（从严，假设）。
        凭证核对：发票名称与店铺一致、商品对应、进货早于售卖当天（S2-13）、有物流底单（S2-14）；没填店铺名或没有商品表就不下结论。欺诈发货的违
        约单另列应赔金额：实付的 30%，5 至 200 元。

    Not counted:
        Tickets that are closed, and notices after as-of. A ticket past its deadline is listed as
        expired. A ticket whose state is not understood may be open: the number has bounds then.

        已关闭的违约单和截止时刻之后的通知；已过申诉期的单标为逾期。
        状态看不懂的单可能还没处理，此时单数只有上下限。

    Example:
        Notice 1 March 15:00: deadline 8 March 15:00; at as-of 7 March 15:00, 24 h are left.
        Goods bought on the day of sale: evidence rejected.

        3 月 1 日 15:00 通知：8 日 15:00 截止；截至 7 日 15:00 还剩 24 小时。进货日与售卖日同一
        天：凭证不合格。

    Why our number may differ:
        The platform may count natural days, and it accepts proof that invoice and shop belong
        together, which only a person can judge.

        平台可能按自然日计算；发票与店铺名称不一致时可补关联证明，需人工判断。
    """
    published = pl.col("notified_at") + timedelta(days=terms.number("appeal-window", "days"))
    deadline = pl.coalesce("deadline_at", published)
    cost = pl.when("fraud").then(compensation("appeal-window", "fraud", terms))
    tickets = facts(appeals).with_columns(deadline=deadline)
    wanting = pl.concat_str(["flaws", "unchecked"], separator=" ", ignore_nulls=True)
    return Ratio(
        unit=tickets,
        at=None,
        hit=pl.col("deadline") >= terms.as_of,
        offence=True,
        maybe=_doubts(),
        excluded={"after_as_of": pl.col("notified_at") > terms.last},
        evidence=EvidenceColumns(
            ids=("violation_id", "order_id"), deadline=pl.col("deadline"), cost_fen=cost
        ),
        findings=Findings(
            {
                "violation_id": pl.col("violation_id"),
                "order_id": pl.col("order_id"),
                "deadline": pl.col("deadline"),
                "hours_left": hours_left(pl.col("deadline"), terms),
                "cost": yuan(cost),
                "evidence_ok": _evidence_ok(),
                "why": pl.when(wanting != "").then(wanting),
            },
            order=("deadline", "violation_id"),
        ),
        unmapped=("status",),
        due={
            "appeal": Due(
                deadline=pl.col("deadline"),
                waits=pl.when(pl.col("doubt").is_null()).then(pl.lit(True)),
                member=pl.lit(True),
                counts=False,
                ids=("violation_id", "order_id"),
                product="order_product",
                cost_fen=cost,
                cost_grade=grade("appeal-window", "fraud", terms),
            )
        },
    )


def net_points(accrued: int, study: int, largest: int, terms: Terms) -> int:
    """Points after study points; one violation worth a removal voids them (V3)."""
    if largest >= terms.number("violation-points", "removal"):
        study = 0
    return max(0, accrued - study)


def _net(measured: Measured, terms: Terms) -> Conclusion:
    rows = measured.findings
    accrued = sum(int(row["points"] or 0) for row in rows)
    study = sum(int(row["study_points"] or 0) for row in rows)
    largest = max((int(row["points"] or 0) for row in rows), default=0)
    net = net_points(accrued, study, largest, terms)
    removal = terms.number("violation-points", "removal")
    summary: Finding = {"accrued": accrued, "study": study, "net": net, "removal_at": removal}
    status = Status.PASS if net < removal else Status.FAIL
    found = Conclusion(status=status, findings=(summary,), count=True, numerator=net)
    return _unless_partial(found, terms, _opened(terms))


@rule(
    "violation-points",
    family=FAMILY,
    title=Text(zh="违规扣分", en="Violation points"),
    fix=Text(
        zh="完成平台学规减分任务；按类型复盘扣分最多的违规；单次满 100 分前务必先申诉。",
        en=(
            "Take the platform's study tasks, review the kinds that cost most points, and appeal "
            "anything near 100 points first."
        ),
    ),
    no_days=by_day.LADDER,
    unit=Text(zh="分（净扣分）", en="net points"),
    needs=("violations.points",),
    conclude=_net,
    absent={
        "violations.study_points": absent.NO_STUDY_POINTS,
    },
)
def violation_points(facts: Facts, terms: Terms) -> Shape:
    """Net violation points: points accrued less points earned by study, never below zero.

    净扣分 = 累计扣分 − 学规减分，最低为 0。

    Why it matters:
        Violations cost credit points (S1-01); at 100 net points the shop is removed (platform
        rule of 2022-08-01).

        违规会被扣分（S1-01）；净扣分达到 100 分店铺将被清退（2022-08-01 规则）。

    How it is counted:
        Sum of points − sum of study points over all violations by as-of, at least 0. One
        violation of 100 points or more voids all study points.

        截止时刻前全部违规的扣分之和 − 学规减分之和，不低于 0；单次扣满 100 分，学规减分全部作
        废。

    Not counted:
        Violations notified after as-of; fines and limits without points. Tickets appealed with
        success do not count; several rows of one ticket are one. No verdict while a state that is
        not understood, or an unreadable row, could change the sum.

        截止时刻之后通知的违规；只罚款或限权、不扣分的处罚。
        申诉成功的单不算，同一张单的多行只算一次。判不了：状态看不懂或行读不出来、可能改变合计时。

    Example:
        20 accrued, 30 by study: 0. 120 accrued, 15 by study: 105, removal. One violation of
        100, 10 by study: 100, removal.

        扣 20 分、学规减 30 分：0 分。扣 120、减 15：105 分，清退。单次扣 100 分，另减 10 分：仍
        为 100 分，清退。

    Why our number may differ:
        Points may lapse or be returned after an appeal, steps below 100 are not published, and
        the file holds only what you recorded.

        扣分可能到期清零或申诉返还，100 分以下的节点未公布；文件里只有你登记的记录。
    """
    return Tally(
        unit=facts(violation_tickets),
        amount=pl.col("points").fill_null(0),
        weight=pl.lit(1),
        maybe=_doubts(),
        unmapped=("status",),
        excluded={"after_as_of": pl.col("notified_at") > terms.last},
        findings=Findings(
            {
                "violation_id": pl.col("violation_id"),
                "points": pl.col("points"),
                "study_points": pl.col("study_points"),
            },
            order=("violation_id",),
            limit=None,
        ),
    )

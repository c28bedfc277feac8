"""Reports made by hand for all that shows one: failing, passing, incomplete, hostile."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from kshop_audit.model.due import DueIds, DueItem, Effect, counts_of
from kshop_audit.model.evidence import Evidence
from kshop_audit.model.limits import Bounds, TargetRef
from kshop_audit.model.metadata import Level, Text, ValueUnit
from kshop_audit.model.report import (
    SCHEMA,
    Action,
    AppliedCap,
    ConfigRef,
    Dimension,
    Input,
    NextGrade,
    PackRef,
    Report,
    RuleResult,
    Score,
    Slice,
    Status,
    Tool,
    Verdict,
    Window,
)

MONTH = Window("2026-10-02T00:00:00", "2026-11-01T00:00:00", 30)
TWO_MONTHS = Window("2026-09-02T00:00:00", "2026-11-01T00:00:00", 60)
ERROR, WARN, INFO = Level.ERROR, Level.WARN, Level.INFO


def target(operator: str, value: str | None, assumption: bool = False, **more: Any) -> TargetRef:
    """A target; `more` may give `count_below`."""
    number = None if value is None else Decimal(value)
    return TargetRef(operator, number, more.get("count_below"), "S2-16", assumption)


def rule(name: str, level: Level, zh: str, en: str, status: str, **more: Any) -> RuleResult:
    """A result with nothing but what is given; the value follows from the integers."""
    numerator, denominator = more.get("numerator"), more.get("denominator")
    if "value" not in more and numerator is not None and denominator:
        more["value"] = numerator / denominator / (3600 if name.endswith("-hours") else 1)
    given: dict[str, Any] = {
        "value": None,
        "value_unit": ValueUnit.HOURS if name.endswith("-hours") else ValueUnit.RATIO,
        "numerator": None,
        "denominator": None,
        "target": None,
        "window": MONTH if level is not INFO else None,
        "excluded": {},
        "unmapped": {},
        "points": None,
        "points_capped": None,
        "needed": None,
        "headroom": None,
        "bounds": None,
        "forecast": None,
        "breakdown": {},
        "evidence": None,
        "findings": (),
        "reason": None,
        "declared": False,
        "mute": None,
        "notes": (),
        "sources": (),
    }
    given.update(more)
    return RuleResult(
        id=name,
        pack="kuaishou",
        family="service",
        level=level,
        title=Text(zh, en),
        status=Status(status),
        **given,
    )


def file(path: str, kind: str, rows: int, **more: Any) -> Input:
    """An input whose records add up."""
    rejected, skipped, duplicates = (more.get(k, 0) for k in ("rejected", "skipped", "duplicates"))
    return Input(
        path=path,
        kind=kind,
        platform=more.get("platform", "kuaishou"),
        encoding=more.get("encoding", "gb18030"),
        digest="blake3:" + "0" * 64,
        records=rows + rejected + skipped + duplicates,
        rows=rows,
        rejected=rejected,
        skipped=skipped,
        duplicates=duplicates,
        first_at=more.get("first_at", "2026-09-01T00:12:05"),
        last_at=more.get("last_at", "2026-10-31T23:58:41"),
    )


REPLY = rule(
    "reply-rate",
    ERROR,
    "5 分钟回复率",
    "5-minute reply rate",
    "fail",
    numerator=6359,
    denominator=8206,
    target=target(">=", "0.80"),
    needed=1029,
    headroom=0,
    points=Decimal("4.8328"),
    points_capped=Decimal("4.8328"),
    excluded={"outside_hours": 812, "not_consultation": 1430, "pending": 2},
    unmapped={"机器客服": 31, "未知角色": 4},
    breakdown={
        "hour": (
            Slice("22-24", 402, 1180, 402 / 1180, 0.0674),
            Slice("08-22", 5957, 7026, 5957 / 7026, None),
        )
    },
    evidence=Evidence(1847, "evidence/reply-rate.csv", truncated=False),
    sources=("S2-16", "S2-17"),
)

AGENTS = rule(
    "reply-rate-agent",
    WARN,
    "客服个人回复率",
    "Reply rate of each agent",
    "fail",
    numerator=3,
    denominator=10,
    target=target("all", None),
    findings=tuple(
        {"agent": name, "numerator": n, "denominator": d, "status": "pass" if ok else "fail"}
        for name, n, d, ok in (
            ("小李", 412, 980, False),
            ("小赵", 871, 950, True),
            ("小王", 655, 901, False),
            ("小陈", 590, 760, False),
            ("kf_07", 511, 702, False),
            ("kf_08", 402, 540, False),
            ("小孙", 799, 1000, False),
            ("小周", 300, 377, False),
            ("小吴", 910, 996, True),
            ("小郑", 909, 1000, True),
        )
    ),
)

SHIP = rule(
    "ship-48h",
    ERROR,
    "48 小时发货率",
    "Orders shipped within 48 h",
    "pass",
    numerator=5912,
    denominator=6007,
    target=target(">=", "0.97", assumption=True),
    needed=0,
    headroom=87,
    points=Decimal("4.2"),
    points_capped=Decimal("4.2"),
    excluded={"presale": 120, "cancelled": 33},
)

BANNED = rule(
    "banned-words",
    ERROR,
    "违禁词",
    "Banned words",
    "fail",
    numerator=2,
    denominator=9120,
    target=target("none", None),
    findings=(
        {
            "clause": "S2-43",
            "word": "高 仿",
            "normalised": "高仿",
            "message_id": "884210093",
            "consequence": "警告，再犯限制店铺 7 天",
            "review": False,
        },
        {
            "clause": "S2-43",
            "word": "精.仿",
            "normalised": "精仿",
            "message_id": "884210771",
            "consequence": "警告，再犯限制店铺 7 天",
            "review": False,
        },
        {
            "clause": "S2-43",
            "word": "高仿",
            "normalised": "高仿",
            "message_id": "884219003",
            "consequence": None,
            "review": True,
        },
    ),
)

DISPUTE = rule(
    "dispute-fault-rate",
    ERROR,
    "商责纠纷率",
    "Disputes judged merchant fault",
    "pass",
    denominator=431,
    target=target("<=", "0.0035", count_below=4),
    headroom=1,
    bounds=Bounds(0.0, 2 / 431),
)

FAULTS = replace(
    DISPUTE,
    status=Status.FAIL,
    numerator=4,
    value=4 / 431,
    needed=712,
    headroom=0,
    bounds=None,
    notes=(
        Text(
            "正好 4 单：原文“商责纠纷单4”前的符号缺失，这里按“少于 4 单”算",
            "exactly 4: the sign before the 4 is lost in the source, taken as fewer than 4",
        ),
    ),
)

HOURS = rule(
    "refund-only-hours",
    WARN,
    "仅退款处理时长",
    "Refund-only handling time",
    "pass",
    numerator=312 * 3600 * 18 + 1234,
    denominator=312,
    target=target("<=", "24", assumption=True),
    points=Decimal("4.1"),
    points_capped=Decimal(4),
)

RISK = rule(
    "dispute-risk",
    WARN,
    "纠纷风险",
    "Tickets at risk of a dispute",
    "fail",
    numerator=7,
    denominator=52,
    target=target("none", None),
    findings=tuple(
        {
            "ticket_id": f"2631100{n}",
            "pattern": "A",
            "deadline": f"2026-11-0{n}T18:30:00",
            "why": "拒绝理由与买家申请不符",
        }
        for n in range(1, 8)
    ),
)

RATINGS = rule(
    "cs-satisfaction",
    WARN,
    "客服好评率",
    "Satisfaction with customer service",
    "no_verdict",
    target=target(">=", "0.94"),
    reason=Text(
        "缺少客服评价文件（会话、评价、评价时间）；在 客服数据 → 满意度 里导出",
        "no file of service ratings (session, rating, time); export it under "
        "Customer service data, Satisfaction",
    ),
)

PICKUP = rule(
    "pickup-24h",
    ERROR,
    "24 小时揽收率",
    "Parcels picked up within 24 h",
    "no_verdict",
    target=target(">=", "0.97", assumption=True),
    reason=Text(
        "缺少揽收时间；请导出物流明细，或在订单里带上揽收时间列",
        "no pickup times; export the logistics details, or orders with a pickup column",
    ),
)

WORDS_REVIEW = rule(
    "third-party-info",
    WARN,
    "引导第三方",
    "Third-party contacts",
    "warn",
    numerator=0,
    denominator=9120,
    target=target("none", None),
    findings=(
        {
            "clause": "S2-44",
            "word": "退货地址",
            "normalised": "退货地址",
            "message_id": "884230112",
            "consequence": None,
            "review": True,
        },
    ),
)

QUIET = (
    rule(
        "product-rating",
        INFO,
        "商品评分",
        "Product rating",
        "info",
        numerator=5797,
        denominator=1203,
        value_unit=ValueUnit.RATING,
        window=TWO_MONTHS,
    ),
    rule(
        "service-fee",
        INFO,
        "技术服务费",
        "Service fee",
        "info",
        value=10384.5,
        value_unit=ValueUnit.MONEY,
    ),
    rule(
        "close-orders",
        INFO,
        "关店：订单完结",
        "Closing: orders done",
        "fail",
        numerator=3,
        denominator=6007,
        target=target("none", None),
        findings=(
            {"order_id": "2630000000012345", "clears_on": "2026-11-09", "why": "待收货"},
            {"order_id": "2630000000012399", "clears_on": None, "why": "售后中"},
        ),
    ),
    rule(
        "close-notice",
        INFO,
        "关店：公示 30 天",
        "Closing: notice of 30 days",
        "no_verdict",
        reason=Text("shop.toml 的 [closing] 没有填", "[closing] of shop.toml is not answered"),
    ),
    rule(
        "no-source",
        WARN,
        "无货源",
        "Goods without source",
        "not_applicable",
        reason=Text("没有违规文件", "no violations file"),
    ),
)

ASSUMPTIONS = (
    Text("维度权重 40/30/30 只有一处转载", "the weights 40/30/30 stand in one reprint only"),
    Text("回复率 3 分对应 50%", "3 points at a reply rate of 50%"),
    Text("48 小时发货率 3 分对应 90%", "3 points at 90% shipped within 48 h"),
    Text("仅退款时长 3 分对应 48 小时", "3 points at 48 h of refund handling"),
)

SCORE = Score(
    official=False,
    total=Decimal("4.38"),
    grade="差",
    dimensions=(
        Dimension("product", Decimal("4.5"), Decimal("0.4"), ("quality-refund-rate",)),
        Dimension("logistics", Decimal("4.2"), Decimal("0.3"), ("ship-48h",)),
        Dimension("service", Decimal("4.4164"), Decimal("0.3"), ("reply-rate",)),
    ),
    caps=(AppliedCap("dispute-fault-rate", ("refund-only-hours",), Decimal(4)),),
    left_out=("cs-satisfaction", "pickup-24h"),
    assumptions=ASSUMPTIONS,
    reason=None,
    next_grade=NextGrade("良", Decimal("4.4")),
)

ACTIONS = (
    Action(
        "ship-48h",
        Decimal("0.08"),
        None,
        Text("周一的单当天发完", "ship Monday's orders on Monday"),
    ),
    Action(
        "reply-rate",
        Decimal("0.21"),
        1029,
        Text(
            "22–24 点安排一名客服值班，这两小时只回了 34%",
            "staff 22:00 to 24:00: only 34% is answered in time there",
        ),
    ),
    Action(
        "banned-words",
        None,
        None,
        Text(
            "找出说过“高仿”“精仿”的客服，改掉话术",
            "find who wrote the banned words and change the script",
        ),
    ),
    Action("cs-satisfaction", None, None, Text("导出客服评价", "export the service ratings")),
)

NOTES = (
    Text("10 月 14 日没有聊天记录", "no chats on 14 October"),
    Text("chats.csv 第 8812 行时间无法识别：2026-13-01", "chats.csv row 8812: no time: 2026-13-01"),
)


def _report(rules: tuple[RuleResult, ...], verdict: Verdict, **more: Any) -> Report:
    given: dict[str, Any] = {
        "schema": SCHEMA,
        "tool": Tool("kshop-audit", "0.1.0"),
        "packs": (PackRef("kuaishou", "2025-10-02", "ab" * 32),),
        "as_of": "2026-11-01T00:00:00",
        "timezone": "Asia/Shanghai",
        "shop": "萌芽小店",
        "config": ConfigRef("shop.toml", "cd" * 32, ("levels.no-source",)),
        "inputs": (
            file("订单_2026-10.csv", "orders", 6210, duplicates=12, skipped=1),
            file("chats.csv", "chats", 18204, rejected=3, encoding="utf-8"),
            file("售后.xlsx#Sheet1", "tickets", 431, encoding=None),
            file("说明.csv", "unrecognised", 0, skipped=14, first_at=None, last_at=None),
        ),
        "score": SCORE,
        "rules": rules,
        "verdict": verdict,
        "actions": ACTIONS,
        "notes": NOTES,
    }
    given.update(more)
    return Report(**given)


def due(kind: str, order: str, deadline: str, hours: float, **more: object) -> DueItem:
    """One thing to do."""
    given: dict[str, Any] = {
        "kind": kind,
        "deadline": deadline,
        "hours_left": hours,
        "late": hours < 0,
        "certain": True,
        "ids": DueIds(order_id=order),
        "rule": "ship-48h",
        "product": "P1",
        "province": "浙江省",
        "carrier": None,
        "cost_fen": None,
        "cost_grade": None,
        "effect": Effect(),
        "action": Text("今天发货。", "Ship it today."),
    }
    return DueItem(**given | more)


TODAY = (
    due("ship", "2630320033744244", "2026-11-01 13:08:06", 13.135, cost_fen=2360,
        cost_grade="PRESS", effect=Effect(0.932, Decimal("3.65"), 138, 148)),
    due("pickup", "2630320033939426", "2026-11-01 15:31:52", 15.531, certain=False),
    due("pickup", "2630320033820053", "2026-11-01 17:29:39", 17.494),
    due("question", "2630420034269410", "2026-10-31 11:05:20", -12.911),
)  # fmt: skip


def failing() -> Report:
    """Three gates missed, warnings, one gate without data: nearly every part of a report."""
    rules = (SHIP, FAULTS, HOURS, AGENTS, RISK, REPLY, BANNED, RATINGS, PICKUP, WORDS_REVIEW)
    return _report(
        (*rules, *QUIET),
        Verdict(
            status="fail",
            exit_code=1,
            failed=("reply-rate", "banned-words", "dispute-fault-rate"),
            warned=("reply-rate-agent", "dispute-risk", "third-party-info"),
            no_verdict=("cs-satisfaction", "pickup-24h"),
            not_measured=("pickup-24h",),
        ),
        today=TODAY,
        today_counts=counts_of(TODAY),
    )


def passing() -> Report:
    """All is well: the calm page."""
    reply = replace(
        REPLY,
        status=Status.PASS,
        numerator=7400,
        value=7400 / 8206,
        needed=0,
        headroom=1044,
        points=Decimal(5),
        points_capped=Decimal(5),
        evidence=None,
        unmapped={},
    )
    banned = replace(BANNED, status=Status.PASS, numerator=0, value=0.0, findings=())
    score = replace(SCORE, total=Decimal("4.83"), grade="优", next_grade=None, caps=(), left_out=())
    return _report(
        (reply, SHIP, banned, DISPUTE, HOURS),
        Verdict("pass", 0, (), (), (), ()),
        score=score,
        actions=(),
        notes=(),
        config=ConfigRef(None, None, ()),
    )


def incomplete() -> Report:
    """Nothing failed, but a required gate could not be measured; no score either."""
    reply = replace(
        REPLY,
        status=Status.NO_VERDICT,
        numerator=6540,
        value=6540 / 8206,
        bounds=Bounds(0.7891, 0.8113),
        points=None,
        points_capped=None,
        needed=None,
        headroom=None,
        reason=Text(
            "缺 4 天聊天记录，最好和最坏的情况结论不同；请补齐 10 月 11 日至 14 日",
            "4 days of chats are missing and decide the outcome; export 11 to 14 October again",
        ),
    )
    reason = Text("近 30 天付款订单不足 30 单", "fewer than 30 paid orders in 30 days")
    return _report(
        (reply, SHIP, RATINGS),
        Verdict("incomplete", 3, (), (), ("reply-rate", "cs-satisfaction"), ()),
        score=Score(False, None, None, (), (), (), (), reason),
        shop=None,
    )


EVIL = "[bold red]x[/]\x1b[31mred\x1b]0;title\x07\x9b2J\r\n\u202eevil\u2066\u200b[/nope]\\[link=x]"


def hostile() -> Report:
    """Every text from a file tries to steer the terminal, to be markup, or to be very long."""
    evil = Text(EVIL, EVIL)
    reply = replace(
        REPLY,
        title=evil,
        unmapped={EVIL: 3},
        reason=evil,
        notes=(evil,),
        findings=({"agent": EVIL, EVIL: EVIL, "word": "长" * 300},),
        breakdown={EVIL: (Slice(EVIL, 1, 2, 0.5, 0.1),)},
        evidence=Evidence(1, EVIL, truncated=True),
        excluded={EVIL: 1},
        sources=(EVIL,),
    )
    report = failing()
    return replace(
        report,
        shop=EVIL,
        as_of=EVIL,
        timezone=EVIL,
        rules=(reply, *report.rules[:2]),
        inputs=(file(EVIL, EVIL, 1, encoding=EVIL, first_at=EVIL, last_at=EVIL),),
        notes=(evil,),
        actions=(Action(EVIL, Decimal("0.001"), None, evil),),
        config=ConfigRef(EVIL, None, (EVIL,)),
        packs=(PackRef(EVIL, EVIL, EVIL),),
        verdict=replace(report.verdict, failed=("reply-rate", EVIL), warned=(EVIL,)),
        score=replace(SCORE, grade=EVIL, left_out=(EVIL,), assumptions=(evil,)),
    )


REPORTS = {
    "failing": failing,
    "passing": passing,
    "incomplete": incomplete,
    "hostile": hostile,
}

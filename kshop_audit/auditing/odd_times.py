"""Times that cannot be right: of another year or zone, one for all, or the wrong way round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kshop_audit.auditing.coverage import Reach
from kshop_audit.facts.clocks import OtherClock, OutOfOrder, WrongYears
from kshop_audit.model.kinds import KIND_NAMES
from kshop_audit.model.knowledge import Doubts, Why, added
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.metadata import Text
from kshop_audit.model.schema import Kind


def of_years(measured: Measurement, kinds: Sequence[Kind], reach: Reach) -> Measurement:
    """The measurement with the rows that seem to be of a wrong year: each may be one more unit of
    its days, or change another one. A message may change a whole conversation.
    """
    for kind in kinds:
        found = reach.wrong_years(kind)
        if found is None:
            continue
        units = measured.denominator or 1
        rows = max(found.rows, units) if kind is Kind.CHATS else found.rows
        measured = _turned(measured, kind, rows, of_another_year(found))
    return measured


def _turned(measured: Measurement, kind: Kind, rows: int, text: Text) -> Measurement:
    """The measurement with so many rows of a kind that may be anything, and why."""
    wanting = {**measured.wanting, Why.NOT_READABLE: text}
    own = {Why.NOT_READABLE: Doubts(turned=rows)}
    if measured.population and kind is Kind.ORDERS:
        measured = replace(measured, below=added(measured.below, own))
    return replace(measured, doubts=added(measured.doubts, own), wanting=wanting)


def of_another_year(found: WrongYears) -> Text:
    """Which rows seem to be of a wrong year, and what to do."""
    name, rows, of, column = KIND_NAMES[found.kind], found.rows, found.of, found.column
    beside = ("前后的行", "the rows around them")
    if found.of_payment:
        beside = ("订单支付时间", "the payment")
    return Text(
        zh=f"{name.zh}文件 {of} 行里有 {rows} 行的 {column} 与{beside[0]}差了大约一年，像是年份写"
        "错了：请改对年份或重新导出",
        en=f"{rows} of {of} rows of the {name.en} have {column} about a year from {beside[1]}, as "
        "if the year was wrong: correct it, or export the file again",
    )


def of_order(
    measured: Measurement, needs: Sequence[str], kinds: Sequence[Kind], reach: Reach
) -> Measurement:
    """The measurement with the rows whose times lie the wrong way round, where the rule needs one
    of them: each may be one more unit of its days, or change another one.
    """
    asked = {name for need in needs for name in need.split("|")}
    for found in (one for kind in kinds for one in reach.out_of_order(kind)):
        if not asked & {f"{found.kind}.{name}" for name in (found.first, found.later)}:
            continue
        measured = _turned(measured, found.kind, found.rows, _wrong_way_round(found))
    return measured


def _wrong_way_round(found: OutOfOrder) -> Text:
    name, rows, of = KIND_NAMES[found.kind], found.rows, found.of
    return Text(
        zh=f"{name.zh}文件 {of} 行里有 {rows} 行的 {found.later} 早于 {found.first}，次序反了，像是"
        "日和月对调或粘贴错了行：请重新导出，不要手工修改",
        en=f"{rows} of {of} rows of the {name.en} have {found.later} before {found.first}, as if "
        "day and month were swapped, or cells pasted into the wrong rows: export the file again "
        "and do not edit it",
    )


def backwards(kinds: Sequence[Kind], reach: Reach) -> Text | None:
    """Why nothing can be said by files of which most times lie before what they follow."""
    for kind in kinds:
        found = reach.backwards(kind)
        if found is not None:
            name = KIND_NAMES[kind]
            return Text(
                zh=f"{name.zh}文件 {found.of} 行里有 {found.rows} 行的 {found.column} 早于 "
                f"{found.start}，次序反了：时间不是北京时间，或者列对错了。请按北京时间重新导出、"
                "核对列名；整批文件都是别的时区时用 --tz 写明",
                en=f"{found.rows} of {found.of} rows of the {name.en} have {found.column} before "
                f"{found.start}, which it follows: these are no Beijing times, or the columns are "
                "mixed up. Export them in Beijing time and check the columns, or name the zone "
                "with --tz if all files have it",
            )
    return None


def odd_clock(
    measured: Measurement, needs: Sequence[str], kinds: Sequence[Kind], reach: Reach
) -> Text | None:
    """Why times say nothing that are those of half a day, or one for all; None where they do."""
    for kind in kinds:
        if kind is Kind.CHATS and measured.offence:
            continue  # what was said counts at any hour
        if kind is Kind.CHATS and (clock := reach.other_clock) is not None and clock.orders:
            return of_clock(clock)  # the orders tell which of the two it is
        if (early := reach.half_a_day(kind)) is not None:
            return _of_half_a_day(kind, early)
    found = reach.one_second if Kind.ORDERS in kinds else None
    asked = {name for need in needs for name in need.split("|")}
    if found is None or f"orders.{found.column}" not in asked:
        return None
    rows, of, column = found.rows, found.of, found.column
    return Text(
        zh=f"订单文件 {of} 个 {column} 里有 {rows} 个是同一秒，像是程序写入的时间，不是每单自己的："
        "请导出每单真正的时间",
        en=f"{rows} of {of} times in {column} of the orders are one second, which seems to be that "
        "of a program: export the time of each order",
    )


def _of_half_a_day(kind: Kind, early: int) -> Text:
    name = KIND_NAMES[kind]
    return Text(
        zh=f"{name.zh}文件没有一个时间在 13 点以后，却有 {early}% 在 1 点到 6 点，像是 12 小时制"
        "丢了上午、下午：请导出 24 小时制的时间",
        en=f"no time of the {name.en} is after 12:59, and {early} % are from 1 to 6 o'clock, as if "
        "by a clock of twelve hours without a.m. and p.m.: export times of 24 hours",
    )


def of_clock(clock: OtherClock) -> Text:
    """That chats are of another clock than that of Beijing, and what to do."""
    night, evening = clock.chats
    zh = f"买家消息有 {night}% 在 0 点到 8 点、{evening}% 在 16 点到 24 点"
    en = f"{night} % of the messages of buyers were sent before 8 o'clock and {evening} % after 16"
    if clock.orders is not None:
        zh += f"，而订单是 {clock.orders[0]}% 和 {clock.orders[1]}%"
        en += f", and {clock.orders[0]} % and {clock.orders[1]} % of the orders made"
    guess = ("早了 8 小时（UTC 时间）", "8 hours early (UTC)")
    if not clock.early:
        guess = ("晚了 8 小时", "8 hours late")
    return Text(
        zh=f"{zh}：聊天时间像是{guess[0]}，看不出哪些在 8 点到 24 点之间。请按北京时间重新导出"
        "聊天；整批文件都是别的时区时用 --tz 写明；时间确实没错就写 [coverage.chats]。",
        en=f"{en}: their times seem to be {guess[1]}, so nothing tells which were sent from 8 to "
        "24 o'clock. Export the chats in Beijing time, name the zone with --tz if all files have "
        "it, or write [coverage.chats] if the times are right.",
    )

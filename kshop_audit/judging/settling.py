"""What settles a verdict that is not possible: the rows, the file or the line to write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kshop_audit.model.day_runs import no_business, runs_of
from kshop_audit.model.kinds import KIND_NAMES
from kshop_audit.model.knowledge import Why
from kshop_audit.model.measurement import Label, Measurement
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Coverage
from kshop_audit.model.schema import Kind

SHOWN = 3
"""So many labels or runs of days are named in one line."""


def undecided(measured: Measurement) -> Text:
    """What makes best and worst case disagree, most units first, and what settles each."""
    found = sorted(measured.reasons.items(), key=lambda item: -item[1])
    causes = [_cause(why, units, measured) for why, units in found]
    return Text(
        zh=f"{'；'.join(cause.zh for cause in causes)}。",
        en=f"{'; '.join(cause.en for cause in causes)}.",
    )


def _cause(why: Why, units: int, measured: Measurement) -> Text:
    if why is Why.EMPTY_DAYS and measured.coverage is not None:
        return _empty(units, measured.coverage)
    if why is Why.NOT_UNDERSTOOD and measured.labels:
        return _labels(units, measured.labels)
    words = measured.wanting.get(why) or WORDS[why]
    shown = str(units)
    return Text(zh=words.zh.replace("{}", shown), en=words.en.replace("{}", shown))


def _empty(units: int, coverage: Coverage) -> Text:
    kind = Kind(coverage.kind)
    runs = list(runs_of([date.fromisoformat(day) for day in coverage.days_missing]))
    zh = "、".join(_span(*run, "至") for run in runs[:SHOWN]) + ("等" if len(runs) > SHOWN else "")
    en = ", ".join(_span(*run, "to") for run in runs[:SHOWN]) + ("…" if len(runs) > SHOWN else "")
    days = len(coverage.days_missing)
    one = days == 1
    way_out = _complete(kind, runs) if kind in FOLLOWING else _closed(runs)
    return Text(
        zh=f"{KIND_NAMES[kind].zh}文件缺 {days} 天（{zh}），可能有 {units} 个：请重新导出这些天，"
        f"{way_out.zh}",
        en=f"{KIND_NAMES[kind].en}: {days} {'day is' if one else 'days are'} missing ({en}), with "
        f"up to {units} units: export them again, or {way_out.en}",
    )


FOLLOWING = (Kind.TICKETS, Kind.RATINGS, Kind.REVIEWS)
"""Kinds of files that may have no rows of a day on which the shop was open."""


def _closed(runs: Sequence[tuple[date, date]]) -> Text:
    line = no_business(runs)
    return Text(
        zh=f"确实没有营业就在 shop.toml 写 {line}", en=f"if the shop was closed write {line}"
    )


def _complete(kind: Kind, runs: Sequence[tuple[date, date]]) -> Text:
    first, last = runs[0][0], runs[-1][1]
    line = f"coverage.{kind} = {{from = {first}, to = {last}}}"
    return Text(
        zh=f"这些天确实一条也没有就在 shop.toml 写 {line}",
        en=f"if there really was none on these days write {line}",
    )


def _span(first: date, last: date, word: str) -> str:
    begun, over = f"{first:%m-%d}", f"{last:%m-%d}"
    return begun if first == last else f"{begun} {word} {over}"


def other_side(days: Sequence[date], *, buyers: bool) -> Text:
    """That days hold the messages of one side alone, and how that is settled."""
    runs = list(runs_of(days))
    zh = "、".join(_span(*run, "至") for run in runs[:SHOWN]) + ("等" if len(runs) > SHOWN else "")
    en = ", ".join(_span(*run, "to") for run in runs[:SHOWN]) + ("…" if len(runs) > SHOWN else "")
    first, last = runs[0][0], runs[-1][1]
    line = f"coverage.chats = {{from = {first}, to = {last}}}"
    there, lacking = ("买家", "客服") if buyers else ("客服", "买家")
    one, other = ("buyers", "the shop") if buyers else ("the shop", "buyers")
    return Text(
        zh=f"{zh} 的聊天里只有{there}消息、没有{lacking}消息，牵涉 {{}} 个：请导出双方的消息；"
        f"{lacking}确实一句没说就在 shop.toml 写 {line}",
        en=f"the chats of {en} hold messages of {one} and none of {other}, {{}} units concerned: "
        f"export both sides; if {other} really wrote nothing write {line}",
    )


def _labels(units: int, labels: Sequence[Label]) -> Text:
    shown = sorted(labels, key=lambda label: -label.rows)[:SHOWN]
    more = len(labels) > SHOWN
    zh = "、".join(f"“{label.text}”（{label.rows} 行）" for label in shown) + ("等" if more else "")
    en = ", ".join(f'"{label.text}" ({label.rows} rows)' for label in shown) + ("…" * more)
    where = f"[inputs.{shown[0].kind}.values.{shown[0].column}]"
    return Text(
        zh=f"{zh}看不懂，牵涉 {units} 个：在 shop.toml 的 {where} 写明意思",
        en=f"{en} not understood, {units} units concerned: say in {where} of shop.toml what they "
        "mean",
    )


MASKED = Text(
    zh="买家昵称打了码，同名的几个买家分不开，牵涉 {} 个：请导出带会话编号的聊天",
    en="names of buyers are masked, so that several of one name cannot be told apart, {} units "
    "concerned: export the chats with the ids of their conversations",
)

WORDS = {
    Why.NOT_UNDERSTOOD: Text(
        zh="{} 个的关键单元格是空的或看不懂：补全后重新导出",
        en="{} with an empty or unknown deciding cell: fill it in, or export again",
    ),
    Why.NOT_READABLE: Text(
        zh="{} 个在读不了的行里：用 doctor 看是哪几行，改好重新导出",
        en="{} touched by unreadable rows: doctor lists them, export them again",
    ),
    Why.NOT_COVERED: Text(
        zh="{} 个的结果不在文件里：补上对应的文件或列，早先的文件重新导出",
        en="{} whose outcome no file holds: supply the file or column, and export old files again",
    ),
    Why.NOT_PRECISE: Text(
        zh="{} 个的时间没有时分秒：导出带完整时间的文件",
        en="{} whose times lack seconds or hours: export full times",
    ),
    Why.EMPTY_DAYS: Text(zh="缺数据的日子里可能有 {} 个", en="up to {} on days without data"),
    Why.OTHER_PERIOD: Text(zh="{} 个属于别的时段", en="{} of another period"),
    Why.NO_TIME: Text(
        zh="{} 个只有状态、没有时间：导出带时间列的文件",
        en="{} with a state but without its time: export the time column",
    ),
    Why.NO_KEY: Text(
        zh="{} 个所在的行没有编号：导出每行都有编号的文件",
        en="{} touched by rows without an id: export a file with the id on every row",
    ),
}

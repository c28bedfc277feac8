"""What a what-if changes: turned into edits of facts and units, each on what the one before left.

Which rules have an agent or a carrier, and what makes a unit good, the rules declare; which rows
can be rewritten, the facts.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil, floor

import polars as pl

from kshop_audit.auditing.assumed import Assumed, WantedChange
from kshop_audit.auditing.group_changes import grouped
from kshop_audit.errors import UsageError
from kshop_audit.facts import Facts
from kshop_audit.facts.rewriting import REWRITES
from kshop_audit.judging.judge import target_of
from kshop_audit.model.metadata import Operator, Target, Text, ValueUnit
from kshop_audit.model.rates import share_of, written
from kshop_audit.plan.engine import computing
from kshop_audit.plan.turning import AMOUNT, Population, lacks
from kshop_audit.rules import Rule


def changed(state: Assumed, change: WantedChange) -> Assumed | None:
    """The state with one change more; None where the pack has nothing that it addresses.

    UsageError for what does not exist, or cannot be changed as it is written.
    """
    if change.group is None:
        rule = next((r for r in state.run.rules if r.info.id == change.word), None)
        return None if rule is None else _metric(state, rule, change)
    if change.word in REWRITES:
        facts = state.facts
        done = REWRITES[change.word](facts.tables, change.group, change.value, facts.terms.last)
        own = computing(Facts(done.tables, facts.terms, edits=facts.edits))
        return replace(state, facts=own).saying(done.assumed)
    return grouped(state, change)


def _metric(state: Assumed, rule: Rule, change: WantedChange) -> Assumed:
    name = rule.info.id
    found = state.population(rule)
    if found is None or not found.whole:
        missing = lacks(rule, state.facts)
        zh, en = ("没有可计数的数据", "nothing is counted") if missing is None else (
            missing.zh, missing.en)  # fmt: skip
        raise UsageError(f"--change {change.text}：{name} {zh}", f"--change {change.text}: {en}")
    target, _ = target_of(name, state.run.terms)
    unit = _unit(rule, target)
    if found.sums and unit is not ValueUnit.RATIO:
        return _mean(state, found, unit, target, change)
    number = _more(change, found.bad)
    good = found.good
    if number is None:
        goal = _goal(found, unit, change)
        number = goal - good
    rows = found.answered(number) if found.sums else found.turned(number)
    if not found.sums and rows.height < abs(number):
        raise _impossible(change)
    return state.turned(found, rows).saying(_sentence(found, rule.info.title, good, number))


def _unit(rule: Rule, target: Target | None) -> ValueUnit:
    if rule.info.value_unit is not ValueUnit.RATIO:
        return rule.info.value_unit
    none = target is not None and target.operator is Operator.NONE
    return ValueUnit.COUNT if none else ValueUnit.RATIO


def _more(change: WantedChange, most: int) -> int | None:
    """`+12` or `all`: so many of what speaks against the shop; None where a figure is given."""
    if change.value == "all":
        return most
    if not change.value.startswith("+") or not change.value[1:].isdecimal():
        return None
    number = int(change.value[1:])
    if number > most:
        raise UsageError(
            f"--change {change.text}：一共只有 {most} 个没有达标",
            f"--change {change.text}: only {most} missed it",
        )
    return number


def _goal(found: Population, unit: ValueUnit, change: WantedChange) -> int:
    """How many units are good once the figure is reached: the least whole number."""
    if unit is ValueUnit.COUNT:
        said = written(change.value, share=False)
        if said is None or said.value.denominator != 1:
            raise UsageError(
                f"--change {change.text}：应为不小于 0 的整数",
                f"--change {change.text}: must be a whole number, not below 0",
            )
        return found.whole - int(said.value)
    share = share_of(change.value)
    if share is None:
        raise UsageError(
            f"--change {change.text}：应为 0 到 100% 的比率，如 97% 或 0.97，或 +12、all",
            f"--change {change.text}: must be a share such as 97% or 0.97, or +12 or all",
        )
    if found.offence:
        return found.whole - floor(share * found.base)
    return ceil(share * found.base)


def _impossible(change: WantedChange) -> UsageError:
    return UsageError(
        f"--change {change.text}：没有那么多可改的记录",
        f"--change {change.text}: there are not so many units to turn",
    )


def _sentence(found: Population, name: Text, good: int, number: int) -> Text:
    """How many units were turned, and which."""
    whole = found.base
    was, then = (
        (found.whole - good, found.whole - good - number)
        if found.offence
        else (good, good + number)
    )
    many = abs(number)
    if not number:
        return Text(
            zh=f"{name.zh}：{was}/{whole}，不用改。", en=f"{name.en}: {was}/{whole} already."
        )
    if number > 0:
        zh, en = f"差得最少的 {many} 个算作达标", f"the {many} that missed it by least are met"
    else:
        zh, en = f"离期限最近的 {many} 个算作不达标", f"the {many} nearest to the line are missed"
    return Text(
        zh=f"{name.zh}：{was}/{whole} 变为 {then}/{whole}，{zh}，其余不变。",
        en=f"{name.en}: {was}/{whole} becomes {then}/{whole}; {en}, all else stays.",
    )


def _mean(
    state: Assumed, found: Population, unit: ValueUnit, target: Target | None, change: WantedChange
) -> Assumed:
    """A mean of hours: the slowest tickets handled within it; a worse one: all of them later."""
    info = found.rule.info
    if unit is not ValueUnit.HOURS or target is None:
        raise UsageError(
            f"--change {change.text}：这条规则的数字不能这样改",
            f"--change {change.text}: the figure of this rule cannot be changed so",
        )
    goal = target.fraction * info.scale
    slow = int((found.units[AMOUNT] > floor(goal)).sum())
    number = _more(change, slow)
    if number is not None:
        rows = found.slowest(floor(goal), number)
        return _shortened(state, found, rows, floor(goal))
    said = written(change.value, share=False)
    if said is None:
        raise UsageError(
            f"--change {change.text}：应为小时数，如 20 或 20.5，或 +12、all",
            f"--change {change.text}: must be hours such as 20 or 20.5, or +12 or all",
        )
    goal = said.value * info.scale
    total, whole = int(found.units[AMOUNT].sum()), found.whole
    if total <= goal * whole:
        by = floor((goal * whole - total) / whole)
        rows = found.units.select(*found.key, pl.col(AMOUNT) + by)
        minutes = by // 60
        return state.turned(found, rows).saying(
            Text(
                zh=f"{info.title.zh}：每一单都多用 {minutes} 分钟。",
                en=f"{info.title.en}: every ticket takes {minutes} minutes longer.",
            )
        )
    rows = found.least_slow(goal)
    return _shortened(state, found, rows, floor(goal))


def _shortened(state: Assumed, found: Population, rows: pl.DataFrame, level: int) -> Assumed:
    info, hours = found.rule.info, Fraction(level, 3600)
    shown = f"{hours.numerator / hours.denominator:.4g}"
    return state.turned(found, rows).saying(
        Text(
            zh=f"{info.title.zh}：最慢的 {rows.height} 单在 {shown} 小时内处理完，其余不变。",
            en=f"{info.title.en}: the {rows.height} slowest tickets are handled within {shown} "
            "hours, all else stays.",
        )
    )

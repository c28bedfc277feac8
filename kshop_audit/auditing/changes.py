"""What a what-if changes: read from what was written, and turned into edits of facts and units.

A change is made on what the changes before it left. Which rules have an agent or a carrier, and
what makes a unit good, the rules declare; which rows can be rewritten, the facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil, floor

import polars as pl

from kshop_audit.auditing.selection import PackRun
from kshop_audit.errors import UsageError
from kshop_audit.facts import Facts
from kshop_audit.facts.rewriting import REWRITES
from kshop_audit.facts.sharing import Edit
from kshop_audit.judging.judge import target_of
from kshop_audit.model.metadata import Operator, Target, Text, ValueUnit
from kshop_audit.model.rates import share_of, written
from kshop_audit.model.suggesting import suggest
from kshop_audit.plan.engine import computing
from kshop_audit.plan.turning import (
    AMOUNT,
    Population,
    UnitEdit,
    edit_of,
    groups_of,
    in_group,
    lacks,
    population,
)
from kshop_audit.rules import Rule
from kshop_audit.rules.kit.turning import Lever, Model


@dataclass(frozen=True, slots=True)
class Change:
    """One change as it was written. `group` is None where `word` is a rule."""

    text: str
    word: str
    group: str | None
    value: str


def change_of(text: str) -> Change:
    """The change of `--change`: `RULE=VALUE`, `WORD:GROUP=VALUE` or `WORD:GROUP`."""
    plain = text.strip()
    head, sign, rest = plain.replace("：", ":", 1).partition(":")
    if sign and "=" not in head:
        group, equals, value = rest.rpartition("=")
        return Change(plain, head.strip(), (group if equals else rest).strip(), value.strip() if
                      equals else "")  # fmt: skip
    word, equals, value = plain.partition("=")
    if not equals or not word.strip() or not value.strip():
        raise UsageError(
            f"--change {text}：应如 RULE=99%、agent:小李=team_median、ship:-6h",
            f"--change {text}: write it like RULE=99%, agent:NAME=team_median or ship:-6h",
        )
    return Change(plain, word.strip(), None, value.strip())


@dataclass(frozen=True, eq=False)
class Assumed:
    """The facts of a pack with the changes so far, and the sentence of each."""

    run: PackRun
    facts: Facts
    edits: Mapping[str, Sequence[UnitEdit]] = field(default_factory=dict)
    said: tuple[Text, ...] = ()

    def population(self, rule: Rule) -> Population | None:
        """The units of a rule as they are by now."""
        return population(rule, self.facts, self.edits.get(rule.info.id, ()))

    def turned(self, found: Population, rows: pl.DataFrame) -> Assumed:
        """With these units turned."""
        if rows.is_empty():
            return self
        edit = edit_of(found, rows)
        if isinstance(edit, Edit):
            edits = (*self.facts.edits, edit)
            facts = Facts(self.facts.tables, self.facts.terms, edits=edits)
            return replace(self, facts=computing(facts))
        name = found.rule.info.id
        return replace(self, edits={**self.edits, name: (*self.edits.get(name, ()), edit)})

    def saying(self, *said: Text) -> Assumed:
        """With the sentence of a change."""
        return replace(self, said=(*self.said, *said))


def changed(state: Assumed, change: Change) -> Assumed | None:
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
    return _lever(state, change)


# ------------------------------------------------------------------ the figure of a rule


def _metric(state: Assumed, rule: Rule, change: Change) -> Assumed:
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


def _more(change: Change, most: int) -> int | None:
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


def _goal(found: Population, unit: ValueUnit, change: Change) -> int:
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


def _impossible(change: Change) -> UsageError:
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
        return Text(zh=f"{name.zh}：{was}/{whole}，不用改。", en=f"{name.en}: {was}/{whole} already.")
    if number > 0:
        zh, en = f"差得最少的 {many} 个算作达标", f"the {many} that missed it by least are met"
    else:
        zh, en = f"离期限最近的 {many} 个算作不达标", f"the {many} nearest to the line are missed"
    return Text(
        zh=f"{name.zh}：{was}/{whole} 变为 {then}/{whole}，{zh}，其余不变。",
        en=f"{name.en}: {was}/{whole} becomes {then}/{whole}; {en}, all else stays.",
    )


def _mean(
    state: Assumed, found: Population, unit: ValueUnit, target: Target | None, change: Change
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


# ------------------------------------------------------------------ groups of units


def _lever(state: Assumed, change: Change) -> Assumed | None:
    done, known, addressed, there = state, set[str](), False, False
    for rule in state.run.rules:
        if change.word not in rule.info.levers:
            continue
        there, found = True, done.population(rule)
        if found is None or change.word not in found.levers:
            continue
        groups = groups_of(found, change.word)
        known |= groups.keys()
        own = _named(change, found.levers[change.word], groups)
        if not own:
            continue
        addressed = True
        done = _group(done, found, change, own, groups)
    if addressed or not there:
        return done if addressed else None
    group, shown = change.group or "", sorted(known)[:SHOWN]
    hint = suggest(group, known)
    zh = f"；有 {'、'.join(shown)}" if shown else ""
    en = f"; there are {', '.join(shown)}" if shown else ""
    raise UsageError(
        f"--change {change.text}：数据里没有 {group}{hint.zh}{zh}",
        f"--change {change.text}: there is no {group} in the data{hint.en}{en}",
    )


SHOWN = 8
"""So many names are offered where one does not exist."""


def _named(change: Change, lever: Lever, groups: Mapping[str, object]) -> tuple[str, ...]:
    """The groups that were meant."""
    name = change.group or ""
    if lever.hours:
        return tuple(hour for hour in _hours(change) if hour in groups)
    if name in groups:
        return (name,)
    # An account is often written with the shop before it (店铺:小李), a carrier in short (极兔).
    ends = [group for group in groups if group.rpartition(":")[2] == name]
    like = ends or [group for group in groups if name and name in group]
    return tuple(like) if len(like) == 1 else ()


def _hours(change: Change) -> tuple[str, ...]:
    first, sign, last = (change.group or "").partition("-")
    begun, over = first.strip(), last.strip() if sign else ""
    if not begun.isdecimal() or (sign and not over.isdecimal()) or int(begun) > 23:
        raise UsageError(
            f"--change {change.text}：时段应如 hours:22-24",
            f"--change {change.text}: write the hours like hours:22-24",
        )
    start = int(begun)
    end = int(over) if sign else start + 1
    if end > 24 or end == start:
        raise UsageError(
            f"--change {change.text}：时段应在 0 到 24 点之间",
            f"--change {change.text}: hours lie between 0 and 24",
        )
    return tuple(str(hour % 24) for hour in range(start, end if end > start else end + 24))


def _group(
    state: Assumed,
    found: Population,
    change: Change,
    own: tuple[str, ...],
    groups: Mapping[str, tuple[int, int]],
) -> Assumed:
    """Units of a group get the share that was given; the least late ones are turned."""
    lever = found.levers[change.word]
    share, source = _share(change, lever, own, groups)
    good = sum(groups[name][0] for name in own)
    whole = sum(groups[name][1] for name in own)
    goal = ceil(share * whole)
    rows = found.turned(goal - good, in_group(change.word, own))
    title, said = found.rule.info.title, _sentence_of(lever, change, good, goal, whole)
    percent = f"{float_free(share)}%"
    return state.turned(found, rows).saying(
        Text(
            zh=f"{title.zh}：{said.zh}（{source.zh}，{percent}）。",
            en=f"{title.en}: {said.en} ({source.en}, {percent}).",
        )
    )


def _sentence_of(lever: Lever, change: Change, good: int, goal: int, whole: int) -> Text:
    group = change.group
    return Text(
        zh=f"{lever.name.zh} {group} 由 {good}/{whole} 变为 {goal}/{whole}",
        en=f"{lever.name.en} {group}: {good}/{whole} becomes {goal}/{whole}",
    )


def float_free(share: Fraction) -> str:
    """A share as percent with one decimal, half up."""
    tenths = (share * 2000 + 1).__floor__() // 2
    return f"{tenths // 10}.{tenths % 10}"


GIVEN = Text(zh="您给的比例", en="the share given")


def _share(
    change: Change, lever: Lever, own: tuple[str, ...], groups: Mapping[str, tuple[int, int]]
) -> tuple[Fraction, Text]:
    """The share that the units get, and where it comes from."""
    model = lever.models.get(change.value)
    if model is None:
        share = share_of(change.value)
        if share is None:
            words = list(lever.models)
            hint = suggest(
                change.value, words, Text(f"，可写 {words[0]} 或 90%", f"; write {words[0]} or 90%")
            )
            raise UsageError(
                f"--change {change.text}：{change.value} 不是比率{hint.zh}",
                f"--change {change.text}: {change.value} is no share{hint.en}",
            )
        return share, GIVEN
    shared = _modelled(model, own, groups)
    if shared is None:
        raise UsageError(
            f"--change {change.text}：没有可比的数据（{model.said.zh}）",
            f"--change {change.text}: nothing to compare with ({model.said.en})",
        )
    return shared, model.said


def _modelled(
    model: Model, own: tuple[str, ...], groups: Mapping[str, tuple[int, int]]
) -> Fraction | None:
    if model.least is not None:
        rates = sorted(Fraction(g, w) for g, w in groups.values() if w >= model.least)
        middle = len(rates) // 2
        return (rates[middle] + rates[-middle - 1]) / 2 if rates else None
    chosen = model.groups or tuple(name for name in groups if name not in own)
    good = sum(groups[name][0] for name in chosen if name in groups)
    whole = sum(groups[name][1] for name in chosen if name in groups)
    return Fraction(good, whole) if whole else None

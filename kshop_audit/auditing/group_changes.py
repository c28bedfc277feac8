"""Changes of a group of units: an agent, some hours, a carrier, given the share of another group.

Which rules have such groups, and by which word they are addressed, the rules declare.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil

from kshop_audit.auditing.assumed import Assumed, WantedChange
from kshop_audit.errors import UsageError
from kshop_audit.model.metadata import Text
from kshop_audit.model.rates import share_of
from kshop_audit.model.suggesting import suggest
from kshop_audit.plan.turning import Population, groups_of, in_group
from kshop_audit.rules.kit.turning import Lever, Model


def grouped(state: Assumed, change: WantedChange) -> Assumed | None:
    """The state with a group changed in every rule that has it; None where no rule knows the word.

    UsageError where the data hold no such group.
    """
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


def _named(change: WantedChange, lever: Lever, groups: Mapping[str, object]) -> tuple[str, ...]:
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


def _hours(change: WantedChange) -> tuple[str, ...]:
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
    change: WantedChange,
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


def _sentence_of(lever: Lever, change: WantedChange, good: int, goal: int, whole: int) -> Text:
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
    change: WantedChange, lever: Lever, own: tuple[str, ...], groups: Mapping[str, tuple[int, int]]
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

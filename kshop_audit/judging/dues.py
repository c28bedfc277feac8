"""What is due as the report shows it: each thing to do with what missing it would change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from kshop_audit.judging.judge import judge
from kshop_audit.masking import masked, masked_label
from kshop_audit.model.due import DueIds, DueItem, DueUnit, Effect, Turn
from kshop_audit.model.frozen import frozen
from kshop_audit.model.knowledge import Doubts, added
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.metadata import CLOSING, RuleInfo, Text
from kshop_audit.model.moments import shown
from kshop_audit.model.settings import Terms

_Key = tuple[str, str, DueIds]


@frozen
class RuleUnits:
    """A measured rule, whose units may be due."""

    measured: Measurement
    info: RuleInfo
    terms: Terms


def items(
    packs: Sequence[Sequence[RuleUnits]], within: timedelta, *, mask: bool
) -> tuple[DueItem, ...]:
    """Everything due within the time after as-of, the soonest first, then what is late.

    `packs`: the rules of each pack; what several packs ask for is listed once, as the first of them
    sees it. `mask`: cells that could tell a person are shortened.
    """
    found: dict[_Key, DueItem] = {}
    several: list[DueItem] = []
    for pack in packs:
        own: set[_Key] = set()
        for item in _of_pack(pack, within, mask=mask):
            key = item.kind, item.deadline, item.ids
            if key in own:  # rows without an id may look alike
                several.append(item)
            own.add(key)
            found.setdefault(key, item)
    order = {kind: place for place, kind in enumerate(kinds(packs))}
    return tuple(sorted([*found.values(), *several], key=lambda item: _place(item, order)))


def kinds(packs: Sequence[Sequence[RuleUnits]]) -> tuple[str, ...]:
    """The kinds of deadlines that were looked for, in the order of the rules."""
    rules = [rule for pack in packs for rule in pack]
    looked_for = [kind for rule in rules for kind in rule.measured.due_kinds]
    return tuple(dict.fromkeys([*looked_for, *(u.kind for r in rules for u in r.measured.due)]))


def lacking(packs: Sequence[Sequence[RuleUnits]]) -> dict[str, Text]:
    """Kind → why its deadlines were not looked for, in any pack. The conditions of closing have an
    answer of their own, in `close`.
    """
    there, found = kinds(packs), dict[str, Text]()
    for rule in (rule for pack in packs for rule in pack):
        if rule.measured.reason is None or rule.info.gates_when == CLOSING:
            continue
        for kind, _ in rule.info.due:
            if kind not in there:
                found.setdefault(kind, rule.measured.reason)
    return found


def _place(item: DueItem, order: Mapping[str, int]) -> tuple[object, ...]:
    return item.late, item.deadline, order[item.kind], item.ids.given()


def _of_pack(pack: Iterable[RuleUnits], within: timedelta, *, mask: bool) -> Iterator[DueItem]:
    for rule in pack:
        effects: dict[tuple[Turn, ...], Effect] = {}
        for unit in rule.measured.due:
            if unit.deadline > rule.terms.as_of + within:
                continue
            moved = Effect()
            if unit.counts:
                if unit.turns not in effects:
                    effects[unit.turns] = effect(rule, unit.turns)
                moved = effects[unit.turns]
            yield _item(rule, unit, moved, mask=mask)


def effect(rule: RuleUnits, turns: Iterable[Turn]) -> Effect:
    """The rule's figure and points once these units are misses, everything else unchanged."""
    result = judge(_missed(rule.measured, turns), rule.info, rule.terms).result
    return Effect(result.value, result.points, result.numerator, result.denominator)


def _missed(measured: Measurement, turns: Iterable[Turn]) -> Measurement:
    units, doubts = 0, dict(measured.doubts)
    for turn in turns:
        units += turn.units
        if turn.why is not None and turn.form is not None:
            known = Doubts(**{turn.form: -turn.units})
            doubts[turn.why] = doubts.get(turn.why, Doubts()) + known
    if measured.numerator is None or measured.denominator is None:
        return measured
    return replace(
        measured,
        numerator=measured.numerator + (units if measured.offence else 0),
        denominator=measured.denominator + units,
        doubts=added(doubts),
    )


def _item(rule: RuleUnits, unit: DueUnit, moved: Effect, *, mask: bool) -> DueItem:
    actions = dict(rule.info.due)
    left = (unit.deadline - rule.terms.as_of).total_seconds() / 3600
    names = {name: value for name, value in unit.ids.items() if name != "buyer_id"}
    if "buyer_id" in unit.ids:
        buyer = unit.ids["buyer_id"]
        names["session_id"] = masked(buyer, "buyer_id") if mask else buyer
    return DueItem(
        kind=unit.kind,
        deadline=str(shown(unit.deadline)),
        hours_left=left,
        late=unit.late,
        certain=unit.certain,
        ids=DueIds(**names),
        rule=rule.info.id,
        product=unit.product,
        province=_label(unit.province, mask=mask),
        carrier=_label(unit.carrier, mask=mask),
        cost_fen=unit.cost_fen,
        cost_grade=unit.cost_grade,
        effect=moved,
        action=actions[unit.kind],
    )


def _label(text: str | None, *, mask: bool) -> str | None:
    return masked_label(text) if mask and text is not None else text

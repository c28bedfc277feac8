"""How a shop stands in each aspect: the report's statuses beside the operator's answers.

Pure: figures in, figures out. Nothing is assumed: what no rule measured and nobody answered is
open, never met.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kshop_audit.aspects import load, questions
from kshop_audit.model.aspects import (
    ASPECTS_SCHEMA,
    Answer,
    Answers,
    Aspect,
    Aspects,
    AspectState,
    MeasuredBy,
    Question,
    Standing,
)
from kshop_audit.model.metadata import Pack, RuleInfo
from kshop_audit.model.report import PackRef, Report, RuleResult, Status, Tool
from kshop_audit.model.settings import Settings, level_of

_SETTLED = (Status.PASS, Status.INFO, Status.NOT_APPLICABLE)


def standing(
    tool: Tool, pack: Pack, infos: Mapping[str, RuleInfo], settings: Settings, report: Report | None
) -> Aspects:
    """All aspects with the rules that the pack, the first one chosen, has.

    `infos`: of every rule that the tool knows. `report`: the audit, None when no export was
    given; then no rule has a status and no aspect a standing.
    """
    stated = {name: _answer(asked, settings) for name, asked in questions().items()}
    # Of a rule that several packs have, the first pack's result.
    results = {} if report is None else {rule.id: rule for rule in reversed(report.rules)}
    states = tuple(
        _state(
            aspect,
            [
                _measured(infos[name], pack, settings, results.get(name))
                for name in aspect.rules
                if name in pack.rules and name in infos
            ],
            [stated[asked.id] for asked in aspect.questions],
            report,
        )
        for aspect in load()
    )
    return Aspects(
        schema=ASPECTS_SCHEMA,
        tool=tool,
        pack=PackRef(pack.id, pack.version, pack.sha256),
        as_of=None if report is None else report.as_of,
        shop=settings.shop,
        score_total=None if report is None else report.score.total,
        answers=_counted(stated.values()),
        aspects=states,
    )


def _answer(asked: Question, settings: Settings) -> Answer:
    done = settings.aspects.get(asked.id)
    if done is None:
        return Answer(asked.id, asked.ask, None, None, None)
    at = None if done.at is None else done.at.isoformat()
    return Answer(asked.id, asked.ask, done.done, at, done.note)


def _measured(
    info: RuleInfo, pack: Pack, settings: Settings, result: RuleResult | None
) -> MeasuredBy:
    level = level_of(info, pack, settings)
    if result is None:
        unit = info.value_unit
        return MeasuredBy(info.id, info.title, level, None, None, unit, None, None, None, None)
    return MeasuredBy(
        id=info.id,
        title=info.title,
        level=result.level,
        status=result.status,
        value=result.value,
        value_unit=result.value_unit or info.value_unit,
        numerator=result.numerator,
        denominator=result.denominator,
        target=result.target,
        reason=result.reason,
    )


def _state(
    aspect: Aspect, rules: Sequence[MeasuredBy], answers: Sequence[Answer], report: Report | None
) -> AspectState:
    return AspectState(
        id=aspect.id,
        part=aspect.part,
        number=aspect.number,
        title=aspect.title,
        duty=aspect.duty,
        source=aspect.source,
        standing=None if report is None else _standing(rules, answers),
        rules=tuple(rules),
        score=aspect.score,
        questions=tuple(answers),
    )


def _standing(rules: Sequence[MeasuredBy], answers: Sequence[Answer]) -> Standing:
    if any(rule.status is Status.FAIL for rule in rules) or any(a.done is False for a in answers):
        return Standing.MISSED
    # A rule that is switched off was not looked at, by the operator's own choice.
    unsettled = [rule for rule in rules if rule.status not in (None, *_SETTLED)]
    looked_at = any(rule.status in (Status.PASS, Status.INFO) for rule in rules)
    if unsettled or any(answer.done is None for answer in answers):
        return Standing.OPEN
    return Standing.MET if looked_at or answers else Standing.OPEN


def _counted(answers: Iterable[Answer]) -> Answers:
    said = [answer.done for answer in answers]
    return Answers(said.count(True), said.count(False), said.count(None))

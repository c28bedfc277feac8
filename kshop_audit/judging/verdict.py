"""From the rules' results to the verdict, the score and the actions of the report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from kshop_audit.errors import EXIT_FAILED, EXIT_INCOMPLETE, EXIT_OK
from kshop_audit.judging import scoring
from kshop_audit.judging.judge import NOTHING, Judged
from kshop_audit.judging.scoring import Number
from kshop_audit.model.figures import trimmed
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Level, Pack, RuleInfo, Text, ValueUnit
from kshop_audit.model.report import (
    Action,
    AppliedCap,
    Dimension,
    Gates,
    NextGrade,
    RuleResult,
    Score,
    Status,
    Verdict,
)
from kshop_audit.model.settings import Terms


@frozen
class Gate:
    """What makes the exit code: `fail_on` is error, warn or never.

    `regressed`: rules that are worse than in an earlier report, where that is to count.
    """

    fail_on: str = "error"
    min_score: Decimal | None = None
    regressed: tuple[str, ...] = ()


@frozen
class Ruled:
    """What one pack says: its results, and which of its rules must have a verdict."""

    results: tuple[RuleResult, ...]
    required: frozenset[str]


def verdict(ruled: Sequence[Ruled], score: Score, broken: bool, gate: Gate) -> Verdict:
    """Pass, fail, incomplete or measured, with the rules behind it. Exit codes: 1 > 3 > 0.

    All packs must hold. A rule that several packs have is named once, by the worst it is anywhere.
    Without any gate nothing can be passed: the audit is a measurement. Where no gate is decided
    it is incomplete, whatever is required.
    """
    results = [result for pack in ruled for result in pack.results]
    failed = _ids(r for r in results if r.level is Level.ERROR and r.status is Status.FAIL)
    warned = _ids(
        r
        for r in results
        if r.status is Status.WARN or (r.status is Status.FAIL and r.level is Level.WARN)
    )
    silent = [
        (r, r.id in pack.required)
        for pack in ruled
        for r in pack.results
        if r.status is Status.NO_VERDICT
    ]
    owed = {*_ids(r for r, required in silent if required), *_ids(_empty_gates(ruled))}
    unmeasured = _ids(r for r, _ in silent if r.level is Level.ERROR)
    gates = _gates(results)
    below = gate.min_score is not None and score.total is not None and score.total < gate.min_score
    unscored = gate.min_score is not None and not score.complete
    undecided = gates.total > 0 and not gates.decided
    open_questions = bool(owed) or unscored or broken or undecided
    fell = bool(failed or gate.regressed) or below or (gate.fail_on == "warn" and bool(warned))
    met = "pass" if gates.total else "measured"
    status = "fail" if fell else "incomplete" if open_questions else met
    stopped = fell and gate.fail_on != "never"
    code = EXIT_FAILED if stopped else EXIT_INCOMPLETE if open_questions else EXIT_OK
    return Verdict(
        status=status,
        exit_code=code,
        failed=failed,
        warned=warned,
        no_verdict=_ids(r for r, _ in silent),
        not_measured=tuple(rule for rule in unmeasured if rule not in owed),
        required=tuple(sorted(frozenset().union(*(pack.required for pack in ruled)))),
        gates=gates,
    )


def _empty_gates(ruled: Sequence[Ruled]) -> Iterator[RuleResult]:
    """Required rules of which the files hold nothing to count: that is no verdict either."""
    for pack in ruled:
        for result in pack.results:
            empty = result.status is Status.NOT_APPLICABLE and result.reason == NOTHING
            if empty and result.id in pack.required:
                yield result


def _gates(results: Sequence[RuleResult]) -> Gates:
    """How many gates there are, and how many of them passed or failed; a gate of several packs
    counts once in each.
    """
    gates = [result for result in results if result.level is Level.ERROR]
    decided = sum(result.status in (Status.PASS, Status.FAIL) for result in gates)
    return Gates(decided, len(gates))


def _ids(results: Iterable[RuleResult]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(result.id for result in results))


def required(terms: Terms, inputs: frozenset[str], infos: Sequence[RuleInfo]) -> frozenset[str]:
    """The rules whose missing verdict makes the audit incomplete.

    `inputs`: what is there, as "kind", "kind.column" and declared rule ids. `infos`: of the rules
    that were run. The operator's lists add to the pack's gates or stand instead of them.
    """
    pack, settings = terms.pack, terms.settings
    causes = pack.required_when.items()
    usual = {*pack.required, *(rule for rule, of in causes if inputs & {rule, *of})}
    instead = settings.required_instead
    # A gate that the operator lowered is a gate no longer, unless it is required by name.
    gates = {i.id for i in infos if i.id in usual and terms.level(i) is Level.ERROR}
    return frozenset({*(gates if instead is None else instead), *settings.required})


def exact_total(judged: Sequence[Judged], terms: Terms) -> Fraction | None:
    """The total before rounding, whatever the number of orders; None if nothing has points."""
    earned, failed = _earned(judged)
    after = scoring.capped(earned, terms.pack, failed)
    return scoring.total(after, terms.pack, terms.settings.weights).value


def _next_grade(value: Fraction, pack: Pack) -> NextGrade | None:
    better = (NextGrade(*entry) for entry in scoring.grades(pack) if value < Fraction(entry[1]))
    return next(better, None)


def score(judged: Sequence[Judged], paid_orders: int | None, terms: Terms) -> Score:
    """The estimate, or the reason why there is none."""
    pack, weights = terms.pack, terms.settings.weights
    earned, failed = _earned(judged)
    after = scoring.capped(earned, pack, failed)
    total = scoring.total(after, pack, weights)
    reason = no_score(paid_orders, total.value, pack)
    value = total.value if reason is None else None
    return Score(
        official=False,
        total=scoring.rounded(value) if value is not None else None,
        grade=scoring.grade(value, pack) if value is not None else None,
        next_grade=_next_grade(value, pack) if value is not None else None,
        dimensions=tuple(
            Dimension(
                part.id,
                scoring.rounded(part.points) if part.points is not None else None,
                scoring.rounded(part.weight, 4) if part.weight is not None else None,
                part.rules,
            )
            for part in total.parts
        ),
        caps=tuple(
            AppliedCap(cap.rule, cap.applies_to, scoring.rounded(scoring.number(cap.limit)))
            for cap in pack.caps
            if cap.rule in failed
        ),
        left_out=(*total.left_out, *_uncapped(judged, pack)),
        assumptions=_assumptions(judged, pack),
        reason=reason,
    )


def _uncapped(judged: Sequence[Judged], pack: Pack) -> tuple[str, ...]:
    """Rules that could have put a cap on others, had they been run."""
    run = {j.result.id for j in judged}
    return tuple(cap.rule for cap in pack.caps if cap.rule not in run)


def _earned(judged: Sequence[Judged]) -> tuple[dict[str, Fraction], frozenset[str]]:
    earned = {j.result.id: j.points for j in judged if j.points is not None}
    failed = frozenset(j.result.id for j in judged if j.result.status is Status.FAIL)
    return earned, failed


def no_score(paid_orders: Number | None, value: Fraction | None, pack: Pack) -> Text | None:
    """Why there is no score, if there is none. `paid_orders`: of the days that decide it."""
    if not pack.dimensions:
        return Text(zh="该规则包没有评分。", en="This pack has no score.")
    least = int(scoring.number(pack.score["min_paid_orders"]))
    days = int(scoring.number(pack.score["min_paid_days"]))
    if paid_orders is None:
        return Text(
            zh=f"没有订单的支付时间，无法确认近 {days} 天是否满 {least} 笔支付订单。",
            en=f"No payment times: whether {least} orders were paid in {days} days is not known.",
        )
    if paid_orders < least:
        return Text(
            zh=f"近 {days} 天支付订单 {paid_orders} 笔，不足 {least} 笔，平台不出分。",
            en=f"{paid_orders} orders paid in {days} days, fewer than {least}: no score.",
        )
    if value is None:
        return Text(zh="没有任何计分指标有结果。", en="No rule with points has a value.")
    return None


def _assumptions(judged: Sequence[Judged], pack: Pack) -> tuple[Text, ...]:
    """Every assumed figure behind the score, in words."""
    found: list[Text] = []
    for rule in (j.result for j in judged if j.points is not None):
        anchors = pack.rules[rule.id].anchors
        if anchors is None:
            continue
        left = scoring.ends_left(anchors)
        for worth, figure in (("5", anchors.full), ("3", anchors.floor)):
            if figure.assumption and figure in left:
                at = _with_unit(scoring.number(figure), rule.value_unit)
                found.append(
                    Text(
                        zh=f"{rule.title.zh} {at.zh}按 {worth} 分估（平台没公布）",
                        en=f"{rule.title.en}: {at.en} taken as {worth} points (not published)",
                    )
                )
        for point in anchors.learned:
            at = _with_unit(Fraction(point.value), rule.value_unit)
            found.append(
                Text(
                    zh=f"{rule.title.zh} {at.zh}得 {point.points} 分，是后台 {point.day} "
                    "显示的（学到的）",
                    en=f"{rule.title.en}: {at.en} earns {point.points} points, as the platform "
                    f"showed on {point.day} (learned)",
                )
            )
    for dimension, weight in pack.weights.items():
        if weight.assumption:
            share = _with_unit(scoring.number(weight), ValueUnit.RATIO)
            name = DIMENSIONS.get(dimension, Text(dimension, dimension))
            found.append(
                Text(
                    zh=f"{name.zh}权重按 {share.zh}估（平台没公布）",
                    en=f"weight of {name.en} taken as {share.en} (not published)",
                )
            )
    return tuple(found)


DIMENSIONS = {
    "product": Text("商品", "product"),
    "logistics": Text("物流", "logistics"),
    "service": Text("服务", "service"),
}


def _with_unit(value: Fraction, unit: ValueUnit | None) -> Text:
    """An anchor as it is read: a share in percent, hours with their unit."""
    if unit is ValueUnit.RATIO:
        share = f"{trimmed(value * 100)}%"
        return Text(f"{share} ", share)
    number = trimmed(value)
    hours = unit is ValueUnit.HOURS
    # In Chinese what follows stands apart from figures only.
    return Text(f"{number} 小时" if hours else f"{number} ", f"{number} h" if hours else number)


def with_caps(judged: Sequence[Judged], pack: Pack) -> tuple[RuleResult, ...]:
    """The results, with the points that a failing rule leaves to others."""
    earned, failed = _earned(judged)
    after = scoring.capped(earned, pack, failed)
    touched = {rule for cap in pack.caps if cap.rule in failed for rule in cap.applies_to}
    return tuple(
        replace(j.result, points_capped=scoring.rounded(after[j.result.id]))
        if j.result.id in touched and j.result.id in after
        else j.result
        for j in judged
    )


def actions(
    judged: Sequence[Judged], fixes: Mapping[str, Text], scored: bool, terms: Terms
) -> tuple[Action, ...]:
    """What to do, by what it wins: each rule set to full marks alone, gates first among equals."""
    pack, weights = terms.pack, terms.settings.weights
    earned, failed = _earned(judged)
    now = scoring.total(scoring.capped(earned, pack, failed), pack, weights).value
    found: list[tuple[Fraction, bool, Action]] = []
    for j in judged:
        result = j.result
        improvable = j.points is not None and j.points < scoring.number(pack.score["max_points"])
        failing = result.status is Status.FAIL and result.level in (Level.ERROR, Level.WARN)
        if not (improvable or failing):
            continue
        better = dict(earned)
        if j.points is not None:
            better[result.id] = scoring.number(pack.score["max_points"])
        then = scoring.total(
            scoring.capped(better, pack, failed - {result.id}), pack, weights
        ).value
        gain = then - now if then is not None and now is not None and scored else Fraction(0)
        gate = failing and result.level is Level.ERROR
        shown = scoring.rounded(gain) if scored else None
        found.append((gain, gate, Action(result.id, shown, result.needed, fixes[result.id])))
    found.sort(key=lambda entry: (-entry[0], not entry[1], entry[2].rule))
    return tuple(action for _, _, action in found)

"""From measured rules to the Report: judged, with score, verdict, actions and notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from kshop_audit import __version__
from kshop_audit.auditing.completing import MeasuredPack
from kshop_audit.auditing.improvables import recipe, turnable
from kshop_audit.auditing.inputs import platforms_of
from kshop_audit.auditing.notes import data_notes, inputs_of
from kshop_audit.auditing.outlook import looked_ahead, score_forecast, with_forecasts, with_records
from kshop_audit.auditing.pack_notes import pack_notes, pack_warnings
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.auditing.selection import PackRun
from kshop_audit.auditing.steps import GATES, Places, failing_gates, left, steps, together, turned
from kshop_audit.auditing.voices import voices_of
from kshop_audit.comparing.compare import compare
from kshop_audit.comparing.regressions import regressions
from kshop_audit.ingest import Source
from kshop_audit.judging import dues, verdict
from kshop_audit.judging.dues import RuleUnits
from kshop_audit.judging.judge import Judged, judge
from kshop_audit.judging.muting import expired_mutes, mute_notes, with_mutes
from kshop_audit.judging.verdict import Gate, Ruled
from kshop_audit.model.due import DueList, counts_of, hours
from kshop_audit.model.evidence import Evidence, EvidencePlace, EvidenceUnit
from kshop_audit.model.frozen import frozen
from kshop_audit.model.improvement import AfterSteps, Improvement
from kshop_audit.model.measurement import EvidenceRow, Measurement
from kshop_audit.model.metadata import RuleInfo, Text
from kshop_audit.model.moments import ZONE, shown
from kshop_audit.model.report import (
    SCHEMA,
    TODAY,
    Action,
    ConfigRef,
    PackRef,
    Report,
    Score,
    Status,
    Tool,
    Verdict,
)
from kshop_audit.model.settings import Settings, Terms
from kshop_audit.plan.load import Loaded, Reject
from kshop_audit.plan.query import UNITS
from kshop_audit.projection.forecast import Ahead
from kshop_audit.projection.improving import next_total, to_gates, to_total
from kshop_audit.projection.search import Way


@frozen(slots=False)
class Audit:
    """The report, and the rows behind it that only evidence files and lists show."""

    report: Report
    evidence: Mapping[str, tuple[EvidenceRow, ...]]
    rejects: tuple[Reject, ...]
    sources: tuple[Source, ...]
    due: DueList


def _paid(whole: MeasuredPack) -> int | None:
    """Paid orders of the days that the score asks for; None where no file tells of payments."""
    paid = whole.by_day.get("paid")
    return None if paid is None else _recent(paid, whole.terms)


def _recent(paid: Mapping[date, int], terms: Terms) -> int:
    if not terms.pack.dimensions:
        return 0  # no score, so no count of orders
    days = int(str(terms.pack.score["min_paid_days"].value))
    since = (terms.end - timedelta(days=days)).date()
    return sum(count for day, count in paid.items() if day >= since)


@frozen(slots=False)
class _JudgedPack:
    """A pack, judged: its rules, what lies ahead of them, and the evidence by the stem of the file
    that lists it.
    """

    whole: MeasuredPack
    judged: tuple[Judged, ...]
    ahead: Mapping[str, Ahead]
    ruled: Ruled
    evidence: Mapping[str, tuple[EvidenceRow, ...]]

    @property
    def units(self) -> tuple[RuleUnits, ...]:
        """The rules with their figures."""
        rules = zip(self.whole.measured, self.whole.run.rules, strict=True)
        return tuple(RuleUnits(m, rule.info, self.whole.terms) for m, rule in rules)


def _judged(request: AuditRequest, whole: MeasuredPack, prefix: str) -> _JudgedPack:
    terms, measured = whole.terms, whole.measured
    infos = [rule.info for rule in whole.run.rules]
    owed = verdict.required(terms, _there(whole.exports.loaded, terms.settings), infos)
    if terms.settings.closing.wanted:
        # A shop on its way out may have had no business in the window.
        owed -= _idle(measured, infos, terms)
    if request.not_before is not None and terms.as_of < request.not_before:
        measured = tuple(_too_old(m, terms) if m.rule in owed else m for m in measured)
    judged = [
        with_mutes(judge(m, info, terms), m, info, terms)
        for m, info in zip(measured, infos, strict=True)
    ]
    judged = [
        _shown(j, m, whole, f"{prefix}{m.rule}.csv" if request.listed else "", request.wanted.heat)
        for j, m in zip(judged, measured, strict=True)
    ]
    # What is due asks for no coming days.
    ahead = {} if request.deadlines else looked_ahead(whole, measured, judged, request.assumed)
    if request.records:
        ahead = with_records(whole, ahead)
    judged = with_forecasts(judged, ahead)
    return _JudgedPack(
        replace(whole, measured=measured),
        tuple(judged),
        ahead,
        Ruled(verdict.with_caps(judged, terms.pack), owed),
        {f"{prefix}{m.rule}": m.evidence for m in measured if m.evidence},
    )


def _titles(runs: Sequence[PackRun]) -> dict[str, Text]:
    return {rule.info.id: rule.info.title for run in runs for rule in run.rules}


def assemble(request: AuditRequest, wholes: Sequence[MeasuredPack]) -> Audit:
    """The report of these packs, the first of which gives the score."""
    several = len(wholes) > 1
    packs = [_judged(request, w, f"{w.run.pack.id}." if several else "") for w in wholes]
    first = packs[0]
    terms, exports, score = first.whole.terms, first.whole.exports, _score(first)
    loaded, sources = exports.loaded, exports.sources
    measured = [m for pack in packs for m in pack.whole.measured]
    results = tuple(result for pack in packs for result in pack.ruled.results)
    fallen = () if request.earlier is None else regressions(request.earlier, results)
    gate = Gate(request.fail_on, request.min_score, fallen if request.fail_on_regression else ())
    due = _due(request, packs)
    runs, platforms = [whole.run for whole in wholes], platforms_of(sources)
    report = Report(
        schema=SCHEMA,
        tool=Tool("kshop-audit", __version__),
        packs=_refs(runs),
        as_of=str(shown(terms.as_of)),
        timezone=ZONE,
        shop=terms.settings.shop,
        config=_config(terms.settings),
        inputs=inputs_of(sources, loaded),
        verdict=_verdict(packs, score, gate),
        score=score,
        rules=results,
        actions=_actions(packs, score),
        warnings=(*pack_warnings(runs, platforms), *expired_mutes(measured, _titles(runs), terms)),
        notes=(
            *pack_warnings(runs, platforms),
            *data_notes(
                sources,
                loaded,
                measured,
                default_as_of=request.as_of is None,
                mask=request.mask,
                zone=request.inputs.zone,
            ),
            *mute_notes(measured, terms),
            *pack_notes(runs, platforms),
        ),
        today=due.items[:TODAY],
        today_counts=due.counts,
    )
    if request.wanted.heat:
        voices, plan = voices_of(first.whole), _plan(request, packs, report)
        report = replace(report, voices=voices, plan=plan)
    if request.earlier is not None:
        report = replace(report, comparison=compare(request.earlier, report))
    evidence = {stem: rows for pack in packs for stem, rows in pack.evidence.items()}
    return Audit(report, evidence, loaded.rejects, sources, due)


def _verdict(packs: Sequence[_JudgedPack], score: Score, gate: Gate) -> Verdict:
    broken = any(m.failed for pack in packs for m in pack.whole.measured)
    return verdict.verdict([pack.ruled for pack in packs], score, broken, gate)


def _plan(
    request: AuditRequest, packs: Sequence[_JudgedPack], report: Report
) -> Improvement | None:
    """The cheapest steps until every gate passes, or, where none fails, to the next total worth an
    effort; as far as the figures tell them. None where there is nothing to reach.
    """
    places = [turnable(pack.whole) for pack in packs]
    gates = [failing_gates(rules) for rules in places]
    if any(gates):
        return _taken(request, packs, places, [to_gates(rules) for rules in gates], None)
    total, terms = report.score.total, packs[0].whole.terms
    if total is None or report.verdict.failed:
        return None
    goal = next_total(total, terms.pack)
    way = None if goal is None else to_total(goal, packs[0].judged, places[0], terms)
    return _taken(request, packs, places, [way, *({} for _ in packs[1:])], goal) if way else None


def _taken(
    request: AuditRequest,
    packs: Sequence[_JudgedPack],
    places: Places,
    ways: Sequence[Way],
    goal: Decimal | None,
) -> Improvement:
    """What comes of the steps; `goal`: the total to reach, None = green gates."""
    wholes = [pack.whole for pack in packs]
    ways = together(ways, places)
    taken = zip(wholes, ways, places, strict=True)
    # Nothing is asked of the days that follow the steps.
    then = [_judged(replace(request, deadlines=True), turned(*each), "") for each in taken]
    first = then[0]
    score = verdict.score(first.judged, _paid(first.whole), first.whole.terms)
    concluded = _verdict(then, score, Gate(request.fail_on, request.min_score))
    results = [result for pack in then for result in pack.ruled.results]
    met = score.total is not None and goal is not None and score.total >= goal
    return Improvement(
        as_of=str(shown(first.whole.terms.as_of)),
        goal=GATES if goal is None else f"{goal.normalize():f}",
        reached=concluded.status == "pass" if goal is None else met,
        steps=steps(ways, wholes, places),
        after=AfterSteps(score.total, concluded.status, left(results)),
    )


def _due(request: AuditRequest, packs: Sequence[_JudgedPack]) -> DueList:
    units, within = [pack.units for pack in packs], request.wanted.within
    found = dues.items(units, within, mask=request.mask)
    as_of = packs[0].whole.terms.as_of
    counts = counts_of(found, dues.kinds(units))
    return DueList(str(shown(as_of)), hours(within), found, counts, dues.lacking(units))


def _config(settings: Settings) -> ConfigRef:
    return ConfigRef(settings.file, settings.sha256, tuple(settings.overrides))


def _refs(runs: Sequence[PackRun]) -> tuple[PackRef, ...]:
    """Every pack whose figures were used, a series before its versions."""
    packs = [pack for run in runs for pack in (run.series, run.pack) if pack]
    return tuple(dict.fromkeys(PackRef(p.id, p.version, p.sha256) for p in packs))


def _score(pack: _JudgedPack) -> Score:
    """The score of a pack, with what lies ahead of it."""
    score = verdict.score(pack.judged, _paid(pack.whole), pack.whole.terms)
    return replace(
        score,
        forecast=score_forecast(pack.whole, pack.judged, pack.ahead, score),
        recipe=None if score.total is None else recipe(pack.whole, pack.judged),
    )


def _actions(packs: Sequence[_JudgedPack], score: Score) -> tuple[Action, ...]:
    """What to do by the first pack, then what else the others ask for."""
    found: dict[str, Action] = {}
    for number, pack in enumerate(packs):
        fixes = {rule.info.id: rule.info.fix for rule in pack.whole.run.rules}
        scored = number == 0 and score.total is not None
        for action in verdict.actions(pack.judged, fixes, scored, pack.whole.terms):
            # Points of another pack win nothing in this score.
            if number == 0 or action.rule in _failing(pack):
                found.setdefault(action.rule, action)
    return tuple(found.values())


def _failing(pack: _JudgedPack) -> set[str]:
    return {result.id for result in pack.ruled.results if result.status is Status.FAIL}


def _idle(
    measured: Sequence[Measurement], infos: Sequence[RuleInfo], terms: Terms
) -> frozenset[str]:
    """The rules of the families of the gates that are always required which have no rows in their
    window and which the operator does not require by name.
    """
    always = {info.family for info in infos if info.id in terms.pack.required}
    named = {*terms.settings.required, *(terms.settings.required_instead or ())}
    pairs = zip(measured, infos, strict=True)
    idle = (m.rule for m, info in pairs if info.family in always and _no_rows(m))
    return frozenset(idle) - named


def _no_rows(measured: Measurement) -> bool:
    """Whether nothing at all lies in the window of a rule; an order not paid lies in none."""
    elsewhere = ("outside_window", "after_as_of", "unpaid")
    inside = sum(n for reason, n in measured.excluded.items() if reason not in elsewhere)
    return not (measured.denominator or inside or measured.unknown)


def _too_old(measured: Measurement, terms: Terms) -> Measurement:
    return Measurement(
        measured.rule,
        reason=Text(
            zh=f"数据只到 {shown(terms.as_of)}，早于 --max-age 允许的时限，请重新导出。",
            en=f"The data end at {shown(terms.as_of)}, older than --max-age allows: export again.",
        ),
    )


_PLACES = 20
"""Rows of evidence that a report names itself; the files of --evidence have all of them."""


def _shown(
    judged: Judged, measured: Measurement, whole: MeasuredPack, listed: str, units: bool
) -> Judged:
    """The result with where its evidence stands; `listed`: the file that lists it, if any;
    `units`: whether the first of them stand in the report itself.
    """
    if not measured.evidence or judged.result.evidence is None:
        return judged
    count = judged.result.evidence.count
    counted = [row for row in measured.evidence if row.counted]
    names = {source.index: source.place for source in whole.exports.sources}
    places = (
        EvidencePlace(names[row.file], row.row)
        for row in counted
        if row.file in names and row.row is not None
    )
    found = Evidence(
        count,
        listed or None,
        bool(listed) and len(counted) < count,
        tuple(dict.fromkeys(places))[:_PLACES],
        tuple(_unit(row) for row in counted[:UNITS]) if units else (),
    )
    return Judged(replace(judged.result, evidence=found), judged.points)


def _unit(row: EvidenceRow) -> EvidenceUnit:
    return EvidenceUnit(
        ids=row.ids,
        deadline=shown(row.deadline),
        actual=shown(row.actual),
        late_seconds=row.late_seconds,
        why=row.why,
        cost_fen=row.cost_fen,
    )


def _there(loaded: Loaded, settings: Settings) -> frozenset[str]:
    found = {str(kind) for kind in loaded.tables.frames} | set(settings.declared)
    for kind, files in loaded.tables.columns.items():
        found |= {f"{kind}.{column}" for columns in files.values() for column in columns}
    return frozenset(found)

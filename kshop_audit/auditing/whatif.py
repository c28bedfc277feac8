"""What if something were otherwise: the same audit over edited facts, beside the audit as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kshop_audit.auditing.assemble import Audit, assemble
from kshop_audit.auditing.assumed import Assumed, WantedChange, change_of
from kshop_audit.auditing.audit import opened, runs_of
from kshop_audit.auditing.changes import changed
from kshop_audit.auditing.completing import MeasuredPack, measured
from kshop_audit.auditing.measuring import Measuring
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.auditing.selection import PackRun
from kshop_audit.errors import UsageError
from kshop_audit.facts import Facts
from kshop_audit.facts.rewriting import REWRITES
from kshop_audit.facts.sharing import Fact
from kshop_audit.ingest.files.digests import hashing
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text, ValueUnit
from kshop_audit.model.report import Report, RuleResult
from kshop_audit.model.suggesting import suggest
from kshop_audit.model.whatif import NumberChange, RuleChange, RuleStanding, ScoreChange, WhatIf
from kshop_audit.plan.costs import costs, priced
from kshop_audit.plan.run import missing_needs
from kshop_audit.rules import Rule, catalogue


@frozen(slots=False)
class Compared:
    """The effect of the changes, and both audits."""

    effect: WhatIf
    before: Audit
    after: Audit


@frozen(slots=False)
class _Both:
    """One pack's part, as it is and as it would be."""

    before: MeasuredPack
    after: MeasuredPack
    said: tuple[Text, ...]
    costs: NumberChange


def whatif(request: AuditRequest, changes: Sequence[str], scratch: Path) -> Compared:
    """Audit the files as they are and with the changes, one made on what the ones before it left.

    Without a change both audits are the one that `audit` makes. UsageError for a change that no
    rule and no row can have.
    """
    wanted = tuple(change_of(text) for text in changes)
    fitting, exports = opened(request, scratch)
    runs = runs_of(fitting, exports)
    with hashing(exports.digests):
        measuring = Measuring(fitting, exports, runs)
        facts = [measuring.facts(run) for run in runs]
        wholes = measuring.packs(facts)
        found = [_both(*own, wanted, fitting) for own in zip(wholes, facts, strict=True)]
        _all_addressed(wanted, runs, [names for _, names in found])
        parts = [both for both, _ in found]
        before = assemble(fitting, [part.before for part in parts])
        after = assemble(fitting, [part.after for part in parts]) if wanted else before
    said = dict.fromkeys(text for part in parts for text in part.said)
    said |= dict.fromkeys(_still_unknown(before.report, after.report))
    effect = WhatIf(
        as_of=before.report.as_of,
        changes=tuple(change.text for change in wanted),
        assumptions=tuple(said),
        rules=tuple(
            RuleChange(old.id, old.pack, _standing(old), _standing(new))
            for old, new in zip(before.report.rules, after.report.rules, strict=True)
        ),
        score=ScoreChange(before.report.score.total, after.report.score.total),
        exit_code=NumberChange(
            before.report.verdict.exit_code, after.report.verdict.exit_code
        ),
        money_fen=NumberChange(
            _money(before.report, parts[0].costs.before),
            _money(after.report, parts[0].costs.after),
        ),
    )  # fmt: skip
    return Compared(effect, before, after)


def _both(
    before: MeasuredPack, facts: Facts, wanted: Sequence[WantedChange], request: AuditRequest
) -> tuple[_Both, frozenset[str]]:
    """The pack as it is and as it would be, and the changes that address anything in it."""
    if not wanted:
        return _Both(before, before, (), NumberChange(None, None)), frozenset()
    rules = priced(before.run.rules, facts)
    cost = costs(rules, facts, {})
    state, addressed = Assumed(before.run, facts), set[str]()
    for change in wanted:
        then = changed(state, change)
        if then is not None:
            state = then
            addressed.add(change.text)
    touched = _touched(before.run.rules, facts, state)
    after = _after(before, touched, state, request)
    later = costs(rules, state.facts, state.edits) if {*touched} & {*rules} else cost
    return _Both(before, after, state.said, NumberChange(cost, later)), frozenset(addressed)


def _touched(rules: Sequence[Rule], facts: Facts, state: Assumed) -> tuple[Rule, ...]:
    """The rules that rest on anything edited. `facts`: without an edit."""
    if state.facts.tables is not facts.tables:
        return tuple(rules)
    lazy = Facts(facts.tables, facts.terms)
    return tuple(rule for rule in rules if _rests_on_edits(rule, lazy, state))


def _rests_on_edits(rule: Rule, facts: Facts, state: Assumed) -> bool:
    """Whether a rule has units that are edited, or requests a fact with an edit."""
    if rule.info.id in state.edits:
        return True
    if missing_needs(rule, facts):
        return False
    asked: set[Fact[Any]] = set()
    rule.measure(facts.asking(asked), facts.terms)
    return any(edit.fact in asked for edit in state.facts.edits)


def _after(
    before: MeasuredPack, touched: tuple[Rule, ...], state: Assumed, request: AuditRequest
) -> MeasuredPack:
    """The pack with the edits, by which these rules alone are other ones."""
    own = before.run

    def again(rules: tuple[Rule, ...]) -> MeasuredPack:
        return measured(
            replace(own, rules=rules), before.exports, request.wanted, mask=request.mask,
            facts=state.facts, edits=state.edits,
        )  # fmt: skip

    after = again(touched)
    if after.by_day != before.by_day:  # how far the files reach is part of every figure
        return again(own.rules)
    found = {one.rule: one for one in (*before.measured, *after.measured)}
    return replace(before, measured=tuple(found[rule.info.id] for rule in own.rules))


def _all_addressed(
    wanted: Sequence[WantedChange], runs: Sequence[PackRun], addressed: Sequence[frozenset[str]]
) -> None:
    """UsageError for a change that addresses nothing in any pack."""
    for change in wanted:
        if any(change.text in names for names in addressed):
            continue
        rules = {rule.info.id for run in runs for rule in run.rules}
        words = {word for run in runs for rule in run.rules for word in rule.info.levers}
        listing = Text("；用 kshop-audit rules 查看全部", "; kshop-audit rules lists them")
        if change.group is not None:
            hint = suggest(change.word, {*words, *REWRITES}, Text(
                f"，可用 {'、'.join(sorted({*words, *REWRITES}))}",
                f"; use {', '.join(sorted({*words, *REWRITES}))}"))  # fmt: skip
            raise UsageError(
                f"--change {change.text}：不认识 {change.word}:{hint.zh}",
                f"--change {change.text}: unknown {change.word}:{hint.en}",
            )
        if change.word in catalogue():
            raise UsageError(
                f"--change {change.text}：这次没有运行规则 {change.word}",
                f"--change {change.text}: the rule {change.word} is not run here",
            )
        hint = suggest(change.word, rules, listing)
        raise UsageError(
            f"--change {change.text}：没有名为 {change.word} 的规则{hint.zh}",
            f"--change {change.text}: unknown rule {change.word}{hint.en}",
        )


def _still_unknown(before: Report, after: Report) -> Iterator[Text]:
    """What the files do not show stays unknown whatever is assumed."""
    for old, new in zip(before.rules, after.rules, strict=True):
        moved = (old.value, old.status) != (new.value, new.status)
        units = sum(new.unknown.values())
        if moved and units:
            yield Text(
                zh=f"{new.title.zh}：另有 {units} 个判不了，改变后仍然判不了。",
                en=f"{new.title.en}: {units} more are not known, and stay so.",
            )


def _standing(result: RuleResult) -> RuleStanding:
    return RuleStanding(result.value, result.status, result.points)


def _money(report: Report, cost: int | None) -> int | None:
    """Fees of the first pack and what its units may cost, in fen; None if neither is known."""
    first = report.packs[0].id if report.packs else ""
    fees = [
        result.numerator
        for result in report.rules
        if result.value_unit is ValueUnit.MONEY and result.value is not None
        and result.numerator is not None and result.pack == first
    ]  # fmt: skip
    known = [*fees, *([] if cost is None else [cost])]
    return sum(known) if known else None

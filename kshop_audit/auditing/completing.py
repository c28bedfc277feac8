"""The rules of one pack, measured: the plan's figures, completed from the inputs as a whole.

What a rule cannot see from its own rows: days without any row, rows that could not be read, texts
that were not understood, and figures that the operator declared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from kshop_audit.auditing.inputs import Exports
from kshop_audit.auditing.selection import PackRun
from kshop_audit.errors import ConfigError
from kshop_audit.facts import Facts
from kshop_audit.judging.bounds import fullest_day, missing_days
from kshop_audit.masking import masked_label
from kshop_audit.model.knowledge import Doubts, Why, added
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.metadata import Text
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Declared, Span, Terms
from kshop_audit.plan.query import Wanted
from kshop_audit.plan.run import run
from kshop_audit.rules import Rule


@dataclass(frozen=True)
class MeasuredPack:
    """The rules of a pack, measured, and what is known of the inputs as a whole.

    `by_day`: rows a day of chats and orders ("paid": of paid orders). `mask`: cells that could tell
    a person are shortened.
    """

    run: PackRun
    exports: Exports
    by_day: Mapping[str, Mapping[date, int]]
    mask: bool
    measured: tuple[Measurement, ...] = ()

    @property
    def terms(self) -> Terms:
        """The terms of the pack."""
        return self.run.terms

    def rejected(self, kind: Kind) -> int:
        """Rows of a kind that could not be read."""
        return self.exports.loaded.rejected(kind, self.exports.sources)


def measured(own: PackRun, exports: Exports, wanted: Wanted, *, mask: bool) -> MeasuredPack:
    """Measure the rules of a pack over the files that were read."""
    facts = Facts(exports.loaded.tables, own.terms)
    found, extras = run(own.rules, facts, wanted)
    by_day = {name: dict(frame.iter_rows()) for name, frame in extras.items()}
    whole = MeasuredPack(own, exports, by_day, mask)
    completed = [_whole_of(m, r, whole) for m, r in zip(found, own.rules, strict=True)]
    return replace(whole, measured=tuple(completed))


def _whole_of(measured: Measurement, rule: Rule, whole: MeasuredPack) -> Measurement:
    """The measurement completed, and so what it would be without the mutes."""
    done = _completed(measured, rule, whole)
    if done.unmuted is None:
        return done
    return replace(done, unmuted=_completed(done.unmuted, rule, whole))


def _completed(measured: Measurement, rule: Rule, whole: MeasuredPack) -> Measurement:
    """The measurement with what only the whole of the inputs knows: gaps, unmapped, declared."""
    declared = whole.terms.settings.declared.get(rule.info.id)
    if measured.reason is not None and measured.status is None and not measured.failed:
        if declared is None or not _holds(declared, whole.terms.spans.get(rule.info.id)):
            return measured
        if rule.info.scale == 1 and declared.numerator > declared.denominator:
            raise ConfigError(
                f"[declared.{rule.info.id}]：分子 {declared.numerator} 大于分母 "
                f"{declared.denominator}",
                f"[declared.{rule.info.id}]: numerator {declared.numerator} is above denominator "
                f"{declared.denominator}",
            )
        return Measurement(
            rule.info.id,
            numerator=declared.numerator,
            denominator=declared.denominator,
            declared=True,
            tally=rule.info.scale > 1,
            scale=rule.info.scale,
            since=declared.since,
            until=declared.until,
            notes=(Text(zh=f"自报数据：{declared.source}", en=f"Declared: {declared.source}"),),
        )
    kinds = _kinds(rule)
    texts = {
        masked_label(text) if whole.mask else text: count
        for kind in kinds
        for column, values in whole.exports.loaded.unmapped.get(kind, {}).items()
        if column in measured.unmapped_columns
        for text, count in values.items()
    }
    own = {
        masked_label(text) if whole.mask else text: count
        for text, count in measured.unmapped.items()
    }
    seen = replace(measured, unmapped={**texts, **own})
    return _with_gaps(seen, rule, kinds, whole)


def _holds(declared: Declared, span: Span | None) -> bool:
    """Whether the version of this part of the window is the one of the figure's last day."""
    if span is None:
        return True
    last = datetime.combine(declared.until, time.min)
    early = span.since is not None and last < span.since
    return not early and (span.until is None or last < span.until)


def _kinds(rule: Rule) -> tuple[Kind, ...]:
    names = (choice.split(".")[0] for need in rule.info.needs for choice in need.split("|"))
    return tuple(dict.fromkeys(Kind(name) for name in (*names, *rule.info.also)))


def days_without_rows(
    rule: Rule, by_day: Mapping[str, Mapping[date, int]], terms: Terms
) -> tuple[Kind | None, tuple[date, ...]]:
    """The missing days of a windowed rule (rulebook 5.5), and the kind that they are missing of.

    `by_day`: kind → day → rows. None if the rule looks at no kind of which days are counted.
    """
    return _days_without_rows(rule, _kinds(rule), by_day, terms)


def _days_without_rows(
    rule: Rule, kinds: Sequence[Kind], by_day: Mapping[str, Mapping[date, int]], terms: Terms
) -> tuple[Kind | None, tuple[date, ...]]:
    source = next((kind for kind in kinds if kind in by_day), None)
    if source is None or terms.pack.rules[rule.info.id].window_days is None:
        return source, ()
    # A day that is exempt from beginning to end holds no counted message anyway.
    exempt = terms.settings.exempt if rule.info.exempt else ()
    return source, missing_days(by_day[source], rule.info.id, terms, exempt=exempt)


def _with_gaps(
    measured: Measurement, rule: Rule, kinds: tuple[Kind, ...], whole: MeasuredPack
) -> Measurement:
    """The measurement with the units that unreadable rows and empty days may hide."""
    if measured.gap == "none":
        return measured
    by_day = measured.gap == "days"
    counted = (Kind.ORDERS,) if measured.population else kinds
    rejected = 0 if by_day else sum(map(whole.rejected, counted))
    _, days = _days_without_rows(rule, counted, whole.by_day, whole.terms)
    absent = days if measured.window else ()
    per_day = 1 if by_day else fullest_day(measured)
    hidden = {
        Why.NOT_READABLE: Doubts(either=rejected),
        Why.EMPTY_DAYS: Doubts(either=len(absent) * per_day),
    }
    if not measured.population:
        return replace(measured, doubts=added(measured.doubts, hidden), missing_days=absent)
    tickets = {Why.NOT_READABLE: Doubts(either=whole.rejected(Kind.TICKETS))}
    return replace(
        measured,
        doubts=added(measured.doubts, tickets),
        below=added(measured.below, hidden),
        missing_days=absent,
    )

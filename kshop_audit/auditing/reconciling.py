"""Which definition of a rule makes the platform's own figures: every reading tried at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import cast

from kshop_audit.auditing.audit import opened, runs_of
from kshop_audit.auditing.completing import MeasuredPack, kinds_of, with_gaps
from kshop_audit.auditing.inputs import Exports
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.auditing.selection import PackRun
from kshop_audit.errors import UsageError
from kshop_audit.facts import Facts
from kshop_audit.facts.days import by_kind
from kshop_audit.judging.bounds import extremes
from kshop_audit.judging.outcome import Extreme
from kshop_audit.model.frozen import frozen
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.metadata import WINDOW_DAYS, Text, ValueUnit
from kshop_audit.model.moments import shown
from kshop_audit.model.rates import Written, written
from kshop_audit.model.reconciliation import (
    OptionValue,
    PlatformFigure,
    Reconciliation,
)
from kshop_audit.model.settings import Terms
from kshop_audit.model.suggesting import suggest
from kshop_audit.plan.engine import survey
from kshop_audit.plan.readings import cannot_read, readings, within
from kshop_audit.projection.reconciling import (
    SEVERAL,
    Class,
    Key,
    Outcome,
    Outcomes,
    candidates,
    classes,
    telling,
    verdict,
)
from kshop_audit.projection.showing import number
from kshop_audit.rules import Rule, catalogue

ONE_DAY = timedelta(days=1)
BACK, COMPARED = 14, 6
"""So many days back is looked for a figure that tells definitions apart, and so many of them."""


@frozen
class StatedFigure:
    """What the platform shows, as it was written; `day`: None for the last day of the files."""

    rule: str
    text: str
    day: date | None


@frozen(slots=False)
class Reconciled:
    """The result, and the options of the rule that the winner sets; none without a winner, and
    where it is what is set already. `pack`, `version`: the rules that were tried.
    """

    result: Reconciliation
    keep: Mapping[str, OptionValue]
    pack: str
    version: str


@frozen
class RulesOf:
    """The pack that judges a rule, whether the rule has readings that can be tried, and points."""

    pack: str
    version: str
    readings: bool
    points: bool


def rules_here(request: AuditRequest, scratch: Path) -> dict[str, RulesOf]:
    """Rule → which pack judges it, of the rules that an audit of these files would look at."""
    fitting, exports = opened(request, scratch)
    found = {}
    for run in reversed(runs_of(fitting, exports)):
        for rule in run.rules:
            own = run.pack.rules[rule.info.id]
            found[rule.info.id] = RulesOf(
                run.pack.id, run.pack.version, bool(own.readings), own.anchors is not None
            )
    return found


def reconcile(request: AuditRequest, figures: Sequence[StatedFigure], scratch: Path) -> Reconciled:
    """Try every definition of the rule. UsageError for figures of several rules, of a rule without
    readings, of days that the files do not hold, and for texts that are no figures.
    """
    rule_id = _one_rule(figures)
    fitting, exports = opened(request, scratch)
    run, rule = _rule_of(rule_id, runs_of(fitting, exports))
    missing = cannot_read(rule, exports.loaded.tables)
    if missing is not None:
        raise UsageError(f"{rule_id}：{missing.zh}", f"{rule_id}: {missing.en}")
    tried = _Tried(rule, run, exports, _by_day(run, exports), mask=fitting.mask)
    said = [tried.written(figure) for figure in figures]
    days = [tried.day(figure) for figure in figures]
    by_day = tried.on({*days}, tried.keys)
    outcomes: Outcomes = {key: [by_day[day][key][0] for day in days] for key in tried.keys}
    found = classes(outcomes)
    concluded = verdict(found, said, days)
    telling_days = tried.telling(found, said, days) if concluded == SEVERAL else {}
    result = Reconciliation(
        as_of=str(shown(run.terms.as_of)),
        platform=tuple(
            PlatformFigure(rule_id, number(one.value), day.isoformat(), figure.text)
            for one, day, figure in zip(said, days, figures, strict=True)
        ),
        candidates=candidates(found, said),
        verdict=concluded,
        would_tell_apart=telling(rule_id, telling_days, min(one.unit for one in said)),
    )
    winner = next((own.keys[0] for own in found if own.fits(said)), ())
    keep = dict(winner) if concluded == "one" else {}
    now = dict(tried.keys[0])
    other = {name: value for name, value in keep.items() if now[name] != value}
    return Reconciled(result, other, run.pack.id, run.pack.version)


def _one_rule(figures: Sequence[StatedFigure]) -> str:
    names = list(dict.fromkeys(figure.rule for figure in figures))
    if len(names) != 1:
        raise UsageError(
            f"--platform：一次只能对一条规则，现有 {'、'.join(names)}",
            f"--platform: one rule at a time, not {', '.join(names)}",
        )
    return names[0]


def _rule_of(name: str, runs: Sequence[PackRun]) -> tuple[PackRun, Rule]:
    for run in runs:
        for rule in run.rules:
            if rule.info.id == name and run.pack.rules[name].readings:
                return run, rule
    able = {r.info.id for run in runs for r in run.rules if run.pack.rules[r.info.id].readings}
    if name in catalogue():
        listed = "、".join(sorted(able))
        if not able:
            raise UsageError(
                f"--platform {name}：这里的规则都没有不同的口径可试",
                f"--platform {name}: none of these rules has readings to try",
            )
        raise UsageError(
            f"--platform {name}：这条规则没有不同的口径可试；可以试的有 {listed}",
            f"--platform {name}: this rule has no readings to try; those that have: "
            + ", ".join(sorted(able)),
        )
    hint = suggest(
        name, able, Text("；用 kshop-audit rules 查看全部", "; kshop-audit rules lists them")
    )
    raise UsageError(
        f"--platform {name}：没有名为 {name} 的规则{hint.zh}",
        f"--platform {name}: unknown rule {name}{hint.en}",
    )


def _by_day(run: PackRun, exports: Exports) -> dict[str, dict[date, int]]:
    found = survey(Facts(exports.loaded.tables, run.terms), by_kind)
    return {name: dict(frame.iter_rows()) for name, frame in found.items()}


@frozen(slots=False)
class _Tried:
    """The readings of one rule over the files of a shop."""

    rule: Rule
    run: PackRun
    exports: Exports
    by_day: Mapping[str, Mapping[date, int]]
    mask: bool

    @property
    def id(self) -> str:
        """The rule."""
        return self.rule.info.id

    @property
    def keys(self) -> list[Key]:
        """Every definition, the one that is set now first."""
        terms = self.run.terms
        rows = terms.pack.rules[self.id].readings
        values = []
        for name, row in rows.items():
            now = terms.window_days(self.id) if name == WINDOW_DAYS else (
                terms.reading(self.id, name))  # fmt: skip
            values.append(tuple(dict.fromkeys((now, *cast("tuple[object, ...]", row.value)))))
        return [
            tuple((name, cast("OptionValue", value)) for name, value in zip(rows, own, strict=True))
            for own in product(*values)
        ]

    @property
    def last(self) -> date:
        """The last day of the files."""
        return (self.run.terms.end - ONE_DAY).date()

    def written(self, figure: StatedFigure) -> Written:
        """The figure as a number; UsageError for what is none."""
        share = self.rule.info.value_unit is ValueUnit.RATIO
        said = written(figure.text, share=share)
        if said is None or (share and said.value > 1):
            raise UsageError(
                f"--platform {figure.rule}={figure.text}：应如 {self.id}=81.2%@2026-10-31",
                f"--platform {figure.rule}={figure.text}: write it like {self.id}=81.2%@2026-10-31",
            )
        return said

    def day(self, figure: StatedFigure) -> date:
        """The last day of the figure's window; UsageError for one that the files do not hold."""
        day = figure.day or self.last
        firsts = (min(days, default=day) for days in self.by_day.values())
        if not min(firsts, default=day) <= day <= self.last:
            raise UsageError(
                f"--platform {figure.rule}：{day} 不在文件的日期之内（到 {self.last}）",
                f"--platform {figure.rule}: {day} is not among the days of the files, "
                f"which end with {self.last}",
            )
        return day

    def on(self, days: set[date], keys: Sequence[Key]) -> dict[date, Outcomes]:
        """What definitions say on these days. Those that differ in their window alone share what is
        measured over the longest one.
        """
        longest = max(
            (_window(key, self.run.terms.window_days(self.id)) for key in keys), default=0
        )
        wanted = {(day, _without_window(key)): self.terms(day, key, longest) for day in days
                  for key in keys}  # fmt: skip
        found = readings(self.rule, self.exports.loaded.tables, wanted)
        return {
            day: {
                key: [self.outcome(found[day, _without_window(key)], day, key, longest)]
                for key in keys
            }
            for day in days
        }

    def terms(self, day: date, key: Key, window: int) -> Terms:
        """The terms on which a definition is measured for the window that ends with a day."""
        own = self.run.terms
        over = datetime.combine(day + ONE_DAY, time.min)
        options = {**own.settings.options.get(self.id, {}), **dict(key)}
        if own.window_days(self.id) is not None:
            options[WINDOW_DAYS] = window
        settings = replace(own.settings, options={**own.settings.options, self.id: options})
        return replace(own, as_of=min(own.as_of, over), settings=settings)

    def outcome(self, measured: Measurement | None, day: date, key: Key, longest: int) -> Outcome:
        """The figure of a definition, with what rows and days that are not there may hide."""
        if measured is None:
            return Outcome(None, None, None)
        window = _window(key, longest)
        terms = self.terms(day, key, window)
        first = (terms.end - timedelta(days=window)).date() if window else None
        whole = MeasuredPack(replace(self.run, terms=terms), self.exports, self.by_day, self.mask)
        done = with_gaps(within(measured, first), self.rule, kinds_of(self.rule), whole)
        ends = extremes(done)
        if not done.denominator or ends is None:
            return Outcome(None, None, None)
        value = Fraction(done.numerator or 0, done.denominator * done.scale)
        low, high = (_share(end, done.scale) for end in ends)
        return Outcome(value, value if low is None else low, value if high is None else high)

    def telling(
        self, found: Sequence[Class], said: Sequence[Written], days: Sequence[date]
    ) -> dict[date, Outcomes]:
        """What the definitions that fit would show on other days; where one alone fits, what the
        nearest others would show as well.
        """
        fitting = [own for own in found if own.fits(said)]
        others = [own for own in found if not own.fits(said)]
        others.sort(key=lambda own: _farthest(own, said))
        chosen = fitting if len(fitting) > 1 else [*fitting, *others]
        keys = [own.keys[0] for own in chosen[:COMPARED]]
        back = {self.last - ONE_DAY * step for step in range(BACK)} - {*days}
        firsts = [min(rows) for rows in self.by_day.values() if rows]
        begun = max(firsts, default=self.last)
        return self.on({day for day in back if day >= begun}, keys)


def _farthest(own: Class, said: Sequence[Written]) -> Fraction:
    far = [outcome.distance(one) for outcome, one in zip(own.outcomes, said, strict=True)]
    return max((one for one in far if one is not None), default=Fraction(10**9))


def _share(end: Extreme, scale: int) -> Fraction | None:
    return Fraction(end.numerator) / (end.denominator * scale) if end.denominator else None


def _window(key: Key, otherwise: int | None) -> int:
    own = dict(key).get(WINDOW_DAYS, otherwise)
    return int(own) if own is not None else 0


def _without_window(key: Key) -> Key:
    return tuple(pair for pair in key if pair[0] != WINDOW_DAYS)

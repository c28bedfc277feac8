"""What speaks against the shop as tables that can be sorted, filtered and copied from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from kshop_audit.model import figures
from kshop_audit.model.evidence import EvidenceUnit
from kshop_audit.model.frozen import frozen
from kshop_audit.model.patterns import regex
from kshop_audit.model.report import Finding, RuleResult
from kshop_audit.report.view import phrases
from kshop_audit.report.view.speech import Speech

MOST_ROWS = 200
"""Rows of a table in a drawer; the rest is counted, and stands in the evidence files."""
_IDS = (
    "order_id", "ticket_id", "message_id", "session_id", "violation_id", "tracking_no", "review_id",
    "product_id",
)  # fmt: skip
_COUNTED = ("numerator", "denominator")
_NAMED = frozenset({*_IDS, "clause", "source", "version"})
"""Keys whose digits are a name and no number."""
_NUMBER = regex(r"-?\d+(\.\d+)?")


@frozen
class ListedTable:
    """Findings or units of a rule as a table; `ids`: the column whose cells can be copied, if there
    is one. `hidden`: rows beyond the last one shown. `keys`: for each cell what it is sorted by, a
    decimal number or an instant, "" where there is none; None where its text does that.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    keys: tuple[tuple[str | None, ...], ...]
    ids: int | None
    hidden: int


def tables(rule: RuleResult, speech: Speech) -> tuple[ListedTable, ...]:
    """The findings, or the units that missed where there are none; and apart from them what is not
    due yet.
    """
    over = [one for one in rule.findings if one.get("hours_left") is None]
    pending = [one for one in rule.findings if one.get("hours_left") is not None]
    made = []
    if over:
        made.append(_findings(speech.say("part.findings"), over, rule, speech))
    elif (units := against(rule, speech)) is not None:
        made.append(units)
    if pending:
        n = len(pending)
        title = speech.say("part.pending", n, unit=phrases.unit(rule, speech, n))
        made.append(_findings(title, pending, rule, speech))
    return tuple(made)


def against(rule: RuleResult, speech: Speech, most: int = MOST_ROWS) -> ListedTable | None:
    """The units that missed, at most so many of them, the worst ones first; None where there are
    none, or where the report was made without them.
    """
    if rule.target is None or rule.evidence is None or not rule.evidence.units:
        return None
    return _units(rule, speech, most)


def worst_days(rule: RuleResult, speech: Speech, most: int) -> tuple[str, ...]:
    """The days on which most units missed, of a share that has to be reached: each with its count
    and its share. A single miss is no such day.
    """
    if rule.days is None or rule.target is None or rule.target.operator != ">=":
        return ()
    if rule.value_unit != "ratio":
        return ()
    rows = [row for row in rule.days.rows if row.denominator - row.numerator > 1]
    rows.sort(key=lambda row: (row.numerator - row.denominator, row.day))
    return tuple(
        f"{row.day[5:]} {row.numerator:,}/{row.denominator:,}"
        f" {speech.value(Fraction(row.numerator, row.denominator), figures.figure(rule))}"
        for row in rows[:most]
    )


def _findings(
    title: str, findings: Sequence[Finding], rule: RuleResult, speech: Speech
) -> ListedTable:
    """A column for each key that tells something of any of them."""
    keys = [key for key in phrases.finding_keys(rule) if _tells(key, findings)]
    both = all(key in keys for key in _COUNTED)
    if both:
        keys.remove("denominator")
    keys.sort(key=lambda key: key not in _IDS)
    shown = findings[:MOST_ROWS]
    rows = tuple(tuple(_cell(key, one, speech, both=both) for key in keys) for one in shown)
    sorts = tuple(tuple(_sort_key(key, one, both=both) for key in keys) for one in shown)
    heads = tuple(
        speech.say("column.counts") if both and key == "numerator" else _title(key, speech)
        for key in keys
    )
    return ListedTable(title, heads, rows, sorts, _copied(keys), len(findings) - len(shown))


def _title(key: str, speech: Speech) -> str:
    """What a column of findings is called: what leads in a line, such as because, does not do."""
    own = f"unit_column.{key}"
    return speech.say(own) if speech.knows(own) and key in _REASONS else speech.name("finding", key)


_REASONS = ("why", "reason")


def _tells(key: str, findings: Sequence[Finding]) -> bool:
    if key == "normalised":
        return any(one.get(key) not in (None, "", one.get("word")) for one in findings)
    if key == "review":
        return any(one.get(key) for one in findings)
    return any(one.get(key) not in (None, "") for one in findings)


def _cell(key: str, finding: Finding, speech: Speech, *, both: bool) -> str:
    item = finding.get(key)
    if item is None:
        return ""
    if key == "hours_left" and isinstance(item, int):
        return speech.say("today.hours", item)
    cell = phrases.worded(key, item, speech)
    if both and key == "numerator":
        return f"{cell}/{phrases.worded('denominator', finding.get('denominator'), speech)}"
    return cell


def _sort_key(key: str, finding: Finding, *, both: bool) -> str | None:
    """A number as such, a count of so many by its share."""
    item = finding.get(key)
    if both and key == "numerator":
        below = finding.get("denominator")
        if isinstance(item, int) and isinstance(below, int) and below:
            return f"{item / below:.12f}"
        return ""
    if key in _NAMED or isinstance(item, bool):
        return None
    text = str(item)
    return text if _NUMBER.fullmatch(text) else None


def _copied(keys: Sequence[str]) -> int | None:
    return next((place for place, key in enumerate(keys) if key in _IDS), None)


def _units(rule: RuleResult, speech: Speech, most: int) -> ListedTable:
    """The first units that speak against the shop, the worst ones first."""
    evidence = rule.evidence
    units = () if evidence is None else evidence.units[:most]
    count = len(units) if evidence is None else evidence.count
    made = [_unit(unit, speech) for unit in units]
    keys = list(dict.fromkeys(key for cells in made for key, cell in cells.items() if cell))
    keys.sort(key=lambda key: (key not in _IDS, _TIMES.index(key) if key in _TIMES else -1))
    rows = tuple(tuple(cells.get(key, "") for key in keys) for cells in made)
    sorts = tuple(tuple(_unit_key(key, unit) for key in keys) for unit in units)
    due = "deadline" in keys
    title = speech.say("part.against", count, unit=phrases.unit(rule, speech, count))
    heads = tuple(_head(key, speech, due=due) for key in keys)
    return ListedTable(title, heads, rows, sorts, _copied(keys), max(0, count - len(units)))


def _head(key: str, speech: Speech, *, due: bool) -> str:
    if key not in _TIMES:
        return _title(key, speech)
    # Where nothing is due the one time is when it happened.
    return speech.say("finding.at" if key == "actual" and not due else f"unit_column.{key}")


_TIMES = ("deadline", "actual", "late", "why", "cost")


def _unit(unit: EvidenceUnit, speech: Speech) -> Mapping[str, str]:
    late, fen = unit.late_seconds, unit.cost_fen
    never = unit.deadline is not None and unit.actual is None
    return {
        **{key: speech.data(text) for key, text in unit.ids.items()},
        "deadline": speech.instant(unit.deadline or ""),
        "actual": speech.say("unit_column.never") if never else speech.instant(unit.actual or ""),
        "late": speech.duration(late) if late is not None and late > 0 else "",
        "why": phrases.worded("why", unit.why or "", speech),
        "cost": "" if fen is None else f"{fen // 100:,}.{fen % 100:02d}",
    }


def _unit_key(key: str, unit: EvidenceUnit) -> str | None:
    """Seconds and fen of a length and an amount; of an instant itself."""
    late = unit.late_seconds
    known: Mapping[str, object] = {
        "deadline": unit.deadline or "",
        "actual": unit.actual or "",
        "late": late if late is not None and late > 0 else "",
        "cost": "" if unit.cost_fen is None else unit.cost_fen,
    }
    return str(known[key]) if key in known else None

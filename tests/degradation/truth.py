"""What is true of a whole shop: the figures of every judged rule, and which of them pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from tests.degradation.builders import oracle
from tests.degradation.shops import Whole, with_answers

Judge = Callable[[int, int], bool]
HOUR = 3_600


def none(bad: int, _: int) -> bool:
    return bad == 0


def every(good: int, groups: int) -> bool:
    return good == groups


def at_least(percent: int) -> Judge:
    return lambda good, counted: good * 100 >= percent * counted


def dispute_passes(faults: int, completed: int) -> bool:
    return faults < 4 or faults * 10_000 <= 35 * completed


RATES: dict[str, Judge] = {
    "reply-rate": at_least(80),
    "reply-rate-daily": every,
    "reply-rate-agent": every,
    "cs-satisfaction": at_least(94),
    "ship-48h": at_least(97),
    "pickup-24h": at_least(97),
    "quality-refund-rate": lambda bad, orders: bad * 1000 <= 5 * orders,
    "dispute-fault-rate": dispute_passes,
}
HOURS: dict[str, Judge] = {
    "refund-only-hours": lambda total, tickets: total <= 24 * HOUR * tickets,
    "return-refund-hours": lambda total, tickets: total <= 72 * HOUR * tickets,
}
COUNTS = (
    "banned-words",
    "ship-promise",
    "waybill-integrity",
    "refund-deadlines",
    "reject-without-reason",
    "no-source",
)
CLOSURE = ("close-orders", "close-aftersales", "close-cooldown")
JUDGED = (*RATES, *HOURS, *COUNTS, *CLOSURE)


@dataclass(frozen=True)
class Truth:
    """The true figure of one rule.

    Attributes:
        value: In the unit of the report: a ratio, hours, or a count; None where nothing counts.
        passes: Whether the target is met; None where nothing counts.
        figures: Numerator and denominator, for a reader.
        also: Other values that are as possible, where not even the whole files tell.
    """

    value: Fraction | None
    passes: bool | None
    figures: str
    also: tuple[Fraction, ...] = ()


def truths_of(whole: Whole) -> dict[str, Truth]:
    rows = with_answers(whole.rows)
    outcomes = oracle.measure(rows, as_of=whole.as_of)
    found = {rule: truth_of(rule, outcomes[rule]) for rule in (*RATES, *HOURS, *COUNTS)}
    gates = oracle.close(rows, whole.as_of, {})
    for rule, gate in gates.items():
        if rule in CLOSURE:
            count = None if rule == "close-cooldown" else Fraction(len(gate.blockers))
            passes = None if gate.no_verdict else gate.clear
            found[rule] = Truth(count, passes, f"{len(gate.blockers)} blockers")
    return found


def truth_of(rule: str, outcome: oracle.Outcome) -> Truth:
    good, counted = outcome.numerator, outcome.denominator
    figures = f"{good}/{counted}"
    if good is None or counted is None:
        return Truth(None, None, figures)
    if rule in COUNTS:
        if rule == "no-source":  # a few flagged orders are below the first step of the ladder
            return Truth(Fraction(good), None, figures)
        empty = counted == 0
        return Truth(None if empty else Fraction(good), None if empty else good == 0, figures)
    if counted == 0:
        return Truth(None, None, figures)
    if rule in HOURS:
        return Truth(Fraction(good, counted * HOUR), HOURS[rule](good, counted), figures)
    return Truth(Fraction(good, counted), RATES[rule](good, counted), figures)

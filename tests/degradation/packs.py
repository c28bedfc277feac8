"""Which pack judges an attack, and what is true of a whole shop by the rules of other packs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from tests.degradation.builders import (
    Case,
    dated,
    douyin,
    elsewhere,
    oracle,
    service,
    taobao,
)
from tests.degradation.shops import Whole, with_answers
from tests.degradation.truth import HOUR, JUDGED, Truth, truths_of

KUAISHOU = "kuaishou"
PACKS = (KUAISHOU,) * 6 + ("pinduoduo", "jd", "taobao", "douyin")
"""The pack of a seed, by its last digit."""
DATED_FROM = 30_000_000
DATED = tuple(dated.VERSIONS)
LATER = (KUAISHOU,) * 3 + DATED + ("pinduoduo", "jd", "taobao", "douyin")
"""The pack of a seed from DATED_FROM on; those below draw what there was when they were kept."""
LEAST_CONSUMERS = 2
"""So many consumers make a day count; a random shop never has the hundred that the pack asks for,
nor the hundred rounds of Taobao.
"""
OPTIONS: Mapping[str, Mapping[str, Mapping[str, int]]] = {
    "pinduoduo": {"pdd-reply-rate": {"least_consumers": LEAST_CONSUMERS}},
    "taobao": {"tb-reply-3m": {"least_rounds": 1}},
    **{pack: {"fast-reply-badge": {"least_buyers": LEAST_CONSUMERS}} for pack in DATED},
}
"""Options that go with a pack, by rule."""
SETTINGS: Mapping[str, tuple[str, ...]] = {
    pack: tuple(
        argument
        for rule, options in of_rules.items()
        for name, value in options.items()
        for argument in ("--set", f"options.{rule}.{name}={value}")
    )
    for pack, of_rules in OPTIONS.items()
}
"""The same as arguments."""
RULES: Mapping[str, tuple[str, ...]] = {
    KUAISHOU: JUDGED,
    "pinduoduo": ("pdd-reply-rate",),
    "jd": ("jd-review-12h", "jd-finish-7d"),
    "taobao": ("tb-reply-3m", "tb-pickup-48h", "tb-refund-hours"),
    "douyin": ("dy-reply-3m",),
    **dict.fromkeys(
        DATED, ("reply-rate-3m", "fast-reply-badge", "pickup-composite", "cs-satisfaction")
    ),
}


def pack_of(seed: int) -> str:
    packs = LATER if seed >= DATED_FROM else PACKS
    return packs[seed % len(packs)]


def truths(whole: Whole, pack: str) -> dict[str, Truth]:
    """The true figures of the judged rules of a pack."""
    if pack == KUAISHOU:
        return truths_of(whole)
    case = oracle.case_of(with_answers(whole.rows), as_of=whole.as_of)
    return OTHERS[pack](case)


def by_consumers(case: Case) -> dict[str, Truth]:
    days = elsewhere.consumer_days(case).values()
    counted = [(good, of) for good, of in days if of >= LEAST_CONSUMERS]
    return {"pdd-reply-rate": every(sum(good * 2 >= of for good, of in counted), len(counted))}


def by_days(case: Case) -> dict[str, Truth]:
    days = [(counts["answered"], sum(counts.values())) for counts in douyin.days(case).values()]
    return {"dy-reply-3m": every(sum(good * 2 >= of for good, of in days), len(days))}


def every(good: int, days: int) -> Truth:
    if not days:
        return Truth(None, None, "0/0")
    return Truth(Fraction(good, days), good == days, f"{good}/{days}")


def late_tickets(case: Case) -> dict[str, Truth]:
    outcomes = {
        "jd-review-12h": elsewhere.reviewed(case),
        "jd-finish-7d": elsewhere.finished(case),
    }
    return {rule: none_late(outcome) for rule, outcome in outcomes.items()}


def none_late(outcome: oracle.Outcome) -> Truth:
    late, counted = outcome.numerator or 0, outcome.denominator
    figures = f"{late}/{counted}"
    return Truth(Fraction(late), late == 0, figures) if counted else Truth(None, None, figures)


def of_taobao(case: Case) -> dict[str, Truth]:
    rounds, picked = taobao.rounds(case), elsewhere.pickups(case)
    handled = elsewhere.refund_hours(case)
    return {
        "tb-reply-3m": share(rounds, lambda good, of: good * 10 >= 9 * of),
        "tb-pickup-48h": share(picked, None),
        "tb-refund-hours": share(handled, None, HOUR),
    }


def share(
    outcome: oracle.Outcome, judge: Callable[[int, int], bool] | None, scale: int = 1
) -> Truth:
    top, counted = outcome.numerator, outcome.denominator
    if top is None or not counted:
        return Truth(None, None, f"{top}/{counted}")
    passes = None if judge is None else judge(top, counted)
    return Truth(Fraction(top, counted * scale), passes, f"{top}/{counted}")


def of_version(pack: str) -> Callable[[Case], dict[str, Truth]]:
    """The truth by one of Kuaishou's dated packs."""

    def found(case: Case) -> dict[str, Truth]:
        version, as_of = dated.VERSIONS[pack], case.as_of
        rate = dated.rate(case, version, dated.window(as_of, dated.REPLY_DAYS))
        week = dated.window(as_of, dated.BADGE_DAYS)
        earned, missed, status = dated.badge(case, version, week, LEAST_CONSUMERS)
        unknown_days = dated.open_days(case, version, week, LEAST_CONSUMERS)
        pickups = dated.composite(case, dated.window(as_of, dated.PICKUP_DAYS))
        buyers = rate.buyers
        return {
            "reply-rate-3m": between(buyers.good, buyers.bad, buyers.unknown, rate.status),
            "fast-reply-badge": between(earned, missed, unknown_days, status),
            "pickup-composite": Truth(None, None, "no column")
            if pickups is None or pickups.unknown
            else Truth(pickups.value, None, f"{pickups.spot} {pickups.presale}"),
            "cs-satisfaction": share(
                service.satisfaction(case), lambda good, of: good * 10 >= 8 * of
            ),
        }

    return found


def between(good: int, bad: int, unknown: int, status: str | None) -> Truth:
    """The truth where not even whole files tell of every unit, which may be good or bad."""
    counted = good + bad + unknown
    passes = {"pass": True, "fail": False}.get(status or "")
    if not counted:
        return Truth(None, None, "0/0")
    ends = Fraction(good, counted), Fraction(good + unknown, counted)
    return Truth(ends[0], passes, f"{good}/{counted} and {unknown} unknown", ends[1:])


OTHERS: Mapping[str, Callable[[Case], dict[str, Truth]]] = {
    "pinduoduo": by_consumers,
    "jd": late_tickets,
    "taobao": of_taobao,
    "douyin": by_days,
    **{pack: of_version(pack) for pack in DATED},
}

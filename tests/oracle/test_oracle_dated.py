"""Kuaishou's dated packs against the plain-Python twin, each alone and by the day of the event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from kshop_audit.model.report import RuleResult, Status
from kshop_audit.model.settings import Settings
from tests import oracle
from tests.oracle import dated, service
from tests.oracle.basis import Case, window_end
from tests.oracle.dated import Period, Version
from tests.shops.audits import audit_folder, settings_of
from tests.shops.files import write_canonical
from tests.shops.profile import Shop
from tests.shops.shop import random_exempt, random_shop

RULES = ("reply-rate-3m", "fast-reply-badge", "pickup-composite", "cs-satisfaction")
WINDOWS = {"reply-rate-3m": 28, "fast-reply-badge": 7, "pickup-composite": 90}
SERIES = "kuaishou-by-date"
LEAST = 2
"""So many buyers make a day of the badge; a random shop never has the twenty that it asks for."""
OPTIONS: dict[str, dict[str, object]] = {"fast-reply-badge": {"least_buyers": LEAST}}
TURNS = (date(2022, 11, 28), date(2023, 3, 27))
"""First days of new rules."""


def results(
    folder: Path, shop: Shop, as_of: datetime, pack: str, seed: int
) -> Iterator[RuleResult]:
    settings = settings_of(OPTIONS, random_exempt(seed, as_of))
    write_canonical(shop, folder)
    own = Settings(
        packs=(pack,), pack_chosen=True, options=settings.options, exempt=settings.exempt
    )
    yield from audit_folder(folder, own, as_of, select=RULES).report.rules


def case_of(shop: Shop, as_of: datetime, seed: int) -> Case:
    return oracle.case_of(shop, as_of=as_of, exempt=random_exempt(seed, as_of))


@pytest.mark.parametrize("seed", range(6200, 6206))
def test_one_version(seed: int, tmp_path: Path) -> None:
    shop, as_of = random_shop(seed, 40)
    case = case_of(shop, as_of, seed)
    pack = tuple(dated.VERSIONS)[seed % len(dated.VERSIONS)]
    for got in results(tmp_path, shop, as_of, pack, seed):
        period = dated.window(as_of, WINDOWS.get(got.id, 30))
        agree(got, case, dated.VERSIONS[pack], period)


FOUND = (
    (6001, "kuaishou-2021-09", "a pickup of which no file tells was a miss in the composite"),
    (6021, "kuaishou-2022-11", "an order without any state waited for its promise"),
    (6035, "kuaishou-2021-09", "a refund was taken for one before a pickup that no file tells"),
    (6003, "kuaishou-2023-03", "a buyer of unknown hand-over was a miss in the week's figure"),
    (6020, "kuaishou-2023-03", "the queue did not count for the shop"),
    (6027, "kuaishou-2023-03", "the same, in a natural week"),
)


@pytest.mark.parametrize(("seed", "pack", "what"), FOUND)
def test_what_differed_once_is_equal(seed: int, pack: str, what: str, tmp_path: Path) -> None:
    shop, as_of = random_shop(seed, 40)
    case = oracle.case_of(shop, as_of=as_of)
    assert what
    write_canonical(shop, tmp_path)
    settings = Settings(packs=(pack,), pack_chosen=True, options=OPTIONS)
    for got in audit_folder(tmp_path, settings, as_of, select=RULES).report.rules:
        period = dated.window(as_of, WINDOWS.get(got.id, 30))
        agree(got, case, dated.VERSIONS[pack], period)


@pytest.mark.parametrize("seed", range(6300, 6306))
def test_each_event_by_the_rules_of_its_day(seed: int, tmp_path: Path) -> None:
    shop, as_of = random_shop(seed, 40)
    # The same shop some years earlier: the rules change within its last weeks.
    shift = as_of.date() - TURNS[seed % 2] - timedelta(days=Random(seed).randrange(-2, 35))
    shop, as_of = earlier(shop, shift), as_of - shift
    case = case_of(shop, as_of, seed)
    days = {"reply-rate-3m": 28, "fast-reply-badge": 7}
    seen: dict[str, list[str]] = {rule: [] for rule in days}
    for got in results(tmp_path, shop, as_of, SERIES, seed):
        if got.id in days:
            version = str(got.pack)
            period = dict(dated.parts(as_of, days[got.id]))[version]
            agree(got, case, dated.VERSIONS[version], period)
            seen[got.id].append(version)
    for rule, versions in seen.items():
        assert sorted(versions) == sorted(dict(dated.parts(as_of, days[rule]))), rule


def earlier(shop: Shop, shift: timedelta) -> Shop:
    return {
        kind: [
            {
                name: value - shift if isinstance(value, datetime) else value
                for name, value in r.items()
            }
            for r in rows
        ]
        for kind, rows in shop.items()
    }


def agree(got: RuleResult, case: Case, version: Version, period: Period) -> None:
    match got.id:
        case "reply-rate-3m":
            replies(got, case, version, period)
        case "fast-reply-badge":
            badge(got, case, version, period)
        case "pickup-composite":
            composite(got, case, period)
        case _:
            satisfaction(got, case)


def replies(got: RuleResult, case: Case, version: Version, period: Period) -> None:
    want = dated.rate(case, version, period)
    pair = want.buyers.pair
    assert (got.numerator or 0, got.denominator or 0) == pair
    if pair[1]:
        assert got.value == float(Fraction(*pair))
    assert got.excluded.get("pending", 0) == want.pending
    if "empty_days" not in got.unknown:
        assert {str(f["week"]): told(f) for f in got.findings if f["status"] != "partial"} == {
            str(monday): (*week.pair, monthly(version, week), word(week.reaches(dated.PASS)))
            for monday, week in want.weeks.items()
        }
        assert verdict(got) == want.status


def told(finding: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(finding[name] for name in ("numerator", "denominator", "monthly", "status"))


def monthly(version: Version, week: dated.Buyers) -> bool:
    return version.monthly and week.reaches(dated.MONTHLY) is False


def word(passes: bool | None) -> str:
    return "no_verdict" if passes is None else "pass" if passes else "fail"


def verdict(got: RuleResult) -> str | None:
    """The status, None where nothing counts."""
    counted = got.denominator or got.unknown
    return str(got.status) if counted else None


def badge(got: RuleResult, case: Case, version: Version, period: Period) -> None:
    earned, missed, status = dated.badge(case, version, period, LEAST)
    assert (got.numerator or 0, got.denominator or 0) == (earned, earned + missed)
    if "empty_days" not in got.unknown:
        assert verdict(got) == status


def composite(got: RuleResult, case: Case, period: Period) -> None:
    want = dated.composite(case, period)
    if want is None:
        assert (got.status, got.numerator) == (Status.NO_VERDICT, None)
        return
    known = want.spot + want.presale
    due = sum(known[fate] for fate in ("full", "partial", "late"))
    assert (got.numerator, got.denominator) == (known["full"] if due else got.numerator, due)
    assert got.value == (None if want.value is None else float(want.value))
    assert dict(got.excluded) == {name: count for name, count in want.excluded.items() if count}
    hidden = sum(count for why, count in got.unknown.items() if why != "empty_days")
    assert hidden >= want.unknown
    if got.unknown:
        assert got.status is Status.NO_VERDICT
    elif due:
        assert got.status is Status.INFO
        assert got.value is not None
        assert got.bounds is not None
        assert got.bounds.low == got.bounds.high == got.value


def satisfaction(got: RuleResult, case: Case) -> None:
    want = service.satisfaction(case)
    if want.no_verdict:
        assert got.status is Status.NO_VERDICT
        return
    assert (got.numerator, got.denominator) == (want.numerator, want.denominator)
    good, counted, open_ = want.numerator or 0, want.denominator or 0, sum(want.unmapped.values())
    if counted + open_:
        low = good * 100 >= 80 * (counted + open_)
        high = (good + open_) * 100 >= 80 * (counted + open_)
        assert str(got.status) == word(low if low == high else None)


def test_vector_of_the_composite() -> None:
    """Of 100 spot orders 90 within 48 h, 5 within 72 h; of 100 presale orders 80 in time."""
    found = dated.Composite()
    found.spot.update({"full": 90, "partial": 5, "late": 5})
    found.presale.update({"full": 80, "late": 20})
    assert found.value == Fraction(775, 1000)
    found.spot.clear()
    found.presale.clear()
    found.presale["full"] = 7
    assert found.value == Fraction(8, 10)


def test_days_of_the_versions() -> None:
    for turn in TURNS:
        as_of = datetime.combine(turn, datetime.min.time()) + timedelta(days=3)
        periods = dict(dated.parts(as_of, 28))
        assert [(end - since).days for since, end in periods.values()] == [25, 3]
        assert max(end for _, end in periods.values()) == window_end(as_of)

"""The product against the oracle: two programs that share no line must find the same figures.

A shop is a seed, so a disagreement is reproduced by its seed, its size and its shape.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from kshop_audit.model.report import RuleResult, Status
from kshop_audit.model.settings import Closing, Declared, Settings
from tests import oracle
from tests.oracle.aftersales import dispute_passes
from tests.oracle.basis import Case
from tests.oracle.orders import orders_of
from tests.oracle.score import ANCHORS
from tests.shops.audits import Audited, audit_folder, audited, written
from tests.shops.files import write_canonical
from tests.shops.profile import DAY, Row, Shop
from tests.shops.shop import random_shop

CHUNK = 5
SIZES = (4, 20, 40, 40, 40, 90)
"""Mostly enough orders for a score, some shops too small for one."""

BEFORE_WINDOW = frozenset({"cs-satisfaction", "product-rating"})
"""Ratings that count for nothing leave the product before the window is asked, the oracle after."""
UNEXCLUDED = frozenset({"quality-refund-rate", "reply-rate-daily", "reply-rate-agent"})
"""Their units are groups: what was left out is counted with the messages or orders."""
UNDATED = frozenset({"refund-only-hours", "return-refund-hours", "dispute-fault-rate"})
STATED_LATER = frozenset({"no-source", "appeal-window", "violation-points"})
"""The oracle never sees a violation that the shop was notified of after as-of."""


def chunks(first: int, shops: int) -> list[range]:
    return [range(seed, seed + CHUNK) for seed in range(first, first + shops, CHUNK)]


def named(seeds: range) -> str:
    return f"seeds-{seeds.start}"


@pytest.mark.parametrize("seeds", chunks(0, 60), ids=named)
def test_canonical_files_give_the_figures_of_the_oracle(seeds: range) -> None:
    assert [line for seed in seeds for line in disagreements(seed, kuaishou=False)] == []


@pytest.mark.parametrize("seeds", chunks(1000, 40), ids=named)
def test_a_back_offices_files_give_the_figures_of_the_oracle(seeds: range) -> None:
    assert [line for seed in seeds for line in disagreements(seed, kuaishou=True)] == []


def disagreements(seed: int, *, kuaishou: bool) -> Iterator[str]:
    size = SIZES[seed % len(SIZES)]
    both = audited(seed, size, kuaishou=kuaishou)
    results = {rule.id: rule for rule in both.done.report.rules}
    found = [*inputs(both), *late_orders(both), *score(both, results)]
    for rule, outcome in both.expected.items():
        if rule.startswith("ship-") and payments_lost(both.shop):
            continue  # when these were paid is unknown, and the oracle leaves them out
        found += [f"{rule}: {line}" for line in figures(results[rule], outcome)]
        found += [f"{rule}: {line}" for line in distances(results[rule], outcome, both.case)]
    yield from (f"seed {seed} size {size} kuaishou {kuaishou}: {line}" for line in found)


def payments_lost(shop: Shop) -> bool:
    """Whether ten orders that were paid by their state, and a quarter of them, say not when."""
    states = ("paid", "shipped", "received", "completed")
    rows = {str(row["order_id"]): row for row in shop["orders"] if row.get("status") in states}
    lacking = sum(row.get("paid_at") is None for row in rows.values())
    return lacking >= 10 and 4 * lacking >= len(rows)


def inputs(both: Audited) -> Iterator[str]:
    for entry in both.done.report.inputs:
        parts = entry.rows + entry.rejected + entry.skipped + entry.duplicates
        if entry.records != parts:
            yield f"{entry.path}: {entry.records} records, {parts} accounted for"
        if entry.rejected:
            yield f"{entry.path}: {entry.rejected} rows of a clean file rejected"
        if entry.records != (rows := len(both.shop[entry.kind])):
            yield f"{entry.path}: {entry.records} records read, {rows} written"


def figures(got: RuleResult, want: oracle.Outcome) -> Iterator[str]:
    if want.no_verdict:
        # The published list of needed columns names none for this rule, the oracle wants three.
        if got.status is not Status.NO_VERDICT and got.id != "refund-deadlines":
            yield f"{got.status} where nothing can be known"
        return
    pair = wanted_pair(got.id, want)
    shown = (got.numerator, got.denominator if pair[1] is not None else None)
    if shown != pair:
        yield f"{shown}, expected {pair}, {got.status}"
    if got.id in BEFORE_WINDOW:
        more = {name for name, count in got.excluded.items() if count > want.excluded.get(name, 0)}
        if more:
            yield f"excluded {dict(got.excluded)}, expected at most {want.excluded}"
    elif got.id not in UNEXCLUDED and in_or_out(got.id, got.excluded) != in_or_out(
        got.id, want.excluded
    ):
        yield f"excluded {dict(got.excluded)}, expected {want.excluded}"


def in_or_out(rule: str, excluded: Mapping[str, int]) -> dict[str, int]:
    """Exclusions in the terms that both programs share."""
    counts = dict(excluded)
    if rule in UNDATED and (undated := counts.pop("damaged", 0)):
        # A finished ticket without its finishing time lies in no window, or is damaged: both hold.
        counts["outside_window"] = counts.get("outside_window", 0) + undated
    if rule in STATED_LATER:
        counts.pop("after_as_of", None)
    return counts


def wanted_pair(rule: str, want: oracle.Outcome) -> tuple[int | None, int | None]:
    """The oracle's figures, in the product's terms where both count the same thing differently."""
    match rule:
        case "appeal-window":  # the oracle counts tickets that ran out, the product the others
            assert want.numerator is not None
            assert want.denominator is not None
            return want.denominator - want.numerator, want.denominator
        case "dispute-risk":  # unknown outcomes go to the bounds, not into the denominator
            assert want.denominator is not None
            return want.numerator, want.denominator - want.unknown
        case "violation-points":
            return want.numerator, None
        case _:
            return want.numerator, want.denominator


def distances(got: RuleResult, want: oracle.Outcome, case: Case) -> Iterator[str]:
    if got.status not in (Status.PASS, Status.FAIL) or want.numerator is None:
        return
    if got.id == "dispute-fault-rate":
        operator = str(case.option(got.id, "dispute_count_op", "lt"))
        expected = oracle.dispute_distance(want.numerator, want.denominator or 0, operator)
    elif got.target is None or got.target.operator != ">=":
        expected = (None, None)
    else:
        assert got.target.value is not None
        expected = oracle.distance(
            want.numerator, want.denominator or 0, Fraction(got.target.value), at_least=True
        )
    # What is not known takes from what can be borne; `tests/auditing/test_headroom` says how much.
    open_ends = got.bounds is not None and got.bounds.low != got.bounds.high
    room = got.headroom
    if open_ends and room is not None and expected[1] is not None and room <= expected[1]:
        room = expected[1]
    if (got.needed, room) != expected:
        yield f"needed and headroom {(got.needed, got.headroom)}, expected {expected}"


def late_orders(both: Audited) -> Iterator[str]:
    """Every late order is in the evidence, with what it may cost, and no other."""
    for rule in ("ship-48h", "ship-promise"):
        if both.expected[rule].no_verdict:
            continue
        late = both.expected[rule].extra["late"]
        rows = both.done.evidence.get(rule, ())
        shown = {row.ids["order_id"]: Decimal(row.cost_fen or 0) / 100 for row in rows}
        if shown != late:
            yield f"{rule}: evidence {shown}, expected {late}"


def score(both: Audited, results: dict[str, RuleResult]) -> Iterator[str]:
    """Points of every rule, caps, score and grade from the oracle's own figures."""
    values: dict[str, Fraction | None] = {}
    for rule in ANCHORS:
        outcome = both.expected[rule]
        decided = results[rule].status in (Status.PASS, Status.FAIL)
        if decided and outcome.numerator is not None and outcome.denominator:
            hours = 3600 if rule.endswith("-hours") else 1
            value = Fraction(outcome.numerator, outcome.denominator * hours)
            values[rule], exact = value, oracle.points(rule, value)
            points = results[rule].points
            if points is None or abs(Fraction(points) - exact) > Fraction(1, 200):
                yield f"{rule}: {points} points, expected {float(exact)}"
        elif results[rule].points is not None:
            yield f"{rule}: points without a value"
    disputes = both.expected["dispute-fault-rate"]
    failed = results["dispute-fault-rate"].status is Status.FAIL
    if disputes.numerator is not None and disputes.denominator and not disputes.unknown:
        operator = str(both.case.option("dispute-fault-rate", "dispute_count_op", "lt"))
        if failed is dispute_passes(disputes.numerator, disputes.denominator, operator):
            yield f"dispute-fault-rate: {results['dispute-fault-rate'].status}"
    expected = oracle.score(values, dispute_failed=failed, paid_orders_30d=recently_paid(both.case))
    got = both.done.report.score
    if expected is None:
        if got.total is not None:
            yield f"score {got.total}, expected none"
        return
    capped = tuple(r.id for r in results.values() if r.points_capped not in (None, r.points))
    shown = (got.total, got.grade, got.left_out, set(capped))
    wanted = (expected.shown, expected.grade, expected.left_out, set(expected.capped))
    if shown != wanted:
        yield f"score {shown}, expected {wanted}"


def recently_paid(case: Case) -> int:
    paid = [order.paid_at for order in orders_of(case).values() if order.paid_at is not None]
    return sum(case.outside(moment, 30) is None for moment in paid)


# ------------------------------------------------------------------ as-of and missing days


@pytest.mark.parametrize("seed", range(2000, 2024))
def test_the_default_as_of_is_the_newest_event(seed: int, tmp_path: Path) -> None:
    shop, _ = written(seed, 12, tmp_path, kuaishou=seed % 2 == 0)
    done = audit_folder(tmp_path, select=("ship-48h",))
    assert done.report.as_of == str(oracle.default_as_of(shop))


@pytest.mark.parametrize("seed", range(2100, 2106))
def test_one_time_far_behind_all_others_is_damaged_and_moves_nothing(
    seed: int, tmp_path: Path
) -> None:
    shop, _ = random_shop(seed, 12)
    newest = oracle.default_as_of(shop)
    assert newest is not None
    stray = {**shop["chats"][0], "message_id": "stray", "sent_at": newest + oracle.DAMAGE_GAP}
    at_limit = {**shop, "chats": [*shop["chats"], stray]}
    write_canonical(at_limit, tmp_path / "limit")
    assert audit_folder(tmp_path / "limit").report.as_of == str(stray["sent_at"])
    stray["sent_at"] = newest + oracle.DAMAGE_GAP + timedelta(seconds=1)
    write_canonical(at_limit, tmp_path / "beyond")
    report = audit_folder(tmp_path / "beyond").report
    assert report.as_of == str(newest)
    assert sum(entry.rejected for entry in report.inputs) == 1


# ------------------------------------------------------------------ figures of the back office


@pytest.mark.parametrize("seed", range(8))
def test_daily_figures_stand_in_for_a_chat_file(seed: int, tmp_path: Path) -> None:
    rng = Random(seed)
    shop, as_of = random_shop(seed, 10)
    stats: list[Row] = []
    for day in (datetime(2026, 9, 1) + number * DAY for number in range(70)):
        messages = rng.choice((0, 1, 5, 100))
        answered = messages * rng.choice((79, 80, 100)) // 100
        stats.append({"date": day, "messages": messages, "answered": answered})
    shop = {kind: rows for kind, rows in shop.items() if kind != "chats"}
    write_canonical(shop, tmp_path)
    with (tmp_path / "service-stats.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["date", "messages", "answered"])
        writer.writerows([str(row["date"])[:10], row["messages"], row["answered"]] for row in stats)
    report = audit_folder(tmp_path, as_of=as_of).report
    results = {rule.id: rule for rule in report.rules}
    expected = oracle.measure(shop | {"service-stats": stats}, as_of=as_of)
    for rule in ("reply-rate", "reply-rate-daily"):
        want = (expected[rule].numerator, expected[rule].denominator)
        assert (results[rule].numerator, results[rule].denominator) == want
        assert results[rule].declared
    assert results["reply-rate-agent"].status is Status.NO_VERDICT


@pytest.mark.parametrize(
    ("rule", "numerator", "denominator", "status"),
    [
        ("reply-rate", 80, 100, Status.PASS),
        ("reply-rate", 7999, 10000, Status.FAIL),
        ("reply-rate", 0, 0, Status.NOT_APPLICABLE),
        ("cs-satisfaction", 94, 100, Status.PASS),
        ("banned-words", 1, 10, Status.FAIL),
        ("dispute-fault-rate", 3, 10, Status.PASS),
        ("dispute-fault-rate", 4, 10, Status.FAIL),
    ],
)
def test_a_declared_figure_is_judged_like_a_measured_one(
    rule: str, numerator: int, denominator: int, status: Status, tmp_path: Path
) -> None:
    shop, as_of = random_shop(1, 5)
    write_canonical({"orders": shop["orders"]}, tmp_path)
    until = (as_of - timedelta(seconds=1)).date()
    stated = Declared(Decimal(numerator), denominator, until - 29 * DAY, until, "客服数据")
    report = audit_folder(tmp_path, Settings(declared={rule: stated}), as_of).report
    got = next(result for result in report.rules if result.id == rule)
    assert (got.status, got.numerator, got.denominator) == (status, numerator, denominator)
    assert got.declared


# ------------------------------------------------------------------ closing


def closing_shop(seed: int) -> tuple[Shop, datetime]:
    """Orders and tickets only: other files would answer what the operator is asked here."""
    rng = Random(seed)
    shop, as_of = random_shop(seed, 30)
    kept: Shop = {kind: shop[kind] for kind in ("orders", "tickets") if kind in shop}
    for row in kept["orders"]:
        row.setdefault("status", "completed")
    if rng.randrange(3):  # most shops that close have finished what they had
        kept["orders"] = [row for row in kept["orders"] if row["status"] in ("completed", "closed")]
        for row in kept["orders"]:
            finished = row.get("finished_at")
            if isinstance(finished, datetime) and finished > as_of:
                row["finished_at"] = as_of - rng.randrange(25, 35) * DAY
    # Tickets of orders that are not there would say that the file lacks some.
    there = {row["order_id"] for row in kept["orders"]}
    if "tickets" in kept:
        kept["tickets"] = [row for row in kept["tickets"] if row.get("order_id") in there]
    if "tickets" in kept and rng.randrange(2):
        done = ("succeeded", "closed")
        kept["tickets"] = [row for row in kept["tickets"] if row.get("status") in done]
    return kept, as_of


def closing_answers(seed: int, as_of: datetime) -> dict[str, object]:
    rng = Random(seed + 1)
    answers: dict[str, object] = {
        "notice_started_at": as_of - rng.choice((29, 30, 31)) * DAY,
        "notice_interrupted": rng.choice((False, False, False, True)),
        "qualification_change_open": rng.choice((False, False, True)),
        "violations_open": rng.choice((0, 0, 2)),
        "products_on_sale": rng.choice((0, 0, 3)),
        "products_in_review": rng.choice((0, 0, 1)),
        "complaints_open": rng.choice((0, 0, 1)),
        "freight_service_off": rng.choice((True, True, False)),
        "last_completed_at": as_of - rng.choice((5, 40)) * DAY,
    }
    return {name: value for name, value in answers.items() if rng.randrange(12)}


def seen_by(as_of: datetime, shop: Shop) -> Shop:
    """An order created after as-of is not there yet."""

    def created(row: Row) -> datetime:
        moment = row.get("created_at")
        return moment if isinstance(moment, datetime) else as_of

    return shop | {"orders": [row for row in shop["orders"] if created(row) <= as_of]}


def excuse(gates: dict[str, oracle.Gate], answers: Mapping[str, object]) -> None:
    """Where the oracle concludes from half an answer, the product waits for the other half."""
    halves = {
        "close-products": ("products_on_sale", "products_in_review"),
    }
    for rule, names in halves.items():
        if any(name not in answers for name in names):
            gates[rule] = oracle.Gate(no_verdict=True)


def applied_before_payment(shop: Shop) -> bool:
    """Whether most tickets, and ten at least, were applied for before their order was paid: then
    times or columns may be wrong, and the shop need not get a verdict.
    """
    paid = {row["order_id"]: row["paid_at"] for row in shop["orders"]}
    applied = [(row["applied_at"], paid.get(row["order_id"])) for row in shop["tickets"]]
    both = [
        at < payment
        for at, payment in applied
        if isinstance(at, datetime) and isinstance(payment, datetime)
    ]
    return sum(both) >= 10 and sum(both) * 2 > len(both)


def clearing(result: RuleResult) -> datetime | None:
    dates = [str(row.get("clears_on")) for row in result.findings]
    moments = [datetime.fromisoformat(text) for text in dates if text[:1].isdigit()]
    return max(moments, default=None)


BLOCKERS = {"close-orders": "order_id", "close-aftersales": "ticket_id"}


@pytest.mark.parametrize("seed", range(3000, 3040))
def test_what_stands_in_the_way_of_closing_and_until_when(seed: int, tmp_path: Path) -> None:
    shop, as_of = closing_shop(seed)
    answers = closing_answers(seed, as_of)
    if all(row.get("finished_at") for row in shop["orders"] if row["status"] == "completed"):
        answers.pop("last_completed_at", None)  # it stands in for finish times that are missing
    write_canonical(shop, tmp_path)
    settings = Settings(closing=Closing(wanted=True, **answers))  # type: ignore[arg-type]
    report = audit_folder(tmp_path, settings, as_of, select=("closure",)).report
    results = {rule.id: rule for rule in report.rules}
    gates = oracle.close(seen_by(as_of, shop), as_of, answers)
    assert set(results) == set(gates)
    excuse(gates, answers)
    for rule, gate in gates.items():
        got = results[rule]
        if rule == "close-aftersales" and got.status is Status.NO_VERDICT and not gate.no_verdict:
            assert applied_before_payment(shop), got.reason
            continue
        expected = (
            Status.NO_VERDICT if gate.no_verdict else Status.PASS if gate.clear else Status.FAIL
        )
        assert got.status is expected, (rule, gate, got)
        if got.status is Status.FAIL:
            assert clearing(got) == gate.clears_on, (rule, gate, got)
        if rule in BLOCKERS:
            ids = {row[BLOCKERS[rule]] or row["order_id"] for row in got.findings}
            assert ids == set(gate.blockers), (rule, gate, got)
    waiting = [clearing(got) for got in results.values() if got.status is not Status.PASS]
    known = [date for date in waiting if date is not None]
    if known and len(known) == len(waiting):
        assert max(known) == oracle.readiness(gates)

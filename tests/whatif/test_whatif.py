"""What-if: without a change it is the audit, and a change is what the edited rows would say."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import Any

import pytest

from kshop_audit.auditing import whatif
from kshop_audit.auditing.audit import read as auditing_read
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.facts import Facts
from kshop_audit.ingest import Request
from kshop_audit.model.settings import Settings, Terms
from kshop_audit.packs import load
from kshop_audit.plan.turning import population
from kshop_audit.rules import catalogue
from tests.cli.build import ROOT, Run
from tests.whatif.small_shop import HOUR, Row, SmallShop, read, small_shop, written

SAMPLES = sorted(path.name for path in (ROOT / "sample_data").iterdir() if path.is_dir())
AT = ("--as-of", "2026-10-31", "--isolated")
LIMIT = 48 * HOUR


def report(run: Run, *arguments: object) -> dict[str, Any]:
    code, out, err = run(*arguments)
    assert code in (0, 1, 3), err
    found: dict[str, Any] = json.loads(out)
    return found


def checked(run: Run, folder: Path) -> dict[str, Any]:
    return report(run, "check", folder, *AT, "--format", "json")


def assumed(run: Run, folder: Path, *changes: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The edited report, and the effect."""
    file = Path("after.json").absolute()
    flags = [part for change in changes for part in ("--change", change)]
    effect = report(run, "whatif", folder, *AT, *flags, "--format", "json", "--report", file)
    return json.loads(file.read_text(encoding="utf-8")), effect


def same(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Equal in everything that is a figure; the files themselves have other digests."""
    for rule, twin in zip(one["rules"], other["rules"], strict=True):
        # Which days the files cover is told of the files as they are.
        assert {**rule, "coverage": None} == {**twin, "coverage": None}
    for key in ("score", "verdict", "actions", "as_of"):
        assert one[key] == other[key]


def rule_of(found: dict[str, Any], name: str) -> dict[str, Any]:
    (rule,) = (entry for entry in found["rules"] if entry["id"] == name)
    return dict(rule)


# ------------------------------------------------------------------ without a change


@pytest.mark.parametrize(
    ("name", "flags"),
    [*((name, ()) for name in SAMPLES), ("failing", ("--by", "agent,carrier", "--lang", "zh"))],
)
def test_without_a_change_it_is_the_audit_byte_for_byte(
    run: Run, tmp_path: Path, name: str, flags: tuple[str, ...]
) -> None:
    folder, one, other = ROOT / "sample_data" / name, tmp_path / "1.json", tmp_path / "2.json"
    run("check", folder, "--out", one, *flags)
    code, out, err = run("whatif", folder, "--report", other, *flags)
    assert (code, out, err) == (0, "", "")
    assert one.read_bytes() == other.read_bytes()


# ------------------------------------------------------------------ a figure is what rows say


def late(row: Row) -> timedelta:
    """How much too late an order left; negative in time."""
    paid, shipped = read(row["paid_at"]), read(row["shipped_at"])
    assert paid
    assert shipped
    return shipped - paid - LIMIT


def earlier(row: Row, by: timedelta) -> None:
    """The parcel leaves earlier and is picked up as much earlier."""
    for name in ("shipped_at", "picked_up_at"):
        at = read(row[name])
        assert at
        row[name] = written(at - by)


def ship(shop: SmallShop, share: Fraction) -> None:
    orders = shop.rows["orders"]
    missed = sorted((row for row in orders if late(row) > timedelta()), key=late)
    goal = ceil(share * len(orders)) - (len(orders) - len(missed))
    for row in missed[:goal]:
        earlier(row, late(row))


def reply(shop: SmallShop, share: Fraction) -> None:
    chats = shop.rows["chats"]
    talks = list(zip(chats[::2], chats[1::2], strict=True))

    def waited(talk: tuple[Row, Row]) -> timedelta:
        asked, answered = read(talk[0]["sent_at"]), read(talk[1]["sent_at"])
        assert asked
        assert answered
        return answered - asked

    missed = sorted((talk for talk in talks if waited(talk).total_seconds() > 300), key=waited)
    goal = ceil(share * len(talks)) - (len(talks) - len(missed))
    for asked, answered in missed[:goal]:
        answered["sent_at"] = asked["sent_at"]


def rate(shop: SmallShop, share: Fraction) -> None:
    ratings = shop.rows["ratings"]
    missed = [row for row in ratings if row["rating"] != "satisfied"]
    goal = ceil(share * len(ratings)) - (len(ratings) - len(missed))
    for row in sorted(missed, key=lambda row: row["rated_at"])[:goal]:
        row["rating"] = "satisfied"


Edit = Callable[[SmallShop, Fraction], None]


@pytest.mark.parametrize(
    "seed", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize(
    ("rule", "edit", "share"),
    [
        ("ship-48h", ship, Fraction(97, 100)),
        ("ship-48h", ship, Fraction(1)),
        ("reply-rate", reply, Fraction(80, 100)),
        ("reply-rate", reply, Fraction(934, 1000)),
        ("cs-satisfaction", rate, Fraction(94, 100)),
    ],
)
def test_a_figure_and_the_rows_that_make_it_agree(
    run: Run, tmp_path: Path, seed: int, rule: str, edit: Edit, share: Fraction
) -> None:
    shop = small_shop(seed)
    folder = shop.write(tmp_path / "as it is")
    after, effect = assumed(run, folder, f"{rule}={float(share * 100):.4f}%")
    edited = shop.copy()
    edit(edited, share)
    found = checked(run, edited.write(tmp_path / "edited"))
    if rule == "ship-48h":
        # Its pickups move along, in hours and days that the edited rows may count otherwise.
        for entry, twin in zip(after["rules"], found["rules"], strict=True):
            # Days without rows weigh as much as the shipped orders of the fullest day.
            if entry["id"] != "pickup-24h" and not entry["unknown"].get("empty_days"):
                assert {**entry, "coverage": None} == {**twin, "coverage": None}
    else:
        same(after, found)
    changed = rule_of(found, rule)
    assert Fraction(changed["numerator"], changed["denominator"]) >= share
    assert Fraction(changed["numerator"] - 1, changed["denominator"]) < share
    (moved,) = (entry for entry in effect["rules"] if entry["id"] == rule)
    assert moved["after"] == {key: changed[key] for key in ("value", "status", "points")}


@pytest.mark.slow
def test_faults_are_turned_down_to_the_greatest_number_that_is_met(
    run: Run, tmp_path: Path
) -> None:
    folder = small_shop(1).write(tmp_path / "shop")
    was = rule_of(checked(run, folder), "dispute-fault-rate")
    after, _ = assumed(run, folder, "dispute-fault-rate=10%")
    now = rule_of(after, "dispute-fault-rate")
    assert now["denominator"] == was["denominator"]
    assert now["numerator"] == floor(Fraction(1, 10) * was["denominator"]) < was["numerator"]
    after, _ = assumed(run, folder, "quality-refund-rate=5%")
    assert rule_of(after, "quality-refund-rate")["numerator"] == 3
    assert rule_of(after, "quality-refund-rate")["denominator"] == 60


def test_a_mean_comes_down_by_the_fewest_of_the_slowest(run: Run, tmp_path: Path) -> None:
    shop = small_shop(2)
    took = []
    for row in shop.rows["tickets"]:
        applied, agreed = read(row["applied_at"]), read(row["agreed_at"])
        assert applied
        assert agreed
        if row["arbitration"] == "no":
            took.append(int((agreed - applied).total_seconds()))
    after, _ = assumed(run, shop.write(tmp_path / "shop"), "refund-only-hours=20")
    now = rule_of(after, "refund-only-hours")
    goal = 20 * 3600

    def total(count: int) -> int:
        slowest = sorted(took, reverse=True)
        return sum(min(one, goal) for one in slowest[:count]) + sum(slowest[count:])

    least = next(n for n in range(len(took) + 1) if total(n) <= goal * len(took))
    assert (now["numerator"], now["denominator"]) == (total(least), len(took))


@pytest.mark.slow
def test_so_many_more_and_all_of_them(run: Run, tmp_path: Path) -> None:
    folder = small_shop(3).write(tmp_path / "shop")
    was = rule_of(checked(run, folder), "ship-48h")
    after, _ = assumed(run, folder, "ship-48h=+2")
    assert rule_of(after, "ship-48h")["numerator"] == was["numerator"] + 2
    after, _ = assumed(run, folder, "ship-48h=all")
    assert rule_of(after, "ship-48h")["value"] == 1
    after, _ = assumed(run, folder, "ship-48h=50%")
    lower = rule_of(after, "ship-48h")
    assert lower["numerator"] == ceil(Fraction(lower["denominator"], 2)) < was["numerator"]


# ------------------------------------------------------------------ groups of units


def shares(shop: SmallShop) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    chats = shop.rows["chats"]
    for asked, answered in zip(chats[::2], chats[1::2], strict=True):
        begun, over = read(asked["sent_at"]), read(answered["sent_at"])
        assert begun
        assert over
        good = (over - begun).total_seconds() <= 300
        for group in (asked["agent_account"], f"{begun.hour}"):
            hits, units = found.get(group, (0, 0))
            found[group] = hits + good, units + 1
    return found


def median(rates: list[Fraction]) -> Fraction:
    rates = sorted(rates)
    middle = len(rates) // 2
    return (rates[middle] + rates[-middle - 1]) / 2


def test_an_agent_gets_the_median_of_the_team(run: Run, tmp_path: Path) -> None:
    shop = small_shop(4, talks=150)
    found = shares(shop)
    team = [Fraction(*found[name]) for name in ("小李", "小王", "小陈") if found[name][1] >= 30]
    assert len(team) == 3
    after, _ = assumed(run, shop.write(tmp_path / "shop"), "agent:小李=team_median")
    hits, units = found["小李"]
    by_name = {row["agent"]: row["numerator"] for row in rule_of(after, "reply-rate-agent")[
        "findings"]}  # fmt: skip
    assert by_name["小李"] == ceil(median(team) * units)
    others = sum(found[name][0] for name in ("小王", "小陈"))
    assert rule_of(after, "reply-rate")["numerator"] == others + ceil(median(team) * units)
    assert hits != by_name["小李"]


def test_hours_get_the_share_of_the_staffed_ones(run: Run, tmp_path: Path) -> None:
    shop = small_shop(5, talks=150)
    found = shares(shop)

    def pooled(hours: range) -> tuple[int, int]:
        some = [found[str(hour)] for hour in hours if str(hour) in found]
        return sum(hits for hits, _ in some), sum(units for _, units in some)

    hits, units = pooled(range(20, 24))
    goal = ceil(Fraction(*pooled(range(10, 20))) * units)
    after, _ = assumed(run, shop.write(tmp_path / "shop"), "hours:20-24=staffed")
    whole = sum(found[name][0] for name in ("小李", "小王", "小陈"))
    assert rule_of(after, "reply-rate")["numerator"] == whole - hits + goal


def test_a_carrier_gets_the_share_of_the_others(run: Run, tmp_path: Path) -> None:
    shop = small_shop(6)
    asked = {row["order_id"]: read(row["applied_at"]) for row in shop.rows["tickets"]}

    def pooled(*, own: bool) -> tuple[int, int]:
        good = units = 0
        for row in shop.rows["orders"]:
            shipped, picked = read(row["shipped_at"]), read(row["picked_up_at"])
            refund = asked.get(row["order_id"])
            assert shipped
            assert picked
            if row["carrier"].startswith("极兔") is own and not (refund and refund < picked):
                units += 1
                good += picked - shipped <= timedelta(hours=24)
        return good, units

    _, units = pooled(own=True)
    others = pooled(own=False)
    goal = ceil(Fraction(*others) * units)
    folder = shop.write(tmp_path / "shop")
    effect = report(run, "whatif", folder, *AT, "--change", "carrier:极兔=others", "--select",
                    "pickup-24h", "--format", "json")  # fmt: skip
    (rule,) = effect["rules"]
    assert rule["after"]["value"] == pytest.approx((others[0] + goal) / (others[1] + units))
    assert f"{goal}/{units}" in effect["assumptions"][0]["en"]


# ------------------------------------------------------------------ rows


@pytest.mark.parametrize(("change", "by"), [("ship:-6h", 6), ("ship:-3d", 72)])
def test_every_parcel_leaves_earlier_and_never_before_its_payment(
    run: Run, tmp_path: Path, change: str, by: int
) -> None:
    shop = small_shop(7)
    after, _ = assumed(run, shop.write(tmp_path / "as it is"), change)
    edited = shop.copy()
    for row in edited.rows["orders"]:
        paid, shipped = read(row["paid_at"]), read(row["shipped_at"])
        assert paid
        assert shipped
        earlier(row, min(by * HOUR, shipped - paid))
    same(after, checked(run, edited.write(tmp_path / "edited")))


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_a_dispute_is_judged_otherwise(run: Run, tmp_path: Path, outcome: str) -> None:
    shop = small_shop(8)
    after, _ = assumed(run, shop.write(tmp_path / "as it is"), f"dispute:T0003={outcome}")
    edited = shop.copy()
    for row in edited.rows["disputes"]:
        if row["ticket_id"] == "T0003":
            row["liable_party"] = "买家责任" if outcome == "won" else "商家责任"
    same(after, checked(run, edited.write(tmp_path / "edited")))


# ------------------------------------------------------------------ what is measured again


@pytest.mark.parametrize(
    "changes",
    [("reply-rate=85",), ("ship-48h=98%",), ("agent:小李=team_median",),
     ("dispute-fault-rate=0.1%",), ("refund-only-hours=6", "ship-48h=98%")],
)  # fmt: skip
def test_rules_that_rest_on_nothing_edited_stay_as_they_are(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: tuple[str, ...]
) -> None:
    folder, asked = small_shop(10).write(tmp_path / "shop"), list[int]()
    real = whatif._rests_on_edits

    def seen(*of: Any) -> bool:
        asked.append(real(*of))
        return bool(asked[-1])

    monkeypatch.setattr(whatif, "_rests_on_edits", seen)
    few = assumed(run, folder, *changes)
    assert 0 < sum(asked) < len(asked)
    monkeypatch.setattr(whatif, "_rests_on_edits", lambda *_: True)
    assert few == assumed(run, folder, *changes)


# ------------------------------------------------------------------ several, files, faults


def test_several_at_once_in_a_file_or_as_flags(run: Run, tmp_path: Path) -> None:
    folder = small_shop(9).write(tmp_path / "shop")
    changes = ("ship:-2h", "ship-48h=98%", "reply-rate=85", "dispute:T0000=won")
    scenario = tmp_path / "s.toml"
    scenario.write_text(f"title = 'better'\nchanges = {json.dumps(changes)}", encoding="utf-8")
    after, effect = assumed(run, folder, *changes)
    again = report(run, "whatif", folder, *AT, "--scenario", scenario, "--format", "json")
    assert again == effect
    assert effect["changes"] == list(changes)
    assert len(effect["assumptions"]) >= 4
    assert rule_of(after, "ship-48h")["value"] >= 0.98
    assert rule_of(after, "reply-rate")["value"] >= 0.85
    assert set(effect) == {
        "as_of", "changes", "assumptions", "rules", "score", "exit_code", "money_fen",
    }  # fmt: skip
    assert effect["money_fen"]["after"] < effect["money_fen"]["before"]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--change", "ship-48=99%"), ("did you mean ship-48h", "unknown rule")),
        (("--change", "agent:小丽=team_median"), ("no 小丽", "小李")),
        (("--change", "agnt:小李=team_median"), ("did you mean agent",)),
        (("--change", "carrier:极免速递=others"), ("did you mean 极兔速递",)),
        (("--change", "carrier:极兔=othrs"), ("did you mean others",)),
        (("--change", "dispute:T003=won"), ("no such ticket", "did you mean T00")),
        (("--change", "dispute:T0003=wn"), ("did you mean won",)),
        (("--change", "ship:6h"), ("ship:-6h",)),
        (("--change", "hours:25-26=staffed"), ("hours",)),
        (("--change", "ship-48h=120%"), ("must be a share",)),
        (("--change", "ship-48h=+999"), ("only",)),
        (("--change", "banned-words=1.5"), ("whole number",)),
        (("--change", "ship-48h"), ("write it like",)),
        (("--change", "reply-rate-3m=99%"), ("not run here",)),
        ((), ("--change",)),
        (("--scenario", "nowhere.toml"), ("cannot be read",)),
    ],
)
def test_what_cannot_be_changed_is_named(
    run: Run, tmp_path: Path, flags: tuple[str, ...], words: tuple[str, ...]
) -> None:
    folder = small_shop(1, orders=30, talks=60).write(tmp_path / "shop")
    code, out, err = run("whatif", folder, *AT, *flags)
    assert (code, out) == (2, "")
    assert all(word in err for word in words), err


@pytest.mark.parametrize("form", ["text", "md"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_both_languages_say_before_and_after(run: Run, form: str, lang: str) -> None:
    code, out, _ = run(
        "whatif", ROOT / "sample_data/failing", "--change", "ship-48h=99%",
        "--format", form, "--lang", lang,
    )  # fmt: skip
    assert code == 0
    for figure in ("138/147", "146/147", "4.04 → 4.21", "93.9%", "99.3%", "2,488.39", "2,376.89"):
        assert figure in out


@pytest.mark.parametrize("form", ["text", "md"])
def test_a_pack_without_a_score_gets_no_word_of_one(run: Run, form: str) -> None:
    flags = ("--change", "jd-review-12h=0", "--format", form, "--lang", "en")
    code, out, _ = run("whatif", ROOT / "sample_data/jd", *flags)
    assert code == 0
    assert "score" not in out.lower()
    assert "no forecast" in out


# ------------------------------------------------------------------ groups in the report


def test_small_groups_are_one_and_set_no_median(run: Run, tmp_path: Path) -> None:
    shop = small_shop(3, orders=90)
    for place, row in enumerate(shop.rows["orders"][:8]):
        row["carrier"] = f"小快递{place}"
    found = report(run, "check", shop.write(tmp_path / "shop"), *AT, "--by", "carrier",
                   "--select", "ship-48h", "--format", "json")  # fmt: skip
    (rule,) = found["rules"]
    groups = {row["key"]: row for row in rule["breakdown"]["carrier"]}
    assert set(groups) == {"中通快递", "圆通速递", "极兔速递", "other"}
    assert groups["other"]["denominator"] == 8
    rates = [Fraction(groups[name]["numerator"], groups[name]["denominator"])
             for name in ("中通快递", "圆通速递", "极兔速递")]  # fmt: skip
    other = Fraction(groups["other"]["numerator"], 8)
    gain = (median(rates) - other) * 8 / rule["denominator"]
    assert groups["other"]["gain"] == pytest.approx(float(gain))
    gains = [row["gain"] for row in rule["breakdown"]["carrier"]]
    assert gains == sorted(gains, reverse=True)


def test_every_group_that_a_rule_can_address_is_declared_with_it(tmp_path: Path) -> None:
    """The words are known before any file is read, so that a misspelt one is named."""
    settings = Settings()
    order = AuditRequest(inputs=Request((small_shop(1).write(tmp_path / "shop"),)),
                         settings=settings)  # fmt: skip
    with tempfile.TemporaryDirectory() as scratch:
        exports = auditing_read(order, Path(scratch))
    facts = Facts(exports.loaded.tables, Terms(exports.as_of, load("kuaishou"), settings))
    found = {}
    for rule in catalogue().values():
        if rule.info.id in facts.terms.pack.rules and rule.info.levers:
            units = population(rule, facts)
            assert units is not None
            found[rule.info.id] = set(units.levers) == set(rule.info.levers)
    assert len(found) >= 3
    assert all(found.values())

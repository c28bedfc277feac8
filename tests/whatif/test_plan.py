"""The cheapest steps: no cheaper set exists, and applied as a what-if they reach the goal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from kshop_audit.packs import load
from tests.cli.build import ROOT, Run
from tests.whatif.small_shop import AS_OF, HOUR, SmallShop, read, small_shop, written

WHOLE = "coverage.tickets={from = 2026-08-01, to = 2026-10-31}"
"""Nothing is missing, however short the files are."""
AT = ("--as-of", "2026-10-31", "--isolated", "--set", WHOLE)
PACK = load("kuaishou")
MINUTES = {rule: int(str(figure.value)) for rule, figure in PACK.effort.items()}


def said(run: Run, *arguments: object) -> dict[str, Any]:
    code, out, err = run(*arguments)
    assert code in (0, 1, 3), err
    found: dict[str, Any] = json.loads(out)
    return found


def good_shop(seed: int, late: int) -> SmallShop:
    """A shop of which at most so many units of each rule miss it."""
    shop = small_shop(seed, orders=40, talks=24)
    for place, row in enumerate(shop.rows["orders"]):
        paid = read(row["paid_at"])
        assert paid
        hours = 50 if place < late else 20
        row["shipped_at"] = written(paid + hours * HOUR)
        row["picked_up_at"] = written(paid + (hours + (30 if place < late - 1 else 3)) * HOUR)
    chats = shop.rows["chats"]
    for place, (asked, answered) in enumerate(zip(chats[::2], chats[1::2], strict=True)):
        if place >= late + 4:
            answered["sent_at"] = asked["sent_at"]
    for place, row in enumerate(shop.rows["ratings"]):
        row["rating"] = "satisfied" if place >= late else "neutral"
    shop.rows["tickets"] = shop.rows["tickets"][:12]
    for place, row in enumerate(shop.rows["tickets"]):
        row["first_reason"] = "质量问题" if place < 2 else "不想要了"
        applied = read(row["applied_at"])
        assert applied
        row["agreed_at"] = row["finished_at"] = written(
            min(applied + (90 + place if place % 3 else 30) * HOUR, AS_OF - HOUR)
        )
    for row in shop.rows["disputes"]:
        row["liable_party"] = "商家责任" if seed % 2 else "买家责任"
    return shop


# ------------------------------------------------------------------ an estimate of its own


def points(rule: str, value: Fraction) -> Fraction:
    anchors = PACK.rules[rule].anchors
    assert anchors
    full, floor = Fraction(str(anchors.full.value)), Fraction(str(anchors.floor.value))
    return min(Fraction(5), max(Fraction(3), 3 + 2 * (value - floor) / (full - floor)))


def total(earned: Mapping[str, Fraction], capped: bool) -> Fraction:
    whole, weights = Fraction(0), Fraction(0)
    for dimension, rules in PACK.dimensions.items():
        own = [
            min(earned[rule], Fraction(4)) if capped and rule.endswith("-hours") else earned[rule]
            for rule in rules
            if rule in earned
        ]
        if own:
            weight = Fraction(str(PACK.weights[dimension].value))
            weights += weight
            whole += weight * sum(own) / len(own)
    return whole / weights


def shown(value: Fraction) -> Fraction:
    return Fraction(int(value * 100 + Fraction(1, 2)), 100)


def slow(shop: SmallShop) -> list[int]:
    took = []
    for row in shop.rows["tickets"]:
        applied, agreed = read(row["applied_at"]), read(row["agreed_at"])
        assert applied
        assert agreed
        if row["arbitration"] == "no":
            took.append(int((agreed - applied).total_seconds()))
    return sorted((one for one in took if one > 24 * 3600), reverse=True)


def outcomes(found: dict[str, Any], shop: SmallShop) -> Iterator[tuple[str, list[Fraction | bool]]]:
    """Rule → what it earns after each number of units turned; of the disputes whether it passes."""
    for rule in found["rules"]:
        name, hits, units = rule["id"], rule["numerator"], rule["denominator"]
        if name == "dispute-fault-rate":
            yield (
                name,
                [
                    faults < 4 or Fraction(faults, units) <= Fraction(35, 10000)
                    for faults in range(hits, -1, -1)
                ],
            )
        elif rule["points"] is None:
            continue
        elif name == "refund-only-hours":
            saved = [0]
            for one in slow(shop):
                saved.append(saved[-1] + one - 24 * 3600)
            yield name, [points(name, Fraction(hits - by, 3600 * units)) for by in saved]
        elif name == "quality-refund-rate":
            yield name, [points(name, Fraction(n, units)) for n in range(hits, -1, -1)]
        else:
            yield name, [points(name, Fraction(n, units)) for n in range(hits, units + 1)]


def cheapest_of_all(found: dict[str, Any], shop: SmallShop, goal: Fraction) -> int | None:
    """Every number of units of every rule is tried."""
    options = dict(outcomes(found, shop))
    best: int | None = None
    for counts in product(*(range(len(levels)) for levels in options.values())):
        cost = sum(MINUTES[name] * count for name, count in zip(options, counts, strict=True))
        if best is not None and cost >= best:
            continue
        then = {name: options[name][count] for name, count in zip(options, counts, strict=True)}
        passes = bool(then.pop("dispute-fault-rate", True))
        earned = {name: Fraction(value) for name, value in then.items()}
        if shown(total(earned, capped=not passes)) >= goal:
            best = cost
    return best


@pytest.mark.parametrize(
    ("seed", "goal"),
    [(1, "4.6"), (2, "4.85"), (3, "4.9"), (4, "5"),
     *(pytest.param(seed, goal, marks=pytest.mark.slow)
       for seed in range(5, 9) for goal in ("4.5", "4.7", "4.8", "4.95"))],
)  # fmt: skip
def test_no_cheaper_set_exists_and_as_a_what_if_it_reaches_the_goal(
    run: Run, tmp_path: Path, seed: int, goal: str
) -> None:
    shop = good_shop(seed, late=3)
    folder = shop.write(tmp_path / "shop")
    found = said(run, "check", folder, *AT, "--format", "json")
    plan = said(run, "plan", folder, *AT, "--target", goal, "--format", "json")
    best = cheapest_of_all(found, shop, Fraction(goal))
    assert plan["reached"] is (best is not None)
    if best is None:
        assert plan["steps"] == []
        return
    assert sum(step["effort_minutes"] for step in plan["steps"]) == best
    assert plan["after"]["score"] >= float(goal)
    check_as_what_if(run, folder, plan)


def check_as_what_if(run: Run, folder: Path, plan: dict[str, Any], *at: str) -> None:
    """The steps made as changes give the figures that the plan says."""
    if not plan["steps"]:
        return
    flags = [
        part for step in plan["steps"] for part in ("--change", f"{step['rule']}=+{step['count']}")
    ]
    file = Path("after.json").absolute()
    effect = said(run, "whatif", folder, *(at or AT), *flags, "--format", "json", "--report", file)
    assert effect["score"]["after"] == plan["after"]["score"]
    after = json.loads(file.read_text(encoding="utf-8"))
    assert after["verdict"]["status"] == plan["after"]["status"]


COMPLETE = """
[coverage.orders]
from = 2026-10-01
to = 2026-10-31
[coverage.chats]
from = 2026-10-01
to = 2026-10-31
"""


def test_what_the_files_do_not_show_keeps_a_gate_from_being_promised(
    run: Run, tmp_path: Path
) -> None:
    """Days without orders may hide late ones, whatever is done about the known ones."""
    folder = small_shop(1).write(tmp_path / "shop")
    plan = said(run, "plan", folder, *AT, "--gates", "--format", "json")
    assert plan["reached"] is False
    assert "ship-48h" not in {step["rule"] for step in plan["steps"]}
    code, out, _ = run("plan", folder, *AT, "--gates")
    assert code == 0
    assert "Still open" in out


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_green_gates_take_the_fewest_units(run: Run, tmp_path: Path, seed: int) -> None:
    folder = small_shop(seed).write(tmp_path / "shop")
    (folder / "shop.toml").write_text(COMPLETE, encoding="utf-8")
    found = said(run, "check", folder, *AT[:2], "--format", "json")
    plan = said(run, "plan", folder, *AT[:2], "--gates", "--format", "json")
    failing = {rule["id"] for rule in found["rules"]
               if rule["level"] == "error" and rule["status"] == "fail"}  # fmt: skip
    assert {step["rule"] for step in plan["steps"]} == failing
    assert plan["reached"] is True
    assert plan["after"]["status"] == "pass"
    check_as_what_if(run, folder, plan, *AT[:2])
    for step in plan["steps"]:
        fewer = f"{step['rule']}=+{step['count'] - 1}"
        effect = said(run, "whatif", folder, *AT[:2], "--change", fewer, "--format", "json")
        (rule,) = (entry for entry in effect["rules"] if entry["id"] == step["rule"])
        assert rule["after"]["status"] == "fail"


def test_a_step_shows_on_the_first_day_that_the_forecast_at_its_quality_passes(run: Run) -> None:
    folder = ROOT / "sample_data/failing"
    check = said(run, "check", folder, "--history", "off", "--format", "json")
    plan = said(run, "plan", folder, "--gates", "--format", "json")
    shares = {}
    for rule in check["rules"]:
        step = next((step for step in plan["steps"] if step["rule"] == rule["id"]), None)
        if step is not None and rule["level"] == "error" and rule["target"]["operator"] == ">=":
            shares[rule["id"]] = Fraction(rule["numerator"] + step["count"], rule["denominator"])
    assert shares.keys() >= {"reply-rate", "ship-48h", "pickup-24h"}
    flags = [part for rule, share in shares.items()
             for part in ("--assume", f"{rule}={share}")]  # fmt: skip
    found = said(run, "forecast", folder, *flags, "--format", "json")
    for rule in found["rules"]:
        if rule["id"] in shares:
            target = float(rule["target"]["value"])
            days = (day["day"] for day in rule["days"] if day["assumed"] >= target)
            (shown,) = (s["shows_on"] for s in plan["steps"] if s["rule"] == rule["id"])
            assert shown == next(days, None), rule["id"]


def test_effort_is_changed_in_shop_toml(run: Run, tmp_path: Path) -> None:
    folder = good_shop(2, late=3).write(tmp_path / "shop")
    settings = folder / "shop.toml"
    settings.write_text("[effort]\nship-48h = 100\n", encoding="utf-8")
    flags = ("--as-of", "2026-10-31", "--set", WHOLE, "--target", "4.85", "--format", "json")
    plan = said(run, "plan", folder, *flags)
    (step,) = (step for step in plan["steps"] if step["rule"] == "ship-48h")
    assert step["effort_minutes"] == step["count"] * 100
    settings.write_text('[effort]\nship-48h = "0.5"\n', encoding="utf-8")
    plan = said(run, "plan", folder, *flags)
    (step,) = (step for step in plan["steps"] if step["rule"] == "ship-48h")
    assert step["effort_minutes"] == step["count"] / 2


def test_the_words_of_the_sample_shop(run: Run) -> None:
    folder = ROOT / "sample_data/failing"
    code, out, _ = run("plan", folder, "--gates", "--lang", "zh")
    assert code == 0
    assert "未达标从 117 条减到 83 条" in out
    assert "未达标从 2 条减到 0 条" in out
    assert "用时是本工具估的" in out
    code, out, _ = run("plan", folder, "--target", "4.9", "--lang", "en")
    assert code == 0
    assert "4.9" in out


def test_a_shop_without_red_lines_is_told_so_and_a_warning_is_none(run: Run) -> None:
    code, out, _ = run("plan", ROOT / "sample_data/douyin", "--gates", "--lang", "zh")
    assert code == 0
    assert "没有红线" in out
    code, out, _ = run("forecast", ROOT / "sample_data/taobao", "--lang", "en")
    assert code == 0
    assert "\n! Abusive language" in out


@pytest.mark.parametrize("flags", [(), ("--gates", "--target", "4.8"), ("--target", "6")])
def test_a_goal_is_one_of_both(run: Run, tmp_path: Path, flags: tuple[str, ...]) -> None:
    folder = small_shop(1).write(tmp_path / "shop")
    code, out, err = run("plan", folder, *AT, *flags)
    assert (code, out) == (2, "")
    assert "--target" in err


def test_without_a_score_nothing_is_promised(run: Run, tmp_path: Path) -> None:
    folder = small_shop(1, orders=30, talks=10).write(tmp_path / "shop")
    rows = (folder / "orders.csv").read_text(encoding="utf-8").splitlines()
    (folder / "orders.csv").write_text("\n".join(rows[:20]) + "\n", encoding="utf-8")
    plan = said(run, "plan", folder, *AT, "--target", "4.8", "--format", "json")
    assert (plan["reached"], plan["steps"], plan["after"]["score"]) == (False, [], None)


def test_what_several_packs_ask_for_is_one_deed(run: Run) -> None:
    """As often as the pack that asks most for it; the packs alone are the oracle."""
    failing = ROOT / "sample_data" / "failing"
    packs = ("kuaishou", "kuaishou-2023-03")
    alone = {
        pack: said(run, "plan", failing, "--gates", "--pack", pack, "--format", "json")["steps"]
        for pack in packs
    }
    asked = {
        name: {pack: own["count"] for pack in packs for own in alone[pack] if own["rule"] == name}
        for name in {own["rule"] for pack in packs for own in alone[pack]}
    }
    chosen = [part for pack in packs for part in ("--pack", pack)]
    both = said(run, "plan", failing, "--gates", *chosen, "--format", "json")
    assert {own["rule"]: own["count"] for own in both["steps"]} == {
        name: max(counts.values()) for name, counts in asked.items()
    }
    assert len(both["steps"]) == len(asked)
    assert {own["rule"]: own["packs"] for own in both["steps"]} == {
        name: list(counts) for name, counts in asked.items()
    }
    assert max(map(len, asked.values())) == 2
    _, text, _ = run("plan", failing, "--gates", *chosen, "--lang", "zh", "--width", "200")
    assert text.count("48小时发货率（kuaishou、kuaishou-2023-03）") == 1


def test_a_what_if_of_several_packs_names_them(run: Run) -> None:
    failing = ROOT / "sample_data" / "failing"
    order = ("whatif", failing, "--change", "ship-48h=99%", "--pack", "kuaishou",
             "--pack", "kuaishou-2023-03", "--lang", "zh", "--width", "200")  # fmt: skip
    _, text, _ = run(*order)
    assert text.count("√ 48小时发货率（kuaishou）") == 1
    assert text.count("√ 48小时发货率（kuaishou-2023-03）") == 1
    rules = said(run, *order[:-4], "--format", "json")["rules"]
    assert len({(own["pack"], own["id"]) for own in rules}) == len(rules)

"""The pack of the seed documents holds the published figures, and a wrong pack is refused."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from kshop_audit import packs
from kshop_audit.errors import ConfigError
from kshop_audit.model.metadata import Level, Operator, Provenance

PACK = Path(packs.__file__).with_name("kuaishou.toml")

ERROR_RULES = {
    "reply-rate",
    "banned-words",
    "ship-48h",
    "pickup-24h",
    "dispute-fault-rate",
}
INFO_RULES = {"no-source-risk", "product-rating", "service-fee", "withdrawal"}
CLOSURE = {
    "close-notice",
    "close-qualification",
    "close-violations",
    "close-products",
    "close-orders",
    "close-cooldown",
    "close-aftersales",
    "close-complaints",
    "close-freight-service",
}
TARGETS = {
    "reply-rate": (">=", "0.8"),
    "cs-satisfaction": (">=", "0.94"),
    "ship-48h": (">=", "0.97"),
    "pickup-24h": (">=", "0.97"),
    "quality-refund-rate": ("<=", "0.005"),
    "refund-only-hours": ("<=", "24"),
    "return-refund-hours": ("<=", "72"),
    "dispute-fault-rate": ("<=", "0.0035"),
}
ANCHORS = {
    "reply-rate": ("0.80", "0.50"),
    "cs-satisfaction": ("0.94", "0.80"),
    "ship-48h": ("1", "0.90"),
    "pickup-24h": ("0.97", "0.85"),
    "quality-refund-rate": ("0.005", "0.03"),
    "refund-only-hours": ("24", "48"),
    "return-refund-hours": ("72", "120"),
}


def test_the_gates_and_what_is_only_listed() -> None:
    """The rest may grow; every figure is frozen by `digests.toml`."""
    rules = packs.load("kuaishou").rules
    assert {rule for rule, terms in rules.items() if terms.level is Level.ERROR} >= ERROR_RULES
    for rule in INFO_RULES | CLOSURE:
        assert rules[rule].level is Level.INFO, rule


def test_targets_are_the_published_ones() -> None:
    rules = packs.load("kuaishou").rules
    for rule in INFO_RULES:
        assert rules[rule].target is None
    for rule, (operator, value) in TARGETS.items():
        target = rules[rule].target
        assert target is not None
        assert (target.operator.value, target.value) == (operator, Decimal(value))
    for rule in ("reply-rate-daily", "reply-rate-agent"):
        target = rules[rule].target
        assert target is not None
        assert target.operator is Operator.EVERY


def test_windows_are_thirty_days_and_sixty_for_products() -> None:
    rules = packs.load("kuaishou").rules
    for rule in (*CLOSURE, "no-source", "appeal-window", "violation-points", "withdrawal"):
        assert rules[rule].window_days is None, rule
    for rule in (*ERROR_RULES, "cs-satisfaction", "refund-only-hours", "return-refund-hours"):
        assert rules[rule].window_days == 30, rule
    for rule in ("quality-refund-rate", "product-rating"):
        assert rules[rule].window_days == 60, rule


def test_the_score_is_as_the_handbook_proposes() -> None:
    pack = packs.load("kuaishou")
    assert {name: weight.value for name, weight in pack.weights.items()} == {
        "product": Decimal("0.4"),
        "logistics": Decimal("0.3"),
        "service": Decimal("0.3"),
    }
    with_points = [rule for rules in pack.dimensions.values() for rule in rules]
    assert {*with_points} >= ANCHORS.keys()
    for rule, (full, floor) in ANCHORS.items():
        anchors = pack.rules[rule].anchors
        assert anchors is not None
        assert (anchors.full.value, anchors.floor.value) == (Decimal(full), Decimal(floor))
    assert {name: figure.value for name, figure in pack.score.items()} == {
        "min_points": Decimal("3.00"),
        "max_points": Decimal("5.00"),
        "decimals": 2,
        "excellent_from": Decimal("4.7"),
        "good_from": Decimal("4.4"),
        "min_paid_orders": 30,
        "min_paid_days": 30,
    }
    (cap,) = pack.caps
    assert cap.rule == "dispute-fault-rate"
    assert cap.applies_to == ("refund-only-hours", "return-refund-hours")
    assert cap.limit.value == 4


def test_four_faults_are_already_too_many() -> None:
    terms = packs.load("kuaishou").rules["dispute-fault-rate"]
    assert terms.target is not None
    assert terms.target.count_below == 4
    assert terms.options["dispute_count_op"].value == "lt"


def test_a_gate_without_its_kind_of_file_is_not_required() -> None:
    pack = packs.load("kuaishou")
    assert {*pack.required} >= {"reply-rate", "ship-48h"}
    assert {
        "banned-words": ("chats",),
        "pickup-24h": ("shipments", "orders.picked_up_at"),
        "dispute-fault-rate": ("tickets", "disputes"),
    }.items() <= pack.required_when.items()
    assert {*pack.required, *pack.required_when} >= ERROR_RULES


def test_banned_words_are_exactly_the_five_of_the_rule() -> None:
    pack = packs.load("kuaishou")
    assert pack.words["banned"] == ("高仿", "精仿", "非正品", "复印版", "扫描版")
    assert pack.word_sources["banned"].provenance is Provenance.SEED


@pytest.mark.parametrize("name", ["banned", "abusive", "illegal", "impersonation", "hotlines"])
def test_words_are_written_as_normalised_text(name: str) -> None:
    for word in packs.load("kuaishou").words[name]:
        assert word == word.lower()
        assert re.fullmatch(r"\w+", word), word


@pytest.mark.parametrize(
    "honest",
    [
        "这款去死皮很温和",
        "生日你想要什么款式",
        "优惠券作废了你重新领一下",
        "支援交通建设",
        "蛋黄片很好吃",
        "这件衣服让你好看又显瘦",
        "usb接口",
        "如果不满意请联系平台客服",
        "废物利用小妙招",
    ],
)
def test_honest_talk_holds_no_word_of_the_lists(honest: str) -> None:
    pack = packs.load("kuaishou")
    for name in ("banned", "abusive", "illegal", "impersonation"):
        assert not [word for word in pack.words[name] if word in honest]


def test_the_digest_is_that_of_the_file() -> None:
    assert packs.load("kuaishou").sha256 == hashlib.sha256(PACK.read_bytes()).hexdigest()


def _floats(value: object) -> Iterator[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for entry in value:
            yield from _floats(entry)
    elif isinstance(value, float):
        yield value


@pytest.mark.parametrize("name", packs.names())
def test_no_pack_holds_a_binary_float(name: str) -> None:
    text = PACK.with_name(f"{name}.toml").read_text(encoding="utf-8")
    assert list(_floats(tomllib.loads(text))) == []


@pytest.mark.parametrize("name", packs.names())
def test_every_pack_loads(name: str) -> None:
    assert packs.load(name).id == name


FAULTS = [
    (
        'level = "error"\n',
        'levl = "error"\n',
        "rules.reply-rate.levl: unknown key levl; did you mean level?",
    ),
    ('level = "error"\n', "", "rules.reply-rate.level: is missing"),
    (
        'level = "error"\n',
        'level = "fatal"\n',
        "rules.reply-rate.level: must be one of error, warn",
    ),
    (
        'operator = ">="',
        'operator = ">"',
        "rules.reply-rate.target.operator: must be one of >=, <=",
    ),
    ('operator = ">=", value = "0.80"', 'operator = ">="', "rules.reply-rate.target: value"),
    ('operator = ">="', 'operator = "none"', "rules.reply-rate.target: value"),
    ('value = "0.80", source = "S2-16"', 'value = 0.8, source = "S2-16"', "decimals as text"),
    ('value = "0.80", source = "S2-16"', 'value = "80%", source = "S2-16"', "must be a number"),
    ('source = "S2-16"', 'source = ""', "rules.reply-rate.target.source: must not be empty"),
    (', source = "S2-16"', "", "rules.reply-rate.target.source: is missing"),
    (
        '"S2-16", provenance = "SEED"',
        '"S2-16", provenance = "RUMOUR"',
        "target.provenance: must be one of SEED, OFFICIAL",
    ),
    ("{ value = 300,", "{ value = 3.0e2,", "options.within_seconds.value: write decimals"),
    ('value = "first_of_burst"', 'value = "first"', "options.clock: first is none of its choices"),
    ("{ value = 30,", "{ value = -30,", "rules.reply-rate.window_days.value: must be above 0"),
    ("rules = [", 'rules = ["banned-words", ', "banned-words has no anchors"),
    ('value = "0.40"', 'value = "0.41"', "score.dimensions: the weights of the dimensions"),
    (
        'rule = "dispute-fault-rate"',
        'rule = "dispute"',
        "caps.0.rule: unknown rule dispute; did you mean dispute-risk?",
    ),
    (
        '["chats"]',
        '["chat"]',
        "when_present.banned-words: unknown kind of input chat; did you mean chats?",
    ),
    ('["chats"]', '["chats.colour"]', "when_present.banned-words: unknown column colour"),
    (
        'always = ["reply-rate"',
        'always = ["reply"',
        "required.always: unknown rule reply; did you mean reply-rate?",
    ),
    ('["高仿", ', '["精仿", ', "words.banned: a word stands twice"),
    ('["高仿", ', '["", ', "words.banned.words.0: must not be empty"),
    ("[rules.reply-rate]", "[rules.Reply_Rate]", "rule ids are kebab-case"),
    ("version = ", "versoin = ", "versoin: unknown key versoin; did you mean version?"),
    ("min_points = ", "mini_points = ", "score.mini_points: unknown key mini_points; did you mean"),
    (
        "decimals = { value = 2,",
        'decimals = { value = "2",',
        "score.decimals.value: must be a whole",
    ),
    (
        'weight = { value = "0.40"',
        "weight = { value = 0.40",
        "product.weight.value: must be a number",
    ),
    ("[[score.caps]]", "[score.caps]", "score.caps: must be an array"),
    ("[rules.reply-rate.anchors]", "[[rules.reply-rate.anchors]]", "anchors: must be a table"),
    ('id = "kuaishou"', "id = 1", "id: must be a text (in quotes)"),
    ('id = "kuaishou"', "id = ", "is no valid TOML"),
]


@pytest.mark.parametrize(("old", "new", "message"), FAULTS)
def test_a_fault_is_named_with_file_and_key(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = PACK.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "own.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        packs.load(str(path))
    assert message in caught.value.en
    assert str(path) in caught.value.en
    assert str(path) in caught.value.zh


def test_all_faults_are_named_at_once_in_both_languages(tmp_path: Path) -> None:
    text = PACK.read_text(encoding="utf-8")
    for old, new in (('level = "error"\n', ""), ('source = "S3-01", ', ""), ("zh = ", "cn = ")):
        text = text.replace(old, new, 1)
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        packs.load(str(path))
    faults = {
        "title.zh": ("缺少此键", "is missing"),
        "title.cn": ("没有这个键 cn；可用：en, zh", "unknown key cn; known: en, zh"),
        "rules.reply-rate.level": ("缺少此键", "is missing"),
        "rules.reply-rate.window_days.source": ("缺少此键", "is missing"),
    }
    assert set(caught.value.zh.splitlines()) == {
        f"规则包 {path}: {key}：{zh}" for key, (zh, _) in faults.items()
    }
    assert set(caught.value.en.splitlines()) == {
        f"pack {path}: {key}: {en}" for key, (_, en) in faults.items()
    }


def test_an_unknown_name_offers_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean kuaishou"):
        packs.load("kuaishu")


def test_a_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read the pack .*none\.toml"):
        packs.load(str(tmp_path / "none.toml"))

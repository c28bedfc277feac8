"""Configuration: where it is found, what wins, what it means, and how its faults are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest

from kshop_audit import packs
from kshop_audit.config import Origin, load_settings, schema
from kshop_audit.errors import ConfigError, UsageError
from kshop_audit.model.metadata import Level
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import (
    Allowed,
    Declared,
    InputMapping,
    Interval,
    Settings,
    Withdrawal,
)

FULL = """
shop = "小店"
pack = "kuaishou"
lang = "zh"
opened_at = 2026-01-05
required = ["reply-rate", "banned-words"]
force_majeure = ["2631500012345678"]
max_bad_rows = "1%"

[closing]
closing = true
notice_started_at = 2026-03-10T12:00:00
notice_interrupted = false
products_on_sale = 0

[levels]
reply-rate-daily = "error"
cs-satisfaction = "off"

[targets]
reply-rate = "85%"
ship-48h = 0.98
pickup-24h = "0.975"
refund-only-hours = 20

[weights]
product = "50%"
logistics = 0.2

[options.reply-rate]
clock = "own"

[options.service-fee]
commission_share = "0.6"

[[exempt]]
from = 2026-02-10
to = 2026-02-17
reason = "春节"

[words]
banned = ["A货"]
allow = { "精仿膜" = "商品名" }

[inputs.chats]
columns = { content = "正文" }
encoding = "gb18030"
delimiter = "semicolon"
skip_rows = 2
sheet = "聊天"

[inputs.chats.values.sender_role]
"买家" = "buyer"

[declared.reply-rate]
numerator = 812
denominator = 1000
from = 2026-10-01
to = 2026-10-30
source = "客服数据"

[[withdrawals]]
at = "2026-03-01 10:00"
amount = "100.01"
channel = "alipay"
"""


def load(
    cwd: Path,
    *,
    config: Path | None = None,
    folders: Sequence[Path] = (),
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, object] | None = None,
    sets: Sequence[str] = (),
    isolated: bool = False,
) -> tuple[Settings, dict[str, Origin]]:
    settings, origins = load_settings(
        config=config,
        folders=folders,
        cwd=cwd,
        environ=environ or {},
        flags=flags or {},
        sets=sets,
        isolated=isolated,
    )
    return settings, {origin.key: origin for origin in origins}


def write(folder: Path, text: str, name: str = "shop.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults(cwd: Path, text: str, **more: object) -> list[str]:
    write(cwd, text)
    with pytest.raises(ConfigError) as caught:
        load(cwd, **more)  # type: ignore[arg-type]
    zh, en = caught.value.zh.split("\n"), caught.value.en.split("\n")
    assert len(zh) == len(en)
    return en


# ------------------------------------------------------------------ meaning


def test_every_key_arrives_in_the_settings(tmp_path: Path) -> None:
    write(tmp_path, FULL)
    settings, _ = load(tmp_path)
    assert settings.shop == "小店"
    assert settings.lang == "zh"
    assert settings.opened_at == datetime(2026, 1, 5)
    assert settings.required_instead == ("reply-rate", "banned-words")
    assert settings.force_majeure == {"2631500012345678"}
    assert settings.max_bad_rows == Decimal("0.01")
    assert settings.closing.wanted
    assert settings.closing.notice_started_at == datetime(2026, 3, 10, 12)
    assert settings.closing.notice_interrupted is False
    assert settings.closing.products_on_sale == 0
    assert settings.closing.violations_open is None
    assert settings.levels == {"reply-rate-daily": Level.ERROR, "cs-satisfaction": Level.OFF}
    assert settings.targets == {
        "reply-rate": Decimal("0.85"),
        "ship-48h": Decimal("0.98"),
        "pickup-24h": Decimal("0.975"),
        "refund-only-hours": Decimal(20),
    }
    assert settings.weights == {"product": Decimal("0.5"), "logistics": Decimal("0.2")}
    assert settings.options == {
        "reply-rate": {"clock": "own"},
        "service-fee": {"commission_share": Decimal("0.6")},
    }
    # A date alone is a whole day: both ends of an exemption are included.
    assert settings.exempt == (
        Interval(datetime(2026, 2, 10), datetime(2026, 2, 17, 23, 59, 59), "春节"),
    )
    assert settings.words == {"banned": ("A货",)}
    assert settings.allow == (Allowed("精仿膜", "商品名"),)
    assert settings.inputs == {
        Kind.CHATS: InputMapping(
            columns={"content": "正文"},
            values={"sender_role": {"买家": "buyer"}},
            encoding="gb18030",
            delimiter=";",
            skip_rows=2,
            sheets=("聊天",),
        )
    }
    assert settings.declared == {
        "reply-rate": Declared(
            Decimal(812), 1000, date(2026, 10, 1), date(2026, 10, 30), "客服数据"
        )
    }
    assert settings.withdrawals == (
        Withdrawal(datetime(2026, 3, 1, 10), Decimal("100.01"), "alipay"),
    )
    assert settings.file == "shop.toml"
    assert settings.sha256 is not None
    assert settings.overrides == ()


def test_numbers_stay_exact(tmp_path: Path) -> None:
    write(tmp_path, "[targets]\ndispute-fault-rate = 0.0035\nreply-rate = 0.1\n")
    targets = load(tmp_path)[0].targets
    assert targets == {"dispute-fault-rate": Decimal("0.0035"), "reply-rate": Decimal("0.1")}


@pytest.mark.parametrize("text", ["closing = true", "[closing]\nclosing = true"])
def test_closing_may_be_short(tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    assert load(tmp_path)[0].closing.wanted


def test_the_short_closing_of_a_flag_keeps_the_facts_of_the_file(tmp_path: Path) -> None:
    write(tmp_path, "[closing]\nproducts_on_sale = 3\n")
    closing = load(tmp_path, sets=["closing=true"])[0].closing
    assert (closing.wanted, closing.products_on_sale) == (True, 3)


def test_times_with_a_zone_become_shanghai(tmp_path: Path) -> None:
    write(tmp_path, "opened_at = 2026-01-04T18:30:00Z\n")
    assert load(tmp_path)[0].opened_at == datetime(2026, 1, 5, 2, 30)


def test_force_majeure_ids_come_from_a_file_beside_the_configuration(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    write(folder, "\ufeff# reported\n111\n\n 222 \n", "ids.txt")
    write(folder, 'force_majeure = ["333"]\nforce_majeure_file = "ids.txt"\n')
    settings, _ = load(tmp_path, folders=[folder])
    assert settings.force_majeure == {"111", "222", "333"}


def test_all_stands_for_every_gate(tmp_path: Path) -> None:
    write(tmp_path, 'required = "all"\n[levels]\nship-48h = "warn"\nharassment = "error"\n')
    settings, _ = load(tmp_path)
    rules = packs.load("kuaishou").rules
    gates = {rule for rule, terms in rules.items() if terms.level is Level.ERROR}
    wanted = gates - {"ship-48h"} | {"harassment"}
    assert settings.required_instead == tuple(rule for rule in rules if rule in wanted)


def test_the_flag_adds_to_what_is_required(tmp_path: Path) -> None:
    settings, _ = load(tmp_path, flags={"require": ["banned-words"]})
    assert (settings.required_instead, settings.required) == (None, ("banned-words",))


def test_no_required_rule_is_not_the_same_as_none_said(tmp_path: Path) -> None:
    assert load(tmp_path)[0].required_instead is None
    write(tmp_path, "required = []")
    assert load(tmp_path)[0].required_instead == ()


# ------------------------------------------------------------------ where from


def test_the_working_directory_comes_before_the_audited_folder(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    write(folder, 'shop = "folder"')
    assert load(tmp_path, folders=[folder])[0].shop == "folder"
    write(tmp_path, '[tool.kshop-audit]\nshop = "project"\n', "pyproject.toml")
    assert load(tmp_path, folders=[folder])[0].shop == "project"
    write(tmp_path, 'shop = "here"')
    assert load(tmp_path, folders=[folder])[0].shop == "here"
    named = write(tmp_path, 'shop = "named"', "other.toml")
    assert load(tmp_path, config=named, folders=[folder])[0].shop == "named"


def test_nothing_is_looked_for_above_the_working_directory(tmp_path: Path) -> None:
    write(tmp_path, 'shop = "above"')
    below = tmp_path / "below"
    below.mkdir()
    settings, _ = load(below)
    assert (settings.shop, settings.file, settings.sha256) == (None, None, None)


def test_a_project_file_without_the_table_is_none_of_ours(tmp_path: Path) -> None:
    path = write(tmp_path, "[tool.other]\nx = 1\n", "pyproject.toml")
    assert load(tmp_path)[0].file is None
    with pytest.raises(ConfigError, match="has no"):
        load(tmp_path, config=path)


def test_two_audited_folders_with_a_configuration_are_ambiguous(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        write(folder, "")
    with pytest.raises(ConfigError, match="name one with --config"):
        load(tmp_path, folders=folders)


def test_isolated_reads_neither_file_nor_environment(tmp_path: Path) -> None:
    write(tmp_path, 'shop = "x"')
    environ = {"KSHOP_AUDIT_LANG": "en"}
    settings, _ = load(tmp_path, environ=environ, isolated=True)
    assert (settings.shop, settings.lang, settings.file) == (None, None, None)
    with pytest.raises(UsageError):
        load(tmp_path, config=tmp_path / "shop.toml", isolated=True)


def test_flag_before_environment_before_file_before_pack(tmp_path: Path) -> None:
    key = "levels.cs-satisfaction"
    assert load(tmp_path)[1][key] == Origin(key, "warn", "pack kuaishou")
    write(tmp_path, '\n[levels]\ncs-satisfaction = "info"\n')
    assert load(tmp_path)[1][key] == Origin(key, "info", "shop.toml:3")
    environ = {"KSHOP_AUDIT_LEVEL": "cs-satisfaction=off banned-words=warn"}
    _, origins = load(tmp_path, environ=environ)
    assert origins[key] == Origin(key, "off", "KSHOP_AUDIT_LEVEL")
    sets = ['levels.cs-satisfaction="info"']
    _, origins = load(tmp_path, environ=environ, sets=sets)
    assert origins[key] == Origin(key, "info", "--set levels.cs-satisfaction")
    flags = {"levels": {"cs-satisfaction": "error"}}
    settings, origins = load(tmp_path, environ=environ, sets=sets, flags=flags)
    assert origins[key] == Origin(key, "error", "--level")
    assert settings.levels == {"cs-satisfaction": Level.ERROR, "banned-words": Level.WARN}
    assert settings.overrides == ("levels.banned-words=warn", "levels.cs-satisfaction=error")


def test_every_setting_has_one_origin(tmp_path: Path) -> None:
    write(tmp_path, FULL)
    settings, stated = load_settings(cwd=tmp_path, environ={}, flags={})
    keys = [origin.key for origin in stated]
    assert len(keys) == len(set(keys))
    origins = {origin.key: origin for origin in stated}
    assert origins["shop"] == Origin("shop", "小店", "shop.toml:2")
    assert origins["weights.service"].origin == "pack kuaishou"
    assert origins["exempt.0.reason"].value == "春节"
    assert origins["closing.closing"].origin == "shop.toml:11"
    for rule, terms in packs.load(*settings.packs).rules.items():
        assert f"levels.{rule}" in origins
        for option in terms.options:
            assert f"options.{rule}.{option}" in origins


def test_environment_texts_are_not_taken_for_numbers(tmp_path: Path) -> None:
    environ = {"KSHOP_AUDIT_SHOP": "123", "KSHOP_AUDIT_MAX_BAD_ROWS": "2%"}
    settings, _ = load(tmp_path, environ=environ)
    assert (settings.shop, settings.max_bad_rows) == ("123", Decimal("0.02"))


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("targets.ship-48h=0.98", Decimal("0.98")),
        ("targets.ship-48h=98%", Decimal("0.98")),
        ('targets."ship-48h" = "0.98"', Decimal("0.98")),
    ],
)
def test_set_takes_toml_or_a_bare_text(tmp_path: Path, entry: str, value: Decimal) -> None:
    assert load(tmp_path, sets=[entry])[0].targets == {"ship-48h": value}


@pytest.mark.parametrize("entry", ["targets", "=1", "a b=1", "[x]=1", "x\ny=1"])
def test_a_malformed_set_is_a_usage_error(tmp_path: Path, entry: str) -> None:
    with pytest.raises(UsageError, match="write key=value"):
        load(tmp_path, sets=[entry])


def test_a_set_value_cannot_bring_a_second_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        load(tmp_path, sets=['lang="zh"\npack="x"'])


def test_the_language_is_no_override_of_the_report(tmp_path: Path) -> None:
    assert load(tmp_path, flags={"lang": "en"})[0].overrides == ()


# ------------------------------------------------------------------ faults

FAULTS = [
    ("shop = 5", "shop.toml:1: shop: must be a text (in quotes)"),
    ("\npak = 'x'", "shop.toml:2: pak: unknown key pak; did you mean pack?"),
    ("lang = 'de'", "shop.toml:1: lang: must be one of zh, en"),
    ("pack = 'kuaishu'", "shop.toml:1: pack: unknown pack kuaishu; did you mean kuaishou?"),
    ("[levels]\nreply-rte = 'off'", "shop.toml:2: levels.reply-rte: unknown rule reply-rte; did"),
    ("[levels]\nship-48h = 'fatal'", "shop.toml:2: levels.ship-48h: must be one of error, warn"),
    ("required = ['x']", "shop.toml:1: required.0: unknown rule x"),
    ("[targets]\nreply-rate = 85", 'targets.reply-rate: must be a ratio; did you mean "85%"?'),
    ("[targets]\nreply-rate = nan", "targets.reply-rate: must be a number"),
    ("[targets]\nreply-rate = 1e400", "targets.reply-rate: must be a number"),
    ("[targets]\nreply-rate = true", "targets.reply-rate: must be a number"),
    ("[targets]\nrefund-only-hours = '50%'", "refund-only-hours: must be hours"),
    ("[targets]\nbanned-words = 1", "targets.banned-words: this rule has no target figure"),
    ("[weights]\nproduct = 0.5", "weights: the weights of all dimensions must add up to 100%"),
    ("[weights]\nprodukt = 0.4", "unknown dimension produkt; did you mean product?"),
    ("[options.reply-rate]\nclock = 'x'", "clock: must be one of first_of_burst, own, round"),
    ("[options.reply-rate]\nclok = 'own'", "unknown option clok; did you mean clock?"),
    ("[options.reply-rate]\nopen_hour = '8'", "open_hour: must be a whole number, not below 0"),
    ("[options.service-fee]\nsince = 2019", "options.service-fee.since: must be a text"),
    ("[options.service-fee]\namount_share = 'x'", "amount_share: must be a number"),
    ("[options.ship-promis]\nx = 1", "unknown rule ship-promis; did you mean ship-promise?"),
    ("[[exempt]]\nfrom = 2026-01-01\nreason = 'x'", "shop.toml:1: exempt.0.to: is missing"),
    (
        "[[exempt]]\nfrom = 2026-01-02\nto = 2026-01-01\nreason = 'x'",
        "shop.toml:1: exempt.0: to is before from",
    ),
    ("[words]\nbaned = ['x']", "unknown word list baned; did you mean banned?"),
    ("[words]\nallow = ['x']", "words.allow: each phrase needs a reason"),
    ("[words.allow]\nx = ''", "words.allow: x needs a reason"),
    ("[words.allow]\n'高仿' = 'y'", "the platform's own word cannot be allowed"),
    ("[words]\nbanned = 3", "words.banned: must be an array of texts"),
    ("[words.banned]\nx = 'y'", "words.banned: must be an array of texts"),
    ("[inputs.chat]", "shop.toml:1: inputs.chat: unknown kind of input chat; did you mean chats?"),
    ("[inputs.orders.columns]\norder_idd = 'x'", "unknown column order_idd; did you mean order_id"),
    ("[inputs.orders.values.carrier]\na = 'b'", "unknown coded column carrier"),
    ("[inputs.orders.values.is_presale]\na = 'ja'", "unknown code ja; known: false, true"),
    ("[inputs.chats.values.sender_role]\na = 'byer'", "unknown code byer; did you mean buyer?"),
    ("[inputs.chats]\nencoding = 'klingon'", "inputs.chats.encoding: unknown encoding klingon"),
    ("[inputs.chats]\ndelimiter = ';;'", "inputs.chats.delimiter: must be one character"),
    ("[inputs.chats]\nskip_rows = -1", "inputs.chats.skip_rows: must not be below 0"),
    ("[closing]\nproducts = 1", "closing.products: unknown key products"),
    ("closing = 'yes'", "shop.toml:1: closing: must be a table"),
    ("[declared.reply-rat]\n", "declared.reply-rat"),
    ("[[withdrawals]]\nat = 2026-01-01\namount = '1.234'\nchannel = 'x'", "amount: must be yuan"),
    ("opened_at = 'yesterday'", "opened_at: cannot read the time yesterday"),
    ("opened_at = 9999-12-31", "opened_at: the year must lie between"),
    ("max_bad_rows = 5", "max_bad_rows: must lie between 0 and 1"),
    ("force_majeure_file = 'none.txt'", "force_majeure_file: cannot read none.txt"),
    ("shop = ", "shop.toml is no valid TOML"),
]


@pytest.mark.parametrize(("text", "message"), FAULTS)
def test_a_fault_is_stated_with_its_line_and_a_way_out(
    tmp_path: Path, text: str, message: str
) -> None:
    assert message in "\n".join(faults(tmp_path, text))


def test_a_wrong_value_is_not_called_missing_as_well(tmp_path: Path) -> None:
    text = (
        "[declared.reply-rate]\nnumerator = -1\ndenominator = 2\nfrom = 2026-01-01\n"
        "to = 2026-01-02\nsource = 'x'\n"
    )
    stated = "\n".join(faults(tmp_path, text))
    assert "must be a number, not below 0" in stated
    assert "is missing" not in stated


def test_all_faults_are_stated_at_once_in_reading_order(tmp_path: Path) -> None:
    text = (
        "shop = 5\npak = 'x'\n[levels]\nreply-rte = 'off'\nship-48h = 'fatal'\n"
        "[targets]\nreply-rate = 85\n[[exempt]]\nfrom = 2026-01-01\ntoo = 1\n"
    )
    stated = faults(tmp_path, text, sets=["targets.x=1"])
    assert [line.split(": ")[0] for line in stated] == [
        "--set targets.x",
        "shop.toml:1",
        "shop.toml:2",
        "shop.toml:4",
        "shop.toml:5",
        "shop.toml:7",
        "shop.toml:8",
        "shop.toml:8",
        "shop.toml:10",
    ]


def test_faults_of_the_environment_and_of_flags_are_named_after_them(tmp_path: Path) -> None:
    stated = faults(
        tmp_path,
        "",
        environ={"KSHOP_AUDIT_LANG": "de"},
        flags={"levels": {"x-rule": "off"}, "require": ["y-rule"]},
    )
    assert stated == [
        "--level: levels.x-rule: unknown rule x-rule",
        "--require: unknown rule y-rule",
        "KSHOP_AUDIT_LANG: lang: must be one of zh, en",
    ]


def test_a_file_in_another_encoding_is_stated_how_to_mend_it(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_bytes('shop = "小店"'.encode("gb18030"))
    with pytest.raises(ConfigError, match="save it as UTF-8"):
        load(tmp_path)


# ------------------------------------------------------------------ schema


def test_the_schema_accepts_what_the_tool_accepts() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    validator = jsonschema.Draft202012Validator(schema())
    good = {
        "closing": True,
        "targets": {"reply-rate": "85%", "ship-48h": 0.98},
        "exempt": [{"from": "2026-01-01", "to": "2026-01-02", "reason": "x"}],
        "words": {"banned": "one", "allow": {"two": "why"}},
    }
    validator.validate(good)
    assert not validator.is_valid({"pak": "x"})
    assert not validator.is_valid({"levels": {"reply-rate": "fatal"}})
    assert not validator.is_valid({"exempt": [{"since": "2026-01-01"}]})

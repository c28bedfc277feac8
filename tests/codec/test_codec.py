"""Report ⇄ JSON."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from kshop_audit.codec import decode, encode
from kshop_audit.errors import InputError
from kshop_audit.model.report import Report
from tests.report.build import REPORTS, failing
from tests.report.generated import reports


@pytest.mark.parametrize("name", REPORTS)
def test_decode_inverts_encode(name: str) -> None:
    report = REPORTS[name]()
    assert decode(encode(report)) == report


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(reports())
def test_any_report_survives_and_equal_reports_are_equal_bytes(report: Report) -> None:
    text = encode(report)
    again = decode(text)
    assert again == report
    assert encode(again) == text
    text.encode("utf-8")  # lone surrogates of file names are escaped


def test_text_is_readable_ordered_and_exact() -> None:
    report = failing()
    text = encode(report)
    assert '\n  "schema": "kshop-audit/report/2",\n  "tool": {\n    "name"' in text
    assert text.endswith("}\n")
    assert "5 分钟回复率" in text
    assert '"value": 0.0035' in text
    assert '"from": "2026-10-02T00:00:00"' in text
    assert list(json.loads(text)) == list(type(report).__dataclass_fields__)


def test_decimals_never_pass_through_a_binary_float() -> None:
    third = Decimal("4.333333333333333333333333333")
    report = failing()
    report = replace(report, score=replace(report.score, total=third))
    assert decode(encode(report)).score.total == third


def test_trailing_zeros_do_not_change_the_bytes() -> None:
    report = failing()
    long = replace(report, score=replace(report.score, total=Decimal("4.380")))
    assert encode(long) == encode(report)


def test_order_of_mappings_does_not_change_the_bytes() -> None:
    report = failing()
    turned = tuple(
        replace(rule, excluded=dict(reversed(list(rule.excluded.items())))) for rule in report.rules
    )
    assert encode(replace(report, rules=turned)) == encode(report)


def test_a_report_of_before_there_were_units_is_read() -> None:
    report = failing()
    old = re.sub(r' *"value_unit": .*\n', "", encode(report))
    assert "value_unit" not in old
    unknown = tuple(replace(rule, value_unit=None) for rule in report.rules)
    assert decode(old) == replace(report, rules=unknown)


def test_a_report_of_before_digests_had_names_is_read() -> None:
    report = failing()
    (named, *_) = [entry for entry in report.inputs if entry.digest is not None]
    former = encode(report).replace('"digest": "blake3:', '"sha256": "')
    read = {entry.path: entry.digest for entry in decode(former).inputs}
    assert read[named.path] == str(named.digest).replace("blake3:", "sha256:")


def test_control_characters_are_escaped() -> None:
    text = encode(replace(failing(), shop="a\x1b\x9b\u202e\u2028\udc80"))
    assert '"a\\u001b\\u009b\\u202e\\u2028\\udc80"' in text


def test_infinity_is_no_figure() -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode(replace(failing(), score=replace(failing().score, total=Decimal("Infinity"))))


GOOD = encode(failing())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not valid JSON"),
        ("[]", "unknown report schema None"),
        ('{"schema": "kshop-audit/report/3"}', "unknown report schema 'kshop-audit/report/3'"),
        ('{"schema": 1, "schema": 2}', "'schema' stands twice"),
        ("[" * 100_000, "not valid JSON"),
        (GOOD.replace('"shop": ', '"ship": '), "unknown key 'ship'"),
        (GOOD.replace('  "shop": "萌芽小店",\n', ""), "missing key 'shop'"),
        (GOOD.replace('"exit_code": 1', '"exit_code": true'), "verdict.exit_code: expected int"),
        (GOOD.replace('"exit_code": 1', '"exit_code": 1.5'), "verdict.exit_code: expected int"),
        (GOOD.replace('"total": 4.38', '"total": NaN'), "NaN is no JSON number"),
        (GOOD.replace('"total": 4.38', '"total": 1e999999999'), "score.total: expected Decimal"),
        (GOOD.replace('"total": 4.38', '"total": "4.38"'), "score.total: expected Decimal"),
        (GOOD.replace('"level": "error"', '"level": "fatal"'), "expected error | warn | info"),
        (
            GOOD.replace('"review": false', '"review": [1]'),
            "findings[0].review: expected str | int",
        ),
        (GOOD.replace('"forecast": null', '"forecast": 1'), "expected ScoreForecast"),
        (GOOD.replace('"packs": [', '"packs": 1, "x": ['), "unknown key 'x'"),
    ],
)
def test_anything_else_is_an_input_error_that_says_where(text: str, said: str) -> None:
    with pytest.raises(InputError, match=r"JSON|report") as caught:
        decode(text)
    assert said in caught.value.en
    assert caught.value.zh
    assert caught.value.exit_code == 2


def test_a_byte_order_mark_is_no_fault() -> None:
    assert decode("\ufeff" + GOOD) == failing()

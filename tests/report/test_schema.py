"""The published JSON Schema says exactly what the dataclasses hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any, get_args, get_type_hints

import pytest

from kshop_audit.codec import encode, json_name
from kshop_audit.model import report
from kshop_audit.model.aspects import Aspects
from kshop_audit.model.due import DueList
from kshop_audit.model.forecast import Forecast
from kshop_audit.model.insights import Insights
from kshop_audit.model.report import Report, RuleResult
from kshop_audit.report.schemas import SCHEMAS, schema
from tests.report.build import REPORTS

Draft202012Validator = import_module("jsonschema").Draft202012Validator  # it has no type stubs
SCHEMA: dict[str, Any] = json.loads(schema())


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", ["failing", "passing", "incomplete"])
def test_reports_are_valid(name: str) -> None:
    data = json.loads(encode(REPORTS[name]()))
    faults = [fault.message for fault in Draft202012Validator(SCHEMA).iter_errors(data)]
    assert faults == []


def test_a_report_with_an_unknown_key_is_not_valid() -> None:
    data = json.loads(encode(REPORTS["passing"]()))
    data["rules"][0]["extra"] = 1
    assert not Draft202012Validator(SCHEMA).is_valid(data)


def test_a_platform_score_is_not_valid() -> None:
    data = json.loads(encode(REPORTS["passing"]()))
    data["score"]["official"] = True
    assert not Draft202012Validator(SCHEMA).is_valid(data)


def _objects(
    owner: Any, node: dict[str, Any], whole: dict[str, Any]
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """A dataclass with the schema of its object, then those of its fields."""
    yield owner, node
    hints = get_type_hints(owner)
    for field in fields(owner):
        inner = next((hint for hint in _leaves(hints[field.name]) if is_dataclass(hint)), None)
        if inner is not None:
            there = _object(node["properties"][json_name(owner, field.name)], whole)
            yield from _objects(inner, there, whole)


def _leaves(hint: Any) -> Iterator[Any]:
    yield hint
    for argument in get_args(hint):
        yield from _leaves(argument)


def _object(node: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """The object that a property is, may be, or holds."""
    while "properties" not in node:
        if "$ref" in node:
            node = whole["$defs"][node["$ref"].rpartition("/")[2]]
        elif "anyOf" in node:
            node = node["anyOf"][0]
        else:
            node = node.get("items") or node["additionalProperties"]
    return node


OWNERS: dict[str, Any] = {
    "report": Report,
    "aspects": Aspects,
    "insights": Insights,
    "forecast": Forecast,
    "due": DueList,
}
PAIRS = [
    pytest.param(owner, node, id=f"{name}-{owner.__name__}")
    for name in SCHEMAS
    for whole in [json.loads(schema(name))]
    for owner, node in _objects(OWNERS[name], whole, whole)
]


@pytest.mark.parametrize(("owner", "node"), PAIRS)
def test_fields_and_properties_are_the_same(owner: Any, node: dict[str, Any]) -> None:
    names = [json_name(owner, field.name) for field in fields(owner)]
    assert list(node["properties"]) == names
    assert node["required"] == names
    assert node["additionalProperties"] is False


def test_all_dataclasses_are_reached() -> None:
    reached = [owner for owner, _ in _objects(Report, SCHEMA, SCHEMA)]
    assert RuleResult in reached
    assert len(set(reached)) == 64


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_stands_on_its_own(name: str) -> None:
    whole = json.loads(schema(name))
    Draft202012Validator.check_schema(whole)
    assert whole["$id"] == {"report": report.SCHEMA}.get(name, f"kshop-audit/{name}/1")
    named = set(re.findall(r'"#/\$defs/([a-z0-9_]+)"', json.dumps(whole)))
    assert named == set(whole["$defs"])

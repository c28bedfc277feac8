"""What single formats keep beyond the laws of the registry: their standards and their contents."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import fastexcel
import pytest
import xmlschema

from kshop_audit.model.evidence import Evidence, EvidencePlace
from kshop_audit.model.report import ConfigRef, Report, Status
from kshop_audit.report import csv as report_csv
from kshop_audit.report import github, gitlab, junit, sarif, sheet, workbook
from kshop_audit.report.page import html
from kshop_audit.report.view.speech import Speech
from tests.report import shapes
from tests.report.build import REPORTS, failing, incomplete
from tests.report.shapes import Page
from tests.report.test_registry import infected

LANGS = ("zh", "en")
SCHEMAS = Path(__file__).parent / "schemas"
Draft4Validator = import_module("jsonschema").Draft4Validator  # it has no type stubs
RENDERED = [(name, lang) for name in REPORTS for lang in LANGS]


def page(report: Report, lang: str = "zh") -> Page:
    return shapes.page(html.render(report, lang))


# ------------------------------------------------------------------ well-formed and complete


@pytest.mark.parametrize(("name", "lang"), RENDERED)
def test_the_web_page_is_whole_and_needs_nothing_else(name: str, lang: str) -> None:
    report = REPORTS[name]()
    text = html.render(report, lang)
    found = page(report, lang)
    assert not set(found.tags) & {"link", "img", "iframe", "object", "base", "form"}
    assert list(found.tags).count("script") == 1
    assert not {name for name in found.attributes if name.startswith("on")}
    assert "src" not in found.attributes
    assert "href" not in found.attributes
    assert set(re.findall(r"url\([^)]*\)", text)) <= {"url(#hatch)"}
    assert "@import" not in text
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


@pytest.mark.parametrize(("name", "lang"), RENDERED)
def test_junit_counts_what_it_holds(name: str, lang: str) -> None:
    report = REPORTS[name]()
    root = ET.fromstring(junit.render(report, lang))
    cases = root.findall(".//testcase")
    assert len(cases) == len(report.rules) == int(root.attrib["tests"])
    assert len(root.findall(".//failure")) == len(report.verdict.failed)
    assert int(root.attrib["failures"]) == len(report.verdict.failed)
    assert sum(int(suite.attrib["tests"]) for suite in root) == len(cases)
    xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd").validate(junit.render(report, lang))


def test_junit_tells_a_required_verdict_from_one_that_is_merely_missing() -> None:
    report = incomplete()
    owed = set(report.verdict.no_verdict) - set(report.verdict.not_measured)
    root = ET.fromstring(junit.render(report, "en"))
    assert 0 < len(root.findall(".//error")) <= len(owed)
    required = replace(report.verdict, required=("cs-satisfaction",))
    named = ET.fromstring(junit.render(replace(report, verdict=required), "en"))
    cases = [case for case in named.iter("testcase") if case.find("error") is not None]
    assert [case.attrib["name"].split()[0] for case in cases] == ["cs-satisfaction"]
    silent = [r for r in report.rules if r.status in (Status.NO_VERDICT, Status.NOT_APPLICABLE)]
    errors = len(root.findall(".//error"))
    assert len(root.findall(".//skipped")) == len(silent) - errors


@pytest.mark.parametrize(("name", "lang"), RENDERED)
def test_sarif_keeps_the_rules_of_the_standard(name: str, lang: str) -> None:
    report = REPORTS[name]()
    log = json.loads(sarif.render(report, lang))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"]
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids)) == len(report.rules)
    validator = Draft4Validator(json.loads((SCHEMAS / "sarif-2.1.0.json").read_text("utf-8")))
    assert [fault.message for fault in validator.iter_errors(log)] == []
    notified = run["invocations"][0]["toolExecutionNotifications"]
    assert len(run["results"]) + len(notified) == len(report.rules)
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert place["region"]["startLine"] >= 1
        assert place["artifactLocation"]["uri"]
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["kind"] in {
            "notApplicable", "pass", "fail", "review", "open", "informational",
        }  # fmt: skip
        assert result["level"] in {"none", "note", "warning", "error"}
        assert (result["kind"] == "fail") or result["level"] == "none"
        assert result["message"]["text"]
    for artifact in run["artifacts"]:
        uri = artifact["location"]["uri"]
        assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+", uri)
        assert ":" not in uri.split("/")[0]
        assert all(re.fullmatch("[0-9a-f]+", d) for d in artifact.get("hashes", {}).values())
    assert run["invocations"][0]["exitCode"] == report.verdict.exit_code


@pytest.mark.parametrize("lang", LANGS)
def test_csv_and_workbook_hold_the_same_table(lang: str) -> None:
    report = failing()
    text = report_csv.render(report, lang)
    assert text.startswith("\ufeff")
    table = list(csv.reader(StringIO(text.removeprefix("\ufeff"))))
    assert table[0] == sheet.head(Speech(lang))
    assert [row[1] for row in table[1:]] == [rule.id for rule in report.rules]
    sheets = fastexcel.read_excel(workbook.render(report, lang))
    names = [sheets.load_sheet(i, header_row=None).to_polars().height for i in range(5)]
    assert names[1] == len(report.rules) + 1
    rules = sheets.load_sheet(1, dtypes="string").to_polars()
    assert rules.columns == table[0]
    assert rules.get_column(table[0][1]).to_list() == [rule.id for rule in report.rules]


@pytest.mark.parametrize(("name", "lang"), RENDERED)
def test_github_lines_are_commands_and_nothing_else(name: str, lang: str) -> None:
    report = REPORTS[name]()
    lines = github.render(report, lang).splitlines()
    assert all(re.match(r"::(error|warning|notice) title=[^:,]*::", line) for line in lines)
    gates = [line for line in lines if line.startswith("::error")]
    assert len(gates) == len(report.verdict.failed) + (report.verdict.status == "fail")


def test_the_text_itself_is_still_there() -> None:
    words = "<b>Tom & Jerry's</b>"
    report = infected(words)
    assert words in "".join(page(report).text)
    root = ET.fromstring(junit.render(report, "en"))
    assert words in root.findall(".//testcase")[0].attrib["name"]
    found: dict[str, Any] = json.loads(sarif.render(report, "en"))
    assert words in found["runs"][0]["results"][0]["message"]["text"]


@pytest.mark.parametrize(("name", "lang"), RENDERED)
def test_gitlab_has_an_entry_for_what_speaks_against_the_shop(name: str, lang: str) -> None:
    report = REPORTS[name]()
    found = json.loads(gitlab.render(report, lang))
    named = {entry["check_name"].rpartition("/")[2] for entry in found}
    assert set(report.verdict.failed) & {rule.id for rule in report.rules} <= named
    prints = [entry["fingerprint"] for entry in found]
    assert len(prints) == len(set(prints))
    for entry in found:
        assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert entry["location"]["lines"]["begin"] >= 1
    # The figure may move without the finding being a new one.
    moved = replace(report, rules=tuple(replace(rule, needed=7) for rule in report.rules))
    again = json.loads(gitlab.render(moved, lang))
    assert [entry["fingerprint"] for entry in again] == prints


def test_places_are_the_rows_that_speak_against_the_shop() -> None:
    report = failing()
    evidence = Evidence(
        2, None, truncated=False, places=(EvidencePlace("a b.csv", 7), EvidencePlace("c.csv", 9))
    )
    rules = (replace(report.rules[0], evidence=evidence), *report.rules[1:])
    log = json.loads(sarif.render(replace(report, rules=rules), "en"))
    first = log["runs"][0]["results"][0]
    place = first["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("a%20b.csv", 7)
    other = first["relatedLocations"][0]["physicalLocation"]
    assert other["region"]["startLine"] == 9


def test_what_stands_nowhere_is_no_result() -> None:
    report = replace(failing(), inputs=(), config=ConfigRef(None, None, ()))
    (run,) = json.loads(sarif.render(report, "en"))["runs"]
    assert run["results"] == []
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == len(report.rules)

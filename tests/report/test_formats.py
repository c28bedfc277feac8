"""The formats for programs and for people elsewhere: well-formed, complete, harmless."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO, StringIO
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import fastexcel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kshop_audit.cli.formats import SUFFIXES, content
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Report, Status
from kshop_audit.report import csv as report_csv
from kshop_audit.report import github, html, junit, markdown, sarif, sheet, workbook
from kshop_audit.report.view.clean import clean
from kshop_audit.report.view.speech import Speech
from tests.report.build import REPORTS, failing, hostile, incomplete

LANGS = ("zh", "en")
RENDERED = [(name, lang) for name in REPORTS for lang in LANGS]

EVIL = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{ 7*7 }}", "]]>", "&lt;b&gt;",
    "=HYPERLINK(\"http://x\")", "@user", "[a](javascript:x)", "| a | b |", "`x`", "http://evil.com",
    "::error::x", "a\n::error::x", "##[error]x", "\x00\x1b[31m", "\ud800", "\uffff", "' onclick='x",
    "1. x", "- x", "%0A::error::x",
)  # fmt: skip


def infected(text: str) -> Report:
    """A report in which all text from files is this."""
    report = failing()
    told = Text(text, text)
    rules = tuple(
        replace(
            rule,
            title=told,
            reason=told,
            notes=(told,),
            sources=(text,),
            findings=({"word": text, "agent": text, "order_id": text},),
        )
        for rule in report.rules
    )
    files = tuple(replace(entry, path=text, encoding=text) for entry in report.inputs)
    return replace(report, shop=text, rules=rules, inputs=files, notes=(told,))


class Page(HTMLParser):
    """Tags opened and closed, attributes, and the text."""

    VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def page(report: Report, lang: str = "zh") -> Page:
    parser = Page()
    parser.feed(html.render(report, lang))
    parser.close()
    assert parser.open == []
    return parser


# ------------------------------------------------------------------ well-formed and complete


@pytest.mark.parametrize(("name", "lang"), RENDERED)
def test_the_web_page_is_whole_and_needs_nothing_else(name: str, lang: str) -> None:
    report = REPORTS[name]()
    text = html.render(report, lang)
    found = page(report, lang)
    assert not found.tags & {"script", "link", "img", "iframe", "object", "base", "form"}
    assert not {name for name in found.attributes if name.startswith("on")}
    assert "src" not in found.attributes
    assert "href" not in found.attributes
    assert "url(" not in text
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


def test_junit_tells_a_required_verdict_from_one_that_is_merely_missing() -> None:
    report = incomplete()
    owed = set(report.verdict.no_verdict) - set(report.verdict.not_measured)
    root = ET.fromstring(junit.render(report, "en"))
    assert 0 < len(root.findall(".//error")) <= len(owed)
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
    for result in run["results"]:
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


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_report_gives_the_same_bytes(suffix: str) -> None:
    assert content(failing(), suffix, "zh") == content(failing(), suffix, "zh")


# ------------------------------------------------------------------ hostile text


@pytest.mark.parametrize("text", EVIL)
def test_hostile_text_stays_text(text: str) -> None:
    report = infected(text)
    assert page(report).tags == page(failing()).tags | {"summary", "details"}
    assert page(report).attributes == page(failing()).attributes
    assert len(ET.fromstring(junit.render(report, "zh"))) == len(
        ET.fromstring(junit.render(failing(), "zh"))
    )
    assert len(json.loads(sarif.render(report, "zh"))["runs"][0]["results"]) == len(report.rules)
    for row in csv.reader(StringIO(report_csv.render(report, "zh").removeprefix("\ufeff"))):
        assert len(row) == len(sheet.COLUMNS)
        assert not any(cell.startswith(("=", "+", "@")) for cell in row)
    lines = github.render(report, "zh").split("\n")
    assert len(lines) == len(github.render(failing(), "zh").split("\n"))


@pytest.mark.parametrize("text", EVIL)
def test_no_cell_of_the_workbook_is_a_formula_or_a_link(text: str) -> None:
    with ZipFile(BytesIO(workbook.render(infected(text), "zh"))) as book:
        for name in book.namelist():
            data = book.read(name).decode("utf-8")
            ET.fromstring(data)
            assert "<f>" not in data
            assert "<hyperlink" not in data


ALIVE = (
    r"(?<!\\)<(?!!-- -->)", r"(?<!\\)\[", r"(?<!\\)`", r"https?://", r"(?<![\w>])www\.", r"@\w",
    r"^\s*::", "##\\[",
)  # fmt: skip
"""What Markdown, or the runner that prints it, would not take for text."""


@pytest.mark.parametrize("text", [*EVIL, "www.evil.com", "HTTPS://x", "*a*", "_a_", "~~a~~", "$a$"])
def test_nothing_in_markdown_is_markup(text: str) -> None:
    made = markdown.render(infected(text), "zh")
    for pattern in ALIVE:
        assert not re.search(pattern, made, re.MULTILINE), pattern
    plain = markdown.render(infected("x" if clean(text) else ""), "zh")
    assert made.count("\n") == plain.count("\n")
    bars = re.compile(r"(?<!\\)\|")
    assert [len(bars.findall(line)) for line in made.splitlines()] == [
        len(bars.findall(line)) for line in plain.splitlines()
    ]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    "render", [report_csv.render, markdown.render, github.render, junit.render, sarif.render,
               html.render],
)  # fmt: skip
def test_nothing_steers_a_terminal(render: Callable[[Report, str], str], lang: str) -> None:
    text = render(hostile(), lang).removeprefix("\ufeff")
    assert not [char for char in text if char not in "\r\n\t" and not char.isprintable()]
    text.encode("utf-8")


@settings(max_examples=30, deadline=None)
@given(text=st.text(st.characters(codec=None), max_size=40))
def test_any_text_gives_well_formed_files(text: str) -> None:
    report = infected(text)
    ET.fromstring(junit.render(report, "en"))
    json.loads(sarif.render(report, "en"))
    page(report)
    widths = {len(r) for r in csv.reader(StringIO(report_csv.render(report, "en")))}
    assert widths == {len(sheet.COLUMNS)}
    for suffix in (".md", ".csv", ".html", ".xml", ".sarif", ".json"):
        content(report, suffix, "en").decode("utf-8")


def test_the_text_itself_is_still_there() -> None:
    words = "<b>Tom & Jerry's</b>"
    report = infected(words)
    assert words in "".join(page(report).text)
    root = ET.fromstring(junit.render(report, "en"))
    assert words in root.findall(".//testcase")[0].attrib["name"]
    found: dict[str, Any] = json.loads(sarif.render(report, "en"))
    assert words in found["runs"][0]["results"][0]["message"]["text"]

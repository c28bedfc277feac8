"""The report as JUnit XML: a suite a family, a test case a rule, for the test page of any CI."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from kshop_audit.model.metadata import Level
from kshop_audit.model.report import Report, RuleResult, Status
from kshop_audit.report.view import phrases, short
from kshop_audit.report.view.contents import view
from kshop_audit.report.view.headline import owed
from kshop_audit.report.view.speech import Speech


def render(report: Report, lang: str) -> str:
    """Well-formed XML 1.0. A red line missed is a failure, a required rule without a verdict an
    error, any other rule without data skipped; a warning is a case that passed with a remark. The
    first suite holds the story of the run as properties.
    """
    speech = Speech(lang)
    families: dict[str, list[RuleResult]] = {}
    for rule in report.rules:
        families.setdefault(rule.family, []).append(rule)
    missing = owed(report)
    root = ET.Element("testsuites", name=speech.data(report.tool.name))
    story = _story(report, lang)
    for family, rules in (families or {report.tool.name: []}).items():
        suite = ET.SubElement(root, "testsuite", name=speech.data(family))
        if story:
            properties = ET.SubElement(suite, "properties")
            for key, value in story.items():
                ET.SubElement(properties, "property", name=key, value=value)
            story = {}
        for rule in rules:
            _case(suite, rule, report, speech, required=rule.id in missing)
        _counted(suite)
    _counted(root)
    del root.attrib["skipped"]  # the schema has it for suites only
    ET.indent(root)
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return declaration + ET.tostring(root, encoding="unicode") + "\n"


def _story(report: Report, lang: str) -> dict[str, str]:
    """The verdict, what is due today, the counts, what changed."""
    shown = view(report, lang)
    join = shown.speech.join
    told = {
        "verdict": join([shown.badge, shown.headline]),
        "context": shown.context,
        "score": join([shown.score.total, shown.score.grade]) or shown.score.reason,
        "today": join(shown.today),
        "counts": shown.counts,
        "comparison": shown.change,
    }
    return {key: value for key, value in told.items() if value}


def _case(
    suite: ET.Element, rule: RuleResult, report: Report, speech: Speech, *, required: bool
) -> None:
    several = len(report.packs) > 1
    owner = speech.data(f"{rule.pack}.{rule.family}" if several else rule.family)
    name = f"{speech.data(rule.id)} {speech.text(rule.title)}"
    case = ET.SubElement(suite, "testcase", classname=owner, name=name, time="0")
    message = _message(rule, speech)
    if rule.status is Status.FAIL and rule.level is Level.ERROR:
        failure = ET.SubElement(case, "failure", message=message, type=rule.status.value)
        failure.text = "\n".join(phrases.findings(rule, speech))
    elif rule.status is Status.NO_VERDICT and required:
        ET.SubElement(case, "error", message=message, type=rule.status.value)
    elif rule.status in (Status.NO_VERDICT, Status.NOT_APPLICABLE):
        ET.SubElement(case, "skipped", message=message)
    ET.SubElement(case, "system-out").text = message


def _message(rule: RuleResult, speech: Speech) -> str:
    """Outcome, value and target, how far it is, and what changes how to read it."""
    return speech.join([speech.name("status", rule.status.value), *short.parts(rule, speech)])


def _counted(element: ET.Element) -> None:
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(name, str(len(element.findall(f".//{tag}"))))
    element.set("tests", str(len(element.findall(".//testcase"))))
    element.set("time", "0")

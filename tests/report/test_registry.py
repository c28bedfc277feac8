"""What every format of the registry keeps; a new one is tested here without another line."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kshop_audit.comparing.compare import compare
from kshop_audit.model.due import DueIds
from kshop_audit.model.metadata import Level, Text
from kshop_audit.model.report import Report, Status
from kshop_audit.report import formats
from kshop_audit.report.formats import FORMATS, Format
from kshop_audit.report.view.contents import view
from tests.laws.source_tree import SOURCES, nodes
from tests.report.build import EVIL as STEERING
from tests.report.build import REPORTS, failing, hostile
from tests.report.shapes import structure, words
from tests.shops.audits import audit_folder

ROOT = Path(__file__).parents[2]
SAMPLES = sorted(path.name for path in (ROOT / "sample_data").iterdir() if path.is_dir())


@cache
def sampled(name: str) -> Report:
    """The audit of a sample shop."""
    return audit_folder(ROOT / "sample_data" / name).report


LANGS = ("zh", "en")

EVIL = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{ 7*7 }}", "]]>", "&lt;b&gt;",
    "=HYPERLINK(\"http://x\")", "@user", "[a](javascript:x)", "| a | b |", "`x`", "http://evil.com",
    "::error::x", "a\n::error::x", "##[error]x", "\x00\x1b[31m", "\ud800", "\uffff", "' onclick='x",
    "1. x", "- x", "%0A::error::x", "www.evil.com", "HTTPS://x", "*a*", "_a_", "~~a~~", "$a$",
    "a\\<b>", '"},{"', STEERING,
)  # fmt: skip


def infected(text: str) -> Report:
    """A report in which all text from files is this."""
    report = failing()
    both = Text(text, text)
    rules = tuple(
        replace(
            rule,
            title=both,
            reason=both,
            notes=(both,),
            sources=(text,),
            unmapped={text: 3} if rule.unmapped else {},
            findings=({"word": text, "agent": text, "order_id": text},),
        )
        for rule in report.rules
    )
    files = tuple(replace(entry, path=text, encoding=text) for entry in report.inputs)
    ids = DueIds(order_id=text, tracking_no=text)
    named: dict[str, Any] = {
        "ids": ids,
        "product": text,
        "province": text,
        "carrier": text,
        "action": both,
    }
    due = tuple(replace(item, **named) for item in report.today)
    return replace(report, shop=text, rules=rules, inputs=files, notes=(both,), today=due)


def cases(*, languages: bool = True) -> Iterator[Any]:
    """Every format, in every language."""
    for entry in FORMATS:
        for lang in LANGS if languages else LANGS[:1]:
            yield pytest.param(entry, lang, id=f"{entry.name}-{lang}" if languages else entry.name)


EVERY = pytest.mark.parametrize(("entry", "lang"), list(cases()))
EACH = pytest.mark.parametrize("entry", FORMATS, ids=lambda entry: entry.name)


def made(entry: Format, report: Report, lang: str = "zh") -> str | bytes:
    return entry.render(report, lang)


# ------------------------------------------------------------------ the registry


def test_a_name_and_a_suffix_mean_one_format() -> None:
    names = [entry.name for entry in FORMATS]
    suffixes = [entry.suffix for entry in formats.files()]
    assert len(names) == len(set(names))
    assert len(suffixes) == len(set(suffixes))
    assert [formats.named(name) for name in names] == list(FORMATS)
    assert [formats.of_suffix(suffix.upper()) for suffix in suffixes] == list(formats.files())
    for find in (formats.named, formats.of_suffix):
        with pytest.raises(LookupError, match="docx"):
            find("docx")


@EACH
def test_an_entry_is_whole(entry: Format) -> None:
    assert re.fullmatch(r"(\.[a-z]+)?", entry.suffix)
    assert re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", entry.media)
    assert not (entry.binary and entry.stdout)
    assert re.search("[\u4e00-\u9fff]", entry.about.zh)
    assert entry.about.en.isascii()
    assert (entry.load().__doc__ or "").strip()


def test_no_other_module_lists_the_formats() -> None:
    suffixes = {entry.suffix for entry in formats.files()}
    streams = {entry.name for entry in formats.streams()}
    found = [
        place
        for place, text in nodes(SOURCES, ast.Constant)
        if isinstance(text.value, str)
        and len({*re.findall(r"\.[a-z]+\b", text.value)} & suffixes) > 2
    ]
    found += [
        place
        for place, group in nodes(SOURCES, ast.Subscript, ast.Tuple, ast.List, ast.Set)
        if len({*re.findall(r"'(\w+)'", ast.unparse(group))} & streams) > 2
    ]
    assert [place for place in found if not place.startswith("report/formats.py")] == []


def test_asking_for_the_formats_loads_none_of_them() -> None:
    script = (
        "import sys\nimport kshop_audit.report.formats as f\n"
        "print([e.name for e in f.FORMATS if f'kshop_audit.report.{e.module}' in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, cwd=ROOT, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


# ------------------------------------------------------------------ well-formed and the same


@EVERY
@pytest.mark.parametrize("name", REPORTS)
def test_it_is_well_formed(entry: Format, lang: str, name: str) -> None:
    result = made(entry, REPORTS[name](), lang)
    assert isinstance(result, bytes) is entry.binary
    assert structure(entry, result)
    assert entry.content(REPORTS[name](), lang)


@EVERY
def test_the_same_report_gives_the_same_bytes(entry: Format, lang: str) -> None:
    assert entry.content(failing(), lang) == entry.content(failing(), lang)


# ------------------------------------------------------------------ both languages, one story


@EACH
def test_english_has_no_chinese_of_ours(entry: Format) -> None:
    report = infected("x")
    report = replace(report, score=replace(report.score, grade=None))
    if entry.media != "application/json":  # it holds every sentence in both languages
        assert not re.search("[\u4e00-\u9fff]", words(entry.media, made(entry, report, "en")))


def story(report: Report, lang: str) -> Iterator[str]:
    """What a reader has to find in every format: the verdict, the red lines missed, the score, the
    first thing to do, what is due today, the counts of the data, and what changed.
    """
    shown = view(report, lang)
    yield shown.badge
    for rule in report.rules:
        if rule.status is Status.FAIL and rule.level is Level.ERROR:
            yield rule.title[lang]
    yield shown.score.total
    yield shown.speech.lead(shown.first).split("(")[0].split("（")[0]
    yield from shown.today


def told(report: Report, lang: str) -> Iterator[str]:
    """What a format for programs says of the run beside its findings."""
    shown = view(report, lang)
    yield from (shown.badge, shown.counts, shown.change)
    yield from shown.today


STORIES = {name: (lambda name=name: REPORTS[name]()) for name in ("failing", "passing")} | {
    "incomplete": REPORTS["incomplete"],
    "changed": lambda: replace(failing(), comparison=compare(REPORTS["passing"](), failing())),
}


@EVERY
@pytest.mark.parametrize("name", STORIES)
def test_one_story(entry: Format, lang: str, name: str) -> None:
    """Formats for readers tell it; those for programs name what was missed and, unless they hold
    findings only, carry the story of the run.
    """
    report = STORIES[name]()
    text = words(entry.media, made(entry, report, lang))
    parts = [*story(report, lang)] if entry.readers else [*report.verdict.failed]
    if not entry.readers and not entry.findings and entry.name != "json":
        parts += told(report, lang)
    if entry.readers and report.comparison is not None:
        parts += [change.title[lang] for change in report.comparison.new[:2]]
    assert [part for part in parts if "".join(part.split()) not in text] == []


@pytest.mark.slow
@EVERY
@pytest.mark.parametrize("sample", SAMPLES)
def test_one_story_of_every_sample_shop(entry: Format, lang: str, sample: str) -> None:
    report = sampled(sample)
    text = words(entry.media, made(entry, report, lang))
    parts = [*story(report, lang)] if entry.readers else [*report.verdict.failed]
    if not entry.readers and not entry.findings and entry.name != "json":
        parts += told(report, lang)
    assert [part for part in parts if "".join(part.split()) not in text] == []


# ------------------------------------------------------------------ hostile text


@EACH
@pytest.mark.parametrize("text", EVIL)
def test_hostile_text_stays_text(entry: Format, text: str) -> None:
    # Columns in which nothing stands, or the same as in another, are left out of tables; long text
    # is set in another way; and of some texts nothing can be shown.
    harmless = ("", "\n", "x", "x" * 20, "x" * 40)
    benign = [structure(entry, made(entry, infected(plain))) for plain in harmless]
    assert structure(entry, made(entry, infected(text))) in benign
    entry.content(infected(text), "zh")


@EVERY
def test_nothing_steers_a_terminal(entry: Format, lang: str) -> None:
    result = made(entry, hostile(), lang)
    if isinstance(result, bytes):
        assert words(entry.media, result).isprintable()
        return
    # JSON keeps what is merely invisible: it is the data, to the last character.
    harmless = "\r\n\t\u200b" if entry.media == "application/json" else "\r\n\t"
    text = result.removeprefix("\ufeff")
    assert not [char for char in text if char not in harmless and not char.isprintable()]
    text.encode("utf-8")


@EACH
@settings(max_examples=15)
@given(text=st.text(st.characters(codec=None), max_size=40))
def test_any_text_gives_well_formed_files(entry: Format, text: str) -> None:
    result = entry.content(infected(text), "en")
    structure(entry, result if entry.binary else result.decode("utf-8"))


@EACH
def test_the_text_itself_is_still_there(entry: Format) -> None:
    text = "Tom & Jerry 50 < 60"
    found = words(entry.media, made(entry, infected(text), "en"))
    assert "".join(text.split()) in found

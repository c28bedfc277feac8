"""The formats of a report. Everything that offers, documents or tests a format reads FORMATS.

A format is a module with `render(report, lang)` and one entry here; see docs/adding-a-format.md.
The modules are imported on use, because some load packages that a plain run does not need.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text

if TYPE_CHECKING:
    from kshop_audit.model.fleet import Summary
    from kshop_audit.model.report import Report
    from kshop_audit.model.whatif import WhatIf
    from kshop_audit.report.text.page import TextOptions


@frozen(kw_only=True)
class Format:
    """One format: what it is called, what it is for, and the module that renders it.

    `called`: other names that people type for it, in small letters. `module`: below
    `kshop_audit.report`. `media`: the media type. `suffix`: of a file of `--out`; "" for one that
    must be named, as `NAME:FILE`. `stdout`: whether `--format` offers it.
    `binary`: whether `render` returns bytes instead of text. `readers`: whether people read it;
    such a format has the verdict, what is due today, the red lines missed, the score, what to do
    first, the counts of the data, and what changed. `terminal`: whether it is printed in the
    encoding of the console instead of UTF-8. `laid_out`: whether `render` takes TextOptions instead
    of a language. `followed_by`: another format that is printed after it on stdout. `places`:
    whether it shows the rows that speak against the shop, which a run must then collect.
    `heat`: whether it shows figures by weekday and hour, which a run must then break down.
    `findings`: whether it holds findings only, and nothing of the run. `effects`: the
    module with `effects(effect, before, after, options)`, a what-if in this format; "" for none.
    `fleets`: the module with `render(summary, titles, lang, links)`, the summary of many shops as a
    file in this format; "" for none.
    """

    name: str
    about: Text
    module: str
    called: tuple[str, ...] = ()
    media: str
    suffix: str = ""
    stdout: bool = False
    binary: bool = False
    readers: bool = False
    terminal: bool = False
    laid_out: bool = False
    followed_by: str = ""
    places: bool = False
    heat: bool = False
    findings: bool = False
    effects: str = ""
    fleets: str = ""

    def load(self) -> Any:
        """The module."""
        return _module(self.module)

    def render(self, report: Report, lang: str, options: TextOptions | None = None) -> str | bytes:
        """The report in this format; `options` default to a plain page of 80 cells in `lang`."""
        made: str | bytes
        if self.laid_out:
            if options is None:
                options = _module("text.page").TextOptions(lang)
            made = self.load().render(report, options)
        else:
            made = self.load().render(report, lang)
        return made

    def content(self, report: Report, lang: str) -> bytes:
        """The report as the bytes of a file."""
        made = self.render(report, lang)
        return made if isinstance(made, bytes) else made.encode("utf-8")

    def printed(self, report: Report, lang: str, options: TextOptions | None = None) -> str:
        """The report as `--format` prints it; for formats with `stdout`, which are text."""
        made = str(self.render(report, lang, options))
        return (
            f"{made}\n{named(self.followed_by).printed(report, lang)}" if self.followed_by else made
        )

    def effect(self, effect: WhatIf, before: Report, after: Report, options: TextOptions) -> str:
        """A what-if in this format."""
        return str(_module(self.effects).effects(effect, before, after, options))

    def fleet(
        self, summary: Summary, titles: Mapping[str, Text], lang: str, links: Mapping[str, str]
    ) -> str:
        """The summary of many shops; `links`: path of a shop → where its page lies."""
        return str(_module(self.fleets).render(summary, titles, lang, links))


def _module(name: str) -> Any:
    return import_module(f"kshop_audit.report.{name}")


FORMATS = (
    Format(
        name="text", about=Text(zh="终端里的报告", en="the report in a terminal"),
        called=("文本", "文字", "终端"),
        module="text.terminal", media="text/plain", stdout=True, readers=True, terminal=True,
        laid_out=True, effects="text.whatif",
    ),
    Format(
        name="brief", about=Text(zh="几行字，适合发群里", en="a few lines for a chat group"),
        called=("简报", "简版"),
        module="text.brief", media="text/plain", stdout=True, readers=True, terminal=True,
    ),
    Format(
        name="json", about=Text(zh="完整的报告，给程序", en="the whole report, for programs"),
        module="json", media="application/json", suffix=".json", stdout=True, effects="json",
        fleets="fleet.json",
    ),
    Format(
        name="csv", about=Text(zh="表格，一条规则一行", en="a table, one row a rule"),
        module="csv", media="text/csv", suffix=".csv", findings=True, fleets="fleet.csv",
    ),
    Format(
        name="html", about=Text(zh="一个文件的网页，手机、电脑、打印都能看",
                                en="one file, readable on phone, desktop and paper"),
        called=("网页", "htm"),
        module="page.html", media="text/html", suffix=".html", readers=True, heat=True,
        fleets="fleet.html",
    ),
    Format(
        name="md", about=Text(zh="文档、群、合并请求", en="documents, chats, pull requests"),
        called=("markdown",),
        module="markdown", media="text/markdown", suffix=".md", stdout=True, readers=True,
        effects="whatif",
    ),
    Format(
        name="github", about=Text(zh="GitHub 工作流的注释和摘要",
                                  en="annotations and summary of a GitHub workflow"),
        module="github", media="text/x-workflow-commands", stdout=True, followed_by="md",
    ),
    Format(
        name="sarif", about=Text(zh="代码平台的扫描结果（SARIF 2.1.0）",
                                 en="scan results of a code host (SARIF 2.1.0)"),
        module="sarif", media="application/sarif+json", suffix=".sarif", places=True,
    ),
    Format(
        name="xlsx", about=Text(zh="工作簿：结论、规则、行动",
                                en="a workbook: verdict, rules, actions"),
        called=("excel", "表格", "电子表格", "工作簿"),
        module="workbook", binary=True, readers=True, suffix=".xlsx",
        media="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    Format(
        name="junit", about=Text(zh="CI 的测试页（JUnit）", en="the test page of a CI (JUnit)"),
        called=("xml",),
        module="junit", media="application/xml", suffix=".xml",
    ),
    Format(
        name="gitlab", about=Text(zh="GitLab 的代码质量报告（--out gitlab:FILE）",
                                  en="a code quality report of GitLab (--out gitlab:FILE)"),
        module="gitlab", media="application/json", places=True, findings=True,
    ),
)  # fmt: skip
"""Every format, in the order in which they are listed."""


def named(name: str) -> Format:
    """The format of this name; LookupError if there is none."""
    return _found(name, {entry.name: entry for entry in FORMATS})


def called(text: str) -> Format | None:
    """The format that is meant by a name as people type it; None if there is none."""
    plain = text.strip().casefold()
    return next((entry for entry in FORMATS if plain in (entry.name, *entry.called)), None)


def of_suffix(suffix: str) -> Format:
    """The format of a file with this suffix, as `.json`; LookupError if there is none."""
    return _found(suffix.lower(), {entry.suffix: entry for entry in files()})


def files() -> tuple[Format, ...]:
    """The formats that `--out` knows by the suffix."""
    return tuple(entry for entry in FORMATS if entry.suffix)


def of_fleets() -> tuple[Format, ...]:
    """The formats in which the summary of many shops is written."""
    return tuple(entry for entry in FORMATS if entry.fleets)


def streams() -> tuple[Format, ...]:
    """The formats that `--format` prints."""
    return tuple(entry for entry in FORMATS if entry.stdout)


def effects() -> tuple[Format, ...]:
    """The formats of a what-if."""
    return tuple(entry for entry in FORMATS if entry.effects)


def _found(key: str, entries: dict[str, Format]) -> Format:
    if key not in entries:
        raise LookupError(f"no format {key!r}, only {', '.join(entries)}")
    return entries[key]

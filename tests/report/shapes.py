"""What a rendered report is made of, by media type: its structure apart from text, and its text.

Two reports that differ in text from files only must have the same structure in every format.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from html.parser import HTMLParser
from io import BytesIO, StringIO
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from kshop_audit.report.formats import Format

BAR = re.compile(r"(?<!\\)\|")
ALIVE = (
    r"<(?!!-- -->)", r"(?<!\\)\[", r"(?<!\\)`", r"https?://", r"(?<![\w>])www\.", r"@\w",
    r"^\s*::", r"##\[",
)  # fmt: skip
"""What Markdown, or the runner that prints it, would not take for text."""


class Page(HTMLParser):
    """Tags opened and closed, attributes, and the text."""

    VOID = frozenset({"meta", "br", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def page(text: str) -> Page:
    """The parsed page; every tag that is opened is closed."""
    parser = Page()
    parser.feed(text)
    parser.close()
    assert parser.open == []
    return parser


def _html(text: str) -> object:
    found = page(text)
    return found.tags, found.attributes


def _xml(text: str) -> object:
    return [(entry.tag, sorted(entry.attrib)) for entry in ET.fromstring(text).iter()]


def _json(text: str) -> object:
    return list(_sizes(json.loads(text)))


def _sizes(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield len(value)  # a key may be text of a file
        for entry in value.values():
            yield from _sizes(entry)
    elif isinstance(value, list):
        yield len(value)
        for entry in value:
            yield from _sizes(entry)


def _table(text: str) -> object:
    rows = list(csv.reader(StringIO(text.removeprefix("\ufeff"))))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]
    return [len(row) for row in rows]


def _markdown(text: str) -> object:
    for pattern in ALIVE:
        assert not re.search(pattern, text, re.MULTILINE), pattern
    return [len(BAR.findall(line)) for line in text.splitlines()]


def _commands(text: str) -> object:
    lines = text.splitlines()
    assert all(re.match(r"::(error|warning|notice) title=[^:,]*::", line) for line in lines)
    return [line.split(" ")[0] for line in lines]


def _lines(text: str) -> object:
    assert text.endswith("\n")
    return text.count("\n")


def _workbook(data: bytes) -> object:
    with ZipFile(BytesIO(data)) as book:
        parts = {name: book.read(name).decode("utf-8") for name in book.namelist()}
    for part in parts.values():
        ET.fromstring(part)
        assert "<f>" not in part
        assert "<hyperlink" not in part
    return sorted(parts)


_TEXTS: dict[str, Callable[[str], object]] = {
    "text/html": _html,
    "text/csv": _table,
    "text/markdown": _markdown,
    "text/x-workflow-commands": _commands,
}


def structure(entry: Format, made: str | bytes) -> object:
    """The parts of a rendered report without its text; fails if it is not well-formed.

    Of a media type that is not known here it is the number of lines, unless they are wrapped.
    """
    media = entry.media
    if isinstance(made, bytes):
        return _workbook(made) if media.endswith(".sheet") else bool(made)
    if entry.laid_out:
        return bool(made)
    if media in _TEXTS:
        return _TEXTS[media](made)
    if media.endswith(("/json", "+json")):
        return _json(made)
    if media.endswith(("/xml", "+xml")):
        return _xml(made)
    return _lines(made)


def words(media: str, made: str | bytes) -> str:
    """All text of a rendered report without blanks, so that line breaks make no difference."""
    if isinstance(made, bytes):
        with ZipFile(BytesIO(made)) as book:
            parts = (ET.fromstring(book.read(name)) for name in book.namelist())
            text = "".join(text for part in parts for text in part.itertext())
    elif media == "text/html":
        text = "".join(page(made).text)
    elif media.endswith(("/xml", "+xml")):
        root = ET.fromstring(made)
        text = "".join(part for e in root.iter() for part in (*e.attrib.values(), e.text or ""))
    elif media == "text/markdown":
        text = unescape(re.sub(r"<!-- -->|\\", "", made))
    elif media == "text/x-workflow-commands":
        text = made.replace("%25", "%")
    else:
        text = made
    return "".join(text.split())

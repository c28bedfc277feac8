"""Data of the open interface as JSON: lines, an array, or the pages of answers as they came.

The row of a record is the line in which it begins; where several begin in one, records are counted.

A record is flattened to the names the interface gives its fields. Only the parts in which orders
are known to be nested are looked into: a time of anything else inside a record is none of the
record's own. Numbers stay the digits that stand in the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO, cast

from kshop_audit.errors import DamagedFileError
from kshop_audit.ingest.cells import reasons
from kshop_audit.ingest.convert.rewritten import Rewritten, writing
from kshop_audit.ingest.convert.talks import messages_of, spoken, talks_in
from kshop_audit.ingest.headers.catalogue import every_header, normal
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.model.patterns import regex

PARTS = frozenset(
    {
        "orderBaseInfo", "orderItemInfo", "orderLogisticsInfo", "orderAddress", "address",
        "orderCpsInfo", "orderNote",
    }
)  # fmt: skip
"""Objects, or lists of them, that hold fields of the order itself."""
REFUNDS = frozenset({"orderRefundList", "orderDetailRefundList"})
REFUND_STATUS = "refundStatus"
WRAPPERS = ("data", "result", "response")
LISTS = (
    "orderList", "refundOrderInfoList", "dataList", "merchantOrderInfoList", "messageList",
    "messages", "list", "records", "rows", "data",
)  # fmt: skip
"""Under one of these names an answer holds its records."""

MOST_VALUE = 64 << 20
"""Characters of one record or page; a page of the interface has hundreds of orders at most."""
MOST_UNKNOWN = 200
"""Fields that are not known and are listed all the same."""
SAMPLE = 500
_BLOCK = 1 << 20
_SPACE = regex(r"[\s\ufeff]*")
_BETWEEN = regex(r"[\s,\ufeff]*")
_NAMES = regex(r'"(\w{1,40})"\s*:')
_BEGINS = regex(r'[\s\ufeff]*(?:\{\s*["}]|\[\s*(?:\{\s*["}]|\]\s*$))')

_SHAPE = Text("JSON 记录", "JSON records")
_COUNTED = Text(
    "几条记录写在同一行，行号指第几条记录",
    "several records begin in one line, so rows are counted by records",
)

Record = Mapping[str, object]


class _BadJsonError(ValueError):
    """A value that is no JSON object, or one that says two things under one name."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs) and any(found[name] != value for name, value in pairs):
        raise _BadJsonError
    return found


def _constant(name: str) -> str:
    raise _BadJsonError(name)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=str,
    parse_int=str,
    parse_constant=_constant,
    strict=False,  # a raw tab or line end inside a text is no reason to lose a record
)


def is_notation(text: str) -> bool:
    """Whether a text begins as JSON does; a line such as [nickname] does not."""
    return _BEGINS.match(text) is not None


# ------------------------------------------------------------------ where the values are


def _in_lines(text: str) -> bool:
    """Whether every line is a value of its own."""
    if text.lstrip("\ufeff \t\r\n").startswith("["):
        return False
    for line in text.splitlines()[:20]:
        with suppress(ValueError, RecursionError):
            if isinstance(json.loads(line.lstrip("\ufeff")), dict):
                return True
    return False


@dataclass(slots=True)
class _Stream:
    """The text of a file, read as far as it is needed; `row`: the line in which `at` stands."""

    file: TextIO
    name: str
    text: str = ""
    at: int = 0
    row: int = 1
    done: bool = False

    def forward(self, end: int) -> None:
        """Go on to this place."""
        self.row += self.text.count("\n", self.at, end)
        self.at = end

    def more(self) -> bool:
        """Read on; False at the end of the file."""
        if self.done:
            return False
        rest = self.text[self.at :]
        if len(rest) > MOST_VALUE:
            raise _broken(self.name, self.row)
        # Twice as much each time: a value is not tried too often.
        block = self.file.read(max(_BLOCK, len(rest)))
        self.text, self.at, self.done = rest + block, 0, not block
        return not self.done

    def peek(self) -> str:
        """The next character that is neither blank nor a comma; nothing at the end."""
        while True:
            self.forward(_end(_BETWEEN, self.text, self.at))
            if self.at < len(self.text) or not self.more():
                return self.text[self.at : self.at + 1]

    def value(self) -> tuple[object, int]:
        """The value that begins here and where it ends."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
            except (_BadJsonError, RecursionError) as error:
                raise _broken(self.name, self.row) from error
            except ValueError as error:
                if not self.more():
                    raise _broken(self.name, self.row) from error
                continue
            if end < len(self.text) or not self.more():  # a number may go on
                return value, end


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _by_line(file: TextIO, name: str) -> Iterator[tuple[int, object]]:
    """(line, value); a line that is no value gives the error as its value."""
    row = 0
    while line := file.readline(MOST_VALUE + 1):
        row += 1
        if len(line) > MOST_VALUE:
            raise _broken(name, row)
        line = line.strip("\ufeff \t\r\n")
        try:
            value = _DECODER.decode(line) if line else {}
        except (ValueError, RecursionError):
            yield row, None
            continue
        path = _list_in(value)
        if path is None:
            yield row, _answered(value)
        else:
            yield from ((row, record) for record in _at(value, path))


def _by_value(file: TextIO, name: str) -> Iterator[tuple[int, object]]:
    """The elements of arrays, or values one after the other, wherever their lines end."""
    stream, inside = _Stream(file, name), False
    while char := stream.peek():
        if char == ("]" if inside else "["):
            inside = not inside
            stream.forward(stream.at + 1)
            continue
        value, end = stream.value()
        path = _list_in(value)
        if path is None:
            yield stream.row, _answered(value)
        else:
            rows = _rows_of(stream.text, stream.at, stream.row, path)
            yield from zip(rows, _at(value, path), strict=False)
        stream.forward(end)
    if inside:
        raise _broken(name, stream.row)


# ------------------------------------------------------------------ pages


def _list_in(value: object) -> tuple[str, ...] | None:
    """Where an answer holds its records, None for what is no page of them."""
    if not isinstance(value, dict) or messages_of(value) is not None:
        return None
    found = [name for name in LISTS if _is_list(value.get(name))]
    if found:
        return (next((name for name in found if value[name]), found[0]),)
    for name in WRAPPERS:
        inner = _list_in(value.get(name))
        if inner is not None:
            return (name, *inner)
    return talks_in(value)


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(record, dict) for record in value)


def _at(value: object, path: tuple[str, ...]) -> list[object]:
    for name in path:
        value = cast("dict[str, object]", value)[name]
    return cast("list[object]", value)


def _answered(value: object) -> object:
    """The one record of an answer; None for an answer that is a refusal."""
    if not isinstance(value, dict) or "result" not in value:
        return value
    inner = value.get("data")
    if isinstance(inner, dict) and inner:
        return inner
    return value if value["result"] == "1" else None


def _rows_of(text: str, start: int, row: int, path: tuple[str, ...]) -> Iterator[int]:
    """The line of every element of the list at `path` of the object that begins at `start`."""
    at = start
    for name in path:
        at = _member(text, at, name)
    at = _end(_BETWEEN, text, at + 1)
    while text[at] != "]":
        row += text.count("\n", start, at)
        yield row
        start = at
        at = _end(_BETWEEN, text, _DECODER.raw_decode(text, at)[1])


def _member(text: str, at: int, wanted: str) -> int:
    """Where the value of this name begins in the object that begins at `at`."""
    at += 1
    while True:
        name, at = _DECODER.raw_decode(text, _end(_BETWEEN, text, at))
        at = _end(_SPACE, text, _end(_SPACE, text, at) + 1)
        if name == wanted:
            return at
        at = _DECODER.raw_decode(text, at)[1]


# ------------------------------------------------------------------ records to rows


def _texts(record: Record) -> dict[str, str]:
    """Field → text; a field that holds what is no text, number, yes or no holds nothing."""
    found: dict[str, str] = {}
    parts: dict[str, str] = {}
    for name, value in record.items():
        if isinstance(value, str):
            found[name] = value
        elif isinstance(value, bool):
            found[name] = "true" if value else "false"
        elif name in PARTS or name in REFUNDS:
            several = value if isinstance(value, list) else [value]
            inner = [_texts(part) for part in several if isinstance(part, dict)]
            names = (
                [REFUND_STATUS] if name in REFUNDS else dict.fromkeys(n for t in inner for n in t)
            )
            for own in names:
                filled = dict.fromkeys(texts[own] for texts in inner if texts.get(own))
                parts.setdefault(own, ",".join(filled))
        else:
            found[name] = ""
    return {**parts, **found}


@dataclass(slots=True)
class _Fields:
    """The fields of the records seen so far; values are kept of those that may be understood."""

    own: frozenset[str]
    known: dict[str, None] = field(default_factory=dict)
    other: dict[str, None] = field(default_factory=dict)

    def add(self, names: Iterable[str]) -> bool:
        """Take in these names; whether one of them is new and may be understood."""
        before = len(self.known)
        for name in names:
            if name in self.known or name in self.other:
                continue
            if normal(name) in self.own or normal(name) in every_header():
                self.known[name] = None
            elif len(self.other) < MOST_UNKNOWN:
                self.other[name] = None
        return len(self.known) > before


@frozen
class Notation:
    """A file of JSON as UTF-8. `own`: headers that the operator maps; `head`: its beginning."""

    path: Path
    name: str
    head: str
    own: frozenset[str] = frozenset()

    def fields(self) -> tuple[str, ...]:
        """The fields of its first records; none if it is not what it seemed to be."""
        fields = _Fields(self.own)
        try:
            for number, (_, value) in enumerate(self._values()):
                if isinstance(value, dict):
                    fields.add(_texts(value))
                if number == SAMPLE:
                    break
        except DamagedFileError:  # the names alone show whether it is one of ours
            fields.add(_NAMES.findall(self.head))
        return (*fields.known, *fields.other)

    def rewritten(self, target: Path) -> Rewritten:
        """Every record as a row; DamagedFileError for a file that breaks off or is no JSON."""
        fields = _Fields(self.own)
        fields.add(self.fields())
        counted = False
        while True:
            named = tuple(fields.known)
            grown = shared = False
            last = 0
            with writing(target, (*named, *fields.other)) as out:
                rest = ("",) * len(fields.other)
                for number, (line, value) in enumerate(self._values(), 1):
                    shared = shared or line == last
                    row, last = (number if counted else line), line
                    if not isinstance(value, dict):
                        out.fault(row, reasons.JSON)
                        continue
                    texts = _texts(value)
                    grown = fields.add(texts) or grown
                    out.row(row, (*(texts.get(name, "") for name in named), *rest))
            if not grown and counted == shared:
                return out.rewritten(_SHAPE, *([_COUNTED] if counted else []))
            counted = shared

    def _values(self) -> Iterator[tuple[int, object]]:
        """(line, record); None where a line or answer is no record."""
        read = _by_line if _in_lines(self.head) else _by_value
        with self.path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            for row, value in read(file, self.name):
                yield from ((row, record) for record in spoken(value))


def _broken(name: str, row: int) -> DamagedFileError:
    return DamagedFileError(
        f"{name}：第 {row} 行起不是完整的 JSON；文件可能下载中断，请重新导出",
        f"{name}: no whole JSON from line {row} on; the download may have been interrupted, "
        "export again",
    )

"""The known headers: loads `headers/*.toml` and turns them into layouts that can be matched."""

from __future__ import annotations

import functools
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from importlib.resources import files
from itertools import chain, islice
from typing import Any

from kshop_audit.model.frozen import frozen
from kshop_audit.model.patterns import regex
from kshop_audit.model.schema import TABLES, Kind

GENERIC = "generic.toml"
PLATFORMS = ("kuaishou", "douyin", "pinduoduo", "taobao", "jd", "wechat", "1688")
"""In order of preference when a header fits several platforms alike."""

AROUND = "'\"=*【】"
"""What stands around headers and is none of them; * marks what a template requires."""

_OTHER_UNITS = frozenset(
    {
        "百", "千", "万", "亿", "百元", "千元", "万元", "亿元", "角", "毛", "美元", "港元", "港币",
        "欧元", "日元", "英镑", "卢布", "$", "usd", "hkd", "eur", "jpy", "gbp",
    }
)  # fmt: skip
"""Remarks in brackets by which the figures of a column are not what its name says."""
FEN = "分"

_ODD_SPACES = regex(r"[\s\u200b-\u200f\u2060\ufeff]+")


@functools.lru_cache(maxsize=16_384)
def normal(header: str) -> str:
    """A header without the noise that exports put into it.

    NFKC (full-width brackets and letters), no white space, no zero-width characters, one case,
    the usual protection of spreadsheets and the marks of templates removed, and 帐 written as 账.
    """
    text = _ODD_SPACES.sub("", unicodedata.normalize("NFKC", header)).casefold()
    return text.strip(AROUND).replace("帐", "账")


def prefix(header: str) -> str:
    """A normalised header without the remark in brackets at its end; as it stands if the remark is
    a unit in which nothing here is measured.
    """
    name, _, remark = header.partition("(")
    return name if header.endswith(")") and remark[:-1] not in _OTHER_UNITS else header


def is_in_fen(header: str) -> bool:
    """Whether a normalised header of an amount says that it is in fen."""
    return header.endswith(f"({FEN})")


@frozen(slots=False)
class Layout:
    """How one platform names the columns of one kind; all headers are normalised.

    `columns`: canonical → headers by priority. `own`: headers of this platform alone.
    `values`: canonical column → {normalised text: code}. `needs`, `unless`: see generic.toml.
    `unused`: headers of real exports that no rule looks at. `fen`: headers of amounts in fen.
    `first`: canonical → headers of which the first that is filled counts.
    `conversation`: headers of cells that hold a whole conversation. `tools`: headers of the
    platform's number in files of a tool, which may be those of any platform.
    """

    kind: Kind
    platform: str | None
    columns: Mapping[str, tuple[str, ...]]
    own: frozenset[str]
    signatures: tuple[tuple[str, ...], ...]
    values: Mapping[str, Mapping[str, str]]
    needs: tuple[tuple[str, ...], ...]
    unless: frozenset[str]
    unused: frozenset[str]
    fen: frozenset[str] = frozenset()
    first: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    conversation: frozenset[str] = frozenset()
    tools: frozenset[str] = frozenset()

    def talks(self, header: str, columns: Mapping[str, object]) -> bool:
        """Whether a cell under this header holds a conversation: no column has times."""
        timeless = "sent_at" not in columns and ("buyer_id" in columns or "session_id" in columns)
        return timeless and header in self.conversation

    @functools.cached_property
    def known(self) -> frozenset[str]:
        """Every header this layout understands."""
        return frozenset(alias for aliases in self.columns.values() for alias in aliases)


def _normals(headers: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(normal(header) for header in headers))


def _values(*tables: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Merge `{column: {code: [texts]}}` into `{column: {text: code}}`; later tables win."""
    result: dict[str, dict[str, str]] = {}
    for table in tables:
        for column, codes in table.items():
            texts = result.setdefault(column, {})
            for code, labels in codes.items():
                texts.update({cell_text(label): code for label in labels})
    return result


def cell_text(text: str) -> str:
    """The form in which texts of CODE columns are compared."""
    return _ODD_SPACES.sub("", unicodedata.normalize("NFKC", text)).lower()


def _layout(kind: Kind, platform: str | None, generic: Any, own: Any) -> Layout:
    table = TABLES[kind]
    columns = {}
    listed = own.get("columns", {})
    common = generic.get("columns", {})
    foremost = generic.get("foremost", {})
    unknown = (set(listed) | set(common) | set(foremost)) - set(table.names)
    if unknown:
        raise ValueError(f"headers of {kind}: no such columns: {sorted(unknown)}")
    for name in table.names:
        aliases = (*foremost.get(name, ()), *listed.get(name, ()), *common.get(name, ()), name)
        columns[name] = _normals(aliases)
    values = _values(generic.get("values", {}), own.get("values", {}))
    for name, texts in values.items():
        if not set(texts.values()) <= set(table.column(name).codes):
            raise ValueError(f"headers of {kind}: unknown codes for {name}")
    signatures = own.get("signatures", ()) or (() if platform else generic.get("signatures", ()))
    return Layout(
        kind,
        platform,
        columns,
        frozenset(_normals(chain(*listed.values()))) - frozenset(_normals(chain(*common.values()))),
        tuple(_normals(signature) for signature in signatures),
        values,
        tuple(tuple(group) for group in generic["needs"]),
        frozenset(_normals(generic.get("unless", ()))),
        frozenset(_normals(own.get("unused", ()))),
        frozenset(_normals(own.get("fen", ()))),
        {name: _normals(headers) for name, headers in own.get("first", {}).items()},
        frozenset(_normals(generic.get("conversation", ()))),
        frozenset(_normals(chain(*foremost.values()))),
    )


@functools.cache
def layouts() -> tuple[Layout, ...]:
    """All layouts: the generic one of every kind first, then each platform's."""
    folder = files(__package__)
    generic = tomllib.loads((folder / GENERIC).read_text(encoding="utf-8"))
    # A judgement is worded alike in the after-sales file and in a file of judgements alone.
    generic["disputes"]["values"] = {
        "liable_party": generic["tickets"]["values"]["liable_party"],
    }
    result = [_layout(kind, None, generic[kind], {}) for kind in Kind]
    for name in PLATFORMS:
        data = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
        result += [
            _layout(kind, data["platform"], generic[kind], data[kind])
            for kind in Kind
            if kind in data
        ]
    return tuple(result)


@functools.cache
def every_header() -> frozenset[str]:
    """Every header of every layout, to tell a header row from a row of data at a glance."""
    return frozenset().union(*(layout.known for layout in layouts()))


@functools.cache
def unused_headers() -> frozenset[str]:
    """Every header of real exports that no rule looks at."""
    return frozenset(header for layout in layouts() for header in layout.unused)


@functools.cache
def words() -> frozenset[str]:
    """Every word that some export has for a state or another value, in the form of a header."""
    texts = (words for layout in layouts() for words in layout.values.values())
    codes = (column.codes for table in TABLES.values() for column in table.columns)
    return frozenset(map(normal, chain(*texts, *codes)))


@functools.lru_cache(maxsize=16_384)
def is_known(header: str) -> bool:
    """Whether some platform's export has this header, used or not."""
    names = {normal(header), prefix(normal(header))}
    return not (names.isdisjoint(every_header()) and names.isdisjoint(unused_headers()))


def mostly_known(cells: Sequence[str]) -> bool:
    """Whether the cells of a record are names of columns, more of them than not."""
    filled = [cell for cell in cells if cell.strip()]
    spare = max(len(filled) - 1, 0) // 2  # a row of data ends the search at its middle
    strange = islice((cell for cell in filled if not is_known(cell)), spare, None)
    return len(filled) > 1 and next(strange, None) is None

"""On which line of a TOML text a key stands; `tomllib` keeps no positions.

The text is cut into statements: lines are gathered until `tomllib` accepts them as a document of
their own. So the real parser decides what a multi-line string or array is, never a second one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from kshop_audit.validation import KeyPath

_ENDS = ('"""', "'''", "]", "}")


def key_lines(text: str) -> dict[KeyPath, int]:
    """Path of every table and key of a valid TOML text → the line (from 1) it starts on."""
    lines: dict[KeyPath, int] = {}
    header: KeyPath = ()
    lengths: dict[KeyPath, int] = {}
    for start, statement in _statements(text):
        table = tomllib.loads(statement)
        stripped = statement.lstrip()
        if stripped.startswith("["):
            header = _header(table, lengths, array=stripped.startswith("[["))
            lines.setdefault(header, start)
        else:
            for path in _paths(table):
                lines.setdefault(header + path, start)
    return lines


def line_of(lines: dict[KeyPath, int], path: KeyPath) -> int | None:
    """The line of the key, else of the nearest table above it; None if there is neither."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _statements(text: str) -> Iterator[tuple[int, str]]:
    gathered: list[str] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if not gathered and (not line.strip() or line.lstrip().startswith("#")):
            continue
        gathered.append(line)
        # A list of ten thousand ids must not be parsed ten thousand times.
        if len(gathered) > 1 and "#" not in line and not line.rstrip().endswith(_ENDS):
            continue
        statement = "\n".join(gathered)
        try:
            tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        yield number - len(gathered) + 1, statement
        gathered.clear()


def _header(table: dict[str, object], lengths: dict[KeyPath, int], *, array: bool) -> KeyPath:
    """Full path of a table header: the indices of the arrays it stands in are put in."""
    path: KeyPath = ()
    names = list(_names(table))
    for position, name in enumerate(names):
        path += (name,)
        if array and position == len(names) - 1:
            lengths[path] = lengths.get(path, 0) + 1
        if path in lengths:
            path += (lengths[path] - 1,)
    return path


def _names(table: object) -> Iterator[str]:
    while table:
        if isinstance(table, list):
            (table,) = table
        elif isinstance(table, dict):
            ((name, table),) = table.items()
            yield name


def _paths(value: object, above: KeyPath = ()) -> Iterator[KeyPath]:
    if above:
        yield above
    if isinstance(value, dict):
        for name, entry in value.items():
            yield from _paths(entry, (*above, name))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _paths(entry, (*above, index))

"""Half-width punctuation in Chinese sentences, wherever the package holds text."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

HAN = "\u4e00-\u9fff"
VALUE = "\ufffc"
"""Stands for a value that is put into a text."""

_HALF = re.compile(rf"[{HAN}”》）] ?[,;:()](?!//)|[,;:()] ?[{HAN}“《（]|（[^（）]*\)|\([^（）]*）")
_PATTERN = re.compile(r"\(\?|\[\^|\[[^\]]+\][{?*+]|\)[{?*+]|\\[sdSDbB]|\||0123456789")
"""What only a regular expression or a set of characters holds; the text of one is no sentence."""


def faults(text: str) -> list[str]:
    """The places of half-width `, ; : ( )` beside a Chinese character, in Chinese paragraphs."""
    return [
        paragraph[max(0, found.start() - 12) : found.end() + 12]
        for paragraph in re.split(r"\n\s*\n", text)
        if _chinese(paragraph)
        for found in _HALF.finditer(paragraph)
    ]


def _chinese(text: str) -> bool:
    """Whether it is a Chinese sentence, rather than an English one that quotes Chinese words."""
    own = re.sub("“[^”]*”", "", text)
    han, latin = len(re.findall(f"[{HAN}]", own)), len(re.findall("[A-Za-z]", own))
    return 2 * han >= latin and han > 1 and not _PATTERN.search(text)


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every string of a Python or a TOML file; values in them stand as VALUE."""
    source = path.read_text(encoding="utf-8")
    if path.parent.parent.name == "setup":  # templates of an operator's files
        yield from enumerate(source.splitlines(), 1)
        return
    if path.suffix == ".toml":
        yield from ((0, text) for text in _values(tomllib.loads(source)))
        return
    tree = ast.parse(source)
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
             for part in node.values}  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            values = (part.value if isinstance(part, ast.Constant) else VALUE
                      for part in node.values)  # fmt: skip
            yield node.lineno, "".join(map(str, values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, "" if id(node) in parts else node.value


def _values(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for entry in value.values():
            yield from _values(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _values(entry)
    elif isinstance(value, str):
        yield value

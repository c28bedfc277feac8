"""The package as a tree of syntax, for the checks that look at the source itself."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "kshop_audit"
SOURCES = sorted(PACKAGE.rglob("*.py"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def under(*parts: str) -> list[Path]:
    """The modules of these packages or files."""
    found = [path for path in SOURCES if name_of(path).removesuffix(".py").split("/")[0] in parts]
    assert found
    return found


def nodes(paths: Sequence[Path], *kinds: type[ast.AST]) -> Iterator[tuple[str, Any]]:
    """(place, node) of every node of these kinds; a place reads "module.py:line"."""
    for path in paths:
        for node in ast.walk(tree(path)):
            if isinstance(node, kinds):
                yield f"{name_of(path)}:{getattr(node, 'lineno', 0)}", node


def called(paths: Sequence[Path]) -> Iterator[tuple[str, str, ast.Call]]:
    """(place, name of the function or method, call) of every call."""
    for place, call in nodes(paths, ast.Call):
        function = call.func
        if isinstance(function, ast.Attribute):
            yield place, function.attr, call
        elif isinstance(function, ast.Name):
            yield place, function.id, call


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef))

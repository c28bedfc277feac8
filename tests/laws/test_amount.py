"""What `tests.amount` names is there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.amount import USUAL

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("file", USUAL)
def test_a_dear_test_is_one_of_the_suite(file: str) -> None:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert functions >= USUAL[file].keys()

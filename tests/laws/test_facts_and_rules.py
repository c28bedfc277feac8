"""A fact is one function in one place, and nothing outside the rules knows a rule."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module

import pytest

from kshop_audit.cli.values import DIMENSIONS
from kshop_audit.facts.sharing import Fact
from kshop_audit.model import insights as sections
from kshop_audit.model.schema import TABLES, Kind, Type
from kshop_audit.rules import catalogue
from tests.laws.source_tree import SOURCES, called, name_of, nodes, tree, under

# ------------------------------------------------------------------ facts

FRAME = "pl.LazyFrame"
NO_FACTS = {"awaiting", "lazily"}
"""Public functions that make frames of facts for an expression, which cannot be compared."""


def test_no_class_of_the_facts_hands_frames_on() -> None:
    """Only the object that rules ask, and the rows that facts start from, have such methods."""
    having = {
        (name_of(path), kind.name)
        for path in under("facts")
        for kind in ast.walk(tree(path))
        if isinstance(kind, ast.ClassDef)
        for method in kind.body
        if isinstance(method, ast.FunctionDef)
        and method.returns is not None
        and ast.unparse(method.returns) == FRAME
    }
    assert having == {("facts/sharing.py", "Facts"), ("facts/tables.py", "Tables")}


def test_no_class_of_the_facts_extends_another() -> None:
    own = {kind.name for _, kind in nodes(under("facts"), ast.ClassDef)}
    chained = [
        place
        for place, kind in nodes(under("facts"), ast.ClassDef)
        if own & {ast.unparse(base) for base in kind.bases}
    ]
    assert chained == []


def test_facts_and_rules_have_no_part_for_the_type_checker_only() -> None:
    found = [p for p, n in nodes(under("facts", "rules"), ast.Name) if n.id == "TYPE_CHECKING"]
    assert found == []


def test_rules_read_messages_by_the_facts_of_their_texts() -> None:
    """The cells themselves are null where no list can match, or where an earlier run found nothing:
    a rule that read them would find less the second time.
    """
    asking = [
        place
        for place, call in nodes(under("rules"), ast.Call)
        if ast.unparse(call).startswith(("pl.col('content'", "col('content'"))
    ]
    assert asking == []


def public_functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in under("facts"):
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield name_of(path), node


def test_a_frame_that_is_made_of_facts_is_a_fact() -> None:
    made = {
        function.name
        for _, function in public_functions()
        if function.args.args
        and function.args.args[0].arg == "facts"
        and function.returns is not None
        and ast.unparse(function.returns) == FRAME
        and not function.decorator_list
    }
    assert made <= NO_FACTS


def test_a_fact_stands_in_one_place() -> None:
    homes: dict[str, set[str]] = {}
    for path in under("facts"):
        module = import_module("kshop_audit." + name_of(path).removesuffix(".py").replace("/", "."))
        for item in vars(module).values():
            if isinstance(item, Fact):
                homes.setdefault(item.make.__name__, set()).add(item.make.__module__)
    assert len(homes) > 30
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


def test_nothing_makes_a_fact_past_the_object_that_keeps_it() -> None:
    made = [
        place.partition(":")[0]
        for place, name, call in called(SOURCES)
        if name == "make" and isinstance(call.func, ast.Attribute)
    ]
    assert made == ["facts/sharing.py"]


# ------------------------------------------------------------------ rules are known to rules

IDS = frozenset(catalogue())
FAMILIES = frozenset(rule.info.family for rule in catalogue().values())
OTHERWISE = {
    *(column.name for table in TABLES.values() for column in table.columns),
    *Kind,
    *Type,
    *DIMENSIONS,
    *(part.name for part in fields(sections.Refunds)),
}
"""Words that also name something else than a family."""

KNOWING = {
    "cli/commands/forecast.py": {"reply-rate"},  # an example in a message
    "cli/commands/whatif.py": {"ship-48h"},  # an example in a message
    "cli/commands/init.py": {"cs-satisfaction", "reply-rate"},  # examples in a file that is written
    "interface.py": {"cs-satisfaction"},  # an example in a docstring
    "judging/verdict.py": {"logistics", "service"},  # the names of two dimensions of the score
    "config/layers.py": {"cs-satisfaction", "ship-48h"},  # examples in messages
    "model/kinds.py": {"logistics"},  # the English name of a kind of file
}
"""What modules outside the rules still know: no other may come, and what is gone leaves here."""


def known(text: str) -> set[str]:
    """The rules and families that a text names; a word of its own only if it is the whole text."""
    found = {name for name in (text,) if name in IDS | FAMILIES - OTHERWISE}
    hyphened = {name for name in IDS if "-" in name and name in text}
    return found | {n for n in hyphened if re.search(rf"(?<![\w-]){n}(?![\w-])", text)}


def knowing() -> dict[str, set[str]]:
    outside = [path for path in SOURCES if not name_of(path).startswith(("rules/", "packs/"))]
    found: dict[str, set[str]] = {}
    for place, text in nodes(outside, ast.Constant):
        if isinstance(text.value, str) and (names := known(text.value)):
            found.setdefault(place.partition(":")[0], set()).update(names)
    return found


def test_nothing_outside_the_rules_names_a_rule_or_a_family() -> None:
    assert knowing() == KNOWING


@pytest.mark.parametrize("room", ["facts", "insights", "plan"])
def test_no_family_is_asked_for_where_frames_are_made(room: str) -> None:
    assert [place for place in KNOWING if place.startswith(room)] == []
    found = [place for place, node in nodes(under(room), ast.Attribute) if node.attr == "family"]
    assert found == []

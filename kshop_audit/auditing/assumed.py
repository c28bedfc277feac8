"""A change as it was written, and the facts of a pack with the changes made so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from kshop_audit.auditing.selection import PackRun
from kshop_audit.errors import UsageError
from kshop_audit.facts import Facts
from kshop_audit.facts.sharing import Edit
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.plan.engine import computing
from kshop_audit.plan.turning import Population, UnitEdit, edit_of, population
from kshop_audit.rules import Rule


@frozen
class WantedChange:
    """One change as it was written. `group` is None where `word` is a rule."""

    text: str
    word: str
    group: str | None
    value: str


def change_of(text: str) -> WantedChange:
    """The change of `--change`: `RULE=VALUE`, `WORD:GROUP=VALUE` or `WORD:GROUP`."""
    plain = text.strip()
    head, sign, rest = plain.replace("：", ":", 1).partition(":")
    if sign and "=" not in head:
        group, equals, value = rest.rpartition("=")
        named, given = (group, value) if equals else (rest, "")
        return WantedChange(plain, head.strip(), named.strip(), given.strip())
    word, equals, value = plain.partition("=")
    if not equals or not word.strip() or not value.strip():
        raise UsageError(
            f"--change {text}：应如 RULE=99%、agent:小李=team_median、ship:-6h",
            f"--change {text}: write it like RULE=99%, agent:NAME=team_median or ship:-6h",
        )
    return WantedChange(plain, word.strip(), None, value.strip())


@dataclass(frozen=True, eq=False)
class Assumed:
    """The facts of a pack with the changes so far, and the sentence of each."""

    run: PackRun
    facts: Facts
    edits: Mapping[str, Sequence[UnitEdit]] = field(default_factory=dict)
    said: tuple[Text, ...] = ()

    def population(self, rule: Rule) -> Population | None:
        """The units of a rule as they are by now."""
        return population(rule, self.facts, self.edits.get(rule.info.id, ()))

    def turned(self, found: Population, rows: pl.DataFrame) -> Assumed:
        """With these units turned."""
        if rows.is_empty():
            return self
        edit = edit_of(found, rows)
        if isinstance(edit, Edit):
            edits = (*self.facts.edits, edit)
            facts = Facts(self.facts.tables, self.facts.terms, edits=edits)
            return replace(self, facts=computing(facts))
        name = found.rule.info.id
        return replace(self, edits={**self.edits, name: (*self.edits.get(name, ()), edit)})

    def saying(self, *said: Text) -> Assumed:
        """With the sentence of a change."""
        return replace(self, said=(*self.said, *said))

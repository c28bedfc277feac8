"""Messages in which nothing was found when the same rules looked at the same files before.

Looking at texts is dear, and most of them say nothing that a rule objects to. What is kept between
runs is which ones do, as hashes that are keyed by the secret of the cache: never a text. The next
run over the same files, by the same rules, lists and settings, need not look at the others. The
text of a message at which nobody looks is null, as that of one that cannot break a clause (see
`facts.suspicion`).
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from kshop_audit.cache.program import program
from kshop_audit.cache.store import Deposit, Store
from kshop_audit.facts import Facts
from kshop_audit.facts.messages import telling
from kshop_audit.facts.tables import Tables
from kshop_audit.model.schema import Kind
from kshop_audit.plan.engine import collected, few_rows

_KNOWN = "What the engine makes of this text tells whether it hashes as it did. 老铁"
_U64 = "Q"


@dataclass
class Sifting:
    """What is known of the texts of one audit. `asked`: all that their findings depend on."""

    store: Store | None
    asked: Sequence[str]
    _found: set[int] = field(default_factory=set)
    _learnt: int = 0
    _recalled: bool = False

    def sifted(self, tables: Tables) -> Tables:
        """The tables without the texts in which nothing was found before."""
        entry = None if self.store is None else self.store.get(self._key())
        chats = tables.frames.get(Kind.CHATS)
        if entry is None or chats is None or "content" not in chats.columns:
            return tables
        if entry.facts.get("known") != self._hashed(pl.Series([_KNOWN])):
            return tables
        found = array(_U64)
        found.frombytes(entry.blocks[0])
        self._recalled = True
        kept = pl.Series(found, dtype=pl.UInt64)
        hashed = pl.col("content").hash(self._seed)
        content = pl.when(hashed.is_in(kept.implode())).then("content").alias("content")
        return replace(tables, frames={**tables.frames, Kind.CHATS: chats.with_columns(content)})

    def learn(self, facts: Facts) -> None:
        """Take note of what was found by rules that have been measured."""
        if self.store is None or self._recalled:
            return
        texts = telling(facts)
        if texts is None:
            return
        found = collected({"found": texts}, few=few_rows(facts))["found"]
        self._found.update(self._hashed(found["content"]))
        self._learnt += 1

    def keep(self, packs: int) -> None:
        """Keep what was learnt, if it was learnt of all packs: nothing, where one cannot tell."""
        if self.store is None or self._recalled or self._learnt != packs:
            return
        facts = {"known": self._hashed(pl.Series([_KNOWN]))}
        block = array(_U64, sorted(self._found)).tobytes()
        self.store.put(self._key(), 0, Deposit(facts, [block]))

    @property
    def _seed(self) -> int:
        return 0 if self.store is None else self.store.seed

    def _key(self) -> str | None:
        return None if self.store is None else self.store.key("texts", program(), *self.asked)

    def _hashed(self, texts: pl.Series) -> list[int]:
        return texts.hash(self._seed).to_list()

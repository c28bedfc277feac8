"""The rules of all packs of an audit, measured, or recalled as an earlier run measured them.

A figure depends on the files, the rules, the settings and the program, and on nothing else: where
all of them are the same, the figures are. What is kept of them is sealed with a key made of all
the files (see `cache.sealing`).
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import cached_property

from kshop_audit.auditing.completing import MeasuredPack, measured
from kshop_audit.auditing.inputs import Exports
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.auditing.selection import PackRun
from kshop_audit.cache.program import program
from kshop_audit.cache.store import Deposit
from kshop_audit.facts import Facts
from kshop_audit.facts.tables import Tables
from kshop_audit.model.measurement import Measurement
from kshop_audit.plan.engine import computing
from kshop_audit.plan.sifting import Sifting

MOST = 64 << 20
"""More bytes are not kept: lists of evidence without an end."""

_Figures = tuple[tuple[Measurement, ...], Mapping[str, Mapping[date, int]]]
"""The measured rules of a pack, and its rows by day."""


class Measuring:
    """The measured packs of one audit, and the facts behind them."""

    def __init__(self, request: AuditRequest, exports: Exports, runs: Sequence[PackRun]) -> None:
        """Nothing is measured yet."""
        self._request = request
        self._exports = exports
        self._runs = runs
        self._asked = _asked(request, exports, runs)
        self._sifting = Sifting(request.inputs.cache if self._asked else None, self._asked)

    @cached_property
    def _tables(self) -> Tables:
        """Without the texts in which nothing was found before."""
        return self._sifting.sifted(self._exports.loaded.tables)

    def facts(self, run: PackRun) -> Facts:
        """The facts of a pack, computed when they are needed."""
        return computing(Facts(self._tables, run.terms))

    def packs(self, facts: Sequence[Facts] | None = None) -> list[MeasuredPack]:
        """The packs, measured. `facts`: of each of them, for a caller that needs them as well."""
        found = self._recalled()
        if found is None:
            found = [
                self._measured(run, self.facts(run) if facts is None else facts[place])
                for place, run in enumerate(self._runs)
            ]
            self._sifting.keep(len(self._runs))
            self._keep([(pack.measured, pack.by_day) for pack in found])
        return found

    def _measured(self, run: PackRun, facts: Facts) -> MeasuredPack:
        request = self._request
        return measured(
            run, self._exports, request.wanted, mask=request.mask, facts=facts,
            learn=self._sifting.learn,
        )  # fmt: skip

    @property
    def _key(self) -> str | None:
        cache, own = self._request.inputs.cache, (self._request.wanted, self._request.mask)
        if cache is None or not self._asked:
            return None
        return cache.key("figures", program(), *self._asked, repr(own))

    @cached_property
    def _seal(self) -> bytes:
        from kshop_audit.cache.sealing import key_of_all  # noqa: PLC0415  loads a cipher

        certain = self._exports.loaded.certain
        return key_of_all(certain[index].key() for index in sorted(certain))

    def _recalled(self) -> list[MeasuredPack] | None:
        cache, key = self._request.inputs.cache, self._key
        entry = None if cache is None or key is None else cache.get(key)
        if entry is None:
            return None
        from kshop_audit.cache.sealing import opened  # noqa: PLC0415  loads a cipher

        content = opened(entry.blocks[0], self._seal)
        if content is None:
            return None
        # Written by this program: the entry is authenticated, and sealed as well.
        figures: list[_Figures] = pickle.loads(content)  # noqa: S301
        return [
            MeasuredPack(run, self._exports, by_day, self._request.mask, of_rules)
            for run, (of_rules, by_day) in zip(self._runs, figures, strict=True)
        ]

    def _keep(self, figures: Sequence[_Figures]) -> None:
        cache, key = self._request.inputs.cache, self._key
        if cache is None or key is None:
            return
        if any(rule.failed for of_rules, _ in figures for rule in of_rules):
            return
        content = pickle.dumps(list(figures), pickle.HIGHEST_PROTOCOL)
        if len(content) > MOST:
            return
        from kshop_audit.cache.sealing import sealed  # noqa: PLC0415  loads a cipher

        with suppress(OSError):
            cache.put(key, 0, Deposit({}, [sealed(content, self._seal)]))


def _asked(request: AuditRequest, exports: Exports, runs: Sequence[PackRun]) -> Sequence[str]:
    """All that the figures depend on: the files, how they are read, the rules and their terms.

    Empty where that cannot be known, or nothing may be kept.
    """
    inputs, certain = request.inputs, exports.loaded.certain
    if inputs.cache is None or inputs.password is not None:
        return ()
    if not {source.index for source in exports.sources if source.kind} <= certain.keys():
        return ()  # some rows are of bytes that nobody has seen whole
    files = [
        (
            one.name, one.kind, one.platform, one.header, one.missing, one.why,
            one.index in certain and certain[one.index].text(),
        )
        for one in exports.sources
    ]  # fmt: skip
    read = (
        inputs.pins, inputs.mappings, inputs.encoding, inputs.delimiter, inputs.zone, inputs.shop
    )  # fmt: skip
    asked = [(run.pack, [rule.info.id for rule in run.rules], run.terms.spans) for run in runs]
    terms = (exports.as_of, request.reject_future)
    return [*(repr(part) for part in (files, read, asked, terms)), request.settings.stated()]

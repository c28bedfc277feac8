"""Any Report at all: Hypothesis strategies derived from the types of the dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from kshop_audit.model.report import SCHEMA, Report
from tests.report.build import EVIL

# Every character, lone surrogates of undecodable file names included, and known mischief.
TEXTS = st.one_of(
    st.text(max_size=12),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "Zl", "Lo"]), max_size=4),
    st.sampled_from([EVIL, "", "22:00", "2026-11-01T00:00:00", "pass", "0001-01-01T00:00:00"]),
)
SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: st.integers(-(10**20), 10**20),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False).filter(
        lambda value: value == 0 or 1e-290 < abs(value) < 1e290
    ),
    Decimal: st.decimals(-(10**12), 10**12, allow_nan=False, places=12),
    NoneType: st.none(),
}


def of(hint: Any) -> st.SearchStrategy[Any]:
    """A strategy for a type as it stands in the dataclasses of the report."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return st.one_of([of(option) for option in get_args(hint)])
    if origin is tuple:
        return st.lists(of(get_args(hint)[0]), max_size=2).map(tuple)
    if origin is not None and issubclass(origin, Mapping):
        return st.dictionaries(TEXTS, of(get_args(hint)[1]), max_size=2)
    if isinstance(hint, type) and is_dataclass(hint):
        hints = get_type_hints(hint)
        return st.builds(hint, **{field.name: of(hints[field.name]) for field in fields(hint)})
    if issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    return SCALARS[hint]


def reports() -> st.SearchStrategy[Report]:
    """Reports of the right types, whatever they say; only the schema id is real."""
    hints = get_type_hints(Report)
    parts = {name: of(hint) for name, hint in hints.items() if name != "schema"}
    return st.builds(Report, schema=st.just(SCHEMA), **parts)

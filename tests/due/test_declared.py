"""What a rule declares of deadlines: a kind has words, and a shape has no kind of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from kshop_audit.model.settings import Settings, Terms
from kshop_audit.packs import load
from kshop_audit.plan import dues, query
from kshop_audit.report.wording import LANGUAGES
from kshop_audit.report.wording import load as wording
from kshop_audit.rules import catalogue
from kshop_audit.rules.kit.due import Due
from kshop_audit.rules.kit.shapes import Ratio

PAGE = Path(__file__).parents[2] / "docs" / "due.md"
KINDS = {kind for rule in catalogue().values() for kind, _ in rule.info.due}


def test_the_kinds_are_those_that_are_documented() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert {kind for kind in KINDS if f"| `{kind}` |" not in text} == set()
    assert {
        "ship", "promise", "pickup", "ticket", "return", "question", "appeal", "closure",
        "finish", "repay",
    } == KINDS  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_has_words(lang: str) -> None:
    known = wording(lang)
    assert [k for k in KINDS if f"due_kind.{k}" not in known or f"due_what.{k}" not in known] == []


def test_an_undeclared_kind_is_an_error_of_its_rule() -> None:
    info = catalogue()["ship-48h"].info
    terms = Terms(datetime(2026, 10, 31), load("kuaishou"), Settings())
    unit = pl.LazyFrame({"paid_at": [datetime(2026, 10, 29)]})
    due = Due(deadline=pl.col("paid_at"), waits=pl.lit(True))
    shape = Ratio(unit=unit, hit=pl.lit(True), at="paid_at", due={"ship": due, "shipp": due})
    units = query.units(shape, info.id, terms)
    with pytest.raises(ValueError, match=r"ship-48h.*shipp"):
        dues.frame(units, shape, info, terms, timedelta(0), None)
    known = replace(shape, due={"ship": due})
    assert dues.frame(units, known, info, terms, timedelta(0), None) is not None

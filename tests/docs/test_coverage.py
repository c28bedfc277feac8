"""Every statement of the seed documents has what computes it, and every edge case runs."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

from kshop_audit.packs import load, names
from kshop_audit.rules import catalogue
from tests.cases.case_files import plain
from tests.cases.test_cases import RUNNABLE
from tests.cases.test_plain_cases import PLAIN, WAITING, marked

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"
REGISTER = {"S0": 13, "S1": 6, "S2": 77, "S3": 17, "S4": 4}
"""Statements by document: S2-01 to S2-77 and so on."""
COMMANDS = {"check", "close", "aspects"}
NOTHING = "—"
VECTORS = {
    "R": 20, "T": 7, "L": 22, "Q": 12, "A": 12, "D": 11, "H": 2, "C": 7, "N": 4, "Z": 7, "P": 4,
    "J": 2, "F": 4, "W": 1, "V": 3,
}  # fmt: skip
"""Numbered edge cases by series."""
NO_DATA = {"Q7": "no canonical column names the after-sales service it speaks of"}
ROW = re.compile(r"^\| (S[0-4]-[0-9]{2}) \| (.+?) \| (.+?) \| (.*?) ?\|$", re.MULTILINE)


def rows() -> list[tuple[str, str, str, str]]:
    return ROW.findall(PAGE.read_text(encoding="utf-8"))


def test_every_statement_stands_there_once_and_in_order() -> None:
    wanted = [f"{name}-{n:02}" for name, last in REGISTER.items() for n in range(1, last + 1)]
    assert [row[0] for row in rows()] == wanted


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row[0]))
def test_what_computes_it_exists_or_there_is_a_reason(row: tuple[str, str, str, str]) -> None:
    statement, _, computed, why = row
    if computed == NOTHING:
        assert why.strip(), f"{statement} needs a reason"
        return
    named = re.findall(r"`([^`]+)`", computed)
    assert named
    assert re.sub(r"`[^`]+`|,| ", "", computed) == ""
    in_packs = {rule for pack in names() for rule in load(pack).rules}
    for name in named:
        assert name in COMMANDS or name in in_packs & set(catalogue()), name


@pytest.mark.parametrize(
    "option", sorted(set(re.findall(r"option `(\w+)`", PAGE.read_text("utf-8"))))
)
def test_options_that_the_page_names_exist(option: str) -> None:
    options = {
        name for pack in names() for rule in load(pack).rules.values() for name in rule.options
    }
    assert option in options


def test_every_statement_that_a_rule_cites_is_listed() -> None:
    """And the other way round: a rule of the default pack that cites S2-43 stands in its row."""
    stated = {
        statement: set(re.findall(r"`([^`]+)`", computed)) for statement, _, computed, _ in rows()
    }
    cited = {
        (rule, source)
        for rule, terms in load("kuaishou").rules.items()
        for source in terms.sources
        if re.fullmatch(r"S[0-4]-[0-9]{2}", source)
    }
    assert {source for _, source in cited} <= set(stated)
    silent = {rule for rule, _ in cited} - {name for listed in stated.values() for name in listed}
    assert silent == set()


@functools.cache
def run_ids() -> set[str]:
    """Ids of the cases that really run: no missing pack, no missing option, not skipped."""
    found = {str(case["id"]) for case in RUNNABLE}
    for name in PLAIN - {"version_case"}:
        found |= {str(case["id"]) for case in plain(name) if not marked(case).marks}
    return found


@pytest.mark.parametrize("series", VECTORS)
def test_every_edge_case_is_run(series: str) -> None:
    """R1 or a variant of it (R1-own); the few that are no data are named with the reason."""
    run = {match[0] for text in run_ids() if (match := re.match(r"[A-Z][0-9]+(?![0-9])", text))}
    missing = {f"{series}{n}" for n in range(1, VECTORS[series] + 1)} - run - set(NO_DATA)
    assert missing == set()


def test_what_waits_is_a_variant_and_says_for_what() -> None:
    for case in WAITING:
        assert case.get("needs"), case["id"]
        assert re.match(r"[A-Z][0-9]+-", str(case["id"])), case["id"]

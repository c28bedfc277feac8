"""Every flag of `check` exists, does something, and does the same from its environment variable."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from kshop_audit.cli.catalogue import variables
from kshop_audit.errors import EXIT_FAILED, EXIT_INCOMPLETE, EXIT_NO_AUDIT, EXIT_OK
from kshop_audit.model.schema import Kind
from tests.cli.build import LATE, Run, shop

SHIP = ("LATE", "--select", "ship-48h")
SATISFACTION = ("GOOD", "--select", "cs-satisfaction", "--level", "cs-satisfaction=error")
BAD = ("BAD", "--select", "ship-48h", "--max-bad-rows", "90%")


@dataclass(frozen=True)
class Case:
    """A flag, its value ("" for a switch), what is run without it, and what it must change.

    `code`: the exit code with the flag; `says`: a text that only the run with the flag prints;
    `makes`: a file that only this run makes.
    """

    flag: str
    value: str = ""
    base: tuple[str, ...] = SHIP
    code: int = EXIT_FAILED
    says: str = ""
    makes: str = ""


PINS = tuple("--evidence-file" if kind is Kind.EVIDENCE else f"--{kind}" for kind in Kind)

CASES = [
    *(Case(flag, "odd.csv", code=EXIT_NO_AUDIT, says="odd.csv") for flag in PINS),
    Case("--pack", "pinduoduo", ("LATE",), EXIT_INCOMPLETE, "rules Pinduoduo"),
    Case("--as-of", "2026-10-19", code=EXIT_OK, says="2026-10-19"),
    Case("--tz", "Europe/London", (*SHIP, "-v"), says="Europe/London"),
    Case("--max-age", "1d", ("GOOD", *SHIP[1:]), EXIT_INCOMPLETE, "older than --max-age"),
    Case("--select", "ship-48h", ("LATE", "--ignore", "conduct"), says=""),
    Case("--ignore", "ship-48h", ("LATE", "--select", "logistics"), EXIT_INCOMPLETE),
    Case("--level", "ship-48h=warn", code=EXIT_OK),
    Case("--require", "cs-satisfaction", SATISFACTION, EXIT_INCOMPLETE),
    Case("--fail-on", "never", code=EXIT_OK),
    Case("--min-score", "4", ("GOOD", *SHIP[1:]), EXIT_INCOMPLETE),
    Case("--compare", "good.json", says="Compared with the earlier report"),
    Case("--fail-on-regression", "",
         (*SHIP, "--compare", "good.json", "--level", "ship-48h=warn")),
    Case("--mutes", "own.toml", code=EXIT_OK, says="1 muted"),
    Case("--out", "r.md", makes="r.md"),
    Case("--format", "github", says="::error title="),
    Case("--evidence", "proof", makes="proof"),
    Case("--details", "ship-48h", says="sources"),
    Case("--evidence-limit", "0", (*SHIP, "-v", "--evidence", "proof")),
    Case("--by", "day", says="by day"),
    Case("--encoding", "gb18030", (*SHIP, "--format", "json"), says="gb18030"),
    Case("--delimiter", "semicolon", code=EXIT_NO_AUDIT),
    Case("--password-env", "NO_SUCH_NAME", code=EXIT_NO_AUDIT, says="NO_SUCH_NAME"),
    Case("--max-bad-rows", "90%", (*BAD[:3], "-v"), EXIT_INCOMPLETE, "13812345678"[:3] + "****78"),
    Case("--no-mask", "", (*BAD, "-v"), EXIT_INCOMPLETE, "13812345678"),
    Case("--lang", "zh", says="不通过"),
    Case("--config", "own-shop.toml", code=EXIT_OK, says="own-shop.toml"),
    Case("--set", "levels.ship-48h=warn", code=EXIT_OK),
    Case("--isolated", "", ("LATE",)),
    Case("--history", "runs.db", makes="runs.db"),
    Case("--notify", "nonsense://x", says="--notify"),
    Case("--quiet"),
    Case("--verbose", says="sources"),
    Case("--color", "always", says="\x1b["),
    Case("--ascii", says=">= "),
    Case("--width", "40"),
]  # fmt: skip

SEEN_ELSEWHERE = {"--no-progress", "--no-cache"}
"""Needs a terminal: tests/cli/test_progress.py; changes nothing that is printed:
tests/plan/test_keeping.py.
"""

INTERFACE = {
    *PINS, "--pack", "--as-of", "--tz", "--max-age", "--select", "--ignore", "--level",
    "--require", "--fail-on", "--min-score", "--compare", "--fail-on-regression", "--mutes",
    "--out", "--format", "--details", "--evidence", "--evidence-limit", "--by", "--encoding",
    "--delimiter",
    "--password-env", "--max-bad-rows", "--no-mask", "--no-cache",
    "--lang", "--config", "--set", "--isolated",
    "--history", "--notify", "--quiet", "--verbose", "--color", "--no-progress", "--ascii",
    "--width",
}  # fmt: skip


def variable(flag: str) -> str:
    return "KSHOP_AUDIT_" + flag.removeprefix("--").replace("-", "_").upper()


def test_every_flag_of_the_list_is_tried_and_has_its_variable() -> None:
    assert {case.flag for case in CASES} | SEEN_ELSEWHERE == INTERFACE
    assert {variable(flag) for flag in INTERFACE} <= variables()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shops, and the files that flags name."""
    folder = tmp_path_factory.mktemp("world")
    shop(folder / "GOOD")
    shop(folder / "LATE", shipped=LATE)
    bad = shop(folder / "BAD", chats=False) / "orders.csv"
    rows = [f"26315000000001{n:02},shipped,13812345678,2026-10-19 10:00:00\n" for n in range(7)]
    bad.write_text(bad.read_text(encoding="utf-8") + "".join(rows), encoding="utf-8")
    here = folder / "here"
    here.mkdir()
    (here / "odd.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (here / "own-shop.toml").write_text('[levels]\nship-48h = "warn"\n', encoding="utf-8")
    (here / "own.toml").write_text(
        '[[mutes]]\nrule = "ship-48h"\nmatch = { order_id = "2631500000000001" }\n'
        'reason = "r"\nby = "b"\nuntil = 2026-12-31\n',
        encoding="utf-8",
    )
    return folder


Observed = tuple[int, str, list[str]]


def observed(run: Run, world: Path, arguments: list[str]) -> Observed:
    """Exit code, what is printed, and what lies in the working directory."""
    names = {name: str(world / name) for name in ("GOOD", "LATE", "BAD")}
    code, out, err = run("check", *[names.get(word, word) for word in arguments])
    return code, out + err, sorted(path.name for path in Path().iterdir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.flag)
def test_a_flag_does_something_and_so_does_its_variable(
    run: Run, world: Path, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    def afresh() -> None:
        for path in Path().iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(world / "here", Path(), dirs_exist_ok=True)
        if case.flag == "--isolated":
            monkeypatch.setenv("KSHOP_AUDIT_SELECT", "ship-48h")
            Path("shop.toml").write_text('[levels]\nship-48h = "off"\n', encoding="utf-8")

    afresh()
    if "good.json" in (case.value, *case.base):
        run("check", world / "GOOD", "-q", "--out", world / "here" / "good.json")
        afresh()
    without = observed(run, world, list(case.base))
    afresh()
    given = [case.flag, case.value] if case.value else [case.flag]
    with_flag = observed(run, world, [*case.base, *given])
    assert with_flag != without
    assert with_flag[0] == case.code
    assert case.says in with_flag[1]
    assert not case.says or case.says not in without[1]
    assert not case.makes or (case.makes in with_flag[2] and case.makes not in without[2])
    afresh()
    monkeypatch.setenv(variable(case.flag), case.value or "1")
    assert observed(run, world, list(case.base)) == with_flag

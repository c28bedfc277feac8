"""Values beyond all measure, and streams that take nothing: one line and 2, never a crash."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from kshop_audit.errors import EXIT_NO_AUDIT, EXIT_OK
from tests.cli.build import COMMAND, ROOT, Run, shop


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--as-of", "0001-01-01", "must lie between the years 2000 and 2199"),
        ("--as-of", "0001-01-01T00:00:00+14:00", "write 2026-10-31"),
        ("--as-of", "1999-12-30", "must lie between"),
        ("--as-of", "2200-01-01", "must lie between"),
        ("--as-of", "9999-12-31", "write 2026-10-31"),
        ("--as-of", "9999-12-31T23:59:59", "must lie between"),
        ("--max-age", "999999999999d", "at most 36600d"),
        ("--max-age", "999999999d", "at most 36600d"),
        ("--max-age", "36600d1m", "at most 36600d"),
        ("--max-age", "9" * 5000 + "m", "at most 36600d"),
    ],
)
def test_what_no_calendar_holds_is_a_fault_of_usage(
    run: Run, tmp_path: Path, option: str, value: str, message: str
) -> None:
    code, out, err = run("check", shop(tmp_path / "shop"), option, value)
    assert (code, out, err.count("\n")) == (EXIT_NO_AUDIT, "", 1)
    assert message in err
    assert "internal error" not in err


@pytest.mark.parametrize(("option", "value"), [("--as-of", "2199-12-31"), ("--max-age", "36600d")])
def test_what_a_calendar_holds_is_taken(run: Run, tmp_path: Path, option: str, value: str) -> None:
    assert "kshop-audit:" not in run("check", shop(tmp_path / "shop"), option, value)[2]


def shell(redirected: str, *arguments: object) -> subprocess.CompletedProcess[bytes]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("KSHOP")}
    command = shlex.join([*COMMAND, *map(str, arguments)])
    return subprocess.run(
        ["sh", "-c", f"{command} {redirected}"],  # noqa: S607  the reader's shell
        capture_output=True,
        env={**plain, "PYTHONPATH": str(ROOT), "LANG": "en_US.UTF-8"},
        check=False,
        timeout=300,
    )


FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
STDOUT = [pytest.param(">/dev/full", marks=FULL), ">&-"]


@pytest.mark.parametrize("redirected", STDOUT)
@pytest.mark.parametrize(
    "words", ["check SHOP", "check SHOP --format json", "--help", "check --help", "--version"]
)
def test_a_stdout_that_takes_nothing_is_one_line_and_2(
    tmp_path: Path, redirected: str, words: str
) -> None:
    folder = str(shop(tmp_path / "shop"))
    arguments = [folder if word == "SHOP" else word for word in words.split()]
    done = shell(redirected, *arguments)
    assert (done.returncode, done.stdout) == (EXIT_NO_AUDIT, b"")
    assert done.stderr.count(b"\n") == 1
    assert b"standard output cannot be written" in done.stderr


@pytest.mark.parametrize("redirected", [*STDOUT, ">&- 2>&-"])
def test_who_prints_nothing_needs_no_stdout(tmp_path: Path, redirected: str) -> None:
    done = shell(redirected, "check", shop(tmp_path / "shop"), "-q")
    assert (done.returncode, done.stderr) == (EXIT_OK, b"")


@pytest.mark.parametrize(
    "redirected",
    [">&- 2>&-", "<&- >&- 2>&-", "2>&-", pytest.param(">/dev/full 2>/dev/full", marks=FULL)],
)
@pytest.mark.parametrize("words", ["check nowhere", "check nowhere -v", "bogus"])
def test_without_anyone_to_tell_the_exit_code_is_2(redirected: str, words: str) -> None:
    assert shell(redirected, *words.split()).returncode == EXIT_NO_AUDIT


@pytest.mark.parametrize(
    "redirected", [">&- 2>&-", pytest.param(">/dev/full 2>/dev/full", marks=FULL)]
)
def test_a_report_that_nobody_got_is_2(tmp_path: Path, redirected: str) -> None:
    assert shell(redirected, "check", shop(tmp_path / "shop")).returncode == EXIT_NO_AUDIT
    assert shell(redirected, "check", tmp_path / "shop", "-v").returncode == EXIT_NO_AUDIT


def test_a_fault_of_stderr_changes_no_verdict(tmp_path: Path) -> None:
    done = shell("2>&-", "check", shop(tmp_path / "shop"))
    assert done.returncode == EXIT_OK
    assert done.stdout

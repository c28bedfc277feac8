"""`check --history` and `history`."""

from __future__ import annotations

from pathlib import Path

import pytest

from kshop_audit.errors import EXIT_FAILED, EXIT_NO_AUDIT, EXIT_OK
from tests.cli.build import LATE, Run, shop


def test_runs_are_stored_and_shown(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    arguments = ("check", folder, "-q", "--history", "shop.db", "--as-of")
    assert run(*arguments, "2026-10-20")[0] == EXIT_OK
    shop(folder, shipped=LATE)
    assert run(*arguments, "2026-10-21")[0] == EXIT_FAILED
    code, out, err = run("history", "--history", "shop.db")
    assert (code, err) == (EXIT_OK, "")
    assert "2 stored runs" in out
    assert out.index("PASS") < out.index("FAIL")
    assert "1 stored run" in run("history", "--history", "shop.db", "--last", "1")[1]
    assert "历次结果 2 次" in run("history", "--history", "shop.db", "--lang", "zh")[1]


def test_the_environment_names_the_store(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KSHOP_AUDIT_HISTORY", "env.db")
    run("check", shop(tmp_path / "shop"), "-q")
    assert run("history")[0] == EXIT_OK
    Path("env.db").unlink()
    run("check", tmp_path / "shop", "-q", "--history", "off")
    run("check", tmp_path / "shop", "-q", "--isolated")
    assert not Path("env.db").exists()


@pytest.mark.parametrize("place", ["no/where.db", "TEXT", "."])
def test_a_fault_of_the_store_is_a_notice_and_no_exit_code(
    run: Run, tmp_path: Path, place: str
) -> None:
    Path("TEXT").write_text(
        "no database at all, but long enough to be read as one\n" * 20, encoding="utf-8"
    )
    code, out, err = run("check", shop(tmp_path / "shop", shipped=LATE), "--history", place)
    assert (code, err.count("\n")) == (EXIT_FAILED, 1)
    assert "[FAIL]" in out
    assert "--history" in err


def test_the_store_never_lies_among_the_inputs(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    code, _, err = run("check", folder, "--history", folder / "shop.db")
    assert (code, "folder of the inputs" in err) == (EXIT_NO_AUDIT, True)
    assert not (folder / "shop.db").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [([], "name the history"), (["--history", "off"], "name the history"),
     (["--history", "none.db"], "there is no none.db")],
)  # fmt: skip
def test_history_without_a_store_is_2(run: Run, arguments: list[str], message: str) -> None:
    code, _, err = run("history", *arguments)
    assert (code, message in err) == (EXIT_NO_AUDIT, True)

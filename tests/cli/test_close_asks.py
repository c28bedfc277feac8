"""`close` asks somebody at a terminal for what no export holds, and nobody anywhere else."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kshop_audit.cli import asking
from kshop_audit.config.answers import read_answer, snippet
from kshop_audit.errors import ConfigError
from tests.cli.build import COMMAND, ROOT, Run

SHOP = ROOT / "sample_data" / "closing"
UNASKED = ("violations_open", "products_on_sale")  # the products file tells the latter


def shop(folder: Path) -> Path:
    """The sample that closes, of whose facts only three are answered."""
    for file in SHOP.iterdir():
        if file.suffix == ".csv":
            (folder / file.name).symlink_to(file)
    (folder / "shop.toml").write_text(
        'no_business_days = [{from = "2026-09-23", to = "2026-10-31"}]\n'
        "[closing]\nclosing = true\nnotice_interrupted = false\nviolations_open = 0\n"
        "last_completed_at = 2026-10-09T17:05:05\n",
        encoding="utf-8",
    )
    return folder


def at_a_terminal(folder: Path, typed: str, *more: str) -> tuple[int, str, str]:
    """Exit code, stdout, and what stood on the terminal; stdin and stderr are the terminal."""
    ours, theirs = pty.openpty()
    plain = {name: value for name, value in os.environ.items() if not name.startswith("KSHOP")}
    shown = bytearray()

    def listen() -> None:
        while True:
            try:
                heard = os.read(ours, 4096)
            except OSError:  # the other side has hung up
                return
            shown.extend(heard)

    with subprocess.Popen(
        [*COMMAND, "close", str(folder), "--lang", "en", "--no-progress", *more],
        stdin=theirs, stdout=subprocess.PIPE, stderr=theirs,
        env={**plain, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    ) as process:  # fmt: skip
        os.close(theirs)
        listener = threading.Thread(target=listen)
        listener.start()
        os.write(ours, typed.encode())
        try:
            out, _ = process.communicate(timeout=300)
        finally:
            process.kill()  # a question too many would wait for ever
        listener.join(timeout=10)
        os.close(ours)
    return process.returncode, out.decode(), shown.decode("utf-8", "replace")


def test_what_is_answered_counts_and_what_is_left_empty_does_not(tmp_path: Path) -> None:
    typed = "soon\n2026-09-12 10:00\nn\n-1\n2\n\n"
    code, out, shown = at_a_terminal(shop(tmp_path), typed, "--format", "json")
    report = json.loads(out)
    states = {rule["id"]: rule["status"] for rule in report["rules"]}
    assert code == 1
    assert states["close-notice"] == "pass"
    assert states["close-qualification"] == "pass"
    assert states["close-complaints"] == "fail"
    assert states["close-freight-service"] == "no_verdict"
    assert report["config"]["overrides"] == [
        "closing.complaints_open=2",
        "closing.notice_started_at=2026-09-12T10:00:00",
        "closing.qualification_change_open=false",
    ]
    assert "cannot read the time soon" in shown
    assert "must not be below 0" in shown
    assert shown.count("Since when is the closing notice shown?") == 2
    assert all(f"question.{name}" not in shown for name in UNASKED)
    assert "How many violation tickets" not in shown
    kept = shown.replace("\r", "").rpartition("[closing]\n")[2]
    assert kept.splitlines() == [
        "notice_started_at = 2026-09-12T10:00:00",
        "qualification_change_open = false",
        "complaints_open = 2",
    ]


def test_the_end_of_the_input_ends_the_questions(tmp_path: Path) -> None:
    code, out, shown = at_a_terminal(shop(tmp_path), "2026-09-12\n\x04")
    assert code == 1
    assert "√ Closing notice" in out
    assert "Not answered: open complaints (complaints_open in" in out
    assert "notice_started_at = 2026-09-12T00:00:00" in shown


def test_no_input_asks_nothing_on_a_terminal(tmp_path: Path) -> None:
    code, out, shown = at_a_terminal(shop(tmp_path), "", "--no-input")
    assert code == 1
    assert shown == ""
    assert "Not answered: when the notice began (notice_started_at in" in out


def test_a_pipe_is_asked_nothing(run: Run, tmp_path: Path) -> None:
    code, out, err = run("close", shop(tmp_path), "--lang", "en")
    assert (code, err) == (1, "")
    assert "Not answered: when the notice began (notice_started_at in" in out


def test_closed_streams_are_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert not asking.can_ask()


@pytest.mark.parametrize(
    ("fact", "typed", "answer"),
    [
        ("freight_service_off", " 是 ", True),
        ("freight_service_off", "no", False),
        ("complaints_open", "0", 0),
        ("complaints_open", "  ", None),
    ],
)
def test_answers(fact: str, typed: str, answer: object) -> None:
    got = read_answer(fact, typed)
    assert got == answer
    assert type(got) is type(answer)


@pytest.mark.parametrize(
    ("fact", "typed"),
    [
        ("freight_service_off", "1"),
        ("complaints_open", "true"),
        ("complaints_open", "two"),
        ("notice_started_at", "1999-01-01"),
        ("last_completed_at", "y"),
    ],
)
def test_what_is_no_answer(fact: str, typed: str) -> None:
    with pytest.raises(ConfigError):
        read_answer(fact, typed)


def test_the_lines_to_keep_are_the_configuration(tmp_path: Path, run: Run) -> None:
    folder = shop(tmp_path)
    answers = {"notice_started_at": read_answer("notice_started_at", "2026-09-12 10:00")}
    stated = snippet({name: answer for name, answer in answers.items() if answer is not None})
    (folder / "shop.toml").write_text(stated + "\nnotice_interrupted = false\n", encoding="utf-8")
    _, out, _ = run("close", folder, "--lang", "en")
    assert "√ Closing notice" in out

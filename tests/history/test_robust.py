"""Two runs at once, a run that is killed, a disk that is full: whole files, a readable history."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from kshop_audit import history
from kshop_audit.codec import decode
from kshop_audit.errors import EXIT_FAILED, EXIT_NO_AUDIT, EXIT_OK, InputError
from tests.cli.build import COMMAND, LATE, ROOT, process, shop
from tests.report.build import failing

ENVIRONMENT = {
    name: text for name, text in os.environ.items() if not name.startswith("KSHOP")
} | {"PYTHONPATH": str(ROOT), "LANG": "en_US.UTF-8"}  # fmt: skip


def command(folder: Path, out: Path, day: int) -> list[str]:
    place = ["--out", str(out / "report.json"), "--history", str(out / "shop.db")]
    return [*COMMAND, "check", str(folder), "-q", "--as-of", f"2026-10-{day}", *place]


def readable(out: Path) -> int:
    """How many runs the store holds; the report beside it is whole, if it is there."""
    report = out / "report.json"
    if report.exists():
        decode(report.read_text("utf-8"))
    store = out / "shop.db"
    return len(history.runs(store)) if store.exists() and store.stat().st_size else 0


def test_two_runs_at_once_are_both_stored(tmp_path: Path) -> None:
    folder, out = shop(tmp_path / "shop"), tmp_path / "out"
    out.mkdir()
    with ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(
                subprocess.run,
                command(folder, out, day),
                env=ENVIRONMENT, capture_output=True, check=False, timeout=300,
            )
            for day in (20, 21)
        ]  # fmt: skip
        done = [run.result() for run in runs]
    assert [one.returncode for one in done] == [EXIT_OK, EXIT_OK]
    assert [one.stderr for one in done] == [b"", b""]
    assert readable(out) == 2
    assert not list(out.glob("*.part"))


def test_a_store_in_use_is_a_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from filelock import FileLock  # noqa: PLC0415

    monkeypatch.setattr(history, "_BUSY_SECONDS", 0.1)
    store = tmp_path / "shop.db"
    with (
        FileLock(f"{store}.lock"),
        pytest.raises(InputError, match="in use by another run"),
    ):
        history.store(store, failing(), datetime(2026, 11, 1))
    history.store(store, failing(), datetime(2026, 11, 1))
    assert len(history.runs(store)) == 1


def limited() -> None:
    """No file may grow beyond 4 KB: what a full disk does to a write."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def test_a_full_disk_leaves_no_half_file(tmp_path: Path) -> None:
    folder, out = shop(tmp_path / "shop"), tmp_path / "out"
    out.mkdir()
    (out / "report.json").write_text("old", encoding="utf-8")
    full = subprocess.run(
        command(folder, out, 20),
        env=ENVIRONMENT, capture_output=True, check=False, timeout=300, preexec_fn=limited,
    )  # fmt: skip
    assert full.returncode == EXIT_NO_AUDIT
    assert b"cannot be written" in full.stderr
    assert (out / "report.json").read_text("utf-8") == "old"
    assert not list(out.glob(".*.part"))


def test_a_full_disk_costs_the_history_a_run_and_no_more(tmp_path: Path) -> None:
    folder, store = shop(tmp_path / "shop", shipped=LATE), tmp_path / "shop.db"
    arguments = [*COMMAND, "check", str(folder), "-q", "--history", str(store)]
    first = subprocess.run(arguments, env=ENVIRONMENT, capture_output=True, check=False)
    assert first.returncode == EXIT_FAILED
    before = history.runs(store)
    full = subprocess.run(
        [*arguments, "--as-of", "2026-10-21"],
        env=ENVIRONMENT, capture_output=True, check=False, preexec_fn=limited,
    )  # fmt: skip
    assert full.returncode == EXIT_FAILED  # the store never changes the exit code
    assert b"--history" in full.stderr
    assert history.runs(store) == before


def test_what_a_killed_run_left_is_swept_away(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left, own = tmp_path / f".{ended.pid}.part", tmp_path / f".{os.getpid()}0000000.part"
    for path in (left, own):
        path.write_text("half", encoding="utf-8")
    done = process("check", shop(tmp_path / "shop"), "-q", "--out", tmp_path / "report.json")
    assert done.returncode == EXIT_OK
    assert not left.exists()
    json.loads((tmp_path / "report.json").read_text("utf-8"))


@pytest.mark.slow
def test_hundreds_of_kills(tmp_path: Path) -> None:
    """Each at another moment of the run; what was there before is there afterwards."""
    folder, out = shop(tmp_path / "shop"), tmp_path / "out"
    out.mkdir()
    begun = time.monotonic()
    subprocess.run(command(folder, out, 20), env=ENVIRONMENT, check=True, timeout=300)
    length, stored, rng = time.monotonic() - begun, readable(out), random.Random(14)
    assert stored == 1
    for number in range(int(os.environ.get("KSHOP_KILLS", "200"))):
        run = subprocess.Popen(command(folder, out, 20 + number % 5), env=ENVIRONMENT)
        time.sleep(rng.uniform(0.3, 1.0) * length)
        run.kill()
        run.wait()
        now = readable(out)
        assert now >= stored
        stored = now
    last = subprocess.run(command(folder, out, 26), env=ENVIRONMENT, check=False, timeout=300)
    assert last.returncode == EXIT_OK
    assert not list(out.glob(".*.part"))

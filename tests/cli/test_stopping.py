"""A run that is stopped: exit code 130, silence, and nothing left behind, whatever it was doing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kshop_audit.cli.stopping import scratch
from kshop_audit.errors import EXIT_INTERRUPTED
from tests.cli.build import COMMAND, ROOT, silent_pipe

PATIENCE = 60


def begun(command: list[str], temporary: Path) -> subprocess.Popen[bytes]:
    temporary.mkdir()
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)},
    )


def stopped(run: subprocess.Popen[bytes], number: int, when: Callable[[], bool]) -> bytes:
    """Send a signal as soon as it is time to, and return what the run printed on stderr."""
    end = time.monotonic() + PATIENCE
    with run:  # whatever happens, its pipes are closed here
        try:
            while not when():
                assert run.poll() is None, run.stderr.read() if run.stderr else b""
                assert time.monotonic() < end
                time.sleep(0.01)
            run.send_signal(number)
            out, err = run.communicate(timeout=PATIENCE)
        finally:
            run.kill()
    assert (run.returncode, out) == (EXIT_INTERRUPTED, b"")
    return err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_waits_for_a_file_ends_and_removes_its_folder(
    tmp_path: Path, number: int
) -> None:
    temporary = tmp_path / "scratch"
    with silent_pipe(tmp_path / "orders.csv") as pipe:
        run = begun([*COMMAND, "check", "--orders", str(pipe)], temporary)
        err = stopped(run, number, lambda: any(temporary.glob("*/*")))
    assert err == b""
    assert list(temporary.iterdir()) == []


ENGINE = """
import sys
from pathlib import Path
import polars as pl
from kshop_audit.cli.stopping import scratch, stoppable
days = pl.LazyFrame({"a": range(4000)})
with stoppable(last=True), scratch() as folder:
    (folder / "copy").write_text("x")
    many = days.join(days, how="cross", suffix="1").join(days, how="cross", suffix="2")
    many.select((pl.col("a") * pl.col("a1") % (pl.col("a2") + 1)).sum()).collect()
"""


def test_a_run_in_the_middle_of_a_computation_ends_at_once(tmp_path: Path) -> None:
    temporary = tmp_path / "scratch"
    run = begun([sys.executable, "-c", ENGINE], temporary)
    start = time.monotonic()
    err = stopped(run, signal.SIGTERM, lambda: any(temporary.glob("*/copy")))
    assert err == b""
    assert list(temporary.iterdir()) == []
    assert time.monotonic() - start < PATIENCE


HALF = """
import sys, time
from pathlib import Path
from kshop_audit.cli.stopping import replacing, stoppable
with stoppable(last=True), replacing(Path(sys.argv[1])) as part:
    part.write_text("half of a rep")
    time.sleep(300)
"""


def test_a_file_that_was_being_written_is_as_it_was(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text("of yesterday", encoding="utf-8")
    run = begun([sys.executable, "-c", HALF, str(report)], tmp_path / "scratch")
    assert stopped(run, signal.SIGINT, lambda: any(tmp_path.glob(".*.part"))) == b""
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["report.json"]
    assert report.read_text(encoding="utf-8") == "of yesterday"


def test_the_folder_of_a_run_is_its_own_and_gone_afterwards() -> None:
    with scratch() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "a").mkdir()
        (folder / "a" / "b").write_text("x", encoding="utf-8")
    assert not folder.exists()

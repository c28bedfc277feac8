"""A run of processes that is killed at any moment and resumed ends as one that was never killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fleet.shops import fleet

ROOT = Path(__file__).parents[2]
SHOPS = int(os.environ.get("KSHOP_FLEET_SHOPS", "24")) // 2


def begun(folder: Path, reports: str, *more: str) -> subprocess.Popen[bytes]:
    home = folder / "home"
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "XDG_STATE_HOME": str(home),
        "XDG_CACHE_HOME": str(home),
        "XDG_DATA_HOME": str(home),
    }
    command = [sys.executable, "-m", "kshop_audit", "fleet", "shops", "--reports", reports]
    return subprocess.Popen(
        [*command, "--processes", "2", "--lang", "en", *more],
        cwd=folder, env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def written(folder: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes().replace(str(folder).encode(), b"R")
        for path in sorted(folder.iterdir())
        if path.suffix == ".json"
    }


def reports_in(folder: Path) -> int:
    return sum(1 for _ in folder.glob("*.json")) if folder.is_dir() else 0


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="kills a group of processes")
def test_killed_at_any_moment_and_resumed(tmp_path: Path) -> None:
    fleet(tmp_path / "shops", *([0, 5, -1, 3] * SHOPS)[:SHOPS])
    whole = begun(tmp_path, "whole")
    assert whole.wait(600) == 2
    rng = random.Random(int(os.environ.get("KSHOP_FLEET_SEED", "7")))
    kills = 0
    resumed: tuple[str, ...] = ()
    while kills < 6:
        run = begun(tmp_path, "often", *resumed)
        # Before anything is done, in the middle of a shop, or between two of them.
        before, wait = reports_in(tmp_path / "often"), rng.choice([0.2, 1.0, 2.5])
        until = time.monotonic() + 60
        while run.poll() is None and time.monotonic() < until:
            if wait < 1 or reports_in(tmp_path / "often") > before:
                break
            time.sleep(0.02)
        time.sleep(wait * rng.random())
        if run.poll() is not None:
            break
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        kills += 1
        resumed = ("--resume",) if any((tmp_path / "often").glob("*journal*")) else ()
    assert kills
    last = begun(tmp_path, "often", *resumed)
    assert last.wait(600) == 2
    assert written(tmp_path / "often") == written(tmp_path / "whole")

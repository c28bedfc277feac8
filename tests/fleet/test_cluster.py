"""Shops on the workers of a scheduler, all on this machine, each in a process of its own."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kshop_audit.cli import main
from kshop_audit.errors import InputError, UsageError
from kshop_audit.fleet.cluster import Certificates, Cluster, address_of, certificates, on_worker
from kshop_audit.fleet.local import Ended, Local, Started
from kshop_audit.fleet.request import FleetRequest, Limits, ShopTask
from kshop_audit.fleet.run import run
from kshop_audit.model.fleet import Finished
from tests.fleet.shops import fleet, mishap, task_of

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "address", ["tcp://10.0.0.1:8786", "tcp://example.com:8786", "ws://[2001:db8::1]:8786"]
)
def test_an_open_scheduler_elsewhere_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="must be tls"):
        address_of(address)
    file = tmp_path / "scheduler.json"
    file.write_text(json.dumps({"address": address}), "utf-8")
    with pytest.raises(UsageError, match="must be tls"):
        address_of(str(file))


@pytest.mark.parametrize(
    "address", ["tls://10.0.0.1:8786", "tcp://127.0.0.1:8786", "tcp://[::1]:1", "tcp://localhost:1"]
)
def test_one_that_is_encrypted_or_here_is_taken(address: str, tmp_path: Path) -> None:
    assert address_of(address) == address
    file = tmp_path / "scheduler.json"
    file.write_text(json.dumps({"address": address}), "utf-8")
    assert address_of(str(file)) == address


def test_what_is_neither_address_nor_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="neither an address"):
        address_of(str(tmp_path / "nothing"))


def test_a_scheduler_that_does_not_answer_ends_the_run(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    fleet(tmp_path / "shops", 0)
    engine = Cluster(Limits(), f"tcp://127.0.0.1:{free_port()}", tries=1)
    request = FleetRequest(reports=str(tmp_path / "reports"))
    with pytest.raises(InputError, match="does not answer"):
        run([tmp_path / "shops"], request, engine, tmp_path / "journal")


@pytest.mark.slow
def test_a_scheduler_without_a_worker_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("kshop_audit.fleet.cluster._WORKERS", 1)
    fleet(tmp_path / "shops", 0)
    request = FleetRequest(reports=str(tmp_path / "reports"))
    with machines(tmp_path / "machines") as cluster:
        cluster.scheduler()
        with pytest.raises(InputError, match="no worker"):
            run([tmp_path / "shops"], request, Cluster(Limits(), cluster.address), tmp_path / "j")


def test_an_encrypted_scheduler_needs_all_certificates(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    ca, cert, key = (tmp_path / name for name in ("ca.pem", "cert.pem", "key.pem"))
    for given in ((None, None, None), (ca, None, None), (ca, cert, None), (None, cert, key)):
        with pytest.raises(UsageError, match="needs certificates"):
            certificates("tls://scheduler:8786", *given)
    with pytest.raises(UsageError, match="no certificate file"):
        certificates("tls://scheduler:8786", ca, cert, key)
    for path in (ca, cert, key):
        path.touch()
    assert certificates("tls://scheduler:8786", ca, cert, key) == Certificates(ca, cert, key)
    assert certificates("tcp://127.0.0.1:8786", None, None, None) is None


def test_a_worker_of_two_threads_runs_two_shops_at_once(tmp_path: Path) -> None:
    made = fleet(tmp_path / "shops", 0, 5)
    for folder in made:
        (folder / "meets").touch()
    request = FleetRequest(reports=str(tmp_path / "reports"))
    tasks = [task_of(folder, folder.name) for folder in made]
    with ThreadPoolExecutor(2) as threads:
        running = [threads.submit(on_worker, t, request, Limits(), mishap) for t in tasks]
        assert [future.result().result.exit_code for future in running] == [3, 1]


@pytest.mark.slow
def test_a_worker_that_ends_ends_its_processes_without_a_word() -> None:
    """What runs shops in a process ends its pools before its modules are taken apart."""
    one = f"{__file__}::{test_a_worker_of_two_threads_runs_two_shops_at_once.__name__}"
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-m", "slow or not slow", one],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Machines:
    """A scheduler and workers as processes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *arguments: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        module = f"distributed.cli.dask_{name.partition('-')[0]}"
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=self.folder, env=environment, stdout=log, stderr=log,
            )  # fmt: skip

    def scheduler(self) -> None:
        self.start("scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")

    def worker(self, number: int) -> None:
        self.start(
            f"worker-{number}", self.address, "--no-nanny", "--nthreads", "1", "--no-dashboard",
            "--local-directory", str(self.folder / f"w{number}"), "--death-timeout", "60",
        )  # fmt: skip

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()


@contextmanager
def machines(folder: Path) -> Iterator[Machines]:
    folder.mkdir()
    made = Machines(folder)
    try:
        yield made
    finally:
        for name in list(made.running):
            made.kill(name)


@pytest.mark.slow
def test_killed_workers_and_a_killed_scheduler_lose_no_shop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Summary and reports are those of this machine alone, wherever workers were started, but for
    the shops that went wrong.
    """
    monkeypatch.chdir(tmp_path)
    pytest.importorskip("distributed")
    count = int(os.environ.get("KSHOP_FLEET_SHOPS", "24"))
    made = fleet(tmp_path / "shops", *([0, 5, 3] * count)[:count])
    (made[1] / "sleeps").touch()
    (made[2] / "eats").touch()
    limits = Limits(seconds=45, memory=700 << 20, tries=2)
    with machines(tmp_path / "machines") as cluster:
        cluster.scheduler()
        cluster.worker(1)
        cluster.worker(2)
        engine = Cluster(limits, cluster.address, work=mishap)

        def disturbed(
            tasks: Sequence[ShopTask], request: FleetRequest, started: Started, ended: Ended
        ) -> None:
            done = 0

            def counting(task: ShopTask, finished: Finished) -> None:
                nonlocal done
                done += 1
                ended(task, finished)
                if done == count // 4:
                    cluster.kill("worker-1")
                if done == count // 2:
                    cluster.kill("scheduler")
                    time.sleep(1)
                    cluster.scheduler()
                    cluster.worker(3)

            engine(tasks, request, started, counting)

        request = FleetRequest(reports=str(tmp_path / "cluster"))
        spread = run([Path("shops")], request, disturbed, tmp_path / "journal")
    reports = judged_in(tmp_path / "cluster")
    alone = FleetRequest(reports=str(tmp_path / "cluster"))
    local = run([Path("shops")], alone, Local(limits, 2, work=mishap), tmp_path / "other")
    assert spread == local
    assert reports == judged_in(tmp_path / "cluster")
    assert len(spread.shops) == count
    reasons = [shop.reason.en for shop in spread.shops if shop.reason]
    assert sorted("MB" in reason for reason in reasons) == [False, True]


def judged_in(folder: Path) -> dict[str, Any]:
    """The reports, but for where the files lie, which is said as seen from the current folder."""
    found = {path.name: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}
    for report in found.values():
        for file in report["inputs"]:
            del file["place"]
    return found


def documented(port: int) -> list[list[str]]:
    """The commands that `docs/fleet.md` gives for several machines, with this one for all."""
    page = (ROOT / "docs" / "fleet.md").read_text("utf-8")
    blocks = re.findall(r"^```sh cluster$(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    text = "\n".join(blocks).replace("\\\n", " ")
    text = text.replace("scheduler:8786", f"127.0.0.1:{port}").replace("/shared/", "")
    commands = [shlex.split(line) for line in text.splitlines() if line.strip()]
    here = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    return [[*one, *here] if one[:2] == ["dask", "scheduler"] else one for one in commands]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_the_commands_of_the_page_run_over_an_encrypted_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.chdir(tmp_path)
    fleet(tmp_path / "shops", 0, 5, 3)
    commands = documented(free_port())
    programs = [one[0] for one in commands]
    assert programs == ["openssl"] * 3 + ["dask"] * 2 + ["kshop-audit"]
    for one in commands[:3]:
        subprocess.run(one, check=True, capture_output=True)
    with machines(tmp_path / "machines") as cluster:
        cluster.folder = tmp_path
        for one in commands[3:5]:
            cluster.start(one[1], *one[2:])
        assert main([*commands[5][1:], "--lang", "en"]) == 1
    done = json.loads((tmp_path / "reports" / "summary.json").read_text("utf-8"))
    assert [shop["exit_code"] for shop in done["shops"]] == [1, 1, 3]


def test_the_page_names_no_certificate_that_it_does_not_make() -> None:
    made: set[str] = set()
    for one in documented(1):
        files = {word for word in one if word.endswith(".pem")}
        if one[0] == "openssl":
            made |= files
        else:
            assert files == {"ca.pem", "cert.pem", "key.pem"} <= made

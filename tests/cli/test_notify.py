"""`--notify`: the brief goes to the address given, faults are notices, the address stays secret."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from kshop_audit.errors import EXIT_FAILED, EXIT_OK
from tests.cli.build import LATE, Run, shop


class Receiver(HTTPServer):
    """Keeps what is posted to it; answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[dict[str, Any]] = []
        self.status = 200

    @property
    def address(self) -> str:
        return f"json://user:SECRET@127.0.0.1:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.got.append(json.loads(self.rfile.read(length)))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_brief_is_sent(run: Run, tmp_path: Path, receiver: Receiver) -> None:
    folder = shop(tmp_path / "shop", shipped=LATE)
    code, _, err = run("check", folder, "-q", "--notify", receiver.address)
    assert (code, err) == (EXIT_FAILED, "")
    (message,) = receiver.got
    assert message["title"].startswith("[FAIL]")
    assert "48-hour shipping rate" in message["message"]
    assert len(message["message"].splitlines()) < 8


def test_several_addresses_and_the_environment(
    run: Run, tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shop(tmp_path / "shop")
    run("check", folder, "--notify", receiver.address, "--notify", receiver.address)
    assert len(receiver.got) == 2
    monkeypatch.setenv("KSHOP_AUDIT_NOTIFY", receiver.address)
    run("check", folder, "--lang", "zh")
    assert receiver.got[-1]["title"].startswith("【通过】")
    run("check", folder, "--isolated")
    assert len(receiver.got) == 3


def test_quiet_sends_nothing_when_all_is_well(run: Run, tmp_path: Path, receiver: Receiver) -> None:
    assert run("check", shop(tmp_path / "shop"), "-q", "--notify", receiver.address) == (0, "", "")
    assert receiver.got == []


def test_a_refusal_is_a_notice(run: Run, tmp_path: Path, receiver: Receiver) -> None:
    receiver.status = 500
    folder = shop(tmp_path / "shop", shipped=LATE)
    code, out, err = run("check", folder, "--notify", receiver.address)
    assert (code, "[FAIL]" in out, err.count("\n")) == (EXIT_FAILED, True, 1)
    assert "--notify (json://…): could not be sent" in err
    assert "SECRET" not in err + out


@pytest.mark.parametrize("address", ["json://127.0.0.1:1/SECRET", "nonsense://SECRET", "SECRET"])
def test_an_address_of_no_use_is_a_notice(run: Run, tmp_path: Path, address: str) -> None:
    code, out, err = run("check", shop(tmp_path / "shop"), "--notify", address)
    assert (code, "[PASS]" in out, err.count("\n")) == (EXIT_OK, True, 1)
    assert "SECRET" not in err + out


def test_without_the_package_a_notice_says_what_to_install(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    code, _, err = run("check", shop(tmp_path / "shop"), "--notify", "json://127.0.0.1:1/")
    assert (code, "pip install 'kshop-audit[notify]'" in err) == (EXIT_OK, True)

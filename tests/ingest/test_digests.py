"""Digests of inputs: each computed once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from blake3 import blake3

from kshop_audit.errors import InputError
from kshop_audit.ingest import Request, open_inputs
from kshop_audit.ingest.files import digests
from kshop_audit.ingest.files.digests import Digests, hashing

CHATS = "session_id,message_id,sender_role,sent_at,content\ns1,m1,buyer,2026-03-01 10:00:00,hi\n"


def write(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
    return path


def digest(content: str) -> str:
    return f"blake3:{blake3(content.encode()).hexdigest()}"


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are hashed, in order."""
    names: list[str] = []
    real = digests._hash

    def stated(path: Path, total: digests._Hash) -> None:
        names.append(path.name)
        real(path, total)

    monkeypatch.setattr(digests, "_hash", stated)
    return names


@pytest.mark.parametrize("content", ["", "a", "中" * 100_000])
def test_a_digest_is_that_of_the_bytes(tmp_path: Path, content: str) -> None:
    assert Digests().of(write(tmp_path / "a.csv", content)).text() == digest(content)


def test_a_digest_is_computed_once_whoever_asks(tmp_path: Path, hashed: list[str]) -> None:
    known, path = Digests(), write(tmp_path / "a.csv", CHATS)
    threads = [threading.Thread(target=known.of(path).text) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with hashing([known.of(path)]):
        assert known.of(path).text() == digest(CHATS)
    assert hashed == ["a.csv"]


def test_an_input_that_is_gone_when_its_digest_is_wanted_is_stated(tmp_path: Path) -> None:
    path = write(tmp_path / "chats.csv", CHATS)
    (tmp_path / "scratch").mkdir()
    (source,) = open_inputs(Request((path,)), tmp_path / "scratch")
    path.unlink()
    with hashing([source.digest] if source.digest else []):
        pass  # what fails in the background is nobody's business until somebody asks
    with pytest.raises(InputError, match=r"^chats\.csv: "):
        _ = source.blake3

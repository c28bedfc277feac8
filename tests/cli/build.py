"""A small shop, the command in this process, and the command in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

COMMAND = [sys.executable, "-m", "kshop_audit"]
ROOT = Path(__file__).parents[2]

CHATS = """session_id,message_id,buyer_id,sender_role,sent_at,content
S1,M1,B1,buyer,2026-10-20 10:00:00,在吗
S1,M2,B1,agent,2026-10-20 10:01:00,在的
"""
ORDERS = """order_id,status,paid_at,shipped_at
2631500000000001,shipped,2026-10-18 10:00:00,{shipped}
2631500000000002,shipped,2026-10-18 11:00:00,2026-10-19 11:00:00
"""
IN_TIME, LATE = "2026-10-20 10:00:00", "2026-10-20 10:00:01"


def shop(folder: Path, *, shipped: str = IN_TIME, chats: bool = True) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "orders.csv").write_text(ORDERS.format(shipped=shipped), encoding="utf-8")
    if chats:
        (folder / "chats.csv").write_text(CHATS, encoding="utf-8")
    return folder


Run = Callable[..., "tuple[int, str, str]"]


@contextmanager
def silent_pipe(path: Path) -> Iterator[Path]:
    """A named pipe whose writer writes nothing: a reader waits, however slow the machine is."""
    os.mkfifo(path)
    descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    try:
        yield path
    finally:
        os.close(descriptor)


def process(*arguments: object, **environ: str) -> subprocess.CompletedProcess[bytes]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("KSHOP")}
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        env={**plain, "PYTHONPATH": str(ROOT), **environ},
        check=False,
        timeout=300,
    )

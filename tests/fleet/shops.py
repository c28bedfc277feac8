"""Folders of small shops, and work that goes wrong on purpose for some of them."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from kshop_audit.fleet.request import FleetRequest, ShopTask
from kshop_audit.fleet.task import audit_shop
from kshop_audit.model.fleet import Finished

HEADER = "会话ID,消息ID,发送方,发送时间,消息内容,消息类型,客服账号,买家ID\n"
BEGIN = datetime(2026, 10, 2, 10)


def task_of(folder: Path, name: str = "a") -> ShopTask:
    """The task of a shop that nobody audited before."""
    return ShopTask(str(folder), name, str(folder.absolute()))


def shop(folder: Path, late: int, number: int = 0) -> None:
    """Ten conversations a day for thirty days, `late` of each ten answered after the limit."""
    folder.mkdir(parents=True)
    lines = [HEADER]
    for place in range(300):
        at = BEGIN + timedelta(days=place // 10, minutes=10 * (place % 10))
        waited = timedelta(seconds=600 if place % 10 < late else 60)
        session = f"{number}-{place}"
        lines.append(f"{session},{session}-1,买家,{at},在吗,文本,,b{place}\n")
        lines.append(f"{session},{session}-2,客服,{at + waited},在的,文本,小李,b{place}\n")
    (folder / "chats.csv").write_text("".join(lines), "utf-8")
    (folder / "shop.toml").write_text(f'shop = "店{folder.name}"\n', "utf-8")


def fleet(folder: Path, *late: int) -> list[Path]:
    """Shops a, b, c … of which so many of ten answers are late; -1: a shop without files."""
    made = []
    for number, count in enumerate(late):
        own = folder / (chr(97 + number) if number < 26 else f"z{number}")
        if count < 0:
            own.mkdir(parents=True)
        else:
            shop(own, count, number)
        made.append(own)
    return made


def mishap(task: ShopTask, request: FleetRequest) -> Finished:
    """The work, but a file in the folder says what goes wrong with it."""
    folder = Path(task.folder)
    if (folder / "meets").exists():  # goes on when another shop has come as far
        (folder / "met").touch()
        until = time.monotonic() + 60
        while len(list(folder.parent.glob("*/met"))) < 2:
            if time.monotonic() > until:
                raise TimeoutError
            time.sleep(0.02)
    if (folder / "sleeps").exists():
        time.sleep(600)
    if (folder / "eats").exists():
        eaten = []
        while True:
            eaten.append(bytearray(os.urandom(1 << 20)) * 32)
    if (folder / "dies").exists():
        os.kill(os.getpid(), signal.SIGKILL)
    once = folder / "dies once"
    if once.exists():
        once.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return audit_shop(task, request)


def whose(task: ShopTask, request: FleetRequest) -> Finished:
    """The process that has the shop, in place of a digest."""
    return replace(audit_shop(task, request), digest=str(os.getpid()))

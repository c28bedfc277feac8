"""The store of past runs: one SQLite file, a row a report, for trends.

What is stored is the report without anything that could tell a person: figures and outcomes of
rules, no findings, no segments, no names. Nothing here reads a clock; the time of storing is
passed in.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from kshop_audit import codec
from kshop_audit.errors import InputError
from kshop_audit.model.frozen import frozen
from kshop_audit.model.moments import shown
from kshop_audit.model.report import ConfigRef, Report, RuleResult

VERSION = 1
"""`user_version` of the file; a file of a later version is left alone."""

_BUSY_SECONDS = 5.0
_TABLE = """
CREATE TABLE IF NOT EXISTS runs (
    digest TEXT PRIMARY KEY,
    stored_at TEXT NOT NULL,
    as_of TEXT NOT NULL,
    shop TEXT,
    report TEXT NOT NULL
)
"""


@frozen
class Run:
    """A stored run: when it was stored (naive Asia/Shanghai) and what is kept of its report."""

    stored_at: str
    report: Report


def stripped(report: Report) -> Report:
    """The report with figures only: nothing of a customer, a member of staff or a file."""
    return replace(
        report,
        config=ConfigRef(None, report.config.sha256, ()),
        inputs=(),
        rules=tuple(_stripped(rule) for rule in report.rules),
        score=replace(report.score, forecast=None),
        actions=(),
        notes=(),
        today=(),
        today_counts={},
        comparison=None,
    )


def _stripped(rule: RuleResult) -> RuleResult:
    evidence = (
        None if rule.evidence is None else replace(rule.evidence, file=None, places=(), units=())
    )
    return replace(
        rule,
        unmapped={},
        breakdown={},
        evidence=evidence,
        findings=(),
        reason=None,
        forecast=None,
        days=None,
        mute=None if rule.mute is None else replace(rule.mute, entries=()),
        notes=(),
    )


def store(path: Path, report: Report, at: datetime) -> None:
    """Add the run; a report that is there already is not stored twice.

    InputError for a file that cannot be written or is no store of this version.
    """
    kept = codec.encode(stripped(report))
    digest = hashlib.sha256(codec.encode(report).encode("utf-8")).hexdigest()
    written = str(shown(at.replace(microsecond=0)))
    row = (digest, written, _stored(report.as_of), report.shop and _stored(report.shop), kept)
    with _alone(path), _opened(path) as store_, store_:
        store_.execute(_TABLE)
        store_.execute(f"PRAGMA user_version = {VERSION}")
        store_.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?)", row)


def earlier(path: Path, report: Report) -> Report | None:
    """The last stored run of the same shop with an as-of before the report's; None if there is
    none, or no store yet. InputError for a file that is no store of this version.
    """
    if not path.is_file():
        return None
    before = _stored(report.as_of)
    with _opened(path) as store_:
        row = store_.execute(
            "SELECT report FROM runs WHERE shop IS ? AND as_of < ? "
            "ORDER BY as_of DESC, stored_at DESC, digest LIMIT 1",
            (report.shop and _stored(report.shop), before),
        ).fetchone()
    return None if row is None else codec.decode(row[0])


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Nobody else writes meanwhile. The lock is the system's: it ends with the process, however
    that ends. InputError where another run does not let go.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415  only a run that stores needs it

    if not path.absolute().parent.is_dir():
        raise InputError(
            f"{path}：文件夹不存在，这次没有记录",
            f"{path}: its folder does not exist; this run was not stored",
        )
    try:
        with FileLock(f"{path}.lock", timeout=_BUSY_SECONDS):
            yield
    except Timeout as error:
        raise InputError(
            f"{path} 正被另一次运行使用，这次没有记录",
            f"{path} is in use by another run; this one was not stored",
        ) from error


def _stored(text: str) -> str:
    """Text as a database takes it; a hostile report may hold half a character."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def runs(path: Path, last: int | None = None) -> tuple[Run, ...]:
    """The stored runs by shop, as-of and time of storing; of each shop the `last` ones.

    InputError for a file that is not there or is no store of this version.
    """
    if not path.is_file():
        raise InputError(
            f"没有 {path}；用 check --history {path} 开始记录",
            f"there is no {path}; check --history {path} begins one",
        )
    with _opened(path) as store_:
        rows = store_.execute(
            "SELECT stored_at, shop, report FROM runs ORDER BY shop, as_of, stored_at, digest"
        ).fetchall()
    shops: dict[str | None, list[Run]] = {}
    for stored_at, shop, text in rows:
        shops.setdefault(shop, []).append(Run(stored_at, codec.decode(text)))
    return tuple(run for own in shops.values() for run in (own[-last:] if last else own))


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The store; whatever SQLite finds wrong with it is an InputError."""
    try:
        with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > VERSION:
                raise InputError(
                    f"{path} 由更新的版本写成（{version}），请升级本工具",
                    f"{path} was written by a later version ({version}); upgrade this tool",
                )
            yield connection
    except sqlite3.Error as error:
        raise InputError(
            f"历史记录 {path} 用不了：{error}", f"the history {path} cannot be used: {error}"
        ) from error

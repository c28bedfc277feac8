"""One shop of a fleet: audited, its reports written, a small result handed back.

The same function runs in one process, in a pool and on a cluster: all it needs is in its
arguments. It reads no clock and prints nothing.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from kshop_audit import __version__
from kshop_audit.auditing.audit import audit
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.config import load_settings
from kshop_audit.errors import EXIT_NO_AUDIT, KshopError
from kshop_audit.fleet.request import FleetRequest, ShopTask
from kshop_audit.fleet.shops import SETTINGS
from kshop_audit.ingest import Request
from kshop_audit.ingest.files.walk import find_files, listed
from kshop_audit.model.fleet import Finished, ShopResult
from kshop_audit.model.metadata import Level, Text
from kshop_audit.model.report import Report
from kshop_audit.model.settings import Settings
from kshop_audit.packs import load_all as load_packs
from kshop_audit.plan.query import Wanted
from kshop_audit.report import formats

_PIECE = 1 << 20


def audit_shop(task: ShopTask, request: FleetRequest) -> Finished:
    """The result of one shop. Never raises for a shop: what went wrong is its reason."""
    digest = ""
    try:
        digest = digest_of(task, request)
        if task.earlier is not None and _stands(task.earlier, digest, request):
            return task.earlier
        return Finished(digest, _audited(task, request))
    except KshopError as error:
        return Finished(digest, _failed(task, Text(zh=error.zh, en=error.en)))
    except Exception as error:  # noqa: BLE001  one shop must not end the run
        name = type(error).__name__
        text = Text(zh=f"internal error（内部错误）：{name}", en=f"internal error: {name}")
        return Finished(digest, _failed(task, text))


def _stands(earlier: Finished, digest: str, request: FleetRequest) -> bool:
    """Whether an earlier result is of the same inputs, no older than it may be by now, and its
    report was not removed since.
    """
    report, as_of = earlier.result.report, earlier.result.as_of
    there = report is None or "://" in report or Path(report).is_file()
    aged = request.not_before is not None and (
        as_of is None or datetime.fromisoformat(as_of) < request.not_before
    )
    return there and not aged and earlier.digest == digest


def digest_of(task: ShopTask, request: FleetRequest) -> str:
    """SHA-256 of all that the result is made of; InputError for a folder that cannot be read,
    ConfigError for settings that are wrong.
    """
    folder = Path(task.folder)
    settings = _settings(folder, request)
    packs = [pack.sha256 for pack in load_packs(settings.packs)]
    # Hours do not pass for the same run; `not_before` is compared with the result.
    asked = repr(replace(request, not_before=None))
    made_of = (__version__, asked, settings.stated(), repr(packs), task.name)
    found = hashlib.sha256("\n".join(made_of).encode("utf-8", "surrogateescape"))
    for file in find_files(Request(paths=(folder,))):
        if file.why is not None or not file.path.is_file():
            continue
        name, size = file.path.relative_to(folder), file.path.stat().st_size
        found.update(f"\n{name}\n{size}\n".encode("utf-8", "surrogateescape"))
        with file.path.open("rb") as stream:
            while piece := stream.read(_PIECE):
                found.update(piece)
    return found.hexdigest()


def _audited(task: ShopTask, request: FleetRequest) -> ShopResult:
    folder = Path(task.folder)
    settings = _settings(folder, request)
    order = AuditRequest(
        inputs=listed(Request(paths=(folder,), mappings=settings.inputs)),
        settings=settings,
        as_of=request.as_of,
        not_before=request.not_before,
        select=request.select,
        ignore=request.ignore,
        fail_on=request.fail_on,
        min_score=request.min_score,
        mask=request.mask,
        wanted=Wanted(heat=any(formats.of_suffix(suffix).heat for suffix in request.suffixes)),
        with_pack=None if settings.pack_chosen else partial(_settings, folder, request),
    )
    with tempfile.TemporaryDirectory(prefix="kshop-audit-") as scratch:
        report = audit(order, Path(scratch)).report
    return _result(task, report, written(report, task.name, request))


def _settings(folder: Path, request: FleetRequest, pack: str | None = None) -> Settings:
    own = folder / SETTINGS
    config = None if own.is_file() or request.config is None else Path(request.config)
    settings, _ = load_settings(
        config=None if request.isolated else config,
        folders=[folder],
        cwd=folder,
        environ=request.environ,
        flags=dict(request.flags) | ({} if pack is None else {"pack": [pack]}),
        sets=request.sets,
        isolated=request.isolated,
        mutes=None if request.mutes is None else Path(request.mutes),
    )
    return settings if pack is None else settings.with_pack_of_files()


def _result(task: ShopTask, report: Report, place: str) -> ShopResult:
    return ShopResult(
        shop=report.shop or task.name,
        path=task.path,
        exit_code=report.verdict.exit_code,
        status=report.verdict.status,
        score=report.score.total,
        gates={rule.id: rule.status for rule in report.rules if rule.level is Level.ERROR},
        report=place,
        as_of=report.as_of,
    )


def _failed(task: ShopTask, reason: Text) -> ShopResult:
    return ShopResult(shop=task.name, path=task.path, exit_code=EXIT_NO_AUDIT, reason=reason)


def gave_up(task: ShopTask, reason: Text) -> Finished:
    """The result of a shop that was ended, or took its process with it."""
    return Finished("", _failed(task, reason))


def written(report: Report, name: str, request: FleetRequest) -> str:
    """Write the reports of a shop, each whole or not at all; where the JSON is."""
    for suffix in request.suffixes:
        content = formats.of_suffix(suffix).content(report, request.lang)
        _write(f"{request.reports}/{name}{suffix}", content)
    return f"{request.reports}/{name}.json"


def _write(place: str, content: bytes) -> None:
    if "://" in place:
        import fsspec  # noqa: PLC0415  comes with the extra `cluster`

        with fsspec.open(place, "wb") as stream:  # an object store shows only whole objects
            stream.write(content)
        return
    path = Path(place)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Names of shops are unique in a run; numbers of processes are not among several machines.
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())  # the journal will say that it is there
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)

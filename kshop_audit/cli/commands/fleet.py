"""`fleet`: many shops in one run, one report each and one summary."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kshop_audit.cli import looks, printing, stopping
from kshop_audit.cli.binding import ENVIRONMENT, option, takes
from kshop_audit.cli.language import say
from kshop_audit.cli.options import ConfigOptions, LookOptions, RuleOptions
from kshop_audit.errors import InputError, UsageError
from kshop_audit.model.frozen import frozen
from kshop_audit.report import formats

if TYPE_CHECKING:
    from kshop_audit.fleet.request import FleetRequest, Limits
    from kshop_audit.fleet.run import Engine
    from kshop_audit.model.fleet import Summary

SUMMARY, JOURNAL = "summary.json", "journal.jsonl"
_SUFFIXES = tuple(entry.suffix for entry in formats.of_fleets())
_LISTED = " ".join(_SUFFIXES)


@frozen(slots=False, kw_only=True)
class FleetOptions(RuleOptions, ConfigOptions, LookOptions):
    """Which shops, where their reports go, and how they are run."""

    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR...",
            help=say(
                "店铺文件夹，或放着这些文件夹的文件夹", "folders of shops, or folders of these"
            ),
            show_default=False,
        ),
    ] = field(default_factory=list)
    reports: Annotated[
        str,
        option(
            "--reports",
            "每家店的报告写到这里：文件夹，或对象存储的地址",
            "where each shop's report is written: a folder, or an address of an object store",
            metavar="DIR|URL",
        ),
    ] = "fleet-reports"
    pages: Annotated[
        bool, option("--pages", "每家店另存网页", "write a page for each shop too")
    ] = False
    out: Annotated[
        list[Path],
        option(
            "--out",
            f"另存汇总，可多次：{_LISTED}",
            f"write the summary too (repeatable): {_LISTED}",
            metavar="FILE",
        ),
    ] = field(default_factory=list)
    format: Annotated[
        Literal["text", "json"], option("--format", "标准输出的格式", "format on stdout")
    ] = "text"
    processes: Annotated[
        int | None,
        option(
            "--processes",
            "同时审几家（默认每个处理器核一家）",
            "shops at once (default: one a core)",
            min=1,
            metavar="N",
        ),
    ] = None
    shop_time: Annotated[
        str,
        option("--shop-time", "每店的时限", "time limit a shop", metavar="DURATION"),
    ] = "10m"
    shop_memory: Annotated[
        str,
        option(
            "--shop-memory",
            "每店的内存上限",
            "memory limit a shop",
            metavar="SIZE",
        ),
    ] = "4GB"
    cluster: Annotated[
        str | None,
        option(
            "--cluster",
            "Dask 调度器：tls:// 地址、本机地址或调度器文件",
            "Dask scheduler: tls:// address, one on this machine, or a scheduler file",
            metavar="ADDRESS|FILE",
        ),
    ] = None
    tls_ca_file: Annotated[
        Path | None,
        option("--tls-ca-file", "集群的 CA 证书", "the cluster's CA certificate", metavar="FILE"),
    ] = None
    tls_cert: Annotated[
        Path | None,
        option("--tls-cert", "本机的集群证书", "this machine's certificate", metavar="FILE"),
    ] = None
    tls_key: Annotated[
        Path | None,
        option("--tls-key", "该证书的私钥", "the key of that certificate", metavar="FILE"),
    ] = None
    resume: Annotated[
        bool,
        option("--resume", "接着上次：没变的店不再审", "go on: unchanged shops are not run again"),
    ] = False
    retry_failed: Annotated[
        bool,
        option(
            "--retry-failed", "接着上次，没审成的店再审", "go on, and try again what had no audit"
        ),
    ] = False


def register(app: typer.Typer) -> None:
    """Put the command into the application."""
    app.command(
        "fleet",
        help=say(
            "一次审很多家店：每店一份报告，一张汇总表。退出码取最差的一家。",
            "Many shops at once: a report each, and one summary. The worst shop's exit code.",
        ),
    )(takes(FleetOptions)(_fleet))


def _fleet(options: FleetOptions) -> int:
    from kshop_audit.fleet import run as fleet

    if not options.folders:
        raise UsageError("请给出店铺文件夹", "name the folders of the shops")
    for path in options.out:
        _check_out(path, options.folders)
    if options.mutes is not None and not options.mutes.is_file():
        raise UsageError(
            f"--mutes {options.mutes}：没有这个文件", f"--mutes {options.mutes}: no such file"
        )
    if "://" in options.reports:
        _reachable(options.reports)
    own = _own_folder(options)
    lang = options.lang or options.spoken
    request = _request(options, lang)
    resuming = fleet.Resuming(options.resume or options.retry_failed, options.retry_failed)
    with stopping.scratch() as scratch, _progress() as watch:
        done = fleet.run(
            options.folders,
            request,
            _engine(options, _limits(options), scratch),
            own / JOURNAL,
            resuming=resuming,
            last=_last(own / SUMMARY),
            watch=watch,
        )
    _write(done, options, own, lang)
    return done.exit_code


def _check_out(path: Path, folders: Iterable[Path]) -> None:
    """UsageError for a summary that cannot be written, or would lie among the exports."""
    if path.suffix not in _SUFFIXES:
        raise UsageError(
            f"--out {path}：后缀应为 {_LISTED} 之一",
            f"--out {path}: the suffix must be one of {_LISTED}",
        )
    if not path.parent.is_dir():
        raise UsageError(
            f"--out {path}：没有文件夹 {path.parent}，请先建好",
            f"--out {path}: there is no folder {path.parent}; make it first",
        )
    _keep_out(f"--out {path}", path, folders)


def _keep_out(flag: str, path: Path, folders: Iterable[Path]) -> None:
    """UsageError for what would be written among the exports."""
    for folder in folders:
        if path.resolve().is_relative_to(folder.resolve()):
            raise UsageError(
                f"{flag}：在店铺文件夹 {folder} 里，请写到别处，如 ../{path.name}",
                f"{flag}: lies in the folder of the shops, {folder}; write elsewhere, "
                f"such as ../{path.name}",
            )


def _own_folder(options: FleetOptions) -> Path:
    """Where journal and summary lie: with the reports, or here if these go elsewhere."""
    folder = Path("fleet-reports" if "://" in options.reports else options.reports)
    _keep_out(f"--reports {folder}", folder, options.folders)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"--reports {folder}：建不了文件夹：{error.strerror}",
            f"--reports {folder}: cannot be made: {error.strerror}",
        ) from error
    return folder


def _reachable(place: str) -> None:
    """UsageError if nothing is installed that writes to such an address."""
    try:
        from fsspec import get_filesystem_class

        get_filesystem_class(place.partition("://")[0])
    except (ImportError, ValueError) as error:
        raise UsageError(
            f"--reports {place}：还缺写入这种地址的组件：pip install 'kshop-audit[cluster]'，"
            f"以及该存储的 fsspec 组件（{error}）",
            f"--reports {place}: what writes to such an address is not installed: "
            f"pip install 'kshop-audit[cluster]' and fsspec's part for this storage ({error})",
        ) from error


def _request(options: FleetOptions, lang: str) -> FleetRequest:
    from datetime import datetime

    from kshop_audit.cli import values
    from kshop_audit.cli.naming import rule_names
    from kshop_audit.cli.preparing import instant_of
    from kshop_audit.fleet.request import FleetRequest
    from kshop_audit.model import moments

    age = None if options.max_age is None else values.duration(options.max_age, "--max-age")
    now = datetime.now(moments.SHANGHAI).replace(tzinfo=None)
    how = {ENVIRONMENT + name.upper() for name in FleetOptions.__annotations__}
    ours = {
        name: text
        for name, text in os.environ.items()
        if name.startswith(ENVIRONMENT) and name not in how  # these change no shop's result
    }
    return FleetRequest(
        reports=options.reports
        if "://" in options.reports
        else str(Path(options.reports).absolute()),
        suffixes=(".json", ".html") if options.pages else (".json",),
        lang=lang,
        as_of=instant_of(options),
        max_age=age,
        not_before=None if age is None else now - age,
        select=rule_names(options.select, "--select", options.pack),
        ignore=rule_names(options.ignore, "--ignore", options.pack),
        fail_on=options.fail_on,
        min_score=None if options.min_score is None else values.score(options.min_score),
        config=None if options.config is None else str(options.config.absolute()),
        mutes=None if options.mutes is None else str(options.mutes.absolute()),
        isolated=options.isolated,
        flags=_flags(options),
        sets=tuple(options.sets) if "sets" in options.given else (),
        environ={} if options.isolated else ours,
    )


def _flags(options: FleetOptions) -> dict[str, object]:
    """The flags, with packs that are files of this folder: each shop looks from its own."""
    from kshop_audit.cli.preparing import flags_of

    flags = dict(flags_of(options))
    if "pack" in flags:
        flags["pack"] = [
            str(Path(name).absolute()) if Path(name).is_file() else name for name in options.pack
        ]
    return flags


def _limits(options: FleetOptions) -> Limits:
    from kshop_audit.cli import values
    from kshop_audit.fleet.request import Limits

    return Limits(
        seconds=values.duration(options.shop_time, "--shop-time").total_seconds(),
        memory=values.size(options.shop_memory, "--shop-memory"),
    )


def _engine(options: FleetOptions, limits: Limits, scratch: Path) -> Engine:
    from importlib.util import find_spec

    from kshop_audit.fleet import local

    tls = (options.tls_ca_file, options.tls_cert, options.tls_key)
    if options.cluster is None:
        if any(tls):
            raise UsageError("--tls-… 只用于 --cluster", "--tls-… goes with --cluster")
        return local.Local(limits, options.processes, scratch)

    if find_spec("distributed") is None:
        raise UsageError(
            "--cluster：要先安装 distributed：pip install 'kshop-audit[cluster]'",
            "--cluster: needs distributed: pip install 'kshop-audit[cluster]'",
        )
    from kshop_audit.fleet import cluster

    address = cluster.address_of(options.cluster)
    return cluster.Cluster(limits, address, cluster.certificates(address, *tls))


def _last(path: Path) -> Summary | None:
    """The summary of the last run, if there is one that can be read."""
    from kshop_audit import codec
    from kshop_audit.model.fleet import Summary

    if not path.is_file():
        return None
    try:
        return codec.read(Summary, path.read_text("utf-8"))
    except (OSError, ValueError, InputError):
        return None


def _write(done: Summary, options: FleetOptions, own: Path, lang: str) -> None:
    from kshop_audit import codec
    from kshop_audit.cli.outputs import save_bytes
    from kshop_audit.report.fleet import text
    from kshop_audit.rules import catalogue

    titles = {name: rule.info.title for name, rule in catalogue().items()}
    whole = codec.encode(done)
    save_bytes(own / SUMMARY, whole.encode("utf-8"))
    for path in options.out:
        links = dict(_links(done, path))
        made = formats.of_suffix(path.suffix).fleet(done, titles, lang, links)
        save_bytes(path, made.encode("utf-8"))
    if options.format == "json":
        printing.emit_data(whole)
    else:
        look = looks.look_of(options, lang)
        printing.emit(text.render(done, titles, look, options.reports, options.pages))


def _links(done: Summary, page: Path) -> Iterator[tuple[str, str]]:
    """Path of a shop → where its page lies, else its report, as seen from the summary."""
    for shop in done.shops:
        if shop.report is None or "://" in shop.report:
            continue
        report = Path(shop.report)
        own = report.with_suffix(".html")
        target = own if own.is_file() else report
        relative = os.path.relpath(target, page.absolute().parent).replace(os.sep, "/")
        yield shop.path, PurePosixPath(f"/{relative}").as_uri().removeprefix("file:///")


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """How many shops are done, on stderr of a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress

    with Progress(BarColumn(), MofNCompleteColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("fleet", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)

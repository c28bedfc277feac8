"""`history`: the trend of the runs that `check --history FILE` stored; and the storing itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kshop_audit.cli import looks, printing
from kshop_audit.cli.binding import option, takes
from kshop_audit.cli.language import say
from kshop_audit.cli.options import HistoryOption, LookOptions
from kshop_audit.errors import EXIT_OK, InputError, UsageError
from kshop_audit.model.frozen import frozen

if TYPE_CHECKING:
    from kshop_audit.model.report import Report

OFF = "off"


@frozen(slots=False, kw_only=True)
class HistoryOptions(LookOptions):
    """Which runs are shown."""

    history: HistoryOption = None
    last: Annotated[
        int | None,
        option("--last", "每店只看最近几次", "only the last runs of each shop", min=1, metavar="N"),
    ] = None
    shop: Annotated[
        str,
        option(
            "--shop",
            "只看店名含这几个字的店",
            "only shops whose name holds this",
            metavar="NAME",
            variable="SHOP_NAME",
        ),
    ] = ""
    out: Annotated[
        Path | None,
        option("--out", "写成网页（.html）", "write it as a page (.html)", metavar="FILE.html"),
    ] = None


def register(app: typer.Typer) -> None:
    """Put the command into the application."""
    app.command(
        "history",
        help=say(
            "历次结果的走势（由 check --history FILE 记录）。",
            "The trend of past runs (stored by check --history FILE).",
        ),
    )(takes(HistoryOptions)(_history))


def _history(options: HistoryOptions) -> int:
    from kshop_audit import history
    from kshop_audit.report.text.trend import render

    path = place_of(options.history)
    if path is None:
        raise UsageError(
            "请用 --history FILE（或 KSHOP_AUDIT_HISTORY）指出历史记录",
            "name the history with --history FILE (or KSHOP_AUDIT_HISTORY)",
        )
    reports = [run.report for run in history.runs(path, options.last)]
    if not reports:
        raise InputError(f"{path} 里还没有记录", f"{path} holds no run yet")
    wanted = options.shop.casefold()
    shown = [report for report in reports if wanted in (report.shop or "").casefold()]
    if not shown:
        raise UsageError(
            f"--shop {options.shop}：{path} 里没有这家店", f"--shop {options.shop}: not in {path}"
        )
    look = looks.look_of(options, options.spoken)
    if options.out is not None:
        _page(options.out, shown, look.lang)
    else:
        printing.emit(render(shown, look))
    return EXIT_OK


def _page(path: Path, reports: list[Report], lang: str) -> None:
    from kshop_audit.cli import outputs
    from kshop_audit.report.trend_page import render

    if path.suffix.lower() != ".html":
        raise UsageError(f"--out {path}：应为 .html 文件", f"--out {path}: must be an .html file")
    outputs.save_bytes(path, render(reports, lang).encode("utf-8"))


def place_of(given: str | None) -> Path | None:
    """The file of `--history`; None if there is to be none."""
    return None if given in (None, "", OFF) else Path(str(given))


def compared(path: Path | None, report: Report) -> Report:
    """The report with what changed since the last stored run of its shop, unless an earlier report
    was given; a fault of the store is a notice.
    """
    if path is None or report.comparison is not None:
        return report
    from kshop_audit import history
    from kshop_audit.comparing.compare import compare

    try:
        earlier = history.earlier(path, report)
    except (InputError, OSError):
        return report  # storing the run will say so
    if earlier is None:
        return report
    return replace(report, comparison=compare(earlier, history.stripped(report)))


def keep(path: Path | None, report: Report, at: datetime, lang: str) -> None:
    """Store the run; a fault of the store is a notice and changes no exit code."""
    if path is None:
        return
    from kshop_audit import history

    try:
        history.store(path, report, at)
    except (InputError, OSError) as error:
        zh, en = (error.zh, error.en) if isinstance(error, InputError) else (f"{error}",) * 2
        printing.notice(f"--history: {en}" if lang == "en" else f"--history：{zh}")

"""`history`: the trend of the runs that `check --history FILE` stored; and the storing itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kshop_audit.cli import looks, printing
from kshop_audit.cli.binding import option, takes
from kshop_audit.cli.language import say
from kshop_audit.cli.options import HistoryOption, LookOptions
from kshop_audit.errors import EXIT_OK, InputError, UsageError

if TYPE_CHECKING:
    from kshop_audit.model.report import Report

OFF = "off"


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class HistoryOptions(LookOptions):
    """Which runs are shown."""

    history: HistoryOption = None
    last: Annotated[
        int | None,
        option("--last", "每店只看最近几次", "only the last runs of each shop", min=1, metavar="N"),
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
    printing.emit(render(reports, looks.look_of(options, options.spoken)))
    return EXIT_OK


def place_of(given: str | None) -> Path | None:
    """The file of `--history`; None if there is to be none."""
    return None if given in (None, "", OFF) else Path(str(given))


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

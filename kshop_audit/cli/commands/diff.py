"""`diff`: two saved reports, what changed from the one to the other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kshop_audit.cli import looks, printing
from kshop_audit.cli.binding import option, takes
from kshop_audit.cli.language import say
from kshop_audit.cli.options import LookOptions
from kshop_audit.errors import EXIT_FAILED, EXIT_OK
from kshop_audit.model.frozen import frozen


@frozen(slots=False, kw_only=True)
class DiffOptions(LookOptions):
    """The two reports."""

    old: Annotated[Path, typer.Argument(metavar="OLD.json", show_default=False)]
    new: Annotated[Path, typer.Argument(metavar="NEW.json", show_default=False)]
    tolerance: Annotated[
        str,
        option(
            "--tolerance",
            "数值变化不超过它就不算变化：比率按百分点，其余按原值的百分之几；结论变了总是算",
            "smaller moves are none: of rates in percentage points, of other figures as a share of "
            "the earlier value; a changed outcome always counts",
            metavar="0.5%",
        ),
    ] = "0"


def register(app: typer.Typer) -> None:
    """Put the command into the application."""
    app.command(
        "diff",
        help=say(
            "比较两份保存的报告：口径变化在前，再列新增、改好、变差、变好。"
            "红线或提醒新增未达标、变成判不了，或未达标的更差，退出码为 1。",
            "Compare two saved reports: changed definitions first, then what is newly missed, "
            "fixed, worse, better. Exit code 1 if a red line or a warning is newly missed, not "
            "judged any more, or worse while it is missed.",
        ),
    )(takes(DiffOptions)(_diff))


def _diff(options: DiffOptions) -> int:
    from kshop_audit.cli import values
    from kshop_audit.cli.saved import saved_report
    from kshop_audit.comparing.compare import compare
    from kshop_audit.report.text.comparison import changes

    tolerance = values.share(options.tolerance, "--tolerance")
    old, new = saved_report(options.old), saved_report(options.new)
    found = compare(old, new, tolerance)
    titles = {rule.id: rule.title for report in (old, new) for rule in report.rules}
    printing.emit(changes(found, looks.look_of(options, options.spoken), titles))
    return EXIT_FAILED if found.red else EXIT_OK

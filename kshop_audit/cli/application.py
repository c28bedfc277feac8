"""All commands put together, and the exit code of what they end with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from kshop_audit import __version__
from kshop_audit.cli import printing, usage
from kshop_audit.cli.binding import completed
from kshop_audit.cli.catalogue import commands, register
from kshop_audit.cli.helping import PanelCommand, PanelGroup
from kshop_audit.cli.language import HELP, say
from kshop_audit.errors import EXIT_INTERRUPTED, EXIT_NO_AUDIT, EXIT_OK, KshopError


class _Application(typer.Typer):
    """Commands whose help stands in panels."""

    def command(self, *args: Any, **settings: Any) -> Any:
        """As Typer's."""
        return super().command(*args, **{"cls": PanelCommand, **settings})


def application(asked: str | None = None) -> typer.Typer:
    """The commands put together; only the one asked for, if it is one of them."""
    app = _Application(
        name=printing.PROGRAM,
        cls=PanelGroup,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        no_args_is_help=False,
        help=say(
            "检查快手小店的导出数据是否符合平台服务规则。",
            "Check the exports of a Kuaishou shop against the platform's service rules.",
        ),
        epilog=say(
            "每个选项都有环境变量 KSHOP_AUDIT_…，如 KSHOP_AUDIT_LANG。",
            "Every option has an environment variable KSHOP_AUDIT_…, such as KSHOP_AUDIT_LANG.",
        ),
    )
    app.callback()(_root)
    register(app, asked)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        printing.emit(f"{printing.PROGRAM} {__version__}\n")
        raise typer.Exit(EXIT_OK)


def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help=say("显示版本", "show the version"), is_eager=True, callback=_version
        ),
    ] = False,
) -> None:
    pass


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return the exit code; never raises for a fault of the user."""
    printing.prepare()
    try:
        typed = usage.understood(arguments, commands())
        app = application(typed[0] if typed else None)
        code = app(
            args=completed(typed) or ["--help"],
            prog_name=printing.PROGRAM,
            standalone_mode=False,
        )
    except typer.Abort:
        return EXIT_INTERRUPTED
    except typer.TyperException as error:
        printing.notice(usage.fault(error, commands()))
        return EXIT_NO_AUDIT
    except KshopError as error:
        printing.fault(error, HELP)
        return error.exit_code
    except OSError as error:  # the help goes to stdout without our doing
        printing.fault(printing.unwritable(error), HELP)
        return EXIT_NO_AUDIT
    return code if isinstance(code, int) else EXIT_OK

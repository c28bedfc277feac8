"""All commands put together, and the exit code of what they end with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from kshop_audit import __version__
from kshop_audit.cli import printing
from kshop_audit.cli.binding import completed
from kshop_audit.cli.catalogue import register
from kshop_audit.cli.language import HELP, say
from kshop_audit.errors import EXIT_INTERRUPTED, EXIT_NO_AUDIT, EXIT_OK, KshopError


def application(asked: str | None = None) -> typer.Typer:
    """The commands put together; only the one asked for, if it is one of them."""
    app = typer.Typer(
        name=printing.PROGRAM,
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
    app = application(arguments[0] if arguments else None)
    try:
        code = app(
            args=completed(arguments) or ["--help"],
            prog_name=printing.PROGRAM,
            standalone_mode=False,
        )
    except typer.Abort:
        return EXIT_INTERRUPTED
    except typer.TyperException as error:
        printing.notice(_usage(error))
        return EXIT_NO_AUDIT
    except KshopError as error:
        printing.fault(error, HELP)
        return error.exit_code
    except OSError as error:  # the help goes to stdout without our doing
        printing.fault(printing.unwritable(error), HELP)
        return EXIT_NO_AUDIT
    return code if isinstance(code, int) else EXIT_OK


def _usage(error: typer.TyperException) -> str:
    """A fault of the command line in one line, with the command that shows its help."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else printing.PROGRAM
    hint = say(f"（帮助：{command} --help）", f" (see {command} --help)")
    return " ".join(error.format_message().split()) + hint

"""`schema`: the JSON Schema of the report or of the configuration."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from kshop_audit.cli import printing
from kshop_audit.cli.binding import Options, takes
from kshop_audit.cli.language import say
from kshop_audit.errors import EXIT_OK
from kshop_audit.model.frozen import frozen


@frozen(slots=False, kw_only=True)
class SchemaOptions(Options):
    """Which schema."""

    what: Annotated[
        Literal["report", "config", "aspects", "insights", "forecast", "due"],
        typer.Argument(show_default=False),
    ]


def register(app: typer.Typer) -> None:
    """Put the command into the application."""
    app.command(
        "schema",
        help=say(
            "打印报告、配置文件等的 JSON Schema。",
            "Print the JSON Schema of the report, the configuration, or another result.",
        ),
    )(takes(SchemaOptions)(_schema))


def _schema(options: SchemaOptions) -> int:
    if options.what != "config":
        from kshop_audit.report import schemas

        printing.emit_data(schemas.schema(options.what))
        return EXIT_OK
    import json

    from kshop_audit.config import schema

    printing.emit_data(json.dumps(schema(), ensure_ascii=False, indent=2) + "\n")
    return EXIT_OK

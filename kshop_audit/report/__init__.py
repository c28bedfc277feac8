"""What a person or a program is shown: one file a format over a shared view of the Report."""

from __future__ import annotations

from importlib.resources import files


def schema() -> str:
    """The JSON Schema of the report as text."""
    return (files(__name__) / "report.schema.json").read_text(encoding="utf-8")

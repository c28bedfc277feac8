"""The summary as JSON, for programs, and for the next run to compare with."""

from __future__ import annotations

from collections.abc import Mapping

from kshop_audit import codec
from kshop_audit.model.fleet import Summary
from kshop_audit.report.fleet.contents import Titles


def render(summary: Summary, titles: Titles, lang: str, links: Mapping[str, str]) -> str:  # noqa: ARG001
    """The summary with the keys of its fields."""
    return codec.encode(summary)

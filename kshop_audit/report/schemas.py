"""The JSON Schemas of the report and of the other results, as text."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from kshop_audit.model.patterns import regex

SCHEMAS = ("report", "aspects", "insights", "forecast", "due")
"""What there is a JSON Schema of, beside the configuration."""

_REFERENCE = regex(r'"#/\$defs/([a-z0-9_]+)"')


def schema(name: str = "report") -> str:
    """The JSON Schema of the report, or of another result, as text.

    Parts that the report has too are written down once, in its schema, and put in here.
    """
    text = _read(name)
    if name == "report":
        return text
    own: dict[str, Any] = json.loads(text)
    shared: dict[str, Any] = json.loads(_read("report"))["$defs"]
    lacking = _missing(own)
    while lacking:
        own["$defs"] |= {part: shared[part] for part in lacking}
        lacking = _missing(own)
    return json.dumps(own, ensure_ascii=False, indent=2) + "\n"


def _missing(own: dict[str, Any]) -> list[str]:
    named = dict.fromkeys(_REFERENCE.findall(json.dumps(own)))
    return [part for part in named if part not in own["$defs"]]


def _read(name: str) -> str:
    return (files("kshop_audit.report") / f"{name}.schema.json").read_text(encoding="utf-8")

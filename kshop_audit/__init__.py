"""kshop-audit: does a Kuaishou shop meet the platform's service rules, and when will it?

`audit` and `Report` are the Python interface (docs/python.md). They are imported on use: the
command's help needs neither Polars nor pydantic.
"""

from importlib import import_module
from typing import Any

__all__ = ["Report", "__version__", "audit"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    own = {"audit": "audit", "Report": "AuditReport"}.get(name)
    if own is not None:
        return getattr(import_module("kshop_audit.interface"), own)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

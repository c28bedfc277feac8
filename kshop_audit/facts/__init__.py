"""Facts: every join, group and sort of raw rows, one function each.

A fact stands beside its helpers in the module of its subject and is requested by name:
`facts(orders)`. Only the plan computes anything. Frames are named in the plural, predicates are
participles, times end in `_at`.
"""

from __future__ import annotations

from kshop_audit.facts.sharing import Facts, fact
from kshop_audit.facts.tables import Tables

__all__ = ["Facts", "Tables", "fact"]

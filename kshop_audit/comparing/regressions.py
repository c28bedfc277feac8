"""What passed in an earlier report and does no longer."""

from __future__ import annotations

from collections.abc import Sequence

from kshop_audit.model.metadata import Level
from kshop_audit.model.report import Report, RuleResult, Status


def regressions(old: Report, results: Sequence[RuleResult]) -> tuple[str, ...]:
    """Rules (error or warn) that passed in the old report and now fail or have no verdict."""
    single = len(old.packs) == 1 and len({rule.pack for rule in results}) == 1
    passed = {
        ("" if single else rule.pack, rule.id) for rule in old.rules if rule.status is Status.PASS
    }
    fell = (Status.FAIL, Status.NO_VERDICT)
    fallen = (
        rule.id
        for rule in results
        if ("" if single else rule.pack, rule.id) in passed
        and rule.status in fell
        and rule.level in (Level.ERROR, Level.WARN)
    )
    return tuple(dict.fromkeys(fallen))

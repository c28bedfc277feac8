"""From the options of a command to the audit that it asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kshop_audit.cli.options import ConfigOptions, InputOptions, MaskOptions, RuleOptions
from kshop_audit.model.frozen import frozen

if TYPE_CHECKING:
    from kshop_audit.auditing.request import AuditRequest
    from kshop_audit.model.settings import Settings


@frozen(slots=False, kw_only=True)
class AuditOptions(MaskOptions, RuleOptions, ConfigOptions, InputOptions):
    """What every command takes that runs a whole audit."""


def now() -> datetime:
    """The clock, in Shanghai."""
    from kshop_audit.model import moments

    return datetime.now(moments.SHANGHAI).replace(tzinfo=None)


def audit_request(
    options: AuditOptions, settings: Settings, now: Callable[[], datetime]
) -> AuditRequest:
    """The audit that these options ask for. `now`: the clock, in Shanghai; only --max-age asks."""
    from kshop_audit.auditing.request import AuditRequest
    from kshop_audit.cli import naming, values
    from kshop_audit.cli.preparing import instant_of, request_of

    age = None if options.max_age is None else values.duration(options.max_age, "--max-age")
    return AuditRequest(
        inputs=request_of(options, settings),
        settings=settings,
        as_of=instant_of(options),
        not_before=None if age is None else now() - age,
        select=naming.rule_names(options.select, "--select", settings.packs),
        ignore=naming.rule_names(options.ignore, "--ignore", settings.packs),
        fail_on=options.fail_on,
        min_score=None if options.min_score is None else values.score(options.min_score),
        mask=not options.no_mask,
        with_pack=None if settings.pack_chosen else partial(with_pack, options, options.paths),
    )


def with_pack(options: ConfigOptions, paths: Sequence[Path], pack: str) -> Settings:
    """The settings with the pack of the files' platform, where nobody chose one."""
    from kshop_audit.cli.preparing import settings_of

    return settings_of(options, paths, pack).with_pack_of_files()

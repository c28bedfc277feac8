"""Where rows are kept between runs, and whether they are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kshop_audit.cache.store import Store
from kshop_audit.cli.options import InputOptions
from kshop_audit.cli.printing import PROGRAM
from kshop_audit.cli.requests import now
from kshop_audit.model.moments import SHANGHAI

if TYPE_CHECKING:
    from kshop_audit.model.settings import Settings

_NO = ("", "0", "false", "no", "off")


def store() -> Store:
    """The cache of the user who runs this."""
    from platformdirs import user_cache_path

    at = now().replace(tzinfo=SHANGHAI)
    return Store(Path(user_cache_path(PROGRAM, appauthor=False)), int(at.timestamp()))


def cache_of(options: InputOptions, settings: Settings) -> Store | None:
    """The cache, unless it is switched off: a run in CI starts from nothing, and leaves nothing."""
    in_ci = os.environ.get("CI", "").lower() not in _NO
    return None if options.no_cache or not settings.cache or in_ci else store()

"""What a fleet run asks of every shop, and of one: plain values that travel to other machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from decimal import Decimal

from kshop_audit.model.fleet import Finished
from kshop_audit.model.frozen import frozen


@frozen
class FleetRequest:
    """What is the same for every shop.

    `reports`: the folder, or an address that fsspec opens, below which each shop's reports are
    written; `suffixes`: their formats, `.json` always among them. `flags`: keys of the
    configuration that the command line set; `sets`: its `--set`; `environ`: its variables.
    `config`: for shops that have no `shop.toml` of their own; `mutes`: for all shops, instead of
    their own. `max_age`: how old the data of a shop may be; older than `not_before`, they have no
    verdict.
    """

    reports: str
    suffixes: tuple[str, ...] = (".json",)
    lang: str = "zh"
    as_of: datetime | None = None
    max_age: timedelta | None = None
    not_before: datetime | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str = "error"
    min_score: Decimal | None = None
    config: str | None = None
    mutes: str | None = None
    isolated: bool = False
    flags: Mapping[str, object] = field(default_factory=dict)
    sets: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    mask: bool = True


@frozen
class Limits:
    """What one shop may take: seconds, bytes of memory, and how often a process may die of it."""

    seconds: float = 600.0
    memory: int = 4 << 30
    tries: int = 3


@frozen
class ShopTask:
    """One shop of a run. `path`: its folder as it was named; `name`: that of its reports; `folder`:
    its folder for whoever works elsewhere; `earlier`: its result of the run that is resumed, kept
    if nothing changed since.
    """

    path: str
    name: str
    folder: str
    earlier: Finished | None = None

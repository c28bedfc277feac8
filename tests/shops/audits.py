"""Audits of random shops: files out, report in; and the settings that belong to a seed."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from unittest import mock

from kshop_audit.auditing.assemble import Audit
from kshop_audit.auditing.audit import audit
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.ingest import Request
from kshop_audit.model.settings import Interval, Settings
from kshop_audit.packs import load
from kshop_audit.plan import engine
from kshop_audit.plan.query import Wanted
from tests import oracle
from tests.oracle.basis import Case
from tests.shops.files import write_canonical, write_kuaishou
from tests.shops.profile import Shop
from tests.shops.shop import random_exempt, random_force_majeure, random_options, random_shop

PACK = load("kuaishou")
LISTS = ("abusive", "illegal", "impersonation")
"""Word lists that are guesses of the pack, so the oracle cannot know them."""

Options = dict[str, dict[str, object]]


@dataclass(frozen=True)
class Audited:
    """One shop as its files tell it, what the product says of it, and what the oracle expects."""

    shop: Shop
    done: Audit
    expected: Mapping[str, oracle.Outcome]
    case: Case


def audit_folder(
    folder: Path,
    settings: Settings | None = None,
    as_of: datetime | None = None,
    select: Sequence[str] = (),
) -> Audit:
    """One audit of a folder with everything that can be wanted of it."""
    order = AuditRequest(
        inputs=Request((folder,)),
        settings=settings or Settings(),
        as_of=as_of,
        select=tuple(select),
        wanted=Wanted(evidence=True),
    )
    with tempfile.TemporaryDirectory() as scratch:
        return audit(order, Path(scratch))


@contextmanager
def streaming() -> Iterator[None]:
    """Every plan on the engine for many rows, however few there are."""
    with mock.patch.multiple(engine, FEW=0, FEW_BYTES=0):
        yield


def written(seed: int, size: int, folder: Path, *, kuaishou: bool) -> tuple[Shop, datetime]:
    """The files of a random shop; returns what they tell, and the instant of the audit."""
    shop, as_of = random_shop(seed, size)
    if kuaishou:
        return write_kuaishou(shop, folder), as_of
    write_canonical(shop, folder)
    return shop, as_of


def settings_of(
    options: Options,
    exempt: Sequence[tuple[datetime, datetime]] = (),
    force_majeure: Collection[str] = (),
) -> Settings:
    """The product's settings for what the oracle receives; 0 days: no promise is read."""
    stated = {
        rule: {name: 0 if value is None else value for name, value in own.items()}
        for rule, own in options.items()
    }
    return Settings(
        options=stated,
        exempt=tuple(Interval(since, until, "节日") for since, until in exempt),
        force_majeure=frozenset(force_majeure),
    )


def audited(seed: int, size: int, *, kuaishou: bool) -> Audited:
    """A random shop through the product and through the oracle, with the same settings; odd seeds
    on the engine for many rows.
    """
    options = random_options(seed)
    with tempfile.TemporaryDirectory() as folder:
        shop, as_of = written(seed, size, Path(folder), kuaishou=kuaishou)
        exempt = random_exempt(seed, as_of)
        spared = random_force_majeure(seed, shop)
        settings = settings_of(options, exempt, spared)
        with streaming() if seed % 2 else nullcontext():
            done = audit_folder(Path(folder), settings, as_of)
    words = {name: PACK.words[name] for name in LISTS}
    stated = {
        "as_of": as_of, "options": options, "exempt": exempt,
        "force_majeure": spared, "words": words,
    }  # fmt: skip
    return Audited(shop, done, oracle.measure(shop, **stated), oracle.case_of(shop, **stated))  # type: ignore[arg-type]

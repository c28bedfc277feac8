"""Exports of small random shops as tables of text: what every mutation starts from."""

from __future__ import annotations

import csv
import functools
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.shops.files import write_canonical, write_kuaishou
from tests.shops.labels import HEADERS
from tests.shops.profile import Shop
from tests.shops.shop import random_shop

POOL = 400
"""Different shops; what is done to their files differs from case to case."""


@dataclass(frozen=True)
class Export:
    """One file before anything happened to it. `names`: canonical, "" for what no rule reads."""

    kind: str
    header: tuple[str, ...]
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Exports:
    """All files of a shop, the instant of its audit, and the shop that the files tell."""

    files: tuple[Export, ...]
    as_of: datetime
    shop: Shop
    kuaishou: bool


@functools.lru_cache(maxsize=64)
def exports(number: int, *, kuaishou: bool) -> Exports:
    """The files of one of the shops of the pool."""
    shop, as_of = random_shop(number, 2 + number % 7)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if kuaishou:
            shop = write_kuaishou(shop, folder)
        else:
            write_canonical(shop, folder)
        files = tuple(_read(path, kuaishou) for path in sorted(folder.iterdir()))
    return Exports(files, as_of, shop, kuaishou)


def titles(kind: str, *, kuaishou: bool) -> dict[str, str]:
    """Header → canonical name, where the two differ."""
    stated = HEADERS.get(kind, {}) if kuaishou else {}
    return {title: name for name, title in stated.items()}


def _read(path: Path, kuaishou: bool) -> Export:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    known = titles(path.stem, kuaishou=kuaishou)
    names = tuple(known.get(title, "" if known else title) for title in header)
    return Export(path.stem, tuple(header), names, tuple(map(tuple, rows)))

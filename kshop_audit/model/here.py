"""Where a file lies as seen from the current folder, for code hosts that look for it there."""

from __future__ import annotations

import os
from pathlib import Path


def from_here(path: Path) -> str:
    """`below_here`; the name alone of a file that lies elsewhere, so that no folder of the machine
    stands in a report.
    """
    return below_here(path) or path.name


def below_here(path: Path) -> str | None:
    """The path from the current folder, with `/` between the names; None if it lies elsewhere."""
    if not path.is_absolute() and ".." not in path.parts:
        return path.as_posix()
    for place, here in (
        (Path(os.path.normpath(path.absolute())), Path.cwd()),
        (path.parent.resolve() / path.name, Path.cwd().resolve()),
    ):
        if place.is_relative_to(here):
            return place.relative_to(here).as_posix()
    return None

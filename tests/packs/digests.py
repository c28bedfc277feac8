"""Digests of what stands in the packs that come with the tool, kept in `digests.toml`.

python -m tests.packs.digests    adds those of new entries; those that are there are never changed
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

from kshop_audit import packs

FOLDER = Path(packs.__file__).parent
FILE = Path(__file__).with_name("digests.toml")


def of_pack(path: Path) -> dict[str, str]:
    """Part of a pack → digest of its values: each rule, word list and score entry, and the rest.

    Comments, spacing and order do not count.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    parts: dict[str, object] = {}
    for part in ("rules", "words", "score", "effort", "definitions"):
        parts |= {f"{part}.{name}": entry for name, entry in table.pop(part, {}).items()}
    parts["pack"] = table
    return {key: _digest(value) for key, value in parts.items()}


def completed(text: str) -> str:
    """The text of `digests.toml` with the entries that are missing from it."""
    frozen = tomllib.loads(text)
    lines = [text[: text.index("\n[") + 1]]
    for name in packs.names():
        held = {**of_pack(FOLDER / f"{name}.toml"), **frozen.get(name, {})}
        lines += [f"[{name}]\n", *(f'"{key}" = "{held[key]}"\n' for key in sorted(held)), "\n"]
    return "".join(lines).rstrip() + "\n"


def _digest(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


if __name__ == "__main__":
    FILE.write_text(completed(FILE.read_text(encoding="utf-8")), encoding="utf-8")

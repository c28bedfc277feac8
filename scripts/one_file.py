#!/usr/bin/env python3
"""Build the tool as one file that needs no Python, with PyInstaller; `dist/kshop-audit`.

    python scripts/one_file.py [--dist FOLDER]

For the system that it runs on: build on Windows for Windows.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENTRY = "from kshop_audit.cli import process\n\nif __name__ == '__main__':\n    process()\n"


def command(entry: Path, work: Path, dist: Path) -> list[str]:
    """What PyInstaller is called with: the commands and renderers are imported by name, and the
    packs, words and templates are data.
    """
    return [
        sys.executable, "-m", "PyInstaller", "--onefile", "--noconfirm", "--clean",
        "--name", "kshop-audit", "--distpath", str(dist), "--workpath", str(work),
        "--specpath", str(work), "--paths", str(ROOT),
        "--collect-all", "kshop_audit", "--collect-data", "rich", "--copy-metadata", "typer",
        str(entry),
    ]  # fmt: skip


def main() -> int:
    """Build it; the exit code is PyInstaller's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dist", type=Path, default=ROOT / "dist")
    dist = parser.parse_args().dist
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        entry = work / "kshop_audit_command.py"
        entry.write_text(ENTRY, encoding="utf-8")
        done = subprocess.run(command(entry, work, dist), check=False)  # noqa: S603
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())

"""The page about formats is true: its two blocks, put into a copy of the package, are a format."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

from tests.docs.test_docs import ROOT, blocks

PAGE = ROOT / "docs" / "adding-a-format.md"
COPIED = (
    "kshop_audit", "tests", "scripts", "docs", "sample_data", "pyproject.toml", "README.md",
    "README.en.md",
)  # fmt: skip
LAST = ')  # fmt: skip\n"""Every format'
"""The end of the registry, before which the entry goes."""
CONTRACT = ("tests/report/test_registry.py", "tests/cli/test_render.py")


def copied(folder: Path) -> Path:
    """A copy of the package and its tests."""
    for name in COPIED:
        here, there = ROOT / name, folder / name
        if here.is_dir():
            shutil.copytree(here, there, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(here, there)
    return folder


def python(folder: Path, *arguments: str) -> str:
    """What Python printed in the copy; it must have ended well."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("KSHOP_")}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**plain, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    return done.stdout


def test_a_module_and_an_entry_are_a_format(tmp_path: Path) -> None:
    (code,), (entry,) = (list(blocks(PAGE, info)) for info in ("python format", "python registry"))
    folder = copied(tmp_path)
    report = folder / "kshop_audit" / "report"
    (report / "jsonl.py").write_text(code, encoding="utf-8")
    registry = (report / "formats.py").read_text(encoding="utf-8")
    assert registry.count(LAST) == 1
    listed = textwrap.indent(entry.rstrip(), "    ") + ",\n"
    (report / "formats.py").write_text(registry.replace(LAST, listed + LAST), encoding="utf-8")

    python(folder, "scripts/make_docs.py")
    for name in ("README.md", "README.en.md"):
        assert "| `.jsonl` | JSON " in (folder / name).read_text(encoding="utf-8")
    chosen = "jsonl or means_one or loads_none or one_run or help or dash"
    ran = python(folder, "-m", "pytest", "-q", "-n", "0", "-k", chosen, *CONTRACT)
    assert "jsonl" in python(folder, "-m", "kshop_audit.cli", "check", "--help")
    assert " passed" in ran
    assert "failed" not in ran

"""Pages that say how something is added, carried out on a copy of the project.

The fence of a block says what is done with it, in the order of the page:

    python new PATH      a new file with this text; any language
    toml append PATH     these lines at the end of the file
    diff PATH            an edit: lines that begin with "-", "+" or a blank; what they replace
                         must stand in the file once
    sh copy              commands that are run in the copy, and must succeed

Every other block is for the reader only.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").glob("adding-a-*.md"))
COPIED = (
    "kshop_audit", "tests", "scripts", "docs", "benchmarks", "sample_data", "pyproject.toml",
    "Makefile", "LICENSE",
    "README.md", "README.en.md", "CHANGELOG.md", "CONTRIBUTING.md",
)  # fmt: skip
FENCE = re.compile(r"^```(?P<info>[^\n]+)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
EDIT = re.compile(r"\w+ (?P<way>new|append) (?P<path>\S+)|(?P<diff>diff) (?P<edited>\S+)")
COMMANDS = "sh copy"


def copied(folder: Path) -> Path:
    """A copy of the package, its tests and its pages."""
    for name in COPIED:
        here, there = ROOT / name, folder / name
        if here.is_dir():
            shutil.copytree(here, there, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(here, there)
    return folder


def carry_out(page: Path, folder: Path) -> list[str]:
    """Do in the copy what the page says; the paths that were edited by hand, in order."""
    edited = []
    for block in FENCE.finditer(page.read_text(encoding="utf-8")):
        if block["info"] == COMMANDS:
            run(block["body"], folder)
        elif found := EDIT.fullmatch(block["info"]):
            name = found["path"] or found["edited"]
            edit(folder / name, found["way"] or found["diff"], block["body"])
            edited.append(name)
    return edited


def edit(path: Path, way: str, body: str) -> None:
    """Make the edit of one block."""
    if way == "new":
        assert not path.exists(), path
        path.write_text(body, encoding="utf-8")
        return
    text = path.read_text(encoding="utf-8")
    if way == "append":
        path.write_text(f"{text}\n{body}", encoding="utf-8")
        return
    lines = body.splitlines(keepends=True)
    assert all(line[0] in "-+ \n" for line in lines), body
    before = "".join(_kept(lines, "- "))
    assert text.count(before) == 1, f"{path.name} holds {text.count(before)} times:\n{before}"
    path.write_text(text.replace(before, "".join(_kept(lines, "+ "))), encoding="utf-8")


def _kept(lines: list[str], marks: str) -> Iterator[str]:
    return (line[1:] if line != "\n" else line for line in lines if line[0] in f"{marks}\n")


def run(commands: str, folder: Path, timeout: int = 300) -> str:
    """What the commands print; each must succeed. `kshop-audit` and `python` are the copy's."""
    tools = folder.parent / f"{folder.name}-bin"
    if not tools.exists():
        tools.mkdir()
        for name, module in (("kshop-audit", "-m kshop_audit "), ("python", "")):
            file = tools / name
            file.write_text(f'#!/bin/sh\nexec "{sys.executable}" {module}"$@"\n', encoding="utf-8")
            file.chmod(0o755)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("KSHOP_")}
    done = subprocess.run(
        ["bash", "-e", "-c", commands],  # noqa: S607  the reader's shell
        cwd=folder,
        env={
            **plain,
            "PATH": f"{tools}{os.pathsep}{plain['PATH']}",
            "PYTHONPATH": str(folder),
            "PYTHONPYCACHEPREFIX": str(folder.parent / f"{folder.name}-compiled"),
        },
        capture_output=True,
        check=False,
        text=True,
        timeout=timeout,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    return done.stdout

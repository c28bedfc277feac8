"""A column is an edit of the schema and one of the headers: the page that says so, carried out."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.adding import pages

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "adding-a-column.md").read_text(encoding="utf-8")
SCHEMA = "kshop_audit/model/schema.py"
HEADERS = "kshop_audit/ingest/headers/kuaishou.toml"

READ = """
import json, sys
from pathlib import Path
from kshop_audit.ingest import Request
from kshop_audit.plan.load import open_and_load
request, scratch = Request((Path(sys.argv[1]),)), Path(sys.argv[2])
sources, loaded = open_and_load(request, scratch, reject_future=False)
(source,), (count,) = sources, loaded.counts.values()
frame = loaded.tables.frames[source.kind]
columns = {name: [str(cell or "") for cell in frame[name]] for name in frame.columns}
counts = {"rows": count.rows, "rejected": count.rejected}
print(json.dumps({"kind": source.kind, "platform": source.platform, **counts, **columns}))
"""


def block(info: str) -> str:
    found = re.search(rf"^```{info}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None, info
    return found[1]


def read(package: Path, tmp_path: Path) -> dict[str, Any]:
    """What the package in this folder makes of the export of the page."""
    export = tmp_path / "结算.csv"
    export.write_text(block("csv export"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-B", "-c", READ, export, tmp_path],
        cwd=package, env={"PYTHONPATH": str(package)}, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package with the column of the page."""
    folder = tmp_path / "copy"
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "kshop_audit", folder / "kshop_audit", ignore=skipped)
    for file in (SCHEMA, HEADERS):
        pages.edit(folder / file, "diff", block(f"diff {file}"))
    return folder


def test_a_new_column_is_read_and_no_export_is_refused_for_it(
    package: Path, tmp_path: Path
) -> None:
    before, after = read(ROOT, tmp_path), read(package, tmp_path)
    expected = tomllib.loads(block("toml expect"))
    assert {name: after[name] for name in expected} == expected
    assert {name: after[name] for name in before} == before
    assert "settled_at" not in before


def test_a_column_that_is_read_is_needed(package: Path, tmp_path: Path) -> None:
    """The page marks the column as unread; without the mark the same rows are rejected."""
    path = package / SCHEMA
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('unread="settled_at",', ""), encoding="utf-8")
    found = read(package, tmp_path)
    assert (found["rows"], found["rejected"]) == (1, 2)

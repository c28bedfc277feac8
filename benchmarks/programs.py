"""The programs that are compared: the floor, the audit, its peers, and what starting up costs."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from benchmarks.figures import of_peer, of_report
from benchmarks.measuring import ROOT, Program

FLOOR = """
import sys, polars as pl
for name in sys.argv[1:]:
    pl.scan_csv(name, infer_schema=False).collect()
"""
# The use case without the command line: what is left is the interpreter and the audit itself.
DRIVER = """
import sys, tempfile
from pathlib import Path
from kshop_audit.auditing.audit import audit
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.ingest import Request
from kshop_audit.model.settings import Settings
request = Request(tuple(map(Path, sys.argv[1:])), {}, {}, None, None)
with tempfile.TemporaryDirectory() as scratch:
    audit(AuditRequest(request, Settings()), Path(scratch))
"""
NOTHING = "pass"
IMPORT = "import polars"
VERSION = "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))"

PEERS = {
    "duckdb": ("DuckDB, SQL", "duckdb_sql.py"),
    "polars": ("Polars, expressions", "polars_frames.py"),
    "pandas": ("pandas, frames", "pandas_frames.py"),
}
"""Library → name of the program, and its script in `benchmarks/peers`."""

AUDIT = "kshop-audit check"
AGAIN = "kshop-audit check, again"
"""The second command on unchanged files: the first one left its tables in a cache."""


def python(name: str, code: str, *arguments: str) -> Program:
    """A program of one script."""
    return Program(name, (sys.executable, "-c", code, *arguments))


def command(*arguments: str) -> tuple[str, ...]:
    """The product's command as it is installed beside this interpreter."""
    script = Path(sysconfig.get_path("scripts")) / "kshop-audit"
    start = (str(script),) if script.exists() else (sys.executable, "-m", "kshop_audit")
    return (*start, *arguments)


@functools.cache
def _options() -> bytes:
    return subprocess.run(command("check", "--help"), capture_output=True, check=True).stdout


def check(name: str, folder: Path, *, same: bool = True, cache: Path | None = None) -> Program:
    """The audit of a folder; its verdict may be pass, fail or incomplete.

    With `same` its figures are compared. Without a folder for the cache it uses none.
    """
    options = ["--format", "json", "--isolated"]
    environment: Mapping[str, str | None] = {}
    if b"--history" in _options():
        options += ["--history", "off"]
    if cache is not None:
        environment = {"XDG_CACHE_HOME": str(cache.resolve()), "CI": None}
    elif b"--no-cache" in _options():
        options.append("--no-cache")
    return Program(
        name,
        command("check", str(folder), *options),
        (0, 1, 3),
        of_report if same else None,
        environment,
    )


def floor(name: str, folder: Path) -> Program:
    """Polars reading every column of every file as text."""
    files = [str(path) for path in sorted(folder.glob("*.csv"))]
    if not files:
        raise SystemExit(f"{folder}: no .csv file; see benchmarks/generate.py")
    return python(name, FLOOR, *files)


@functools.cache
def version(library: str) -> str | None:
    """The version of a peer's library, None where its interpreter has none."""
    asked = [interpreter(library), "-c", VERSION, library]
    answer = subprocess.run(asked, capture_output=True, check=False, text=True)
    return answer.stdout.strip() if answer.returncode == 0 else None


def interpreter(library: str) -> str:
    """This interpreter for Polars, for the other libraries the one named by PEERS_PYTHON."""
    return sys.executable if library == "polars" else os.environ.get("PEERS_PYTHON", sys.executable)


def peers(folder: Path) -> list[Program]:
    """The scripts that compute the same figures, where their library is installed."""
    scripts = ROOT / "benchmarks" / "peers"
    return [
        Program(name, (interpreter(library), str(scripts / script), str(folder)), reads=of_peer)
        for library, (name, script) in PEERS.items()
        if version(library)
    ]


def audits(folder: Path, *, driver: bool = False, cache: Path | None = None) -> list[Program]:
    """The floor and the audit, with a folder for its cache also a second audit."""
    programs = [floor("floor: Polars, every column", folder)]
    if driver:
        programs.append(python("the audit without the command line", DRIVER, str(folder)))
    else:
        programs.append(check(AUDIT, folder))
    if cache is not None and b"--no-cache" in _options():
        programs.append(check(AGAIN, folder, cache=cache))
    return programs


def against(folder: Path, other: Path) -> list[Program]:
    """The audit of the same exports twice, as in another encoding."""
    return [check(f"{AUDIT} {path.name}", path) for path in (folder, other)]


def shapes(folder: Path) -> list[Program]:
    """The audits of one shop in every dress (see `dresses`), after the floor of the usual one.

    Rows with stray quotes are rejected, which may change any figure; all others must agree.
    """
    return [
        floor("floor: Polars, every column, usual dress", folder / "usual"),
        *(
            check(f"{AUDIT} {path.name}", path, same=path.name != "strays")
            for path in sorted(path for path in folder.iterdir() if path.is_dir())
        ),
    ]


def startups(folder: Path) -> list[Program]:
    """What a command costs before it reads anything."""
    return [
        python("import polars", IMPORT),
        python("python alone", NOTHING),
        Program("kshop-audit --help", command("--help")),
        check(f"{AUDIT} {folder.name}", folder, same=False),
    ]

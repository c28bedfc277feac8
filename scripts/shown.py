"""What the terminal shows for a few commands on the sample shops, for the pages that quote it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHOWN = {
    "report": (("check", "sample_data/failing", "--width", "80"), 1),
    "due": (("due", "sample_data/failing", "--width", "80"), 0),
    "forecast": (("forecast", "sample_data/failing", "--width", "80"), 0),
    "whatif": (
        ("whatif", "sample_data/failing", "--change", "ship-48h=99%", "--change",
         "agent:小陈=team_median", "--width", "80"), 0,
    ),
    "plan": (("plan", "sample_data/failing", "--gates", "--width", "80"), 0),
    "reconcile": (
        ("reconcile", "sample_data/failing", "--platform", "reply-rate=71.9%@2026-10-31",
         "--width", "80"), 0,
    ),
}  # fmt: skip
"""Marker → the command whose output stands there, and its exit code."""


def output(name: str, lang: str) -> str:
    """What the terminal shows for a command of SHOWN."""
    command, code = SHOWN[name]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("KSHOP_")}
    done = subprocess.run(  # noqa: S603  the tool itself
        [sys.executable, "-m", "kshop_audit", *command, "--lang", lang, "--color", "never"],
        cwd=ROOT,
        env={**plain, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=False,
    )
    text = done.stdout.decode("utf-8")
    if done.returncode != code or not text:
        raise SystemExit(f"the failing sample shop gave {done.returncode}: {done.stderr.decode()}")
    return "\n".join(line.rstrip() for line in text.splitlines())

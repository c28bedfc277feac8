"""Reports of the sample shops, each made once, and one whose every text is hostile."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

from kshop_audit import codec
from kshop_audit.model.report import Report
from tests.report.test_registry import infected

ROOT = Path(__file__).parents[2]
HOSTILE = "hostile"
ATTACK = (
    "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
)


@cache
def report_of(shop: str) -> Report:
    """The report of a folder of sample_data, or one in which every text is an attack."""
    if shop == HOSTILE:
        return infected(ATTACK)
    command = [
        sys.executable,
        "-m",
        "kshop_audit",
        "check",
        f"sample_data/{shop}",
        "--format",
        "json",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)
    return codec.decode(done.stdout)

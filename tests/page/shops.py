"""Reports of the sample shops, each made once, and one whose every text is hostile."""

from __future__ import annotations

import subprocess
import sys
import tempfile
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
    with tempfile.TemporaryDirectory() as folder:
        # Only a run that writes a page breaks figures down as the page shows them.
        made = command("check", shop, "--format", "json", "--out", f"{folder}/page.html")
    return codec.decode(made)


def command(name: str, shop: str, *arguments: str) -> str:
    """What a command prints of a sample shop, or of the shop in a folder."""
    folder = shop if Path(shop).is_absolute() else f"sample_data/{shop}"
    words = [sys.executable, "-m", "kshop_audit", name, folder, *arguments]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, check=False, text=True)
    return done.stdout

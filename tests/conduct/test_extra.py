"""Without the packages of the extra the rules work, and say what they did not look at."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys, tempfile
from pathlib import Path
for name in sys.argv[1:]:
    sys.modules[name] = None
from kshop_audit.rules.conduct.hits import extra_notes
from tests.conduct.labels import found
texts = ["付印版的谱子", "这条裤子显高仿佛长了", "提高仿冒难度", "除非正品调整"]
texts.append("幺三八零零幺三八零零零联系我")
with tempfile.TemporaryDirectory() as folder:
    print(len(extra_notes()), found(texts, Path(folder)))
"""


def told(*missing: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *missing],
        capture_output=True, cwd=ROOT, text=True, check=True, timeout=300,
    )  # fmt: skip
    return done.stdout.strip()


FOUND = "[{'2.8': 'hit'}, {}, {}, {}, {'2.3': 'hit'}]"


def test_the_core_finds_what_follows_from_a_rule_and_says_what_is_missing() -> None:
    assert told("rjieba", "pypinyin", "opencc") == f"1 {FOUND}"


def test_with_all_of_them_nothing_is_missing() -> None:
    assert told() == f"0 {FOUND}"

"""Small shops in one run against as many commands, and two processes against one.

    python -m benchmarks.fleet [--shops 300] [--commands 30]

Of the commands only some are run, in turn with the fleets, and their time is taken times as many as
there are shops.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from benchmarks.measuring import ROOT

ROUNDS = 3
SHOP = "sample_data/healthy"
AUDITED = (0, 1, 2, 3)


def taken(command: Sequence[str], folder: Path) -> float:
    """Seconds by the clock of a command of the audit."""
    begun = perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "kshop_audit", *command],
        cwd=folder, env={"PYTHONPATH": str(ROOT), "HOME": str(folder), "PATH": ""},
        stdout=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    if done.returncode not in AUDITED:
        raise SystemExit(f"{' '.join(command)}: exit code {done.returncode}")
    return perf_counter() - begun


def main() -> int:
    """Print the medians and their ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shops", type=int, default=300)
    parser.add_argument("--commands", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    rounds: list[tuple[float, float, float]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shops = [f"shops/{number:04}" for number in range(asked.shops)]
        for shop in shops:
            shutil.copytree(ROOT / SHOP, folder / shop)
        check = ("check", "--no-cache", "--history", "off", "--format", "json")
        for turn in range(asked.rounds):
            one, two = (
                taken(
                    ["fleet", "shops", "--reports", f"r{turn}-{n}", "--processes", str(n)], folder
                )
                for n in (1, 2)
            )
            each = [taken([*check, shop], folder) for shop in shops[: asked.commands]]
            rounds.append((one, two, sum(each) / len(each) * len(shops)))
    one, two, commands = (sorted(column)[len(rounds) // 2] for column in zip(*rounds, strict=True))
    sys.stdout.write(
        f"{asked.shops} shops: commands {commands:.0f} s, one process {one:.0f} s, "
        f"two {two:.0f} s\n"
        f"two processes / commands {two / commands:.2f}; one / two {one / two:.2f}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""docs/ci.md: its snippets are valid for the hosts they are for, and its commands exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from kshop_audit.cli.catalogue import commands

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w+) ?(\w*)\n(.*?)```", PAGE, re.DOTALL)
HOSTS = {"github": "vendor.github-workflows", "gitlab": "vendor.gitlab-ci"}
SNIPPETS = [(host, text) for language, host, text in BLOCKS if language == "yaml"]


@pytest.mark.parametrize(("host", "text"), SNIPPETS)
def test_a_snippet_is_valid_for_its_host(host: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / "snippet.yml"
    file.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", HOSTS[host], str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    broken = text.replace("runs-on:", "runs_on:").replace("script:", "scripts:")
    file.write_text(broken, encoding="utf-8")
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode != 0


def test_every_host_has_a_snippet() -> None:
    assert {host for host, _ in SNIPPETS} == set(HOSTS)


@pytest.mark.parametrize("line", re.findall(r"(?:kshop-audit|kshop_audit) (\w+ .*)", PAGE))
def test_the_commands_take_the_options_they_are_given(line: str) -> None:
    words = shlex.split(line.rstrip('"\\').split(" > ")[0])
    if words[0] not in commands():
        return
    done = subprocess.run(
        [sys.executable, "-m", "kshop_audit", words[0], "--help"],
        capture_output=True, text=True, check=True, cwd=ROOT, timeout=300,
    )  # fmt: skip
    for word in words[1:]:
        if word.startswith("--"):
            assert word in done.stdout

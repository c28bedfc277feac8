"""`--out` in every format, `--format`, and `render` of a saved report."""

from __future__ import annotations

from pathlib import Path

import pytest

from kshop_audit.codec import decode
from kshop_audit.errors import EXIT_FAILED, EXIT_NO_AUDIT, EXIT_OK
from kshop_audit.report import formats
from kshop_audit.report.formats import Format
from tests.cli.build import LATE, Run, shop

FILES = [f"r{entry.suffix}" for entry in formats.files()]
OUT = [word for name in FILES for word in ("--out", name)]


def test_one_run_writes_every_format_and_render_writes_the_same(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", shipped=LATE)
    assert run("check", folder, "-q", *OUT)[0] == EXIT_FAILED
    first = {name: Path(name).read_bytes() for name in FILES}
    assert all(first.values())
    Path("r.json").rename("saved.json")
    code, out, err = run("render", "saved.json", *OUT)
    assert (code, out, err) == (EXIT_OK, "", "")
    assert {name: Path(name).read_bytes() for name in FILES} == first
    assert sorted(path.name for path in Path().iterdir()) == sorted([*FILES, "saved.json"])


@pytest.mark.parametrize("entry", formats.streams(), ids=lambda entry: entry.name)
def test_formats_on_stdout(run: Run, tmp_path: Path, entry: Format) -> None:
    folder = shop(tmp_path / "shop", shipped=LATE)
    code, out, err = run("check", folder, "--format", entry.name, "--out", "r.json")
    assert (code, err) == (EXIT_FAILED, "")
    assert "48-hour shipping rate" in out
    assert run("render", "r.json", "--format", entry.name)[1] == out
    report = decode(Path("r.json").read_text(encoding="utf-8"))
    assert entry.printed(report, "en") == out


def test_help_names_every_format(run: Run) -> None:
    out = " ".join(run("check", "--help")[1].split())
    assert "|".join(entry.name for entry in formats.streams()) in out
    assert [entry.suffix for entry in formats.files() if entry.suffix not in out] == []


def test_github_prints_annotations_then_the_summary(run: Run, tmp_path: Path) -> None:
    out = run("check", shop(tmp_path / "shop", shipped=LATE), "--format", "github")[1]
    commands, _, summary = out.partition("\n\n")
    assert all(line.startswith("::") for line in commands.splitlines())
    assert summary.startswith("# \\[FAIL\\]")
    assert not any(line.startswith("::") for line in summary.splitlines())


def test_a_dash_is_stdout(run: Run, tmp_path: Path) -> None:
    run("check", shop(tmp_path / "shop"), "-q", "--out", "r.json")
    assert run("render", "r.json", "--out", "r.md")[1] == ""
    assert run("render", "r.json", "--out", "r.md", "--out", "-", "--format", "md")[1] == (
        Path("r.md").read_text(encoding="utf-8")
    )


def test_the_language_of_a_file_is_that_of_the_run(run: Run, tmp_path: Path) -> None:
    run("check", shop(tmp_path / "shop"), "-q", "--out", "r.html", "--lang", "zh")
    assert '<html lang="zh-CN">' in Path("r.html").read_text(encoding="utf-8")


def test_the_report_that_is_read_is_never_written(run: Run, tmp_path: Path) -> None:
    run("check", shop(tmp_path / "shop"), "-q", "--out", "r.json")
    Path("link.json").symlink_to("r.json")
    for name in ("r.json", "./r.json", "link.json"):
        code, _, err = run("render", "r.json", "--out", name)
        assert (code, "this is the report to read" in err) == (EXIT_NO_AUDIT, True)

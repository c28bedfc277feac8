"""The documentation: generated pages are current, links lead somewhere, commands work."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer

from kshop_audit import packs
from kshop_audit.cli.application import application
from kshop_audit.config import load_settings
from kshop_audit.rules import catalogue

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
OWN_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
FOREIGN_OPTIONS = {
    "--require-hashes",
    "--group",
    "--check",
    "--joblog",
    "--no-deps",
    "--wheel-dir",
    "--nthreads",
    "--no-nanny",
    "--protocol",
    "--tls-ca-file",
    "--tls-cert",
    "--tls-key",
}  # of pip and of our scripts


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(page: Path, info: str) -> Iterator[str]:
    for found in FENCE.finditer(page.read_text(encoding="utf-8")):
        if found["info"] == info:
            yield found["body"]


def scripts() -> list[Any]:
    """Every command of a block marked `sh runnable`, with the exit code it must end with.

    A command that stands on several pages, perhaps in another language, is run once.
    """
    found: dict[str, Any] = {}
    for page in PAGES:
        for block in FENCE.finditer(page.read_text(encoding="utf-8")):
            marked = re.fullmatch(r"sh runnable(?: exit=(\d+))?", block["info"])
            for line in block["body"].splitlines() if marked else ():
                script = re.sub(r"\s+#.*", "", line)
                once = re.sub(r" --lang \w+", "", script)
                case = pytest.param(script, int((marked and marked[1]) or 0), id=once)
                found.setdefault(once, case)
    return list(found.values())


@pytest.fixture(scope="session")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "scripts" / "make_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(ROOT / "scripts"))  # as if it was run
    spec.loader.exec_module(module)
    return module


# ------------------------------------------------------------------ generated pages


def test_check_tells_a_page_that_is_not_current(
    generator: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generator, "build", lambda: {"README.md": "another text\n"})
    assert generator.main(["--check"]) == 1
    said = capsys.readouterr().out
    assert "differs: README.md" in said
    assert "unexpected: docs/rules/reply-rate.md" in said


def test_every_rule_of_the_pack_has_a_page_with_all_its_sections(generator: ModuleType) -> None:
    pack = packs.load("kuaishou")
    pages = generator.rule_pages(catalogue(), pack)
    assert {*pages} == {"README.md", *(f"{rule}.md" for rule in pack.rules)}
    for rule, terms in pack.rules.items():
        page = pages[f"{rule}.md"]
        heads = re.findall(r"^### (.+)$", page, re.MULTILINE)
        info = catalogue()[rule].info
        assert len(heads) == 2 * (7 + bool(info.needs) + bool(info.absent)), (rule, heads)
        assert all(note.zh in page and note.en in page for _, note in info.absent)
        for option, figure in terms.options.items():
            assert f"`{option}`" in page
            assert generator.prose(figure.source) in page
        assert f"]({rule}.md)" in pages["README.md"]


def test_a_report_without_its_markers_is_refused(generator: ModuleType) -> None:
    with pytest.raises(SystemExit, match="report:begin"):
        generator.with_output("no markers here", "report", "text")


def test_the_number_of_rules_is_written_where_it_is_stated(generator: ModuleType) -> None:
    assert generator.with_count("甲，共 1 条。", 38, "zh") == "甲，共 38 条。"
    with pytest.raises(SystemExit, match="found it 0 times"):
        generator.with_count("many rules", 38, "en")


# ------------------------------------------------------------------ commands


@pytest.fixture(scope="session")
def command(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a `kshop-audit` that runs this checkout, whatever is installed."""
    folder = tmp_path_factory.mktemp("bin")
    file = folder / "kshop-audit"
    file.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m kshop_audit "$@"\n')
    file.chmod(0o755)
    return folder


@pytest.mark.parametrize(("script", "code"), scripts())
def test_a_command_of_the_documentation_works(
    script: str, code: int, command: Path, tmp_path: Path
) -> None:
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    plain = {name: value for name, value in os.environ.items() if not name.startswith("KSHOP_")}
    done = subprocess.run(
        ["bash", "-e", "-c", script],  # noqa: S607  the reader's shell
        cwd=tmp_path,
        env={**plain, "PATH": f"{command}{os.pathsep}{plain['PATH']}"},
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == code, done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_both_readmes_have_commands_that_are_run() -> None:
    for page in (ROOT / "README.md", ROOT / "README.en.md"):
        assert len(list(blocks(page, "sh runnable"))) >= 5
        assert list(blocks(page, "sh runnable exit=1"))


def test_make_targets_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        named = {
            *re.findall(r"`make ([a-z-]+)`", text),
            *re.findall(r"^make ([a-z-]+)", text, re.MULTILINE),
        }
        assert named <= targets, name_of(page)
    assert {"run", "test"} <= targets


def test_options_that_are_named_exist() -> None:
    program: Any = typer.main.get_command(application())
    stated = (option for one in (program, *program.commands.values()) for option in one.params)
    known = FOREIGN_OPTIONS | {name for option in stated for name in option.opts} | {"--help"}
    for page in PAGES:
        assert set(OWN_OPTION.findall(page.read_text(encoding="utf-8"))) <= known, name_of(page)


# ------------------------------------------------------------------ examples


def examples() -> Iterator[Any]:
    for page in PAGES:
        for number, text in enumerate(blocks(page, "toml shop")):
            yield pytest.param(text, id=f"{name_of(page)}-{number}")


@pytest.mark.parametrize("text", list(examples()))
def test_an_example_of_shop_toml_is_valid(text: str, tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text(text, encoding="utf-8")
    settings, _ = load_settings(cwd=tmp_path, environ={}, flags={})
    assert settings.file == "shop.toml"


@pytest.mark.parametrize("name", ["README.md", "README.en.md"])
def test_the_example_of_mutes_toml_is_valid(name: str, tmp_path: Path) -> None:
    (text,) = blocks(ROOT / name, "toml mutes")
    (tmp_path / "mutes.toml").write_text(text, encoding="utf-8")
    settings, _ = load_settings(cwd=tmp_path, environ={}, flags={})
    assert len(settings.mutes) == 1


# ------------------------------------------------------------------ text


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for link in LINK.findall(text):
        if link.startswith("https://"):
            continue
        file, _, anchor = link.partition("#")
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), link
        assert not anchor or anchor in anchors(there), link


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_fences_are_closed_and_no_path_of_this_machine_is_named(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.count("\n```") % 2 == 0
    assert str(ROOT) not in text
    assert text.endswith("\n")

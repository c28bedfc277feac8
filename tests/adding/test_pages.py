"""Each page on adding something is carried out on a copy, in no more edits than it should take."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adding import pages

MOST_EDITS = {
    "adding-a-rule.md": 3,  # its function, its entry in the pack, its case
    "adding-a-column.md": 2,  # the schema, the headers
    "adding-a-format.md": 2,  # its module, its line in the registry
    "adding-a-pack.md": 1,  # its TOML
}
"""The files that are edited by hand."""

CONTRACTS = """
python -m ruff check kshop_audit tests
python -m ruff format --check kshop_audit tests
python scripts/make_docs.py --check
python -m pytest -q -n 0 --maxfail=20 -p no:cacheprovider \
    tests/laws tests/packs tests/docs tests/cases tests/config tests/rules tests/codec \
    tests/report tests/aspects tests/adding tests/cli/test_packs.py tests/cli/test_render.py \
    tests/ingest/test_recognition.py tests/ingest/test_mapping.py
"""
"""What must hold whatever rules, columns, formats and packs there are."""


def test_there_is_a_page_for_each_thing_that_is_added() -> None:
    assert [page.name for page in pages.PAGES] == sorted(MOST_EDITS)


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: str(page.name))
def test_a_page_is_linked_and_looks_at_what_it_added(page: Path) -> None:
    assert f"\n```{pages.COMMANDS}\n" in page.read_text(encoding="utf-8")
    for name in ("README.md", "README.en.md", "CONTRIBUTING.md"):
        assert f"](docs/{page.name})" in (pages.ROOT / name).read_text(encoding="utf-8"), name


@pytest.mark.slow
def test_the_contracts_hold_with_what_was_added(tmp_path: Path) -> None:
    """One after the other on one copy: what they add must also get along with each other."""
    folder = pages.copied(tmp_path / "copy")
    for page in pages.PAGES:
        edited = pages.carry_out(page, folder)
        assert 0 < len(set(edited)) <= MOST_EDITS[page.name]
    pages.run(CONTRACTS, folder, timeout=1800)


@pytest.mark.slow
def test_a_column_that_is_read_is_needed(tmp_path: Path) -> None:
    """The page marks its column as unread; without the mark the same rows are rejected."""
    folder = pages.copied(tmp_path / "copy")
    pages.carry_out(pages.ROOT / "docs" / "adding-a-column.md", folder)
    pages.edit(
        folder / "kshop_audit/model/schema.py",
        "diff",
        ' money="amount commission",\n-            unread="settled_at",\n',
    )
    shown = pages.run("kshop-audit doctor shop --lang en || true", folder)
    assert "= rows 1 + rejected 2" in shown


def test_an_edit_that_fits_nowhere_or_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text("a\nb\n\nb\n", encoding="utf-8")
    pages.edit(path, "diff", " a\n-b\n+c\n\n+d\n b\n")
    assert path.read_text(encoding="utf-8") == "a\nc\n\nd\nb\n"
    for body in ("-b\n-a\n", "-\n", "b\n"):
        with pytest.raises(AssertionError):
            pages.edit(path, "diff", body)
    with pytest.raises(AssertionError):
        pages.edit(path, "new", "x\n")


def test_a_command_that_fails_is_a_fault_of_the_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "```toml new x.toml\nid = 1\n```\n\n```sh copy\ntest ! -e x.toml\n```\n", "utf-8"
    )
    (tmp_path / "copy").mkdir()
    with pytest.raises(AssertionError):
        pages.carry_out(page, tmp_path / "copy")
    assert (tmp_path / "copy" / "x.toml").read_text(encoding="utf-8") == "id = 1\n"

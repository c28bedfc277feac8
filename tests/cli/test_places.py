"""Places in files for code hosts: all as seen from the current folder, none of the machine."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.build import LATE, Run, shop

NAME = "订单 导出.csv"


@pytest.fixture
def exports(run: Run) -> Path:
    folder = shop(Path("exports/2026"), shipped=LATE)
    (folder / "orders.csv").rename(folder / NAME)
    Path("exports/shop.toml").write_text('shop = "x"\n', encoding="utf-8")
    return Path("exports")


def found(run: Run, given: object) -> tuple[dict[str, Any], set[str], set[str]]:
    """The run of the SARIF file, and the places in it and in GitLab's."""
    run("check", given, "-q", "--out", "../r.sarif", "--out", "gitlab:../gl.json")
    (whole,) = json.loads(Path("../r.sarif").read_text("utf-8"))["runs"]
    uris: set[str] = {artifact["location"]["uri"] for artifact in whole["artifacts"]}
    for result in whole["results"]:
        for place in (*result["locations"], *result.get("relatedLocations", ())):
            assert place["physicalLocation"]["artifactLocation"]["uriBaseId"] == "SRCROOT"
            uris.add(place["physicalLocation"]["artifactLocation"]["uri"])
    entries = json.loads(Path("../gl.json").read_text("utf-8"))
    return whole, uris, {entry["location"]["path"] for entry in entries}


@pytest.mark.parametrize("form", ["exports", "./exports", "../here/exports", "absolute"])
def test_one_base_for_all_places(run: Run, exports: Path, form: str) -> None:
    given = exports.absolute() if form == "absolute" else form
    whole, uris, paths = found(run, given)
    order = "exports/2026/%E8%AE%A2%E5%8D%95%20%E5%AF%BC%E5%87%BA.csv"
    assert uris == {order, "exports/2026/chats.csv", "exports/shop.toml"}
    assert f"exports/2026/{NAME}" in paths
    assert all(Path(path).exists() for path in paths - {"shop.toml"})
    assert set(whole["originalUriBaseIds"]) == {"SRCROOT"}
    assert "uri" not in whole["originalUriBaseIds"]["SRCROOT"]


def test_files_with_the_same_name_are_told_apart(run: Run) -> None:
    for name in ("a", "b"):
        shop(Path(name), shipped=LATE)
    run("check", "a/orders.csv", "b", "--out", "../r.sarif", "-q")
    (whole,) = json.loads(Path("../r.sarif").read_text("utf-8"))["runs"]
    named = [artifact["location"]["uri"] for artifact in whole["artifacts"]]
    assert sorted(named) == ["a/orders.csv", "b/chats.csv", "b/orders.csv"]


def test_what_lies_elsewhere_goes_by_its_name(run: Run, exports: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "far" / "off"
    elsewhere.mkdir(parents=True)
    given = exports.absolute()
    os.chdir(elsewhere)
    _, uris, paths = found(run, given)
    assert uris == {"%E8%AE%A2%E5%8D%95%20%E5%AF%BC%E5%87%BA.csv", "chats.csv", "shop.toml"}
    assert not [path for path in paths if "/" in path]
    text = Path("../r.sarif").read_text("utf-8") + Path("../gl.json").read_text("utf-8")
    assert str(tmp_path) not in text

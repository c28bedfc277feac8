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


def test_named_files_bring_the_configuration_beside_them(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", shipped=LATE)
    (folder / "shop.toml").write_text('[levels]\nship-48h = "warn"\n', encoding="utf-8")
    orders = "2631500000000001"
    (folder / "mutes.toml").write_text(
        f'[[mutes]]\nrule = "ship-48h"\nmatch = {{order_id = ["{orders}"]}}\n'
        'reason = "x"\nby = "x"\nuntil = 2026-12-31\n',
        encoding="utf-8",
    )

    def told(*given: object) -> tuple[int, Any]:
        code, out, _ = run("check", *given, "--format", "json")
        return code, json.loads(out)

    files = (folder / "orders.csv", folder / "chats.csv")
    whole = told(folder)
    assert whole[1]["config"]["file"] == str(folder / "shop.toml")
    assert [rule["mute"] for rule in whole[1]["rules"] if rule["id"] == "ship-48h"] != [None]
    pinned = ("--orders", files[0], "--chats", files[1])
    for given in ((folder / "*.csv",), files, pinned):
        code, found = told(*given)
        assert (code, found["verdict"], found["config"]) == (
            whole[0], whole[1]["verdict"], whole[1]["config"],
        )  # fmt: skip
        assert found["rules"] == whole[1]["rules"]
    # Files of two folders have no folder of their own.
    other = shop(tmp_path / "other")
    assert told(files[0], other / "chats.csv")[1]["config"]["file"] is None
    assert told(*files, "--isolated")[1]["config"]["file"] is None


def test_a_configuration_below_named_files_is_another_shop(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "all")
    for place in (folder, folder / "a", folder / "b"):
        place.mkdir(exist_ok=True)
        (place / "shop.toml").write_text(f'shop = "{place.name}"\n', encoding="utf-8")
    _, out, _ = run("check", folder / "*.csv", "--format", "json")
    assert json.loads(out)["shop"] == "all"


def test_a_wildcard_that_fits_nothing_says_so(run: Run) -> None:
    for lang, said in (("zh", "没有文件符合这个通配符"), ("en", "no file matches")):
        code, _, err = run("check", "*.csv", "--lang", lang)
        assert code == 2
        assert said in err
        assert "no such file" not in err

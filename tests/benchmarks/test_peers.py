"""What is compared must be equal: the peers' figures against the audit's, and the refusal."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import chats, compare, programs
from benchmarks.figures import RULES, Figures, UnequalError, of_peer, of_report, require_equal
from benchmarks.generate import generate
from benchmarks.measuring import Program, lines, measure


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny shop, with so many offences that words are found."""
    folder = tmp_path_factory.mktemp("shop")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chats, "RARE", 25)
        generate(
            argparse.Namespace(
                chats=3_000, orders=800, tickets=400, out=folder, shape="kuaishou", encoding="utf-8"
            )
        )
    return folder


@pytest.fixture(scope="module")
def audited(shop: Path) -> Figures:
    program = programs.check("audit", shop)
    done = subprocess.run(program.command, capture_output=True, check=False)
    assert done.returncode in program.codes, done.stderr.decode()
    return of_report(done.stdout)


def test_the_tiny_shop_has_hits_and_misses_of_every_rule(audited: Figures) -> None:
    for numerator, denominator in audited.values():
        assert numerator is not None
        assert denominator is not None
        assert min(numerator, denominator) > 0
    assert audited["ship-48h"][0] != audited["ship-48h"][1]
    assert audited["pickup-24h"][0] != audited["pickup-24h"][1]


@pytest.mark.parametrize("library", programs.PEERS)
def test_a_peer_finds_what_the_audit_finds(library: str, shop: Path, audited: Figures) -> None:
    if programs.version(library) is None:
        pytest.skip(f"{library} is not installed; see the extra `bench`")
    name, _ = programs.PEERS[library]
    [peer] = [program for program in programs.peers(shop) if program.name == name]
    done = subprocess.run(peer.command, capture_output=True, check=True)
    require_equal({"audit": audited, name: of_peer(done.stdout)})


def _printing(name: str, **changed: list[int]) -> Program:
    found = {rule: [3, 4] for rule in RULES} | {
        rule.replace("_", "-"): figure for rule, figure in changed.items()
    }
    code = f"print({json.dumps(found)!r})"
    return Program(name, (sys.executable, "-S", "-c", code), reads=of_peer)


def test_equal_figures_are_compared() -> None:
    found = lines(measure([_printing("one"), _printing("other")], 2))
    assert [line.name for line in found] == ["one", "other"]
    assert found[0].ratio == 1


def test_a_figure_that_differs_is_named() -> None:
    differing = _printing("other", ship_48h=[3, 5])
    with pytest.raises(UnequalError, match="ship-48h: one finds 3/4, other 3/5") as raised:
        measure([_printing("one"), _printing("same"), differing], 1)
    assert "reply-rate" not in str(raised.value)
    assert "same" not in str(raised.value)


def test_no_ratio_is_printed_where_figures_differ(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pair = [_printing("one"), _printing("other", pickup_24h=[2, 4])]
    monkeypatch.setattr(compare, "programs_of", lambda _: pair)
    stated = tmp_path / "stated.json"
    assert compare.main([str(tmp_path), "--runs", "1", "--json", str(stated)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "pickup-24h" in err
    assert not stated.exists()

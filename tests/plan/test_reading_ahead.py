"""Reading a file while it is proved changes nothing but the time it takes."""

from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from kshop_audit.ingest import Records, Request, sources
from kshop_audit.plan.load import Loaded, open_and_load
from kshop_audit.plan.read import Reader

SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"
FLAWED = '订单号,支付时间,收货地址\n61001,2026-10-01 08:00:00,"甲"\n61002,2026-10-02\n61003,2026"\n'


def _loaded(folder: Path, scratch: Path) -> Loaded:
    scratch.mkdir()
    return open_and_load(Request((folder,)), scratch, reject_future=True)[1]


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were read ahead; every file is large enough."""
    names: list[str] = []
    likely = Reader.likely

    def noted(self: Reader, index: int, name: str, records: Records) -> None:
        names.append(name)
        likely(self, index, name, records)

    monkeypatch.setattr(sources, "LARGE", 0)
    monkeypatch.setattr(Reader, "likely", noted)
    return names


@pytest.mark.parametrize("shop", ["healthy", "damaged", "flawed"])
def test_the_same_is_read(shop: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    folder = SAMPLES / shop
    if shop == "flawed":
        folder = tmp_path / shop
        folder.mkdir()
        (folder / "订单.csv").write_text(FLAWED, encoding="utf-8")
    usual = _loaded(folder, tmp_path / "usual")
    names: list[str] = request.getfixturevalue("begun")
    ahead = _loaded(folder, tmp_path / "ahead")
    assert names
    assert (ahead.counts, ahead.rejects, ahead.unmapped, ahead.newest) == (
        usual.counts, usual.rejects, usual.unmapped, usual.newest,
    )  # fmt: skip
    assert set(ahead.tables.frames) == set(usual.tables.frames)
    for kind, frame in usual.tables.frames.items():
        assert_frame_equal(frame, ahead.tables.frames[kind])

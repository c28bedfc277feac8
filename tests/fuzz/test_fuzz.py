"""A short run of the fuzzer, the long one is `make fuzz`; and proofs that its judge has teeth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from kshop_audit.errors import KshopError
from kshop_audit.tables import GOOD, REJECTED, ROW, SKIPPED, STATE
from tests.fuzz.cases import case_file, rule
from tests.fuzz.dress import Sheet
from tests.fuzz.exports import Export, exports
from tests.fuzz.judge import frame_of, one_line, read_alone
from tests.fuzz.mutate import damaged
from tests.fuzz.reading import Value, records, row_of
from tests.fuzz.records import Frame, faults
from tests.ingest.chat_shapes import SHAPES

CHUNK = 12
EMPTY = ("none", "无", "-", "")


@pytest.mark.parametrize("first", range(0, 180, CHUNK))
def test_no_file_is_misread(first: int) -> None:
    rulings = {seed: rule(seed) for seed in range(first, first + CHUNK)}
    assert {seed: ruling.faults for seed, ruling in rulings.items() if ruling.faults} == {}


def test_a_seed_is_a_file_for_ever() -> None:
    assert [case_file(seed)[0].data for seed in range(1, 9)] == [
        case_file(seed)[0].data for seed in range(1, 9)
    ]


@pytest.mark.parametrize("kuaishou", [False, True])
@pytest.mark.parametrize("number", range(8))
def test_the_judge_reads_back_what_was_written(number: int, kuaishou: bool) -> None:
    given = exports(number, kuaishou=kuaishou)
    for export in given.files:
        places = {name: [place] for place, name in enumerate(export.names) if name}
        read = [row_of(export.kind, row, places) for row in export.rows]
        stated = [{name: row[name] for name in places} for row in given.shop[export.kind]]
        assert [plain(row) for row in read] == [plain(row) for row in stated]


def plain(row: dict[str, Value]) -> dict[str, Value]:
    """Words that mean nothing; Kuaishou prints an empty cell where canonical files say "none"."""
    return {name: None if value in EMPTY else value for name, value in row.items()}


def judged(folder: Path) -> tuple[Frame, str, list[dict[str, Value]]]:
    """A sound file of orders as the product reads it."""
    export = orders()
    sheet = Sheet(export.kind, list(export.header), list(export.names))
    sheet.rows = [list(row) for row in export.rows]
    path = folder / "orders.csv"
    path.write_bytes(sheet.data(Random(0)))
    source, table = read_alone(path, folder)
    return frame_of(source), path.read_bytes().decode(), table.to_dicts()


def orders() -> Export:
    return next(file for file in exports(5, kuaishou=False).files if file.kind == "orders")


def complaints(folder: Path, change: str) -> list[str]:
    frame, text, table = judged(folder)
    below = records(text, ",")[1:]
    match change:
        case "lost":
            del table[1]
        case "skipped":
            table[1][STATE] = SKIPPED
        case "rejected":
            table[1] |= {STATE: REJECTED, "_reason": "unreadable_time", "_column": "paid_at"}
        case "no reason":
            table[1] |= {STATE: REJECTED, "_reason": None}
        case "value":
            table[1]["created_at"] = None
        case "short":
            below[1] = replace(below[1], cells=below[1].cells[:2])
    assert [row[ROW] for row in table if row[STATE] == GOOD]
    return list(faults(frame, below, table))


def test_the_judge_has_nothing_against_a_file_that_was_read_well(tmp_path: Path) -> None:
    assert complaints(tmp_path, "nothing") == []


@pytest.mark.parametrize("change", ["lost", "skipped", "rejected", "no reason", "value", "short"])
def test_the_judge_sees_what_goes_wrong_with_one_row(tmp_path: Path, change: str) -> None:
    assert complaints(tmp_path, change)


def test_the_judge_wants_one_line_of_text() -> None:
    assert list(one_line(KshopError("一行", "one line"))) == []
    for bad in ("", "two\nlines", "half a \udc80 character", "x" * 3_000):
        assert list(one_line(KshopError(bad, "fine")))


def test_every_other_dress_is_judged() -> None:
    rulings = [rule(seed) for seed in range(7, 900, 10) if seed % 3 == 1]
    assert [ruling.faults for ruling in rulings if ruling.faults] == []
    worn = {note.removesuffix(" damaged") for ruling in rulings for note in ruling.notes}
    assert worn >= {"lines", "array", "page", "web page", *SHAPES}


def test_every_kind_of_file_is_damaged_in_every_way() -> None:
    """The short run is a sample; the cases of a long one reach all files and all mutations."""
    kinds = {case_file(seed)[0].kind for seed in range(400)}
    done = {name for seed in range(400) for name in case_file(seed)[0].done}
    assert kinds >= {"orders", "chats", "tickets", "shipments", "ratings", "reviews", "disputes"}
    assert {"join", "torn", "quotes", "recode", "nasty", "repeat_header", "above"} <= done
    export = orders()
    sheet = Sheet(export.kind, list(export.header), list(export.names))
    assert damaged(Random(1), sheet, sheet).done

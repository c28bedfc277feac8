"""Marks of a block against the strict grammar, record by record."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kshop_audit.ingest.decode.grammar import Record, lines_of, records
from kshop_audit.ingest.decode.marks import Marks

# Cells as they stand in a file: sound ones, and ones that break the grammar.
SOUND = ("", "a", "在吗", '""', '"a"', '"a,b"', '"a\nb"', '"a""b"', '""""', '="12"', '=""', '"="""')
BROKEN = ('"', 'a"', '"a"b', ' "a"', '="1,2"', '="a""b"', '"a" ', '="1', '==""', "\r", "a\rb")

cells = st.sampled_from(SOUND) | st.sampled_from((*SOUND, *BROKEN))
rows = st.lists(st.just(3) | st.integers(1, 4), min_size=1, max_size=6)


@st.composite
def blocks(draw: st.DrawFn) -> str:
    end = draw(st.sampled_from(["\n", "\r\n"]))
    clean = draw(st.booleans())
    cell = st.sampled_from(SOUND) if clean else cells
    return "".join(",".join(draw(cell) for _ in range(width)) + end for width in draw(rows))


def strictly(text: str) -> list[Record]:
    data = text.encode()
    return list(records(lines_of(data, 0, len(data)), ","))


def marks_of(text: str) -> Marks:
    return Marks.of(("\n" + text).encode(), ",")


def in_order(marks: Marks) -> bool:
    return marks.disorder() is None and marks.count % 2 == 0 and not marks.odd_returns


@settings(max_examples=400)
@given(text=blocks())
def test_quotes_are_in_order_where_no_record_breaks_the_grammar(text: str) -> None:
    sound = all(record.fault is None for record in strictly(text))
    # A return alone is none inside quotes, and hardly ever there: such a block is read closely.
    marks = marks_of(text)
    assert in_order(marks) == (sound and not marks.odd_returns)


@settings(max_examples=400)
@given(text=blocks(), width=st.just(3) | st.integers(1, 4))
def test_records_are_alike_where_each_has_the_width_or_nothing(text: str, width: int) -> None:
    marks, found = marks_of(text), strictly(text)
    if not in_order(marks):
        return
    empty = {"\n", "\r\n"}
    alike = all(len(r.cells) == width or "".join(r.lines) in empty for r in found)
    assert marks.are_alike(width) == alike
    long = [(1 + r.start, 1 + r.end) for r in found if len(r.lines) > 1]
    assert marks.long_records() == long


@settings(max_examples=400)
@given(text=blocks(), key=st.none() | st.integers(0, 2))
def test_suspects_are_told_from_their_lines(text: str, key: int | None) -> None:
    if not in_order(marks_of(text)):
        return
    long = [r for r in strictly(text) if len(r.lines) > 1 and len(r.cells) == 3]
    if not long:
        return
    expected, start = [], 1
    for record in long:
        parts = [line.count(",") for line in record.lines]
        keyed = key is not None and "\n" in record.cells[key]
        between = any(count >= (2 if key is None else min(key + 1, 2)) for count in parts[1:-1])
        if keyed or between or min(parts[0], parts[-1]) >= 2:
            expected.append(start)
        start += record.end - record.start
    joined = "".join("".join(record.lines) for record in long)
    assert marks_of(joined).suspects(3, key) == expected


@pytest.mark.parametrize(
    ("text", "place"), [('a,"b"\nc"\n', 8), ('a"\n', 2), ('"a"x,"b"\n', 3), ('"a",="b,c"\n', 6)]
)
def test_the_first_quote_out_of_order_is_named(text: str, place: int) -> None:
    assert marks_of(text).disorder() == place

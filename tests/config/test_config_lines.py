"""A fault in the configuration is reported with the line of its key."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from kshop_audit.config.lines import key_lines, line_of
from kshop_audit.validation import KeyPath

TEXT = '''# a shop
shop = "x"

[options.reply-rate]
clock = "own" # [not.a.header]
within_seconds = 300

[[exempt]]
from = 2026-01-01
reason = """
[also.not.a.header]
to = 3
"""
to = 2026-01-02

[[exempt]]
from = 2026-02-01

[words]
banned = [
  "甲", # first
  "乙",
]
allow = ["丙"]

[inputs.chats]
values.sender_role = { "买家" = "buyer" }
'''


def test_tables_keys_and_arrays_have_their_lines() -> None:
    lines = key_lines(TEXT)
    expected = {
        ("shop",): 2,
        ("options", "reply-rate"): 4,
        ("options", "reply-rate", "clock"): 5,
        ("options", "reply-rate", "within_seconds"): 6,
        ("exempt", 0): 8,
        ("exempt", 0, "from"): 9,
        ("exempt", 0, "reason"): 10,
        ("exempt", 0, "to"): 14,
        ("exempt", 1): 16,
        ("exempt", 1, "from"): 17,
        ("words", "banned"): 20,
        ("words", "banned", 1): 20,
        ("words", "allow"): 24,
        ("inputs", "chats", "values", "sender_role", "买家"): 27,
    }
    assert {path: lines.get(path) for path in expected} == expected
    assert ("also", "not", "a", "header") not in lines


def test_a_missing_key_has_the_line_of_its_table() -> None:
    lines = key_lines(TEXT)
    assert line_of(lines, ("exempt", 1, "to")) == 16
    assert line_of(lines, ("nothing",)) is None


def test_tables_inside_an_array_belong_to_its_last_entry() -> None:
    lines = key_lines("[[a]]\nb = 1\n[[a]]\n[a.c]\nd = 2\n[[a.e]]\nf = 3\n[[a.e]]\nf = 4\n")
    assert lines[("a", 1, "c", "d")] == 5
    assert lines[("a", 1, "e", 0, "f")] == 7
    assert lines[("a", 1, "e", 1, "f")] == 9


def test_windows_line_ends_count_once() -> None:
    assert key_lines("a = 1\r\n\r\nb = [\r\n1,\r\n]\r\nc = 2\r\n")[("c",)] == 6


def test_a_list_of_many_ids_is_no_burden() -> None:
    text = "force_majeure = [\n" + '  "2631500012345678",\n' * 5000 + "]\nshop = 1\n"
    start = time.process_time()
    assert key_lines(text)[("shop",)] == 5003
    assert time.process_time() - start < 2


VALUES = st.sampled_from(
    ["1", '"a = 1"', '"""\n[x]\n"""', "[1,\n  2,\n]", "{ y = 1 }", "'''\nq = 1\n'''", "[\n'#',\n]"]
)


@given(st.lists(st.tuples(VALUES, st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_every_key_is_found_where_it_was_written(entries: list[tuple[str, bool, bool]]) -> None:
    text = ""
    header: tuple[str, ...] = ()
    expected: dict[KeyPath, int] = {}
    for index, (value, table, blank) in enumerate(entries):
        if blank:
            text += "\n# comment = 1\n"
        if table:
            header = (f"t{index}",)
            text += f"[t{index}]\n"
        expected[(*header, f"k{index}")] = text.count("\n") + 1
        text += f"k{index} = {value}\n"
    lines = key_lines(text)
    assert {path: lines.get(path) for path in expected} == expected

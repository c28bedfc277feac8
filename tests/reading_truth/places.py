"""Damage at every place of the files of the sample shops: never another verdict, never other rows.

python -m tests.reading_truth.places [--every N] [--part header|rows]   judge every N-th place
"""

# ruff: noqa: T201  a command that prints

from __future__ import annotations

import argparse
import functools
import multiprocessing
import os
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.reading_truth.paper import quoted
from tests.reading_truth.product import Read, Verdict, read, refuses, verdict

SAMPLES = Path(__file__).parents[2] / "sample_data"
SHOPS = ("healthy", "failing")

Cells = list[list[str]]
"""The raw cells of every line of a file, header first."""


@dataclass(frozen=True)
class Place:
    """One place of one file, and what is done there. `line`: of the cells, header = 0."""

    shop: str
    file: str
    damage: str
    line: int
    cell: int

    @property
    def stated(self) -> str:
        """The place in a few words."""
        return f"{self.shop}/{self.file}:{self.line + 1}:{self.cell + 1} {self.damage}"


def cells_of(text: str) -> Cells:
    """The raw cells, quotes included, of a file in good order that separates by commas."""
    lines: Cells = [[""]]
    inside = False
    for char in text:
        if char == '"':
            inside = not inside
        if not inside and char == ",":
            lines[-1].append("")
        elif not inside and char == "\n":
            lines.append([""])
        else:
            lines[-1][-1] += char
    lines.pop()
    return [[*line[:-1], line[-1].removesuffix("\r")] for line in lines]


def written(lines: Cells) -> bytes:
    """The file of these cells."""
    return ("\ufeff" + "".join(",".join(line) + "\r\n" for line in lines)).encode()


# ------------------------------------------------------------------ damage


def _quote_before(line: list[str], at: int) -> None:
    line[at] = '"' + line[at]


def _quote_within(line: list[str], at: int) -> None:
    half = len(line[at]) // 2
    line[at] = line[at][:half] + '"' + line[at][half:]


def _quote_behind(line: list[str], at: int) -> None:
    line[at] += '"'


def _text_after_quote(line: list[str], at: int) -> None:
    line[at] = (line[at] if line[at].startswith('"') else quoted(line[at])) + "x"


def _separator_lost(line: list[str], at: int) -> None:
    line[at : at + 2] = ["".join(line[at : at + 2])]


def _separator_gained(line: list[str], at: int) -> None:
    line.insert(at, "")


def _surplus(line: list[str], _: int) -> None:
    line.append("")


HEADER: dict[str, Callable[[list[str], int], None]] = {
    "quote before": _quote_before,
    "quote within": _quote_within,
    "quote behind": _quote_behind,
    "text after a quote": _text_after_quote,
    "separator lost": _separator_lost,
    "separator gained": _separator_gained,
}
ROWS: dict[str, Callable[[list[str], int], None]] = {
    "open quote": _quote_before,
    "quote behind": _quote_behind,
    "text after a quote": _text_after_quote,
    "separator lost": _separator_lost,
    "separator gained": _separator_gained,
    "surplus": _surplus,
}


def damaged(place: Place) -> bytes:
    """The file with the damage."""
    lines = [list(line) for line in raw_lines(place.shop, place.file)]
    acts = ROWS if place.line else HEADER
    acts[place.damage](lines[place.line], place.cell)
    return written(lines)


@functools.cache
def raw_lines(shop: str, name: str) -> Cells:
    """The raw cells of a file of a sample shop, header first."""
    text = (SAMPLES / shop / name).read_bytes().decode("utf-8-sig")
    lines = cells_of(text)
    assert written(lines).decode("utf-8-sig").replace("\r", "") == text.replace("\r", "")
    return lines


def places(*, rows: bool) -> Iterator[Place]:
    """Every place of the header, or of the rows, of every file of the shops."""
    for shop in SHOPS:
        for path in sorted((SAMPLES / shop).glob("*.csv")):
            lines = raw_lines(shop, path.name)
            for number in range(1, len(lines)) if rows else (0,):
                width = len(lines[number])
                for damage in ROWS if rows else HEADER:
                    # There is no separator behind the last cell, and one surplus cell a row.
                    last = width - 1 if damage == "separator lost" else width
                    for cell in range(1 if damage == "surplus" else last):
                        yield Place(shop, path.name, damage, number, cell)


# ------------------------------------------------------------------ the ruling


@dataclass(frozen=True)
class Finding:
    """What came of a place: refused, equal, rejected, or a fault and what shows it.

    A file is passed over if it is refused alone and only listed in a folder: the audit goes on
    without its rows.
    """

    outcome: str
    stated: str = ""


@functools.cache
def _clean(shop: str, name: str) -> Counter[tuple[object, ...]]:
    found = read(SAMPLES / shop / name)
    assert found.refused is None
    return Counter(map(_line, found.good))


def _line(row: dict[str, object]) -> tuple[object, ...]:
    return tuple(sorted((k, v) for k, v in row.items() if k[0] != "_" and v is not None))


@functools.cache
def clean_verdict(shop: str) -> Verdict:
    """The verdicts of the sample shop without any damage."""
    found = verdict(SAMPLES / shop)
    assert found.refused is None
    return found


def rule(place: Place) -> Finding:
    """Read the damaged file alone; where rows are missing, audit the shop with it."""
    data = damaged(place)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / place.file
        path.write_bytes(data)
        found = read(path)
        if found.refused is not None:
            return (
                _refused(place, found) if refuses(path) else Finding("passed over", found.refused)
            )
        fault = _rows(place, found)
        if fault is not None:
            return fault
        left = _clean(place.shop, place.file) - Counter(map(_line, found.good))
        if not left:
            return Finding("equal")
        return _audited(place, frozenset(left))


def _refused(place: Place, found: Read) -> Finding:
    message = str(found.refused)
    if place.file not in message:
        return Finding("nameless", message[:300])
    hidden = {cell.strip('"') for line in raw_lines(place.shop, place.file)[1:3] for cell in line}
    leaked = next((c for c in hidden if len(c) >= 8 and any(c in said for said in found.said)), "")
    return Finding("leak", f"{leaked!r} in {message[:300]}") if leaked else Finding("refused")


def _rows(place: Place, found: Read) -> Finding | None:
    clean = _clean(place.shop, place.file)
    wrong = list((Counter(map(_line, found.good)) - clean).elements())
    if wrong:
        near = min(clean, key=lambda own: len(set(own) ^ set(wrong[0])))
        changed = sorted(map(repr, set(near) ^ set(wrong[0])))
        return Finding("wrong", f"{len(wrong)} rows; of the first {changed[:4]}")
    away = sum(clean.values()) - len(found.good) - found.rejected
    return Finding("lost", f"{away} rows neither good nor rejected") if away > 0 else None


_AUDITS: dict[tuple[str, str, frozenset[tuple[object, ...]]], Finding] = {}


def _audited(place: Place, missing: frozenset[tuple[object, ...]]) -> Finding:
    """The audit of the shop with the damaged file; one for all places that cost the same rows."""
    key = (place.shop, place.file, missing)
    if key not in _AUDITS:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "shop"
            shutil.copytree(SAMPLES / place.shop, folder)
            (folder / place.file).write_bytes(damaged(place))
            _AUDITS[key] = judged(clean_verdict(place.shop), verdict(folder))
    return _AUDITS[key]


def judged(clean: Verdict, now: Verdict) -> Finding:
    """Another verdict is a fault; a rule that has none any more says why, and is none."""
    if now.refused is not None:
        return Finding("refused")
    passed = ("pass", "fail", "warn")
    turned = {
        rule: (was, now.rules[rule])
        for rule, was in clean.rules.items()
        if was != now.rules[rule] and now.rules[rule] in passed
    }
    if turned:
        return Finding("verdict", f"{clean.status} → {now.status}: {turned}")
    same = clean.rules == now.rules
    return Finding("rows rejected" if same else "rows rejected, some verdicts open")


FAULTS = ("wrong", "lost", "verdict", "leak", "nameless", "passed over")


def judge(chosen: Sequence[Place]) -> list[tuple[Place, Finding]]:
    """The findings of some places."""
    return [(place, rule(place)) for place in chosen]


def main() -> int:
    """Judge the places, print a table; 1 if there were faults."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--part", choices=("header", "rows"))
    stated = parser.parse_args()
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    parts = {"header": (False,), "rows": (True,), None: (False, True)}[stated.part]
    every = [place for rows in parts for place in places(rows=rows)]
    chosen = every[:: stated.every]
    work = [chosen[at : at + 50] for at in range(0, len(chosen), 50)]
    table: dict[str, Counter[str]] = defaultdict(Counter)
    examples: dict[tuple[str, str], str] = {}
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for lines in pool.imap(judge, work):
            for place, found in lines:
                sort = f"{'row' if place.line else 'header'}: {place.damage}"
                table[sort][found.outcome] += 1
                if found.outcome in FAULTS:
                    line = f"{place.stated}: {found.stated[:300]}"
                    examples.setdefault((sort, found.outcome), line)
    print(f"{len(chosen)} of {len(every)} places")
    for sort, counts in table.items():
        print(f"{sort:28}", ", ".join(f"{count} {what}" for what, count in counts.most_common()))
    for (sort, outcome), line in examples.items():
        print(f"{sort}, {outcome}: {line}")
    return bool(examples)


if __name__ == "__main__":
    raise SystemExit(main())

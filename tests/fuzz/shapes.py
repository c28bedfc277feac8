"""Other dresses than tables of text: JSON, web pages, conversations; sound and damaged."""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from random import Random

import polars as pl

from kshop_audit.errors import KshopError
from kshop_audit.ingest import REASONS, Request, Source, open_inputs
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import InputMapping
from kshop_audit.tables import FILE, GOOD, KEYLESS, REJECTED, ROW, SKIPPED, STATE
from tests.fuzz.exports import Export, Exports
from tests.fuzz.judge import Ruling, one_line, patience
from tests.ingest.chat_shapes import SHAPES, SHOP, Said, copied, spoken
from tests.ingest.tables import load, table_of
from tests.shops.files import write_rows

NAMES = {"lines": "a.jsonl", "array": "a.json", "pages": "a.jsonl", "page": "a.json"}
JUNK = (
    b"\n", b"\r", b"\r\n", b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\\u0000", b"\\ud800",
    b"\0", b"\xff", b"\xe6", b"<", b">", b"<!--", b"</table>", b"<tr><td>", b"&#0;", b"null",
    b"-----\n",
    b"2026-13-41 10:00:00\n", b"[x] 2026-10-30 10:00\n", b"1-1 10:00:00\n", b"9" * 400,
)  # fmt: skip
_HEADER = re.compile(r"\[[^\[\]\r\udc80-\udcff]{1,60}\] \d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def of_shape(given: Exports, seed: int) -> Ruling:
    """One file of a shop in one of these dresses, sound or damaged."""
    rng, ruling = Random(seed), Ruling()
    shape = rng.choice((*NAMES, "web page", *SHAPES, *SHAPES))
    said = spoken(given.shop) if "chats" in given.shop else []
    if shape in SHAPES and not said:
        shape = "lines"
    export = rng.choice([file for file in given.files if len(set(file.header)) == len(file.header)])
    if shape in SHAPES:
        name, write = SHAPES[shape]
        text = write(said)
    else:
        name, text = NAMES.get(shape, "a.xls"), written(rng, shape, export)
    data = text.encode(rng.choice(("utf-8", "utf-8", "utf-8-sig", "gb18030", "utf-16")))
    harmed = damaged(rng, text.encode()) if rng.randrange(3) else None
    ruling.notes.append(f"{shape}{' damaged' if harmed else ''}")
    mapping = InputMapping(values={"sender_role": SHOP}, copied_on=copied(said))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / name).write_bytes(harmed or data)
        try:
            with patience():
                source, table = read(folder / name, mapping)
            ruling.faults += account(source, table)
            if harmed is None:
                want = None if shape in SHAPES else plain(export, folder)
                ruling.faults += (
                    same_said(shape, table, said) if want is None else same(table, want)
                )
            else:
                ruling.faults += nothing_dropped(shape, harmed, source, table)
        except KshopError as error:
            ruling.outcome = type(error).__name__
            ruling.faults += one_line(error)
            if harmed is None and recognisable(shape, export):
                ruling.faults.append(f"a sound file is refused: {error.en[:500]}")
        except (Exception, pl.exceptions.PanicException) as error:  # noqa: BLE001  the finding
            ruling.outcome = "crash"
            ruling.faults.append(f"{type(error).__name__}: {str(error)[:500]}")
    return ruling


def recognisable(shape: str, export: Export) -> bool:
    """Whether it shows what a file is: JSON may leave out every column but the id."""
    filled = sum(map(any, zip(*export.rows, strict=True)))
    return filled > (shape in NAMES)


def read(path: Path, mapping: InputMapping) -> tuple[Source, pl.DataFrame]:
    scratch = path.parent / f"{path.name} scratch"
    scratch.mkdir()
    sources = open_inputs(Request((path,), mappings={Kind.CHATS: mapping}), scratch)
    source = next(source for source in sources if source.records is not None)
    return source, table_of(source)


def plain(export: Export, folder: Path) -> pl.DataFrame:
    """The same records as a table of text, which other cases hold against the csv module."""
    path = folder / "plain.csv"
    rows = [list(row) for row in export.rows]
    write_rows(path, export.header, rows, "utf-8")
    return read(path, InputMapping())[1]


# ------------------------------------------------------------------ writers


def written(rng: Random, shape: str, export: Export) -> str:
    if shape == "web page":
        return web_page(rng, export)
    records = [record(rng, export, row) for row in export.rows]
    compact = rng.randrange(2) == 0
    match shape:
        case "lines":
            return "\n".join(json.dumps(r, ensure_ascii=compact) for r in records) + "\n"
        case "array":
            return json.dumps(records, ensure_ascii=False, indent=None if compact else 1)
        case "page":
            return json.dumps(answer(records), ensure_ascii=False, indent=None if compact else 2)
        case _:
            size = rng.randrange(1, 8)
            pages = [records[n : n + size] for n in range(0, len(records), size)]
            return "\n".join(json.dumps(answer(page), ensure_ascii=False) for page in pages)


def answer(records: Sequence[object]) -> dict[str, object]:
    return {"result": 1, "msg": "ok", "data": {"cursor": "", "pageSize": 7, "list": records}}


def record(rng: Random, export: Export, row: Sequence[str]) -> dict[str, object]:
    """A row as an object: numbers and truth as such, what is empty as null or not at all."""
    found: dict[str, object] = {}
    for title, cell in zip(export.header, row, strict=True):
        if not cell and found and rng.randrange(2):
            continue
        value: object = cell or rng.choice((None, ""))
        if cell in ("true", "false"):
            value = cell == "true"
        elif re.fullmatch(r"[1-9][0-9]{0,20}", cell) and rng.randrange(2):
            value = int(cell)
        found[title] = value
    return found


def web_page(rng: Random, export: Export) -> str:
    closed = rng.randrange(2)
    lines = []
    for row in (export.header, *export.rows):
        cells = (escape(cell).replace("\n", "<br>") for cell in row)
        end = "</td>" if closed else ""
        lines.append("<tr>" + "".join(f"<td>{cell}{end}" for cell in cells) + "</tr>" * closed)
    meta = rng.choice(("", '<meta charset="gb2312">', '<meta charset="utf-8">'))
    return f"<html><head>{meta}</head><body><table>{chr(10).join(lines)}</table></body></html>"


def damaged(rng: Random, data: bytes) -> bytes:
    """A few bytes gone, put in, or moved; or the rest of the file gone."""
    for _ in range(rng.randrange(1, 5)):
        start = rng.randrange(len(data) + 1)
        end = min(len(data), start + rng.choice((1, 3, 40)))
        match rng.randrange(5):
            case 0:
                data = data[:start] + data[end:]
            case 1:
                data = data[:start] + data[start:end] * 2 + data[end:]
            case 2 if len(data) > 200:
                data = data[: max(start, 150)]
            case _:
                data = data[:start] + rng.choice(JUNK) + data[start:]
    return data


# ------------------------------------------------------------------ the ruling


def account(source: Source, table: pl.DataFrame) -> Iterator[str]:
    """Good + rejected + skipped are all records, in the table as in the plan."""
    states = table[STATE].to_list()
    rows = states.count(GOOD) + states.count(KEYLESS)
    stated = (rows, states.count(REJECTED), states.count(SKIPPED))
    loaded = load((source,), reject_future=False)
    count = loaded.counts[source.index]
    got = (count.rows + count.duplicates, count.rejected, count.skipped)
    if got != stated:
        yield f"good, rejected, skipped: {stated} in the table, {got} in the plan"
    strange = {reject.reason for reject in loaded.rejects} - set(REASONS)
    if strange:
        yield f"rejected for {strange}"


def same(table: pl.DataFrame, want: pl.DataFrame) -> Iterator[str]:
    """The records are those of the table of text, column by column."""
    names = [name for name in want.columns if name not in (ROW, FILE)]
    blank = want.filter(pl.col(STATE) != SKIPPED)
    table = table.filter(pl.col(STATE) != SKIPPED)
    lost = [name for name in names if name not in table.columns and blank[name].count()]
    if lost or table.height != blank.height:
        yield f"columns {lost} are lost; {table.height} records of {blank.height}"
        return
    for name in names:
        if name in table.columns and table[name].to_list() != blank[name].to_list():
            yield f"{name} differs"


def same_said(shape: str, table: pl.DataFrame, said: Sequence[Said]) -> Iterator[str]:
    """The messages are those of the shop; who his customer is a text shows once he speaks."""
    columns = ("buyer_id", "sender_role", "sent_at", "content")
    stated = table.select(columns).rows()
    asked = {m.buyer for m in said if m.role == "buyer" or shape in ("cells", "interface")}
    want = [(m.buyer if m.buyer in asked else None, m.role, m.at, m.content) for m in said]
    if stated != want:
        yield f"{len(stated)} messages of {len(want)}, or others"


def _is_one_object(text: str) -> bool:
    """Whether all lines together are one record: a line end has got into a text of it."""
    try:
        return isinstance(json.loads(text, strict=False), dict)
    except ValueError:
        return False


def nothing_dropped(shape: str, data: bytes, source: Source, table: pl.DataFrame) -> Iterator[str]:
    """Where a record is a line, every line is a record, good or not."""
    if source.encoding not in ("utf-8", "utf-8-sig"):
        return
    text = data.decode("utf-8", "surrogateescape")
    # Cut down to a name and a time, lines of JSON are a message from the clipboard.
    if shape in ("lines", "interface") and source.delimiter is None and "{" in text:
        lines = len(io.StringIO(text, newline="").readlines())
        if lines != table.height and not _is_one_object(text):
            yield f"{lines} lines, {table.height} records"
    if shape == "clipboard":
        begun = sum(_HEADER.fullmatch(line.rstrip("\n")) is not None for line in io.StringIO(text))
        if begun > table.height:
            yield f"{begun} lines begin a message, {table.height} records"

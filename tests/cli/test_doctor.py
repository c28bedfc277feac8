"""`doctor`: what each file is and why, what was not understood, what is missing; and the draft."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from rich.cells import cell_len

from kshop_audit.config import load_settings
from kshop_audit.errors import EXIT_NO_AUDIT, EXIT_OK
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Settings
from tests.cli.build import ROOT, Run, shop
from tests.ingest.workbooks import book

SAMPLES = ROOT / "sample_data"
RENAMED = {
    "订单号": "单据流水号",
    "订单支付时间": "钱到账时刻",
    "订单状态": "当前状态",
    "会话ID": "对话编号",
    "发送方": "谁说的",
    "发送时间": "说话时间",
    "消息内容": "正文",
    "评分": "打分",
    "揽收时间": "快递员取件时间",
}
"""Headers that no platform has, each near enough to one that some platform has."""


def renamed(
    source: Path, target: Path, names: Mapping[str, str], words: Mapping[str, str] | None = None
) -> Path:
    """A copy of a shop under other headers, in GB18030."""
    target.mkdir()
    for path in source.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            head, *rows = csv.reader(file)
        rows = [[(words or {}).get(cell, cell) for cell in row] for row in rows]
        with (target / path.name).open("w", encoding="gb18030", newline="") as out:
            csv.writer(out).writerows([[names.get(name.strip(), name) for name in head], *rows])
    return target


def stated(run: Run, *arguments: object) -> dict[str, object]:
    """The diagnosis as JSON."""
    _, out, _ = run("doctor", *arguments, "--format", "json")
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


def plain(text: str) -> str:
    """A page without its line breaks."""
    return re.sub(r"\s+", "", text)


# ------------------------------------------------------------------ what it says


@pytest.mark.parametrize(("lang", "width"), [("zh", 40), ("zh", 80), ("en", 80), ("en", 120)])
def test_no_line_is_longer_than_the_terminal(run: Run, lang: str, width: int) -> None:
    code, out, err = run("doctor", SAMPLES / "damaged", "--lang", lang, "--width", width)
    assert (code, err) == (EXIT_OK, "")
    assert max(map(cell_len, out.splitlines())) <= width
    out.encode("gbk")


def test_everything_about_a_damaged_shop(run: Run) -> None:
    code, out, _ = run("doctor", SAMPLES / "damaged")
    assert code == EXIT_OK
    page = plain(out)
    for words in (
        "13 files, 10 recognised",
        "after-sales (Kuaishou)",
        "signature 售后单号 + 订单编号",
        "GB18030 (Chinese Windows), delimiter tab",
        "订单号 = order_id",
        "records 90 = rows 0 + rejected 1 + skipped 0 + duplicates 89",
        "of the duplicates 89 rows overlap with another export; the newest count",
        "1 row 售后单号: damaged by a spreadsheet",
        "Example: row 41",
        "a temporary or unfinished file, never read",
        "the header fits no kind (the first row has 4 cells, known: 货号)",
    ):
        assert plain(words) in page, words


def test_values_that_are_in_no_vocabulary_are_counted_and_masked(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", chats=False)
    rows = ["已飞走", "已飞走", "张三的电话是13800001111"]
    (folder / "orders.csv").write_text(
        "order_id,status,paid_at\n"
        + "".join(f"26315000000{n},{text},2026-10-18 10:00:00\n" for n, text in enumerate(rows)),
        encoding="utf-8",
    )
    _, out, _ = run("doctor", folder)
    assert "status of the orders file" in out
    assert "已飞走 x 2" in out
    assert "which it is: pending_payment" in out
    assert "13800001111" not in out
    assert "13800001111" in run("doctor", folder, "--no-mask")[1]


def test_what_is_missing_costs_these_rules_and_comes_from_there(run: Run, tmp_path: Path) -> None:
    found = stated(run, shop(tmp_path / "shop", chats=False))
    lacks = {
        (lack["kind"], lack["file"], need): lack
        for lack in found["lacks"]  # type: ignore[attr-defined]
        for need in lack["needs"]
    }
    assert "banned-words" in lacks["chats", True, "chats.content"]["rules"]
    assert "chat log" in lacks["chats", True, "chats.content"]["supplier"]["en"]
    amount = lacks["orders", False, "orders.paid_amount"]
    assert (amount["rules"], "batch export" in amount["supplier"]["en"]) == (["service-fee"], True)
    page = plain(run("doctor", tmp_path / "shop")[1])
    assert plain("no file chats") in page
    assert (
        plain("no column paid_amount of the orders file cannot measure Technical service fee")
        in page
    )


def test_days_without_a_row_are_the_missing_days_of_the_report(run: Run, tmp_path: Path) -> None:
    days = [day for day in range(1, 32) if day not in (7, 8)]
    rows = [
        f"S{day}-{n},M{day}-{n},B1,buyer,2026-10-{day:02} 10:{n:02}:00,在吗\n"
        for day in days
        for n in range(25)
    ]
    folder = tmp_path / "shop"
    folder.mkdir()
    head = "session_id,message_id,buyer_id,sender_role,sent_at,content\n"
    (folder / "chats.csv").write_text(head + "".join(rows), encoding="utf-8")
    gaps = {gap["days"][0]: gap for gap in stated(run, folder)["gaps"]}  # type: ignore[attr-defined]
    report = json.loads(run("check", folder, "--format", "json")[1])
    note = next(note["en"] for note in report["notes"] if "without data" in note["en"])
    gap = gaps["2026-10-07"]
    assert (gap["kind"], gap["days"]) == ("chats", ["2026-10-07", "2026-10-08"])
    assert "reply-rate" in gap["rules"]
    assert "2 window days without data (2026-10-07, 2026-10-08)" in note
    assert "2 days: 2026-10-07, 2026-10-08" in run("doctor", folder)[1]


def test_orders_without_the_time_of_the_order_show_such_days_by_payments(
    run: Run, tmp_path: Path
) -> None:
    days = [day for day in range(1, 31) if day != 7]
    rows = [
        f"26315{day:02}{n:04},shipped,2026-10-{day:02} 10:00:00,2026-10-{day:02} 11:00:00\n"
        for day in days
        for n in range(20)
    ]
    path = tmp_path / "orders.csv"
    path.write_text("order_id,status,paid_at,shipped_at\n" + "".join(rows), encoding="utf-8")
    (gap, *_) = stated(run, path)["gaps"]  # type: ignore[misc]
    assert (gap["kind"], gap["days"]) == ("orders", ["2026-10-07"])  # type: ignore[has-type]


def test_chats_in_json_are_stated_field_by_field(run: Run, tmp_path: Path) -> None:
    rows = [
        {"session_id": "S1", "message_id": f"M{n}", "sender_role": "buyer", "zz": "?",
         "sent_at": f"2026-10-20 10:0{n}:00", "content": "在吗"}
        for n in range(3)
    ]  # fmt: skip
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (tmp_path / "chats.jsonl").write_text(lines, encoding="utf-8")
    _, out, _ = run("doctor", tmp_path / "chats.jsonl", "--format", "json")
    (file,) = json.loads(out)["files"]
    assert (file["kind"], file["rows"]) == ("chats", 3)
    assert ["sent_at", "sent_at"] in file["understood"]
    assert [entry["column"] for entry in file["proposals"]] in ([], [None])


# ------------------------------------------------------------------ files that cannot be read


def test_one_readable_file_is_enough(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 no archive")
    (folder / "swallowed.csv").write_text(
        "session_id,message_id,sender_role,sent_at,content\n"
        'S1,M1,buyer,2026-10-20 10:00:00,"open\n' + "S1,M2,buyer,2026-10-20 10:01:00,x\n" * 3,
        encoding="utf-8",
    )
    named = tmp_path / "notes.csv"
    named.write_text("a,b\n1,2\n", encoding="utf-8")
    code, out, err = run("doctor", folder, named, "--orders", folder / "orders.csv")
    assert (code, err) == (EXIT_OK, "")
    page = plain(out)
    assert plain("5 files, 3 recognised") in page
    assert plain("1 row: a quote is not closed") in page
    assert plain("broken.zip not read") in page


def test_nothing_readable_is_2_and_still_says_why(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    path.write_text("单据流水号,钱到账时刻,快递公司\n1,2,3\n", encoding="utf-8")
    code, out, _ = run("doctor", path)
    assert code == EXIT_NO_AUDIT
    assert "1 file, not recognised" in out
    assert "not read" in out
    assert stated(run, path)["lacks"] == []


def test_text_of_files_is_shown_as_text(run: Run, tmp_path: Path) -> None:
    evil = "\x1b[31m[b]备注\u202e"
    path = tmp_path / f"订单{evil}.csv"
    name = evil.replace("\x1b[31m", "")  # with such a character a header is damaged
    path.write_text(f"order_id,paid_at,{name}\n26315001,x{evil},1\n", encoding="utf-8")
    target = tmp_path / "out"
    target.mkdir()
    folder = tmp_path / "in"
    folder.mkdir()
    path.rename(folder / path.name)
    _, out, err = run("doctor", folder, "--write", target / "draft.toml")
    text = (target / "draft.toml").read_text(encoding="utf-8")
    for written in (out, err, text):
        assert not set(written) & {"\x1b", "\u202e"}
    assert "[b]备注" in out
    assert loaded(target / "draft.toml").inputs[Kind.ORDERS].columns == {}


# ------------------------------------------------------------------ the draft


def loaded(path: Path) -> Settings:
    return load_settings(config=path, cwd=path.parent, environ={}, flags={})[0]


def figures(run: Run, *arguments: object) -> Sequence[object]:
    """What the rules say, without the names of files."""
    _, out, _ = run("check", *arguments, "--format", "json")
    report = json.loads(out)
    return [report["verdict"], report["rules"], report["score"]]


@pytest.mark.parametrize("name", ["failing", "healthy"])
def test_a_draft_for_renamed_headers_gives_the_figures_of_the_known_ones(
    run: Run, tmp_path: Path, name: str
) -> None:
    folder = renamed(SAMPLES / name, tmp_path / "shop", RENAMED)
    same = renamed(SAMPLES / name, tmp_path / "same", {})
    assert figures(run, folder) != figures(run, same)
    code, out, err = run("doctor", folder, "--write")
    assert code == EXIT_OK
    assert "drafted shop.draft.toml" in err
    assert "may be order_id" in plain(out) or "maybeorder_id" in plain(out)
    assert figures(run, folder, "--config", "shop.draft.toml") == figures(run, same)


def test_words_are_left_to_be_filled_in(run: Run, tmp_path: Path) -> None:
    folder = renamed(
        SAMPLES / "failing", tmp_path / "shop", {}, {"客服": "我方", "买家": "对方", "差评": "很糟"}
    )
    same = renamed(SAMPLES / "failing", tmp_path / "same", {})
    run("doctor", folder, "--write", "draft.toml")
    draft = Path("draft.toml").read_text(encoding="utf-8")
    assert loaded(Path("draft.toml").absolute()).inputs[Kind.CHATS].values == {"sender_role": {}}
    for text, code in (("我方", "agent"), ("对方", "buyer")):
        assert f'# "{text}" = ""  # ' in draft
        draft = draft.replace(f'# "{text}" = ""', f'"{text}" = "{code}"')
    Path("filled.toml").write_text(draft, encoding="utf-8")
    mine, theirs = figures(run, folder, "--config", "filled.toml"), figures(run, same)
    assert mine == theirs


def test_a_draft_for_a_workbook_with_a_preamble(run: Run, tmp_path: Path) -> None:
    header = ("单据流水号", "钱到账时刻", "当前状态", "出库时间")
    row = ("2631500000000001", "2026-10-18 10:00:00", "待发货", "")
    later = ("2631500000000002", "2026-10-18 11:00:00", "已发货", "2026-10-19 11:00:00")
    (tmp_path / "shop").mkdir()
    content = book({"十月": [["导出报表"], [], header, row, later]})
    (tmp_path / "shop" / "orders.xlsx").write_bytes(content)
    run("doctor", tmp_path / "shop", "--write")
    draft = Path("shop.draft.toml").read_text(encoding="utf-8")
    assert '# sheet = ["十月"]' in draft
    assert "# skip_rows = 2  # orders.xlsx#十月" in draft
    code, out, _ = run(
        "check", tmp_path / "shop", "--config", "shop.draft.toml", "--format", "json"
    )
    assert code != EXIT_NO_AUDIT
    assert json.loads(out)["inputs"][0]["rows"] == 2


def test_headers_that_could_be_anything_are_left_to_the_operator(run: Run, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "orders.csv").write_text(
        "order_id,status,paid_at,zz 1,zz 2\n"
        "2631500000000001,paid,2026-10-18 10:00:00,2026-10-18 10:00:00,1\n" * 3,
        encoding="utf-8",
    )
    run("doctor", tmp_path / "shop", "--write")
    draft = Path("shop.draft.toml").read_text(encoding="utf-8")
    assert '#  = "zz 1"  # orders.csv' in draft
    assert "shipped_at、" in draft or "shipped_at, " in draft
    assert loaded(Path("shop.draft.toml").absolute()).inputs[Kind.ORDERS].columns == {}


def test_a_shop_that_is_understood_needs_no_draft(run: Run) -> None:
    run("doctor", SAMPLES / "healthy", "--write")
    draft = Path("shop.draft.toml")
    assert loaded(draft.absolute()).inputs == {}
    assert "[inputs" not in draft.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("there.toml", "exists and is not overwritten"),
        ("link.toml", "exists and is not overwritten"),
        ("draft.txt", "must be a .toml file"),
        ("no/where.toml", "folder does not exist"),
        ("SHOP/draft.toml", "lies in the folder of the inputs"),
    ],
)
def test_a_draft_is_never_written_over_or_beside_anything(
    run: Run, tmp_path: Path, target: str, message: str
) -> None:
    folder = shop(tmp_path / "shop")
    Path("there.toml").write_text("mine", encoding="utf-8")
    Path("link.toml").symlink_to("nowhere.toml")
    before = sorted(tmp_path.rglob("*"))
    code, out, err = run("doctor", folder, "--write", target.replace("SHOP", str(folder)))
    assert (code, out, err.count("\n")) == (EXIT_NO_AUDIT, "", 1)
    assert message in err
    assert sorted(tmp_path.rglob("*")) == before
    assert Path("there.toml").read_text(encoding="utf-8") == "mine"


def test_the_name_of_the_draft_may_be_left_out_wherever_it_stands(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    for arguments in (
        ["doctor", folder, "--write"],
        ["doctor", "--write", folder],
        ["doctor", "--write", "--lang", "en", folder],
    ):
        assert run(*arguments)[0] == EXIT_OK
        Path("shop.draft.toml").unlink()


def test_a_pinned_file_is_compared_with_its_own_kind(run: Run, tmp_path: Path) -> None:
    rows = "".join(f"26315000000000{n:02d},2026-10-18 10:00:00,发走了,9.90\n" for n in range(4))
    path = tmp_path / "a.csv"
    path.write_text(f"单据流水号,钱到账时刻,当前状态,金额\n{rows}", encoding="utf-8")
    for pin, kind in (((), "tickets"), (("--orders",), "orders")):
        code, out, _ = run("doctor", *pin, path, "--format", "json")
        assert code == EXIT_NO_AUDIT
        assert json.loads(out)["files"][0]["nearest"]["kind"] == kind


def test_a_word_that_is_not_understood_has_its_line_to_paste(run: Run) -> None:
    """With a gap that no configuration accepts, so that nothing is taken for granted."""
    text = run("doctor", SAMPLES / "damaged", "--lang", "zh")[1]
    assert '写成 "已揽件待确认" = "…"' in text
    assert '写成 "主播" = "…"' in text

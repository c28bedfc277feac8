"""The command line: exit codes, streams, languages, encodings, and what `--help` may load."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from kshop_audit import __version__, packs
from kshop_audit.auditing import audit as use_case
from kshop_audit.errors import EXIT_FAILED, EXIT_INCOMPLETE, EXIT_NO_AUDIT, EXIT_OK, UsageError
from kshop_audit.model.moments import parse_as_of
from kshop_audit.rules import catalogue
from tests.cli.build import COMMAND, LATE, ROOT, Run, process, shop

# ------------------------------------------------------------------ exit codes


def test_a_shop_that_meets_everything_gives_0(run: Run, tmp_path: Path) -> None:
    code, out, err = run("check", shop(tmp_path / "shop"))
    assert (code, err) == (EXIT_OK, "")
    assert out.startswith("[PASS] all 3 red lines")


def test_a_gate_that_fails_gives_1(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", shipped=LATE)
    assert run("check", folder)[0] == EXIT_FAILED
    assert run("check", folder, "--level", "ship-48h=warn")[0] == EXIT_OK
    assert run("check", folder, "--fail-on", "never")[0] == EXIT_OK
    assert run("check", folder, "--ignore", "ship-48h")[0] == EXIT_OK


def test_a_required_rule_without_data_gives_3(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", chats=False)
    assert run("check", folder)[0] == EXIT_INCOMPLETE
    assert run("check", folder, "--fail-on", "never")[0] == EXIT_INCOMPLETE


def test_a_failure_outweighs_a_missing_verdict(run: Run, tmp_path: Path) -> None:
    assert run("check", shop(tmp_path / "shop", shipped=LATE, chats=False))[0] == EXIT_FAILED


def test_an_old_export_has_no_verdict(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    assert run("check", folder, "--max-age", "36500d")[0] == EXIT_OK
    assert run("check", folder, "--max-age", "1m", "--as-of", "2026-10-21")[0] == EXIT_INCOMPLETE


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check"], "name the exported files"),
        (["check", "nowhere"], "nowhere"),
        (["check", "SHOP", "--bogus"], "--bogus"),
        (["bogus"], "bogus"),
        (["check", "SHOP", "--format", "pdf"], "--format"),
        (["check", "SHOP", "--as-of", "soon"], "write 2026-10-31"),
        (["check", "SHOP", "--max-age", "7"], "write 36h"),
        (["check", "SHOP", "--min-score", "9"], "from 3 to 5"),
        (["check", "SHOP", "--tz", "Europe/Berln"], "did you mean Europe/Berlin?"),
        (["doctor", "SHOP", "--tz", "+08:00"], "no such zone"),
        (["check", "SHOP", "--select", "ship-49h"], "did you mean ship-48h?"),
        (["check", "SHOP", "--ignore", "servise"], "did you mean service?"),
        (["check", "SHOP", "--select", "nonsense"], "kshop-audit rules lists them"),
        (["check", "SHOP", "--by", "weekdy"], "did you mean weekday?"),
        (["check", "SHOP", "--level", "ship-48h"], "write ID=level"),
        (["check", "SHOP", "--level", "ship-49h=off"], "did you mean ship-48h?"),
        (["check", "SHOP", "--require", "ship-49h"], "did you mean ship-48h?"),
        (["check", "SHOP", "--pack", "kuaishu"], "did you mean kuaishou?"),
        (["check", "SHOP", "--set", "lan=1"], "did you mean lang?"),
        (["check", "SHOP", "--config", "none.toml"], "cannot read none.toml"),
        (["check", "SHOP", "--config", "x", "--isolated"], "exclude each other"),
        (["check", "SHOP", "--max-bad-rows", "lots"], "--max-bad-rows: must be"),
        (["check", "SHOP", "--delimiter", "::"], "--delimiter"),
        (["check", "SHOP", "--out", "report.pdf"], "the suffix must be .json .csv"),
        (["render", "none.json"], "cannot read none.json"),
        (["render", "none.json", "--out", "none.txt"], "the suffix must be"),
        (["check", "SHOP", "--out", "no/where.json"], "folder does not exist"),
        (["check", "SHOP", "--orders", "a.csv", "--chats", "a.csv"], "pinned to two kinds"),
        (["rule", "ship-49h"], "did you mean ship-48h?"),
        (["schema", "nothing"], "nothing"),
        (["doctor", "nowhere"], "nowhere"),
    ],
)
def test_no_audit_is_one_line_on_stderr_and_2(
    run: Run, tmp_path: Path, arguments: list[str], message: str
) -> None:
    folder = str(shop(tmp_path / "shop"))
    code, out, err = run(*[folder if word == "SHOP" else word for word in arguments])
    assert (code, out) == (EXIT_NO_AUDIT, "")
    assert message in err
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_an_internal_error_is_one_line_and_shows_its_traceback_only_when_asked(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("boom\nsecond line")

    monkeypatch.setattr(use_case, "audit", broken)
    folder = shop(tmp_path / "shop")
    code, out, err = run("check", folder)
    assert (code, out, err.count("\n")) == (EXIT_NO_AUDIT, "", 1)
    assert "ZeroDivisionError" in err
    assert "Traceback" in run("check", folder, "-v")[2]


def test_faults_of_the_configuration_are_one_line_each(run: Run, tmp_path: Path) -> None:
    Path("shop.toml").write_text('pak = 1\nlang = "de"\n', encoding="utf-8")
    code, out, err = run("check", shop(tmp_path / "shop"))
    assert (code, out) == (EXIT_NO_AUDIT, "")
    assert [line.split(": ")[1] for line in err.splitlines()] == ["shop.toml:1", "shop.toml:2"]


# ------------------------------------------------------------------ what is printed


def test_quiet_prints_nothing_when_all_is_well_and_a_brief_otherwise(
    run: Run, tmp_path: Path
) -> None:
    assert run("check", shop(tmp_path / "good"), "-q")[1] == ""
    out = run("check", shop(tmp_path / "bad", shipped=LATE), "-q")[1]
    assert 0 < out.count("\n") <= 8


def test_json_goes_to_stdout_and_to_files_alike(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    target = tmp_path / "here" / "report.json"
    code, out, err = run("check", folder, "--format", "json", "--out", target, "--out", "-")
    assert (code, err) == (EXIT_OK, "")
    assert target.read_text(encoding="utf-8") == out
    assert json.loads(out)["verdict"]["exit_code"] == code
    assert list(target.parent.iterdir()) == [target]


def test_an_input_is_never_overwritten(run: Run, tmp_path: Path) -> None:
    named = tmp_path / "orders.json"
    named.write_text("x", encoding="utf-8")
    code, _, err = run("check", "--orders", named, "--out", named)
    assert code == EXIT_NO_AUDIT
    assert "would overwrite an input" in err
    assert named.read_text(encoding="utf-8") == "x"


def test_the_report_is_the_same_in_both_languages(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    zh = run("check", folder, "--format", "json", "--lang", "zh")[1]
    assert zh == run("check", folder, "--format", "json", "--lang", "en")[1]


@pytest.mark.parametrize("text", ["2026-10-31", " 2026/10/31", "2026.10.31", "2026年10月31日"])
def test_a_day_may_be_written_as_people_write_it(text: str) -> None:
    assert parse_as_of(text) == datetime(2026, 11, 1)
    assert parse_as_of(f"{text.strip()} 15:00") == datetime(2026, 10, 31, 15)


@pytest.mark.parametrize("text", ["2026/13/1", "2026/1/32", "2026/10/311", "10/31/2026", "昨天"])
def test_no_day_is_guessed(text: str) -> None:
    with pytest.raises(UsageError):
        parse_as_of(text)


def test_as_of_a_date_is_the_end_of_that_day(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    report = json.loads(run("check", folder, "--format", "json", "--as-of", "2026-10-20")[1])
    assert report["as_of"].startswith("2026-10-21")
    given = json.loads(
        run("check", folder, "--format", "json", "--as-of", "2026-10-20T15:00:00Z")[1]
    )
    assert given["as_of"].startswith("2026-10-20 23:00")


def test_evidence_names_the_late_order_and_is_no_formula(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    run("check", shop(tmp_path / "shop", shipped=LATE), "--evidence", folder)
    text = (folder / "ship-48h.csv").read_text(encoding="utf-8-sig")
    assert "2631500000000001" in text
    assert "2631500000000002" not in text
    assert (folder / "_rejected.csv").exists()


def test_pinned_files_need_no_folder(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    code, _, err = run("check", "--orders", folder / "orders.csv", "--chats", folder / "chats.csv")
    assert (code, err) == (EXIT_OK, "")


# ------------------------------------------------------------------ environment


def test_options_come_from_the_environment_unless_isolated(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shop(tmp_path / "shop", shipped=LATE)
    monkeypatch.setenv("KSHOP_AUDIT_FORMAT", "brief")
    monkeypatch.setenv("KSHOP_AUDIT_LEVEL", "ship-48h=warn")
    code, out, _ = run("check", folder)
    assert (code, out.count("\n") <= 8) == (EXIT_OK, True)
    assert run("check", folder, "--level", "ship-48h=error")[0] == EXIT_FAILED
    code, out, _ = run("check", folder, "--isolated")
    assert (code, out.count("\n") <= 8) == (EXIT_FAILED, False)


def test_a_misspelt_variable_is_noticed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KSHOP_AUDIT_FROMAT", "brief")
    code, _, err = run("check", shop(tmp_path / "shop"))
    assert code == EXIT_OK
    assert "KSHOP_AUDIT_FROMAT" in err


def test_a_variable_of_another_command_is_not_misspelt(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KSHOP_AUDIT_LAST", "3")  # `history --last`
    assert run("check", shop(tmp_path / "shop"))[2] == ""


def test_a_command_builds_no_options_of_another() -> None:
    script = (
        "import sys\nfrom kshop_audit.cli import main\n"
        "main(['check', '--help'])\n"
        "sys.exit('kshop_audit.cli.commands.insights' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, cwd=ROOT, check=False, timeout=300
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("locale", "chinese"),
    [("C", True), ("POSIX", True), ("", True), ("zh_CN.UTF-8", True), ("en_US.UTF-8", False)],
)
def test_chinese_unless_the_locale_says_otherwise(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locale: str, chinese: bool
) -> None:
    monkeypatch.setenv("LANG", locale)
    out = run("check", shop(tmp_path / "shop"), "--format", "brief")[1]
    assert ("达标" in out or "通过" in out) is chinese


# ------------------------------------------------------------------ processes


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys\nfrom kshop_audit.cli import main\n"
        f"code = main({arguments!r})\n"
        "heavy = {'polars', 'pydantic', 'rich'} & set(sys.modules)\n"
        "sys.exit(f'{code} {heavy}' if code or heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, cwd=ROOT, check=False, timeout=300
    )
    assert done.stderr == b""
    assert done.returncode == 0
    assert done.stdout


def test_the_version_is_stated(run: Run) -> None:
    assert run("--version") == (EXIT_OK, f"kshop-audit {__version__}\n", "")


@pytest.mark.parametrize(("lang", "word"), [("zh", "审计"), ("en", "Audit")])
def test_help_speaks_both_languages(lang: str, word: str) -> None:
    assert word in process("check", "--help", "--lang", lang).stdout.decode()
    assert word in process("--help", KSHOP_AUDIT_LANG=lang).stdout.decode()


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "latin-1", "utf-8"])
def test_any_console_encoding_works(tmp_path: Path, encoding: str) -> None:
    done = process("check", shop(tmp_path / "shop"), PYTHONIOENCODING=encoding, LANG="C")
    assert done.returncode == EXIT_OK
    assert done.stderr == b""
    text = done.stdout.decode(encoding)
    # A console without Chinese gets English rather than question marks.
    assert ("5分钟" in text) is (encoding in ("gbk", "utf-8"))


def test_json_is_utf_8_on_every_console(tmp_path: Path) -> None:
    done = process("check", shop(tmp_path / "shop"), "--format", "json", PYTHONIOENCODING="gbk")
    assert "48小时发货率" in json.dumps(json.loads(done.stdout.decode("utf-8")), ensure_ascii=False)


def test_a_closed_pipe_is_no_fault(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run(
            [*COMMAND, "check", str(shop(tmp_path / "shop"))],
            stdout=pipe,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            check=False,
            timeout=300,
        )
    assert (done.returncode, done.stderr) == (EXIT_OK, b"")


def test_an_interrupt_gives_130() -> None:
    script = (
        "import os, signal, sys\nfrom kshop_audit import cli, config\n"
        "def interrupted(**_):\n    os.kill(os.getpid(), signal.SIGINT)\n    import time\n"
        "    time.sleep(5)\n"
        "config.load_settings = interrupted\n"
        "import kshop_audit.cli.preparing as p\np.load_settings = interrupted\n"
        "sys.exit(cli.main(['check', '.']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, cwd=ROOT, check=False, timeout=300
    )
    assert done.returncode == 128 + signal.SIGINT
    assert b"Traceback" not in done.stderr


# ------------------------------------------------------------------ the other commands


def test_rules_are_listed_above_the_folders_of_several_shops(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "shop.toml").write_text(f'shop = "{name}"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run("rules")[0] == run("rule", "ship-48h")[0] == EXIT_OK


def test_rules_lists_every_rule_of_the_pack(run: Run) -> None:
    code, out, err = run("rules")
    assert (code, err) == (EXIT_OK, "")
    for rule in packs.load("kuaishou").rules:
        assert f" {rule}\n" in out


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_rule_is_explained_with_threshold_and_source(run: Run, lang: str) -> None:
    code, out, _ = run("rule", "dispute-fault-rate", "--lang", lang)
    assert code == EXIT_OK
    assert {"zh": "≤ 0.35%，或少于 4", "en": "≤ 0.35%, or fewer than 4"}[lang] in out
    assert "S2-31" in out
    option = {
        "zh": "纠纷单数正好等于免考核单数时（dispute_count_op）：不算达标，要少于它（lt）；"
        "也可写 le（也算达标）",
        "en": "exactly the number allowed (dispute_count_op): missed: it must be "
        "fewer (lt); may also be le (met)",
    }
    page = "".join(out.split()) if lang == "zh" else " ".join(out.split())
    assert option[lang].replace(" ", "" if lang == "zh" else " ") in page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_word_that_an_option_may_be_set_to_is_explained(run: Run, lang: str) -> None:
    """A code such as first_of_burst stands in brackets only, beside what it means."""
    for pack in map(packs.load, packs.names()):
        for part in pack.versions or (pack,):
            for rule, terms in part.rules.items():
                coded = {str(word) for figure in terms.options.values() for word in figure.choices}
                if not coded or rule not in catalogue():
                    continue
                out = run("rule", rule, "--pack", pack.id, "--lang", lang)[1]
                figures = "".join(out.split())
                for word in coded:
                    inside = re.search(rf"[（(]{word}[)）]|{word}[（(]", figures)
                    assert inside, (pack.id, rule, word)


@pytest.mark.parametrize("what", ["report", "config"])
def test_schemas_are_json(run: Run, what: str) -> None:
    code, out, _ = run("schema", what)
    assert code == EXIT_OK
    assert json.loads(out)["$schema"].endswith("2020-12/schema")


def test_doctor_tells_kinds_columns_and_what_is_missing(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", chats=False)
    (folder / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with (folder / "orders.csv").open("a", encoding="utf-8") as file:
        file.write("2631500000000003,teleported,2026-10-18 12:00:00,2026-10-18 13:00:00\n")
        file.write("2631500000000004,shipped,yesterday,2026-10-18 13:00:00\n")
    code, out, err = run("doctor", folder)
    assert (code, err) == (EXIT_OK, "")
    page = " ".join(out.split())
    for stated in (
        "orders.csv kind orders ·",
        "records 4 = rows 3 + rejected 1",
        "paid_at",
        "notes.csv not read the header fits no kind (the first row has 2 cells, none of them",
        "status of the orders file teleported x 1",
        'Example: row 5 "yesterday"',
        "no file chats cannot measure 5-minute reply rate",
        "supply a chat log",
    ):
        assert stated in page

"""Every exit code of the command, on whole shops; and no traceback, however broken a file is."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from kshop_audit.cli import main
from kshop_audit.errors import EXIT_FAILED, EXIT_INCOMPLETE, EXIT_NO_AUDIT, EXIT_OK
from tests.cli.build import COMMAND

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_data"
EXPORTS = ("订单导出", "售后单导出", "物流导出")
"""What Kuaishou's back office lets a shop download; conversations are not among it."""

Run = Callable[..., "tuple[int, str, str]"]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """The command in-process, in an empty working directory, English: (code, stdout, stderr).

    Streams are captured below Python, where a panic of the engine would print.
    """
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for name in [name for name in os.environ if name.startswith("KSHOP_AUDIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)

    def call(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return code, out, err

    return call


def sample(name: str, folder: Path, leave_out: Sequence[str] = ()) -> Path:
    """A copy of a sample shop without the files whose names begin so."""
    folder.mkdir(parents=True)
    for path in (SAMPLES / name).iterdir():
        if not path.name.startswith(tuple(leave_out)):
            shutil.copy(path, folder / path.name)
    return folder


def bare(name: str, folder: Path) -> Path:
    """Only what the back office exports."""
    folder.mkdir(parents=True)
    for path in (SAMPLES / name).iterdir():
        if path.name.startswith(EXPORTS):
            shutil.copy(path, folder / path.name)
    return folder


DECLARED = """[declared.reply-rate]
numerator = {numerator}
denominator = 100
from = 2026-10-01
to = 2026-10-30
source = "客服数据 → 历史响应数据统计"
"""


def declare(folder: Path, numerator: int) -> Path:
    (folder / "shop.toml").write_text(DECLARED.format(numerator=numerator), encoding="utf-8")
    return folder


# ------------------------------------------------------------------ the four codes


@pytest.mark.parametrize(
    ("name", "code", "status"),
    [
        ("healthy", EXIT_OK, "pass"),
        ("failing", EXIT_FAILED, "fail"),
        ("closing", EXIT_FAILED, "fail"),
        ("damaged", EXIT_OK, "pass"),
    ],
)
def test_sample_shops(name: str, code: int, status: str, run: Run) -> None:
    got, out, err = run("check", SAMPLES / name, "--format", "json")
    verdict = json.loads(out)["verdict"]
    assert (got, verdict["exit_code"], verdict["status"], err) == (code, code, status, "")


def test_a_shop_without_its_chats_has_no_verdict_on_a_required_rule(
    run: Run, tmp_path: Path
) -> None:
    folder = sample("healthy", tmp_path / "shop", ["聊天记录"])
    code, out, _ = run("check", folder, "--format", "json")
    assert code == EXIT_INCOMPLETE
    report = json.loads(out)
    assert "reply-rate" in report["verdict"]["no_verdict"]
    reason = next(rule["reason"] for rule in report["rules"] if rule["id"] == "reply-rate")
    assert "chat" in reason["en"]


def test_a_declared_figure_closes_the_gap(run: Run, tmp_path: Path) -> None:
    folder = declare(sample("healthy", tmp_path / "shop", ["聊天记录", "shop.toml"]), 80)
    assert run("check", folder)[0] == EXIT_OK
    assert run("check", declare(folder, 79))[0] == EXIT_FAILED


def test_the_bare_exports_of_kuaishou_give_a_useful_report_and_3(run: Run, tmp_path: Path) -> None:
    folder = bare("healthy", tmp_path / "shop")
    code, out, err = run("check", folder, "--format", "json")
    assert (code, err) == (EXIT_INCOMPLETE, "")
    results = {rule["id"]: rule for rule in json.loads(out)["rules"]}
    assert results["ship-48h"]["status"] == results["pickup-24h"]["status"] == "pass"
    assert results["reply-rate"]["status"] == "no_verdict"
    assert results["quality-refund-rate"]["value"] is not None
    assert json.loads(out)["verdict"]["not_measured"]
    assert run("check", declare(folder, 90))[0] == EXIT_OK


def test_a_failure_outweighs_what_is_missing(run: Run, tmp_path: Path) -> None:
    assert run("check", bare("failing", tmp_path / "shop"))[0] == EXIT_FAILED


# ------------------------------------------------------------------ what changes the code


def test_fail_on(run: Run, tmp_path: Path) -> None:
    assert run("check", SAMPLES / "failing", "--fail-on", "never")[0] == EXIT_OK
    silent = sample("healthy", tmp_path / "silent", ["聊天记录"])
    assert run("check", silent, "--fail-on", "never")[0] == EXIT_INCOMPLETE
    assert run("check", tmp_path / "none", "--fail-on", "never")[0] == EXIT_NO_AUDIT
    warned = ("--ignore", "service", "--ignore", "logistics", "--ignore", "dispute-fault-rate")
    quiet = (*warned, "--ignore", "conduct")
    assert run("check", SAMPLES / "failing", *quiet)[0] == EXIT_OK
    assert run("check", SAMPLES / "failing", *quiet, "--fail-on", "warn")[0] == EXIT_FAILED


@pytest.mark.slow
def test_min_score(run: Run, tmp_path: Path) -> None:
    healthy, small = SAMPLES / "healthy", SAMPLES / "closing"
    assert run("check", healthy, "--min-score", "4.5")[0] == EXIT_OK
    below = ("--min-score", "4.9", "--fail-on", "never")
    assert run("check", SAMPLES / "failing", *below)[0] == EXIT_OK
    only = ("--select", "quality-refund-rate", "--level", "quality-refund-rate=info")
    assert run("check", SAMPLES / "failing", *only)[0] == EXIT_OK
    # One rule of seven makes no score to go by.
    assert run("check", SAMPLES / "failing", *only, "--min-score", "3")[0] == EXIT_INCOMPLETE
    assert run("check", SAMPLES / "failing", "--min-score", "5")[0] == EXIT_FAILED
    # No score is no number below the line, but no verdict either.
    assert run("check", small, "--select", "service")[0] == EXIT_OK
    assert run("check", small, "--select", "service", "--min-score", "3")[0] == EXIT_INCOMPLETE


@pytest.mark.slow
def test_levels_and_required_rules(run: Run, tmp_path: Path) -> None:
    folder = sample("healthy", tmp_path / "shop", ["聊天记录"])
    assert run("check", folder, "--level", "reply-rate=warn")[0] == EXIT_OK
    assert run("check", folder, "--ignore", "reply-rate")[0] == EXIT_OK
    unrated = sample("healthy", tmp_path / "unrated", ["客服评价"])
    assert run("check", unrated)[0] == EXIT_OK
    needed = ("--require", "cs-satisfaction", "--level", "cs-satisfaction=error")
    assert run("check", unrated, *needed)[0] == EXIT_INCOMPLETE


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "no-such-folder"],
        ["check", "SHOP", "--no-such-option"],
        ["check", "SHOP", "--select", "no-such-rule"],
        ["check", "SHOP", "--ignore", "no-such-rule"],
        ["check", "SHOP", "--no-such-kind", "file.csv"],
        ["check", "SHOP", "--orders", "no-such-file.csv"],
        ["check", "SHOP", "--pack", "no-such-pack"],
        ["check", "SHOP", "--config", "no-such.toml"],
        ["rule", "no-such-rule"],
        ["no-such-command"],
    ],
    ids=lambda arguments: " ".join(arguments[-2:]),
)
def test_no_audit_is_2_with_one_line(arguments: list[str], run: Run) -> None:
    words = [str(SAMPLES / "healthy") if word == "SHOP" else word for word in arguments]
    code, out, err = run(*words)
    assert (code, out, err.count("\n")) == (EXIT_NO_AUDIT, "", 1)
    assert "no-such" in err


# ------------------------------------------------------------------ broken inputs

GOOD = b"order_id,status,paid_at,shipped_at\nO1,shipped,2026-10-20 10:00:00,2026-10-20 11:00:00\n"
HEAD, ROW = GOOD.splitlines(keepends=True)
WIDE = ",".join(f"column{number}" for number in range(5_000)).encode()
ZERO = bytes(4096)

BROKEN: dict[str, bytes] = {
    "empty.csv": b"",
    "blank.csv": b"\n\n \n",
    "only-bom.csv": b"\xef\xbb\xbf",
    "only-header.csv": HEAD,
    "zeros.csv": ZERO,
    "binary.csv": bytes(range(256)) * 64,
    "image.png": b"\x89PNG\r\n\x1a\n" + ZERO,
    "huge-header.csv": WIDE + b"\n1,2\n",
    "wide-known-header.csv": HEAD.strip() + b"," + WIDE + b"\n" + ROW,
    "repeated-columns.csv": HEAD.replace(b"status", b"order_id") + ROW,
    "open-quote.csv": HEAD + b'"O1,shipped,2026-10-20 10:00:00,\n' + ROW * 50,
    "half-row.csv": GOOD + b"O2,ship",
    "long-row.csv": GOOD + b"O2,shipped,2026-10-20 10:00:00,,,,,,,,,\n",
    "bad-utf8.csv": GOOD + b"O2,\xff\xfe,2026-10-20 10:00:00,\n",
    "utf16-cut.csv": GOOD.decode().encode("utf-16")[:-1],
    "nul-inside.csv": GOOD + b"O\0,shipped,2026-10-20 10:00:00,\n",
    "huge-cell.csv": GOOD + b"O2," + b"x" * 2_000_000 + b",2026-10-20 10:00:00,\n",
    "year-9999.csv": GOOD + b"O2,shipped,9999-12-31 23:59:59,\n",
    "not.gz": b"\x1f\x8b\x08\x00broken",
    "orders.csv.gz": gzip.compress(GOOD)[:-9],
    "not.zip": b"PK\x03\x04broken",
    "not.xlsx": b"PK\x03\x04" + ZERO,
    "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + ZERO,
    "broken.json": b'{"data": [',
    "\x1b[31mred\u202e.csv": GOOD.replace(b"O1", b"\x1b[31m"),
}
CODES = {EXIT_OK, EXIT_FAILED, EXIT_NO_AUDIT, EXIT_INCOMPLETE}


def never(err: str) -> None:
    for word in ("Traceback", "panicked", "polars.exceptions", "RuntimeWarning"):
        assert word not in err
    assert "\x1b" not in err
    assert "internal error" not in err.lower()


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_stated_in_a_line_and_never_a_traceback(
    name: str, run: Run, tmp_path: Path
) -> None:
    """Alone, named with a kind, and beside sound files."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / name).write_bytes(BROKEN[name])
    code, out, err = run("doctor", folder)  # says what is wrong with the file, and has an audit
    assert code in (EXIT_OK, EXIT_NO_AUDIT)
    assert (out != "", err) == (True, "")
    assert "\x1b" not in out
    for arguments in (["check", folder], ["check", "--orders", folder / name]):
        code, out, err = run(*arguments)
        assert code in CODES
        never(err)
        assert (code == EXIT_NO_AUDIT) == (out == "" and err != "")
        assert "\x1b" not in out
        assert "internal error" not in out
    sound = sample("healthy", tmp_path / "sound")
    (sound / name).write_bytes(BROKEN[name])
    code, out, err = run("check", sound)
    assert code in CODES
    never(err)


def test_a_directory_that_is_called_like_a_file(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    (folder / "orders.csv").mkdir(parents=True)
    code, _, err = run("check", folder)
    assert code == EXIT_NO_AUDIT
    never(err)
    code, _, err = run("check", "--orders", folder / "orders.csv")
    assert code == EXIT_NO_AUDIT
    never(err)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all files")
def test_an_unreadable_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(GOOD)
    path.chmod(0)
    code, out, err = run("check", "--orders", path)
    assert (code, out) == (EXIT_NO_AUDIT, "")
    never(err)


def test_a_file_that_cannot_be_opened(run: Run, tmp_path: Path) -> None:
    """Even for root a link to nowhere and a loop of links cannot be read."""
    (tmp_path / "orders.csv").symlink_to(tmp_path / "nowhere.csv")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    for name in ("orders.csv", "loop.csv"):
        code, out, err = run("check", "--orders", tmp_path / name)
        assert (code, out, err.count("\n")) == (EXIT_NO_AUDIT, "", 1)
        never(err)
    code, _, err = run("check", tmp_path)
    assert code == EXIT_NO_AUDIT
    never(err)


def test_an_output_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "report.json").mkdir()
    code, _, err = run("check", SAMPLES / "healthy", "--out", tmp_path / "report.json")
    assert code == EXIT_NO_AUDIT
    never(err)


# ------------------------------------------------------------------ processes


def process(*arguments: object, **environ: str) -> subprocess.CompletedProcess[bytes]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("KSHOP")}
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        cwd=ROOT,
        env={**plain, **environ},
        check=False,
        timeout=300,
    )


def test_a_gbk_console_without_a_locale(tmp_path: Path) -> None:
    done = process("check", SAMPLES / "failing", LANG="C", PYTHONIOENCODING="gbk")
    assert (done.returncode, done.stderr) == (EXIT_FAILED, b"")
    assert "秋禾女装" in done.stdout.decode("gbk")


def test_cron_has_no_terminal_no_locale_and_no_home() -> None:
    done = subprocess.run(
        [*COMMAND, "check", str(SAMPLES / "failing"), "-q"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin"},
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (EXIT_FAILED, b"")
    assert 0 < done.stdout.count(b"\n") <= 8


def test_colour_is_switched_off_by_no_color() -> None:
    colourful = process("check", SAMPLES / "failing", "--color", "always")
    assert b"\x1b[" in colourful.stdout
    for environ in ({"NO_COLOR": "1"}, {}):
        plain = process("check", SAMPLES / "failing", **environ)
        assert plain.returncode == EXIT_FAILED
        assert b"\x1b[" not in plain.stdout


@pytest.mark.parametrize("arguments", [[], ["--format", "json"]])
def test_a_reader_that_leaves_early_is_no_fault(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run(
            [*COMMAND, "check", str(SAMPLES / "failing"), *arguments],
            stdout=pipe,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            check=False,
            timeout=300,
        )
    assert (done.returncode, done.stderr) == (EXIT_FAILED, b"")


def test_an_interrupt_while_auditing_gives_130() -> None:
    script = (
        "import os, signal, sys\nfrom kshop_audit import cli\n"
        "from kshop_audit.auditing import audit\n"
        "def interrupted(*_):\n    os.kill(os.getpid(), signal.SIGINT)\n"
        "    signal.sigtimedwait([], 5)\n"
        "audit.audit = interrupted\n"
        f"sys.exit(cli.main(['check', {str(SAMPLES / 'healthy')!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, cwd=ROOT, check=False, timeout=300
    )
    assert done.returncode == 128 + signal.SIGINT
    assert b"Traceback" not in done.stderr
    assert done.stdout == b""

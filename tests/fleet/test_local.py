"""Shops in a pool of processes: whatever becomes of one of them, the others have their results."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import psutil
import pytest

from kshop_audit import codec
from kshop_audit.errors import InputError, UsageError
from kshop_audit.fleet import local
from kshop_audit.fleet.guarded import Lost, guard, outcome
from kshop_audit.fleet.journal import Journal, finished_in
from kshop_audit.fleet.local import Ended, Local, Started, processes_for
from kshop_audit.fleet.request import FleetRequest, Limits, ShopTask
from kshop_audit.fleet.run import Resuming, run
from kshop_audit.fleet.shops import found, names
from kshop_audit.fleet.task import audit_shop, digest_of
from kshop_audit.model.fleet import Finished, ShopResult, Summary
from tests.cli.build import ROOT
from tests.fleet.shops import fleet, mishap, task_of, whose


def in_this_process(
    tasks: Sequence[ShopTask], request: FleetRequest, started: Started, ended: Ended
) -> None:
    for task in tasks:
        started(task)
        ended(task, audit_shop(task, request))


def asked(tmp_path: Path) -> FleetRequest:
    return FleetRequest(reports=str(tmp_path / "reports"))


def by_name(done: Summary) -> dict[str, ShopResult]:
    return {Path(result.path).name: result for result in done.shops}


def test_every_shop_has_its_report_and_the_worst_comes_first(tmp_path: Path) -> None:
    fleet(tmp_path / "shops", 0, 5, -1, 3)
    done = run([tmp_path / "shops"], asked(tmp_path), in_this_process, tmp_path / "journal")
    assert [Path(result.path).name for result in done.shops] == ["c", "b", "d", "a"]
    assert [result.exit_code for result in done.shops] == [2, 1, 1, 3]
    assert done.exit_code == 2
    shops = by_name(done)
    assert shops["c"].reason is not None
    assert shops["c"].report is None
    assert shops["a"].shop == "店a"
    for name in "abd":
        text = Path(str(shops[name].report)).read_text("utf-8")
        assert codec.decode(text).verdict.exit_code == shops[name].exit_code


@pytest.mark.slow
def test_one_shop_that_sleeps_eats_or_dies_takes_no_other_with_it(tmp_path: Path) -> None:
    made = fleet(tmp_path / "shops", 0, 5, 0, 5, 0, 5)
    for folder, what in zip(made, ("sleeps", "eats", "dies", "dies once"), strict=False):
        (folder / what).touch()
    limits = Limits(seconds=45, memory=700 << 20, tries=2)
    engine = Local(limits, 2, work=mishap)
    shops = by_name(run([tmp_path / "shops"], asked(tmp_path), engine, tmp_path / "journal"))
    reasons = {name: result.reason.en for name, result in shops.items() if result.reason}
    assert {name: reason.split()[0] for name, reason in reasons.items()} == {
        "a": "took", "b": "took", "c": "its",
    }  # fmt: skip
    assert "seconds" in reasons["a"]
    assert "MB" in reasons["b"]
    assert [shops[name].exit_code for name in "def"] == [1, 3, 1]
    again = run([tmp_path / "shops"], asked(tmp_path), in_this_process, tmp_path / "journal")
    assert [by_name(again)[name] for name in "def"] == [shops[name] for name in "def"]


def test_a_process_that_is_killed_while_it_waits_costs_nothing(tmp_path: Path) -> None:
    request, limits = asked(tmp_path), Limits(tries=1)
    task = task_of(fleet(tmp_path / "shops", 0)[0])
    killed: set[str] = set()
    with guard(1, limits, work=whose) as pool:
        while len(killed) < 2:
            finished = outcome(pool.submit(task, request), task, limits)
            if isinstance(finished, Finished):
                killed.add(finished.digest)
                os.kill(int(finished.digest), signal.SIGKILL)
            else:  # the pool had not seen yet that its process was gone
                assert finished is Lost.UNKNOWN


def test_of_shops_that_were_lost_together_only_the_guilty_one_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pool that breaks as long as shop c is in it, else finishes one shop after the other."""
    made, request = fleet(tmp_path / "shops", 0, 5, 0, 5, 0, 5), asked(tmp_path)
    submitted: list[str] = []

    class Pool:
        def submit(self, task: ShopTask, _: FleetRequest) -> Future[Finished]:
            submitted.append(task.name)
            return Future[Finished]()

    def waited(
        running: dict[Future[Finished], ShopTask], return_when: str
    ) -> tuple[list[Future[Finished]], None]:
        assert return_when == FIRST_COMPLETED
        if "c" not in {task.name for task in running.values()}:
            first, task = next(iter(running.items()))
            first.set_result(audit_shop(task, request))
            return [first], None
        for future in running:
            future.set_exception(BrokenProcessPool("All workers expired"))
        return list(running), None

    monkeypatch.setattr(local, "guard", lambda *_: nullcontext(Pool()))
    monkeypatch.setattr(local, "wait", waited)
    done = by_name(run(made, request, Local(Limits(tries=2), 2), tmp_path / "journal"))
    assert [name for name, shop in sorted(done.items()) if shop.reason] == ["c"]
    assert submitted.count("c") == 3  # once among others, twice alone
    assert all(submitted.count(name) <= 2 for name in "abdef")


class StoppedError(Exception):
    """The run ends here."""


def test_a_run_that_was_stopped_goes_on_and_ends_as_one_that_was_not(tmp_path: Path) -> None:
    made = fleet(tmp_path / "shops", 0, 5, -1, 3)
    journal, request = tmp_path / "journal", asked(tmp_path)
    whole = run([tmp_path / "shops"], request, in_this_process, tmp_path / "other")
    audited: list[str] = []

    def engine(
        tasks: Sequence[ShopTask], request: FleetRequest, started: Started, ended: Ended
    ) -> None:
        for task in tasks:
            if len(audited) == 2:
                raise StoppedError
            started(task)
            finished = audit_shop(task, request)
            if finished is not task.earlier:
                audited.append(task.name)
            ended(task, finished)

    with pytest.raises(StoppedError):
        run([tmp_path / "shops"], request, engine, journal)
    with journal.open("a", encoding="ascii") as stream:
        stream.write('{"event":"finished","path":"cut sho')
    audited.clear()
    resume = Resuming(resume=True)
    assert run([tmp_path / "shops"], request, engine, journal, resuming=resume) == whole
    assert audited == ["c", "d"]
    # A shop that changed is audited again, and one without an audit if that is wanted.
    audited.clear()
    (made[0] / "shop.toml").write_text('shop = "neu"\n', "utf-8")
    changed = run([tmp_path / "shops"], request, engine, journal, resuming=resume, last=whole)
    assert audited == ["a"]
    assert by_name(changed)["a"].shop == "neu"
    # So is one whose report was removed.
    audited.clear()
    Path(str(by_name(changed)["d"].report)).unlink()
    assert run([tmp_path / "shops"], request, engine, journal, resuming=resume) == changed
    assert audited == ["d"]
    audited.clear()
    again = Resuming(resume=True, retry_failed=True)
    assert run([tmp_path / "shops"], request, engine, journal, resuming=again) == changed
    assert audited == ["c"]


def test_whatever_a_result_is_made_of_is_part_of_its_digest(tmp_path: Path) -> None:
    own = fleet(tmp_path / "shops", 0)[0]
    task, plain = task_of(own), asked(tmp_path)
    pack, listed, mutes = own / "own.toml", own / "ids.txt", tmp_path / "mutes.toml"
    (tmp_path / "config.toml").write_text("", "utf-8")
    kuaishou = (ROOT / "kshop_audit" / "packs" / "kuaishou.toml").read_text("utf-8")
    pack.write_text(kuaishou, "utf-8")
    listed.write_text("1\n", "utf-8")
    (own / "shop.toml").write_text(f"pack = ['{pack}']\nforce_majeure_file = '{listed}'\n", "utf-8")
    mutes.write_text("", "utf-8")
    request = replace(plain, mutes=str(mutes))
    seen = [digest_of(task, request)]
    assert digest_of(task, request) == seen[0]
    pack.write_text(kuaishou.replace("2025-10-02", "2025-10-03"), "utf-8")
    seen.append(digest_of(task, request))
    listed.write_text("1\n2\n", "utf-8")
    seen.append(digest_of(task, request))
    mutes.write_text(MUTE, "utf-8")
    seen.append(digest_of(task, request))
    (own / "chats.csv").write_bytes((own / "chats.csv").read_bytes() + b"\n")
    seen.append(digest_of(task, request))
    seen.append(digest_of(task, replace(request, max_age=timedelta(days=2))))
    assert len(set(seen)) == len(seen)


def test_the_mutes_of_the_command_line_hold_for_every_shop(tmp_path: Path) -> None:
    fleet(tmp_path / "shops", 5)
    (tmp_path / "mutes.toml").write_text(MUTE, "utf-8")
    request = replace(asked(tmp_path), mutes=str(tmp_path / "mutes.toml"))
    done = run([tmp_path / "shops"], request, in_this_process, tmp_path / "journal")
    report = codec.decode(Path(str(done.shops[0].report)).read_text("utf-8"))
    assert {rule.id: rule.mute for rule in report.rules}["reply-rate"] is not None
    missing = replace(request, mutes=str(tmp_path / "nothere.toml"))
    done = run([tmp_path / "shops"], missing, in_this_process, tmp_path / "journal")
    assert [shop.exit_code for shop in done.shops] == [2]


MUTE = """
[[mutes]]
rule = "reply-rate"
match = { agent = "小李" }
by = "店长"
reason = "新员工培训"
until = 2027-01-31
"""


def test_a_resumed_run_asks_again_whether_data_is_too_old(tmp_path: Path) -> None:
    fleet(tmp_path / "shops", 0)
    journal, audited = tmp_path / "journal", list[str]()

    def engine(
        tasks: Sequence[ShopTask], request: FleetRequest, started: Started, ended: Ended
    ) -> None:
        for task in tasks:
            finished = audit_shop(task, request)
            if finished is not task.earlier:
                audited.append(finished.result.as_of or "")
            ended(task, finished)

    def at(now: datetime) -> Summary:
        age = timedelta(days=3)
        request = replace(asked(tmp_path), max_age=age, not_before=now - age)
        resuming = Resuming(resume=journal.exists())
        return run([tmp_path / "shops"], request, engine, journal, resuming=resuming)

    made = at(datetime(2026, 11, 1, 12))
    assert at(datetime(2026, 11, 1, 13)) == made
    assert len(audited) == 1
    assert len(journal.read_text("ascii").splitlines()) == 1  # nothing new to note
    late = at(datetime(2026, 11, 9))
    assert len(audited) == 2
    assert late != made


def test_what_the_environment_sets_is_part_of_the_digest(tmp_path: Path) -> None:
    shop = fleet(tmp_path, 0)[0]
    task, plain = task_of(shop), asked(tmp_path)
    other = replace(plain, environ={"KSHOP_AUDIT_SET": "targets.reply-rate=0.5"})
    assert digest_of(task, plain) == digest_of(task, plain)
    assert digest_of(task, plain) != digest_of(task, other)


def test_reports_go_to_an_address_that_fsspec_opens(tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    fleet(tmp_path / "shops", 0, 5)
    request = FleetRequest(reports="memory://fleet/reports", suffixes=(".json", ".html"))
    done = run([tmp_path / "shops"], request, in_this_process, tmp_path / "journal")
    for shop in done.shops:
        assert shop.report is not None
        with fsspec.open(shop.report, "rt", encoding="utf-8") as stream:
            assert codec.decode(stream.read()).verdict.exit_code == shop.exit_code
    assert fsspec.filesystem("memory").isfile("/fleet/reports/b.html")


def test_a_shop_may_take_what_its_exports_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 8 GB at hand small shops run one a core, shops of a gigabyte one at a time."""
    small = task_of(fleet(tmp_path, 0)[0])
    large = tmp_path / "large"
    large.mkdir()
    with (large / "chats.csv").open("wb") as stream:
        stream.truncate(1 << 30)  # takes no place on the disk
    memory = type("Memory", (), {"available": 8 << 30})
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    monkeypatch.setattr(psutil.Process, "cpu_affinity", lambda _: range(4), raising=False)
    monkeypatch.setattr(psutil, "cpu_count", lambda: 4)
    assert processes_for(Limits(), [small] * 9) == 4
    assert processes_for(Limits(memory=6 << 30), [small, task_of(large, "b")]) == 1
    assert processes_for(Limits(), [small, task_of(large, "b")]) == 2
    assert processes_for(Limits(), []) == 4


def test_changes_since_the_last_run_are_named(tmp_path: Path) -> None:
    made = fleet(tmp_path / "shops", 0, 5, 0)
    first = run(made[:2], asked(tmp_path), in_this_process, tmp_path / "journal")
    (made[0] / "chats.csv").unlink()
    done = run(made, asked(tmp_path), in_this_process, tmp_path / "journal", last=first)
    shown = {Path(one.path).name: (one.before, one.after) for one in done.changes}
    assert shown == {"a": (3, 2), "c": (None, 3)}


def test_a_resumed_run_needs_a_journal(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="to resume from"):
        finished_in(tmp_path / "journal")


def test_the_journal_gives_back_what_it_took(tmp_path: Path) -> None:
    task = ShopTask("shops/ä\ud800", "a", "shops/ä\ud800")
    result = ShopResult(shop="店", path=task.path, exit_code=0, status="pass", report="x.json")
    with Journal(tmp_path / "journal", resume=False) as journal:
        journal.started(task)
        journal.finished(task, Finished("1", result))
        journal.finished(task, Finished("2", result))
    assert finished_in(tmp_path / "journal") == {task.path: Finished("2", result)}


def test_a_folder_of_exports_is_one_shop_and_names_are_unique(tmp_path: Path) -> None:
    one, two = fleet(tmp_path / "x", 0, 0)
    other = fleet(tmp_path / "y", 0)[0]
    (tmp_path / "x" / ".hidden").mkdir()
    assert found([one]) == (one,)
    assert found([tmp_path / "x", one, tmp_path / "y"]) == (one, two, other)
    assert list(names([one, two, other]).values()) == ["a", "b", "a-2"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no shop"):
        found([tmp_path / "empty"])
    with pytest.raises(UsageError, match="is no folder"):
        found([one / "chats.csv"])


def test_a_file_beside_the_folders_of_shops_does_not_make_one_shop_of_them(tmp_path: Path) -> None:
    shops = tmp_path / "shops"
    made = fleet(shops, 0, 0)
    for folder in made:
        (folder / "shop.toml").unlink()
    (shops / "readme.md").write_text("three shops", "utf-8")
    assert found([shops]) == tuple(made)  # nothing that could be an export
    (shops / "readme.txt").write_text("three shops", "utf-8")
    with pytest.raises(UsageError, match="one shop or several"):
        found([shops])
    (shops / "shop.toml").touch()
    assert found([shops]) == (shops,)
    (shops / "shop.toml").unlink()
    for folder in made:
        (folder / "chats.csv").unlink()
    assert found([shops]) == (shops,)  # its other folders hold nothing

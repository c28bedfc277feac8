"""Shops in a pool of processes: whatever becomes of one of them, the others have their results."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from dataclasses import replace
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
from tests.fleet.shops import fleet, mishap, whose


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
    task = ShopTask(str(fleet(tmp_path / "shops", 0)[0]), "a")
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


def test_what_the_environment_sets_is_part_of_the_digest(tmp_path: Path) -> None:
    shop = fleet(tmp_path, 0)[0]
    task, plain = ShopTask(str(shop), "a"), asked(tmp_path)
    other = replace(plain, environ={"KSHOP_AUDIT_SET": "rules.reply-rate.target=50%"})
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
    small = ShopTask(str(fleet(tmp_path, 0)[0]), "a")
    large = tmp_path / "large"
    large.mkdir()
    with (large / "chats.csv").open("wb") as stream:
        stream.truncate(1 << 30)  # takes no place on the disk
    memory = type("Memory", (), {"available": 8 << 30})
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    monkeypatch.setattr(psutil.Process, "cpu_affinity", lambda _: range(4), raising=False)
    monkeypatch.setattr(psutil, "cpu_count", lambda: 4)
    assert processes_for(Limits(), [small] * 9) == 4
    assert processes_for(Limits(memory=6 << 30), [small, ShopTask(str(large), "b")]) == 1
    assert processes_for(Limits(), [small, ShopTask(str(large), "b")]) == 2
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
    task = ShopTask("shops/ä\ud800", "a")
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

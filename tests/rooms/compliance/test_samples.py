# SPDX-License-Identifier: Apache-2.0
"""What was scanned of late is looked at again by chance, and what differs is told to operators."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from builders import Yard, archive
from madang import audit, compliance, inbox, institute, jobs, kit, scan, storage
from madang.app.working import sampler_of
from madang.compliance.models import Verification
from madang.compliance.samples import actions, drawing, work
from madang.compliance.samples.figures import Figures, interval
from madang.compliance.samples.models import Sample
from madang.scan import process

HEADER = "# Copyright (c) 2021 Example Research Institute\n# SPDX-License-Identifier: BSD-3-Clause\n"
TESTS = Path(__file__).parents[2]
FILES = {"a.py": HEADER, "b.py": f"{HEADER}b = 1\n", "c.txt": "nothing", "empty": ""}


@pytest.fixture
def sampler(yard: Yard) -> compliance.Sampler:
    """A sampler whose yard has one verified version."""
    yard.work(yard.submit(yard.register("first"), archive(FILES))["task"])
    return sampler_of(yard.house, yard.verifier.pool)


@pytest.fixture(scope="module")
def broken() -> Iterator[scan.Pool]:
    """A pool whose quick part overlooks every statement of copyright."""
    with pytest.MonkeyPatch.context() as patch, scan.Pool(scan.Limits(workers=1)) as pool:
        patch.setenv("PYTHONPATH", str(TESTS))
        patch.setattr(process, "_PROGRAM", "broken_engine")
        yield pool


def kept(yard: Yard) -> list[Sample]:
    with yard.house.database.reading() as session:
        return list(session.scalars(select(Sample).order_by(Sample.path)))


def todo(yard: Yard) -> list[str]:
    with yard.house.database.reading() as session:
        return list(inbox.open_abouts(session, kind="scan.differs"))


def set_files_a_day(yard: Yard, count: int) -> None:
    with yard.house.database.writing() as session:
        shown = institute.get_setting(session, "scan_sample_files", viewer=kit.SYSTEM)
        institute.change(session, "scan_sample_files", count, version=shown.version, by=kit.SYSTEM)


def test_contents_are_drawn_looked_at_both_ways_and_kept(yard: Yard, sampler: compliance.Sampler) -> None:
    sampler.sample("task", 10)
    found = kept(yard)
    assert [(each.path, each.result) for each in found] == [("a.py", "equal"), ("b.py", "equal"), ("c.txt", "equal")]
    assert found[0].fast["expression"] == found[0].thorough["expression"] == "BSD-3-Clause"
    assert found[0].engine.startswith("ScanCode ")
    assert todo(yard) == []
    assert not list(sampler.scratch.glob(f"{work.WORK}*"))
    with yard.house.database.reading() as session:
        (figures,) = compliance.sample_figures(session)
    assert (figures.sampled, figures.equal, figures.different, figures.share) == (3, 3, 0, 0.0)
    assert figures.times is not None
    assert figures.times > 0


def test_a_content_is_looked_at_once_by_each_engine(yard: Yard, sampler: compliance.Sampler) -> None:
    sampler.sample("one", 2)
    sampler.sample("two", 9)
    sampler.sample("three", 9)
    assert [each.task_id for each in kept(yard) if each.task_id != "two"] == ["one", "one"]
    replace(sampler, release="9.9").sample("four", 9)
    with yard.house.database.reading() as session:
        now, before = compliance.sample_figures(session)
    assert (now.release, now.sampled, before.sampled) == ("9.9", 3, 3)


def test_a_task_that_runs_again_after_a_kill_looks_at_no_more_than_it_was_asked(yard: Yard, sampler: compliance.Sampler) -> None:
    for _time in range(2):
        sampler.sample("task", 2)
    assert len(kept(yard)) == 2


def test_the_same_seed_draws_the_same(yard: Yard, sampler: compliance.Sampler) -> None:
    def drawn(seed: str, **bounds: Any) -> list[str]:
        given = {"count": 2, "rules": "r", "release": "1", "largest": 10**6, **bounds}
        with yard.house.database.reading() as session:
            return [each.path for each in drawing.draw(session, yard.house.store, seed=seed, **given)]

    draws = {tuple(drawn(f"seed {n}")) for n in range(12)}
    assert drawn("seed 0") == drawn("seed 0")
    assert len(draws) > 1
    assert drawn("seed", largest=10, count=9) == ["c.txt"]


def test_a_difference_is_kept_with_both_answers_and_asked_about_once(yard: Yard, sampler: compliance.Sampler, broken: scan.Pool) -> None:
    replace(sampler, pool=broken).sample("task", 10)
    different = [each for each in kept(yard) if each.result == "different"]
    assert [(each.path, each.differs) for each in different] == [("a.py", ["holders"]), ("b.py", ["holders"])]
    assert different[0].fast["holders"] == []
    assert different[0].thorough["holders"] == ["Example Research Institute"]
    (about,) = todo(yard)
    assert about.removeprefix("sample/") in {each.id for each in different}


def test_what_was_collected_meanwhile_is_passed_over(yard: Yard, sampler: compliance.Sampler, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = drawing.draw

    def draws(*given: Any, **named: Any) -> list[drawing.Drawn]:
        return [replace(each, sha256="0" * 64) if each.path == "a.py" else each for each in honest(*given, **named)]

    monkeypatch.setattr(work, "draw", draws)
    sampler.sample("task", 10)
    assert [each.path for each in kept(yard)] == ["b.py", "c.txt"]


def test_a_version_whose_tree_is_gone_gives_nothing(yard: Yard, sampler: compliance.Sampler, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_tree: str) -> None:
        raise storage.TreeMissing(tree_id="sha256:0")

    monkeypatch.setattr(sampler.store, "read_tree", gone)
    sampler.sample("task", 10)
    assert kept(yard) == []


def test_nothing_is_drawn_from_what_was_verified_long_ago(yard: Yard, sampler: compliance.Sampler) -> None:
    with yard.house.database.writing() as session:
        session.execute(update(Verification).values(finished_at=kit.now() - timedelta(days=31)))
    sampler.sample("task", 10)
    assert kept(yard) == []


def test_two_processes_keep_one_sample_of_a_content(yard: Yard, sampler: compliance.Sampler) -> None:
    sampler.sample("task", 1)
    (sample,) = kept(yard)
    said = scan.Said("MIT")
    pair = scan.Pair(sample.path, sample.path, 1, sample.sha256, said, said)
    drawn = drawing.Drawn(sample.version_id, "first", sample.path, sample.sha256, 1)
    with yard.house.database.writing() as session:
        assert actions.record(session, drawn, pair, task_id="other", release=sampler.release) is None
    assert [each.task_id for each in kept(yard)] == ["task"]


def test_a_pool_that_does_not_start_leaves_nothing_and_is_tried_again(yard: Yard, sampler: compliance.Sampler) -> None:
    with scan.Pool(scan.Limits(workers=1, start_seconds=0.0)) as slow, pytest.raises(scan.PoolFailed):
        replace(sampler, pool=slow).sample("task", 1)
    assert kept(yard) == []
    (job,) = sampler.tasks()
    assert scan.PoolFailed in job.again
    sampler.sample("task", 1)
    assert len(kept(yard)) == 1


def test_cancelling_ends_it_between_two_contents(yard: Yard, sampler: compliance.Sampler, monkeypatch: pytest.MonkeyPatch) -> None:
    stops = iter([False, False, False])
    monkeypatch.setattr(jobs, "is_stopping", lambda: next(stops, True))

    def check() -> None:
        if next(stops, True):
            raise jobs.Stopped

    monkeypatch.setattr(jobs, "check", check)
    with pytest.raises(jobs.Stopped):
        sampler.sample("task", 10)
    assert len(kept(yard)) < 3
    assert not list(sampler.scratch.glob(f"{work.WORK}*"))


def begun(yard: Yard) -> str | None:
    with yard.house.database.writing() as session:
        return actions.begin(session)


def test_samples_wait_for_an_idle_hour_and_end_with_the_days_number(yard: Yard, sampler: compliance.Sampler) -> None:
    with yard.house.database.writing() as session:
        for task in jobs.tasks(session, states=[jobs.State.QUEUED]):
            jobs.cancel(session, task.id)
    set_files_a_day(yard, 0)
    assert begun(yard) is None
    set_files_a_day(yard, 3)
    sampler.begin()
    with yard.house.database.reading() as session:
        (task,) = jobs.tasks(session, states=[jobs.State.QUEUED])
    assert (task.name, task.arguments[1], task.lane) == ("compliance.sample", 3, "background")
    assert begun(yard) is None
    with yard.house.database.writing() as session:
        jobs.cancel(session, task.id)
    assert begun(yard) == task.id
    sampler.sample(task.id, 3)
    assert len(kept(yard)) == 3
    assert begun(yard) is None


def test_while_anything_waits_nothing_is_sampled(yard: Yard, sampler: compliance.Sampler) -> None:
    yard.submit(yard.register("second"), archive({"d.py": "d"}))
    assert begun(yard) is None


def test_an_operator_has_some_looked_at_now_and_only_once_at_a_time(yard: Yard, sampler: compliance.Sampler) -> None:
    with yard.house.database.writing() as session:
        task = compliance.sample_later(session, by=kit.SYSTEM)
        with pytest.raises(compliance.SampleRuns):
            compliance.sample_later(session, by=kit.SYSTEM)
        with pytest.raises(kit.Refusal):
            compliance.sample_later(session, by=kit.anonymous())
    with yard.house.database.reading() as session:
        (line,) = audit.entries(session, viewer=kit.SYSTEM, deed="scan.sampled", limit=5).items
    assert (line.target, line.facts["task"]) == ("samples", task)


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [(0, 0, 0, 1), (0, 10, 0, 0.277533), (5, 100, 0.021543, 0.111750), (10, 10, 0.722467, 1), (1, 40, 0.004427, 0.128814)],
)
def test_the_interval_is_wilsons(count: int, total: int, low: float, high: float) -> None:
    assert interval(count, total) == pytest.approx((low, high), abs=2e-6)


def test_figures_without_anything_compared_say_no_share() -> None:
    at = kit.now()
    figures = Figures("ScanCode", "r", "1", 0, 0, 2, 0.0, 0.0, at, at)
    assert (figures.share, figures.times, figures.interval, figures.sampled) == (None, None, (0.0, 1.0), 2)

# SPDX-License-Identifier: Apache-2.0
"""How a job runs: steps, refusals, faults, stopping, giving way, beats."""

import base64
import contextlib
import pickle
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

import databases
import patience
from madang import jobs
from madang.db import Database
from madang.jobs.errors import NotPortable
from madang.kit import NotFound, Refusal

Start = Callable[..., jobs.Runner]
WaitFor = Callable[[Callable[[], bool]], None]


class Gone(NotFound):
    code = "gone"
    message = "%(what)s is gone."


def add(database: Database, name: str, *args: object, **options: Any) -> str:
    with database.writing() as session:
        return jobs.enqueue(session, name, *args, **options)


def state(database: Database, task: str) -> jobs.State | None:
    with database.reading() as session:
        return jobs.state(session, task)


def test_a_job_runs_with_what_it_was_given(database: Database, start: Start, wait_for: WaitFor) -> None:
    got: list[tuple[object, ...]] = []
    start(jobs.Job("scan", lambda *args: got.append(args)))
    task = add(database, "scan", "v1", 2, {"deep": True})
    wait_for(lambda: state(database, task) is jobs.State.DONE)
    assert got == [("v1", 2, {"deep": True})]


def test_a_row_that_says_it_is_pickled_runs_nothing_of_its_own(database: Database, start: Start, wait_for: WaitFor, tmp_path: Path) -> None:
    made: list[str] = []
    begun = tmp_path / "begun"
    hostile = base64.b64encode(pickle.dumps(Touch(begun))).decode()
    task = add(database, "make", "hostile")
    schema = "" if database.is_sqlite else "dbos."
    with database.writing() as session:
        for table, column in (("workflow_input", "inputs"), ("workflow_status", "serialization")):
            given = {"value": hostile if column == "inputs" else "py_pickle", "task": task}
            session.execute(text(f"UPDATE {schema}{table} SET {column} = :value WHERE workflow_uuid = :task"), given)
    start(jobs.Job("make", run=made.append))
    after = add(database, "make", "after")
    wait_for(lambda: state(database, after) is jobs.State.DONE)
    assert made == ["after"]
    assert not begun.exists()


class Touch:
    """What makes a file when it is unpickled."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.place,)


def test_a_step_hands_its_answer_on(database: Database, start: Start, wait_for: WaitFor) -> None:
    got: list[object] = []
    start(jobs.Job("scan", lambda version: got.append(jobs.step("fetch", lambda name: {"tree": name}, version))))
    add(database, "scan", "v1")
    wait_for(lambda: got == [{"tree": "v1"}])


def test_a_step_within_a_step_is_part_of_it(database: Database, start: Start, wait_for: WaitFor) -> None:
    got: list[object] = []
    start(jobs.Job("scan", lambda: got.append(jobs.step("outer", lambda: jobs.step("inner", lambda: "x")))))
    task = add(database, "scan")
    wait_for(lambda: state(database, task) is jobs.State.DONE)
    with database.reading() as session:
        steps = session.execute(text(f"SELECT function_name FROM {databases.queue()}operation_outputs")).scalars().all()
    assert (got, steps) == (["x"], ["outer"])


def test_a_refusal_reaches_the_owner_in_its_own_words(database: Database, start: Start, wait_for: WaitFor) -> None:
    told: list[tuple[str, jobs.Failure]] = []

    def run(version: str) -> None:
        def fetch() -> None:
            raise Gone(what="the repository", field="git")

        jobs.step("fetch", fetch)

    start(jobs.Job("scan", run, on_failed=lambda version, failure: told.append((version, failure))))
    task = add(database, "scan", "v1")
    wait_for(lambda: state(database, task) is jobs.State.FAILED)
    [(version, failure)] = told
    assert (version, failure.code, failure.message, dict(failure.values)) == ("v1", "gone", "%(what)s is gone.", {"what": "the repository"})
    assert failure.sentence() == "the repository is gone."


def test_a_refusal_that_leaves_a_step_keeps_its_code_and_field(database: Database, start: Start, wait_for: WaitFor) -> None:
    caught: list[Refusal] = []

    def fetch() -> None:
        raise Gone(what="it", field="git")

    def run() -> None:
        try:
            jobs.step("fetch", fetch)
        except Refusal as refusal:
            caught.append(refusal)

    start(jobs.Job("scan", run))
    add(database, "scan")
    wait_for(lambda: bool(caught))
    assert (caught[0].code, caught[0].field, caught[0].sentence()) == ("gone", "git", "it is gone.")


def test_a_fault_reaches_the_owner_without_its_words(
    database: Database, start: Start, wait_for: WaitFor, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[jobs.Failure] = []

    def run() -> None:
        raise RuntimeError("password=hunter2")

    start(jobs.Job("scan", run, on_failed=told.append))
    task = add(database, "scan")
    wait_for(lambda: state(database, task) is jobs.State.FAILED)
    assert (told[0].code, dict(told[0].values)) == ("internal-fault", {"kind": "RuntimeError"})
    assert "RuntimeError" in told[0].sentence()
    assert "job.failed" in caplog.messages
    with database.reading() as session:
        assert "hunter2" not in str(session.execute(text(f"SELECT error FROM {databases.queue()}workflow_output")).all())


def test_a_job_without_an_owner_to_tell_fails_alone(database: Database, start: Start, wait_for: WaitFor) -> None:
    def run() -> None:
        raise Gone(what="it")

    start(jobs.Job("scan", run))
    task = add(database, "scan")
    wait_for(lambda: state(database, task) is jobs.State.FAILED)


def test_a_step_that_answers_no_json_is_a_fault(database: Database, start: Start, wait_for: WaitFor) -> None:
    told: list[jobs.Failure] = []
    start(jobs.Job("scan", lambda: jobs.step("fetch", lambda: (1, 2)) and None, on_failed=told.append))
    add(database, "scan")
    wait_for(lambda: bool(told))
    assert dict(told[0].values) == {"kind": NotPortable.__name__}


def test_a_running_job_hears_that_it_is_cancelled(database: Database, start: Start, wait_for: WaitFor) -> None:
    begun, ended = threading.Event(), threading.Event()
    told: list[jobs.Failure] = []

    def run() -> None:
        begun.set()
        try:
            while True:
                jobs.check()
                time.sleep(0.01)
        finally:
            ended.set()

    start(jobs.Job("scan", run, on_failed=told.append))
    task = add(database, "scan")
    assert begun.wait(patience.SECONDS)
    with database.writing() as session:
        jobs.cancel(session, task)
    assert ended.wait(patience.SECONDS)
    assert (state(database, task), told) == (jobs.State.CANCELLED, [])


def test_an_orderly_stop_is_heard_and_the_work_goes_on_at_the_next_start(database: Database, start: Start, wait_for: WaitFor) -> None:
    seen: list[str] = []
    begun = threading.Event()

    def forever() -> None:
        seen.append(jobs.step("one", lambda: "first"))
        begun.set()
        while not jobs.is_stopping():
            time.sleep(0.01)
        jobs.check()

    runner = start(jobs.Job("scan", forever))
    task = add(database, "scan")
    assert begun.wait(patience.SECONDS)
    assert runner.stop(grace=patience.SECONDS)
    assert state(database, task) is jobs.State.QUEUED
    with database.reading() as session:
        assert session.execute(text(f"SELECT recovery_attempts FROM {databases.queue()}workflow_status")).scalar_one() == 0
    start(jobs.Job("scan", lambda: seen.append(jobs.step("one", lambda: "again"))))
    wait_for(lambda: state(database, task) is jobs.State.DONE)
    assert seen == ["first", "first"]


def test_a_job_that_does_not_hear_is_left_behind(database: Database, start: Start) -> None:
    begun, let_go = threading.Event(), threading.Event()

    def deaf() -> None:
        begun.set()
        let_go.wait(patience.SECONDS)

    runner = start(jobs.Job("scan", deaf))
    add(database, "scan")
    assert begun.wait(patience.SECONDS)
    assert not runner.stop(grace=0.05)
    let_go.set()


def test_people_do_not_wait_behind_the_background(database: Database, start: Start, wait_for: WaitFor) -> None:
    order: list[str] = []
    begun, let_go = threading.Event(), threading.Event()

    def run(who: str) -> None:
        if who == "background":
            begun.set()
            assert let_go.wait(patience.SECONDS)
            jobs.give_way()
        else:
            jobs.give_way()
        order.append(who)

    start(jobs.Job("scan", run))
    add(database, "scan", "background", lane=jobs.Lane.BACKGROUND)
    assert begun.wait(patience.SECONDS)
    task = add(database, "scan", "person")
    wait_for(lambda: state(database, task) is jobs.State.DONE)
    let_go.set()
    wait_for(lambda: len(order) == 2)
    assert order == ["person", "background"]


def test_the_background_waits_while_a_person_s_job_runs(database: Database, start: Start, wait_for: WaitFor) -> None:
    order: list[str] = []
    person_runs, background_waits = threading.Event(), threading.Event()

    def person() -> None:
        person_runs.set()
        assert background_waits.wait(patience.SECONDS)
        time.sleep(0.2)
        order.append("person")

    def background() -> None:
        assert person_runs.wait(patience.SECONDS)
        background_waits.set()
        jobs.give_way()
        order.append("background")

    start(jobs.Job("person", person), jobs.Job("background", background))
    add(database, "background", lane=jobs.Lane.BACKGROUND)
    add(database, "person")
    wait_for(lambda: len(order) == 2)
    assert order == ["person", "background"]


def test_a_lane_runs_no_more_at_once_than_its_places(database: Database, start: Start, wait_for: WaitFor) -> None:
    lock, now, most, are_two = threading.Lock(), [0], [0], threading.Event()

    def run() -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        if now[0] == 2:
            are_two.set()
        assert are_two.wait(patience.SECONDS)
        time.sleep(0.05)  # a third one would come in meanwhile
        with lock:
            now[0] -= 1

    start(jobs.Job("scan", run))
    tasks = [add(database, "scan") for _ in range(6)]
    wait_for(lambda: all(state(database, task) is jobs.State.DONE for task in tasks))
    assert most[0] == 2


def test_outside_a_job_steps_run_and_nothing_stops() -> None:
    assert jobs.step("any", lambda number: number + 1, 1) == 2
    jobs.check()
    jobs.give_way()
    assert not jobs.is_stopping()


def test_a_beat_comes_again_after_it_failed(start: Start, wait_for: WaitFor, caplog: pytest.LogCaptureFixture) -> None:
    beats: list[int] = []

    def run() -> None:
        beats.append(1)
        if len(beats) == 1:
            raise RuntimeError

    start(beats=(jobs.Beat("seal", 0.01, run),))
    wait_for(lambda: len(beats) > 2)
    assert [record.__dict__["job"] for record in caplog.records if record.message == "job.failed"] == ["seal"]


def test_tasks_long_done_are_forgotten(database: Database, start: Start, wait_for: WaitFor) -> None:
    runner = start(jobs.Job("scan", lambda: None), limits=jobs.Limits(poll_seconds=0.02, kept_days=0))
    done = add(database, "scan")
    wait_for(lambda: state(database, done) is jobs.State.DONE)
    with database.writing() as session:
        waiting = jobs.enqueue(session, "scan", lane=jobs.Lane.BACKGROUND)
        session.execute(
            text(f"UPDATE {databases.queue()}workflow_status SET status = 'DELAYED' WHERE workflow_uuid = :task"), {"task": waiting}
        )
    runner.forget()
    assert state(database, done) is None
    assert state(database, waiting) is not None


def test_two_jobs_of_one_name_are_a_mistake(database: Database) -> None:
    with pytest.raises(ValueError, match="one name"):
        jobs.Runner(database, jobs=[jobs.Job("scan", print), jobs.Job("scan", print)])


def test_a_runner_without_tables_does_not_start(tmp_path: Any) -> None:
    with databases.opened(tmp_path, migrated=False) as empty:
        runner = jobs.Runner(empty, jobs=[])
        with pytest.raises((OperationalError, ProgrammingError), match=r"no such table|does not exist"):
            runner.start()
        assert not runner.is_running


def test_a_fault_in_a_step_is_the_same_fault_after_a_restart(database: Database, start: Start, wait_for: WaitFor) -> None:
    told: list[jobs.Failure] = []
    begun = threading.Event()

    def fetch() -> None:
        raise ValueError("only once")

    def first() -> None:
        with contextlib.suppress(ValueError):
            jobs.step("fetch", fetch)
        begun.set()
        while True:
            jobs.check()
            time.sleep(0.01)

    runner = start(jobs.Job("scan", first))
    add(database, "scan")
    assert begun.wait(patience.SECONDS)
    assert runner.stop(grace=patience.SECONDS)
    start(jobs.Job("scan", lambda: jobs.step("fetch", lambda: "never asked"), on_failed=told.append))
    wait_for(lambda: bool(told))
    assert dict(told[0].values) == {"kind": "ValueError"}


def test_waiting_for_people_ends_when_the_task_is_cancelled(database: Database, start: Start, wait_for: WaitFor) -> None:
    ended, let_go = threading.Event(), threading.Event()

    def person() -> None:
        let_go.wait(patience.SECONDS)

    def background() -> None:
        try:
            jobs.give_way()
        finally:
            ended.set()

    start(jobs.Job("person", person), jobs.Job("background", background))
    first = add(database, "person")
    wait_for(lambda: state(database, first) is jobs.State.RUNNING)
    task = add(database, "background", lane=jobs.Lane.BACKGROUND)
    wait_for(lambda: state(database, task) is jobs.State.RUNNING)
    with database.writing() as session:
        jobs.cancel(session, task)
    assert ended.wait(patience.SECONDS)
    let_go.set()
    assert state(database, task) is jobs.State.CANCELLED


def test_an_owner_that_could_not_be_told_is_told_at_the_next_start(database: Database, start: Start, wait_for: WaitFor) -> None:
    tries: list[str] = []

    def run() -> None:
        raise Gone(what="it")

    def on_failed(failure: jobs.Failure) -> None:
        tries.append(failure.code)
        if len(tries) == 1:
            raise OSError("the disk is full")

    runner = start(jobs.Job("scan", run, on_failed=on_failed))
    task = add(database, "scan")
    wait_for(lambda: len(tries) == 1)
    assert runner.stop()
    assert state(database, task) is jobs.State.QUEUED
    start(jobs.Job("scan", run, on_failed=on_failed))
    wait_for(lambda: state(database, task) is jobs.State.FAILED)
    assert tries == ["gone", "gone"]


@pytest.mark.parametrize("in_step", [True, False])
@pytest.mark.parametrize("kind", [Gone, OSError])
def test_what_goes_wrong_because_of_stopping_is_no_failure(
    database: Database, start: Start, wait_for: WaitFor, kind: type[Exception], in_step: bool
) -> None:
    begun = threading.Event()
    told: list[jobs.Failure] = []

    def work() -> None:
        begun.set()
        while not jobs.is_stopping():
            time.sleep(0.01)
        raise kind

    runner = start(jobs.Job("scan", lambda: jobs.step("work", work) if in_step else work(), on_failed=told.append))
    task = add(database, "scan")
    assert begun.wait(patience.SECONDS)
    assert runner.stop(grace=patience.SECONDS)
    assert state(database, task) is jobs.State.QUEUED
    start(jobs.Job("scan", lambda: jobs.step("work", lambda: "done")))
    wait_for(lambda: state(database, task) is jobs.State.DONE)
    assert told == []


def test_a_job_runs_again_after_an_error_of_a_passing_kind(
    database: Database, start: Start, wait_for: WaitFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("madang.jobs.runner.AGAIN_SECONDS", (0.01, 0.01))
    tries: list[str] = []
    told: list[jobs.Failure] = []

    def run(healed: bool) -> None:
        tries.append("try")
        if not healed or len(tries) < 3:
            raise Gone(what="the engine")

    start(jobs.Job("scan", run, on_failed=lambda _healed, failure: told.append(failure), again=(Gone,)))
    task = add(database, "scan", True)
    wait_for(lambda: state(database, task) is jobs.State.DONE)
    assert (len(tries), told) == (3, [])
    tries.clear()
    task = add(database, "scan", False)
    wait_for(lambda: state(database, task) is jobs.State.FAILED)
    assert (len(tries), [failure.code for failure in told]) == (3, ["gone"])


def test_a_job_that_waits_to_run_again_can_be_cancelled(database: Database, start: Start, wait_for: WaitFor) -> None:
    tried = threading.Event()

    def run() -> None:
        tried.set()
        raise Gone(what="the engine")

    begun = start(jobs.Job("scan", run, again=(Gone,)))
    task = add(database, "scan")
    assert tried.wait(patience.SECONDS)
    with database.writing() as session:
        jobs.cancel(session, task)
    assert begun.stop(grace=patience.SECONDS)
    assert state(database, task) is jobs.State.CANCELLED


def test_what_our_log_has_told_the_library_does_not_tell_again(
    database: Database, start: Start, wait_for: WaitFor, caplog: pytest.LogCaptureFixture
) -> None:
    def run() -> None:
        raise Gone(what="it")

    start(jobs.Job("scan", run))
    task = add(database, "scan")
    wait_for(lambda: state(database, task) is jobs.State.FAILED)
    assert [record for record in caplog.records if record.name == "dbos"] == []

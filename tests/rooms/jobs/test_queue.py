# SPDX-License-Identifier: Apache-2.0
"""Work exists only if the deed did, can be cancelled before it begins, and is queued once."""

import contextlib
from collections.abc import Callable

import pytest
from sqlalchemy import text

import databases
from madang import jobs
from madang.db import Database
from madang.jobs.errors import NotPortable


class UndoneError(Exception):
    pass


def queued(database: Database) -> int:
    with database.reading() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {databases.queue()}workflow_status")).scalar_one())


def state(database: Database, task: str) -> jobs.State | None:
    with database.reading() as session:
        return jobs.state(session, task)


def test_work_of_a_deed_that_was_undone_never_existed(database: Database) -> None:
    with contextlib.suppress(UndoneError), database.writing() as session:
        jobs.enqueue(session, "scan", "v1")
        raise UndoneError
    assert queued(database) == 0


def test_work_of_a_deed_that_was_done_waits_in_the_queue(database: Database) -> None:
    with database.writing() as session:
        task = jobs.enqueue(session, "scan", "v1", {"deep": [1, 2.5, None, True]})
    assert state(database, task) is jobs.State.QUEUED
    assert len(task) == 26


def test_the_same_task_twice_is_one_task(database: Database) -> None:
    for _ in range(2):
        with database.writing() as session:
            assert jobs.enqueue(session, "scan", "v1", task_id="t1") == "t1"
    assert queued(database) == 1


def test_the_caller_s_own_statements_are_undisturbed(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("CREATE TABLE deed (id TEXT)"))
        jobs.enqueue(session, "scan", "v1")
        session.execute(text("INSERT INTO deed VALUES ('d')"))
    with database.reading() as session:
        assert session.execute(text("SELECT id FROM deed")).scalar_one() == "d"


@pytest.mark.parametrize("argument", [object(), {1: "x"}, (1, 2), float("nan"), b"bytes"])
def test_an_argument_that_json_would_change_is_refused(database: Database, argument: object) -> None:
    with pytest.raises(NotPortable, match="the arguments of scan"), database.writing() as session:
        jobs.enqueue(session, "scan", argument)
    assert queued(database) == 0


def test_rows_hold_json_and_no_pickle(database: Database) -> None:
    with database.writing() as session:
        jobs.enqueue(session, "scan", "v1")
    with database.reading() as session:
        row = session.execute(text(f"SELECT inputs FROM {databases.queue()}workflow_input")).scalar_one()
    assert row == '{"namedArgs":{},"positionalArgs":["v1"]}'


def test_an_unknown_task_has_no_state(database: Database) -> None:
    assert state(database, "nobody") is None


def test_a_task_cancelled_before_it_begins_never_runs(
    database: Database, start: Callable[..., jobs.Runner], wait_for: Callable[[Callable[[], bool]], None]
) -> None:
    ran: list[str] = []
    with database.writing() as session:
        first = jobs.enqueue(session, "scan", "v1")
        second = jobs.enqueue(session, "scan", "v2")
    with database.writing() as session:
        jobs.cancel(session, first)
    start(jobs.Job("scan", ran.append))
    wait_for(lambda: state(database, second) is jobs.State.DONE)
    assert ran == ["v2"]
    assert state(database, first) is jobs.State.CANCELLED


def test_a_cancellation_that_was_undone_cancels_nothing(database: Database) -> None:
    with database.writing() as session:
        task = jobs.enqueue(session, "scan", "v1")
    with contextlib.suppress(UndoneError), database.writing() as session:
        jobs.cancel(session, task)
        raise UndoneError
    assert state(database, task) is jobs.State.QUEUED


def test_a_finished_task_cannot_be_cancelled_any_more(
    database: Database, start: Callable[..., jobs.Runner], wait_for: Callable[[Callable[[], bool]], None]
) -> None:
    start(jobs.Job("scan", lambda version: None))
    with database.writing() as session:
        task = jobs.enqueue(session, "scan", "v1")
    wait_for(lambda: state(database, task) is jobs.State.DONE)
    with database.writing() as session:
        jobs.cancel(session, task)
    assert state(database, task) is jobs.State.DONE


def test_states_that_end_are_final() -> None:
    assert [state for state in jobs.State if state.is_final] == [jobs.State.DONE, jobs.State.FAILED, jobs.State.CANCELLED]


def test_migrating_twice_changes_nothing(database: Database) -> None:
    jobs.migrate(database)
    assert queued(database) == 0

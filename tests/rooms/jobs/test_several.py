# SPDX-License-Identifier: Apache-2.0
"""Several jobs processes on one PostgreSQL: what a dead one began is taken up by the living, once; chores are the eldest's."""

import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import func, select, text

import databases
import patience
from madang import jobs
from madang.db import Connections, Database
from madang.jobs import durable, processes
from madang.jobs.models import Process
from madang.jobs.processes import Presence

QUICK = jobs.Limits(poll_seconds=0.02, beat_seconds=0.1, dead_seconds=600.0)
pytestmark = pytest.mark.needs("postgresql")
WaitFor = Callable[[Callable[[], bool]], None]
Enter = Callable[[], Presence]


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A PostgreSQL database, whatever this run's kind is."""
    made = Database(databases.cluster().create(), connections=Connections(most=20))
    from madang import app, db

    assert app
    db.migrate(made)
    jobs.migrate(made)
    yield made
    made.close()


@pytest.fixture
def enter(database: Database) -> Iterator[Enter]:
    """Processes that live, as far as the rows say."""
    present: list[Presence] = []

    def make() -> Presence:
        present.append(Presence(database, QUICK, on_lost=lambda: None))
        present[-1].enter()
        return present[-1]

    yield make
    for each in present:
        each.leave(has_ended=True)


def living(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(select(Process.id)))


def begun_by(database: Database, executor: str) -> str:
    """A task that is under work in this process, as far as the rows say."""
    with database.writing() as session:
        task = jobs.enqueue(session, "scan")
        session.execute(
            text("UPDATE dbos.workflow_status SET status = 'PENDING', executor_id = :it WHERE workflow_uuid = :task"),
            {"it": executor, "task": task},
        )
    return task


def stood_still(dead: Presence, seen_by: Presence) -> bool:
    """As if the other had watched it for long. Its own thread may be looking at this moment, so this is said again until it counts."""
    beats, _since = seen_by._seen.get(dead.id, (0, 0.0))
    seen_by._seen[dead.id] = (beats, -math.inf)
    return False


def state(database: Database, task: str) -> jobs.State | None:
    with database.reading() as session:
        return jobs.state(session, task)


def test_the_eldest_is_the_first_until_it_leaves(enter: Enter, database: Database) -> None:
    eldest, younger = enter(), enter()
    assert (eldest.is_first(), younger.is_first()) == (True, False)
    eldest.leave(has_ended=True)
    assert younger.is_first()
    assert living(database) == {younger.id}


def test_what_a_dead_process_began_waits_again_and_the_livings_work_goes_on(enter: Enter, database: Database, wait_for: WaitFor) -> None:
    first, second = enter(), enter()
    lost, kept = begun_by(database, first.id), begun_by(database, second.id)
    first._leaving.set()  # it beats no more, as if it were killed
    wait_for(lambda: stood_still(first, second) or living(database) == {second.id})
    assert state(database, lost) is jobs.State.QUEUED
    assert state(database, kept) is jobs.State.RUNNING
    assert not second.is_lost


def test_work_of_a_process_that_has_no_row_waits_again_when_one_comes(enter: Enter, database: Database) -> None:
    task = begun_by(database, "jobs-1")
    enter()
    assert state(database, task) is jobs.State.QUEUED


def test_a_process_whose_row_is_gone_is_lost(enter: Enter, database: Database, wait_for: WaitFor) -> None:
    told = threading.Event()
    presence = Presence(database, QUICK, on_lost=told.set)
    presence.enter()
    with database.writing() as session:
        session.execute(text("DELETE FROM jobs_process"))
    wait_for(told.is_set)
    assert presence.is_lost
    assert not presence.is_first()


def test_a_process_that_cannot_beat_is_lost_before_others_think_so(enter: Enter, database: Database, wait_for: WaitFor) -> None:
    assert processes.TRUST <= 0.5, "it counts from the begin of its last beat, the others from when they saw it"
    presence = Presence(database, replace(QUICK, dead_seconds=1.0), on_lost=lambda: None)
    other = enter()
    presence.enter()
    with database.engine.connect() as holder:  # somebody holds the row, so that no beat of it comes through
        holder.execute(select(Process).where(Process.id == presence.id).with_for_update())
        wait_for(lambda: presence.is_lost)
        assert presence.id in living(database)
    presence.leave(has_ended=False)
    wait_for(lambda: stood_still(presence, other) or living(database) == {other.id})


def test_many_takers_take_each_task_once(database: Database) -> None:
    tasks = [begun_by(database, "nobody") for _ in range(20)]
    counts: list[int] = []

    def take() -> None:
        with database.writing() as session:
            counts.append(durable.put_back(session, []))

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(patience.SECONDS)
    assert sorted(counts) == [0, 0, 0, 0, 0, 20]
    assert all(state(database, task) is jobs.State.QUEUED for task in tasks)


def test_a_row_says_where_the_process_runs(enter: Enter, database: Database, wait_for: WaitFor) -> None:
    presence = enter()
    with database.reading() as session:
        row = session.get_one(Process, presence.id)
        assert (row.host != "", row.pid > 0, row.beat_at >= row.started_at) == (True, True, True)

    def beats() -> int:
        with database.reading() as session:
            return session.scalar(select(func.sum(Process.beats))) or 0

    before = beats()
    wait_for(lambda: beats() > before)


def test_a_chore_is_the_eldests_unless_it_is_for_everywhere(database: Database, enter: Enter, wait_for: WaitFor) -> None:
    eldest = enter()
    here: list[str] = []
    beats = [jobs.Beat("one", 0.05, lambda: here.append("one")), jobs.Beat("all", 0.05, lambda: here.append("all"), everywhere=True)]
    runner = jobs.Runner(database, jobs=[], beats=beats, limits=QUICK, on_lost=lambda: None)
    runner.start()
    wait_for(lambda: here.count("all") > 3)
    assert "one" not in here
    eldest.leave(has_ended=True)
    wait_for(lambda: "one" in here)
    assert runner.stop()

# SPDX-License-Identifier: Apache-2.0
"""kill -9 in the middle of a job: what was done is not done again, the rest is done, and what kills every time is given up."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from madang import jobs
from madang.db import Database
from madang.jobs.models import Process

PROGRAM = Path(__file__).with_name("program.py")
WaitFor = Callable[[Callable[[], bool]], None]
Launch = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    return tmp_path / "diary"


@pytest.fixture
def launch(database: Database, diary: Path) -> Iterator[Launch]:
    running: list[subprocess.Popen[bytes]] = []

    def begin() -> "subprocess.Popen[bytes]":
        running.append(subprocess.Popen([sys.executable, PROGRAM, database.url.render_as_string(hide_password=False), diary]))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.wait()


def end(process: "subprocess.Popen[bytes]", database: Database) -> None:
    """It is killed, and the others have noticed: how they do, and that it takes a while, is told in ``test_several``."""
    process.kill()
    process.wait()
    with database.writing() as session:
        session.execute(delete(Process))


def lines(diary: Path) -> list[str]:
    return diary.read_text(encoding="ascii").splitlines() if diary.exists() else []


def state(database: Database, task: str) -> jobs.State | None:
    with database.reading() as session:
        return jobs.state(session, task)


def test_a_job_killed_in_its_second_step_goes_on_there(database: Database, diary: Path, launch: Launch, wait_for: WaitFor) -> None:
    with database.writing() as session:
        task = jobs.enqueue(session, "scan", "v1")
    first = launch()
    wait_for(lambda: lines(diary) == ["first v1", "second begins"])
    end(first, database)
    assert state(database, task) is jobs.State.RUNNING
    diary.with_name("go").touch()
    launch()
    wait_for(lambda: state(database, task) is jobs.State.DONE)
    assert lines(diary) == ["first v1", "second begins", "second begins", "second ends"]


def test_a_job_that_is_killed_every_time_is_given_up_with_a_reason(
    database: Database, diary: Path, launch: Launch, wait_for: WaitFor
) -> None:
    with database.writing() as session:
        task = jobs.enqueue(session, "scan", "v1")
    for time in (1, 2):
        process = launch()
        wait_for(lambda time=time: lines(diary).count("second begins") == time)  # type: ignore[misc]
        end(process, database)
    launch()
    wait_for(lambda: state(database, task) is jobs.State.FAILED)
    assert lines(diary)[-1] == "v1 failed: This was interrupted 2 times before it could end, so it is not tried again."


def test_what_was_queued_while_no_process_ran_is_done_later(database: Database, diary: Path, launch: Launch, wait_for: WaitFor) -> None:
    diary.with_name("go").touch()
    with database.writing() as session:
        tasks = [jobs.enqueue(session, "scan", f"v{number}") for number in range(3)]
    launch()
    wait_for(lambda: all(state(database, task) is jobs.State.DONE for task in tasks))
    assert sorted(line for line in lines(diary) if line.startswith("first")) == ["first v0", "first v1", "first v2"]

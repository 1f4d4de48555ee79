# SPDX-License-Identifier: Apache-2.0
"""A real database and a real runner for every test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import databases
import patience
from madang import jobs
from madang.db import Database

QUICK = jobs.Limits(people=2, background=1, poll_seconds=0.02, beat_seconds=0.2, dead_seconds=600.0)
Start = Callable[..., jobs.Runner]
WaitFor = Callable[[Callable[[], bool]], None]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with databases.opened(tmp_path) as opened:
        yield opened


@pytest.fixture
def start(database: Database) -> Iterator[Start]:
    with ExitStack() as stack:

        def begin(*kinds: jobs.Job, beats: tuple[jobs.Beat, ...] = (), limits: jobs.Limits = QUICK) -> jobs.Runner:
            runner = jobs.Runner(database, jobs=kinds, beats=beats, limits=limits, on_lost=lambda: None)
            runner.start()
            stack.callback(lambda: runner.is_running and runner.stop(grace=5.0))
            return runner

        yield begin


@pytest.fixture
def wait_for() -> WaitFor:
    return patience.wait_until

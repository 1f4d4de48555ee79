# SPDX-License-Identifier: Apache-2.0
"""What the rooms' tests stand on: a real database in a folder of the test's own, or in the run's PostgreSQL cluster."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import databases
from madang.db import Database


@pytest.fixture(autouse=True)
def _databases() -> Iterator[None]:
    """What a test made in the cluster goes with it; what a whole module shares was there before."""
    before = databases.count()
    yield
    databases.forget(before)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database of this run's kind with every table and no row."""
    with databases.opened(tmp_path) as database:
        yield database

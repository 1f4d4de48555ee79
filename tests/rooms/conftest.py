# SPDX-License-Identifier: Apache-2.0
"""What the rooms' tests stand on: a real database in a folder of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from madang.db import Base, Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database with the tables of every room that the test has imported."""
    database = Database(f"sqlite:///{tmp_path / 'madang.sqlite'}")
    Base.metadata.create_all(database.engine)
    yield database
    database.close()

# SPDX-License-Identifier: Apache-2.0
"""One pool of scan workers for all tests here (the licence index is loaded once), and a house for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import Yard, yard_in
from madang import scan


@pytest.fixture(scope="session")
def pool() -> Iterator[scan.Pool]:
    """Two workers."""
    with scan.Pool(scan.Limits(workers=2)) as pool:
        yield pool


@pytest.fixture
def yard(tmp_path: Path, pool: scan.Pool) -> Iterator[Yard]:
    """A house where file: addresses are allowed."""
    yard = yard_in(tmp_path / "home", pool, MADANG_ALLOW_FILE="yes", MADANG_MAX_FILES="500")
    with yard.client:
        yield yard
    yard.house.close()

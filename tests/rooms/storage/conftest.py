# SPDX-License-Identifier: Apache-2.0
"""The same store twice: plain files, and a bucket of an S3 server."""

from pathlib import Path

import pytest

import stores
from madang import storage


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.needs("s3-server"))])
def where(request: pytest.FixtureRequest) -> str:
    """Where the objects lie."""
    return str(request.param)


@pytest.fixture
def place(where: str) -> storage.Place | None:
    """A new bucket, or None for plain files."""
    return None if where == "local" else stores.server().place()


@pytest.fixture
def store(tmp_path: Path, place: storage.Place | None) -> storage.Store:
    """An empty store."""
    return storage.Store(tmp_path / "store", place)

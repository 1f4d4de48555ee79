# SPDX-License-Identifier: Apache-2.0
"""A platform with something in it, and empty places to restore into."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import builders
import databases
from madang import app, keeping, scan, settings

Elsewhere = Callable[..., settings.Settings]


@pytest.fixture(scope="session")
def pool() -> Iterator[scan.Pool]:
    """A pool that no test of this room lets work."""
    with scan.Pool(scan.Limits(workers=1)) as pool:
        yield pool


@pytest.fixture
def yard(tmp_path: Path, pool: scan.Pool) -> Iterator[builders.Yard]:
    """A house with an asset, a version, a sealed ledger, and lines that came since."""
    yard = builders.yard_in(tmp_path / "home", pool)
    address = yard.register("speech")
    yard.submit(
        address, builders.archive({"LICENSE": "MIT License\n", "음성.py": "print(1)\n", "big.bin": random.Random(1).randbytes(300_000)})
    )
    app.seal_ledger(yard.house)
    yard.register("later")
    yield yard
    yard.house.close()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Elsewhere:
    """Settings for an empty home that is not there yet, on an empty database."""

    def named(name: str = "restored", **environ: str) -> settings.Settings:
        empty = {} if databases.kind() == "sqlite" else {"MADANG_DATABASE_URL": databases.address(tmp_path, migrated=False)}
        given = empty | environ
        return settings.read({"MADANG_HOME": str(tmp_path / name), "MADANG_LANGUAGE": "en", **given})

    return named


@pytest.fixture
def made(yard: builders.Yard, tmp_path: Path) -> keeping.Made:
    """A backup of the yard."""
    return keeping.back_up(yard.house.settings, tmp_path / "backup.tar.zst")

# SPDX-License-Identifier: Apache-2.0
"""Tests that run in parts are all run, once on each database, and a part that fails is told."""

from collections import Counter
from pathlib import Path

import pytest

import side_by_side
from house import tree
from side_by_side import POSTGRESQL, ROOMS_WITHOUT_ROWS, SQLITE

FILES = [str(path.relative_to(tree.ROOT)) for path in (tree.ROOT / "tests").rglob("test_*.py")]


def has_rows(name: str) -> bool:
    """Whether the file's tests are of a room with rows."""
    return name.startswith("tests/rooms/") and Path(name).parts[2] not in ROOMS_WITHOUT_ROWS


@pytest.mark.parametrize("kinds", [[SQLITE], [SQLITE, POSTGRESQL], [POSTGRESQL]])
def test_every_file_is_in_one_part_of_each_database(kinds: list[str]) -> None:
    parts = list(side_by_side.parts(kinds))
    for kind in kinds:
        places = [path for part in parts if part.database == kind for path in part.paths]
        found = Counter(name for name in FILES for place in places if name.startswith(f"{place}/"))
        wanted = {
            name for name in FILES if kind == SQLITE or (name.startswith("tests/rooms/") and Path(name).parts[2] not in ROOMS_WITHOUT_ROWS)
        }
        assert found == dict.fromkeys(wanted, 1)


def test_a_room_that_is_named_is_there() -> None:
    rooms = {path.name for path in (tree.ROOT / "tests" / "rooms").iterdir()}
    assert set(side_by_side.ALONE) | set(ROOMS_WITHOUT_ROWS) <= rooms


def test_a_part_that_fails_is_told_with_all_that_it_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = [side_by_side.Part(SQLITE, ("tests/no-such-place",))]
    (ended,) = side_by_side.run_all(parts, tmp_path, ["--noconftest"])  # without what our own tests stand on it fails within a second
    assert not ended.is_well
    said = capsys.readouterr().out
    assert "unrecognized arguments: --database=sqlite" in said
    assert "[1/1] sqlite: tests/no-such-place: FAILED (4)" in said

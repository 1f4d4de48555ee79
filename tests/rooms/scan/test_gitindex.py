# SPDX-License-Identifier: Apache-2.0
"""Git's index, read without Git: what it may be trusted for, and what not."""

import os
import random
import subprocess
import time
from pathlib import Path

import pytest

import patience
from builders import repository
from madang.scan import gitindex

pytestmark = pytest.mark.needs("git")
FILES = {"LICENSE": "MIT License\n", "src/a.py": "print(1)\n", "src/deep/b.py": "print(2)\n", "문서/안내.md": "안내\n", "x" * 200: "long\n"}


def git(folder: Path, *command: str) -> str:
    return subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True, text=True, timeout=patience.SECONDS).stdout


def written_later(folder: Path) -> None:
    """The index is newer than every file, as it is a moment after a checkout."""
    later = time.time() + 5
    os.utime(folder / ".git" / "index", (later, later))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = repository(tmp_path / "checkout", FILES)
    written_later(folder)
    return folder


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_every_tracked_file_is_known_by_its_blob(checkout: Path, version: str) -> None:
    if version == "3":
        (checkout / "new").write_text("new\n")
        git(checkout, "add", "-N", "new")  # an entry with extended flags, whose blob is not there yet
    git(checkout, "update-index", "--index-version", version)
    written_later(checkout)
    blobs = gitindex.unchanged(checkout)
    assert blobs.keys() == FILES.keys()
    for path, blob in blobs.items():
        assert blob.id == git(checkout, "hash-object", path).strip()
        assert gitindex.is_same(blob, checkout / path)
        assert gitindex.holds(blob, checkout / path)


def test_a_file_that_was_touched_is_not_the_same(checkout: Path) -> None:
    blob = gitindex.unchanged(checkout)["src/a.py"]
    (checkout / "src/a.py").write_text("print(3)\n")
    assert not gitindex.is_same(blob, checkout / "src/a.py")
    assert not gitindex.holds(blob, checkout / "src/a.py")


def test_what_changed_in_the_moment_of_the_index_is_not_trusted(checkout: Path) -> None:
    earlier = (checkout / "LICENSE").stat().st_mtime - 10
    os.utime(checkout / ".git" / "index", (earlier, earlier))
    assert gitindex.unchanged(checkout) == {}


@pytest.mark.parametrize("attribute", ["*.bin filter=lfs", "*.py ident", "*.txt working-tree-encoding=UTF-16"])
def test_where_attributes_change_files_none_is_trusted(checkout: Path, attribute: str) -> None:
    (checkout / "src" / ".gitattributes").write_text(f"{attribute}\n")
    assert gitindex.unchanged(checkout) == {}


def test_a_link_is_not_a_file(checkout: Path) -> None:
    (checkout / "link").symlink_to("LICENSE")
    git(checkout, "add", "link")
    written_later(checkout)
    assert "link" not in gitindex.unchanged(checkout)


def test_a_folder_without_an_index_knows_nothing(tmp_path: Path) -> None:
    assert gitindex.unchanged(tmp_path) == {}
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "index").symlink_to("/etc/passwd")
    assert gitindex.unchanged(tmp_path) == {}


@pytest.mark.parametrize("version", ["2", "4"])
def test_a_broken_index_says_little_and_raises_nothing(checkout: Path, version: str) -> None:
    git(checkout, "update-index", "--index-version", version)
    index = checkout / ".git" / "index"
    whole = index.read_bytes()
    chance = random.Random(4)
    for _ in range(300):
        broken = bytearray(whole[: chance.randrange(len(whole))])
        for _ in range(chance.randrange(8)):
            if broken:
                broken[chance.randrange(len(broken))] = chance.randrange(256)
        index.write_bytes(bytes(broken))
        written_later(checkout)
        for blob in gitindex.unchanged(checkout).values():
            assert len(blob.id) == 40


def test_an_empty_index_and_another_format_know_nothing(checkout: Path) -> None:
    for content in (b"", b"DIRC", b"DIRC\0\0\0\x09\0\0\0\x01" + bytes(80), b"PACK\0\0\0\x02\0\0\0\x01" + bytes(80)):
        (checkout / ".git" / "index").write_bytes(content)
        assert gitindex.unchanged(checkout) == {}

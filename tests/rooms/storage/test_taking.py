# SPDX-License-Identifier: Apache-2.0
"""An archive that is kept as it comes gives the tree that opening it into a folder would, and one that is refused is no tree."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from madang import archives, storage

LIMITS = archives.Limits()


def member(name: str, content: bytes = b"", **facts: object) -> tuple[tarfile.TarInfo, bytes]:
    found = tarfile.TarInfo(name)
    found.size = len(content)
    for fact, value in facts.items():
        setattr(found, fact, value)
    return found, content


def tar(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as made:
        for found, content in members:
            made.addfile(found, io.BytesIO(content))
    return path


EVERYTHING = (
    member("top", type=tarfile.DIRTYPE),
    member("top/empty", type=tarfile.DIRTYPE),
    member("top/run.sh", b"#!/bin/sh\n", mode=0o755),
    member("top/a/b.txt", b"hello\n"),
    member("top/a/large", bytes(3 * 1024 * 1024)),
    member("top/again.sh", type=tarfile.LNKTYPE, linkname="top/run.sh"),
    member("top/link", type=tarfile.SYMTYPE, linkname="a/b.txt"),
    member("top/to-link", type=tarfile.LNKTYPE, linkname="top/link"),
    member("top/\udcff.txt", b"odd\n"),
)


def test_what_is_kept_as_it_comes_is_what_opening_gives(store: storage.Store, tmp_path: Path) -> None:
    archive = tar(tmp_path / "a.tar.gz", *EVERYTHING)
    archives.unpack(archive, tmp_path / "into")
    opened = store.put_tree(tmp_path / "into" / "top")
    for _ in range(2):
        tree, found = store.put_archive(archive, limits=LIMITS)
        assert tree == opened
        assert (found.files, found.root_name) == (tree.files, "top")
    assert store.read_tree(tree.id) == tree


def test_a_zip_without_one_folder_round_everything_is_kept_as_it_is(store: storage.Store, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a/b.txt", "hello\n")
        made.writestr("c.txt", "there\n")
    archives.unpack(tmp_path / "a.zip", tmp_path / "into")
    tree, found = store.put_archive(tmp_path / "a.zip", limits=LIMITS)
    assert tree == store.put_tree(tmp_path / "into")
    assert found.root_name is None


@pytest.mark.parametrize(
    ("odd", "refusal"),
    [
        (member("../out", b"x"), archives.UnsafeName),
        (member("top/a/b.txt", b"twice"), archives.DuplicateName),
        (member("top/link2", type=tarfile.SYMTYPE, linkname="../../out"), archives.LinkOut),
        (member("top/none", type=tarfile.LNKTYPE, linkname="top/missing"), archives.Inconsistent),
        (member("top/pipe", type=tarfile.FIFOTYPE), archives.SpecialFile),
        (member("top/a/b.txt/below", b"x"), archives.DuplicateName),
    ],
)
def test_what_opening_refuses_is_refused_and_is_no_tree(
    store: storage.Store, tmp_path: Path, odd: tuple[tarfile.TarInfo, bytes], refusal: type[Exception]
) -> None:
    archive = tar(tmp_path / "a.tar.gz", member("top/a/b.txt", b"hello\n"), odd)
    with pytest.raises(refusal):
        archives.unpack(archive, tmp_path / "into")
    with pytest.raises(refusal):
        store.put_archive(archive, limits=LIMITS)
    assert not any(store.read(each.sha256).startswith(b"madang-tree") for each in store.every())


def test_limits_and_a_stop_hold_as_when_it_is_opened(store: storage.Store, tmp_path: Path) -> None:
    archive = tar(tmp_path / "a.tar.gz", *EVERYTHING)
    for limits in (archives.Limits(max_files=3), archives.Limits(max_file_bytes=1000), archives.Limits(max_archive_bytes=10)):
        with pytest.raises(archives.LimitExceeded):
            store.put_archive(archive, limits=limits)
    with pytest.raises(archives.Stopped):
        store.put_archive(archive, limits=LIMITS, stop=lambda: True)
    with pytest.raises(archives.EmptyArchive):
        store.put_archive(tar(tmp_path / "b.tar.gz", member("top", type=tarfile.DIRTYPE)), limits=LIMITS)

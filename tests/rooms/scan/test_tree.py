# SPDX-License-Identifier: Apache-2.0
import base64
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from madang import scan
from madang.scan.tree import content, listing, matcher, path_bytes, shown

Grow = Callable[..., Path]
MOST = 1000


def test_files_are_listed_in_byte_order_with_their_folders(grow: Grow) -> None:
    root = grow({"b": "", "a/z": "12", "a/b/c": "", "B": "", "가": ""})
    (root / "empty").mkdir()
    found = listing(root, most_bytes=MOST)
    assert [entry.path for entry in found.files] == ["B", "a/b/c", "a/z", "b", "가"]
    assert [entry.path for entry in found.directories] == ["a", "a/b", "empty"]
    assert [entry.size for entry in found.files] == [0, 0, 2, 0, 0]
    assert found.files[1].name == "c"


def test_one_file_is_a_tree_of_itself(grow: Grow) -> None:
    found = listing(grow({"only.py": "x"}) / "only.py", most_bytes=MOST)
    assert found.is_file
    assert [entry.path for entry in found.files] == ["only.py"]


def test_a_link_is_never_followed(grow: Grow, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_text("secret")
    root = grow({"a": ""})
    (root / "out").symlink_to("../secret")
    (root / "folder").symlink_to(tmp_path / "folder")
    (root / "broken").symlink_to("nowhere")
    (root / "loop").symlink_to(".")
    found = listing(root, most_bytes=MOST)
    assert [entry.path for entry in found.files] == ["a"]
    assert {(each.path, each.reason) for each in found.skipped} == {(name, "link") for name in ("out", "folder", "broken", "loop")}


def test_a_pipe_is_never_opened(grow: Grow) -> None:
    root = grow({"a": ""})
    os.mkfifo(root / "pipe")
    found = listing(root, most_bytes=MOST)
    assert [(each.path, each.reason) for each in found.skipped] == [("pipe", "special")]
    with pytest.raises(OSError, match="no regular file"):
        content(root / "pipe")


def test_a_file_that_became_a_link_is_not_read(grow: Grow) -> None:
    root = grow({"a": "x"})
    (root / "b").symlink_to("a")
    with pytest.raises(OSError, match="symbolic links"):
        content(root / "b")


def test_version_control_is_left_out_whatever_the_case(grow: Grow) -> None:
    root = grow({".git/config": "", "x/.GitIgnore": "", "CVS/Root": "", ".gitmodules": "", "git": ""})
    found = listing(root, most_bytes=MOST)
    assert [entry.path for entry in found.files] == [".gitmodules", "git"]
    assert [each.path for each in found.skipped] == [".git", "CVS", "x/.GitIgnore"]


def test_a_file_over_the_limit_is_unread_and_the_limit_is_named(grow: Grow) -> None:
    found = listing(grow({"big": b"x" * (MOST + 1), "fits": b"x" * MOST}), most_bytes=MOST)
    assert [entry.path for entry in found.files] == ["fits"]
    (unread,) = found.unread
    assert (unread.path, unread.reason) == ("big", "too-large")
    assert "max_file_bytes" in unread.message
    assert "1001" in unread.message


def test_a_name_that_is_no_utf8_is_shown_safely_and_kept(grow: Grow) -> None:
    root = grow({"a": ""})
    Path(os.fsdecode(os.fsencode(root) + b"/\xb0\xa1.txt")).write_text("x")
    found = listing(root, most_bytes=MOST)
    odd = found.files[1]
    assert odd.path == "\\xb0\\xa1.txt"
    odd.path.encode()
    assert base64.b64decode(path_bytes(odd.raw) or "") == b"\xb0\xa1.txt"
    assert path_bytes("plain") is None
    assert content(root / odd.raw).size == 1


def test_two_names_are_never_shown_alike(grow: Grow) -> None:
    root = grow({"\\xff": "1"})
    Path(os.fsdecode(os.fsencode(root) + b"/\xff")).write_text("2")
    assert sorted(entry.path for entry in listing(root, most_bytes=MOST).files) == ["\\xff", "\\xff~"]


def test_what_is_no_text_at_all_is_shown() -> None:
    assert shown("a\ud800b\udcffc") == "a\ufffdb\\xffc"


def test_a_folder_that_cannot_be_listed_is_told(grow: Grow, monkeypatch: pytest.MonkeyPatch) -> None:
    root = grow({"shut/a": "", "open/b": ""})
    real = os.scandir

    def scandir(path: bytes) -> object:
        if path.endswith(b"shut"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = listing(root, most_bytes=MOST)
    assert [entry.path for entry in found.files] == ["open/b"]
    assert [(each.path, each.reason) for each in found.unread] == [("shut", "unreadable")]
    assert "Permission denied" in found.unread[0].message


@pytest.mark.parametrize("name", ["missing", "pipe"])
def test_a_root_that_is_no_folder_and_no_file_is_refused(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(scan.SourceUnreadable) as refused:
        listing(tmp_path / name, most_bytes=MOST)
    assert name in refused.value.sentence()


def test_content_is_told_by_its_digests(grow: Grow) -> None:
    found = content(grow({"a": "abc"}) / "a")
    assert found.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert found.sha1 == "a9993e364706816aba3e25717850c26c9cd0d89d"
    assert found.size == 3


def test_manifests_are_told_by_their_path_whatever_the_case() -> None:
    is_manifest = matcher(("*/setup.py", "*conda*.yaml"))
    assert is_manifest("/name/a/Setup.py")
    assert is_manifest("/name/conda/x.yaml")
    assert not is_manifest("/name/a/setup.pyc")

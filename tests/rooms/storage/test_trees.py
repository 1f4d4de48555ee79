# SPDX-License-Identifier: Apache-2.0
import hashlib
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from madang import storage
from madang.storage import Entry, Mode, trees

SHA = hashlib.sha256(b"x").hexdigest()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    top = tmp_path / "source"
    (top / "deep/er").mkdir(parents=True)
    (top / "empty").mkdir()
    (top / "a.txt").write_bytes(b"x")
    (top / "deep/er/run").write_bytes(b"x")
    (top / "deep/er/run").chmod(0o755)
    (top / "deep/link").symlink_to("./er/run")
    (top / "deep-").write_bytes(b"")
    (top / os.fsdecode(b"\xff\xb0\n")).write_bytes(b"broken name")
    return top


def test_a_folder_becomes_a_tree_and_the_tree_a_folder_again(store: storage.Store, source: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    tree = store.put_tree(source, progress=lambda files, size: told.append((files, size)))
    assert [(entry.path, entry.mode, entry.size) for entry in tree.entries] == [
        ("a.txt", Mode.FILE, 1),
        ("deep-", Mode.FILE, 0),
        ("deep/er/run", Mode.EXEC, 1),
        ("deep/link", Mode.LINK, 8),
        ("\udcff\udcb0\n", Mode.FILE, 11),
    ]
    assert (tree.files, tree.bytes, told[-1]) == (5, 21, (5, 21))
    assert store.materialise(tree.id, tmp_path / "again") == ()
    assert store.put_tree(tmp_path / "again") == tree == store.read_tree(tree.id)
    assert os.fspath((tmp_path / "again/deep/link").readlink()) == "er/run"


def test_the_same_content_has_the_same_id_on_any_machine() -> None:
    entries = [Entry("b/한글", Mode.EXEC, 1, SHA), Entry("b", Mode.LINK, 2, target="\udcff/"), Entry("a", Mode.FILE, 1, SHA)]
    with pytest.raises(storage.PathClash):
        trees.tree_of(entries)
    tree, document = trees.tree_of([entries[0], entries[2], Entry("b.l", Mode.LINK, 2, target="\udcff/")])
    assert document == b"madang-tree 1\0\0file 1 %s\0a\0\0link 2 ff2f\0b.l\0\0exec 1 %s\0b/\xed\x95\x9c\xea\xb8\x80\0\0" % (
        SHA.encode(),
        SHA.encode(),
    )
    assert tree.id == "sha256:40668f32b00466e506eb9dbb4d326915e2303ab165f3bf0f693e0ba109c9a834"


PARTS = some.text(some.characters(blacklist_characters="\0/", blacklist_categories=["Cs"]), min_size=1, max_size=6).filter(
    lambda part: part not in {".", ".."}
)
PATHS = some.lists(PARTS, min_size=1, max_size=4).map("/".join)
ENTRIES = some.builds(
    lambda path, mode, text: (
        Entry(path, mode, len(text.encode()), target=text)
        if mode is Mode.LINK
        else Entry(path, mode, len(text), hashlib.sha256(text.encode()).hexdigest())
    ),
    PATHS,
    some.sampled_from(Mode),
    some.text(some.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), min_size=1, max_size=9),
)


@settings(deadline=None)
@given(some.lists(ENTRIES, max_size=8))
def test_reading_what_was_written_gives_the_same_in_any_order(entries: list[Entry]) -> None:
    try:
        tree, document = trees.tree_of(entries)
    except storage.PathClash:
        return
    assert trees.read(document) == tree
    assert trees.tree_of(reversed(entries)) == (tree, document)
    for entry in entries:
        assert trees.look_up(document, entry.path) == tree.find(entry.path) == entry


def test_a_name_that_looks_like_an_entry_does_not_lead_to_another_object() -> None:
    trap = f"file 1 {SHA}"
    _, document = trees.tree_of(
        [Entry(trap, Mode.LINK, 1, target="x"), Entry("z", Mode.LINK, len(trap), target=trap), Entry("\n", Mode.FILE, 1, SHA)]
    )
    assert trees.look_up(document, "x") is None
    assert trees.look_up(document, "") is None
    assert trees.look_up(document, "z\0") is None
    assert trees.look_up(document, f"file 1 {SHA}\0\n") is None
    assert trees.look_up(document, "madang-tree 1") is None
    assert trees.look_up(document, trap) == Entry(trap, Mode.LINK, 1, target="x")


@pytest.mark.parametrize(
    "entries",
    [
        [Entry("a", Mode.FILE, 1, SHA), Entry("a", Mode.EXEC, 1, SHA)],
        [Entry("a", Mode.FILE, 1, SHA), Entry("a-", Mode.FILE, 1, SHA), Entry("a/b", Mode.FILE, 1, SHA)],
        [Entry("a", Mode.LINK, 1, target="x"), Entry("a/b/c", Mode.FILE, 1, SHA)],
        [Entry("../a", Mode.FILE, 1, SHA)],
        [Entry("/a", Mode.FILE, 1, SHA)],
        [Entry("a/", Mode.FILE, 1, SHA)],
        [Entry("a/./b", Mode.FILE, 1, SHA)],
        [Entry("", Mode.FILE, 1, SHA)],
        [Entry("a\0", Mode.FILE, 1, SHA)],
        [Entry("a", Mode.FILE, 1, "")],
        [Entry("a", Mode.FILE, -1, SHA)],
        [Entry("a", Mode.FILE, 1, SHA, target="x")],
        [Entry("a", Mode.LINK, 1, SHA, target="x")],
        [Entry("a", Mode.LINK, 2, target="x")],
        [Entry("a", Mode.LINK, 0)],
        [Entry("a", Mode.LINK, 1, target="\0")],
    ],
)
def test_entries_that_cannot_stand_together_are_refused(entries: list[Entry]) -> None:
    with pytest.raises(storage.PathClash):
        trees.tree_of(entries)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"madang-tree 2\0\0",
        b"madang-tree 1\0\0x",
        b"madang-tree 1\0\0nonsense\0a\0\0",
        b"madang-tree 1\0\0file 01 %s\0a\0\0" % SHA.encode(),
        b"madang-tree 1\0\0file 1 %s\0\0\0" % SHA.encode(),
        b"madang-tree 1\0\0link 1 7\0a\0\0",
        b"madang-tree 1\0\0file 1 %s\0../a\0\0" % SHA.encode(),
        b"madang-tree 1\0\0file 1 %s\0b\0\0file 1 %s\0a\0\0" % (SHA.encode(), SHA.encode()),
    ],
)
def test_bytes_that_are_no_tree_in_its_one_form_are_not_read(document: bytes, store: storage.Store) -> None:
    stored = store.put_bytes(document)
    with pytest.raises(storage.TreeMissing):
        store.read_tree(f"sha256:{stored.sha256}")


@pytest.mark.parametrize("tree_id", ["", "sha256:" + "0" * 64, "sha256:../x", "0" * 64])
def test_a_tree_that_is_not_there_is_missing(tree_id: str, store: storage.Store) -> None:
    with pytest.raises(storage.TreeMissing):
        store.read_tree(tree_id)


def test_an_empty_folder_is_a_tree_without_entries(store: storage.Store, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    tree = store.put_tree(tmp_path / "none")
    assert (tree.files, store.read_tree(tree.id)) == (0, tree)


def test_a_file_is_opened_by_its_path_and_a_link_is_not(store: storage.Store, source: Path) -> None:
    tree = store.put_tree(source)
    with store.open_file(tree.id, "\udcff\udcb0\n") as file:
        assert file.read() == b"broken name"
    for path in ("deep/link", "deep", "gone", "", "deep/er/ru"):
        with pytest.raises(storage.FileMissing):
            store.open_file(tree.id, path)
    assert tree.find("gone") is None


def test_a_file_in_a_broken_tree_document_is_not_opened(store: storage.Store) -> None:
    stored = store.put_bytes(b"madang-tree 1\0\0nonsense\0a\0\0")
    with pytest.raises(storage.TreeMissing):
        store.open_file(f"sha256:{stored.sha256}", "a")


def test_a_tree_of_objects_that_are_not_kept_is_refused(store: storage.Store) -> None:
    with pytest.raises(storage.ObjectMissing):
        store.put_entries([Entry("a", Mode.FILE, 1, SHA)])
    store.put_bytes(b"x")
    assert store.put_entries([Entry("a", Mode.FILE, 1, SHA)]).files == 1


def test_a_pipe_is_refused(store: storage.Store, source: Path) -> None:
    os.mkfifo(source / "pipe")
    with pytest.raises(storage.SpecialFile, match="pipe"):
        store.put_tree(source)


def test_a_folder_that_goes_away_meanwhile_is_told(store: storage.Store, source: Path, tmp_path: Path) -> None:
    with pytest.raises(storage.TreeChanged):
        store.put_tree(tmp_path / "gone")

    def remove(_files: int, _size: int) -> None:
        for name in ("a.txt", "deep-", os.fsdecode(b"\xff\xb0\n")):
            (source / name).unlink(missing_ok=True)

    with pytest.raises(storage.TreeChanged):
        store.put_tree(source, progress=remove)


def test_stopping_keeps_what_was_there_and_going_on_gives_the_same(store: storage.Store, source: Path, tmp_path: Path) -> None:
    asked = iter([False, False, True])
    with pytest.raises(storage.Stopped):
        store.put_tree(source, stop=lambda: next(asked))
    assert list((tmp_path / "store/tmp").iterdir()) == []
    assert store.put_tree(source).files == 5


def test_many_files_are_put_in_several_batches(store: storage.Store, tmp_path: Path) -> None:
    (tmp_path / "many").mkdir()
    for number in range(300):
        (tmp_path / "many" / str(number)).write_text(str(number))
    assert store.put_tree(tmp_path / "many").files == 300
    assert store.usage().count == 301


def test_links_out_are_left_aside_when_a_tree_is_laid_out(store: storage.Store, source: Path, tmp_path: Path) -> None:
    (source / "out").symlink_to("../../etc/passwd")
    tree = store.put_tree(source)
    assert [skipped.path for skipped in store.materialise(tree.id, tmp_path / "again")] == ["out"]
    assert not (tmp_path / "again/out").is_symlink()


def test_nobody_changes_the_store_through_what_was_laid_out(store: storage.Store, source: Path, tmp_path: Path) -> None:
    tree = store.put_tree(source)
    store.materialise(tree.id, tmp_path / "again")
    (tmp_path / "again/a.txt").write_bytes(b"changed")
    with store.open_file(tree.id, "a.txt") as file:
        assert file.read() == b"x"


@pytest.mark.parametrize("is_root", [False, True])
def test_files_are_shared_only_where_read_only_means_something(
    is_root: bool, store: storage.Store, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0 if is_root else 1000)
    tree = store.put_tree(source)
    store.materialise(tree.id, tmp_path / "again", shared=True)
    shared = (tmp_path / "again/a.txt").stat()
    assert shared.st_nlink == (1 if is_root else 2)
    assert is_root or stat.S_IMODE(shared.st_mode) == 0o444
    run = (tmp_path / "again/deep/er/run").stat()
    assert (run.st_nlink, bool(run.st_mode & 0o100)) == (1, True)


@given(some.lists(some.sampled_from(Mode), min_size=1, max_size=6), some.lists(some.booleans(), min_size=6, max_size=6))
def test_a_tree_with_other_files_is_the_one_that_is_written_anew_and_tells_which(modes: list[Mode], otherwise: list[bool]) -> None:
    other = hashlib.sha256(b"other").hexdigest()
    old = [
        Entry(f"{place}/\udcff", mode, 1, target="t") if mode is Mode.LINK else Entry(f"{place}/\udcff", mode, 1, SHA)
        for place, mode in enumerate(modes)
    ]
    new = [
        Entry(each.path, each.mode, 5, other) for each, is_new in zip(old, otherwise, strict=False) if is_new and each.mode is not Mode.LINK
    ]
    paths = {each.path for each in new}
    _tree, before = trees.tree_of(old)
    tree, now = trees.tree_of([*(each for each in old if each.path not in paths), *new])
    assert trees.amended(before, new) == now
    assert trees.changes(before, now) == [(next(was for was in old if was.path == each.path), each) for each in new]
    assert (trees.outline_of(now), trees.size_of(now)) == (storage.Outline(tree.id, tree.files), tree.bytes)
    assert list(trees.digests_of(now)) == [each.sha256 for each in tree.entries if each.sha256]


@pytest.mark.parametrize("now", [[], [Entry("b", Mode.FILE, 1, SHA)], [Entry("a", Mode.FILE, 1, SHA), Entry("b", Mode.FILE, 1, SHA)]])
def test_what_came_and_went_is_told_and_only_files_that_are_there_are_amended(now: list[Entry]) -> None:
    link = Entry("a", Mode.LINK, 1, target="b")
    _tree, before = trees.tree_of([link])
    here = {each.path: each for each in now}
    wanted = [(link if path == "a" else None, here.get(path)) for path in sorted({"a", *here})]
    assert trees.changes(before, trees.tree_of(now)[1]) == wanted
    assert trees.changes(before, before) == []
    with pytest.raises(trees.Unreadable):
        trees.amended(before, [Entry("a", Mode.FILE, 1, SHA)])
    with pytest.raises(trees.Unreadable):
        trees.amended(b"no tree", [])

# SPDX-License-Identifier: Apache-2.0
"""What lies in a commit, read from the store: folders, files, the card; and the tree that a commit will have."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from madang import storage
from madang.hub import cards, rules
from madang.hub.actions import Bytes, Prepared
from madang.hub.errors import NoSuchEntry
from madang.hub.limits import Limits
from madang.hub.models import Commit
from madang.hub.rules import Change


@dataclass(frozen=True, slots=True)
class Item:
    """A file (with its ``entry``) or a folder of a list. ``size`` of a folder is that of all in it, ``files`` how many."""

    path: str
    id: str
    size: int
    files: int = 1
    entry: storage.Entry | None = None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


def entries_of(store: storage.Store, commit: Commit, folder: str = "") -> Sequence[storage.Entry]:
    """All files of the commit, or those that lie in the folder, however deep. ``NoSuchEntry`` for a folder that is not there."""
    tree = store.read_tree(commit.tree)
    if not folder:
        return tree.entries
    found = tree.below(folder)
    if not found:
        raise NoSuchEntry(path=folder[:120])
    return found


def listed(entries: Iterable[storage.Entry], folder: str = "", *, deep: bool = False) -> list[Item]:
    """What lies in the folder: folders and files in the order of their paths; with ``deep`` also what lies in its folders."""
    start = f"{folder}/" if folder else ""
    below: dict[str, list[storage.Entry]] = {}
    files: list[Item] = []
    for entry in entries:
        parts = entry.path[len(start) :].split("/")
        depths = range(1, len(parts)) if deep else range(1, min(2, len(parts)))
        for depth in depths:
            below.setdefault(start + "/".join(parts[:depth]), []).append(entry)
        if deep or len(parts) == 1:
            files.append(Item(entry.path, "", entry.size, entry=entry))
    folders = [
        Item(path, rules.folder_id(found, below=f"{path}/"), sum(each.size for each in found), len(found)) for path, found in below.items()
    ]
    return sorted([*folders, *files], key=lambda item: item.path)


def files_at(store: storage.Store, tree_id: str, paths: Collection[str]) -> dict[str, storage.Entry]:
    """The entries at those of the paths where one is. The tree is read once, however many paths there are."""
    tree = store.read_tree(tree_id)
    return {path: entry for path in paths if (entry := tree.find(path)) is not None}


def items_at(store: storage.Store, tree_id: str, paths: Iterable[str]) -> list[Item]:
    """What stands at each of the paths, files and folders; a path where nothing stands is left out. The tree is read once."""
    tree = store.read_tree(tree_id)
    found = []
    for path in (each.strip("/") for each in paths):
        entry = tree.find(path)
        if entry is not None and entry.sha256:
            found.append(Item(path, "", entry.size, entry=entry))
        elif entry is None and path:
            found += listed(tree.below(path), path.rpartition("/")[0])
    return found


def get_entry(store: storage.Store, commit: Commit, path: str) -> storage.Entry:
    """The file at the path; ``NoSuchEntry`` when there is none."""
    found = store.find_entry(commit.tree, path) if path and "\0" not in path else None
    if found is None or not found.sha256:
        raise NoSuchEntry(path=path[:120])
    return found


def card_of(store: storage.Store, tree: storage.Tree | str) -> cards.Card:
    """The card of a tree: an empty one where there is no README."""
    entry = tree.find(cards.README) if isinstance(tree, storage.Tree) else store.find_entry(tree, cards.README)
    if entry is None or not entry.sha256:
        return cards.Card()
    with store.open(entry.sha256) as file:
        text = file.read(cards.LONGEST_CARD)
    return cards.read(text.decode("utf-8", "replace").replace("\0", "\ufffd"))


def prepare(
    store: storage.Store, head: Commit, changes: Sequence[Change], *, title: str, message: str, sent: Mapping[str, Bytes], limits: Limits
) -> Prepared:
    """The commit on this head, with its tree in the store. ``ObjectMissing`` where bytes are not there that it names."""
    before = store.read_tree(head.tree)
    tree = store.put_entries(rules.changed(before.entries, changes, limit=limits.files))
    known = {entry.sha256 for entry in before.entries}
    fresh = {entry.sha256: entry.path for entry in tree.entries if entry.sha256 and entry.sha256 not in known}
    used = [each for sha256, each in sent.items() if sha256 in fresh]
    return Prepared(tree, head.id, title, message, sent=used, fresh=fresh, card=card_of(store, tree), limits=limits)

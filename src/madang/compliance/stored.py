# SPDX-License-Identifier: Apache-2.0
"""A version's tree in the store, as the scan takes it: digests are known, and only what has to be looked at is written out."""

from collections.abc import Collection, Iterator
from functools import cached_property
from itertools import count
from pathlib import Path

from madang import jobs, scan, storage


class StoredTree:
    """The scan core's ``Tree``, in a store. What is brought stands under ``folder``, which is its maker's to remove."""

    def __init__(self, store: storage.Store, content: str, folder: Path) -> None:
        self.store, self.content, self.folder = store, content, folder
        self._numbers = count(1)

    @cached_property
    def tree(self) -> storage.Tree:
        """The whole tree."""
        return self.store.read_tree(self.content)

    @property
    def contents(self) -> list[storage.Entry]:
        """Its plain files."""
        return [entry for entry in self.tree.entries if entry.mode is not storage.Mode.LINK]

    def files(self) -> Iterator[scan.Known]:
        """Every file and link."""
        return (scan.Known(entry.path, entry.size, entry.sha256) for entry in self.tree.entries)

    def bring(self, paths: Collection[str] | None) -> Path:
        """A new folder in which the files at ``paths`` stand, or all."""
        into = self.folder / f"tree-{next(self._numbers)}"
        self.store.materialise(self.tree, into, shared=True, only=paths, stop=jobs.is_stopping)
        return into

    def text(self, path: str, *, most: int) -> str | None:
        """What stands in a plain file of at most so many bytes; None where there is none."""
        entry = self.tree.find(path)
        if entry is None or entry.mode is storage.Mode.LINK or entry.size > most:
            return None
        return self.store.read(entry.sha256).decode("utf-8", errors="replace")

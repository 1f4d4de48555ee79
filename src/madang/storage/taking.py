# SPDX-License-Identifier: Apache-2.0
"""Files that come one by one, kept as they come: what is there already is not written, not even for a moment."""

from collections.abc import Callable, Iterable

from madang.storage.objects import Batch
from madang.storage.trees import Entry, Mode, amended, raw, size_of


class Taken:
    """The archives room's ``Taker``: files become objects in a batch, and ``entries`` what a tree has of them."""

    def __init__(self, batch: Batch, before: Callable[[], bytes] = lambda: b"") -> None:
        self._batch = batch
        self._before = before
        self._entries: dict[bytes, Entry] = {}
        self.document: bytes | None = None
        """The document of the whole tree, where only a part of it was given."""

    def file(self, path: bytes, chunks: Iterable[bytes], *, executable: bool) -> None:
        """The file is an object once the batch ends."""
        stored = self._batch.add(chunks)
        mode = Mode.EXEC if executable else Mode.FILE
        self._entries[path] = Entry(_text(path), mode, stored.size, sha256=stored.sha256)

    def copy(self, path: bytes, of: bytes) -> int:
        """The same object stands at another path too."""
        entry = self._entries[of]
        self._entries[path] = Entry(_text(path), entry.mode, entry.size, sha256=entry.sha256)
        return entry.size

    def link(self, path: bytes, target: bytes) -> None:
        """A link is kept as it is."""
        self._entries[path] = Entry(_text(path), Mode.LINK, len(target), target=_text(target))

    def held(self, path: bytes, sha256: str, size: int, *, executable: bool) -> None:
        """An object that is kept already stands at another path too."""
        self._entries[path] = Entry(_text(path), Mode.EXEC if executable else Mode.FILE, size, sha256=sha256)

    def rest(self) -> int:
        """All that was not given stands as in the tree before; the bytes of the whole."""
        self.document = amended(self._before(), self._entries.values())
        return size_of(self.document)

    def entries(self, *, below: str | None = None) -> list[Entry]:
        """All that was taken; with ``below``, the one folder that all lie in, as if they did not."""
        start = 0 if below is None else len(raw(below)) + 1
        return [Entry(_text(path[start:]), each.mode, each.size, each.sha256, each.target) for path, each in self._entries.items()]


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")

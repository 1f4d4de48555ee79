# SPDX-License-Identifier: Apache-2.0
"""The store: the room's front door."""

import os
import stat
import sys
import time
from collections.abc import Callable, Container, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from madang import archives
from madang.storage.collecting import Collected, collect
from madang.storage.errors import (
    FileMissing,
    ObjectMissing,
    SpecialFile,
    Stopped,
    TreeChanged,
    TreeMissing,
)
from madang.storage.objects import CHUNK, Batch, Objects, Stored, Usage
from madang.storage.places import Place
from madang.storage.taking import Taken
from madang.storage.trees import (
    Entry,
    Mode,
    Outline,
    Tree,
    Unreadable,
    changes,
    digest_of,
    digests_of,
    look_up,
    outline_of,
    raw,
    read,
    tree_of,
)

T = TypeVar("T")
_NO_LIMITS = archives.Limits(
    max_files=sys.maxsize,
    max_total_bytes=sys.maxsize,
    max_file_bytes=sys.maxsize,
    max_depth=sys.maxsize,
    max_name_bytes=sys.maxsize,
)


class Store:
    """Objects and trees under one folder, or with ``place`` in a bucket. Safe to use from several threads and processes at once."""

    def __init__(self, root: Path, place: Place | None = None) -> None:
        self._objects = Objects(root) if place is None else _remote(root, place)

    def put_bytes(self, data: bytes, *, expected: str | None = None) -> Stored:
        """The bytes are kept for good."""
        return self._objects.put([data], expected=expected)

    def put_stream(self, stream: BinaryIO | Iterable[bytes], *, max_bytes: int | None = None, expected: str | None = None) -> Stored:
        """All that the stream gives is kept for good, or nothing: ``ObjectTooLarge``, ``DigestMismatch``, ``StoreFull``."""
        return self._objects.put(_chunks(stream), max_bytes=max_bytes, expected=expected)

    def put_file(self, path: Path, *, max_bytes: int | None = None, expected: str | None = None) -> Stored:
        """The file's bytes are kept for good; the file stays as it is."""
        with path.open("rb") as file:
            return self.put_stream(file, max_bytes=max_bytes, expected=expected)

    def put_many(self, found: Iterable[tuple[str, BinaryIO | Iterable[bytes]]]) -> None:
        """Every object is kept for good under its name: ``DigestMismatch`` for bytes that are not those, ``StoreFull``."""
        with self._objects.batch() as batch:
            for sha256, stream in found:
                batch.add(_chunks(stream), expected=sha256)

    def batch(self) -> Batch:
        """A batch of puts, whose ``add`` takes one after the other; all are kept for good when its ``with`` block ends well."""
        return self._objects.batch()

    def every(self) -> Iterator[Stored]:
        """All objects, in the order of their names. One that is put meanwhile may be missing; none is ever taken away."""
        return self._objects.every()

    def exists(self, sha256: str) -> bool:
        """Whether the object is kept."""
        return self._objects.exists(sha256)

    def size(self, sha256: str) -> int:
        """The object's size in bytes."""
        return self._objects.size(sha256)

    def open(self, sha256: str, *, verify: bool = False) -> BinaryIO:
        """The object, open for reading; ``verify`` compares all bytes with the name first."""
        return self._objects.open(sha256, verify=verify)

    def read(self, sha256: str, *, verify: bool = False) -> bytes:
        """The object's bytes."""
        with self._objects.open(sha256, verify=verify) as file:
            return file.read()

    def put_tree(self, directory: Path, *, stop: archives.Stop | None = None, progress: archives.Progress | None = None) -> Tree:
        """All files and links under ``directory`` are kept, and the tree of them. Links are kept as links and never followed.

        What is kept already is not written again, so after a crash it goes on where it was.
        """
        entries: list[Entry] = []
        size = 0
        with self._objects.batch() as batch:
            for path, place in _walk(directory):
                if stop is not None and stop():
                    raise Stopped
                entry = _keep(batch, path, place)
                entries.append(entry)
                size += entry.size
                if progress is not None:
                    progress(len(entries), size)
        return self._put_tree(entries)

    def put_archive(self, archive: Path, *, limits: archives.Limits, stop: archives.Stop | None = None) -> tuple[Tree, archives.Unpacked]:
        """All files and links of the archive are kept, and the tree of them, without the one folder that archives put round everything.

        The archives room's refusals pass. Nothing is unpacked on the way: what is kept already is only compared.
        """
        with self._objects.batch() as batch:
            taken = Taken(batch)
            found = archives.hand_over(archive, taken, limits=limits, stop=stop)
        return self._put_tree(taken.entries(below=found.root_name)), found

    def put_handed(self, hand_over: Callable[[archives.Taker], T], *, before: str | None = None) -> tuple[Outline, T]:
        """All that ``hand_over`` gives to the taker is kept, and the tree of it, whose rest may be that of the tree ``before``.
        ``ObjectMissing`` where it says that something is held that is not."""
        with self._objects.batch() as batch:
            taken = Taken(batch, lambda: self._document(before or "", verify=True))
            try:
                found = hand_over(taken)
            except Unreadable as error:
                raise TreeMissing(tree_id=before or "") from error
        if taken.document is None:
            tree = self.put_entries(taken.entries())
            return Outline(tree.id, tree.files), found
        missing = self._objects.missing(digests_of(taken.document))
        if missing is not None:
            raise ObjectMissing(sha256=missing)
        self._objects.put([taken.document])
        return outline_of(taken.document), found

    def put_entries(self, entries: Iterable[Entry]) -> Tree:
        """The tree with these entries is kept; the objects they name must be kept already, or this raises ``ObjectMissing``."""
        tree, document = tree_of(entries)
        missing = self._objects.missing(entry.sha256 for entry in tree.entries if entry.mode is not Mode.LINK)
        if missing is not None:
            raise ObjectMissing(sha256=missing)
        self._objects.put([document])
        return tree

    def _put_tree(self, entries: Iterable[Entry]) -> Tree:
        """The tree of files that were kept a moment ago."""
        tree, document = tree_of(entries)
        self._objects.put([document])
        return tree

    def read_tree(self, tree_id: str) -> Tree:
        """The tree with that id, its document compared with it."""
        try:
            return read(self._document(tree_id, verify=True))
        except Unreadable as error:
            raise TreeMissing(tree_id=tree_id) from error

    def changes(self, before: str, now: str) -> list[tuple[Entry | None, Entry | None]]:
        """What of a tree is not as in the one before: each file or link as it was and is, None where there was or is none. Costs little for
        what is the same."""
        try:
            return changes(self._document(before, verify=True), self._document(now, verify=True))
        except Unreadable as error:
            raise TreeMissing(tree_id=now) from error

    def find_entry(self, tree_id: str, path: str) -> Entry | None:
        """The entry at ``path`` in the tree, or None, without reading the others."""
        try:
            return look_up(self._document(tree_id, verify=False), path)
        except Unreadable as error:
            raise TreeMissing(tree_id=tree_id) from error

    def open_file(self, tree_id: str, path: str) -> BinaryIO:
        """The file at ``path`` in the tree, open for reading. A link is no file: it is never followed."""
        entry = self.find_entry(tree_id, path)
        if entry is None or entry.mode is Mode.LINK:
            raise FileMissing(path=archives.shown(path))
        return self._objects.open(entry.sha256)

    def materialise(
        self,
        tree_id: str | Tree,
        into: Path,
        *,
        shared: bool = False,
        only: Container[str] | None = None,
        stop: archives.Stop | None = None,
    ) -> tuple[archives.Skipped, ...]:
        """The tree's files and links stand in the new folder ``into``, or nothing does. Returns what was left out: links leading out.

        Files are copies, so that nobody can change the store through them. ``shared`` is for readers of our own that never write: plain
        files then are hard links to the read-only objects, unless we are root, to whom read-only means nothing, or the disk cannot link.
        With ``only`` nothing but what stands at these paths is brought.
        """
        tree = tree_id if isinstance(tree_id, Tree) else self.read_tree(tree_id)
        entries = [entry for entry in tree.entries if only is None or entry.path in only]
        can_share = shared and os.geteuid() != 0
        self._objects.bring(entry.sha256 for entry in entries if entry.mode is not Mode.LINK)
        with archives.Landing(into, limits=_NO_LIMITS, stop=stop, keeps_going=True) as landing:
            for entry in entries:
                path = raw(entry.path)
                if entry.mode is Mode.LINK:
                    landing.link(path, raw(entry.target))
                elif not (can_share and entry.mode is Mode.FILE and landing.share(path, self._objects.place(entry.sha256))):
                    with self._objects.open(entry.sha256) as file:
                        landing.file(path, _pieces(file), executable=entry.mode is Mode.EXEC)
            return landing.finish().skipped

    def usage(self) -> Usage:
        """How many objects are kept, and their bytes. Walks all of them."""
        return self._objects.usage()

    def collect(
        self, needed: Container[bytes], *, older_than: float = 86_400, dry: bool = False, stop: Callable[[], None] | None = None
    ) -> Collected:
        """Objects that are not ``needed`` (32 bytes each) and that nobody put for ``older_than`` seconds are gone; ``dry`` only counts."""
        return collect(self._objects, needed, before=time.time() - older_than, dry=dry, stop=stop)

    def disk_bytes(self) -> int:
        """How many bytes the local disk has in all."""
        return self._objects.disk_bytes()

    def free_bytes(self) -> int:
        """How many bytes the disk can still take."""
        return self._objects.free_bytes()

    def sweep(self, *, older_than: float = 86_400) -> int:
        """Remove temporary files that a killed process left; returns how many. Done at start too."""
        return self._objects.sweep(older_than=older_than)

    def _document(self, tree_id: str, *, verify: bool) -> bytes:
        digest = digest_of(tree_id)
        if digest is None:
            raise TreeMissing(tree_id=tree_id[:80])
        try:
            return self.read(digest, verify=verify)
        except ObjectMissing as error:
            raise TreeMissing(tree_id=tree_id) from error


def _remote(root: Path, place: Place) -> Objects:
    from madang.storage.remote import RemoteObjects  # noqa: PLC0415 (the client of S3: only where objects lie there)

    return cast(Objects, RemoteObjects(root, place))  # the same methods


def _chunks(stream: BinaryIO | Iterable[bytes]) -> Iterable[bytes]:
    # Iterating over a file would give lines, and one line can be the whole file.
    reader = getattr(stream, "read", None)
    return stream if reader is None else iter(lambda: reader(CHUNK), b"")


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(CHUNK):
        yield piece


def _walk(directory: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Each file and link below, with its path in the tree."""
    waiting = [("", os.fspath(directory))]
    while waiting:
        prefix, place = waiting.pop()
        try:
            with os.scandir(place) as found:
                entries = list(found)
        except FileNotFoundError as error:
            raise TreeChanged(path=archives.shown(prefix)) from error
        for entry in entries:
            path = prefix + os.fsencode(entry.name).decode("utf-8", "surrogateescape")
            if entry.is_dir(follow_symlinks=False):
                waiting.append((f"{path}/", entry.path))
            else:
                yield path, entry


def _keep(batch: Batch, path: str, place: os.DirEntry[str]) -> Entry:
    try:
        if place.is_symlink():
            # A Path would tidy the target, and it is kept as it is.
            target = os.fsencode(os.readlink(place.path)).decode("utf-8", "surrogateescape")  # noqa: PTH115
            return Entry(path, Mode.LINK, len(raw(target)), target=target)
        if not place.is_file(follow_symlinks=False):
            raise SpecialFile(path=archives.shown(path))
        with os.fdopen(os.open(place.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise SpecialFile(path=archives.shown(path))
            stored = batch.add(_pieces(file))
    except FileNotFoundError as error:
        raise TreeChanged(path=archives.shown(path)) from error
    return Entry(path, Mode.EXEC if mode & stat.S_IXUSR else Mode.FILE, stored.size, sha256=stored.sha256)

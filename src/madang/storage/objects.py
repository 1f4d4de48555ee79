# SPDX-License-Identifier: Apache-2.0
"""Objects as plain local files: ``objects/ab/cdef…``, read-only, each written in ``tmp`` and renamed when its bytes are on the disk.

Order of a put: bytes to a temporary file, fsync the file, rename, fsync the folder. A batch does each of these steps for many files at
once, because a disk answers a hundred fsyncs in a row far faster than a hundred with other work between them.
"""

import errno
import hashlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from madang.storage.errors import DigestMismatch, ObjectDamaged, ObjectMissing, ObjectTooLarge, StoreFull

CHUNK = 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FULL = {errno.ENOSPC, errno.EDQUOT}
_BATCH_FILES = 256
_BATCH_BYTES = 64 * 1024 * 1024
_LEFT_BEHIND = 86_400


@dataclass(frozen=True, slots=True)
class Stored:
    """An object that is kept: 64 hexadecimal digits, its size in bytes, and whether it was not there before."""

    sha256: str
    size: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Usage:
    """How many objects are kept, and their bytes."""

    count: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Touched:
    """An object with its size and when it was last put, in seconds."""

    sha256: str
    size: int
    at: float


class Objects:
    """All objects under ``root``. Several processes may use the same root at once."""

    def __init__(self, root: Path) -> None:
        self._objects = root / "objects"
        self._temporary = root / "tmp"
        for folder in (self._objects, self._temporary):
            folder.mkdir(parents=True, exist_ok=True)
        self.sweep(older_than=_LEFT_BEHIND)

    def place(self, sha256: str) -> Path:
        """Where the object lies, or would lie; ``ObjectMissing`` for what is no digest."""
        return Path(self._at(sha256))

    def touch(self, sha256: str, size: int) -> bool:
        """Whether the object is there in this size; whoever collects what nobody needs sees then that somebody does."""
        place = self._at(sha256)
        try:
            if os.stat(place).st_size != size:  # noqa: PTH116 (asked for each file of each version: paths as objects cost three times as much)
                return False
            os.utime(place)
        except FileNotFoundError:
            return False
        return True

    def _at(self, sha256: str) -> str:
        if not _SHA256.fullmatch(sha256):
            raise ObjectMissing(sha256=sha256[:64])
        return f"{self._objects}/{sha256[:2]}/{sha256[2:]}"

    def put(self, chunks: Iterable[bytes], *, max_bytes: int | None = None, expected: str | None = None) -> Stored:
        """The bytes are kept for good once this returns."""
        with self.batch() as batch:
            return batch.add(chunks, max_bytes=max_bytes, expected=expected)

    def bring(self, digests: Iterable[str]) -> None:
        """The objects' bytes are local: they always are."""

    def missing(self, digests: Iterable[str]) -> str | None:
        """One of the digests that is not kept, or None."""
        is_there = os.path.exists  # as in touch
        return next((sha256 for sha256 in digests if not is_there(self._at(sha256))), None)

    def room_left(self) -> AbstractContextManager[None]:
        """Within the block a full disk becomes a refusal."""
        return _room_left()

    def batch(self) -> "Batch":
        """A batch of puts; all of them are kept for good when its ``with`` block ends."""
        return Batch(self)

    def exists(self, sha256: str) -> bool:
        """Whether the object is kept."""
        return self._size(sha256) is not None

    def size(self, sha256: str) -> int:
        """The object's size in bytes."""
        size = self._size(sha256)
        if size is None:
            raise ObjectMissing(sha256=sha256)
        return size

    def open(self, sha256: str, *, verify: bool = False) -> BinaryIO:
        """The object, open for reading at its beginning; with ``verify`` its bytes were all read and compared first."""
        try:
            file = self.place(sha256).open("rb")
        except FileNotFoundError as error:
            raise ObjectMissing(sha256=sha256) from error
        if verify:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                file.close()
                raise ObjectDamaged(sha256=sha256)
            file.seek(0)
        return file

    def every(self) -> Iterator[Stored]:
        """All objects, in the order of their names; what is put meanwhile may or may not be among them."""
        for shard in sorted(self._objects.iterdir()):
            for path in sorted(shard.iterdir()):
                yield Stored(shard.name + path.name, path.stat().st_size, is_new=False)

    def touched(self) -> Iterator[Touched]:
        """All objects, and when each was last put."""
        for shard in sorted(self._objects.iterdir()):
            with os.scandir(shard) as found:
                for entry in found:
                    stat = entry.stat(follow_symlinks=False)
                    yield Touched(shard.name + entry.name, stat.st_size, stat.st_mtime)

    def let_go(self, found: Touched, *, before: float) -> bool:
        """The object is gone, unless somebody has put it since ``before``; whether it is."""
        place, aside = self.place(found.sha256), self.new_temporary()
        with suppress(FileNotFoundError):
            place.rename(aside)
            if aside.stat().st_mtime >= before:
                aside.rename(place)
                return False
            aside.unlink()
            return True
        return False

    def usage(self) -> Usage:
        """What is kept now; walks all objects."""
        count = size = 0
        for shard in os.scandir(self._objects):
            for entry in os.scandir(shard):
                count += 1
                size += entry.stat(follow_symlinks=False).st_size
        return Usage(count, size)

    def free_bytes(self) -> int:
        """How many bytes the disk can still take."""
        return shutil.disk_usage(self._objects).free

    def disk_bytes(self) -> int:
        """How many bytes the disk has in all."""
        return shutil.disk_usage(self._objects).total

    def sweep(self, *, older_than: float) -> int:
        """Remove temporary files that were last written more than ``older_than`` seconds ago; returns how many."""
        removed = 0
        for entry in self._temporary.iterdir():
            with suppress(FileNotFoundError):
                if time.time() - entry.stat().st_mtime >= older_than:
                    entry.unlink()
                    removed += 1
        return removed

    def new_temporary(self) -> Path:
        """A path in the store's own file system that nothing stands at."""
        return self._temporary / secrets.token_hex(16)

    def _size(self, sha256: str) -> int | None:
        try:
            return os.stat(self._at(sha256)).st_size  # noqa: PTH116 (as in touch)
        except FileNotFoundError:
            return None


class Batch:
    """Puts that become durable together. An error in the ``with`` block drops those that are not yet."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._waiting: dict[str, Path] = {}
        self._waiting_bytes = 0
        self._shards: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if error is None:
                with _room_left():
                    self._settle()
                    for shard in self._shards:
                        _sync(self._objects.place(f"{shard:0<64}").parent)
        finally:
            for temporary in self._waiting.values():
                temporary.unlink(missing_ok=True)

    def add(self, chunks: Iterable[bytes], *, max_bytes: int | None = None, expected: str | None = None) -> Stored:
        """The bytes are written, and kept for good when the batch ends."""
        digest = hashlib.sha256()
        temporary: Path | None = None
        size = 0
        held: list[bytes] = []
        with _room_left(), _Spill(self._objects) as spill:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                if max_bytes is not None and size > max_bytes:
                    raise ObjectTooLarge(limit=max_bytes)
                held.append(chunk)
                if size > CHUNK:
                    spill.write(held)
                    held = []
            sha256 = digest.hexdigest()
            if expected is not None and expected != sha256:
                raise DigestMismatch(expected=expected)
            is_new = not self._is_kept(sha256, size)
            if is_new:
                spill.write(held)
                temporary = spill.keep()
        self._shards.add(sha256[:2])
        if temporary is not None:
            self._waiting[sha256] = temporary
            self._waiting_bytes += size
            if len(self._waiting) >= _BATCH_FILES or self._waiting_bytes >= _BATCH_BYTES:
                with _room_left():
                    self._settle()
        return Stored(sha256, size, is_new)

    def _is_kept(self, sha256: str, size: int) -> bool:
        """Whether the object is there. One of the wrong size was hurt by the disk and is written anew."""
        return sha256 in self._waiting or self._objects.touch(sha256, size)

    def _settle(self) -> None:
        """What waits is on the disk and at its place; the folders' own entries are synced at the end of the batch."""
        for temporary in self._waiting.values():
            _sync(temporary)
        for sha256, temporary in list(self._waiting.items()):
            place = self._objects.place(sha256)
            if not place.parent.exists():
                place.parent.mkdir(exist_ok=True)
                _sync(place.parent.parent)
            temporary.replace(place)
            del self._waiting[sha256]
        self._waiting_bytes = 0


class _Spill:
    """A temporary file that appears with the first write and goes away unless it is kept."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._place: Path | None = None
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._at.unlink(missing_ok=True)

    def write(self, chunks: list[bytes]) -> None:
        if self._file is None:
            self._file = os.fdopen(os.open(self._at, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o444), "wb")
        self._file.writelines(chunks)

    def keep(self) -> Path:
        if self._file is not None:
            self._file.close()
            self._file = None
        return self._at

    @property
    def _at(self) -> Path:
        self._place = self._place or self._objects.new_temporary()
        return self._place


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _room_left() -> Iterator[None]:
    """A full disk becomes a refusal."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFull from error
        raise

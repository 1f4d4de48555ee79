# SPDX-License-Identifier: Apache-2.0
"""Objects in a bucket of an S3 server, behind the same methods as ``Objects``; a local folder holds what is being sent and what was used.

A put writes the bytes to a temporary file, sends them (small ones only if nobody else has put them: ``If-None-Match: *``; large ones in
parts) and is acknowledged when the server has them all. Whatever comes back is compared with its name, unless somebody reads a part of a
large object, which is asked for range by range. What was not used for a day leaves the local folder.
"""

import hashlib
import io
import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

import obstore
from obstore import exceptions
from obstore.store import S3Store

from madang.storage.errors import DigestMismatch, ObjectDamaged, ObjectMissing, ObjectTooLarge, StoreAway
from madang.storage.objects import CHUNK, Objects, Stored, Touched, Usage
from madang.storage.places import Place

SMALL = 8 * CHUNK
"""A larger object is sent in parts, and read range by range unless all of it is asked for."""
AT_ONCE = 8
TOUCH_AFTER = timedelta(hours=12)
"""An object that is put again and was last sent longer ago is sent again, so that whoever collects what nobody needs sees that it is."""
KEPT_SECONDS = 86_400
MARK_SECONDS = 180
"""Taking an object away takes less, with every patience that we have with a server."""
MARK_POLL = 0.2


class RemoteObjects:
    """All objects under a prefix of a bucket. ``root`` is a local folder, which may be emptied while nothing runs."""

    def __init__(self, root: Path, place: Place) -> None:
        self._local = Objects(root)
        self._where = place.shown
        options = {
            "timeout": timedelta(seconds=60),
            "connect_timeout": timedelta(seconds=5),
            "allow_http": place.endpoint.startswith("http://"),
        }
        patience = {"max_retries": 4, "retry_timeout": timedelta(seconds=20)}
        self._bucket = S3Store(place.bucket, **place.arguments(), client_options=options, retry_config=patience)  # type: ignore[arg-type]
        self._prefix = f"{place.prefix}/" if place.prefix else ""

    def place(self, sha256: str) -> Path:
        """A local file with the object's bytes, brought now if need be."""
        found = self._local.place(sha256)
        if found.exists():
            os.utime(found)
        else:
            self._bring(sha256)
        return found

    def bring(self, digests: Iterable[str]) -> None:
        """The objects' bytes are local, several fetched at once."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _place in pool.map(self.place, set(digests)):
                pass

    def put(self, chunks: Iterable[bytes], *, max_bytes: int | None = None, expected: str | None = None) -> Stored:
        """The bytes are kept for good once this returns."""
        temporary, sha256, size = self.write(chunks, max_bytes, expected)
        return Stored(sha256, size, self.send(temporary, sha256, size))

    def batch(self) -> "RemoteBatch":
        """A batch of puts; all of them are kept for good when its ``with`` block ends."""
        return RemoteBatch(self)

    def exists(self, sha256: str) -> bool:
        """Whether the object is kept."""
        return self._told(sha256) is not None

    def missing(self, digests: Iterable[str]) -> str | None:
        """One of the digests that is not kept, or None; several are asked for at once."""
        asked = sorted(set(digests))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return next((sha256 for sha256, is_kept in zip(asked, pool.map(self.exists, asked), strict=True) if not is_kept), None)

    def size(self, sha256: str) -> int:
        """The object's size in bytes."""
        told = self._told(sha256)
        if told is None:
            raise ObjectMissing(sha256=sha256)
        return told[0]

    def open(self, sha256: str, *, verify: bool = False) -> BinaryIO:
        """The object, open for reading at its beginning. A large one is read by ranges, unless ``verify`` has it brought and compared."""
        if not verify and not self._local.exists(sha256):
            size = self.size(sha256)
            if size > SMALL:
                return cast(BinaryIO, io.BufferedReader(_Ranges(self, sha256, size), CHUNK))
        place = self.place(sha256)
        try:
            return self._local.open(sha256, verify=verify)
        except ObjectDamaged:
            place.unlink(missing_ok=True)  # only the local copy is: the server's is compared when it is brought
            self._bring(sha256)
            return self._local.open(sha256, verify=True)

    def every(self) -> Iterator[Stored]:
        """All objects, in the order of their names; what is put meanwhile may or may not be among them."""
        for path, size, _at in self._listed("objects"):
            yield Stored(path.replace("/", ""), size, is_new=False)

    def usage(self) -> Usage:
        """What is kept now; lists all objects."""
        count = size = 0
        for each in self.every():
            count, size = count + 1, size + each.size
        return Usage(count, size)

    def touched(self) -> Iterator[Touched]:
        """All objects, and when each was last sent."""
        for path, size, at in self._listed("objects"):
            yield Touched(path.replace("/", ""), size, at.timestamp())

    def let_go(self, found: Touched, *, before: float) -> bool:
        """The object is gone, unless somebody has sent it since ``before``; whether it is. A mark stands beside it meanwhile."""
        sha256 = found.sha256
        with self._answers(sha256):
            obstore.put(self._bucket, self._mark(sha256), b"")
        try:
            told = self._told(sha256)
            if told is None or told[1].timestamp() >= before:
                return False
            with self._answers(sha256):
                obstore.delete(self._bucket, self._key(sha256))
            self._local.place(sha256).unlink(missing_ok=True)
            return True
        finally:
            with self._answers(sha256):
                obstore.delete(self._bucket, self._mark(sha256))

    def disk_bytes(self) -> int:
        """How many bytes the local disk has in all."""
        return self._local.disk_bytes()

    def free_bytes(self) -> int:
        """How many bytes the local disk can still take, through which everything passes."""
        return self._local.free_bytes()

    def sweep(self, *, older_than: float) -> int:
        """Temporary files that old are gone, and local copies that nobody used for a day; returns how many."""
        removed = self._local.sweep(older_than=older_than)
        for stored in self._local.every():
            with suppress(FileNotFoundError):
                place = self._local.place(stored.sha256)
                if time.time() - place.stat().st_mtime > KEPT_SECONDS:
                    place.unlink()
                    removed += 1
        return removed

    def send(self, temporary: Path, sha256: str, size: int) -> bool:
        """The file's bytes are kept at the server, and here for a while; whether they were not there before."""
        try:
            told = self._told(sha256)
            is_there = told is not None and told[0] == size
            if told is None or not is_there:
                self._upload(temporary, sha256, is_first=told is None and size <= SMALL)
            elif datetime.now(UTC) - told[1] > TOUCH_AFTER:
                self._upload(temporary, sha256)
                self._wait_for_collector(sha256)
                if self._told(sha256) is None:
                    self._upload(temporary, sha256)
            place = self._local.place(sha256)
            place.parent.mkdir(exist_ok=True)
            if not place.exists():
                temporary.replace(place)
            return not is_there
        finally:
            temporary.unlink(missing_ok=True)

    def _upload(self, file: Path, sha256: str, *, is_first: bool = False) -> None:
        with self._answers(sha256), suppress(exceptions.AlreadyExistsError):
            obstore.put(self._bucket, self._key(sha256), file, mode="create" if is_first else "overwrite", chunk_size=SMALL)

    def _wait_for_collector(self, sha256: str) -> None:
        """Nobody is taking the object any more. The mark of one who was killed holds nobody up for long."""
        until = time.monotonic() + MARK_SECONDS
        while time.monotonic() < until:
            try:
                with self._answers(sha256):
                    obstore.head(self._bucket, self._mark(sha256))
            except ObjectMissing:
                return
            time.sleep(MARK_POLL)

    def range(self, sha256: str, start: int, length: int) -> bytes:
        """Some bytes of the object."""
        with self._answers(sha256):
            return bytes(obstore.get_range(self._bucket, self._key(sha256), start=start, length=length))

    def write(self, chunks: Iterable[bytes], max_bytes: int | None, expected: str | None) -> tuple[Path, str, int]:
        """The bytes stand in a temporary file; it, their digest and how many they are."""
        temporary, digest, size = self._local.new_temporary(), hashlib.sha256(), 0
        is_whole = False
        try:
            with self._local.room_left(), temporary.open("xb") as file:
                for chunk in chunks:
                    digest.update(chunk)
                    size += len(chunk)
                    if max_bytes is not None and size > max_bytes:
                        raise ObjectTooLarge(limit=max_bytes)
                    file.write(chunk)
            if expected is not None and digest.hexdigest() != expected:
                raise DigestMismatch(expected=expected)
            temporary.chmod(0o444)
            is_whole = True
        finally:
            if not is_whole:
                temporary.unlink(missing_ok=True)
        return temporary, digest.hexdigest(), size

    def _bring(self, sha256: str) -> None:
        """The object's bytes are local, compared with its name on the way."""
        place, temporary, digest = self._local.place(sha256), self._local.new_temporary(), hashlib.sha256()
        try:
            with self._answers(sha256), self._local.room_left(), temporary.open("xb") as file:
                for chunk in obstore.get(self._bucket, self._key(sha256)).stream(min_chunk_size=CHUNK):
                    digest.update(chunk)
                    file.write(chunk)
            if digest.hexdigest() != sha256:
                raise ObjectDamaged(sha256=sha256)
            temporary.chmod(0o444)
            place.parent.mkdir(exist_ok=True)
            temporary.replace(place)
        finally:
            temporary.unlink(missing_ok=True)

    def _told(self, sha256: str) -> tuple[int, datetime] | None:
        """The object's size and when it was last sent, as the server says."""
        with self._answers(sha256), suppress(FileNotFoundError):
            told = obstore.head(self._bucket, self._key(sha256))
            return told["size"], told["last_modified"]
        return None

    def _listed(self, folder: str) -> Iterator[tuple[str, int, datetime]]:
        """What lies under the folder: path in it, size, when it was last sent."""
        below = f"{self._prefix}{folder}/"
        with self._answers("*"):
            for some in obstore.list(self._bucket, prefix=below):
                for each in some:
                    yield each["path"].removeprefix(below), each["size"], each["last_modified"]

    def _mark(self, sha256: str) -> str:
        return f"{self._prefix}leaving/{sha256}"

    def _key(self, sha256: str) -> str:
        self._local.place(sha256)  # what is no digest names no object
        return f"{self._prefix}objects/{sha256[:2]}/{sha256[2:]}"

    @contextmanager
    def _answers(self, sha256: str) -> Iterator[None]:
        """What the server says becomes one of our refusals, but for what its caller expects."""
        try:
            yield
        except (exceptions.AlreadyExistsError, FileNotFoundError) as error:
            if isinstance(error, FileNotFoundError):
                raise ObjectMissing(sha256=sha256) from error
            raise
        except (exceptions.BaseError, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise StoreAway(where=self._where, kind=type(error).__name__.removesuffix("Error")) from error


class RemoteBatch:
    """Puts that are sent several at once. An error in the ``with`` block, or of one of them, is raised when it ends at the latest."""

    def __init__(self, objects: RemoteObjects) -> None:
        self._objects = objects
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._added: set[str] = set()
        self._sending: list[Future[bool]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._pool:
            if error is None:
                self._settle()

    def add(self, chunks: Iterable[bytes], *, max_bytes: int | None = None, expected: str | None = None) -> Stored:
        """The bytes are on their way, and kept for good when the batch ends. Whether they are new is not known before they are sent."""
        temporary, sha256, size = self._objects.write(chunks, max_bytes, expected)
        is_new = sha256 not in self._added
        if is_new:
            self._added.add(sha256)
            self._sending.append(self._pool.submit(self._objects.send, temporary, sha256, size))
        else:
            temporary.unlink()
        if len(self._sending) >= 8 * AT_ONCE:
            self._settle()
        return Stored(sha256, size, is_new)

    def _settle(self) -> None:
        while self._sending:
            self._sending.pop().result()


class _Ranges(io.RawIOBase):
    """A large object, read range by range."""

    def __init__(self, objects: RemoteObjects, sha256: str, size: int) -> None:
        self._objects, self._sha256, self._size, self._at = objects, sha256, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        length = min(len(buffer), self._size - self._at)
        if length <= 0:
            return 0
        got = self._objects.range(self._sha256, self._at, length)
        buffer[: len(got)] = got
        self._at += len(got)
        return len(got)

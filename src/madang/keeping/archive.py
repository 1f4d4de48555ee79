# SPDX-License-Identifier: Apache-2.0
"""The form of a backup: a tar in one zstd stream, written and read from beginning to end in little memory.

Its members in order: ``madang-backup.json`` (what made it), ``key.sealed`` where the key is inside, ``tables/<name>/<number>.jsonl`` (a
line of columns, then a row a line), ``objects/<sha256>``, ``home/<path>``, and ``manifest.json``: the sha256 of every member but the
objects, whose names are theirs, the hash of every table, and a signature by the platform's key. What was cut off has no manifest.
"""

import errno
import hashlib
import io
import os
import secrets
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import zstandard

from madang.keeping.errors import DamagedBackup, DiskFull, FileThere, NoBackup, NowhereToWrite

HEAD, SEALED, MANIFEST = "madang-backup.json", "key.sealed", "manifest.json"
FORMAT = 1
LEVEL = 3
PIECE = 4096
"""Bytes of the file that are opened at once; a stream that was made to burst is met in small portions."""
MOST_PLAIN = 64 << 20
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(slots=True)
class Totals:
    """What the objects come to: how many, their bytes, and the sha256 over their names and sizes in order."""

    count: int = 0
    bytes: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def add(self, sha256: str, size: int) -> None:
        """One more."""
        self.count, self.bytes = self.count + 1, self.bytes + size
        self.digest.update(f"{sha256} {size}\n".encode())

    def told(self) -> dict[str, int | str]:
        """As the manifest has it."""
        return {"count": self.count, "bytes": self.bytes, "hash": self.digest.hexdigest()}


class Writer:
    """A backup that is being written, under another name until it is whole. An error in the ``with`` block leaves nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.hashes: dict[str, str] = {}
        self.totals = Totals()
        self._draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")

    def __enter__(self) -> Self:
        if os.path.lexists(self.path):
            raise FileThere(path=self.path)
        try:
            handle = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise NowhereToWrite(path=self.path, reason=error.strerror) from error
        self._file = os.fdopen(handle, "wb", buffering=1 << 20)
        self._packed = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).stream_writer(self._file, closefd=False)
        self._tar = tarfile.open(fileobj=self._packed, mode="w|", format=tarfile.PAX_FORMAT)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        written = self._draft.stat().st_size
        try:
            if error is None:
                self._finish()
            with suppress(OSError):
                self._tar.close()
        except OSError as fault:
            raise self._told(fault, written) from fault
        finally:
            with suppress(OSError):
                self._file.close()
            self._draft.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise self._told(error, written) from error

    def _told(self, fault: OSError, written: int) -> Exception:
        return DiskFull(path=self.path, written=written >> 20) if fault.errno in FULL else fault

    def add(self, name: str, data: bytes) -> None:
        """A member whose bytes are at hand."""
        self.add_stream(name, len(data), io.BytesIO(data))

    def add_stream(self, name: str, size: int, stream: BinaryIO) -> None:
        """A member of so many bytes; its sha256 will stand in the manifest."""
        counted = Hashed(stream)
        self._put(name, size, counted)
        self.hashes[name] = counted.digest.hexdigest()

    def add_object(self, sha256: str, size: int, stream: BinaryIO) -> None:
        """An object; its name says what it must hold."""
        self._put(f"objects/{sha256}", size, stream)
        self.totals.add(sha256, size)

    def _put(self, name: str, size: int, stream: "BinaryIO | Hashed") -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, stream)
        forget_members(self._tar)

    def _finish(self) -> None:
        self._tar.close()
        self._packed.close()  # type: ignore[no-untyped-call]
        self._file.flush()
        os.fsync(self._file.fileno())
        self._draft.replace(self.path)
        sync_folder(self.path.parent)


class Hashed(io.RawIOBase):
    """Reads from another stream and hashes what passes."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.digest, self.size = stream, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self.stream.read(size)
        self.digest.update(data)
        self.size += len(data)
        return data


@dataclass(frozen=True, slots=True)
class Member:
    """One member as it comes: read its stream before the next one."""

    name: str
    size: int
    stream: Hashed

    def data(self) -> bytes:
        """All its bytes, which are few."""
        return self.stream.read()


class Reader:
    """A backup that is being read, once. ``hashes`` has the sha256 of each member but the objects that was read to its end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.hashes: dict[str, str] = {}
        self.totals = Totals()

    def members(self) -> Iterator[Member]:
        """Every member in order, to be read before the next one comes; what was not read is hashed nevertheless.

        ``NoBackup`` when the file is none of ours, ``DamagedBackup`` when it ends early or a member is not what it should be.
        """
        with self.path.open("rb") as file:
            unpacked = _Unpacked(file)
            try:
                with tarfile.open(fileobj=unpacked, mode="r|") as tar:
                    yield from self._members(tar)
                while unpacked.read(1 << 20):
                    pass
            except (tarfile.TarError, zstandard.ZstdError, EOFError) as error:
                if not self.hashes and (unpacked.is_whole() or not unpacked.has_begun()):
                    raise NoBackup(path=self.path) from error
                raise DamagedBackup(path=self.path, what=str(error)) from error
            if not unpacked.is_whole():
                raise DamagedBackup(path=self.path, what="end")

    def _members(self, tar: tarfile.TarFile) -> Iterator[Member]:
        last = ""
        while (found := tar.next()) is not None:
            forget_members(tar)
            if not self.hashes and found.name != HEAD:
                raise NoBackup(path=self.path)
            kind, _, sha256 = found.name.partition("/")
            opened = tar.extractfile(found) if found.isreg() else None
            if opened is None or (kind not in ("objects", "home") and found.size > MOST_PLAIN) or found.name in self.hashes:
                raise DamagedBackup(path=self.path, what=found.name[:200])
            member = Member(found.name, found.size, Hashed(opened))  # type: ignore[arg-type]
            yield member
            while member.stream.read(1 << 20):
                pass
            last, got = found.name, member.stream.digest.hexdigest()
            if member.stream.size != found.size or (kind == "objects" and got != sha256):
                raise DamagedBackup(path=self.path, what=found.name[:200])
            if kind == "objects":
                self.totals.add(sha256, found.size)
            else:
                self.hashes[found.name] = got
        if last != MANIFEST:
            raise EOFError(MANIFEST)


class _Unpacked(io.RawIOBase):
    """What a zstd stream holds, and whether it was all there."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.opened = zstandard.ZstdDecompressor().decompressobj()
        self.waiting = bytearray()

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes; fewer only at the end."""
        while (size < 0 or len(self.waiting) < size) and not self.opened.eof:
            piece = self.file.read(PIECE)
            if not piece:
                break
            self.waiting += self.opened.decompress(piece)
        size = len(self.waiting) if size < 0 else size
        data = bytes(self.waiting[:size])
        del self.waiting[:size]
        return data

    def has_begun(self) -> bool:
        """Whether it begins as a stream of this kind does."""
        self.file.seek(0)
        return self.file.read(len(zstandard.FRAME_HEADER)) == zstandard.FRAME_HEADER

    def is_whole(self) -> bool:
        """Whether the stream came to its end, and nothing stands behind it."""
        return self.opened.eof and not self.opened.unused_data and not self.file.read(1)


def forget_members(tar: tarfile.TarFile) -> None:
    """The names of what has passed are no longer in memory: the library would keep every one (until 3.13 it has no other word for it)."""
    vars(tar)["members"].clear()


def sync_folder(folder: Path) -> None:
    """The disk has the names in this folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

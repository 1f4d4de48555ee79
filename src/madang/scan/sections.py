# SPDX-License-Identifier: Apache-2.0
"""A file of named arrays of numbers that processes map into their memory and share, and that is taken only when it is ours and whole.

The form is plain: a mark, the length of a head, the head in JSON (what the file was built for, and of each section its kind of number,
place, count and SHA-256), the SHA-256 of the head, and the sections. Reading it runs nothing; a section is checked when it is first asked
for. It is built beside its place and moved there whole, for its user alone.
"""

import hashlib
import json
import mmap
import os
import secrets
import stat
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import numpy as np

Numbers = np.ndarray[Any, np.dtype[Any]]


class Tables(Protocol):
    """Numbers by name."""

    def __getitem__(self, name: str, /) -> Numbers:
        """The numbers of that name."""
        ...


_MARK = b"MADANGSECTIONS1\n"
_LENGTH = struct.Struct("<Q")
_DIGEST = 32
_LINE = 64
_KINDS = ("<u1", "<i2", "<i4", "<i8", "<u8", "<f8")
_MOST_HEAD = 1 << 20


class BrokenSections(Exception):
    """The file is not one that this user wrote for this purpose, or is no longer whole."""


class Sections:
    """The sections of an open file. ``built_for`` must be what the file says, or it is ``BrokenSections``."""

    def __init__(self, path: Path, *, built_for: str) -> None:
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                _check_owned(os.fstat(handle))
                self._map = mmap.mmap(handle, 0, access=mmap.ACCESS_READ)
            finally:
                os.close(handle)
        except (OSError, ValueError) as error:
            raise BrokenSections(str(error)) from error
        self._table, self._start = _head(self._map, built_for)
        self._known: dict[str, Numbers] = {}

    def __getitem__(self, name: str) -> Numbers:
        """The numbers of a section; they cannot be written to."""
        if name not in self._known:
            self._known[name] = self._checked(name)
        return self._known[name]

    def _checked(self, name: str) -> Numbers:
        if name not in self._table:
            raise BrokenSections(f"it has no section {name}")
        kind, at, count, digest = self._table[name]
        array = np.frombuffer(self._map, kind, count, self._start + at)
        if hashlib.sha256(array.data).hexdigest() != digest:
            raise BrokenSections(f"the section {name} is damaged")
        return array


def _check_owned(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise BrokenSections("it is not a file of this user's that nobody else may write to")


def _head(mapped: mmap.mmap, built_for: str) -> tuple[dict[str, tuple[str, int, int, str]], int]:
    """Each section's kind, place, count and digest, and where the first section begins."""
    opening = len(_MARK) + _LENGTH.size
    if mapped[: len(_MARK)] != _MARK or len(mapped) < opening:
        raise BrokenSections("it does not begin as such files do")
    (length,) = _LENGTH.unpack_from(mapped, len(_MARK))
    if length > _MOST_HEAD or len(mapped) < opening + length + _DIGEST:
        raise BrokenSections("its head is cut off")
    body = mapped[opening : opening + length]
    if hashlib.sha256(body).digest() != mapped[opening + length : opening + length + _DIGEST]:
        raise BrokenSections("its head is damaged")
    head = json.loads(body)
    if head["built_for"] != built_for:
        raise BrokenSections("it was built for another engine")
    start = _aligned(opening + length + _DIGEST)
    table = {name: (kind, at, count, digest) for name, (kind, at, count, digest) in head["sections"].items()}
    for kind, at, count, _sum in table.values():
        if kind not in _KINDS or start + at + count * np.dtype(kind).itemsize > len(mapped):
            raise BrokenSections("it is cut off")
    return table, start


def write_sections(
    path: Path, sections: Mapping[str, Numbers], *, built_for: str, check: Callable[[Path], None] = lambda _written: None
) -> None:
    """The file at ``path`` holds ``sections``, whole, or is as it was. ``OSError`` when it cannot be written. ``check`` is given the file
    before it has its place; what it raises passes, and nobody else has seen the file."""
    table: dict[str, tuple[str, int, int, str]] = {}
    at = 0
    for name, array in sections.items():
        table[name] = (array.dtype.str.replace("|", "<"), at, array.size, hashlib.sha256(array.data).hexdigest())
        at = _aligned(at + array.nbytes)
    head = json.dumps({"built_for": built_for, "sections": table}, separators=(",", ":")).encode("ascii")
    opening = _MARK + _LENGTH.pack(len(head)) + head + hashlib.sha256(head).digest()
    with _moved_into(path, check) as stream:
        stream.write(opening)
        for array in sections.values():
            stream.write(bytes(_aligned(stream.tell()) - stream.tell()))
            stream.write(array.data)


@contextmanager
def _moved_into(path: Path, check: Callable[[Path], None]) -> Iterator[Any]:
    """A new file of this user's alone that stands at ``path`` when all was written and ``check`` found it good."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        check(beside)
        beside.replace(path)
    finally:
        # After the move there is nothing there any more.
        with suppress(OSError):
            beside.unlink()


def _aligned(at: int) -> int:
    return -(-at // _LINE) * _LINE

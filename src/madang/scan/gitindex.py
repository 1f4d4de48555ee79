# SPDX-License-Identifier: Apache-2.0
"""What Git knows of a checkout's files without reading them: the blob id of each file that has not changed since Git looked.

Only the index file is read, by this module: the git command would run what a hostile checkout's configuration names. (The index's format:
Git's documentation, ``gitformat-index``, versions 2 to 4.)
"""

import hashlib
import mmap
import os
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ENTRY = struct.Struct(">10I20sH")
LARGEST = 512 << 20
REGULAR = 0o100000
CHANGING = (b"filter", b"ident", b"working-tree-encoding")
"""Attributes under which a file differs from its blob in more than its line ends."""


class Blob(NamedTuple):
    """A tracked file as Git last saw it: its blob's id, and what ``stat`` said of the file."""

    id: str
    size: int
    modified: int
    inode: int


def unchanged(root: Path) -> Mapping[str, Blob]:
    """The tracked regular files under ``root``, by raw path from there, that Git would take for unchanged if ``stat`` still says the same.

    Empty where ``root`` is no checkout of its own, where the index cannot be read, and where attributes make files differ from their blobs.
    """
    index = root / ".git" / "index"
    try:
        if index.is_symlink() or not index.is_file() or index.stat().st_size > LARGEST or _is_changing(root):
            return {}
        written = index.stat().st_mtime_ns
        with index.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            # What was changed in the moment in which the index was written would look unchanged: Git does not trust these either.
            return {path: blob for path, blob in _entries(data) if blob.modified < written}
    except (OSError, ValueError, IndexError, struct.error):
        return {}


def is_same(blob: Blob, path: Path) -> bool:
    """Whether ``stat`` still says of the file what it said to Git."""
    status = path.lstat()
    return (status.st_size & 0xFFFFFFFF, status.st_mtime_ns, status.st_ino & 0xFFFFFFFF) == (blob.size, blob.modified, blob.inode)


def holds(blob: Blob, path: Path) -> bool:
    """Whether the file's content is the blob's, as Git numbers it."""
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest() == blob.id


def _entries(data: mmap.mmap) -> Iterator[tuple[str, Blob]]:
    signature, version, count = struct.unpack_from(">4sII", data, 0)
    if signature != b"DIRC" or version not in (2, 3, 4):
        return
    at, path = 12, b""
    for _ in range(count):
        start = at
        fields = ENTRY.unpack_from(data, at)
        flags = fields[11]
        at += ENTRY.size
        extended = 0
        if flags & 0x4000:
            extended = int.from_bytes(data[at : at + 2])
            at += 2
        path, at = _path(data, at, start, path, version)
        is_plain = fields[6] & 0o170000 == REGULAR and not flags & 0xB000 and not extended & 0x6000
        if is_plain:
            blob = Blob(fields[10].hex(), fields[9], fields[2] * 1_000_000_000 + fields[3], fields[5])
            yield path.decode("utf-8", "surrogateescape"), blob


def _path(data: mmap.mmap, at: int, start: int, before: bytes, version: int) -> tuple[bytes, int]:
    """The entry's path and where the next entry begins."""
    if version == 4:
        cut, at = _number(data, at)
        end = data.find(b"\0", at)
        if end < 0 or cut > len(before):
            raise ValueError("the index is cut short")
        return before[: len(before) - cut] + data[at:end], end + 1
    end = data.find(b"\0", at)
    if end < 0:
        raise ValueError("the index is cut short")
    return data[at:end], start + ((end - start) // 8 + 1) * 8


def _number(data: mmap.mmap, at: int) -> tuple[int, int]:
    """A number of variable length, as packs have them for offsets."""
    byte = data[at]
    value = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = data[at]
        value = ((value + 1) << 7) | (byte & 0x7F)
    return value, at + 1


def _is_changing(root: Path) -> bool:
    """Whether attributes may give files other content than their blobs have."""
    for place in [root / ".git" / "info" / "attributes", *_attributes(root)]:
        if place.is_file() and any(word in place.read_bytes() for word in CHANGING):
            return True
    return False


def _attributes(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != ".git"]
        if ".gitattributes" in files:
            yield Path(folder) / ".gitattributes"

# SPDX-License-Identifier: Apache-2.0
"""Shards: which chunks of which blocks make a file, and the file's sha256."""

import struct
from dataclasses import dataclass

from madang.hub.xet.errors import BadShard

RECORD = 48
MAGIC = b"HFRepoMetaData"
END = b"\xff" * 32
WITH_VERIFICATION, WITH_DIGEST = 1 << 31, 1 << 30
MOST_SEGMENTS = 4_000_000


@dataclass(frozen=True, slots=True)
class Segment:
    """Chunks ``first`` to before ``end`` of a block, which unpack to ``size`` bytes."""

    xorb: str
    size: int
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class File:
    """A file: its digest, 64 hexadecimal digits, and what it is made of, in order."""

    sha256: str
    segments: tuple[Segment, ...]

    @property
    def size(self) -> int:
        """How many bytes it should have."""
        return sum(segment.size for segment in self.segments)


def hash_text(raw: bytes) -> str:
    """The 32 bytes as this protocol writes them: four little-endian numbers of 64 bits."""
    return "".join(f"{number:016x}" for number in struct.unpack("<4Q", raw))


def read_shard(data: bytes) -> list[File]:
    """The files of a shard; ``BadShard`` for what ends early, counts wrongly or does not say a file's sha256."""
    if len(data) < 2 * RECORD or not data.startswith(MAGIC):
        raise BadShard(reason="it does not begin as one")
    files: list[File] = []
    at = RECORD
    while True:
        head = _record(data, at)
        if head[:32] == END:
            return files
        flags, count = struct.unpack_from("<II", head, 32)
        at += RECORD
        if count > MOST_SEGMENTS or at + count * RECORD > len(data):
            raise BadShard(reason="it ends early")
        segments = tuple(_segment(data, at + number * RECORD) for number in range(count))
        at += count * RECORD * (2 if flags & WITH_VERIFICATION else 1)
        if not flags & WITH_DIGEST:
            raise BadShard(reason="a file has no sha256")
        files.append(File(hash_text(_record(data, at)[:32]), segments))
        at += RECORD


def _record(data: bytes, at: int) -> bytes:
    found = data[at : at + RECORD]
    if len(found) < RECORD:
        raise BadShard(reason="it ends early")
    return found


def _segment(data: bytes, at: int) -> Segment:
    _flags, size, first, end = struct.unpack_from("<4I", data, at + 32)
    if first >= end:
        raise BadShard(reason="a file has a part without chunks")
    return Segment(hash_text(data[at : at + 32]), size, first, end)

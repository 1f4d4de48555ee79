# SPDX-License-Identifier: Apache-2.0
"""Zips made byte by byte, so that each part can lie by itself."""

import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Part:
    """One entry; what is None follows from the content."""

    name: bytes
    content: bytes = b""
    method: int = 0
    packed: bytes | None = None
    flags: int = 0
    system: int = 3
    mode: int = 0o100644
    extra: bytes = b""
    local_name: bytes | None = None
    local_flags: int | None = None
    local_method: int | None = None
    local_checksum: int | None = None
    checksum: int | None = None
    size: int | None = None
    packed_size: int | None = None
    offset: int | None = None
    disk: int = 0


@dataclass
class Zip:
    """A whole zip; ``write`` lays it at a path."""

    parts: list[Part] = field(default_factory=list)
    before: bytes = b""
    between: bytes = b""
    comment: bytes = b""
    count: int | None = None
    shift: int = 0
    zip64: bool = False
    zip64_count: int | None = None
    after: bytes = b""

    def write(self, path: Path) -> Path:
        body, directory = bytearray(self.before), bytearray()
        for part in self.parts:
            offset = len(body)
            packed = part.packed if part.packed is not None else part.content
            size = len(part.content) if part.size is None else part.size
            checksum = zlib.crc32(part.content) if part.checksum is None else part.checksum
            packed_size = len(packed) if part.packed_size is None else part.packed_size
            name = part.name if part.local_name is None else part.local_name
            flags = part.flags if part.local_flags is None else part.local_flags
            method = part.method if part.local_method is None else part.local_method
            local_checksum = checksum if part.local_checksum is None else part.local_checksum
            body += struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, flags, method, 0, 0, local_checksum, packed_size, size, len(name), 0)
            body += name + packed
            directory += struct.pack(
                "<4s6H3L5H2L",
                b"PK\x01\x02",
                part.system << 8 | 20,
                20,
                part.flags,
                part.method,
                0,
                0,
                checksum,
                packed_size,
                size,
                len(part.name),
                len(part.extra),
                0,
                part.disk,
                0,
                part.mode << 16,
                offset if part.offset is None else part.offset,
            )
            directory += part.name + part.extra
        body += self.between
        start = len(body) - self.shift
        count = len(self.parts) if self.count is None else self.count
        body += directory
        if self.zip64:
            count64 = count if self.zip64_count is None else self.zip64_count
            place = len(body)
            body += struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count64, count64, len(directory), start)
            body += struct.pack("<4sLQL", b"PK\x06\x07", 0, place, 1)
            start, count = 0xFFFFFFFF, 0xFFFF if self.zip64_count is None else count
        body += struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory), start, len(self.comment))
        path.write_bytes(bytes(body) + self.comment + self.after)
        return path


def deflated(content: bytes) -> bytes:
    """The content as a raw deflate stream."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()

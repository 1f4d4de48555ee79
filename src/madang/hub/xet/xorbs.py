# SPDX-License-Identifier: Apache-2.0
"""Blocks of packed chunks, kept as files for some weeks: a client that sends a changed file again sends only the chunks that are new, and
names the others by the block that it sent before. Each account has its own, so that nobody can put other bytes under a name in advance."""

import errno
import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import lz4.frame
import numpy

from madang import storage
from madang.hub.xet.errors import BadXorb, NoSuchXorb
from madang.hub.xet.shards import File, Segment

LARGEST = 66 << 20
"""A block has at most 64 MiB of chunks; the rest is for what stands around them."""
LARGEST_CHUNK = 256 << 10
MOST_CHUNKS = 65_536
HEAD = 8
FOOT = b"XETBLOB"
KEPT_SECONDS = 23 * 86_400
"""Longer than clients remember which blocks they have sent (three weeks)."""
_HASH = re.compile(r"[0-9a-f]{64}")
_PLAIN, _LZ4, _GROUPED = 0, 1, 2
Span = tuple[int, int, int, int]
"""Where a packed chunk begins in its block, how long it is, how it is packed, and how long it is unpacked."""


class Xorbs:
    """The blocks of one account, in a folder under ``root``."""

    def __init__(self, root: Path, account: str) -> None:
        self._folder = root / hashlib.sha256(account.encode()).hexdigest()[:32]
        self._spans: dict[str, list[Span]] = {}

    def put(self, xorb: str, pieces: Iterable[bytes]) -> bool:
        """The block is kept; whether it was not before. ``BadXorb`` for one that cannot be read: nothing is left of it."""
        place = self._place(xorb)
        if place.exists():
            os.utime(place)
            for _piece in pieces:
                pass
            return False
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = place.with_name(f"{secrets.token_hex(8)}.new")
        try:
            with temporary.open("xb") as file:
                for piece in pieces:
                    file.write(piece)
            with temporary.open("rb") as file:
                if not _spans(file, xorb):
                    raise BadXorb(xorb=xorb)
            temporary.replace(place)
        except OSError as fault:
            if fault.errno in (errno.ENOSPC, errno.EDQUOT):
                raise storage.StoreFull from fault
            raise
        finally:
            temporary.unlink(missing_ok=True)
        return True

    def unpacked(self, file: File) -> Iterator[bytes]:
        """The file's bytes, chunk by chunk; ``NoSuchXorb`` and ``BadXorb`` on the way."""
        for segment in file.segments:
            size = 0
            for chunk in self._chunks(segment):
                size += len(chunk)
                yield chunk
            if size != segment.size:
                raise BadXorb(xorb=segment.xorb)

    def _chunks(self, segment: Segment) -> Iterator[bytes]:
        place = self._place(segment.xorb)
        try:
            with place.open("rb") as file:
                spans = self._known(file, segment.xorb)
                if segment.end > len(spans):
                    raise BadXorb(xorb=segment.xorb)
                for span in spans[segment.first : segment.end]:
                    file.seek(span[0])
                    yield _unpack(file.read(span[1]), span, segment.xorb)
            os.utime(place)
        except FileNotFoundError as fault:
            raise NoSuchXorb(xorb=segment.xorb) from fault

    def _known(self, file: BinaryIO, xorb: str) -> list[Span]:
        """Where the chunks of a block are; those of the last few blocks are remembered."""
        found = self._spans.get(xorb)
        if found is None:
            if len(self._spans) > 16:
                self._spans.clear()
            found = self._spans[xorb] = _spans(file, xorb)
        return found

    def _place(self, xorb: str) -> Path:
        if not _HASH.fullmatch(xorb):
            raise BadXorb(xorb=xorb[:64].encode("ascii", "replace").decode())
        return self._folder / xorb[:2] / xorb


def _spans(file: BinaryIO, xorb: str) -> list[Span]:
    """Where each chunk is, from the heads alone."""
    whole, at = os.fstat(file.fileno()).st_size, 0
    found: list[Span] = []
    while at < whole:
        file.seek(at)
        head = file.read(HEAD)
        if head.startswith(FOOT):
            break
        packed, kind, size = int.from_bytes(head[1:4], "little"), head[4] if len(head) == HEAD else -1, int.from_bytes(head[5:8], "little")
        is_sound = head[:1] == b"\0" and kind in (_PLAIN, _LZ4, _GROUPED) and 0 < size <= LARGEST_CHUNK and at + HEAD + packed <= whole
        if not is_sound or len(found) >= MOST_CHUNKS:
            raise BadXorb(xorb=xorb)
        found.append((at + HEAD, packed, kind, size))
        at += HEAD + packed
    return found


def _unpack(data: bytes, span: Span, xorb: str) -> bytes:
    _at, _packed, kind, size = span
    if kind != _PLAIN:
        try:
            data = lz4.frame.LZ4FrameDecompressor().decompress(data, max_length=size + 1)
        except RuntimeError as fault:
            raise BadXorb(xorb=xorb) from fault
    if len(data) != size:
        raise BadXorb(xorb=xorb)
    return _regrouped(data) if kind == _GROUPED else data


def _regrouped(data: bytes) -> bytes:
    """Bytes that were put in four groups by their place, in their places again."""
    given, made = numpy.frombuffer(data, numpy.uint8), numpy.empty(len(data), numpy.uint8)
    at = 0
    for place in range(4):
        count = (len(data) - place + 3) // 4
        made[place::4] = given[at : at + count]
        at += count
    return made.tobytes()


def sweep(root: Path) -> int:
    """Blocks that nobody sent or used for some weeks are gone, and what killed uploads left; how many."""
    gone, before = 0, time.time() - KEPT_SECONDS
    for path in root.glob("*/*/*"):
        with suppress(FileNotFoundError):
            at = path.stat().st_mtime
            if at < before or (path.suffix == ".new" and at < time.time() - 86_400):
                path.unlink()
                gone += 1
    return gone

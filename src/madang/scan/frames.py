# SPDX-License-Identifier: Apache-2.0
"""Messages between the pool, its server and the workers: a length, a letter for the kind, and JSON. Nothing is ever unpickled.

A frame is four bytes of length (big-endian, of what follows), one byte of kind and a JSON value in ASCII, so that the surrogates of broken
file names pass.
"""

import json
import socket
import struct
from collections.abc import Iterator
from typing import Any

TASK = b"T"
FORGET = b"F"
READY = b"R"
PART = b"P"
END = b"E"

MOST_BYTES = 1 << 30
_HEAD = struct.Struct(">I")


class BrokenFrame(Exception):
    """What came over the wire is no frame of ours."""


def pack(kind: bytes, value: Any) -> bytes:
    """One frame. ``BrokenFrame`` when the value is over the largest size."""
    body = kind + json.dumps(value, separators=(",", ":")).encode("ascii")
    if len(body) > MOST_BYTES:
        raise BrokenFrame(f"A message of {len(body)} bytes is over the limit of {MOST_BYTES}.")
    return _HEAD.pack(len(body)) + body


class Inbox:
    """Bytes as they come, whole frames out."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Take in ``data`` and give each frame that is now whole, as kind and unread JSON."""
        self._held += data
        at = 0
        while len(self._held) - at >= _HEAD.size:
            (length,) = _HEAD.unpack_from(self._held, at)
            if not 0 < length <= MOST_BYTES:
                raise BrokenFrame(f"A message says that it has {length} bytes.")
            end = at + _HEAD.size + length
            if len(self._held) < end:
                break
            body = bytes(self._held[at + _HEAD.size : end])
            at = end
            yield body[:1], body[1:]
        del self._held[:at]


def frames_of(wire: socket.socket) -> Iterator[tuple[bytes, bytes]]:
    """Frames of a blocking socket until the other side closes it."""
    inbox = Inbox()
    while data := wire.recv(1 << 16):
        yield from inbox.feed(data)

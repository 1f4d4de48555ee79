# SPDX-License-Identifier: Apache-2.0
"""Frames on the socket between whoever calls and the process that answers: a length, a kind, the call's number, and MessagePack.

Both sides take the other for hostile: a frame over the limit, of an unknown kind or that cannot be read ends the connection.
"""

import struct
from dataclasses import dataclass

import msgspec

HEADER = struct.Struct(">IBI")
CALL, ANSWER, INVALID, FAILED, PART, END, HELLO, BYE, DOWN = range(1, 10)
LONGEST = 32 << 20


class Rubbish(ValueError):
    """What came is no frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: its kind, the call that it belongs to, and what it holds."""

    kind: int
    call: int
    body: object


def _plain(value: object) -> object:
    """NumPy's arrays and numbers, and whatever else knows how to become a list."""
    to_list = getattr(value, "tolist", None)
    if to_list is None:
        raise TypeError(f"a {type(value).__name__} cannot be sent")
    return to_list()


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_plain)
_DECODER = msgspec.msgpack.Decoder()


def pack(kind: int, call: int, body: object = None) -> bytes:
    """The frame's bytes. ``TypeError`` for what is no plain value."""
    data = _ENCODER.encode(body)
    return HEADER.pack(len(data), kind, call) + data


def unpack(kind: int, call: int, data: bytes | bytearray | memoryview) -> Frame:
    """The frame of these bytes; ``Rubbish`` when they are none."""
    if not CALL <= kind <= DOWN:
        raise Rubbish("an unknown kind")
    try:
        return Frame(kind, call, _DECODER.decode(data))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, ValueError) as error:
        raise Rubbish("unreadable") from error

# SPDX-License-Identifier: Apache-2.0
"""Reading a file that may lie: no length is believed beyond the file's end, and no more is taken than a header may have."""

import struct
from typing import BinaryIO

from madang.weights.errors import BadHeader, HeaderTooLarge

MOST_HEADER, LONG = 64 << 20, 1 << 20


class Source:
    """A file from which a header is taken. ``form`` stands in what is refused; ``budget`` is how much may be taken in all."""

    def __init__(self, file: BinaryIO, size: int, form: str, budget: int = MOST_HEADER) -> None:
        self.file, self.size, self.form, self.budget = file, size, form, budget
        self.limit = budget
        self.at = 0
        file.seek(0)

    def bad(self, reason: str) -> BadHeader:
        """What is wrong with it."""
        return BadHeader(form=self.form, reason=reason)

    def take(self, count: int) -> bytes:
        """The next bytes, all of them."""
        if not 0 <= count <= self.size - self.at:
            raise self.bad(f"byte {self.at}: {count} bytes are told of and {self.size - self.at} are left")
        self.budget -= count
        if self.budget < 0:
            raise HeaderTooLarge(form=self.form, limit=f"{self.limit >> 20} MiB")
        data = self.file.read(count)
        if len(data) != count:
            raise self.bad(f"byte {self.at}: the file ends")
        self.at += count
        return data

    def skip(self, count: int) -> None:
        """The next bytes are passed over."""
        if not 0 <= count <= self.size - self.at:
            raise self.bad(f"byte {self.at}: {count} bytes are told of and {self.size - self.at} are left")
        self.at += count
        self.file.seek(self.at)

    def number(self, code: str) -> int:
        """A little-endian number as ``struct`` names it."""
        (value,) = struct.unpack(f"<{code}", self.take(struct.calcsize(code)))
        return int(value)


class _Skipped(bytes):
    """Bytes that were passed over: they have their length and nothing else."""

    length = 0

    def __len__(self) -> int:
        return self.length


class Window:
    """A part of a file that can be read to its end and no further. What is long (the values of an array) is passed over, so memory stays
    small whatever the file tells."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file, self._left = file, most
        self.read_bytes = 0

    def tell(self) -> int:
        """How many bytes were read."""
        return self.read_bytes

    def read(self, count: int = -1) -> bytes:
        """Up to so many bytes: never more than are left, so that nothing is set aside for a length that is a lie."""
        wanted = self._left if count is None or count < 0 else min(count, self._left)
        if wanted > LONG:
            return self._skip(wanted)
        data = bytearray()
        while wanted > 0:
            piece = self._file.read(min(wanted, 1 << 20))
            if not piece:
                break
            data += piece
            wanted -= len(piece)
            self._left -= len(piece)
        self.read_bytes += len(data)
        return bytes(data)

    def _skip(self, count: int) -> bytes:
        self._file.seek(count, 1)
        self._left -= count
        self.read_bytes += count
        made = _Skipped()
        made.length = count
        return made

    def readline(self, count: int | None = -1) -> bytes:
        """Up to and with the end of a line, of which none is longer than 64 KiB."""
        data = bytearray()
        most = 64 << 10 if count is None or count < 0 else min(count, 64 << 10)
        while len(data) < most:
            piece = self.read(1)
            data += piece
            if not piece or piece == b"\n":
                break
        return bytes(data)

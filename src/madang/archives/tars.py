# SPDX-License-Identifier: Apache-2.0
"""What a tar holds, read once from front to back, also out of a packed stream."""

import struct
import tarfile
from collections.abc import Iterator

from madang.archives.errors import Damaged, LinkOut, SpecialFile, UnsafeName, Unsupported
from madang.archives.landing import Landing
from madang.archives.limits import Limits
from madang.archives.names import safe_path, shown
from madang.archives.streams import Source, pieces

_KEPT = 1024
_STEP = 256 * 1024
_MOST_AT_ONCE = 1024 * 1024
# What one entry has in extended headers; honest ones are a few hundred bytes.
_MOST_HEADERS = 1024 * 1024
# Facts that hold for all entries to come are copied for each; honest archives have a handful.
_MOST_SHARED = 1000
_DRAINED = 16 * 1024 * 1024
_UNREADABLE = (tarfile.TarError, ValueError, IndexError, KeyError, OverflowError, RecursionError, struct.error, EOFError)


class Forward:
    """A source as ``tarfile`` wants to read it: seeking goes forward, and back within the last block.

    A window of what was read last and what was read ahead moves along the source, since asking a packed stream for many small pieces is
    slow.
    """

    def __init__(self, source: Source, *, name: str) -> None:
        self._source = source
        self._name = name
        self._window = b""
        self._begin = 0
        self._at = 0
        self._headers_left = _MOST_HEADERS
        self._in_headers = True

    def tell(self) -> int:
        """How many bytes lie before the next one."""
        return self._begin + self._at

    def read(self, size: int = -1, /) -> bytes:
        """Exactly ``size`` bytes, or fewer at the end."""
        if not 0 <= size <= _MOST_AT_ONCE:
            raise Damaged(name=self._name)
        if self._in_headers:
            self._headers_left -= size
            if self._headers_left < 0:
                raise Damaged(name=self._name)
        return self._take(size)

    def begin_headers(self) -> None:
        """What is read from here on is the headers of one entry, which have a measure of their own."""
        self._headers_left = _MOST_HEADERS
        self._in_headers = True

    def end_headers(self) -> None:
        """What is read from here on is content."""
        self._in_headers = False

    def _take(self, size: int) -> bytes:
        if self._at + size > len(self._window):
            self._move(size)
        piece = self._window[self._at : self._at + size]
        self._at += len(piece)
        return piece

    def seek(self, position: int, /) -> int:
        """The next byte is the one at ``position``, or the source is at its end."""
        if position < self._begin:
            raise Damaged(name=self._name)
        self._at = min(position - self._begin, len(self._window))
        while position > self.tell() and self._take(min(_STEP, position - self.tell())):
            pass
        return self.tell()

    def _move(self, size: int) -> None:
        """The window reaches ``size`` bytes further, as far as there are any, and forgets what lies long behind."""
        forgotten = max(0, self._at - _KEPT)
        parts = [self._window[forgotten:]]
        self._begin += forgotten
        self._at -= forgotten
        ahead = len(parts[0]) - self._at
        while ahead < size and (piece := self._source.read(_STEP)):
            parts.append(piece)
            ahead += len(piece)
        self._window = b"".join(parts)

    def ends_well(self) -> bool:
        """Whether what was read last is a tar's end mark, a block of zeros, and not just the end of what came."""
        last = self._window[max(0, self._at - tarfile.BLOCKSIZE) : self._at]
        return len(last) == tarfile.BLOCKSIZE and not any(last)

    def drain(self) -> None:
        """Read on to the end, within reason, so that a packed stream's last checksum is checked too."""
        drained = 0
        while drained < _DRAINED and (piece := self._take(_STEP)):
            drained += len(piece)


def unpack_tar(source: Source, landing: Landing, limits: Limits, *, name: str) -> None:
    """All that the tar holds is laid into ``landing``."""
    forward = Forward(source, name=name)
    try:
        with tarfile.open(fileobj=forward, mode="r:", encoding="utf-8", errors="surrogateescape") as tar:  # type: ignore[call-overload]
            for member in _entries(tar, forward, landing, limits, name=name):
                _lay(tar, member, landing, limits)
    except _UNREADABLE as error:
        raise Damaged(name=name) from error
    if not forward.ends_well():
        raise Damaged(name=name)
    forward.drain()


def _entries(tar: tarfile.TarFile, forward: Forward, landing: Landing, limits: Limits, *, name: str) -> Iterator[tarfile.TarInfo]:
    """The entries in their order. Each counts, also a folder that is named again and would leave nothing new."""
    seen = 0
    while (member := tar.next()) is not None:
        forward.end_headers()
        # tarfile keeps every header for later; nobody asks later. Its stubs do not tell of the list.
        tar.members = []  # type: ignore[attr-defined]
        seen += 1
        if seen > limits.max_files:
            raise limits.exceeded("max_files")
        if len(tar.pax_headers) > _MOST_SHARED:
            raise Damaged(name=name)
        landing.check_stop()
        yield member
        forward.begin_headers()


def _lay(tar: tarfile.TarFile, member: tarfile.TarInfo, landing: Landing, limits: Limits) -> None:
    path = safe_path(_raw(member.name), limits)
    if member.isdir():
        landing.folder(path)
    elif not path:
        raise UnsafeName(name=shown(_raw(member.name)))
    elif member.isreg():
        content = tar.extractfile(member)
        if content is None:
            raise Unsupported(name=shown(path))
        landing.file(path, pieces(content), executable=bool(member.mode & 0o100))
    elif member.issym():
        landing.link(path, _raw(member.linkname))
    elif member.islnk():
        landing.copy(path, _linked(member, path, limits))
    elif member.ischr() or member.isblk() or member.isfifo():
        raise SpecialFile(name=shown(path))
    else:
        raise Unsupported(name=shown(path))


def _linked(member: tarfile.TarInfo, path: bytes, limits: Limits) -> bytes:
    target = _raw(member.linkname)
    try:
        return safe_path(target, limits)
    except UnsafeName as error:
        raise LinkOut(name=shown(path), target=shown(target)) from error


def _raw(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")

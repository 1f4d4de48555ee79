# SPDX-License-Identifier: Apache-2.0
"""Unpacking bytes as they come, in small pieces: a piece never grows beyond what was asked for, whatever the packed bytes say."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol, cast

import zstandard

from madang.archives.errors import Damaged

_INPUT = 64 * 1024
CHUNK = 256 * 1024
# xz -9 asks for 65 MiB, zstd --long for 128 MiB; a stranger's file may not ask for more.
_MOST_MEMORY = 192 * 1024 * 1024
_MOST_WINDOW = 128 * 1024 * 1024
_BROKEN = (EOFError, OSError, ValueError, zlib.error, lzma.LZMAError, zstandard.ZstdError)


class Source(Protocol):
    """Whatever gives bytes in order."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none at the end."""
        ...


class Decoder(Protocol):
    """One packed stream being unpacked, as ``bz2`` and ``lzma`` shape it."""

    @property
    def eof(self) -> bool:
        """Whether the stream's end was reached."""
        ...

    @property
    def needs_input(self) -> bool:
        """Whether more packed bytes are needed."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What came after the stream's end."""
        ...

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """At most ``max_length`` unpacked bytes."""
        ...


class Deflate:
    """zlib's decoder in the shape of the others. ``wbits``: 31 for gzip, -15 for the raw stream in a zip."""

    def __init__(self, wbits: int) -> None:
        self._decoder = zlib.decompressobj(wbits)

    @property
    def eof(self) -> bool:
        """Whether the stream's end was reached."""
        return self._decoder.eof

    @property
    def needs_input(self) -> bool:
        """Whether more packed bytes are needed."""
        return not self._decoder.unconsumed_tail and not self._decoder.eof

    @property
    def unused_data(self) -> bytes:
        """What came after the stream's end."""
        return self._decoder.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """At most ``max_length`` unpacked bytes."""
        return self._decoder.decompress(self._decoder.unconsumed_tail + data, max_length)


class Unpacking:
    """A source unpacked by decoders that ``begin`` makes: one stream, or (``is_chain``) many after each other, padded with zeros."""

    def __init__(self, source: Source, begin: Callable[[], Decoder], *, name: str, is_chain: bool) -> None:
        self._source = source
        self._begin = begin
        self._name = name
        self._is_chain = is_chain
        self._decoder = begin()
        self._rest = b""
        self._is_done = False

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes, none at the end; ``Damaged`` when the stream is broken or ends early."""
        piece = b""
        while not piece and not self._is_done:
            try:
                piece = self._step(size)
            except _BROKEN as error:
                raise Damaged(name=self._name) from error
        return piece

    def _step(self, size: int) -> bytes:
        if self._decoder.eof:
            self._turn()
            return b""
        data = self._more() if self._decoder.needs_input else b""
        piece = self._decoder.decompress(data, size)
        if not piece and not data and not self._decoder.eof:
            raise EOFError
        return piece

    def _more(self) -> bytes:
        """Packed bytes: what the last stream left over, and then what the source gives."""
        rest, self._rest = self._rest, b""
        return rest or self._source.read(_INPUT)

    def _turn(self) -> None:
        """One stream has ended: go on with the next, or be done."""
        rest = self._decoder.unused_data
        if self._is_chain:
            rest = rest.lstrip(b"\0")
            while not rest and (more := self._source.read(_INPUT)):
                rest = more.lstrip(b"\0")
        if not rest:
            self._is_done = True
        elif self._is_chain:
            self._decoder = self._begin()
            self._rest = rest
        else:
            raise EOFError


class Watched:
    """A source of which each piece's size is told to ``watch``, which may refuse to go on."""

    def __init__(self, source: Source, watch: Callable[[int], None]) -> None:
        self._source = source
        self._watch = watch

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none at the end."""
        piece = self._source.read(size)
        self._watch(len(piece))
        return piece


class Zstd:
    """A zstd source unpacked across its frames."""

    def __init__(self, source: Source, *, name: str) -> None:
        decoder = zstandard.ZstdDecompressor(max_window_size=_MOST_WINDOW)
        self._reader = decoder.stream_reader(cast("BinaryIO", source), read_size=_INPUT, read_across_frames=True, closefd=False)
        self._name = name

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes, none at the end."""
        try:
            return self._reader.read(size)
        except _BROKEN as error:
            raise Damaged(name=self._name) from error


class Slice:
    """``size`` bytes of a file from ``start`` on."""

    def __init__(self, file: BinaryIO, start: int, size: int, *, name: str) -> None:
        file.seek(start)
        self._file = file
        self._left = size
        self._name = name

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes, none at the slice's end; ``Damaged`` when the file ends before."""
        piece = self._file.read(min(size, self._left))
        if not piece and self._left:
            raise Damaged(name=self._name)
        self._left -= len(piece)
        return piece


def gunzip(source: Source, *, name: str) -> Unpacking:
    """The source without its gzip coat (RFC 1952), checksums checked."""
    return Unpacking(source, lambda: Deflate(31), name=name, is_chain=True)


def bunzip(source: Source, *, name: str, is_chain: bool = True) -> Unpacking:
    """The source without its bzip2 coat."""
    return Unpacking(source, bz2.BZ2Decompressor, name=name, is_chain=is_chain)


def unxz(source: Source, *, name: str) -> Unpacking:
    """The source without its xz coat; a file that asks for more memory than xz's strongest usual setting is refused as damaged."""
    return Unpacking(source, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_MEMORY), name=name, is_chain=True)


def inflate(source: Source, *, name: str) -> Unpacking:
    """The source without its deflate coat (RFC 1951)."""
    return Unpacking(source, lambda: Deflate(-15), name=name, is_chain=False)


def unlzma(source: Source, *, name: str) -> Unpacking:
    """A zip's LZMA entry (APPNOTE 5.8): a head with the properties, then the raw stream, perhaps without an end mark."""
    head = source.read(4)
    properties = source.read(5)
    if len(head) < 4 or head[2:] != b"\x05\x00" or len(properties) < 5 or properties[0] >= 225:
        raise Damaged(name=name)
    packed, position_bits = properties[0], properties[0] // 45
    picture: dict[str, int] = {
        "id": lzma.FILTER_LZMA1,
        "lc": packed % 9,
        "lp": packed // 9 % 5,
        "pb": position_bits,
        "dict_size": min(int.from_bytes(properties[1:], "little"), _MOST_WINDOW),
    }
    return Unpacking(source, lambda: lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[picture]), name=name, is_chain=False)


def pieces(source: Source) -> Iterator[bytes]:
    """All that the source gives, piece by piece."""
    while piece := source.read(CHUNK):
        yield piece

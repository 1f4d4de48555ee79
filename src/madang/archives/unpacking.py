# SPDX-License-Identifier: Apache-2.0
"""The front door's deeds: an archive becomes a folder, or its files are handed over."""

import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from madang.archives.errors import EmptyArchive, Inconsistent, SpecialFile, UnsafeName, Unsupported
from madang.archives.handing import Handing, Taker
from madang.archives.kinds import Kind, kind_of, uncoated
from madang.archives.landing import Landing
from madang.archives.limits import Limits, Progress, Stop, Unpacked
from madang.archives.names import safe_path, shown
from madang.archives.streams import Slice, Source, Watched, Zstd, bunzip, inflate, pieces, unlzma
from madang.archives.tars import unpack_tar
from madang.archives.zips import Member, members

_MOST_LINK = 4096
_METHODS: Mapping[int, Callable[[Slice, str], Source]] = {
    0: lambda packed, _name: packed,
    8: lambda packed, name: inflate(packed, name=name),
    12: lambda packed, name: bunzip(packed, name=name, is_chain=False),
    14: lambda packed, name: unlzma(packed, name=name),
    93: lambda packed, name: Zstd(packed, name=name),
}


def unpack(
    path: Path,
    into: Path,
    *,
    limits: Limits | None = None,
    stop: Stop | None = None,
    progress: Progress | None = None,
) -> Unpacked:
    """What the archive at ``path`` holds stands in the new folder ``into``, or nothing does and a refusal says why.

    ``into`` must not exist yet, or be empty. ``stop`` is asked often and ends the work with ``Stopped``. ``progress`` is told the files and
    bytes so far. A single top folder stays; ``root_name`` of the answer names it.
    """
    limits = limits or Limits()
    packed_bytes = _size(path, limits)
    return _unpack(path, Landing(into, limits=limits, stop=stop, progress=progress, packed_bytes=packed_bytes), limits)


def hand_over(path: Path, taker: Taker, *, limits: Limits | None = None, stop: Stop | None = None) -> Unpacked:
    """What the archive at ``path`` holds is given to ``taker``, file by file; a refusal may come after some."""
    limits = limits or Limits()
    return _unpack(path, Handing(taker, limits=limits, stop=stop, packed_bytes=_size(path, limits)), limits)


def _size(path: Path, limits: Limits) -> int:
    size = path.stat().st_size
    if size > limits.max_archive_bytes:
        raise limits.exceeded("max_archive_bytes")
    return size


def _unpack(path: Path, into: Landing, limits: Limits) -> Unpacked:
    kind = kind_of(path)
    name = shown(path.name)
    with path.open("rb") as file, into as landing:
        if kind is Kind.ZIP:
            _unpack_zip(file, landing, limits, name=name)
        else:
            packed = Watched(file, lambda _size: landing.check_stop())
            unpack_tar(Watched(uncoated(packed, kind, name=name), landing.came), landing, limits, name=name)
        if not landing.is_begun:
            raise EmptyArchive
        return landing.finish()


def _unpack_zip(file: BinaryIO, landing: Landing, limits: Limits, *, name: str) -> None:
    found = members(file, limits, name=name, check_stop=landing.check_stop)
    if sum(member.size for member in found) > limits.max_total_bytes:
        raise limits.exceeded("max_total_bytes")
    for member in found:
        _lay(file, member, landing, limits)


def _lay(file: BinaryIO, member: Member, landing: Landing, limits: Limits) -> None:
    path = safe_path(member.name, limits)
    if member.is_special:
        raise SpecialFile(name=shown(path))
    if member.is_folder:
        landing.folder(path)
    elif not path:
        raise UnsafeName(name=shown(member.name))
    elif member.is_link:
        if member.size > _MOST_LINK:
            raise Inconsistent(name=shown(path))
        landing.link(path, b"".join(_content(file, member)))
    else:
        landing.file(path, _content(file, member), executable=bool(member.mode & 0o100))


def _content(file: BinaryIO, member: Member) -> Iterator[bytes]:
    """The entry's bytes, which are as many and have the checksum as the directory says."""
    name = shown(member.name)
    unpacker = _METHODS.get(member.method)
    if unpacker is None:
        raise Unsupported(name=name)
    size = checksum = 0
    for piece in pieces(unpacker(Slice(file, member.start, member.packed, name=name), name)):
        size += len(piece)
        checksum = zlib.crc32(piece, checksum)
        if size > member.size:
            raise Inconsistent(name=name)
        yield piece
    if size != member.size or checksum != member.checksum:
        raise Inconsistent(name=name)

# SPDX-License-Identifier: Apache-2.0
"""What a zip says that it holds, read strictly (PKWARE's APPNOTE 6.3.10).

Programs disagree about zips that contradict themselves, and people use that to show one content to a checker and another to a user. So a
zip is read only when all of its parts agree: one directory, at the end, nothing before the first entry, no entry inside another.
"""

import os
import stat
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from madang.archives.errors import Damaged, Encrypted, Inconsistent, Unsupported
from madang.archives.limits import Limits
from madang.archives.names import extra_fields, shown, zip_name

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_LOCKED, _TOLD_LATER, _STRONGLY_LOCKED, _UTF8 = 1, 8, 64, 1 << 11
_AES = 99
# Sizes, times and owners take less than a hundred bytes, a name in other letters as much as a name.
_MOST_EXTRA = 4096
_MADE_ON_DOS = {0, 10, 11, 14}


@dataclass(slots=True)
class Member:
    """One entry: ``name`` as it is read, ``raw`` as it is written; ``mode`` the Unix mode or 0; ``start`` and ``packed`` bound its data."""

    name: bytes
    raw: bytes
    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    offset: int
    mode: int
    is_folder: bool
    start: int = 0

    @property
    def is_link(self) -> bool:
        """Whether the data is a symbolic link's target."""
        return stat.S_ISLNK(self.mode)

    @property
    def is_special(self) -> bool:
        """Whether this is a device, a pipe or a socket."""
        kind = stat.S_IFMT(self.mode)
        return kind not in (0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK)


@dataclass(frozen=True, slots=True)
class _Directory:
    start: int
    size: int
    count: int


def members(file: BinaryIO, limits: Limits, *, name: str, check_stop: Callable[[], None]) -> list[Member]:
    """The zip's entries in the order of their data, each checked against its own header; ``name`` is the archive's, for refusals.

    ``check_stop`` is called for each entry and raises when the work shall end.
    """
    directory = _find_directory(file, name)
    if directory.count > limits.max_files:
        raise limits.exceeded("max_files")
    found = []
    for member in _central(file, directory, limits, name):
        check_stop()
        found.append(member)
    found.sort(key=lambda member: member.offset)
    if found and found[0].offset != 0:
        raise Inconsistent(name=shown(found[0].name))
    free_from = 0
    for member in found:
        check_stop()
        if member.offset < free_from:
            raise Inconsistent(name=shown(member.name))
        _check_local(file, member)
        free_from = member.start + member.packed
    if free_from > directory.start:
        raise Inconsistent(name=shown(found[-1].name))
    return found


def _read(file: BinaryIO, place: int, size: int, name: str) -> bytes:
    if place < 0:
        raise Damaged(name=name)
    file.seek(place)
    data = file.read(size)
    if len(data) < size:
        raise Damaged(name=name)
    return data


def _find_directory(file: BinaryIO, name: str) -> _Directory:
    length = file.seek(0, os.SEEK_END)
    reach = min(length, _END.size + _FULL16)
    tail = _read(file, length - reach, reach, name)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise Damaged(name=name)
    _, disk, first_disk, here, count, size, start, comment = _END.unpack_from(tail, at)
    if at + _END.size + comment != len(tail):
        raise Damaged(name=name)
    end = length - reach + at
    plain = (disk, first_disk, here, count, size, start)
    full = _directory64(file, end, plain, name)
    if full is not None:
        end, disk, first_disk, here, count, size, start = full
    if disk or first_disk or here != count:
        raise Unsupported(name=name)
    if start + size != end:
        raise Inconsistent(name=name)
    return _Directory(start, size, count)


def _directory64(file: BinaryIO, end: int, plain: tuple[int, ...], name: str) -> tuple[int, ...] | None:
    """The same facts from the zip64 record, with where it begins; None when there is none."""
    if end < _LOCATOR64.size or (locator := _read(file, end - _LOCATOR64.size, _LOCATOR64.size, name))[:4] != b"PK\x06\x07":
        return None
    _, _, place, disks = _LOCATOR64.unpack(locator)
    record = _read(file, place, _END64.size, name)
    mark, record_size, _, _, *full = _END64.unpack(record)
    if mark != b"PK\x06\x06" or disks > 1 or place + 12 + record_size != end - _LOCATOR64.size:
        raise Inconsistent(name=name)
    widths = (_FULL16, _FULL16, _FULL16, _FULL16, _FULL32, _FULL32)
    if any(short not in (width, long) for short, long, width in zip(plain, full, widths, strict=True)):
        raise Inconsistent(name=name)
    return (place, *full)


def _central(file: BinaryIO, directory: _Directory, limits: Limits, name: str) -> Iterator[Member]:
    place, end = directory.start, directory.start + directory.size
    for _ in range(directory.count):
        if place + _CENTRAL.size > end:
            raise Damaged(name=name)
        head = _CENTRAL.unpack(_read(file, place, _CENTRAL.size, name))
        if head[0] != b"PK\x01\x02":
            raise Damaged(name=name)
        name_size, extra_size, comment_size = head[10:13]
        if place + _CENTRAL.size + name_size + extra_size + comment_size > end or extra_size > _MOST_EXTRA:
            raise Damaged(name=name)
        body = _read(file, place + _CENTRAL.size, name_size + extra_size, name)
        yield _member(head, body[:name_size], body[name_size:], limits)
        place += _CENTRAL.size + name_size + extra_size + comment_size
    if place != end:
        raise Inconsistent(name=name)


def _member(head: tuple[int, ...], raw: bytes, extra: bytes, limits: Limits) -> Member:
    _, made_by, _, flags, method, _, _, checksum, packed, size, _, _, _, disk, _, attributes, offset = head
    packed, size, offset, disk = _wide(raw, extra, size=size, packed=packed, offset=offset, disk=disk)
    if disk:
        raise Unsupported(name=shown(raw))
    if flags & (_LOCKED | _STRONGLY_LOCKED) or method == _AES:
        raise Encrypted(name=shown(raw))
    if len(raw) > limits.max_name_bytes:
        raise limits.exceeded("max_name_bytes", shown(raw))
    name = zip_name(raw, is_utf8=bool(flags & _UTF8), extra=extra)
    system = made_by >> 8
    if system in _MADE_ON_DOS:
        name = name.replace(b"\\", b"/")
    mode = 0 if system in _MADE_ON_DOS else attributes >> 16
    is_folder = name.endswith(b"/") or stat.S_ISDIR(mode)
    if is_folder and size:
        raise Inconsistent(name=shown(name))
    return Member(name, raw, flags, method, checksum, packed, size, offset, mode, is_folder)


def _wide(raw: bytes, extra: bytes, *, size: int, packed: int, offset: int, disk: int) -> tuple[int, int, int, int]:
    """The sizes and places, from the zip64 extra field where the short ones are full (APPNOTE 4.5.3)."""
    body = next((body for number, body in extra_fields(extra) if number == 1), b"")
    place = 0

    def wider(value: int, full: int, form: str) -> int:
        nonlocal place
        if value != full:
            return value
        if place + struct.calcsize(form) > len(body):
            raise Damaged(name=shown(raw))
        (wide,) = struct.unpack_from(form, body, place)
        place += struct.calcsize(form)
        return int(wide)

    size = wider(size, _FULL32, "<Q")
    packed = wider(packed, _FULL32, "<Q")
    offset = wider(offset, _FULL32, "<Q")
    return packed, size, offset, wider(disk, _FULL16, "<L")


def _check_local(file: BinaryIO, member: Member) -> None:
    """The entry's own header says what the directory says; ``member.start`` is set."""
    name = shown(member.name)
    head = _LOCAL.unpack(_read(file, member.offset, _LOCAL.size, name))
    mark, _, flags, method, _, _, checksum, packed, size, name_size, extra_size = head
    if mark != b"PK\x03\x04":
        raise Damaged(name=name)
    if flags & (_LOCKED | _STRONGLY_LOCKED):
        raise Encrypted(name=name)
    if method != member.method or _read(file, member.offset + _LOCAL.size, name_size, name) != member.raw:
        raise Inconsistent(name=name)
    is_told = not flags & _TOLD_LATER
    if is_told and (checksum != member.checksum or size not in (member.size, _FULL32) or packed not in (member.packed, _FULL32)):
        raise Inconsistent(name=name)
    member.start = member.offset + _LOCAL.size + name_size + extra_size

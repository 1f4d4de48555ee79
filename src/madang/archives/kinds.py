# SPDX-License-Identifier: Apache-2.0
"""Which kind of archive a file is, told by its content. The name says nothing: it is whatever somebody typed."""

import tarfile
from enum import StrEnum
from pathlib import Path

from madang.archives.errors import Damaged, NotAnArchive
from madang.archives.streams import Slice, Source, Zstd, bunzip, gunzip, unxz

ACCEPTED = "zip, tar, tar.gz, tar.bz2, tar.xz, tar.zst"
_BLOCK = 512
# So much of a packed file is looked at for the first block inside; one block of bzip2 is the largest piece that there is, 900 kB.
_LOOKED_AT = 2 * 1024 * 1024


class Kind(StrEnum):
    """The kinds that are opened; the value is the usual ending of the name."""

    ZIP = "zip"
    TAR = "tar"
    TAR_GZ = "tar.gz"
    TAR_BZ2 = "tar.bz2"
    TAR_XZ = "tar.xz"
    TAR_ZST = "tar.zst"


_COATS = ((b"\x1f\x8b", Kind.TAR_GZ), (b"BZh", Kind.TAR_BZ2), (b"\xfd7zXZ\x00", Kind.TAR_XZ), (b"\x28\xb5\x2f\xfd", Kind.TAR_ZST))
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")


def kind_of(path: Path) -> Kind:
    """The kind of the archive at ``path``; ``NotAnArchive`` when it is none. Reads the first block only, also of what is packed."""
    if not path.is_file():
        raise NotAnArchive(accepted=ACCEPTED)
    with path.open("rb") as file:
        start = file.read(_BLOCK)
        if start.startswith(_ZIP_STARTS):
            return Kind.ZIP
        kind = next((kind for magic, kind in _COATS if start.startswith(magic)), Kind.TAR)
        head = Slice(file, 0, min(path.stat().st_size, _LOOKED_AT), name="")
        try:
            block = _first_block(uncoated(head, kind))
        except Damaged as error:
            raise NotAnArchive(accepted=ACCEPTED) from error
    if not _is_tar(block):
        raise NotAnArchive(accepted=ACCEPTED)
    return kind


def uncoated(file: Source, kind: Kind, *, name: str = "") -> Source:
    """The tar inside its coat."""
    if kind is Kind.TAR_GZ:
        return gunzip(file, name=name)
    if kind is Kind.TAR_BZ2:
        return bunzip(file, name=name)
    if kind is Kind.TAR_XZ:
        return unxz(file, name=name)
    if kind is Kind.TAR_ZST:
        return Zstd(file, name=name)
    return file


def _first_block(source: Source) -> bytes:
    block = b""
    while len(block) < _BLOCK and (piece := source.read(_BLOCK - len(block))):
        block += piece
    return block


def _is_tar(block: bytes) -> bool:
    """Whether the block is a tar header: its sum of bytes is written in itself (POSIX ustar; the same since the seventh Unix)."""
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True

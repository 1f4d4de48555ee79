# SPDX-License-Identifier: Apache-2.0
"""Names as strangers write them: which are safe, and in which letters they were written.

Inside the room a path is bytes: slash-separated, relative, UTF-8 where the name can be read and the very bytes where it cannot.
"""

import re
import struct
import zlib

from madang.archives.errors import UnsafeName
from madang.archives.limits import Limits
from madang.kit import _

_DRIVE = re.compile(rb"[A-Za-z]:")
_SHOWN = 200
# No file system in use takes a longer single name; a longer one would only fail later, half-way.
_MAX_PART = 255


def shown(path: bytes | str) -> str:
    """The path as a sentence can carry it: unreadable bytes and control characters escaped, cut at 200 characters."""
    raw = path.encode("utf-8", "surrogateescape") if isinstance(path, str) else path
    text = raw.decode("utf-8", "backslashreplace")
    text = "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in text)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def safe_path(raw: bytes, limits: Limits, *, drives: bool = True) -> bytes:
    """The path without empty and ``.`` parts; ``b""`` for the top folder itself. ``drives`` refuses names that begin like ``C:``.

    ``UnsafeName`` for what is absolute, climbs with ``..`` (also between backslashes, which climb elsewhere) or holds a NUL;
    ``LimitExceeded`` for depth and length.
    """
    if b"\0" in raw:
        raise UnsafeName(_("The name “%(name)s” holds a zero byte, which no file's name can."), name=shown(raw))
    if raw.startswith((b"/", b"\\")) or (drives and _DRIVE.match(raw)):
        raise UnsafeName(name=shown(raw))
    parts = [part for part in raw.split(b"/") if part not in (b"", b".")]
    for part in parts:
        if b".." in part.split(b"\\"):
            raise UnsafeName(name=shown(raw))
        if len(part) > _MAX_PART:
            raise UnsafeName(_("The name “%(name)s” is longer than the 255 bytes that a file's name can have."), name=shown(raw))
    path = b"/".join(parts)
    if len(path) > limits.max_name_bytes:
        raise limits.exceeded("max_name_bytes", shown(path))
    if len(parts) > limits.max_depth:
        raise limits.exceeded("max_depth", shown(path))
    return path


def zip_name(raw: bytes, *, is_utf8: bool, extra: bytes) -> bytes:
    """The name of a zip's entry as UTF-8 where it can be read.

    In this order: the Unicode path of the Info-ZIP extra field (APPNOTE 4.6.9), the UTF-8 flag (APPNOTE appendix D), UTF-8 without the flag
    as many programs write it, CP949 as Korean Windows writes it, and CP437, which the format prescribes.
    """
    unicode_path = _unicode_path(raw, extra)
    if unicode_path is not None:
        return unicode_path
    if is_utf8 or raw.isascii():
        return raw
    for letters in ("utf-8", "cp949"):
        try:
            return raw.decode(letters).encode("utf-8")
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437").encode("utf-8")


def _unicode_path(raw: bytes, extra: bytes) -> bytes | None:
    for field, body in extra_fields(extra):
        if field == 0x7075 and len(body) > 5 and body[0] == 1 and struct.unpack("<I", body[1:5])[0] == zlib.crc32(raw):
            return body[5:]
    return None


def extra_fields(extra: bytes) -> list[tuple[int, bytes]]:
    """The (number, body) pairs of a zip's extra field; what does not parse ends the list, as readers of zips do."""
    pairs: list[tuple[int, bytes]] = []
    place = 0
    while place + 4 <= len(extra):
        number, size = struct.unpack_from("<HH", extra, place)
        if place + 4 + size > len(extra):
            break
        pairs.append((number, extra[place + 4 : place + 4 + size]))
        place += 4 + size
    return pairs

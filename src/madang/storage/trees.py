# SPDX-License-Identifier: Apache-2.0
"""Trees: what a version holds, written so that the same content always gives the same bytes and so the same id.

The document, version 1, is bytes::

    madang-tree 1 NUL NUL
    <mode> SP <size> SP <digest> NUL <path> NUL NUL      once for each entry

``mode`` is ``file``, ``exec`` or ``link``. ``size`` is decimal. ``digest`` is the sha256 of a file's bytes, or a link's target itself,
both in lower-case hexadecimal. ``path`` is relative, slash-separated, without empty, ``.`` or ``..`` parts, in the bytes that it was
given in. Entries stand in the order of their paths' bytes, none twice, none below a file or link. Folders exist through their files;
empty ones are not kept. The tree's id is ``sha256:`` and the document's sha256. Two zero bytes stand only where an entry ends, so an
entry can be looked up without reading the whole.
"""

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from madang.storage.errors import PathClash

_HEAD = b"madang-tree 1\0\0"
_ENTRY = re.compile(rb"(file|exec|link) (0|[1-9][0-9]{0,18}) ([0-9a-f]*)")
_ID = re.compile(r"sha256:([0-9a-f]{64})")


class Mode(StrEnum):
    """What an entry is: a plain file, a file that may be run, or a symbolic link."""

    FILE = "file"
    EXEC = "exec"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a tree. ``sha256`` is empty for links, ``target`` for files. Bytes of a path that are no UTF-8 are lone surrogates."""

    path: str
    mode: Mode
    size: int
    sha256: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Tree:
    """A version's content: ``files`` counts links too, ``bytes`` are all sizes together, ``entries`` are sorted by their paths' bytes."""

    id: str
    files: int
    bytes: int
    entries: tuple[Entry, ...]

    def find(self, path: str) -> Entry | None:
        """The entry at ``path``, if there is one."""
        place = bisect_left(self.entries, raw(path), key=lambda entry: raw(entry.path))
        if place < len(self.entries) and self.entries[place].path == path:
            return self.entries[place]
        return None

    def below(self, folder: str) -> tuple[Entry, ...]:
        """The entries in the folder, however deep; none where there is no such folder."""
        start, end = (bisect_left(self.entries, raw(folder) + mark, key=lambda entry: raw(entry.path)) for mark in (b"/", b"0"))
        return self.entries[start:end]  # "0" is what comes after "/"


@dataclass(frozen=True, slots=True)
class Outline:
    """A tree's id and number of files and links."""

    id: str
    files: int


class Unreadable(ValueError):
    """The bytes are no tree document."""


def raw(text: str) -> bytes:
    """The bytes of a path or target."""
    return text.encode("utf-8", "surrogateescape")


def digest_of(tree_id: str) -> str | None:
    """The digest in a tree's id; None when it is no such id."""
    match = _ID.fullmatch(tree_id)
    return match[1] if match else None


def tree_of(entries: Iterable[Entry]) -> tuple[Tree, bytes]:
    """The tree with these entries, in any order, and its document; ``PathClash`` when they cannot stand beside each other."""
    ordered = sorted(entries, key=lambda entry: raw(entry.path))
    _check(ordered)
    document = _HEAD + b"".join(_line(entry) for entry in ordered)
    return _tree(document, ordered), document


def read(document: bytes) -> Tree:
    """The tree that the document writes; ``Unreadable`` unless it is written exactly as the tree would be written again."""
    if not document.startswith(_HEAD):
        raise Unreadable("not a tree")
    body = document[len(_HEAD) :]
    if body and not body.endswith(b"\0\0"):
        raise Unreadable("cut off")
    entries = [_entry(line) for line in body[:-2].split(b"\0\0")] if body else []
    try:
        tree, again = tree_of(entries)
    except PathClash as error:
        raise Unreadable("entries clash") from error
    if again != document:
        raise Unreadable("not in its one form")
    return tree


def look_up(document: bytes, path: str) -> Entry | None:
    """The entry at ``path`` in a tree document, without reading the others."""
    wanted = raw(path)
    at = document.find(b"\0" + wanted + b"\0\0", len(_HEAD) - 1)
    if not wanted or b"\0" in wanted or at < 0:
        return None
    start = document.rfind(b"\0\0", 0, at) + 2
    return _entry(document[start : at + 1 + len(wanted)])


def changes(before: bytes, now: bytes) -> list[tuple[Entry | None, Entry | None]]:
    """The entries of two tree documents that are not the same, each as it was and is, in the order of their paths; None where nothing was
    or is.

    Unchanged entries are only compared, not read.
    """
    old, new = _lines(before), _lines(now)
    came, gone = set(new).difference(old), set(old).difference(new)
    was, is_ = ({entry.path: entry for entry in map(_entry, lines)} for lines in (gone, came))
    return [(was.get(path), is_.get(path)) for path in sorted({*was, *is_}, key=raw)]


def amended(document: bytes, entries: Iterable[Entry]) -> bytes:
    """The document with these files in the place of those that stand at their paths; ``Unreadable`` where none does."""
    lines = {line.partition(b"\0")[2]: line for line in _lines(document)}
    for entry in entries:
        path = raw(entry.path)
        if path not in lines or lines[path].startswith(b"link "):
            raise Unreadable("no file stands there")
        lines[path] = _line(entry)[:-2]
    return _HEAD + b"".join(line + b"\0\0" for line in lines.values())


def outline_of(document: bytes) -> Outline:
    """The tree's id and number of files."""
    return Outline(_id(document), len(_lines(document)))


def size_of(document: bytes) -> int:
    """All sizes together."""
    return sum(int(line.split(b" ", 2)[1]) for line in _lines(document))


def digests_of(document: bytes) -> Iterator[str]:
    """The digests of all files."""
    heads = (line.partition(b"\0")[0] for line in _lines(document))
    return (head[head.rindex(b" ") + 1 :].decode() for head in heads if not head.startswith(b"link "))


def _lines(document: bytes) -> list[bytes]:
    if not document.startswith(_HEAD):
        raise Unreadable("not a tree")
    return document[len(_HEAD) :].split(b"\0\0")[:-1]


def _tree(document: bytes, entries: list[Entry]) -> Tree:
    return Tree(_id(document), len(entries), sum(entry.size for entry in entries), tuple(entries))


def _id(document: bytes) -> str:
    return f"sha256:{hashlib.sha256(document).hexdigest()}"


def _line(entry: Entry) -> bytes:
    digest = raw(entry.target).hex() if entry.mode is Mode.LINK else entry.sha256
    return b"%s %d %s\0%s\0\0" % (entry.mode.value.encode(), entry.size, digest.encode(), raw(entry.path))


def _entry(line: bytes) -> Entry:
    head, _, path = line.partition(b"\0")
    match = _ENTRY.fullmatch(head)
    if not match or not path:
        raise Unreadable("not an entry")
    mode, size, digest = Mode(match[1].decode()), int(match[2]), match[3].decode()
    name = path.decode("utf-8", "surrogateescape")
    if mode is not Mode.LINK:
        return Entry(name, mode, size, sha256=digest)
    if len(digest) % 2:
        raise Unreadable("not a target")
    return Entry(name, mode, size, target=bytes.fromhex(digest).decode("utf-8", "surrogateescape"))


def _check(ordered: list[Entry]) -> None:
    """Each entry can stand, none twice, none below a file or link."""
    leaves: set[bytes] = set()
    for entry in ordered:
        path = raw(entry.path)
        parts = path.split(b"/")
        if b"\0" in path or any(part in (b"", b".", b"..") for part in parts) or not _is_whole(entry):
            raise PathClash(path=entry.path)
        # A shorter path sorts before every longer one that begins with it, so the ones above have all been seen.
        if path in leaves or any(b"/".join(parts[:depth]) in leaves for depth in range(1, len(parts))):
            raise PathClash(path=entry.path)
        leaves.add(path)


def _is_whole(entry: Entry) -> bool:
    if entry.mode is Mode.LINK:
        return not entry.sha256 and "\0" not in entry.target and entry.size == len(raw(entry.target)) > 0
    return not entry.target and len(entry.sha256) == 64 and entry.size >= 0

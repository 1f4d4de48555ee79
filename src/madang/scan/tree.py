# SPDX-License-Identifier: Apache-2.0
"""What lies under a root: files in a fixed order, and what is left out and why. Nothing is followed out and nothing special is opened."""

import base64
import fnmatch
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from madang.kit import Invalid, _
from madang.scan.report import Unread

_VERSION_CONTROL = (
    ".bzr", ".bzrignore", ".git", ".gitignore", ".gitattributes", ".hg", ".hgignore", ".repo", ".svn", ".svnignore", ".tfignore",
    "vssver.scc", "cvs", ".cvsignore", "_mtn", "_darcs", "{arch}",
)  # fmt: skip
"""What ScanCode leaves out of every scan, without regard to case."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_CHUNK = 1 << 20
_LEFT_OUT = "Version control's own; left out."
_LINK = "A symbolic link; what it points to is not followed."


class SourceUnreadable(Invalid):
    """The root of a scan is not there or may not be read."""

    code = "scan-source-unreadable"
    message = _("“%(path)s” cannot be read: %(reason)s. Check the path and its permissions.")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file to look at. ``raw`` is its path as the system has it, with surrogates for bytes that are no UTF-8; ``path`` can be shown."""

    path: str
    raw: str
    size: int

    @property
    def name(self) -> str:
        """The last part of the path, as the system has it."""
        return self.raw.rpartition("/")[2]


@dataclass
class Listing:
    """Everything under a root, in byte order of the paths."""

    is_file: bool = False
    files: list[Entry] = field(default_factory=list)
    directories: list[Entry] = field(default_factory=list)
    skipped: list[Unread] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds, as digests in hexadecimal."""

    sha256: str
    sha1: str
    size: int


def shown(raw: str) -> str:
    """``raw`` as valid Unicode: each byte that is no UTF-8 becomes ``\\xff``. Well-formed names stay as they are."""
    return _SURROGATE.sub(
        lambda found: f"\\x{ord(found[0]) & 0xFF:02x}" if found[0] >= "\udc80" and found[0] <= "\udcff" else "\ufffd", raw
    )


def path_bytes(raw: str) -> str | None:
    """The real name in base64 where the shown one differs."""
    return None if shown(raw) == raw else base64.b64encode(raw.encode("utf-8", "surrogateescape")).decode("ascii")


def listing(root: Path, *, most_bytes: int, pause: Callable[[], None] = lambda: None) -> Listing:
    """List what lies under ``root``, maybe one file; ``pause`` is called now and then. ``SourceUnreadable`` if nothing can be."""
    found = Listing()
    try:
        status = root.stat()
        if stat.S_ISDIR(status.st_mode):
            _walk(os.fsencode(root), found, most_bytes, pause)
        elif stat.S_ISREG(status.st_mode):
            found.is_file = True
            _sort_in(found, os.fsencode(root.name), status, most_bytes)
        else:
            raise SourceUnreadable(path=shown(str(root)), reason="it is neither a folder nor a file")
    except OSError as error:
        raise SourceUnreadable(path=shown(str(root)), reason=error.strerror or str(error)) from error
    return _ordered(found)


def from_known(files: Iterable[tuple[str, int, bool]], *, most_bytes: int) -> Listing:
    """The same listing of a tree that is known without a look at the disk: (raw path, size, is a link) of each file and link."""
    found = Listing()
    folders: set[str] = set()
    left: set[str] = set()
    for raw, size, is_link in files:
        parts = raw.split("/")
        own = next((depth for depth, part in enumerate(parts) if part.lower() in _VERSION_CONTROL), None)
        above = parts[: len(parts) - 1 if own is None else own]
        folders.update("/".join(above[: depth + 1]) for depth in range(len(above)))
        if own is not None:
            left.add("/".join(parts[: own + 1]))
        else:
            _sort_known(found, raw.encode("utf-8", "surrogateescape"), size, is_link, most_bytes)
    for raw in left:
        _leave(found.skipped, raw.encode("utf-8", "surrogateescape"), "version-control", _LEFT_OUT)
    found.directories.extend(_entry(raw.encode("utf-8", "surrogateescape"), 0) for raw in folders)
    return _ordered(found)


def _sort_known(found: Listing, path: bytes, size: int, is_link: bool, most_bytes: int) -> None:
    if is_link:
        _leave(found.skipped, path, "link", _LINK)
    elif size > most_bytes:
        _leave(found.unread, path, "too-large", f"It has {size} bytes; the limit is {most_bytes} (max_file_bytes).")
    else:
        found.files.append(_entry(path, size))


def _ordered(found: Listing) -> Listing:
    for entries in (found.files, found.directories):
        entries.sort(key=lambda entry: entry.raw.encode("utf-8", "surrogateescape"))
    for left in (found.skipped, found.unread):
        left.sort(key=lambda entry: entry.path)
    return _distinct(found)


def _walk(root: bytes, found: Listing, most_bytes: int, pause: Callable[[], None]) -> None:
    waiting = [b""]
    while waiting:
        folder = waiting.pop()
        pause()
        try:
            with os.scandir(root + b"/" + folder if folder else root) as entries:
                for entry in entries:
                    path = folder + b"/" + entry.name if folder else entry.name
                    if entry.name.decode("utf-8", "surrogateescape").lower() in _VERSION_CONTROL:
                        _leave(found.skipped, path, "version-control", _LEFT_OUT)
                        continue
                    status = entry.stat(follow_symlinks=False)
                    if stat.S_ISDIR(status.st_mode):
                        found.directories.append(_entry(path, 0))
                        waiting.append(path)
                    else:
                        _sort_in(found, path, status, most_bytes)
        except OSError as error:
            if not folder:
                raise
            _leave(found.unread, folder, "unreadable", f"The folder cannot be listed: {error.strerror or error}.")


def _sort_in(found: Listing, path: bytes, status: os.stat_result, most_bytes: int) -> None:
    if stat.S_ISLNK(status.st_mode) or stat.S_ISREG(status.st_mode):
        _sort_known(found, path, status.st_size, stat.S_ISLNK(status.st_mode), most_bytes)
    else:
        _leave(found.skipped, path, "special", "A device, pipe or socket; never opened.")


def _entry(path: bytes, size: int) -> Entry:
    raw = path.decode("utf-8", "surrogateescape")
    return Entry(shown(raw), raw, size)


def _leave(where: list[Unread], path: bytes, reason: str, message: str) -> None:
    raw = path.decode("utf-8", "surrogateescape")
    where.append(Unread(shown(raw), reason, message, path_bytes(raw)))


def _distinct(found: Listing) -> Listing:
    """No two files are shown alike, also where a name spells out the bytes that another one has."""
    seen: set[str] = set()
    for place, entry in enumerate(found.files):
        path = entry.path
        while path in seen:
            path += "~"
        seen.add(path)
        if path != entry.path:
            found.files[place] = Entry(path, entry.raw, entry.size)
    return found


def content(location: Path) -> Content:
    """The digests of a regular file. ``OSError`` when it cannot be read or is something else by now."""
    digest, old = hashlib.sha256(), hashlib.sha1(usedforsecurity=False)
    size = 0
    for chunk in _chunks(location):
        digest.update(chunk)
        old.update(chunk)
        size += len(chunk)
    return Content(digest.hexdigest(), old.hexdigest(), size)


def _chunks(location: Path) -> Iterator[bytes]:
    # Neither a link nor a pipe that was put in the file's place meanwhile is opened or waited for.
    number = os.open(location, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(number, "rb", buffering=0) as stream:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise OSError("it is no regular file any more")
        while chunk := stream.read(_CHUNK):
            yield chunk


def matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """Tell whether a path can be a package manifest by any of the engine's glob ``patterns``, without regard to case.

    Nearly all patterns are a plain ending after a star: those are asked at once, and only the others one by one.
    """
    lowered = [pattern.lower() for pattern in patterns]
    endings = tuple(pattern[1:] for pattern in lowered if pattern[:1] == "*" and not any(sign in pattern[1:] for sign in "*?["))
    others = [pattern for pattern in lowered if pattern[1:] not in endings or pattern[:1] != "*"]
    matches_other = re.compile("|".join(fnmatch.translate(pattern) for pattern in others) or "(?!)").match

    def is_manifest(path: str) -> bool:
        low = path.lower()
        return low.endswith(endings) or matches_other(low) is not None

    return is_manifest

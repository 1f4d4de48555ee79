# SPDX-License-Identifier: Apache-2.0
"""Laying files into a new folder, under limits, whole or not at all."""

import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from madang.archives.errors import AlreadyThere, Damaged, DuplicateName, Inconsistent, LinkOut, NoSpace, Stopped
from madang.archives.limits import Limits, Progress, Skipped, Stop, Unpacked
from madang.archives.links import leads_out
from madang.archives.names import shown

_FOLDER, _FILE, _LINK = range(3)
_FULL = {errno.ENOSPC, errno.EDQUOT}
_UNFIT = {errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL, errno.EEXIST}
_PART = ".part"
_LONGEST_LINK = 4096
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Landing:
    """A folder in the making: it grows in a hidden place beside ``into`` and is renamed there by ``finish``.

    Leaving the ``with`` block without ``finish`` removes everything. Paths are bytes that ``safe_path`` gave. ``packed_bytes`` is the size
    of what is unpacked, for the ratio; 0 when there is none. ``keeps_going`` leaves links that lead out aside, and says so, instead of
    refusing all. Links are drawn up in memory and made last, so nothing is ever written through one.
    """

    def __init__(
        self,
        into: Path,
        *,
        limits: Limits,
        stop: Stop | None = None,
        progress: Progress | None = None,
        packed_bytes: int = 0,
        keeps_going: bool = False,
    ) -> None:
        self._into = into
        self._limits = limits
        self._stop = stop
        self._progress = progress
        self._packed_bytes = packed_bytes
        self._keeps_going = keeps_going
        self._place = into.parent / f".{secrets.token_hex(8)}{_PART}"
        self._kinds: dict[bytes, int] = {b"": _FOLDER}
        self._links: dict[bytes, bytes] = {}
        self._skipped: list[Skipped] = []
        self._came = 0
        self.files = 0
        self.bytes = 0

    def __enter__(self) -> Self:
        if os.path.lexists(self._into) and not (self._into.is_dir() and not any(self._into.iterdir())):
            raise AlreadyThere(name=self._into.name)
        with _on_disk(b""):
            self._into.parent.mkdir(parents=True, exist_ok=True)
            self._place.mkdir(0o755)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        shutil.rmtree(self._place, ignore_errors=True)

    def folder(self, path: bytes) -> None:
        """A folder stands at ``path``; it may be named more than once."""
        missing = []
        while self._kinds.get(path) != _FOLDER:
            missing.append(path)
            path = path.rpartition(b"/")[0]
        for path in reversed(missing):
            self._claim(path, _FOLDER)
            self._make_folder(path)

    def file(self, path: bytes, chunks: Iterable[bytes], *, executable: bool = False) -> int:
        """A file with these bytes stands at ``path``; returns their number. Modes are 0644 or 0755, whatever was asked."""
        self._take(path, _FILE)
        before = self.bytes
        self._lay(path, self._counted(path, chunks), executable=executable)
        self.files += 1
        self._tell()
        return self.bytes - before

    def share(self, path: bytes, of: Path) -> bool:
        """The file ``of`` stands at ``path`` too, as a hard link; False, and nothing is done, where the disk cannot link."""
        self.check_stop()
        self.folder(path.rpartition(b"/")[0])
        try:
            self._at(path).hardlink_to(of)
        except OSError:
            return False
        self._take(path, _FILE)
        self._count(path, of.stat().st_size, 0)
        self.files += 1
        self._tell()
        return True

    def link(self, path: bytes, target: bytes) -> None:
        """A symbolic link shall stand at ``path`` in the end, if it stays inside."""
        self._take(path, _LINK)
        # No system follows a longer one; without its target it counts as leading out.
        self._links[path] = target if len(target) < _LONGEST_LINK else b""
        self._count(path, len(target), len(target))

    def copy(self, path: bytes, of: bytes) -> None:
        """What was laid at ``of`` stands at ``path`` too, as bytes of its own (a hard link in an archive)."""
        if of in self._links:
            self.link(path, self._links[of])
            return
        if self._kinds.get(of) != _FILE:
            raise Inconsistent(name=shown(path))
        self._again(path, of)

    def skip(self, path: bytes, reason: str) -> None:
        """``path`` is told as left out, for that reason."""
        self._skipped.append(Skipped(path.decode("utf-8", "surrogateescape"), reason))

    def finish(self) -> Unpacked:
        """The folder stands at its place, complete."""
        self.check_stop()
        self._make_links()
        self._settle()
        tops = [path for path in self._kinds if path and b"/" not in path]
        root_name = tops[0].decode("utf-8", "surrogateescape") if len(tops) == 1 and self._kinds[tops[0]] == _FOLDER else None
        return Unpacked(self.files, self.bytes, tuple(self._skipped), root_name)

    def check_stop(self) -> None:
        """``Stopped`` when whoever asked for the work has asked to stop it."""
        if self._stop is not None and self._stop():
            raise Stopped

    def came(self, size: int) -> None:
        """So many more bytes came out of the archive's coat, also such as become no file; they are bounded like those that do."""
        self.check_stop()
        self._came += size
        self._check_total(self._came)

    @property
    def is_begun(self) -> bool:
        """Whether there is any file or link yet."""
        return self.files > 0 or bool(self._links)

    def _make_links(self) -> None:
        for path, target in self._links.items():
            if leads_out(path, self._links) or not target:
                if not self._keeps_going:
                    raise LinkOut(name=shown(path), target=shown(target))
                self.skip(path, "link-out")
                del self._kinds[path]
                continue
            self._make_link(path, target)
            self.files += 1
        self._tell()

    def _counted(self, path: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
        size = 0
        for chunk in chunks:
            self.check_stop()
            size += len(chunk)
            self._count(path, len(chunk), size)
            yield chunk

    def _make_folder(self, path: bytes) -> None:
        with _on_disk(path):
            self._at(path).mkdir(0o755)

    def _lay(self, path: bytes, chunks: Iterable[bytes], *, executable: bool) -> None:
        with _on_disk(path):
            descriptor = os.open(self._at(path), _NEW_FILE, 0o755 if executable else 0o644)
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            for chunk in chunks:
                with _on_disk(path):
                    _write(file, chunk)

    def _make_link(self, path: bytes, target: bytes) -> None:
        with _on_disk(path):
            self._at(path).symlink_to(os.fsdecode(target))

    def _settle(self) -> None:
        try:
            self._place.rename(self._into)
        except OSError as error:
            raise AlreadyThere(name=self._into.name) from error

    def _again(self, path: bytes, of: bytes) -> None:
        with self._at(of).open("rb") as file:
            executable = bool(os.fstat(file.fileno()).st_mode & 0o100)
            self.file(path, iter(lambda: file.read(256 * 1024), b""), executable=executable)

    def _at(self, path: bytes) -> Path:
        return self._place / os.fsdecode(path)

    def _take(self, path: bytes, kind: int) -> None:
        """The place is ours and its folders stand."""
        self.folder(path.rpartition(b"/")[0])
        self._claim(path, kind)

    def _take_file(self, path: bytes) -> None:
        self._take(path, _FILE)

    def _claim(self, path: bytes, kind: int) -> None:
        """The place is ours, in a folder that stands."""
        self.check_stop()
        if path in self._kinds:
            raise DuplicateName(name=shown(path))
        if len(self._kinds) > self._limits.max_files:
            raise self._limits.exceeded("max_files")
        self._kinds[path] = kind

    def _count(self, path: bytes, more: int, size: int) -> None:
        self.bytes += more
        if size > self._limits.max_file_bytes:
            raise self._limits.exceeded("max_file_bytes", shown(path))
        self._check_total(self.bytes)

    def _check_total(self, size: int) -> None:
        limits = self._limits
        if size > limits.max_total_bytes:
            raise limits.exceeded("max_total_bytes")
        if self._packed_bytes and size > max(limits.ratio_floor_bytes, limits.max_ratio * self._packed_bytes):
            raise limits.exceeded("max_ratio")

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(self.files, self.bytes)


def sweep(folder: Path, *, older_than: float = 86_400) -> int:
    """Remove the half-made folders in ``folder`` that a killed process left more than ``older_than`` seconds ago; returns how many."""
    removed = 0
    for place in folder.glob(f".*{_PART}"):
        with suppress(FileNotFoundError):
            if place.is_dir() and not place.is_symlink() and time.time() - place.stat().st_mtime >= older_than:
                shutil.rmtree(place, ignore_errors=True)
                removed += 1
    return removed


def _write(file: FileIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


@contextmanager
def _on_disk(path: bytes) -> Iterator[None]:
    """A full disk, and a name that the disk cannot hold, become refusals."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoSpace from error
        if error.errno in _UNFIT:
            raise Damaged(name=shown(path)) from error
        raise

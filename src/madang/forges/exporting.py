# SPDX-License-Identifier: Apache-2.0
"""A commit's files, laid into a folder without a checkout: git lists and hands out bytes, and we write them under our own limits."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from madang import archives
from madang.forges.errors import RepositoryDamaged, RepositoryEmpty
from madang.forges.git import Git, end

_CHUNK = 256 * 1024
_LFS = b"version https://git-lfs.github.com/spec/v1\n"
_LARGEST_POINTER = 1024
_LONGEST_LINK = 4096
# A line of the listing without its path: mode, kind, id and size.
_LINE = 128
_SUBMODULE, _LINK, _FILE = "160000", "120000", "100"


@dataclass(frozen=True, slots=True)
class Held:
    """What is kept already of a blob: the digest and size of its bytes, and whether they only point to a file kept elsewhere."""

    sha256: str
    size: int
    is_pointer: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a commit's tree. ``size`` is None where the blob is not here."""

    mode: str
    object_id: str
    size: int | None
    path: bytes

    @property
    def is_submodule(self) -> bool:
        """Whether it is another repository's commit."""
        return self.mode == _SUBMODULE

    @property
    def is_blob(self) -> bool:
        """Whether it is a file, and neither a link nor another repository."""
        return self.mode not in (_SUBMODULE, _LINK)


def export(git: Git, commit: str, into: Path) -> archives.Unpacked:
    """The commit's files and links stand in the new folder ``into``, or nothing does.

    Submodules and links that lead out are left out and told.
    """
    limits, items = git.watch.limits.files, listed(git, commit)
    if sum(item.size or 0 for item in items) > limits.max_total_bytes:
        raise limits.exceeded("max_total_bytes")
    landing = archives.Landing(into, limits=limits, stop=git.watch.ask_stop, progress=_teller(git), keeps_going=True)
    with landing, _reading(git) as process:
        for item in items:
            _lay(landing, item, process, limits)
        return _finished(landing)


def hand_over(git: Git, items: Sequence[Item], taker: archives.Taker, held: Mapping[str, Held]) -> archives.Unpacked:
    """The commit's files and links are the taker's, under the same limits. Blobs that are ``held`` are not read."""
    limits = git.watch.limits.files
    landing = archives.Handing(taker, limits=limits, stop=git.watch.ask_stop, progress=_teller(git), keeps_going=True)
    with landing, _reading(git) as process:
        for item in items:
            kept = held.get(item.object_id) if item.is_blob else None
            if kept is None:
                _lay(landing, item, process, limits)
                continue
            path = archives.safe_path(item.path, limits, drives=False)
            if kept.is_pointer:
                landing.skip(path, "lfs-pointer")
            landing.held(path, kept.sha256, kept.size, executable=_is_executable(item))
        return _finished(landing)


def _teller(git: Git) -> archives.Progress | None:
    progress = git.watch.progress
    return (lambda files, size: progress("writing", files, size)) if progress is not None else None


def _finished(landing: archives.Landing) -> archives.Unpacked:
    if not landing.is_begun:
        raise RepositoryEmpty
    return landing.finish()


def listed(git: Git, commit: str) -> list[Item]:
    """All entries of the commit's tree, folders opened, with their sizes; the blobs are here. There is at least one, and not too many."""
    return read(listing(git, commit, sized=True))


def listing(git: Git, commit: str, *, sized: bool = False) -> str:
    """The same as Git prints it, which ``read`` reads; ``sized`` where the blobs are here."""
    limits = git.watch.limits.files
    text = git.run(
        "--git-dir", str(git.repository), "ls-tree", "-r", "-z", *(["-l"] if sized else []), "--full-tree", commit,
        most=limits.max_files * (limits.max_name_bytes + _LINE), over=limits.exceeded("max_files"),
    )  # fmt: skip
    if not text:
        raise RepositoryEmpty
    if text.count("\0") > limits.max_files:
        raise limits.exceeded("max_files")
    return text


def read(text: str) -> list[Item]:
    """The entries of a listing."""
    return [_item(line) for line in text.split("\0")[:-1]]


def changed(before: str, now: str) -> list[tuple[Item, Item]] | None:
    """The files of which a listing names another content, each as it was and is; None where more than contents is otherwise."""
    old, new = before.split("\0"), now.split("\0")
    pairs = [(_item(was), _item(is_)) for was, is_ in zip(old, new, strict=False) if was != is_] if len(old) == len(new) else []
    is_same = all(was.path == is_.path and was.mode == is_.mode and is_.is_blob for was, is_ in pairs)
    return pairs if pairs and is_same else None


def _item(line: str) -> Item:
    facts, _, path = line.partition("\t")
    mode, _, object_id, *size = facts.split()
    if mode not in (_SUBMODULE, _LINK) and not mode.startswith(_FILE):
        raise RepositoryDamaged
    known = int(size[0]) if size and size[0].isdigit() else None
    return Item(mode, object_id, known, path.encode("utf-8", "surrogateescape"))


def _is_executable(item: Item) -> bool:
    return bool(int(item.mode, 8) & 0o100)


def _lay(landing: archives.Landing, item: Item, process: subprocess.Popen[bytes], limits: archives.Limits) -> None:
    path = archives.safe_path(item.path, limits, drives=False)
    if item.mode == _SUBMODULE:
        landing.skip(path, "submodule")
        return
    size, chunks = _object(process, item)
    if item.mode == _LINK:
        # All of it is read, also of one too long to be a link, so that the next answer is found behind it.
        pieces = [chunk for chunk in chunks if size <= _LONGEST_LINK]
        if size > _LONGEST_LINK:
            landing.skip(path, "link-out")
        else:
            landing.link(path, b"".join(pieces))
        return
    if size > limits.max_file_bytes:
        raise limits.exceeded("max_file_bytes", archives.shown(path))
    if size <= _LARGEST_POINTER:
        content = b"".join(chunks)
        chunks = iter([content])
        if content.startswith(_LFS):
            landing.skip(path, "lfs-pointer")
    landing.file(path, chunks, executable=_is_executable(item))


def _object(process: subprocess.Popen[bytes], item: Item) -> tuple[int, Iterator[bytes]]:
    """The object's size and bytes, from git's answer ``<id> blob <size> LF <bytes> LF``."""
    asked, answer = _pipes(process)
    asked.write(f"{item.object_id}\n".encode())
    asked.flush()
    head = answer.readline().split()
    if len(head) != 3 or head[1] != b"blob" or item.size not in (None, int(head[2])):
        raise RepositoryDamaged
    return int(head[2]), _bytes(answer, int(head[2]))


def _bytes(answer: IO[bytes], left: int) -> Iterator[bytes]:
    while left:
        chunk = answer.read(min(left, _CHUNK))
        if not chunk:
            raise RepositoryDamaged
        left -= len(chunk)
        yield chunk
    answer.read(1)


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise RepositoryDamaged
    return process.stdin, process.stdout


@contextmanager
def _reading(git: Git) -> Iterator[subprocess.Popen[bytes]]:
    process = git.start_reading()
    try:
        yield process
    finally:
        _close(process)


def _close(process: subprocess.Popen[bytes]) -> None:
    asked, answer = _pipes(process)
    end(process)
    answer.close()
    try:
        asked.close()
    except BrokenPipeError:
        # What was not read any more is lost with the process, as meant.
        return

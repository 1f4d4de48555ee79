# SPDX-License-Identifier: Apache-2.0
"""A commit's files, laid into a folder without a checkout: git lists and hands out bytes, and we write them under our own limits."""

import subprocess
from collections.abc import Iterator
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
class _Item:
    mode: str
    object_id: str
    size: int
    path: bytes


def export(git: Git, commit: str, into: Path) -> archives.Unpacked:
    """The commit's files and links stand in the new folder ``into``, or nothing does.

    Submodules and links that lead out are left out and told.
    """
    watch, limits = git.watch, git.watch.limits.files
    items = _items(git, commit)
    if not items:
        raise RepositoryEmpty
    if len(items) > limits.max_files:
        raise limits.exceeded("max_files")
    if sum(item.size for item in items) > limits.max_total_bytes:
        raise limits.exceeded("max_total_bytes")
    progress = watch.progress
    tell = (lambda files, size: progress("writing", files, size)) if progress is not None else None
    process = git.start_reading()
    try:
        with archives.Landing(into, limits=limits, stop=watch.ask_stop, progress=tell, keeps_going=True) as landing:
            for item in items:
                _lay(landing, item, process, limits)
            if not landing.is_begun:
                raise RepositoryEmpty
            return landing.finish()
    finally:
        _close(process)


def _items(git: Git, commit: str) -> list[_Item]:
    """All entries of the commit's tree, folders opened."""
    limits = git.watch.limits.files
    listing = git.run(
        "--git-dir", str(git.repository), "ls-tree", "-r", "-z", "-l", "--full-tree", commit,
        most=limits.max_files * (limits.max_name_bytes + _LINE), over=limits.exceeded("max_files"),
    )  # fmt: skip
    items = []
    for line in listing.split("\0")[:-1]:
        facts, _, path = line.partition("\t")
        mode, _, object_id, size = facts.split()
        if mode not in (_SUBMODULE, _LINK) and not mode.startswith(_FILE):
            raise RepositoryDamaged
        items.append(_Item(mode, object_id, int(size) if size.isdigit() else 0, path.encode("utf-8", "surrogateescape")))
    return items


def _lay(landing: archives.Landing, item: _Item, process: subprocess.Popen[bytes], limits: archives.Limits) -> None:
    path = archives.safe_path(item.path, limits, drives=False)
    if item.mode == _SUBMODULE:
        landing.skip(path, "submodule")
        return
    if item.mode == _LINK and item.size > _LONGEST_LINK:
        landing.skip(path, "link-out")
        return
    if item.size > limits.max_file_bytes:
        raise limits.exceeded("max_file_bytes", archives.shown(path))
    chunks = _object(process, item)
    if item.mode == _LINK:
        landing.link(path, b"".join(chunks))
        return
    if item.size <= _LARGEST_POINTER:
        content = b"".join(chunks)
        chunks = iter([content])
        if content.startswith(_LFS):
            landing.skip(path, "lfs-pointer")
    landing.file(path, chunks, executable=bool(int(item.mode, 8) & 0o100))


def _object(process: subprocess.Popen[bytes], item: _Item) -> Iterator[bytes]:
    """The object's bytes, from git's answer ``<id> blob <size> LF <bytes> LF``."""
    asked, answer = _pipes(process)
    asked.write(f"{item.object_id}\n".encode())
    asked.flush()
    head = answer.readline().split()
    if len(head) != 3 or head[1] != b"blob" or int(head[2]) != item.size:
        raise RepositoryDamaged
    left = item.size
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


def _close(process: subprocess.Popen[bytes]) -> None:
    asked, answer = _pipes(process)
    end(process)
    answer.close()
    try:
        asked.close()
    except BrokenPipeError:
        # What was not read any more is lost with the process, as meant.
        return

# SPDX-License-Identifier: Apache-2.0
"""Opening whatever a person names on the command line: a folder, a file, an archive, or a repository elsewhere."""

from dataclasses import dataclass
from pathlib import Path

from madang import archives
from madang.forges.addresses import Target
from madang.forges.errors import BadAddress, SourceMissing
from madang.forges.fetching import fetch
from madang.forges.guard import Guard
from madang.forges.limits import Limits, Progress


@dataclass(frozen=True, slots=True)
class Opened:
    """Where the source can be read: ``root`` is a folder, or a single file. ``kind`` is ``folder``, ``file``, ``archive`` or ``git``."""

    root: Path
    name: str
    kind: str
    commit: str | None = None
    ref: str | None = None
    skipped: tuple[archives.Skipped, ...] = ()


def open_source(
    source: str,
    workdir: Path,
    *,
    ref: str | None = None,
    guard: Guard | None = None,
    limits: Limits | None = None,
    stop: archives.Stop | None = None,
    progress: Progress | None = None,
) -> Opened:
    """The source can be read at ``root``. Folders and plain files stay where they are; all else is laid below the caller's ``workdir``.

    With ``ref``, a folder is taken as a Git repository, and its state of that name is read instead of what lies there.
    """
    guard = guard or Guard(trusting=True)
    limits = limits or Limits()
    path = Path(source)
    if path.is_file():
        return _open_file(path, workdir, limits.files, stop=stop, progress=progress)
    if path.is_dir() and ref is None:
        whole = path.resolve()
        return Opened(path, whole.name or "root", "folder")
    address = str(path.resolve()) if path.is_dir() else source
    target = _target(address, guard, source)
    into = workdir / (target.name if target.name not in (".", "..") else "repository")
    fetched = fetch(address, ref, into, guard=guard, home=workdir / "git", limits=limits, stop=stop, progress=progress)
    return Opened(into, target.name, "git", fetched.commit, fetched.ref, fetched.skipped)


def _target(address: str, guard: Guard, source: str) -> Target:
    try:
        return guard.parse(address)
    except BadAddress as error:
        if "://" in source:
            raise
        raise SourceMissing(source=archives.shown(source)) from error


def _open_file(
    path: Path,
    workdir: Path,
    limits: archives.Limits,
    *,
    stop: archives.Stop | None,
    progress: Progress | None,
) -> Opened:
    try:
        kind = archives.kind_of(path)
    except archives.NotAnArchive:
        return Opened(path, path.name, "file")
    name = _stem(path.name, kind)
    into = workdir / name
    tell = (lambda files, size: progress("unpacking", files, size)) if progress is not None else None
    unpacked = archives.unpack(path, into, limits=limits, stop=stop, progress=tell)
    root = into / unpacked.root_name if unpacked.root_name else into
    return Opened(root, root.name, "archive", skipped=unpacked.skipped)


def _stem(name: str, kind: archives.Kind) -> str:
    """The archive's name without its ending; the text before the first ``.tar`` or the last dot."""
    lowered = name.lower()
    for ending in (f".{kind.value}", ".tgz", ".txz", ".tbz2", ".tzst", ".zip", ".tar"):
        if lowered.endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return Path(name).stem

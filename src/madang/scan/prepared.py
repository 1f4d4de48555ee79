# SPDX-License-Identifier: Apache-2.0
"""The compact licence index of this engine: opened where it lies, and built first where it does not.

It is built from ScanCode's own index by a process that ends, checked against it in every rule, and kept in a folder that only this user
may write to. Whatever is wrong there (another's file, a damaged one, a full disk, no home) costs memory and seconds, never an answer: then
ScanCode's index is loaded as it is.
"""

import fcntl
import gc
import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

from licensedcode.cache import get_cache

from madang.scan import exact, mapped, ranking
from madang.scan.forked import die_with_parent
from madang.scan.installed import fingerprint
from madang.scan.sections import BrokenSections, Sections, write_sections

KEPT = 3
"""So many built indexes stay, the newest ones; a version of the engine that somebody goes back to is built again."""
_LOCK = "building"


def built_for() -> str:
    """What an index is built for: the engine with its data, and the modules that lay it out."""
    sources = [Path(module.__file__ or "").read_bytes() for module in (exact, mapped, ranking)]
    return f"{fingerprint()}-{hashlib.sha256(b''.join(sources)).hexdigest()[:16]}"


def prepared(folder: Path | None) -> tuple[Any, Sections] | None:
    """ScanCode's licence cache over the index in ``folder``, with its tables; None when it can neither be opened nor built there."""
    if folder is None or not _is_private(folder):
        return None
    purpose = built_for()
    path = folder / f"licences-{purpose}.index"
    for may_build in (True, False):
        try:
            known = Sections(path, built_for=purpose)
            return mapped.mapped(known), known
        except (BrokenSections, mapped.Unmappable):
            if may_build and not _build_apart(path, purpose):
                return None
    return None


def _is_private(folder: Path) -> bool:
    """The folder is there, is this user's, and nobody else may write to it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o022


def _build_apart(path: Path, purpose: str) -> bool:
    """Build in a process of its own, whose memory goes with it. Not when another builds at this moment."""
    try:
        lock = os.open(path.with_name(_LOCK), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        pid = os.fork()
        if pid == 0:
            die_with_parent()
            _build_and_end(path, purpose)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    except OSError:
        return False
    finally:
        os.close(lock)


def _build_and_end(path: Path, purpose: str) -> None:
    status = 1
    try:
        build(path, purpose)
        status = 0
    finally:
        os._exit(status)


def build(path: Path, purpose: str) -> None:
    """The index stands at ``path``, equal to ScanCode's in all that a scan asks, or nothing does."""
    gc.disable()
    whole = get_cache()

    def check(written: Path) -> None:
        mapped.check_equal(whole, mapped.mapped(Sections(written, built_for=purpose)))

    write_sections(path, mapped.numbers_of(whole), built_for=purpose, check=check)
    _drop_old(path)


def _drop_old(path: Path) -> None:
    """Only the newest indexes stay. Processes that have one of the others mapped keep it. What builders left that were killed goes too:
    one at a time builds here, and it is done."""
    with suppress(OSError):
        for left in path.parent.glob(".licences-*.index.*"):
            left.unlink()
        by_age = sorted(path.parent.glob("licences-*.index"), key=lambda each: each.stat().st_mtime, reverse=True)
        for old in by_age[KEPT:]:
            old.unlink()

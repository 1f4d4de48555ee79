# SPDX-License-Identifier: Apache-2.0
"""The runs in a folder. A run is one process's: it holds a lock as long as it lives, and the system lets go of it when it ends, however."""

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from madang.kit import new_id

FOLDER = "usage"
_LOG = re.compile(r"(?P<run>[0-9a-z]{26})-(?P<number>[0-9]{6})\.log")
_LIVE = re.compile(r"(?P<run>[0-9a-z]{26})\.live")


@dataclass(frozen=True, slots=True)
class Run:
    """One process's files in a folder, the oldest first."""

    folder: Path
    id: str

    @property
    def live(self) -> Path:
        """The file that is locked while the process lives."""
        return self.folder / f"{self.id}.live"

    def file(self, number: int) -> Path:
        """The log file of that number."""
        return self.folder / f"{self.id}-{number:06}.log"

    def files(self) -> list[Path]:
        """Its log files in the order of their writing."""
        return sorted(path for path in self.folder.glob(f"{self.id}-*.log") if _LOG.fullmatch(path.name))

    @contextmanager
    def if_over(self) -> Iterator[bool]:
        """Whether its process has ended; while the block lasts, nobody else sees to what it left."""
        try:
            handle = os.open(self.live, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            yield False
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            yield False
            return
        try:
            yield _is_same(handle, self.live)
        finally:
            os.close(handle)

    def forget(self) -> None:
        """Its files are gone. Only within ``if_over``."""
        for path in self.files():
            path.unlink()
        self.live.unlink(missing_ok=True)


def begin(folder: Path) -> tuple[Run, int]:
    """A new run of this process, and the handle that keeps it alive."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        run = Run(folder, new_id())
        handle = os.open(run.live, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # a drainer was quicker: it takes the run for one that is over
            os.close(handle)
            continue
        if _is_same(handle, run.live):
            return run, handle
        os.close(handle)


def runs(folder: Path) -> list[Run]:
    """Every run that left something in the folder, the oldest first."""
    found = set()
    with contextlib.suppress(FileNotFoundError):
        for path in folder.iterdir():
            match = _LOG.fullmatch(path.name) or _LIVE.fullmatch(path.name)
            if match:
                found.add(match["run"])
    return [Run(folder, id_) for id_ in sorted(found)]


def is_closed(path: Path) -> bool:
    """Whether nobody writes this file any more: its writer holds a lock on it."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _is_same(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False

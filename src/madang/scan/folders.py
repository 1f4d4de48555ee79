# SPDX-License-Identifier: Apache-2.0
"""Folders for what is needed while a process lives. One whose process was killed is removed by the next that comes along."""

import fcntl
import os
import secrets
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

_PREFIX = "madang-scan-"
_LOCK = "alive"


class Folder:
    """A folder of our own, for this process's user only, until ``remove`` or the end of the process."""

    def __init__(self) -> None:
        # Hexadecimal, so that no chance word in the path looks to the engine like the path of a manifest.
        name = f"{_PREFIX}{secrets.token_hex(8)}"
        base = Path(tempfile.gettempdir())
        made = base / f".{name}"
        made.mkdir(mode=0o700)
        self._lock = os.open(made / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        # It gets the name that ``sweep`` looks for only when it is locked.
        self.path = made.rename(base / name)

    def remove(self) -> None:
        """The folder is gone, with all that is in it; what its links point to stays."""
        shutil.rmtree(self.path, ignore_errors=True)
        with suppress(OSError):
            os.close(self._lock)


def sweep() -> None:
    """Folders that processes of this user left when they were killed are gone."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            lock = os.open(left / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left, ignore_errors=True)
        except OSError:
            continue
        finally:
            os.close(lock)

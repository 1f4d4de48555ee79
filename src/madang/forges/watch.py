# SPDX-License-Identifier: Apache-2.0
"""The bounds of one fetch, asked again and again while it runs."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from madang import archives
from madang.forges.errors import RepositoryTooLarge, TimedOut
from madang.forges.limits import Limits, Progress


@dataclass(frozen=True, slots=True)
class Watch:
    """Until when, how much in which folder, and whether somebody has stopped it. ``until`` is on the monotonic clock."""

    host: str
    folder: Path
    limits: Limits
    until: float
    stop: archives.Stop | None
    progress: Progress | None

    def check(self) -> None:
        """Nothing happens while all is well; ``Stopped`` or ``TimedOut`` otherwise."""
        if self.stop is not None and self.stop():
            raise archives.Stopped
        if time.monotonic() > self.until:
            raise TimedOut(host=self.host, limit=f"{self.limits.fetch_seconds:g}", setting=archives.setting_name("fetch_seconds"))

    def check_size(self) -> None:
        """As ``check``, and ``RepositoryTooLarge`` when the folder has grown over the limit; tells the progress."""
        self.check()
        size = size_of(self.folder)
        if size > self.limits.max_fetch_bytes:
            raise RepositoryTooLarge(limit=self.limits.max_fetch_bytes, setting=archives.setting_name("max_fetch_bytes"))
        if self.progress is not None:
            self.progress("fetching", 0, size)

    def ask_stop(self) -> bool:
        """The same bounds in the shape that a landing asks for: never True, since it raises."""
        self.check()
        return False


def size_of(folder: Path) -> int:
    """The bytes of all files below, as far as they still stand."""
    size = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                size += os.lstat(Path(place) / name).st_size
    return size

# SPDX-License-Identifier: Apache-2.0
"""How far a scan is, and who goes first."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

_EVERY_SECONDS = 0.5


class Priority(IntEnum):
    """Whose files are handed out first. Background work gets no new file while a foreground scan waits for one."""

    FOREGROUND = 0
    BACKGROUND = 1


class Cancelled(Exception):
    """The scan was asked to stop, and did. What it had found until then is in the cache."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a scan stands. ``stage`` is ``listing``, ``scanning``, ``finishing`` or ``done``."""

    stage: str
    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
    files_cached: int
    """Files of ``files_done`` whose findings were known already."""
    seconds_left: float | None
    """By the bytes looked at so far; None until it can be told."""
    rate: float
    """Files a second since the start, without the ones known already."""


class Meter:
    """Counts what is done and tells ``report`` of it, at most about twice a second and always at a change of stage."""

    def __init__(self, report: Callable[[Progress], None] | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._report = report
        self._clock = clock
        self._told_at = float("-inf")
        self._started_at = clock()
        self._stage = "listing"
        self._files_total = self._files_done = self._files_cached = 0
        self._bytes_total = self._bytes_done = self._bytes_cached = 0

    def expect(self, size: int) -> None:
        """One more file, of that size, is to be done."""
        self._files_total += 1
        self._bytes_total += size
        self._tell()

    def done(self, size: int, *, cached: bool = False) -> None:
        """One file, of that size, is done."""
        self._files_done += 1
        self._bytes_done += size
        if cached:
            self._files_cached += 1
            self._bytes_cached += size
        self._tell()

    def enter(self, stage: str) -> None:
        """A new stage begins. The rate counts from the beginning of ``scanning``."""
        self._stage = stage
        if stage == "scanning":
            self._started_at = self._clock()
        self._tell(always=True)

    def beat(self) -> None:
        """Time has passed and nothing else."""
        self._tell()

    def _tell(self, *, always: bool = False) -> None:
        now = self._clock()
        if self._report is None or (not always and now - self._told_at < _EVERY_SECONDS):
            return
        self._told_at = now
        self._report(self._progress(now))

    def _progress(self, now: float) -> Progress:
        seconds = max(now - self._started_at, 1e-6)
        files, size = self._files_done - self._files_cached, self._bytes_done - self._bytes_cached
        scanning = self._stage == "scanning" and files > 0
        left: float | None = None
        if self._stage == "done":
            left = 0.0
        elif scanning:
            share = [
                (total - done) / fresh
                for total, done, fresh in ((self._files_total, self._files_done, files), (self._bytes_total, self._bytes_done, size))
                if fresh
            ]
            left = round(seconds * sum(share) / len(share), 1)
        return Progress(
            stage=self._stage,
            files_done=self._files_done,
            files_total=self._files_total,
            bytes_done=self._bytes_done,
            bytes_total=self._bytes_total,
            files_cached=self._files_cached,
            seconds_left=left,
            rate=round(files / seconds, 3) if self._stage != "listing" else 0.0,
        )

# SPDX-License-Identifier: Apache-2.0
"""Writes one run's files from an event loop that it never blocks: a thread writes and syncs, in groups.

Space is taken from the disk before it is needed, and a call is admitted only while there is space for its frame. So a full disk refuses
calls before they are served, and what was admitted can always be written down.
"""

import asyncio
import fcntl
import logging
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from madang.usage.errors import Uncounted
from madang.usage.log import frames, live

log = logging.getLogger("madang.usage")
FRAME_BYTES = frames.HEAD.size + frames.CALL.size
SPARE_BYTES = 16 * frames.LONGEST
AGAIN_SECONDS = 1.0
GATHER_SECONDS = 0.001
"""How long a group waits for company while other calls are under way: waking the thread and the disk costs more than many frames."""
CROWD, MOST_WAITS = 2, 4
"""Where so many frames came while it waited, the loop is busy and more are on their way: it waits again, so many times at most."""


@dataclass
class File:
    """A file that is being written. ``position`` is behind what was handed over, ``written`` behind what the disk has."""

    path: Path
    handle: int
    number: int
    allocated: int
    position: int
    written: int
    numbers: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Batch:
    file: File
    data: bytes
    waiters: list["asyncio.Future[None]"]
    is_last: bool = False


class Writer:
    """One run. Everything but ``_work`` is called on the event loop."""

    def __init__(self, folder: Path, *, log_bytes: int, slab_bytes: int) -> None:
        self.folder, self.log_bytes, self.slab_bytes = folder, log_bytes, slab_bytes
        self.file: File | None = None
        self.in_flight = 0
        self.groups = 0
        self._parts: list[bytes] = []
        self._waiters: list[asyncio.Future[None]] = []
        self._sent = 0
        self._is_kicked = self._is_asking = False
        self._waits = self._seen = 0
        self._timer: asyncio.TimerHandle | None = None
        self._orders: SimpleQueue[_Batch | File | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def start(self) -> live.Run:
        """The run has begun and its first file stands; ``Uncounted`` when the disk has no room for it."""
        self._loop = asyncio.get_running_loop()
        self.run, self._live = await asyncio.to_thread(live.begin, self.folder)
        try:
            self.file = await asyncio.to_thread(self._open, 1)
        except OSError as error:
            log.error("the usage log cannot be begun: %s", error)
            os.close(self._live)
            raise Uncounted from error
        self._thread = threading.Thread(target=self._work, name="usage-log", daemon=True)
        self._thread.start()
        return self.run

    async def stop(self) -> None:
        """Everything that was handed over is written, and the run is over."""
        while self._sent or self._parts:
            await asyncio.sleep(0.002)
        self._orders.put(None)
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)
        if self.file is not None:
            os.ftruncate(self.file.handle, self.file.written)
            os.close(self.file.handle)
            self.file = None
        os.close(self._live)

    def take_room(self) -> None:
        """One more call may be under way: its frame has its place on the disk. ``Uncounted`` when there is none."""
        file = self.file
        if file is None:
            self._ask()
            raise Uncounted
        left = file.allocated - file.position - self.in_flight * FRAME_BYTES
        if left < self.slab_bytes // 2 + SPARE_BYTES:
            self._ask()
            if left < SPARE_BYTES:
                raise Uncounted
        self.in_flight += 1

    def give_room(self) -> None:
        """A call that took room writes nothing."""
        self.in_flight -= 1

    def number(self, kind: bytes, told: str) -> int:
        """The number of a context or standing in the file that is written now; defined there when it was not."""
        file = self._current()
        known = file.numbers.get(told)
        if known is None:
            known = file.numbers[told] = len(file.numbers)
            self._hand_over(frames.definition(kind, known, told))
        return known

    def write(self, frame: bytes) -> "asyncio.Future[None]":
        """What becomes done once this frame is on the disk, or raises ``Uncounted`` when it never will be."""
        self.in_flight -= 1
        waiter: asyncio.Future[None] = self._loop.create_future()
        self._hand_over(frame)
        self._waiters.append(waiter)
        return waiter

    def _current(self) -> File:
        if self.file is None:
            raise Uncounted
        return self.file

    def _hand_over(self, frame: bytes) -> None:
        self._current().position += len(frame)
        self._parts.append(frame)
        if not self._sent:
            self._gather()

    def _gather(self) -> None:
        """What waits is sent: as soon as nobody else is under way, else in a moment."""
        if self.in_flight > 0:
            if self._timer is None and not self._is_kicked:
                self._waits, self._seen = 0, self._current().position
                self._timer = self._loop.call_later(GATHER_SECONDS, self._look)
        elif not self._is_kicked:
            self._is_kicked = True
            self._loop.call_soon(self._kick)

    def _look(self) -> None:
        """The group has waited for a moment; it waits on while many come."""
        self._timer = None
        position = self.file.position if self.file is not None else 0
        if position - self._seen >= CROWD * FRAME_BYTES and self._waits < MOST_WAITS and not self._is_kicked:
            self._waits, self._seen = self._waits + 1, position
            self._timer = self._loop.call_later(GATHER_SECONDS, self._look)
        else:
            self._kick()

    def _kick(self) -> None:
        self._is_kicked = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.file is not None and self._parts and not self._sent:
            self._send(self.file)

    def _send(self, file: File, *, is_last: bool = False) -> None:
        self._sent += 1
        self._orders.put(_Batch(file, b"".join(self._parts), self._waiters, is_last))
        self._parts, self._waiters = [], []

    def _ask(self) -> None:
        """More room is on its way, unless it was asked for already."""
        if self._is_asking:
            return
        self._is_asking = True
        file = self.file
        if file is None or file.position > self.log_bytes:
            number = (file.number if file else self._last_number) + 1
            asked = self._loop.run_in_executor(None, self._open, number)
            asked.add_done_callback(self._opened)
        else:
            self._orders.put(file)

    def _opened(self, opened: "asyncio.Future[File]") -> None:
        """A new file stands: what was meant for the old one goes there first."""
        error = opened.exception() if not opened.cancelled() else None
        if opened.cancelled() or error is not None:
            log.error("no new file for the usage log: %s", error)
            self._loop.call_later(AGAIN_SECONDS, self._asked)
            return
        if self.file is not None:
            self._send(self.file, is_last=True)
        self.file = opened.result()
        self._is_asking = False

    def _asked(self) -> None:
        self._is_asking = False

    def _grown(self, file: File, allocated: int) -> None:
        if allocated:
            file.allocated = allocated
            self._is_asking = False
        else:
            self._loop.call_later(AGAIN_SECONDS, self._asked)

    def _done(self, batch: _Batch, error: OSError | None) -> None:
        self.groups += 1
        for waiter in batch.waiters:
            if waiter.done():
                continue
            if error is None:
                waiter.set_result(None)
            else:
                waiter.set_exception(Uncounted())
        if error is not None and self.file is batch.file:
            self._abandon(batch.file)
        self._sent -= 1
        if self._parts and not self._sent:
            self._gather()

    def _abandon(self, file: File) -> None:
        """Nothing is written behind a place where writing failed; what waits is refused, and a new file is asked for."""
        self.file, self._last_number = None, file.number
        waiters, self._waiters, self._parts = self._waiters, [], []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_exception(Uncounted())
        self._ask()

    _last_number = 0

    # In the thread.

    def _open(self, number: int) -> File:
        path = self.run.file(number)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)  # until it is closed: a drainer takes it away only then
            _take_space(handle, 0, self.slab_bytes + SPARE_BYTES)
            os.pwrite(handle, frames.MAGIC, 0)
            os.fsync(handle)
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError:
            os.close(handle)
            path.unlink(missing_ok=True)
            raise
        begun = len(frames.MAGIC)
        return File(path, handle, number, self.slab_bytes + SPARE_BYTES, begun, begun)

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            if isinstance(order, File):
                self._tell(self._grown, order, self._grow(order))
                continue
            error = self._write(order)
            if order.is_last or error is not None:
                self._close(order.file)
            self._tell(self._done, order, error)

    def _tell(self, hear: object, *told: object) -> None:
        try:
            self._loop.call_soon_threadsafe(hear, *told)  # type: ignore[arg-type]
        except RuntimeError:  # the loop is closed: nobody waits any more
            return

    def _grow(self, file: File) -> int:
        try:
            _take_space(file.handle, file.allocated, self.slab_bytes)
        except OSError as error:
            log.error("the usage log cannot grow: %s", error)
            return 0
        return file.allocated + self.slab_bytes

    def _write(self, batch: _Batch) -> OSError | None:
        file, data = batch.file, batch.data
        try:
            view, place = memoryview(data), file.written
            while view:
                count = os.pwritev(file.handle, [view], place, os.RWF_DSYNC)
                view, place = view[count:], place + count
        except OSError as error:
            log.error("the usage log cannot be written: %s", error)
            return error
        file.written += len(data)
        return None

    def _close(self, file: File) -> None:
        try:
            os.ftruncate(file.handle, file.written)
        except OSError as error:
            log.warning("the space behind %s is not given back: %s", file.path.name, error)
        os.close(file.handle)
        file.handle = -1  # what is still queued for it fails, instead of writing into what has the number then


def _take_space(handle: int, begin: int, length: int) -> None:
    """The space is taken from the disk, and zeros stand in it: what was only set aside makes the disk write down with each group that it is
    in use now, which costs about as much as the group."""
    os.posix_fallocate(handle, begin, length)
    zeros, end = memoryview(bytes(length)), begin + length
    while begin < end:
        begin += os.pwrite(handle, zeros[begin - end :], begin)

# SPDX-License-Identifier: Apache-2.0
"""The pool as its users see it: lines of work from several threads, shared among the workers, foreground first.

One thread of the pool owns the server process and the wire to it. A scan opens a ``Line``, puts tasks in and takes answers out.
"""

import json
import queue
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from madang.kit import Unavailable, _
from madang.scan.cache import local_cache_folder
from madang.scan.faults import last_line
from madang.scan.frames import END, FORGET, PART, READY, TASK, BrokenFrame, pack
from madang.scan.limits import Limits
from madang.scan.process import ServerProcess
from madang.scan.progress import Priority

_TRIES = 2
"""How often a task is handed out when the server, and not the worker, is what dies."""


class PoolFailed(Unavailable):
    """The server process cannot be started or does not come up."""

    code = "scan-pool-failed"
    message = _("The scan engine did not start: %(reason)s")


class PoolClosed(Unavailable):
    """The pool was closed while a scan used it."""

    code = "scan-pool-closed"
    message = _("The scan engine was shut down while the scan ran. Start the scan again.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one task. ``reason`` is None when all went well; ``found`` holds every part that was finished; ``cpu`` is the
    processor time that it took its worker, in seconds, where the worker came to tell it."""

    key: object
    found: Mapping[str, Any]
    reason: str | None = None
    detail: str = ""
    cpu: float = 0.0


@dataclass
class _Task:
    number: int
    key: object
    line: "Line"
    message: dict[str, Any]
    tries: int = 0
    found: dict[str, Any] = field(default_factory=dict)


def _own_indexes() -> Path | None:
    """Where this user's licence index is kept; None for a user without a home."""
    try:
        return local_cache_folder() / "indexes"
    except RuntimeError:
        return None


class Line:
    """The work of one scan in the pool. Used from one thread; ``close`` forgets what is not done yet."""

    def __init__(self, pool: "Pool", priority: Priority) -> None:
        self._pool = pool
        self.priority = priority
        self.waiting: deque[_Task] = deque()
        self.answers: queue.SimpleQueue[Answer | Unavailable] = queue.SimpleQueue()

    def put(self, key: object, message: Mapping[str, Any], *, seconds: float, memory: int) -> None:
        """One more task. Its answer carries ``key``. ``PoolClosed`` when the pool is."""
        self._pool.take(self, key, {**message, "seconds": seconds, "memory": memory})

    def get(self, *, timeout: float) -> Answer | None:
        """The next answer, in the order in which they come; None when none came in time. Raises what befell the pool."""
        try:
            answer = self.answers.get(timeout=timeout)
        except queue.Empty:
            return None
        if isinstance(answer, Unavailable):
            raise answer
        return answer

    def close(self) -> None:
        """Whatever was not answered is forgotten, also by the workers."""
        self._pool.leave(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class Pool:
    """Workers with the licence index, shared by all scans of this process.

    Nothing is started until a scan needs it, and what was started ends after ``limits.idle_seconds`` without work, at ``close``, and when
    this process ends, however it ends. Safe to use from several threads. ``indexes`` is the folder in which the compact licence index is
    kept, built when it is not there; a folder of this user's cache when none is named.
    """

    def __init__(self, limits: Limits | None = None, *, indexes: Path | None = None) -> None:
        self.limits = limits or Limits()
        self._indexes = indexes
        self._lock = threading.Lock()
        self._lines: list[Line] = []
        self._flying: dict[int, _Task] = {}
        self._forgotten: list[int] = []
        self._server: ServerProcess | None = None
        self._patterns: tuple[str, ...] | None = None
        self._thread: threading.Thread | None = None
        self._wake_out, self._wake_in = socket.socketpair()
        self._wake_in.setblocking(False)
        self._numbers = 0
        self._closing = False
        self._idle_since = time.monotonic()

    def open_line(self, priority: Priority) -> Line:
        """A new line of work; its tasks share the workers with those of other lines."""
        line = Line(self, priority)
        with self._lock:
            self._check_open()
            self._lines.append(line)
        return line

    @property
    def server_pid(self) -> int | None:
        """The process id of the server, None while there is none."""
        server = self._server
        return server.pid if server else None

    def close(self) -> None:
        """The server and all workers are gone, and scans that wait are told so. Doing it twice is harmless."""
        with self._lock:
            self._closing = True
            thread = self._thread
        self._wake()
        if thread is not None:
            thread.join()
        self._fail_all(PoolClosed())
        self._wake_out.close()
        self._wake_in.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def take(self, line: Line, key: object, message: dict[str, Any]) -> None:
        """For ``Line``: one more task is waiting, and somebody will look at it."""
        with self._lock:
            self._check_open()
            self._numbers += 1
            line.waiting.append(_Task(self._numbers, key, line, {**message, "id": self._numbers}))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="scan-pool", daemon=True)
                self._thread.start()
        self._wake()

    def leave(self, line: Line) -> None:
        """For ``Line``: nobody waits for its tasks any more."""
        with self._lock:
            if line in self._lines:
                self._lines.remove(line)
            line.waiting.clear()
            gone = [number for number, task in self._flying.items() if task.line is line]
            for number in gone:
                del self._flying[number]
            self._forgotten += gone
        self._wake()

    def _check_open(self) -> None:
        if self._closing:
            raise PoolClosed

    def _wake(self) -> None:
        # Full means that it is awake already, closed that there is nobody to wake.
        with suppress(OSError):
            self._wake_in.send(b"!")

    def _run(self) -> None:
        """The pool's own thread, from the first task until nothing has been asked for ``idle_seconds``."""
        whole = False
        try:
            while self._turn():
                pass
            whole = True
        finally:
            if not whole:
                # A fault of ours: the thread's hook tells it, and no scan waits for ever.
                with self._lock:
                    self._thread = None
                self._stop_server()
                self._fail_all(PoolFailed(reason="a fault in the pool"))

    def _turn(self) -> bool:
        with self._lock:
            busy = bool(self._flying or any(line.waiting for line in self._lines))
            over = self._closing or (not busy and time.monotonic() - self._idle_since > self.limits.idle_seconds)
            if over:
                self._thread = None
                server, self._server = self._server, None
            elif busy:
                self._idle_since = time.monotonic()
        if over:
            if server is not None:
                server.stop()
            return False
        try:
            if busy and self._server is None:
                self._start_server()
            self._send()
            self._hear()
        except (OSError, BrokenFrame):
            self._server_died()
        return True

    def _hear(self) -> None:
        server = self._server
        wires = [self._wake_out] if server is None else [self._wake_out, server.wire]
        readable, _w, _x = select.select(wires, [], [], 1.0)
        if self._wake_out in readable:
            self._wake_out.recv(1 << 12)
        if server is None:
            return
        if server.wire in readable:
            data = server.wire.recv(1 << 18)
            for kind, body in server.inbox.feed(data):
                self._heard(kind, json.loads(body))
            if not data:
                raise ConnectionResetError
        if not server.ready and time.monotonic() - server.started_at > self.limits.start_seconds:
            self._stop_server()
            self._fail_all(PoolFailed(reason=f"it was not ready after {self.limits.start_seconds:g} seconds (start_seconds)"))

    def _heard(self, kind: bytes, value: dict[str, Any]) -> None:
        if kind == READY:
            assert self._server is not None
            self._server.ready = True
            self._patterns = tuple(value["patterns"])
            return
        with self._lock:
            task = self._flying.get(value["id"])
            if task is None:
                return
            if kind == PART:
                task.found[value["part"]] = value["value"]
            elif kind == END:
                del self._flying[task.number]
                task.line.answers.put(Answer(task.key, task.found, value.get("reason"), value.get("detail", ""), value.get("cpu", 0.0)))

    def _send(self) -> None:
        server = self._server
        if server is None or not server.ready:
            return
        with self._lock:
            frames = [pack(FORGET, {"id": number}) for number in self._forgotten]
            self._forgotten.clear()
            while len(self._flying) < self.limits.workers and (task := self._next()) is not None:
                self._flying[task.number] = task
                frames.append(pack(TASK, task.message))
        if frames:
            server.wire.sendall(b"".join(frames))

    def _next(self) -> _Task | None:
        """The next task to hand out: of the lines of the best priority that have work, in turn."""
        active = [line.priority for line in self._lines if line.waiting] + [task.line.priority for task in self._flying.values()]
        for line in self._lines:
            if line.waiting and line.priority == min(active):
                self._lines.remove(line)
                self._lines.append(line)
                task = line.waiting.popleft()
                if task.message["do"] == "patterns":
                    task.line.answers.put(Answer(task.key, {"patterns": self._patterns}))
                    return self._next()
                return task
        return None

    def _start_server(self) -> None:
        try:
            self._server = ServerProcess(workers=self.limits.workers, indexes=self._indexes or _own_indexes())
        except OSError as error:
            self._fail_all(PoolFailed(reason=last_line(str(error))))

    def _stop_server(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    def _server_died(self) -> None:
        """The server is gone. What it had in hand is given to the next one, once; a server that never came up is the end of it."""
        server, self._server = self._server, None
        if server is None:
            return
        words = server.stop()
        if not server.ready:
            self._fail_all(PoolFailed(reason=last_line(words) or "it ended at once"))
            return
        with self._lock:
            flying, self._flying = list(self._flying.values()), {}
            self._forgotten.clear()
            for task in reversed(flying):
                task.tries += 1
                if task.tries < _TRIES:
                    task.found.clear()
                    task.line.waiting.appendleft(task)
                else:
                    task.line.answers.put(Answer(task.key, task.found, "died", "the scan server ended twice"))

    def _fail_all(self, error: Unavailable) -> None:
        with self._lock:
            self._flying.clear()
            for line in self._lines:
                line.waiting.clear()
                line.answers.put(error)

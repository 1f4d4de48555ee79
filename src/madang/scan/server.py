# SPDX-License-Identifier: Apache-2.0
"""The pool's server: loads ScanCode's index once, forks workers that share it, and keeps them to their bounds.

Started by the pool as ``python -m madang.scan.server FD WORKERS FOLDER INDEXES``. It speaks frames over the descriptor ``FD`` and ends,
with all its workers, when the other side closes it. ``FOLDER`` is its place for temporary files, and is removed at the end; in ``INDEXES``
the compact licence index is kept from one start to the next (empty: nowhere). It runs on one thread, so that forking is safe.
"""

import gc
import json
import os
import select
import shutil
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from madang.scan.detection import load, load_theirs
from madang.scan.frames import END, FORGET, PART, READY, TASK, BrokenFrame, Inbox, pack
from madang.scan.worker import work

_TASKS_A_WORKER = 1000
"""After so many a worker is replaced, as ScanCode's own command does, in case a library leaks."""

_PATIENCE = 10
"""A deadline counts processor time, so that a busy machine loses no file; so many times as long on the clock is hanging."""


_T = TypeVar("_T")


@dataclass
class Worker:
    """A forked process and what it is doing."""

    pid: int
    wire: socket.socket
    inbox: Inbox = field(default_factory=Inbox)
    task: dict[str, Any] | None = None
    began_at: float = 0
    cpu_before: float = 0
    until: float = float("inf")
    done: int = 0
    has_theirs: bool = False


class Server:
    """Hands tasks to workers, watches the clock, replaces who hangs or dies."""

    def __init__(self, caller: socket.socket, *, workers: int) -> None:
        self._caller = caller
        self._inbox = Inbox()
        self._waiting: deque[dict[str, Any]] = deque()
        self._workers: list[Worker] = []
        self._count = workers
        self._has_theirs = False

    def serve(self, ready: dict[str, Any]) -> None:
        """Answer until the caller closes the wire."""
        for _number in range(self._count):
            self._fork()
        self._caller.sendall(pack(READY, ready))
        while self._turn():
            pass

    def end(self) -> None:
        """No worker is left."""
        for worker in list(self._workers):
            self._kill(worker)

    def _turn(self) -> bool:
        wires = {worker.wire.fileno(): worker for worker in self._workers}
        soonest = min((worker.until for worker in self._workers), default=float("inf"))
        wait = min(60.0, max(0.0, soonest - time.monotonic()))
        readable, _w, _x = select.select([self._caller.fileno(), *wires], [], [], wait)
        for number in readable:
            if number in wires:
                self._hear_worker(wires[number])
        if self._caller.fileno() in readable and not self._hear_caller():
            return False
        self._watch_clock()
        self._hand_out()
        return True

    def _hear_caller(self) -> bool:
        data = self._caller.recv(1 << 16)
        for kind, body in self._inbox.feed(data):
            value = _read(body)
            if kind == TASK:
                self._waiting.append(value)
            elif kind == FORGET:
                self._forget(value["id"])
        return bool(data)

    def _hear_worker(self, worker: Worker) -> None:
        try:
            data = worker.wire.recv(1 << 16)
            for kind, body in worker.inbox.feed(data):
                self._pass_on(worker, kind, body)
        except (OSError, BrokenFrame):
            data = b""
        if not data:
            self._bury(worker)

    def _pass_on(self, worker: Worker, kind: bytes, body: bytes) -> None:
        if worker.task is None or kind not in (PART, END):
            return
        self._caller.sendall((len(body) + 1).to_bytes(4, "big") + kind + body)
        if kind == END:
            finished, worker.task, worker.until = worker.task, None, float("inf")
            worker.done += 1
            # After running out of memory a worker ends itself; the whole tree's task leaves much behind.
            if worker.done >= _TASKS_A_WORKER or finished["do"] == "finish" or _read(body).get("reason") == "memory":
                self._replace(worker)

    def _bury(self, worker: Worker) -> None:
        """A worker's wire closed: it is dead, and whatever it was doing is lost, nothing else."""
        task = worker.task
        status = self._kill(worker)
        self._fork()
        if task is not None:
            number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
            self._tell_end(
                task, "died", detail=signal.Signals(number).name if number else f"exit status {os.waitstatus_to_exitcode(status)}"
            )

    def _watch_clock(self) -> None:
        now = time.monotonic()
        for worker in [each for each in self._workers if each.until <= now]:
            task = worker.task
            left = _cpu_left(worker, now)
            if left > 0:
                worker.until = now + left
                continue
            self._replace(worker)
            if task is not None:
                self._tell_end(task, "deadline")

    def _forget(self, number: int) -> None:
        """Nobody waits for that task any more."""
        self._waiting = deque(task for task in self._waiting if task["id"] != number)
        for worker in list(self._workers):
            if worker.task is not None and worker.task["id"] == number:
                self._replace(worker)

    def _hand_out(self) -> None:
        for worker in list(self._workers):
            if not self._waiting:
                return
            if worker.task is None:
                task = self._waiting.popleft()
                if task.get("thorough") and not worker.has_theirs:
                    worker = self._with_theirs(worker)
                worker.task, worker.began_at, worker.cpu_before = task, time.monotonic(), _cpu_seconds(worker.pid)
                worker.until = worker.began_at + task["seconds"]
                try:
                    worker.wire.sendall(pack(TASK, task))
                except OSError:
                    self._bury(worker)

    def _with_theirs(self, worker: Worker) -> Worker:
        """A worker in the place of this one that has ScanCode's own index too. It is loaded when the first thorough look is asked for."""
        if not self._has_theirs:
            _loaded(load_theirs)
            self._has_theirs = True
        self._replace(worker)
        return self._workers[-1]

    def _tell_end(self, task: dict[str, Any], reason: str, *, detail: str = "") -> None:
        self._caller.sendall(pack(END, {"id": task["id"], "reason": reason, "detail": detail}))

    def _replace(self, worker: Worker) -> None:
        self._kill(worker)
        self._fork()

    def _kill(self, worker: Worker) -> int:
        self._workers.remove(worker)
        worker.wire.close()
        os.kill(worker.pid, signal.SIGKILL)
        return os.waitpid(worker.pid, 0)[1]

    def _fork(self) -> None:
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            ours.close()
            self._caller.close()
            for worker in self._workers:
                worker.wire.close()
            work(theirs)
        theirs.close()
        self._workers.append(Worker(pid, ours, has_theirs=self._has_theirs))


def _cpu_left(worker: Worker, now: float) -> float:
    """Seconds to wait before looking at the clock again; nothing when the task has had its processor time, or hangs."""
    if worker.task is None:
        return 0
    most = float(worker.task["seconds"])
    used = _cpu_seconds(worker.pid) - worker.cpu_before
    if used >= most or now - worker.began_at >= most * _PATIENCE:
        return 0
    return max(0.05, most - used)


def _cpu_seconds(pid: int) -> float:
    """Processor time that a process has had (Linux; elsewhere the clock alone counts)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return time.monotonic()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _read(body: bytes) -> dict[str, Any]:
    value = json.loads(body)
    assert isinstance(value, dict)
    return value


def _loaded(read: Callable[[], _T]) -> _T:
    """Read what all workers share. Of its many objects none is garbage: looking for some meanwhile takes longer than reading them."""
    gc.disable()
    value = read()
    gc.freeze()
    gc.enable()
    return value


def main(arguments: list[str]) -> int:
    """Serve until the caller is gone; the folder for temporary files is gone then too."""
    number, workers, folder, indexes = int(arguments[0]), int(arguments[1]), arguments[2], arguments[3]
    with socket.socket(fileno=number) as caller:
        server = Server(caller, workers=workers)
        try:
            patterns = _loaded(lambda: load(Path(indexes) if indexes else None))
            server.serve({"pid": os.getpid(), "patterns": patterns})
        except (BrokenPipeError, ConnectionResetError):
            pass
        finally:
            server.end()
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

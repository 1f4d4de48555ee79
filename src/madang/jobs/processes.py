# SPDX-License-Identifier: Apache-2.0
"""Who lives among the jobs processes of one database, and who takes up what the dead had begun.

Each process has a row and beats: it counts the row's ``beats`` up. Each watches the others' rows by its own monotonic clock; one that has
not beaten for ``dead_seconds`` is dead, its row is deleted, and what it had begun waits in the queue again. A process that could not beat
for more than half of that stops its jobs and ends, before any other may think it dead, and so does one that finds its row gone: no task
is under work twice. On SQLite there is one jobs process, so whatever stands there at its start is dead.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from madang.db import Database
from madang.jobs import durable
from madang.jobs.job import Limits
from madang.jobs.models import Process
from madang.kit import new_id, now

log = logging.getLogger("madang.jobs")
TRUST = 0.5
"""The part of ``dead_seconds`` for which a process without a beat still trusts that it counts as living."""


class Presence:
    """This process among the others. ``on_lost`` is called once when it may no longer work."""

    def __init__(self, database: Database, limits: Limits, on_lost: Callable[[], None]) -> None:
        self.database = database
        self.limits = limits
        self.id = f"jobs-{new_id()}"
        self.on_lost = on_lost
        self._seen: dict[str, tuple[int, float]] = {}
        self._beaten_at = time.monotonic()
        self._gone = False
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="presence", daemon=True)

    def enter(self) -> None:
        """The process has its row and beats; on SQLite whatever others had begun waits again."""
        with self.database.writing() as session:
            if self.database.is_sqlite:
                session.execute(delete(Process))
            at = now()
            session.add(Process(id=self.id, host=socket.gethostname()[:255], pid=os.getpid(), beats=0, started_at=at, beat_at=at))
            session.flush()
            durable.put_back(session, list(session.scalars(select(Process.id))))
        self._beaten_at = time.monotonic()
        self._thread.start()

    @property
    def is_lost(self) -> bool:
        """Whether others may think this process dead, so that it must not work. Cheap."""
        if self.database.is_sqlite:
            return False
        return self._gone or time.monotonic() - self._beaten_at > TRUST * self.limits.dead_seconds

    def is_first(self) -> bool:
        """Whether this is the one process of all that does the chores: the eldest."""
        with self.database.reading() as session:
            return not self.is_lost and session.scalar(select(func.min(Process.id))) == self.id

    def leave(self, *, has_ended: bool) -> None:
        """The process beats no more. When all its jobs have ended, others take up at once what they left; else when it counts as dead."""
        self._leaving.set()
        self._thread.join(timeout=self.limits.dead_seconds)
        if has_ended:
            with self.database.writing() as session:
                session.execute(delete(Process).where(Process.id == self.id))
                durable.put_back(session, list(session.scalars(select(Process.id))))

    def _keep(self) -> None:
        while not self._leaving.wait(self.limits.beat_seconds):
            try:
                self._beat()
            except DBAPIError as error:
                log.warning("jobs.no-beat", extra={"kind": type(error).__name__})
            if self.is_lost:
                log.error("jobs.lost", extra={"executor": self.id})
                self.on_lost()
                return

    def _beat(self) -> None:
        began = time.monotonic()
        with self.database.writing() as session:
            mine = update(Process).where(Process.id == self.id).values(beats=Process.beats + 1, beat_at=now()).returning(Process.id)
            self._gone = session.scalar(mine) is None
            dead = [] if self._gone else self._dead(session)
            if dead:
                session.execute(delete(Process).where(Process.id.in_(dead)))
                taken = durable.put_back(session, list(session.scalars(select(Process.id))))
                log.warning("jobs.took-over", extra={"executors": dead, "tasks": taken})
        self._beaten_at = began  # what others saw is not older than this

    def _dead(self, session: Session) -> list[str]:
        at = time.monotonic()
        beats = {row.id: row.beats for row in session.execute(select(Process.id, Process.beats).where(Process.id != self.id))}
        seen = {key: self._seen[key] if self._seen.get(key, (None, 0.0))[0] == count else (count, at) for key, count in beats.items()}
        self._seen = seen
        return [key for key, (_count, since) in seen.items() if at - since >= self.limits.dead_seconds]

# SPDX-License-Identifier: Apache-2.0
"""Units of work on one database, with the same promises on SQLite and PostgreSQL: one writer at a time, readers on one snapshot.

SQLite: write-ahead log, reads deferred, writes ``BEGIN IMMEDIATE``, so a writer waits at the door and never fails half way with a
stale snapshot. The driver's own transaction handling is switched off for that.

PostgreSQL: a writer takes one lock first and then reads what is committed, so whatever it reads stays true until it commits. A reader
reads on one snapshot (REPEATABLE READ) and waits for nobody. So no action needs locks of its own, and none fails for another's sake.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.orm import Session

BUSY_SECONDS = 30
WRITER_LOCK = 0x6D61_6461_6E67_0001
_SQLITE = {"pool_size": 20, "max_overflow": 20}
KNOWS_PARTS_OF_SECONDS = (3, 42)
"""The SQLite that knows ``unixepoch('subsec')``, which DBOS takes for granted wherever Python is 3.12 or newer."""


@dataclass(frozen=True, slots=True)
class Connections:
    """How many connections to PostgreSQL a process keeps and has at most, and how many seconds a statement may take; 0 is for ever."""

    kept: int = 2
    most: int = 10
    statement_seconds: int = 0


class Database:
    """One database and the two ways of working with it: reading and writing."""

    def __init__(self, url: str, *, connections: Connections = Connections()) -> None:  # frozen
        self.url = _with_driver(make_url(url))
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine: Engine = create_engine(self.url, **(_SQLITE if self.is_sqlite else _pool(connections)))
        if self.is_sqlite:
            event.listen(self.engine, "connect", _set_up_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
            self._readers, self._writers = self.engine, self.engine.execution_options(madang_writes=True)
        else:
            event.listen(self.engine, "begin", _begin_postgresql)
            self._readers = self.engine.execution_options(isolation_level="REPEATABLE READ", madang_writes=False)
            self._writers = self.engine.execution_options(isolation_level="READ COMMITTED", madang_writes=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for queries on one snapshot. Nothing written in it is kept."""
        with Session(self._readers, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are committed when the block ends well and undone when anything is raised in it."""
        with Session(self._writers, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def _with_driver(url: URL) -> URL:
    """The address that people write (``postgresql://…``, ``postgres://…``), with the driver that we bring."""
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url


def _pool(connections: Connections) -> dict[str, Any]:
    """What an engine is made with. Whoever falls silent within a unit of work loses it, so that no writer waits for ever."""
    limits = {
        "lock_timeout": BUSY_SECONDS,
        "idle_in_transaction_session_timeout": 2 * BUSY_SECONDS,
        "statement_timeout": connections.statement_seconds,
    }
    told = " ".join(f"-c {name}={seconds}s" for name, seconds in limits.items())
    arguments = {"options": f"{told} -c timezone=UTC", "connect_timeout": 10, "application_name": "madang"}
    room = {"pool_size": connections.kept, "max_overflow": connections.most - connections.kept}
    return {**room, "pool_pre_ping": True, "connect_args": arguments}


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
    if sqlite3.sqlite_version_info < KNOWS_PARTS_OF_SECONDS:
        connection.create_function("unixepoch", 1, _unixepoch)


def _unixepoch(modifier: str) -> float | None:
    return time.time() if modifier == "subsec" else None


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("madang_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("madang_writes"):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")

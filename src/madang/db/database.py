# SPDX-License-Identifier: Apache-2.0
"""Units of work on one database.

SQLite: write-ahead log, reads deferred, writes ``BEGIN IMMEDIATE``, so a writer waits at the door and never fails half way with a
stale snapshot. The driver's own transaction handling is switched off for that.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.orm import Session

BUSY_SECONDS = 30
KNOWS_PARTS_OF_SECONDS = (3, 42)
"""The SQLite that knows ``unixepoch('subsec')``, which DBOS takes for granted wherever Python is 3.12 or newer."""


class Database:
    """One database and the two ways of working with it: reading and writing."""

    def __init__(self, url: str, *, pool_size: int = 20) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine: Engine = create_engine(url, pool_size=pool_size, max_overflow=20, pool_pre_ping=not self.is_sqlite)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _set_up_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for queries on one snapshot. Nothing written in it is kept."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are committed when the block ends well and undone when anything is raised in it."""
        engine = self.engine.execution_options(madang_writes=True)
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


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

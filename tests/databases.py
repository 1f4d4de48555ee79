# SPDX-License-Identifier: Apache-2.0
"""Databases for tests: SQLite files, or with ``--database=postgresql`` fresh databases of one real PostgreSQL cluster.

The cluster is made when the first test asks for it, listens on this machine only, keeps nothing safe (fsync is off) and ends with the run.
Every database is a copy of a template that has been migrated once. The cluster orders texts as Korean readers do, not by bytes, so that
code which leans on the order of bytes shows.
"""

import ctypes
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import event, inspect, make_url, text
from sqlalchemy.pool import Pool

import patience
import ports
from madang import app, db, jobs

assert app, "the composition brings in every room's tables"
KINDS = ("sqlite", "postgresql")
PROGRAMS = Path("/usr/lib/postgresql")
NOT_ROOT = ("postgres", "nobody")
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_connections=200", "shared_buffers=64MB")
PR_SET_PDEATHSIG = 1
Fill = Callable[[db.Database], None]


def kind() -> str:
    """The kind of database that this run's rooms are tested on."""
    return os.environ.get("TEST_DATABASE", "sqlite")


def programs() -> Path | None:
    """The folder of the newest PostgreSQL's programs, if this machine has one."""
    found = [path.parent for path in PROGRAMS.glob("*/bin/initdb") if path.parent.parent.name.isdigit()]
    return max(found, key=lambda path: int(path.parent.name), default=None)


@dataclass
class Cluster:
    """A PostgreSQL server of this run's own, and the databases that tests have made in it."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]
    made: list[str] = field(default_factory=list)
    count: int = 0

    def address(self, name: str) -> str:
        """The address of one of its databases, as a setting holds it."""
        return f"postgresql://madang:secret@127.0.0.1:{self.port}/{name}"

    def run(self, statement: str) -> None:
        """A statement that stands alone, from the outside."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def create(self, *, template: str = "template0", kept: bool = False) -> str:
        """The address of a new database, gone after the test unless it is ``kept`` for the run."""
        self.count += 1
        name = f"test_{self.count}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")  # quicker than the default for what is small
        if not kept:
            self.made.append(name)
        return self.address(name)

    def drop(self, down_to: int = 0) -> None:
        """The databases that were made after the first so many are gone, whoever still holds them."""
        while len(self.made) > down_to:
            self.run(f"DROP DATABASE IF EXISTS {self.made.pop()} WITH (FORCE)")

    def end(self) -> None:
        """Nothing is left of it."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(patience.SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


@cache
def cluster() -> Cluster:
    """The run's cluster, started now when it was not yet."""
    binaries = programs()
    assert binaries is not None, "this machine has no PostgreSQL"
    folder = Path(tempfile.mkdtemp(prefix="madang-postgresql-"))
    user = next(name for name in NOT_ROOT if _is_user(name)) if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    port = ports.free()
    (folder / "password").write_text("secret\n")
    order = ("--locale-provider=icu", "--icu-locale=ko-KR", "--locale=C.UTF-8")
    entry = ("-U", "madang", "-A", "scram-sha-256", f"--pwfile={folder / 'password'}")
    data = folder / "data"
    quiet = {"user": user, "cwd": folder, "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}, "stdin": subprocess.DEVNULL}
    subprocess.run(
        [str(binaries / "initdb"), "-D", str(data), "-E", "UTF8", "--no-sync", *order, *entry],
        check=True, capture_output=True, timeout=patience.SECONDS, **quiet,  # type: ignore[call-overload]
    )  # fmt: skip
    settings = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", *QUICK]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(binaries / "postgres"), "-D", str(data), *(part for setting in settings for part in ("-c", setting))],
            stdout=log, stderr=log, preexec_fn=_end_with_parent, **quiet,  # type: ignore[call-overload]
        )  # fmt: skip
    made = Cluster(folder, port, process)
    _wait(made)
    return made


def end() -> None:
    """The run's cluster and template are gone, if there were any."""
    if template.cache_info().currsize and kind() == "sqlite":
        shutil.rmtree(Path(template()).parent, ignore_errors=True)
    template.cache_clear()
    filled.cache_clear()
    if cluster.cache_info().currsize:
        cluster().end()
        cluster.cache_clear()


def count() -> int:
    """How many databases tests have in the cluster now."""
    return len(cluster().made) if cluster.cache_info().currsize else 0


def forget(down_to: int = 0) -> None:
    """The databases that were made after the first so many are gone."""
    if cluster.cache_info().currsize:
        cluster().drop(down_to)


@cache
def template() -> str:
    """The name of the database with every table, that others are copies of; on SQLite its file."""
    address = f"sqlite:///{tempfile.mkdtemp(prefix='madang-sqlite-')}/rows.db" if kind() == "sqlite" else cluster().create(kept=True)
    database = db.Database(address)
    db.migrate(database)
    jobs.migrate(database)
    database.close()
    return str(make_url(address).database)


@cache
def filled(fill: Fill) -> str:
    """The name of the database that ``fill`` has put rows into, for copies as of the template."""
    with tempfile.TemporaryDirectory(prefix="madang-filled-") as folder:
        where = address(Path(folder), kept=True)
        database = db.Database(where)
        fill(database)
        database.close()
        name = str(make_url(where).database)
        if kind() != "sqlite":
            return name
        return str(shutil.move(name, str(Path(template()).with_name(f"{fill.__module__}.{fill.__name__}.db"))))


def address(folder: Path, name: str = "madang.sqlite", *, migrated: bool = True, kept: bool = False, fill: Fill | None = None) -> str:
    """The address of a new database of this run's kind, with every table unless ``migrated`` is False, and with the rows of ``fill``."""
    source = (filled(fill) if fill else template()) if migrated else ""
    if kind() == "sqlite":
        if source:
            shutil.copy(source, folder / name)
        return f"sqlite:///{folder / name}"
    return cluster().create(template=source or "template0", kept=kept)


def _hurry(connection: Any, _record: object, _proxy: object) -> None:
    """What this process writes to SQLite need not outlive a loss of power, as in the cluster: a small test mostly waits for ``fsync``.

    Platforms that run as processes of their own write as everywhere.
    """
    if isinstance(connection, sqlite3.Connection) and not connection.in_transaction:
        connection.execute("PRAGMA synchronous=OFF")


event.listen(Pool, "checkout", _hurry)


@contextmanager
def unhurried() -> Iterator[None]:
    """Databases that are opened in the block write as everywhere."""
    event.remove(Pool, "checkout", _hurry)
    try:
        yield
    finally:
        event.listen(Pool, "checkout", _hurry)


@contextmanager
def opened(folder: Path, name: str = "madang.sqlite", *, migrated: bool = True, fill: Fill | None = None) -> Iterator[db.Database]:
    """A new database of this run's kind, closed when the block ends."""
    made = db.Database(address(folder, name, migrated=migrated, fill=fill))
    try:
        yield made
    finally:
        made.close()


def everything(database: db.Database) -> str:
    """Every value of every row of every table, as text."""
    with database.reading() as session:
        tables = sorted(inspect(session.connection()).get_table_names())
        return "\n".join(repr(row) for table in tables for row in session.execute(text(f'SELECT * FROM "{table}"')).all())


def queue() -> str:
    """What stands before the names of the queue's own tables."""
    return "" if kind() == "sqlite" else "dbos."


def environment(folder: Path, *, kept: bool = False) -> dict[str, str]:
    """What a platform's environment says of its database: nothing on SQLite, which lies in the home. ``kept`` as in ``Cluster.create``."""
    return {} if kind() == "sqlite" else {"MADANG_DATABASE_URL": address(folder, kept=kept)}


def furnished(home: Path, *, kept: bool = False) -> dict[str, str]:
    """What the environment says of the database of a house in ``home``, which has every table already, so that opening it is quick."""
    if kind() == "sqlite":
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        address(home, "madang.db")
    return environment(home, kept=kept)


def _is_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _wait(made: Cluster) -> None:
    until = time.monotonic() + patience.SECONDS
    while True:
        try:
            made.run("SELECT 1")
            return
        except psycopg.OperationalError as error:
            if time.monotonic() > until or made.process.poll() is not None:
                raise AssertionError((made.folder / "log").read_text(errors="replace")[-3000:]) from error
            time.sleep(0.05)

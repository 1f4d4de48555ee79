# SPDX-License-Identifier: Apache-2.0
"""The one place that touches DBOS: its tables in our database, its client, and how it is told to be quiet.

Set by us, because its defaults do harm here: the application's version (else unfinished work is stranded by an upgrade), the executor's
name (one for each start of a process: what stands under the name of none that lives is taken up anew), the serializer (else rows are
unpickled; a row that says of itself that it is pickled would be nevertheless, so pickles are refused), and the engine, whose every
transaction takes SQLite's write lock first (else two of its read-then-write transactions meet and one fails; on PostgreSQL it locks the
rows that it needs).
"""

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, EnqueueOptions, PortableWorkflowError
from dbos._schemas.system_database import SystemSchema
from dbos._serialization import DefaultSerializer
from sqlalchemy import BigInteger, Connection, Engine, String, TableClause, column, table, update
from sqlalchemy.orm import Session
from sqlalchemy.pool import Pool

from madang.db import Database
from madang.jobs.errors import JobFailed, NotPortable, Stopped
from madang.jobs.job import Lane, Limits

APPLICATION = "madang"
FORMAT = "1"  # of the jobs' rows; raised only when a job's steps change so that unfinished work could not go on
SCHEMA = "dbos"  # on PostgreSQL
VERSIONS = "dbos_migrations"
PORTABLE = DBOSPortableJSONSerializer()
REPLAYED = PortableWorkflowError
OURS = (JobFailed, Stopped)
_COLUMNS = ("workflow_uuid", "status", "name", "queue_name", "owner_xid", "deduplication_id", "executor_id", "application_name")
_TIMES = ("recovery_attempts", "created_at", "updated_at", "started_at_epoch_ms", "completed_at")
_clients: WeakKeyDictionary[Pool, DBOSClient] = WeakKeyDictionary()
_clients_lock = threading.Lock()


def _refuse_pickles(_serializer: DefaultSerializer, _text: str) -> Any:
    """Nothing of ours is pickled: such a row was written by whoever made a backup or the database hostile, and reading it would run it."""
    raise NotPortable("a task's row says that it is pickled, and pickles are not read")


DefaultSerializer.deserialize = _refuse_pickles  # type: ignore[assignment]


def tasks(bind: Engine | Connection) -> TableClause:
    """The queue's rows, as far as this room reads and writes them itself."""
    schema = None if bind.dialect.name == "sqlite" else SCHEMA
    texts = [column(name, String) for name in _COLUMNS]
    return table("workflow_status", *texts, *[column(name, BigInteger) for name in _TIMES], schema=schema)


def own_tables() -> frozenset[str]:
    """The names of the tables that the library made for itself; on PostgreSQL they stand in a schema of their own (``SCHEMA``)."""
    return frozenset(table.name for table in SystemSchema.metadata_obj.sorted_tables) | {VERSIONS}


def given(bind: Engine | Connection) -> TableClause:
    """What each task was given, as the library keeps it."""
    schema = None if bind.dialect.name == "sqlite" else "dbos"
    return table("workflow_input", column("workflow_uuid", String), column("inputs", String), schema=schema)


def migrate(database: Database) -> None:
    """The database has the queue's own tables. Harmless when it has them already, or when two processes do it at once."""
    hush()
    DBOS.migrate(database.url.render_as_string(hide_password=False))


def hush() -> None:
    """The library logs through our handlers, warnings and worse, and none of its own."""
    log = logging.getLogger("dbos")
    if not log.handlers:
        log.addHandler(logging.NullHandler())
        log.addFilter(_is_news)
    log.setLevel(logging.WARNING)
    log.propagate = True


def _is_news(record: logging.LogRecord) -> bool:
    """Whether the record says what our own log has not said: a job that failed or stopped is ours to tell."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, OURS)


def client(session: Session) -> DBOSClient:
    """The client that queues work in the database of ``session``; one for each pool of connections."""
    engine = session.get_bind().engine
    if engine.dialect.name != "sqlite":
        engine = engine.execution_options(isolation_level="READ COMMITTED", madang_writes=False)
    with _clients_lock:
        found = _clients.get(engine.pool)
        if found is None:
            hush()
            found = DBOSClient(system_database_engine=engine, serializer=PORTABLE, application_name=APPLICATION, lazy=True)
            _clients[engine.pool] = found
    return found


def enqueue(session: Session, name: str, arguments: tuple[object, ...], *, lane: Lane, task_id: str) -> None:
    """The work stands in the queue when the session's unit of work commits, and never stood when it does not."""
    check_portable(list(arguments), f"the arguments of {name}")
    options: EnqueueOptions = {"workflow_name": name, "queue_name": lane.value, "workflow_id": task_id, "app_version": FORMAT}
    client(session).enqueue_in_transaction(session, options, *arguments)


def put_back(session: Session, living: list[str]) -> int:
    """What was begun under the name of no process that lives waits in its lane again; how much that is."""
    rows = tasks(session.connection())
    begun = (rows.c.status == "PENDING", rows.c.application_name == APPLICATION, rows.c.executor_id.not_in(living))
    values: dict[str, Any] = {"status": "ENQUEUED", "owner_xid": None, "started_at_epoch_ms": None, "updated_at": int(time.time() * 1000)}
    return int(getattr(session.execute(update(rows).where(*begun).values(values)), "rowcount", 0))


def launch(database: Database, functions: dict[str, Callable[..., None]], limits: Limits, *, executor: str) -> None:
    """The library runs in this process, under this name: it begins what is queued. Once a process at a time."""
    hush()
    engine = database.engine.execution_options(madang_writes=database.is_sqlite)
    for name, function in functions.items():
        DBOS.workflow(name=name, max_recovery_attempts=None)(function)
    config: DBOSConfig = {
        "name": APPLICATION,
        "system_database_url": database.url.render_as_string(hide_password=False),
        "system_database_engine": engine,
        "application_version": FORMAT,
        "executor_id": executor,
        "serializer": PORTABLE,
        "run_migrations": False,
        "enable_otlp": False,
        "use_listen_notify": False,
        "log_level": "WARNING",
        "notification_listener_polling_interval_sec": 0.25,  # how long a stop may wait for its thread; it asks nothing while nobody listens
    }
    DBOS(config=config)
    queues = DBOSClient(system_database_engine=engine, serializer=PORTABLE, application_name=APPLICATION)
    for lane in Lane:
        queues.register_queue(lane.value, worker_concurrency=limits.places(lane), polling_interval_sec=limits.poll_seconds)
    queues.destroy()
    DBOS.launch()


def end() -> None:
    """The library no longer runs in this process. Work that it had begun is left for the next start."""
    DBOS.destroy(destroy_registry=True)


def task_now() -> str:
    """The id of the task whose job runs in this thread."""
    return str(DBOS.workflow_id)


def run_step(name: str, function: Callable[[], Any]) -> Any:
    """What ``function`` answers, now or when it first ran for this task."""
    return DBOS.run_step({"name": name}, function)


def check_portable(value: object, what: str) -> None:
    """Raise ``NotPortable`` unless ``value`` comes back from JSON as it went."""
    try:
        same = json.loads(json.dumps(value)) == value
    except (TypeError, ValueError) as error:
        raise NotPortable(f"{what} cannot be written as JSON: {error}") from error
    if not same:
        raise NotPortable(f"{what} would not come back from JSON as it is")

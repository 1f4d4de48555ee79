# SPDX-License-Identifier: Apache-2.0
"""``madang backup``: everything that a platform keeps, in one file, while it runs.

The rows are read on one snapshot. Objects are there before the rows that name them and are never taken away, so all that stand in the store
after the snapshot hold all that it names. The file of heads is read last and cut to where the snapshot's ledger ends.
"""

import platform
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, column, func, select, table
from sqlalchemy.exc import SQLAlchemyError

from madang import __version__, audit, db, people, storage
from madang.keeping import places, rows, sealing
from madang.keeping.archive import FORMAT, HEAD, MANIFEST, SEALED, Writer
from madang.keeping.errors import HomeChanged, NothingToKeep
from madang.kit import SYSTEM, now
from madang.settings import Settings

DEED = "backup.made"
PART_ROWS = 5000
Progress = Callable[[str, int, int], None]
"""Told what is being done (``tables``, ``objects``, ``home``), how far it is, and of how many (0 when that is not known)."""


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made. ``key`` is where the key stands apart; None when it is sealed inside. ``damaged`` objects are not in it."""

    path: Path
    key: Path | None
    bytes: int
    revision: str
    tables: dict[str, rows.Digest]
    objects: dict[str, int | str]
    kept: tuple[str, ...]
    left_out: dict[str, str]
    damaged: tuple[str, ...]


def back_up(
    settings: Settings,
    path: Path,
    *,
    key: Path | None = None,
    passphrase: str | None = None,
    progress: Progress = lambda *_: None,
) -> Made:
    """The whole platform stands in the new file ``path``, or nothing does.

    Its key file is sealed inside with ``passphrase``, or else written to ``key``, beside the backup when that is not named.
    """
    path = path.absolute()
    check_there(settings)
    keys = people.keys.load(settings.home)
    apart = None if passphrase is not None else (key or path.with_name(f"{path.name}.key")).absolute()
    sealed = sealing.seal(keys.master, passphrase) if passphrase is not None else None
    database = db.Database(settings.database_url)
    try:
        with Writer(path) as writer, tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            logs = places.copy_logs(settings.home, Path(folder))
            manifest = _write(writer, settings, database, keys, sealed, progress, logs)
            if apart is not None:
                sealing.write_apart(apart, keys)
        made = _made(path, apart, manifest)
        _tell(database, made)
        return made
    finally:
        database.close()


def check_there(settings: Settings) -> None:
    """There is a platform whose things could be kept; ``NothingToKeep`` otherwise."""
    file = places.database_file(settings)
    if file is not None and not file.is_file():
        raise NothingToKeep(place=file)
    if not (settings.home / people.keys.FILE).is_file():
        raise NothingToKeep(place=settings.home)


@contextmanager
def snapshot(database: db.Database) -> Iterator[Connection]:
    """A connection that sees the database as it was at its first look, whatever happens meanwhile."""
    level = {} if database.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with database.engine.connect().execution_options(**level) as connection:
        yield connection


def _write(
    writer: Writer,
    settings: Settings,
    database: db.Database,
    keys: people.Keys,
    sealed: bytes | None,
    progress: Progress,
    logs: Sequence[places.Kept],
) -> dict[str, Any]:
    with snapshot(database) as connection:
        try:
            revision = rows.revision(connection)
        except SQLAlchemyError as error:
            raise NothingToKeep(place=database.url.render_as_string()) from error
        if revision is None:
            raise NothingToKeep(place=database.url.render_as_string())
        head = {
            "format": FORMAT,
            "version": __version__,
            "revision": revision,
            "made_at": now().isoformat(timespec="seconds"),
            "database": connection.dialect.name,
            "python": platform.python_version(),
            "key": sealing.fingerprint(keys),
            "sealed": sealed is not None,
        }
        writer.add(HEAD, rows.written(head))
        if sealed is not None:
            writer.add(SEALED, sealed)
        kept = rows.tables(connection)
        digests = {each.name: _write_table(writer, connection, each, progress) for each in kept}
        counters, reached = rows.counters(connection, kept), _ledger_end(connection)
    damaged = _write_objects(writer, places.store_of(settings, settings.home), progress)
    names, left = _write_home(writer, settings, reached, progress, logs)
    manifest: dict[str, Any] = head | {
        "tables": {name: asdict(digest) for name, digest in digests.items()},
        "counters": counters,
        "objects": writer.totals.told(),
        "damaged": damaged,
        "home": names,
        "left_out": left,
        "members": dict(writer.hashes),
    }
    writer.add(MANIFEST, rows.written(manifest | {"signature": sealing.signature(keys, rows.written(manifest))}))
    return manifest


def _ledger_end(connection: Connection) -> int:
    entries = table("audit_entry", column("sequence"))
    return int(connection.execute(select(func.max(entries.c.sequence))).scalar() or 0)


def _write_table(writer: Writer, connection: Connection, kept: rows.Table, progress: Progress) -> rows.Digest:
    """The table's rows stand in the backup, some thousands in each member, behind a line that names their columns."""
    counting = rows.Counting()
    found = rows.lines(connection, kept)
    columns = rows.written([[each.name, each.kind] for each in kept.columns])
    number = 0
    while some := list(islice(found, PART_ROWS)):
        for row in some:
            counting.add(kept.columns, row)
        writer.add(f"tables/{kept.name}/{number:06}.jsonl", b"\n".join([columns, *map(rows.written, some)]) + b"\n")
        number += 1
        progress(f"tables {kept.name}", counting.rows, 0)
    return counting.digest()


def _write_objects(writer: Writer, store: storage.Store, progress: Progress) -> list[str]:
    """Every object stands in the backup; the names of those whose bytes are no longer what their names promise come back."""
    damaged = []
    for each in store.every():
        try:
            with store.open(each.sha256, verify=True) as stream:
                writer.add_object(each.sha256, each.size, stream)
        except storage.ObjectDamaged:
            damaged.append(each.sha256)
        progress("objects", writer.totals.count, 0)
    return damaged


def _write_home(
    writer: Writer, settings: Settings, reached: int, progress: Progress, logs: Sequence[places.Kept]
) -> tuple[list[str], dict[str, str]]:
    kept, left = places.files(settings)
    kept += logs
    for number, each in enumerate(kept, start=1):
        if each.name == places.HEADS:
            writer.add(f"home/{each.name}", places.heads_up_to(each.path, reached))
            continue
        with each.path.open("rb") as stream:
            size = each.path.stat().st_size
            before = stream.seek(0, 2)
            if before < size:
                raise HomeChanged(path=each.path)
            stream.seek(0)
            writer.add_stream(f"home/{each.name}", size, stream)
        progress("home", number, len(kept))
    return [each.name for each in kept], left


def _made(path: Path, apart: Path | None, manifest: dict[str, Any]) -> Made:
    return Made(
        path=path,
        key=apart,
        bytes=path.stat().st_size,
        revision=manifest["revision"],
        tables={name: rows.Digest(**told) for name, told in manifest["tables"].items()},
        objects=manifest["objects"],
        kept=tuple(manifest["home"]),
        left_out=manifest["left_out"],
        damaged=tuple(manifest["damaged"]),
    )


def _tell(database: db.Database, made: Made) -> None:
    """The ledger says that there is a backup, if its table is of this release."""
    if made.revision != list(db.history())[-1]:
        return
    facts = {"bytes": made.bytes, "objects": int(made.objects["count"]), "rows": sum(each.rows for each in made.tables.values())}
    with database.writing() as session:
        audit.record(session, DEED, target=f"backup/{made.path.name}", by=SYSTEM, damaged=len(made.damaged), **facts)

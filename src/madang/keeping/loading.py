# SPDX-License-Identifier: Apache-2.0
"""Rows into an empty database of the same form, in one unit of work."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, bindparam, cast, delete, func, insert, inspect, select, text

from madang import jobs
from madang.db import Database, slices
from madang.keeping import rows
from madang.keeping.errors import DifferentRows
from madang.keeping.rows import Column, Counting, Digest, Table

OURS = "audit_entry"
"""Whoever has ever started has lines in the ledger."""
NOTHING = Counting().digest()
FOREIGN_KEYS = text(
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE contype = 'f' AND connamespace = ANY (SELECT oid FROM pg_namespace WHERE nspname IN (current_schema(), :queue))"
)


def is_empty(connection: Connection) -> bool:
    """Whether nobody's rows are in the database: no platform ever started on it, and nothing else is there."""
    inspector = inspect(connection)
    if not inspector.has_table(OURS):
        return not inspector.get_table_names()
    return connection.execute(text(f"SELECT 1 FROM {OURS} LIMIT 1")).first() is None  # noqa: S608 (a constant)


@contextmanager
def loading(database: Database) -> Iterator["Loader"]:
    """What is loaded within the block is there when it ends well, and none of it otherwise. References are checked at its end."""
    with database.engine.execution_options(madang_writes=True).connect() as connection:
        if database.is_sqlite:
            # SQLite takes this word only outside of a transaction, so it goes to the driver before SQLAlchemy begins one.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        with connection.begin():
            loader = Loader(connection)
            with _without_references(connection):
                yield loader
        connection.invalidate()


class Loader:
    """Fills the tables of one database."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.tables = {each.name: each for each in rows.tables(connection)}
        self.columns: dict[str, tuple[Column, ...]] = {}
        self.counts: dict[str, Counting] = {}
        for each in self.tables.values():
            connection.execute(delete(each.clause()))

    def load(self, name: str, columns: tuple[Column, ...], found: Iterable[list[Any]]) -> None:
        """More rows of a table, as ``rows.lines`` gave them; its columns may be fewer than those that the table has here."""
        here = self.tables[name].only(columns)
        counting = self.counts.setdefault(name, Counting())
        self.columns[name] = columns
        query = insert(here.clause()).values({each.name: self._place(each) for each in here.columns})
        for some in slices(found):
            for row in some:
                counting.add(columns, row)
            values = [{f"to_{each.name}": _value(each.kind, value) for each, value in zip(columns, row, strict=True)} for row in some]
            self.connection.execute(query, values)

    def compare(self, wanted: Mapping[str, Digest]) -> None:
        """The rows that came, and those that stand here now, are those that are wanted; ``DifferentRows`` otherwise."""
        for name, kept in self.tables.items():
            columns = self.columns.get(name, kept.columns)
            came = self.counts.get(name, Counting()).digest()
            if not came == rows.digest(self.connection, kept.only(columns), columns) == wanted.get(name, NOTHING):
                raise DifferentRows(table=name)

    def count_on(self, counters: Mapping[str, int]) -> None:
        """Counting tables go on behind the last number that was ever given."""
        for name, kept in self.tables.items():
            if self.connection.dialect.name == "sqlite":
                _count_on_sqlite(self.connection, kept, counters.get(name))
            elif sequence := rows.sequence_of(self.connection, kept):
                _count_on_postgresql(self.connection, kept, sequence, counters.get(name, 0))

    def _place(self, column: Column) -> ColumnElement[Any]:
        """What stands for a value. Values of types that only one database has travel as text, and so does JSON, to stay as it is."""
        if column.kind not in ("json", "text"):
            return bindparam(f"to_{column.name}", type_=column.type)
        place = bindparam(f"to_{column.name}", type_=Text())
        return place if self.connection.dialect.name == "sqlite" else cast(place, column.type)


def _value(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "time":
        return datetime.fromisoformat(value).astimezone(UTC)
    if kind == "bytes":
        return base64.b64decode(value)
    return value


def _count_on_sqlite(connection: Connection, kept: Table, last: int | None) -> None:
    if last is None:
        return
    given = {"name": kept.local, "last": last}
    changed = connection.execute(text("UPDATE sqlite_sequence SET seq = max(seq, :last) WHERE name = :name"), given)
    if not changed.rowcount and inspect(connection).has_table("sqlite_sequence"):
        connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), given)


def _count_on_postgresql(connection: Connection, kept: Table, sequence: str, last: int) -> None:
    clause = kept.clause()
    highest = connection.execute(select(func.max(clause.c[str(kept.counter)]))).scalar() or 0
    reached = max(int(highest), last)
    asked = text("SELECT setval(CAST(:sequence AS regclass), :reached, :called)")
    connection.execute(asked, {"sequence": sequence, "reached": max(reached, 1), "called": reached > 0})


@contextmanager
def _without_references(connection: Connection) -> Iterator[None]:
    """Rows may come in any order; at the end every reference leads somewhere."""
    if connection.dialect.name == "sqlite":
        yield
        broken = connection.execute(text("PRAGMA foreign_key_check")).first()
        if broken is not None:
            raise DifferentRows(table=broken[0])
        return
    found = connection.execute(FOREIGN_KEYS, {"queue": jobs.SCHEMA}).all()
    for place, name, _definition in found:
        connection.execute(text(f'ALTER TABLE {place} DROP CONSTRAINT "{name}"'))
    yield
    for place, name, definition in found:
        connection.execute(text(f'ALTER TABLE {place} ADD CONSTRAINT "{name}" {definition}'))

# SPDX-License-Identifier: Apache-2.0
"""Rows as lines that mean the same on every database, and the hash of a table.

A table's hash is the sum of its rows' sha256 (modulo 2 to the 256th): databases keep rows in different orders, and order does not count. A
row is hashed as a JSON list in the order of the columns' names, with times in UTC and JSON in its canonical form.
"""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, TableClause, Text, cast, column, inspect, select, table, text
from sqlalchemy.types import JSON, Boolean, DateTime, Float, LargeBinary, Numeric, String, TypeEngine

from madang import jobs

MODULUS = 1 << 256
AT_ONCE = 1000
REVISIONS = "alembic_version"
OWN_WORDS = frozenset({REVISIONS, jobs.VERSIONS})
"""Tables that say of which form the others are: whoever makes the tables writes them."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name and what it holds: ``plain``, ``time``, ``flag``, ``bytes``, ``json``, or ``text`` for types of one database only."""

    name: str
    kind: str
    type: TypeEngine[Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it stands in this database. ``name`` is the same on every database, ``schema`` is where it stands in this one."""

    name: str
    local: str
    schema: str | None
    columns: tuple[Column, ...]
    counter: str | None = None

    def only(self, columns: Sequence[Column]) -> "Table":
        """The table as if it had no columns but these, each as it is here."""
        here = {each.name: each for each in self.columns}
        return replace(self, columns=tuple(here[each.name] for each in columns))

    def clause(self) -> TableClause:
        """The table, to select from and write into."""
        return table(self.local, *[column(each.name, each.type) for each in self.columns], schema=self.schema)


@dataclass(frozen=True, slots=True)
class Digest:
    """How many rows a table has, and their hash (64 hexadecimal digits)."""

    rows: int
    hash: str


class Counting:
    """Adds rows up to a ``Digest``."""

    def __init__(self) -> None:
        self.rows, self.sum = 0, 0

    def add(self, columns: Sequence[Column], row: Sequence[Any]) -> None:
        """One more row, as ``lines`` gives it."""
        plain = [
            _canonical(value) if each.kind == "json" and value is not None else value for each, value in zip(columns, row, strict=True)
        ]
        self.rows += 1
        self.sum = (self.sum + int.from_bytes(sha256(written(plain)).digest())) % MODULUS

    def digest(self) -> Digest:
        """What was added so far."""
        return Digest(self.rows, f"{self.sum:064x}")


def tables(connection: Connection) -> list[Table]:
    """Every table whose rows are kept, in the order of their names. What a full-text index keeps for itself is not among them."""
    own, is_sqlite = jobs.own_tables(), connection.dialect.name == "sqlite"
    found = []
    inspector = inspect(connection)
    hidden = _derived(connection) if is_sqlite else frozenset()
    schemas: tuple[str | None, ...] = (None,) if is_sqlite or not inspector.has_schema(jobs.SCHEMA) else (None, jobs.SCHEMA)
    for schema in schemas:
        for local in inspector.get_table_names(schema=schema):
            if local in OWN_WORDS or local in hidden:
                continue
            is_queue = local in own if is_sqlite else schema == jobs.SCHEMA
            columns = [each for each in inspector.get_columns(local, schema=schema) if not each.get("computed")]
            name = f"{jobs.SCHEMA}.{local}" if is_queue else local
            known = tuple(sorted((_column(each) for each in columns), key=lambda each: each.name))
            found.append(Table(name, local, schema, known, _counter(columns)))
    return sorted(found, key=lambda each: each.name)


def lines(connection: Connection, kept: Table) -> Iterator[list[Any]]:
    """Every row, as plain JSON values in the order of the columns."""
    clause = kept.clause()
    wanted: list[ColumnElement[Any]] = [
        cast(clause.c[each.name], Text) if each.kind in ("json", "text") else clause.c[each.name] for each in kept.columns
    ]
    kinds = [each.kind for each in kept.columns]
    for row in connection.execute(select(*wanted), execution_options={"yield_per": AT_ONCE}):
        yield [_plain(kind, value) for kind, value in zip(kinds, row, strict=True)]


def digest(connection: Connection, kept: Table, columns: Sequence[Column] | None = None) -> Digest:
    """The table's rows as they stand now, counted and hashed; as ``columns`` would have them where another database knows other types."""
    counting = Counting()
    for row in lines(connection, kept):
        counting.add(columns or kept.columns, row)
    return counting.digest()


def revision(connection: Connection) -> str | None:
    """The newest migration that the database has; None where no platform ever was."""
    if not inspect(connection).has_table(REVISIONS):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {REVISIONS}")).scalar()  # noqa: S608 (a constant)
    return str(found) if found else None


def counters(connection: Connection, kept: Sequence[Table]) -> dict[str, int]:
    """The last number that each counting table gave away, so that none is ever given twice."""
    if connection.dialect.name == "sqlite":
        if not inspect(connection).has_table("sqlite_sequence"):
            return {}
        return {str(name): int(last) for name, last in connection.execute(text("SELECT name, seq FROM sqlite_sequence"))}
    found = {}
    for each in kept:
        sequence = sequence_of(connection, each)
        if sequence:
            # A sequence's name is no value that could be bound.
            last, is_called = connection.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608
            found[each.name] = int(last) if is_called else 0
    return found


def sequence_of(connection: Connection, kept: Table) -> str | None:
    """PostgreSQL's sequence behind a counting table, quoted."""
    if kept.counter is None:
        return None
    whole = f"{kept.schema}.{kept.local}" if kept.schema else kept.local
    asked = text("SELECT pg_get_serial_sequence(:table, :column)")
    found = connection.execute(asked, {"table": whole, "column": kept.counter}).scalar()
    return str(found) if found else None


def written(value: object) -> bytes:
    """Plain JSON in one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _canonical(value: str) -> str:
    return written(json.loads(value)).decode()


def _column(found: Any) -> Column:
    kind = found["type"]
    for classes, word in (
        ((JSON,), "json"),
        ((DateTime,), "time"),
        ((Boolean,), "flag"),
        ((LargeBinary,), "bytes"),
        ((String, Integer, Float), "plain"),
    ):
        # A number with a fixed point is no float, though SQLAlchemy derives one from the other.
        if isinstance(kind, classes) and not (isinstance(kind, Numeric) and kind.asdecimal):
            return Column(found["name"], word, kind)
    return Column(found["name"], "text", kind)


def _counter(columns: Sequence[Any]) -> str | None:
    for each in columns:
        if isinstance(each["type"], Integer) and (each.get("identity") or "nextval(" in (each.get("default") or "")):
            return str(each["name"])
    return None


def _derived(connection: Connection) -> frozenset[str]:
    """SQLite's virtual tables and what they keep themselves."""
    rows = connection.execute(text("SELECT name, coalesce(sql, '') LIKE 'CREATE VIRTUAL%' FROM sqlite_master WHERE type = 'table'")).all()
    virtual = [name for name, is_virtual in rows if is_virtual]
    return frozenset(name for name, _ in rows if any(name == each or name.startswith(f"{each}_") for each in virtual))


def _plain(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "time":
        moment: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.astimezone(UTC).isoformat(timespec="microseconds")
    if kind == "bytes":
        return base64.b64encode(value).decode("ascii")
    return value

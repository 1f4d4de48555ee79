# SPDX-License-Identifier: Apache-2.0
"""How tables are declared: one base, names for every constraint, times in UTC."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

from sqlalchemy import JSON, DateTime, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

T = TypeVar("T")

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
Json = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """The one base of all tables. Each table is named room and noun, singular."""

    metadata = MetaData(naming_convention=NAMES)


class UtcTime(TypeDecorator[datetime]):
    """A time with a zone, kept in UTC; SQLite forgets zones, so it is put back on reading. A time without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # the driver's signature
        """Turn an aware time to UTC before it is written."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be kept")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # the driver's signature
        """Give a time that was read its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def is_declared(name: str | None, kind: str, parents: object) -> bool:  # noqa: ARG001  # Alembic's signature
    """Whether a table or an index that is in a database stands in the declarations. What its database alone can do (full text) does not."""
    return name is None or "_search_words" not in name


def slices(rows: Iterable[T], size: int = 1000) -> Iterator[list[T]]:
    """Cut ``rows`` into lists of at most ``size``: bulk writes hold the database's one write lock only for a slice."""
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk

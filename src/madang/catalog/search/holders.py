# SPDX-License-Identifier: Apache-2.0
"""Whom assets belong to, by name: the organisation of their namespace, or its owner. Whoever sees an asset sees whose it is."""

from collections.abc import Collection

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from madang.people import Account, Organisation


def names_of(session: Session, ids: Collection[str]) -> dict[str, str]:
    """The names of these organisations and accounts, by id."""
    rows = session.execute(union_all(*(select(table.id, table.name).where(table.id.in_(ids)) for table in (Organisation, Account))))
    return {row.id: row.name for row in rows}


def ids_of(session: Session, names: Collection[str]) -> list[str]:
    """The ids of the organisations and accounts with these names, in any case."""
    keys = [name.lower() for name in names if name.isascii() and name.isprintable()]
    rows = union_all(*(select(table.id).where(table.name_key.in_(keys)) for table in (Organisation, Account)))
    return list(session.scalars(rows)) if keys else []

# SPDX-License-Identifier: Apache-2.0
"""Findings by content, kept in the platform's database: what was looked at once is not looked at again."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import delete, select

from madang import kit
from madang.compliance.models import CachedFinding
from madang.db import Database, slices

LARGEST = 16_000_000
"""Bytes of one entry. A larger one is found anew each time: a database is no place for it."""
KEPT = timedelta(days=180)


def forget(database: Database) -> int:
    """What was found longer ago than ``KEPT`` is forgotten, a slice at a time; how much."""
    forgotten = 0
    old = select(CachedFinding.key).where(CachedFinding.found_at < kit.now() - KEPT).limit(500)
    while True:
        with database.writing() as session:
            keys = session.scalars(old).all()
            session.execute(delete(CachedFinding).where(CachedFinding.key.in_(keys)))
        forgotten += len(keys)
        if len(keys) < 500:
            return forgotten


class FindingCache:
    """The scan core's ``Cache``, in rows."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """What is known of ``keys``."""
        found: dict[str, bytes] = {}
        with self.database.reading() as session:
            for some in slices(keys, 500):
                rows = session.execute(select(CachedFinding.key, CachedFinding.body).where(CachedFinding.key.in_(some)))
                found.update({row.key: row.body for row in rows})
        return found

    def put_many(self, found: Mapping[str, bytes]) -> None:
        """``found`` is known from now on. Known keys stay as they are: the same key means the same findings."""
        kept = ((key, body) for key, body in found.items() if len(body) <= LARGEST)
        for some in slices(kept, 50):
            with self.database.writing() as session:
                known = set(session.scalars(select(CachedFinding.key).where(CachedFinding.key.in_([key for key, _body in some]))))
                at = kit.now()
                session.add_all(CachedFinding(key=key, body=body, found_at=at) for key, body in some if key not in known)

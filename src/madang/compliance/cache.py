# SPDX-License-Identifier: Apache-2.0
"""Findings by content, kept in the platform's database: what was looked at once is not looked at again."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from madang import kit
from madang.compliance.models import CachedFinding
from madang.db import Database, slices


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
        for some in slices(found.items(), 200):
            with self.database.writing() as session:
                known = set(session.scalars(select(CachedFinding.key).where(CachedFinding.key.in_([key for key, _body in some]))))
                at = kit.now()
                session.add_all(CachedFinding(key=key, body=body, found_at=at) for key, body in some if key not in known)

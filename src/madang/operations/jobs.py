# SPDX-License-Identifier: Apache-2.0
"""Measuring what is kept, and collecting what nobody needs."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select

from madang import catalog, compliance, hub, jobs, kit, storage
from madang.operations import actions, queries
from madang.operations.desk import Desk
from madang.operations.models import Collection, Holding, Measure

KEPT_DAYS = 400
EVERY = timedelta(minutes=58)
AT_ONCE = 2000


@dataclass
class Works:
    """Does the operator's work behind with what the composition hands in."""

    desk: Desk

    def tasks(self) -> list[jobs.Job]:
        """What the jobs process runs for this room."""
        return [jobs.Job(actions.COLLECT, run=self.collect, on_failed=self.fail)]

    def measure(self) -> None:
        """Once an hour what is kept stands in a row, and new contents are measured. What is older than 400 days is gone."""
        with self.desk.database.reading() as session:
            last = queries.last_measure(session)
        if last is not None and kit.now() - last.at < EVERY:
            return
        usage = self.desk.store.usage()
        with self.desk.database.reading() as session:
            waiting = list(session.scalars(queries.unmeasured().limit(AT_ONCE)))
            size = self.desk.database_bytes(session)
        held = [row for row in (self._holding(content) for content in waiting if content) if row is not None]
        with self.desk.database.writing() as session:
            for row in held:
                session.merge(row)
            session.merge(
                Measure(
                    at=kit.now(), objects=usage.count, object_bytes=usage.bytes, database_bytes=size,
                    free_bytes=self.desk.store.free_bytes(), disk_bytes=self.desk.store.disk_bytes(),
                )
            )  # fmt: skip
            session.execute(delete(Measure).where(Measure.at < kit.now() - timedelta(days=KEPT_DAYS)))

    def _holding(self, content: str) -> Holding | None:
        try:
            tree = self.desk.store.read_tree(content)
        except storage.TreeMissing:
            return None
        return Holding(content=content, files=tree.files, bytes=tree.bytes)

    def collect(self, collection_id: str) -> None:
        """Objects that nothing needs are counted or taken, and how many stands in the collection's row."""
        with self.desk.database.reading() as session:
            asked = session.get(Collection, collection_id)
        if asked is None or asked.finished_at is not None:
            return
        needed, damaged = self.needed()
        # A tree that cannot be read hides what it needs: then nothing is taken.
        found = self.desk.store.collect(needed, dry=asked.is_dry or damaged > 0, stop=jobs.check)
        with self.desk.database.writing() as session:
            row = session.get_one(Collection, collection_id)
            row.kept, row.objects, row.bytes, row.damaged = found.kept, found.objects, found.bytes, damaged
            row.state, row.finished_at = "failed" if damaged and not row.is_dry else "done", kit.now()

    def needed(self) -> tuple[set[bytes], int]:
        """The digests of all objects that a version, an archive, a document or a repository needs, and how many trees could not be read."""
        with self.desk.database.reading() as session:
            contents = set(session.scalars(select(catalog.Version.content).where(catalog.Version.content.is_not(None)).distinct()))
            archives = session.scalars(select(catalog.Version.source_object).where(catalog.Version.source_object.is_not(None)).distinct())
            needed = {bytes.fromhex(sha256) for sha256 in archives if sha256}
            needed |= {bytes.fromhex(sha256) for sha256 in compliance.needed_objects(session)}
            needed |= {bytes.fromhex(sha256) for sha256 in hub.needed_objects(session)}
        damaged = 0
        for content in contents:
            jobs.check()
            needed.add(bytes.fromhex(str(content).removeprefix("sha256:")))
            try:
                tree = self.desk.store.read_tree(str(content))
            except (storage.TreeMissing, storage.ObjectMissing, storage.ObjectDamaged):
                damaged += 1
            else:
                needed |= {bytes.fromhex(entry.sha256) for entry in tree.entries if entry.sha256}
        return needed, damaged

    def fail(self, collection_id: str, _failure: jobs.Failure) -> None:
        """The collection came to nothing."""
        with self.desk.database.writing() as session:
            row = session.get(Collection, collection_id)
            if row is not None and row.finished_at is None:
                row.state, row.finished_at = "failed", kit.now()

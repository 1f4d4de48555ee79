# SPDX-License-Identifier: Apache-2.0
"""The durable work behind samples: draw, look both ways, write down, one content after the other."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from madang import jobs, scan, storage
from madang.compliance.samples import actions, queries
from madang.compliance.samples.drawing import Drawn, draw
from madang.db import Database

WORK = "work-sample-"


@dataclass
class Sampler:
    """Looks at what was scanned of late with what the composition hands in. ``scratch`` is a folder for what is looked at; ``release`` is
    the platform's version, whose quick parts are compared."""

    database: Database
    store: storage.Store
    pool: scan.Pool
    scratch: Path
    release: str

    def tasks(self) -> list[jobs.Job]:
        """What the jobs process runs for samples."""
        return [jobs.Job(queries.JOB, run=self.sample, again=(scan.PoolFailed, storage.StoreAway))]

    def begin(self) -> None:
        """Asked again and again: the day's next samples wait for their turn, if there is nothing else to do."""
        with self.database.reading() as session:
            if not queries.due(session):
                return
        with self.database.writing() as session:
            actions.begin(session)

    def sample(self, task_id: str, count: int) -> None:
        """So many contents were drawn and looked at both ways. Run again after a kill it draws what is missing."""
        jobs.give_way()
        with self.database.reading() as session:
            left = count - queries.count_of(session, task_id)
            drawn = draw(
                session, self.store, seed=task_id, count=left, rules=scan.fingerprint(), release=self.release,
                largest=self.pool.limits.max_file_bytes,
            )  # fmt: skip
        for each in drawn:
            jobs.give_way()
            self._look(each, task_id)

    def _look(self, drawn: Drawn, task_id: str) -> None:
        folder = self.scratch / f"{WORK}{task_id}"
        root = folder / drawn.name
        shutil.rmtree(folder, ignore_errors=True)
        try:
            if not self._fetched(drawn, root / drawn.path):
                return
            for pair in scan.compare(root, name=drawn.name, pool=self.pool, stop=jobs.is_stopping, priority=scan.Priority.BACKGROUND):
                with self.database.writing() as session:
                    actions.record(session, drawn, pair, task_id=task_id, release=self.release)
        except scan.Cancelled:
            jobs.check()
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _fetched(self, drawn: Drawn, target: Path) -> bool:
        """The content lies at ``target``; False when it was collected meanwhile."""
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self.store.open(drawn.sha256) as stream, target.open("wb") as file:
                shutil.copyfileobj(stream, file, 1 << 20)
        except storage.ObjectMissing:
            return False
        return True

# SPDX-License-Identifier: Apache-2.0
"""The work behind a table that was pushed: it is read once, and what it holds is kept by its bytes."""

import dataclasses
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, exists, select

from madang import db, jobs, kit, storage, tables
from madang.hub import actions
from madang.hub.models import Sent, Table
from madang.hub.preview.kept import at_hand

FOLDER = "table-"
KEPT = timedelta(days=2)


@dataclass(frozen=True)
class Reader:
    """Does the work with what the composition hands in; ``scratch`` is a folder on the store's disk."""

    database: db.Database
    store: storage.Store
    scratch: Path
    limits: Callable[[], tables.Limits]

    def tasks(self) -> list[jobs.Job]:
        """What the jobs process runs for tables."""
        return [jobs.Job(actions.READ, run=self.read, on_failed=self.fail, again=(storage.StoreAway,))]

    def read(self, sha256: str, form: str) -> None:
        """The table is read, or why it cannot be stands in its row. Again after a kill: from the start."""
        with self.database.reading() as session:
            row = session.get(Table, (sha256, form))
            if row is None or row.state != "reading":
                return
        folder = self.scratch / f"{FOLDER}{kit.new_id()}"
        try:
            folder.mkdir(parents=True)
            with at_hand(self.store, sha256) as path:
                taken = tables.take(path, _name(form), folder, limits=self.limits())
                rows = self.store.put_file(taken.rows).sha256 if taken.is_own else sha256
            facts = self.store.put_bytes(json.dumps(dataclasses.asdict(taken.facts), ensure_ascii=False).encode("utf-8", "replace")).sha256
            self._note(sha256, form, state="read", facts=facts, rows=rows)
        except (kit.Invalid, kit.TooLarge) as refusal:
            self._refuse(sha256, form, refusal)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def fail(self, sha256: str, form: str, _failure: jobs.Failure) -> None:
        """Reading was given up."""
        self._refuse(sha256, form, tables.ReaderEnded())

    def _refuse(self, sha256: str, form: str, refusal: kit.Refusal) -> None:
        self._note(sha256, form, state="refused", code=refusal.code, reason=json.dumps(dict(refusal.values)))

    def _note(self, sha256: str, form: str, **values: Any) -> None:
        with self.database.writing() as session:
            row = session.get(Table, (sha256, form))
            if row is not None and row.state == "reading":
                for name, value in values.items():
                    setattr(row, name, value)


def _name(form: str) -> str:
    return "data" + next(ending for ending, each in tables.ENDINGS.items() if each == form)


def forget_tables(database: db.Database, *, older_than: timedelta = KEPT) -> int:
    """What was read of files that lie in no repository any more is forgotten; how many there were."""
    lies = exists(select(Sent.sha256).where(Sent.sha256 == Table.sha256))
    with database.writing() as session:
        gone = session.execute(delete(Table).where(~lies, Table.asked_at < kit.now() - older_than).returning(Table.sha256)).all()
    return len(gone)

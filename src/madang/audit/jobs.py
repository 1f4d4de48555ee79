# SPDX-License-Identifier: Apache-2.0
"""Verifying the ledger from a page: as work behind, with the result kept."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from madang import jobs
from madang.audit import actions
from madang.audit.verification import verify
from madang.db import Database


@dataclass
class Checker:
    """Verifies with what the composition hands in."""

    database: Database
    heads_file: Path
    key: Callable[[], bytes]

    def tasks(self) -> list[jobs.Job]:
        """What the jobs process runs for this room."""
        return [jobs.Job(actions.JOB, run=self.check, on_failed=self.fail)]

    def check(self, check_id: str) -> None:
        """What a verification finds now is kept under its id."""
        began = time.process_time()
        found = verify(self.database, heads_file=self.heads_file, key=self.key())
        with self.database.writing() as session:
            actions.end_check(session, check_id, found, cpu_seconds=time.process_time() - began)

    def fail(self, check_id: str, _failure: jobs.Failure) -> None:
        """The verification came to nothing."""
        with self.database.writing() as session:
            actions.end_check(session, check_id, None)

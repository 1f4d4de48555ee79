# SPDX-License-Identifier: Apache-2.0
"""Queue work and cancel it, in the caller's unit of work."""

import time

from sqlalchemy import update
from sqlalchemy.orm import Session

from madang.jobs import durable
from madang.jobs.job import Lane
from madang.kit import new_id


def enqueue(session: Session, name: str, *args: object, lane: Lane = Lane.PEOPLE, task_id: str | None = None) -> str:
    """The job ``name`` will run once with these arguments, if the unit of work commits. Gives the task's id.

    Arguments are ids and what else JSON holds unchanged (``NotPortable`` otherwise). The same ``task_id`` twice is one task.
    """
    task = task_id or new_id()
    durable.enqueue(session, name, args, lane=lane, task_id=task)
    return task


def cancel(session: Session, task_id: str) -> None:
    """The task is cancelled if the unit of work commits: it does not start, or stops at its next check. A finished task stays finished."""
    tasks = durable.tasks(session.connection())
    now = int(time.time() * 1000)
    unfinished = tasks.c.status.in_(("ENQUEUED", "DELAYED", "PENDING"))
    cleared: dict[str, int | str | None] = dict.fromkeys(("owner_xid", "queue_name", "deduplication_id", "started_at_epoch_ms"))
    values = cleared | {"status": "CANCELLED", "updated_at": now, "completed_at": now}
    session.execute(update(tasks).where(tasks.c.workflow_uuid == task_id, unfinished).values(values))

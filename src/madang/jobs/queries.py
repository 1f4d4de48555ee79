# SPDX-License-Identifier: Apache-2.0
"""What the queue knows of a task."""

import time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from madang.jobs import durable
from madang.jobs.job import Lane, State

STATES = {
    "DELAYED": State.QUEUED,
    "ENQUEUED": State.QUEUED,
    "PENDING": State.RUNNING,
    "SUCCESS": State.DONE,
    "ERROR": State.FAILED,
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": State.FAILED,
    "CANCELLED": State.CANCELLED,
}


def state(session: Session, task_id: str) -> State | None:
    """How far the task is, or None when the queue does not (or no longer) know it."""
    tasks = durable.tasks(session.connection())
    found = session.execute(select(tasks.c.status).where(tasks.c.workflow_uuid == task_id)).scalar_one_or_none()
    return STATES[found] if found else None


def attempts(session: Session, task_id: str) -> tuple[int, str | None]:
    """How often the task was begun, this time included, and the lane that it waited in."""
    tasks = durable.tasks(session.connection())
    row = session.execute(select(tasks.c.recovery_attempts, tasks.c.queue_name).where(tasks.c.workflow_uuid == task_id)).one()
    return int(row[0] or 0), row[1]


def finished_before(session: Session, moment_ms: int, *, at_most: int) -> list[str]:
    """Ids of tasks that ended before the moment (milliseconds since 1970)."""
    tasks = durable.tasks(session.connection())
    return list(session.execute(select(tasks.c.workflow_uuid).where(tasks.c.completed_at < moment_ms).limit(at_most)).scalars())


def counts(session: Session) -> dict[tuple[str, str], int]:
    """How many tasks the queue knows, by lane and state."""
    tasks = durable.tasks(session.connection())
    query = select(tasks.c.queue_name, tasks.c.status, func.count()).group_by(tasks.c.queue_name, tasks.c.status)
    found: dict[tuple[str, str], int] = {(lane.value, state.value): 0 for lane in Lane for state in State}
    for lane, status, count in session.execute(query):
        found[lane or Lane.BACKGROUND.value, STATES[status].value] = int(count) + found.get((lane, STATES[status].value), 0)
    return found


def longest_wait(session: Session) -> float:
    """For how many seconds the task that waits longest has waited; 0 when none waits."""
    tasks = durable.tasks(session.connection())
    first = session.execute(select(func.min(tasks.c.created_at)).where(tasks.c.status == "ENQUEUED")).scalar()
    return max(0.0, time.time() - first / 1000) if first else 0.0

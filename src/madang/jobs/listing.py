# SPDX-License-Identifier: Apache-2.0
"""The queue as an operator looks at it: every task with its times, how many there are, how many ended on each day."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import Session

from madang.jobs import durable
from madang.jobs.job import Lane, State
from madang.jobs.models import Process
from madang.jobs.queries import STATES

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Task:
    """One task of the queue. ``attempts`` counts how often it was begun."""

    id: str
    name: str
    state: State
    lane: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    attempts: int
    arguments: tuple[object, ...] = ()


def tasks(
    session: Session,
    *,
    states: Sequence[State] = (),
    name: str | None = None,
    after: tuple[int, str] | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Task]:
    """Tasks, newest first, from behind ``after`` (milliseconds and id, ``place_of_task``) or from ``offset``."""
    table = durable.tasks(session.connection())
    query = select(*table.c).where(table.c.queue_name.in_([lane.value for lane in Lane]) | table.c.queue_name.is_(None))
    if states:
        query = query.where(table.c.status.in_([word for word, state in STATES.items() if state in states]))
    if name is not None:
        query = query.where(table.c.name == name)
    if after is not None:
        earlier = and_(table.c.created_at == after[0], table.c.workflow_uuid < after[1])
        query = query.where(or_(table.c.created_at < after[0], earlier))
    rows = session.execute(query.order_by(table.c.created_at.desc(), table.c.workflow_uuid.desc()).limit(limit).offset(offset)).all()
    given = _arguments(session, [row.workflow_uuid for row in rows])
    return [_task(row, given.get(row.workflow_uuid, ())) for row in rows]


def find_task(session: Session, task_id: str) -> Task | None:
    """The task, or None when the queue does not (or no longer) know it."""
    table = durable.tasks(session.connection())
    row = session.execute(select(*table.c).where(table.c.workflow_uuid == task_id)).one_or_none()
    return _task(row, _arguments(session, [task_id]).get(task_id, ())) if row is not None else None


def place_of_task(task: Task) -> tuple[int, str]:
    """Where the task stands in the list, for ``after``."""
    return round(task.created_at.timestamp() * 1000), task.id


def count_by_state(session: Session) -> dict[State, int]:
    """How many tasks the queue knows, by state."""
    table = durable.tasks(session.connection())
    found: Counter[State] = Counter(dict.fromkeys(State, 0))
    for word, count in session.execute(select(table.c.status, func.count()).group_by(table.c.status)):
        if word in STATES:
            found[STATES[word]] += count
    return dict(found)


def ended_by_day(session: Session, *, since: datetime, offset_seconds: int = 0) -> dict[tuple[int, State], int]:
    """How many tasks ended, by day (days since 1970 where the clock is ``offset_seconds`` ahead of UTC) and state."""
    table = durable.tasks(session.connection())
    day = (table.c.completed_at + offset_seconds * 1000) // DAY_MS
    ended = table.c.completed_at >= round(since.timestamp() * 1000)
    found: Counter[tuple[int, State]] = Counter()
    for at, word, count in session.execute(select(day, table.c.status, func.count()).where(ended).group_by(day, table.c.status)):
        if word in STATES:
            found[int(at), STATES[word]] += count
    return dict(found)


def names(session: Session) -> list[str]:
    """The kinds of work that the queue knows."""
    table = durable.tasks(session.connection())
    return sorted(name for name in session.execute(select(table.c.name).distinct()).scalars() if name)


@dataclass(frozen=True, slots=True)
class Living:
    """A jobs process that lives, and when it was last heard of."""

    id: str
    host: str
    pid: int
    started_at: datetime
    beat_at: datetime


def living(session: Session) -> list[Living]:
    """The jobs processes, eldest first. One that was killed stands here until another takes its place, with an old ``beat_at``."""
    rows = session.scalars(select(Process).order_by(Process.id))
    return [Living(row.id, row.host, row.pid, row.started_at, row.beat_at) for row in rows]


def _arguments(session: Session, ids: Sequence[str]) -> dict[str, tuple[object, ...]]:
    table = durable.given(session.connection())
    rows = session.execute(select(table.c.workflow_uuid, table.c.inputs).where(table.c.workflow_uuid.in_(ids)))
    return {task: tuple(json.loads(text or "{}").get("positionalArgs", ())) for task, text in rows}


def _task(row: Row[tuple[object, ...]], arguments: tuple[object, ...]) -> Task:
    return Task(
        id=row.workflow_uuid,
        name=row.name or "",
        state=STATES.get(row.status, State.QUEUED),
        lane=row.queue_name or "",
        created_at=_moment(row.created_at) or datetime.fromtimestamp(0, UTC),
        started_at=_moment(row.started_at_epoch_ms),
        finished_at=_moment(row.completed_at),
        attempts=int(row.recovery_attempts or 0),
        arguments=arguments,
    )


def _moment(milliseconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None

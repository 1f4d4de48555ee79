# SPDX-License-Identifier: Apache-2.0
"""What an operator does to jobs and storage. Each is a line of the ledger."""

from sqlalchemy.orm import Session

from madang import audit, compliance, jobs, kit
from madang.operations import queries
from madang.operations.errors import CollectionRuns, CountFirst, JobEnded, JobGoesOn, NoSuchJob
from madang.operations.models import Collection

COLLECT = "operations.collect"


def retry(session: Session, task_id: str, *, by: kit.Actor) -> str:
    """What failed or was cancelled waits again; the id of the new task."""
    task = _task(session, task_id, by)
    if task.state not in (jobs.State.FAILED, jobs.State.CANCELLED):
        raise JobGoesOn(state=task.state.value)
    subject = queries.subjects_of(session, [task]).get(task_id)
    if subject is not None:
        compliance.retry(session, subject.asset, subject.version, subject.verification, by=by)
        return subject.verification.task_id
    again = jobs.enqueue(session, task.name, *task.arguments, lane=jobs.Lane(task.lane or jobs.Lane.BACKGROUND))
    audit.record(session, "job.retried", target=f"job/{task_id}", by=by, name=task.name, task=again)
    return again


def cancel(session: Session, task_id: str, *, by: kit.Actor) -> None:
    """The job goes no further."""
    task = _task(session, task_id, by)
    if task.state.is_final:
        raise JobEnded
    subject = queries.subjects_of(session, [task]).get(task_id)
    if subject is not None:
        compliance.cancel(session, subject.asset, subject.version, subject.verification, by=by)
        return
    jobs.cancel(session, task_id)
    audit.record(session, "job.cancelled", target=f"job/{task_id}", by=by, name=task.name)


def collect_later(session: Session, *, dry: bool, by: kit.Actor) -> Collection:
    """Objects that nobody needs are counted, or after a fresh count taken, by the jobs process."""
    queries.check_acts(by)
    if any(row.state == "running" for row in queries.collections(session)):
        raise CollectionRuns
    if not dry and queries.fresh_count(session) is None:
        raise CountFirst
    made = kit.new_id()
    asked = Collection(
        id=made, task_id=made, state="running", is_dry=dry, asked_at=kit.now(), kept=0, objects=0, bytes=0, damaged=0, by_name=by.name
    )
    session.add(asked)
    session.flush()
    jobs.enqueue(session, COLLECT, made, lane=jobs.Lane.BACKGROUND, task_id=made)
    if not dry:
        audit.record(session, "storage.collected", target="storage", by=by)
    return asked


def _task(session: Session, task_id: str, by: kit.Actor) -> jobs.Task:
    queries.check_acts(by)
    task = jobs.find_task(session, task_id)
    if task is None:
        raise NoSuchJob(task=task_id[:64])
    return task

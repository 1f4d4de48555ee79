# SPDX-License-Identifier: Apache-2.0
"""JSON doors for operators."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, StrictBool
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import jobs, kit, web
from madang.operations import actions, desk, presenting, queries
from madang.operations.models import Collection

router = web.api_router(tags=["operations"])
Limit = Annotated[int, Query(ge=1, le=200)]
Version = Annotated[int, Query(ge=0, le=2**31 - 1)]


class SignOut(BaseModel):
    """One thing that is looked at; ``state`` is ``fine``, ``look`` or ``wrong``."""

    name: str
    state: str
    fact: str
    advice: str


class HealthOut(BaseModel):
    """Is it healthy."""

    version: str
    state: str
    signs: list[SignOut]
    jobs: dict[str, int]
    free_bytes: int
    disk_bytes: int


class JobOut(BaseModel):
    """One task of the queue. ``version_url`` is null where it works on no version."""

    id: str
    name: str
    state: str
    lane: str
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    attempts: int
    by: str
    what: str
    version_url: str | None
    reason: str
    files_done: int
    files_total: int | None


class JobList(BaseModel):
    """Some tasks, newest first, how many there are by state, and the address of the next ones."""

    items: list[JobOut]
    facets: dict[str, dict[str, int]]
    next: str | None


class Again(BaseModel):
    """The task that a job waits under again."""

    task: str


class ShareOut(BaseModel):
    """Bytes of a kind of assets or of a namespace; each content counts once in it."""

    name: str
    bytes: int
    versions: int


class LargeOut(BaseModel):
    """A version with the bytes of its content."""

    kind: str
    namespace: str
    name: str
    version: str
    label: str
    files: int
    bytes: int


class CollectionOut(BaseModel):
    """A collection, or a count of what one would take."""

    id: str
    state: str
    dry: bool
    asked_at: datetime
    finished_at: datetime | None
    objects: int
    bytes: int
    kept: int
    damaged: int
    by: str


class StorageOut(BaseModel):
    """What fills the store."""

    objects: int
    object_bytes: int
    measured_at: datetime | None
    database_bytes: int
    free_bytes: int
    disk_bytes: int
    kinds: list[ShareOut]
    namespaces: list[ShareOut]
    largest: list[LargeOut]
    collections: list[CollectionOut]


class NewCollection(BaseModel):
    """``dry``: count only. A collection needs a count of the last hour."""

    model_config = ConfigDict(extra="forbid")

    dry: StrictBool = True


@router.get("/admin/health")
def show_health(request: Request, session: Session, actor: kit.Actor) -> HealthOut:
    """Health at a glance."""
    queries.check_sees(actor)
    at = desk.of(request)
    signs = presenting.signs_of(session, at, viewer=actor, failed_today=presenting.failed_today(session, web.offset_seconds(request)))
    states = {sign.state for sign in signs}
    return HealthOut(
        version=at.version,
        state=next((state for state in ("wrong", "look") if state in states), "fine"),
        signs=[SignOut(name=sign.key, state=sign.state, fact=sign.fact, advice=sign.advice) for sign in signs],
        jobs={state.value: count for state, count in jobs.count_by_state(session).items()},
        free_bytes=at.store.free_bytes(),
        disk_bytes=at.store.disk_bytes(),
    )


@router.get("/admin/jobs")
def list_jobs(
    request: Request,
    session: Session,
    actor: kit.Actor,
    state: Literal["queued", "running", "done", "failed", "cancelled", ""] = "",
    kind: Annotated[str, Query(max_length=80, pattern=r"^[a-z._-]*$")] = "",
    cursor: str = "",
    limit: Limit = 50,
) -> JobList:
    """The queue, newest first."""
    queries.check_sees(actor)
    place = web.position(cursor, int, str) if cursor else None
    states = [jobs.State(state)] if state else []
    tasks = jobs.tasks(session, states=states, name=kind or None, after=(place[0], place[1]) if place else None, limit=limit + 1)
    page = web.page_of(tasks, limit, jobs.place_of_task)
    subjects = queries.subjects_of(session, page.items)
    counts = {word.value: count for word, count in jobs.count_by_state(session).items()}
    items = [_job(task, subjects.get(task.id)) for task in page.items]
    return JobList(items=items, facets={"state": counts}, next=web.next_address(request, page.cursor))


def _job(task: jobs.Task, subject: Any) -> JobOut:
    row = presenting.job_row(task, subject)
    return JobOut(
        id=row.id, name=row.name, state=row.state, lane=row.lane, queued_at=row.queued_at, started_at=row.started_at,
        finished_at=row.finished_at, attempts=row.attempts, by=row.who, what=row.what,
        version_url=f"/api/v1{row.address}" if row.address else None, reason=row.reason, files_done=row.files_done,
        files_total=row.files_total,
    )  # fmt: skip


@router.post("/admin/jobs/{task}/attempts", status_code=202)
def create_attempt(request: Request, session: Session, actor: kit.Actor, task: web.InId) -> Again:
    """Do a failed or cancelled job again."""
    return Again(task=actions.retry(session, presenting.plain(task), by=actor))


@router.delete("/admin/jobs/{task}", status_code=204)
def delete_job(request: Request, session: Session, actor: kit.Actor, task: web.InId) -> Response:
    """Cancel a job."""
    actions.cancel(session, presenting.plain(task), by=actor)
    return web.no_content()


@router.get("/admin/storage")
def show_storage(request: Request, session: Session, actor: kit.Actor, limit: Limit = 20) -> StorageOut:
    """What fills the store: by kind, by namespace, the largest versions."""
    queries.check_sees(actor)
    at, measured = desk.of(request), queries.last_measure(session)
    large = [
        LargeOut(
            kind=row.asset.kind, namespace=row.asset.namespace, name=row.asset.name, version=str(row.version.number),
            label=row.version.label or "", files=row.files, bytes=row.bytes,
        )
        for row in queries.largest(session, limit=limit)
    ]  # fmt: skip
    kinds, namespaces = (
        [ShareOut(name=share.word, bytes=share.bytes, versions=share.versions) for share in queries.shares(session, by)]
        for by in ("kind", "namespace")
    )
    return StorageOut(
        objects=measured.objects if measured else 0,
        object_bytes=measured.object_bytes if measured else 0,
        measured_at=measured.at if measured else None,
        database_bytes=at.database_bytes(session),
        free_bytes=at.store.free_bytes(),
        disk_bytes=at.store.disk_bytes(),
        kinds=kinds,
        namespaces=namespaces,
        largest=large,
        collections=[_collection(row) for row in queries.collections(session)],
    )


@router.post("/admin/storage/collections", status_code=202)
def create_collection(request: Request, session: Session, actor: kit.Actor, asked: NewCollection) -> CollectionOut:
    """Count what nobody needs; or, within an hour of a count, take it."""
    return _collection(actions.collect_later(session, dry=asked.dry, by=actor))


def _collection(row: Collection) -> CollectionOut:
    return CollectionOut(
        id=row.id, state=row.state, dry=row.is_dry, asked_at=row.asked_at, finished_at=row.finished_at, objects=row.objects,
        bytes=row.bytes, kept=row.kept, damaged=row.damaged, by=row.by_name,
    )  # fmt: skip
